"""B3: one step of MoCo v2 on views that lie ready on the device, beside lightly and torchgeo.

    python benchmarks/b3_step.py
    python benchmarks/b3_step.py --device cuda --batch 1024 --precision bf16

ResNet-18 with ImageNet's stem, four bands, 4,096 negatives, SGD. lightly's step is written as its
documentation writes MoCo, with our backbone's layers; torchgeo's is `MoCoTask.training_step` with
timm's ResNet-18, its augmentation switched off. Ours is the whole `Learner.take_step`: conversion
from uint8, both encoders, loss, backward, optimiser, momentum encoder and queue. The roof is what
this machine reaches in a large matrix product, over the operations of a step.

With --compile, our losses over `--check-steps` are first compared with those of the eager networks.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import tempfile
import warnings
from pathlib import Path

import torch
from measure import Report, parser, peer
from tile_sets import (
    LightlyMoCo,
    add_training_options,
    chip_dataset,
    make_learner,
    moco_job,
    one_batch,
    smooth_chips,
)

from backend.networks.backbones import build_backbone
from backend.training.speed import flops_per_sample, measured_peak

BANDS = 4
# Views that lie ready: ours makes none.
NO_VIEWS = dict(
    crop_area=1.0, turns="none", jitter_probability=0.0, grey_probability=0.0, blur_probability=0.0
)


def autocast(arguments):
    if arguments.precision == "float32":
        return contextlib.nullcontext()
    return torch.autocast(torch.device(arguments.device).type, torch.bfloat16)


def lightly_step(arguments, views: tuple[torch.Tensor, torch.Tensor], channels_last: bool):
    """As the documentation's loop; channels-last is not in it, and shown apart."""
    backbone = build_backbone("resnet18", bands=BANDS, stem="imagenet", tile_size_px=arguments.size)
    model = LightlyMoCo(backbone, backbone.feature_dimension, queue=4096).to(arguments.device)
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        views = tuple(v.to(memory_format=torch.channels_last) for v in views)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.06)

    def work() -> None:
        with autocast(arguments):
            loss = model.loss(*views)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()

    return work


def torchgeo_step(arguments, views: tuple[torch.Tensor, torch.Tensor]):
    from torchgeo.trainers import MoCoTask

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        task = MoCoTask(
            model="resnet18", in_channels=BANDS, version=2, layers=2, hidden_dim=512,
            output_dim=128, temperature=0.2, memory_bank_size=4096, size=arguments.size,
            augmentation1=torch.nn.Identity(), augmentation2=torch.nn.Identity(),
        ).to(arguments.device)  # fmt: skip
    task.log = lambda *_given, **_named: None
    optimiser = torch.optim.SGD(task.parameters(), lr=0.06)
    pair = torch.cat(views, dim=1)

    def work() -> None:
        with autocast(arguments):
            loss = task.training_step({"image": pair}, 0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return work


def compare_compiled(report: Report, dataset, job, batch, steps: int) -> None:
    """The losses of our compiled and eager networks from one start."""
    eager = dataclasses.replace(job, compile="none")
    losses = [
        [
            float(learner.take_step(dataclasses.replace(batch, step=step))[0].loss.detach())
            for step in range(steps)
        ]
        for learner in (make_learner(dataset, how) for how in (eager, job))
    ]
    worst = max(abs(a - b) / abs(a) for a, b in zip(*losses, strict=True))
    report.note(
        f"Compiled ({job.compile}) and eager losses of {steps} steps differ by at most {worst:.1e} "
        f"of their value; the last are {losses[1][-1]:.6f} and {losses[0][-1]:.6f}."
    )


def main() -> None:
    options = parser(__doc__)
    add_training_options(options)
    options.add_argument("--check-steps", type=int, default=10)
    options.set_defaults(batch=64)
    arguments = options.parse_args()
    report = Report("b3_step", f"B3: one MoCo v2 step, {arguments.size} px, ResNet-18", arguments)
    report.settings = dict(
        batch=arguments.batch, size=arguments.size, bands=BANDS, precision=arguments.precision,
        compile=arguments.compile,
    )  # fmt: skip
    device, case = torch.device(arguments.device), f"batch {arguments.batch}"
    with tempfile.TemporaryDirectory(prefix="near_things_") as name:
        chips = smooth_chips(arguments.batch, BANDS, arguments.size)
        dataset = chip_dataset(Path(name) / "b3.tiles", chips, tile=arguments.size, radius=0)
        job = moco_job(dataset, arguments, batch_size=arguments.batch, steps=1000, **NO_VIEWS)
        batch = one_batch(dataset, arguments.batch)
        if arguments.compile != "none":
            compare_compiled(report, dataset, job, batch, arguments.check_steps)
        learner = make_learner(dataset, job)
        pixels = torch.from_numpy(batch.tiles[0]).to(device)
        ready = dataclasses.replace(batch, tiles=(pixels,))
        views = (learner.input_of(pixels), learner.input_of(pixels).flip(3))
        ways = {"ours": lambda: learner.take_step(ready)}
        if peer("lightly") is None:
            report.missing("lightly", "not installed", case)
        else:
            ways["lightly"] = lightly_step(arguments, views, channels_last=False)
            ways["lightly, channels last"] = lightly_step(arguments, views, channels_last=True)
        try:
            ways["torchgeo MoCoTask"] = torchgeo_step(arguments, copy.copy(views))
        except Exception as error:
            report.missing("torchgeo MoCoTask", f"does not run: {type(error).__name__}", case)
        flops = flops_per_sample(learner.recipe, BANDS, arguments.size, device)
        dtype = torch.bfloat16 if arguments.precision == "bf16" else torch.float32
        roof = ("matrix product", measured_peak(device, dtype, seconds=1.0) / flops)
        report.compare(case, "pairs/s", ways, amount=arguments.batch, limit=roof)
    report.note(f"A pair takes {flops / 1e9:.3g} GFLOP, forward and backward.")
    report.write()


if __name__ == "__main__":
    main()
