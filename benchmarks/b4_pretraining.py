"""B4: pretraining from files to a trained encoder, beside scripts as lightly's docs write them.

    python benchmarks/b4_pretraining.py
    python benchmarks/b4_pretraining.py --device cuda --batch 1024 --steps 200 --precision bf16

MoCo v2 on tiles of red, green and blue, ResNet-18 with ImageNet's stem, the same layers on all
sides. Ours is the verb itself, `python -m backend.train`, with its log and checkpoint; the peers
read PNG files by a DataLoader with workers, as their documentation has it: lightly's
MoCoV2Transform on PIL images, and torchvision's transforms v2 on tensors. Timed is the second half
of the steps, so that no start-up counts on any side. The roof is our step on a batch that is there
already, its views included (B3 with views).
"""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from b2_views import RECIPE, torchvision_views
from b3_step import autocast
from measure import Report, Seconds, parser, peer, synchroniser
from PIL import Image
from tile_sets import (
    LightlyMoCo,
    add_training_options,
    chip_dataset,
    make_learner,
    moco_job,
    one_batch,
    smooth_chips,
)

from backend import train
from backend.contract.settings import to_mapping
from backend.networks.backbones import build_backbone
from backend.runtime.files import write_json

BANDS = 3


def our_verb(job, folder: Path, steps: int) -> Callable[[], Seconds]:
    """`backend.train` by a job file; the seconds of its second half are those of its own log."""
    values = dict(to_mapping(job), output=str(folder / "run"), overwrite=True)
    values |= dict(steps=steps, log_every_steps=steps // 2, tensorboard=False)
    write_json(folder / "job.json", values)

    def work() -> Seconds:
        shutil.rmtree(folder / "run", ignore_errors=True)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            status = train.main(["--config", str(folder / "job.json")])
        assert status == 0
        with open(folder / "run" / "metrics.csv", newline="", encoding="utf-8") as file:
            middle, end = (float(row["seconds"]) for row in csv.DictReader(file))
        return Seconds(end - middle)

    return work


def script(arguments, loader: Iterable, pair) -> Callable[[], Seconds]:
    """The documentation's loop over a loader; `pair(batch)` gives the two views."""
    backbone = build_backbone("resnet18", bands=BANDS, stem="imagenet", tile_size_px=arguments.size)
    model = LightlyMoCo(backbone, backbone.feature_dimension, queue=4096).to(arguments.device)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.06)
    synchronise = synchroniser(arguments.device)

    def work() -> Seconds:
        total, began = 0.0, 0.0
        for number, batch in enumerate(loader, start=1):
            query, key = (view.to(arguments.device, non_blocking=True) for view in pair(batch))
            with autocast(arguments):
                loss = model.loss(query, key)
            total += loss.detach()
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            if number == arguments.steps // 2:
                synchronise()
                began = time.perf_counter()
        synchronise()
        return Seconds(time.perf_counter() - began)

    return work


def loader_of(dataset, arguments) -> torch.utils.data.DataLoader:
    return torch.utils.data.DataLoader(
        dataset,
        batch_size=arguments.batch,
        shuffle=True,
        drop_last=True,
        num_workers=arguments.workers,
    )


class Pictures(torch.utils.data.Dataset):
    """PNG files as tensors, two views of each by torchvision's transforms v2."""

    def __init__(self, folder: Path, size: int) -> None:
        self.paths, self.views = sorted(folder.glob("*.png")), torchvision_views(size, colours=True)

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = np.array(Image.open(self.paths[number]))
        tile = torch.from_numpy(pixels).permute(2, 0, 1)
        return self.views(tile), self.views(tile)


def main() -> None:
    options = parser(__doc__)
    add_training_options(options)
    options.add_argument("--steps", type=int, default=12, help="of each run; half are timed")
    options.add_argument("--workers", type=int, default=2, help="of the peers' DataLoader")
    options.set_defaults(batch=16, repeats=5)
    arguments = options.parse_args()
    report = Report("b4_pretraining", "B4: MoCo v2 from files, ResNet-18", arguments)
    batch, size, steps = arguments.batch, arguments.size, arguments.steps // 2 * 2
    report.settings = dict(
        batch=batch, size=size, bands=BANDS, steps=steps, workers=arguments.workers,
        precision=arguments.precision,
    )  # fmt: skip
    case, roof = f"{size} px, batch {batch}", "our step, tiles there already"
    with tempfile.TemporaryDirectory(prefix="near_things_") as name:
        folder = Path(name)
        chips = smooth_chips(batch * steps, BANDS, size)
        dataset = chip_dataset(folder / "b4.tiles", chips, tile=size, radius=0)
        pictures = folder / "pictures"
        pictures.mkdir()
        for number, chip in enumerate(chips):
            Image.fromarray(chip.transpose(1, 2, 0)).save(pictures / f"{number:06d}.png")

        job = moco_job(dataset, arguments, batch_size=batch, steps=steps, **RECIPE)
        learner, ready = make_learner(dataset, job), one_batch(dataset, batch)

        def step_alone() -> None:
            for _ in range(steps // 2):
                learner.take_step(ready)

        ways = {"ours, python -m backend.train": our_verb(job, folder, steps)}
        if peer("lightly") is None:
            report.missing("lightly script", "not installed", case)
        else:
            from lightly.data import LightlyDataset
            from lightly.transforms import MoCoV2Transform

            dataset_pil = LightlyDataset(str(pictures), transform=MoCoV2Transform(input_size=size))
            pil = script(arguments, loader_of(dataset_pil, arguments), lambda batch: batch[0])
            ways["lightly script, PIL"] = pil
            tensors = loader_of(Pictures(pictures, size), arguments)
            ways["script, torchvision v2"] = script(arguments, tensors, lambda batch: batch)
        ways[roof] = step_alone
        report.compare(case, "tiles/s", ways, amount=batch * (steps - steps // 2), limit=roof)
    report.write()


if __name__ == "__main__":
    main()
