"""Tile datasets and jobs for the benchmarks: random pixels, since no time depends on them."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import rasterio
import torch
from torch import Tensor

from backend.contract.jobs import TrainJob
from backend.contract.methods import make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.training.batches import Batch
from backend.training.learner import Learner
from tests.backend.conftest import write_dataset

COLOURS = ("red", "green", "blue", "nir", *(f"band_{number}" for number in range(5, 14)))


def smooth_chips(count: int, bands: int, side: int) -> np.ndarray:
    """Chips (count, bands, side, side) uint8 of blobs and noise, as compressible as a picture."""
    generator = np.random.default_rng(0)
    blobs = generator.integers(30, 200, (count, bands, -(-side // 10), -(-side // 10)))
    chips = blobs.repeat(10, axis=2).repeat(10, axis=3)[:, :, :side, :side].astype(np.uint8)
    chips += generator.integers(0, 40, chips.shape, dtype=np.uint8)
    return chips


def chip_dataset(folder: Path, chips: np.ndarray, *, tile: int, radius: int) -> TileDataset:
    """A tile dataset of these chips, nearly all for training."""
    count, bands = chips.shape[:2]
    values = dict(count=count, bands=COLOURS[:bands], dtype=str(chips.dtype), classes=1)
    return TileDataset(
        write_dataset(folder, tile=tile, radius=radius, chips=chips, splits=(1.0, 0.0), **values)
    )


def mosaic_scene(path: Path, chips: np.ndarray) -> Path:
    """The chips side by side as one GeoTIFF in blocks of 256 px: the same bytes."""
    count, bands, side, _side = chips.shape
    across = int(np.sqrt(count))
    whole = chips[: across**2].reshape(across, across, bands, side, side)
    pixels = whole.transpose(2, 0, 3, 1, 4).reshape(bands, across * side, -1)
    layout = dict(width=pixels.shape[2], height=pixels.shape[1], count=bands, dtype=pixels.dtype)
    transform = rasterio.Affine(30, 0, 300_000, 0, -30, 4_200_000)
    blocks = dict(tiled=True, blockxsize=256, blockysize=256)
    place = dict(crs="EPSG:32612", transform=transform)
    with rasterio.open(path, "w", driver="GTiff", **layout, **blocks, **place) as file:
        file.write(pixels)
    return path


def moco_job(dataset: TileDataset, arguments: argparse.Namespace, **values: object) -> TrainJob:
    """A job of MoCo v2 as lightly's documentation has it, on our side."""
    common = dict(
        dataset=str(dataset.folder), output="run", method="moco", architecture="resnet18",
        stem="imagenet", embedding_dimension=128, queue_size=4096, batch_norm_groups=1,
        learning_rate=0.06, weight_decay=0.0, nesterov=False, gradient_clip=0.0,
        schedule="constant", device=arguments.device, precision=arguments.precision,
        residency=arguments.residency, compile=arguments.compile, blur_sigma_px=2.0,
        normalisation="percentiles",
    )  # fmt: skip
    return make_train_job({**common, **values})


def make_learner(dataset: TileDataset, job: TrainJob) -> Learner:
    """What learns by that job."""
    plan = make_plan(job, len(dataset.numbers("train")))
    return Learner(job, dataset, plan, torch.device(job.device))


class LightlyMoCo(torch.nn.Module):
    """MoCo as lightly's documentation writes it (docs/source/examples/moco.rst), any backbone."""

    def __init__(self, backbone: torch.nn.Module, features: int, queue: int) -> None:
        import copy

        from lightly.loss import NTXentLoss
        from lightly.models.modules import MoCoProjectionHead
        from lightly.models.utils import deactivate_requires_grad

        super().__init__()
        self.backbone = backbone
        self.projection_head = MoCoProjectionHead(features, features, 128)
        self.backbone_momentum = copy.deepcopy(self.backbone)
        self.projection_head_momentum = copy.deepcopy(self.projection_head)
        deactivate_requires_grad(self.backbone_momentum)
        deactivate_requires_grad(self.projection_head_momentum)
        self.criterion = NTXentLoss(temperature=0.2, memory_bank_size=(queue, 128))

    def loss(self, x_query: Tensor, x_key: Tensor) -> Tensor:
        """The loss of one batch of two views, the key encoder moved first."""
        from lightly.models.utils import update_momentum

        update_momentum(self.backbone, self.backbone_momentum, m=0.996)
        update_momentum(self.projection_head, self.projection_head_momentum, m=0.996)
        query = self.projection_head(self.backbone(x_query).flatten(start_dim=1))
        with torch.no_grad():
            key = self.backbone_momentum(x_key).flatten(start_dim=1)
            key = self.projection_head_momentum(key).detach()
        return self.criterion(query, key)


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """The options of a step that both sides know, and ours."""
    parser.add_argument("--batch", type=int, default=None, help="samples a step")
    parser.add_argument("--size", type=int, default=64, help="side of a tile in px")
    parser.add_argument("--precision", default="float32", choices=("float32", "bf16"))
    parser.add_argument("--compile", default="none", help="none, default or cuda-graphs (ours)")
    parser.add_argument("--residency", default="auto", help="where our chips are")


def one_batch(dataset: TileDataset, size: int) -> Batch:
    """The anchor tiles of the first chips, as a step takes them."""
    numbers = np.arange(size, dtype=np.int64) % len(dataset)
    return Batch(0, numbers, (dataset.tiles(numbers),))
