"""A profile of a few steps: a trace of all that ran, and a page on what each part takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from backend.runtime.files import whole_file
from backend.runtime.parts import PARTS, PREFIX, part

from .batches import Batch

# The first steps choose algorithms and fill caches.
WARM_UP_STEPS = 5
PROFILED_STEPS = 5
OPERATIONS = 15


def profiled(
    batches: Iterator[Batch], folder: Path, device: torch.device, title: str
) -> Iterator[Batch]:
    """The same batches, while the steps that the loop takes with a few of them are profiled.

    Writes `folder`/trace.json (for chrome://tracing or ui.perfetto.dev) and `folder`/summary.md
    after `WARM_UP_STEPS` and `PROFILED_STEPS` more, or at the end where there are fewer.
    """
    warming = WARM_UP_STEPS
    while warming > 0:
        batch = next(batches, None)
        if batch is None:
            return
        warming -= 1
        yield batch
    steps = images = 0
    activities = [ProfilerActivity.CPU]
    if device.type == "cuda":
        activities.append(ProfilerActivity.CUDA)
        torch.cuda.synchronize(device)
    began = time.perf_counter()
    with profile(activities=activities) as profiler:
        while steps < PROFILED_STEPS:
            with part("input"):
                batch = next(batches, None)
            if batch is None:
                break
            yield batch
            steps += 1
            images += len(batch.chips) * len(batch.tiles)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds = time.perf_counter() - began
    if steps:
        folder.mkdir(exist_ok=True)
        with whole_file(folder / "trace.json") as temporary:
            profiler.export_chrome_trace(str(temporary))
        page = summary(profiler, device, title, steps=steps, images=images, seconds=seconds)
        with whole_file(folder / "summary.md") as temporary:
            temporary.write_text(page, encoding="utf-8")
    yield from batches


def summary(
    profiler: profile, device: torch.device, title: str, *, steps: int, images: int, seconds: float
) -> str:
    """The page: milliseconds a step and share of each part, and what takes longest within."""
    taken = part_seconds(profiler, device)
    lines = [
        f"# Profile of {title}",
        "",
        f"{steps} steps, {images} images in {seconds:.3g} s on {device}: "
        f"{images / seconds:.0f} images/s while the profiler looks on, which slows small steps.",
        "",
    ]
    busy = sum(taken.values())
    if device.type == "cuda":
        lines += [
            f"The device computed for {busy / seconds:.0%} of that time. Shares are of the "
            "device's own time; what is missing of 100 % of the clock, it waited.",
            "",
        ]
    else:
        taken["other"] = max(0.0, seconds - busy)
        busy = max(busy, seconds)
    lines += ["| part | ms a step | share |", "|---|---:|---:|"]
    lines += [
        f"| {name} | {1000 * value / steps:.2f} | {value / busy:.1%} |"
        for name, value in taken.items()
    ]
    key = "self_cuda_time_total" if device.type == "cuda" else "self_cpu_time_total"
    table = profiler.key_averages().table(
        sort_by=key, row_limit=OPERATIONS, max_name_column_width=50
    )
    about = (
        "input: waiting for tiles; views: conversion and augmentation; forward: networks and "
        "loss; optimiser: clipping and the step; hooks: momentum encoder, queue and the like; "
        "other: logging and checkpoints."
    )
    lines += ["", about, "", "What takes longest within:", "", "```", table.strip(), "```", ""]
    return "\n".join(lines)


def part_seconds(profiler: profile, device: torch.device) -> dict[str, float]:
    """Seconds of each part in all profiled steps; what lies within another part counts there alone.

    On a GPU the seconds are the device's. Its backward pass is launched by a thread of its own,
    whose work no part encloses: it is what the other parts leave of the whole.
    """
    on_gpu = device.type == "cuda"
    events = profiler.events() or []
    ours = [
        event
        for event in events
        if event.name.startswith(PREFIX) and event.device_type == torch.autograd.DeviceType.CPU
    ]
    ours.sort(key=lambda event: (event.time_range.start, -event.time_range.end))
    taken = dict.fromkeys(PARTS, 0.0)
    around: list[Any] = []
    for event in ours:
        while around and around[-1].time_range.end <= event.time_range.start:
            around.pop()
        length = event.device_time_total if on_gpu else event.time_range.elapsed_us()
        taken[event.name.removeprefix(PREFIX)] += length / 1e6
        if around:
            taken[around[-1].name.removeprefix(PREFIX)] -= length / 1e6
        around.append(event)
    if on_gpu:
        whole = sum(
            event.self_device_time_total
            for event in profiler.key_averages()
            if event.device_type != torch.autograd.DeviceType.CPU
            and not event.key.startswith(PREFIX)
        )
        others = sum(value for name, value in taken.items() if name != "backward")
        taken["backward"] = max(0.0, whole / 1e6 - others)
    return {name: max(0.0, value) for name, value in taken.items()}
