"""A step asks the device for no value: on a GPU each answer would make the host wait for it."""

from __future__ import annotations

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from backend.views import blur, colour, dihedral
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

# What gives a number to Python, or a shape that depends on values.
ASKING = (
    "aten::_local_scalar_dense",
    "aten::equal",
    "aten::is_nonzero",
    "aten::masked_select",
    "aten::nonzero",
    "aten::_unique2",
    "aten::unique_dim",
    "aten::repeat_interleave.Tensor",
)


class NoAsking(TorchDispatchMode):
    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        name = operation._schema.name
        assert name not in ASKING, f"{name} waits for the device"
        if name in ("aten::index", "aten::index_put_"):
            chosen = [i.dtype for i in arguments[1] if i is not None]
            assert torch.bool not in chosen, f"{name} by a mask waits for the device"
        return operation(*arguments, **(named or {}))


def test_the_guard_sees_what_waits() -> None:
    values = torch.ones(3)
    for asking in (
        lambda: values.sum().item(),
        lambda: values[values > 0],
        lambda: bool(values[0]),
    ):
        with NoAsking(), pytest.raises(AssertionError, match="waits for the device"):
            asking()


METHODS = (
    "saumoco",
    "moco",
    "simclr",
    "byol",
    "barlow-twins",
    "vicreg",
    "swav",
    "dino",
    "tile2vec",
)


@pytest.mark.parametrize("method", METHODS)
def test_a_step_asks_the_device_for_nothing(small_dataset, monkeypatch, method: str) -> None:
    """As a GPU takes it: the shorter ways of the CPU are switched off."""
    use_tiny_backbone(monkeypatch)
    for module in (blur, colour, dihedral):
        monkeypatch.setattr(module, "counting_is_cheap", lambda device: False)
    queue = dict(queue_size=24) if method in ("saumoco", "moco") else {}
    noisy = dict(view_noise=0.1, band_drop_probability=0.2) if method == "simclr" else {}
    job = tiny_job(method, batch_size=8, steps=3, **queue, **noisy)
    learner, batches = make_learner(job, small_dataset)
    for step in range(2):
        batch = batches.batch(step)
        with NoAsking():
            learner.take_step(batch)
    assert learner.is_finite()
