"""What the guard of steps that do not wait sees. The steps themselves: test_every_method.py."""

from __future__ import annotations

import pytest
import torch

from tests.backend.no_asking import NoAsking, take_the_ways_of_a_gpu
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone


def test_the_guard_sees_what_waits() -> None:
    values = torch.ones(3)
    for asking in (
        lambda: values.sum().item(),
        lambda: values[values > 0],
        lambda: bool(values[0]),
    ):
        with NoAsking(), pytest.raises(AssertionError, match="waits for the device"):
            asking()


def test_noise_and_dropped_bands_ask_for_nothing(small_dataset, monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)
    take_the_ways_of_a_gpu(monkeypatch)
    job = tiny_job("simclr", batch_size=8, steps=1, view_noise=0.1, band_drop_probability=0.2)
    learner, batches = make_learner(job, small_dataset)
    batch = batches.batch(0)
    with NoAsking():
        learner.take_step(batch)
    assert learner.is_finite()
