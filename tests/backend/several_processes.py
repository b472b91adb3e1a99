"""Started by torchrun or alone: three steps of each method, and what came of them, as JSON.

    python -m tests.backend.several_processes OUTPUT DATASET LARGE_DATASET METHOD ...

LARGE_DATASET is for the methods that need larger tiles.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.networks.backbones import ARCHITECTURES
from backend.training.batches import Batches
from backend.training.learner import Learner
from backend.training.processes import Processes, joined
from tests.backend.every_method import GRID, job_of, narrow_transformer
from tests.backend.tiny_backbone import CPU, TinyBackbone

STEPS = 3


def trained(method: str, dataset: TileDataset, processes: Processes) -> dict:
    """Losses of the steps, and the norm of each tensor that was trained or followed."""
    job = job_of(method, steps=STEPS, batch_size=9, seed=1)
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU, processes)
    batches = Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)
    losses = [float(learner.take_step(batches.batch(n))[0].loss.detach()) for n in range(STEPS)]
    content = learner.recipe.state_dict()
    tensors = {n: t for n, t in content.items() if torch.is_tensor(t) and t.is_floating_point()}
    return dict(losses=losses, norms={name: float(t.norm()) for name, t in tensors.items()})


def main() -> None:
    ARCHITECTURES["resnet18"] = TinyBackbone
    ARCHITECTURES["vit-tiny"] = narrow_transformer
    small, large = (TileDataset(folder) for folder in sys.argv[2:4])
    names = sys.argv[4:]
    with joined(job_of("simclr"), CPU) as processes:
        found = {name: trained(name, large if name in GRID else small, processes) for name in names}
        # Written by each process, so that the test sees that all came to the same.
        file = Path(f"{sys.argv[1]}-{processes.rank}.json")
        file.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
