"""A profiled run: its trace and its page; compiled networks; both leave the losses as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import train
from backend.contract.jobs import TrainJob
from backend.runtime.errors import MachineError, RequestError
from backend.runtime.parts import PARTS, PREFIX, part
from backend.training import compilation, profile
from backend.training.compilation import compile_networks
from tests.backend.tiny_backbone import CPU, make_learner, tiny_job, use_tiny_backbone


def losses(run: Path) -> list[str]:
    rows = (run / "metrics.csv").read_text(encoding="utf-8").splitlines()
    return [row.split(",")[2] for row in rows[1:]]


def test_profile_says_what_each_part_takes_and_changes_nothing(
    make_dataset, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(profile, "WARM_UP_STEPS", 1)
    monkeypatch.setattr(profile, "PROFILED_STEPS", 2)
    dataset = make_dataset(tmp_path / "a.tiles", count=20, bands=2, tile=8, radius=4)
    common = [
        "--dataset", str(dataset), "--steps", "4", "--batch-size", "4", "--queue-size", "8",
        "--log-every-steps", "1", "--no-tensorboard", "--device", "cpu",
    ]  # fmt: skip
    for name, more in (("plain", []), ("profiled", ["--profile"])):
        assert train.main([*common, "--output", str(tmp_path / name), *more]) == 0
    assert losses(tmp_path / "plain") == losses(tmp_path / "profiled")
    assert not (tmp_path / "plain" / "profile").exists()

    folder = tmp_path / "profiled" / "profile"
    trace = json.loads((folder / "trace.json").read_text(encoding="utf-8"))
    names = [event.get("name", "") for event in trace["traceEvents"]]
    for name in PARTS:
        assert sum(found == PREFIX + name for found in names) >= 2
    page = (folder / "summary.md").read_text(encoding="utf-8")
    assert "# Profile of saumoco on a.tiles\n\n2 steps, 16 images" in page
    shares = dict(re.findall(r"^\| (\w+) \| [\d.]+ \| ([\d.]+)% \|$", page, re.MULTILINE))
    assert set(shares) == {*PARTS, "other"}
    assert sum(map(float, shares.values())) == pytest.approx(100, abs=0.5)
    assert min(float(shares[name]) for name in ("forward", "backward", "optimiser")) > 0


def test_a_part_within_another_counts_once() -> None:
    activities = [torch.profiler.ProfilerActivity.CPU]
    with torch.profiler.profile(activities=activities) as profiler:
        with part("forward"):
            torch.ones(10).sum()
            with part("views"):
                torch.linalg.matrix_power(torch.ones(300, 300), 8)
        with part("hooks"):
            torch.ones(10).sum()
    taken = profile.part_seconds(profiler, CPU)
    whole = {
        event.name.removeprefix(PREFIX): event.time_range.elapsed_us() / 1e6
        for event in profiler.events()
        if event.name.startswith(PREFIX)
    }
    assert taken["views"] == pytest.approx(whole["views"])
    assert taken["hooks"] == pytest.approx(whole["hooks"])
    assert taken["forward"] == pytest.approx(whole["forward"] - whole["views"])
    assert taken["input"] == taken["backward"] == 0


def test_compiled_networks_learn_as_others_do(small_dataset, monkeypatch) -> None:
    """The losses of six steps, so that a difference would have grown.

    Traced and differentiated as for a compiler, but run operation by operation: to compile C++
    takes a minute. `benchmarks/b3_step.py --compile default` compares the compiler's own losses.
    """
    use_tiny_backbone(monkeypatch)
    monkeypatch.setattr(compilation, "OPTIONS", {"default": dict(backend="aot_eager")})
    trajectories = []
    for how in ("none", "default"):
        job = tiny_job("saumoco", batch_size=8, queue_size=24, steps=6, compile=how)
        learner, batches = make_learner(job, small_dataset)
        steps = [learner.take_step(batch)[0].loss.item() for batch in batches.from_step(0)]
        trajectories.append(steps)
        compiled = learner.recipe.encoder.backbone._compiled_call_impl is not None
        assert compiled == (how == "default")
    assert np.allclose(*trajectories, rtol=1e-4)
    assert len(set(trajectories[0])) == 6


def test_what_cannot_be_compiled_is_told(small_dataset, monkeypatch) -> None:
    network = torch.nn.Linear(2, 2)
    with pytest.raises(RequestError, match="cuda-graphs needs a GPU"):
        compile_networks(network, "cuda-graphs", CPU)
    monkeypatch.setattr(compilation, "_finds_compiler", lambda: False)
    with pytest.raises(MachineError, match="needs a C\\+\\+ compiler"):
        compile_networks(network, "default", CPU)
    compile_networks(network, TrainJob().compile, CPU)
    assert network._compiled_call_impl is None
