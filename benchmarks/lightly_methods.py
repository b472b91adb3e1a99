"""Pretrain by lightly's implementation of a method, to be measured beside ours.

    python benchmarks/lightly_methods.py --method simclr --dataset D --steps 200 --batch-size 64 \
        --seed 0 --stem imagenet --output RUN

Views, heads and losses are lightly's, put together as its documentation does, with the strength
that it recommends for small pictures (no blur, half the jitter). Tiles, backbone, its first
weights, optimiser and schedule are those of our method of the same name, so that the two differ by
their implementation of the method alone. Writes encoder.safetensors and metrics.csv to the output
folder, as a run does. Needs lightly and, for MAE, timm; tiles of three bands of bytes.
"""

from __future__ import annotations

import argparse
import copy
import csv
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from backend import __version__
from backend.contract.methods import make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.networks.encoder import Encoder, EncoderShape, build_encoder
from backend.networks.encoder_file import EncoderInformation, save_encoder
from backend.training.optimisers import make_optimiser
from backend.training.schedule import learning_rate

# isort: split
# After the backend, which mends torchvision's import where it needs it.
from lightly import loss as losses
from lightly import transforms
from lightly.models import utils
from lightly.models.modules import heads
from lightly.transforms.utils import IMAGENET_NORMALIZE

KEY_MOMENTUM = 0.99  # as our defaults: 0.999 lags behind a short run
QUEUE = 4096
PROTOTYPES = 1024
HIDDEN = 1024


class Pair(nn.Module):
    """A method of two views, backbone and projection; `forward(views)` gives the loss."""

    def __init__(self, backbone: nn.Module, head: nn.Module, criterion: nn.Module) -> None:
        super().__init__()
        self.backbone, self.head, self.criterion = backbone, head, criterion

    def forward(self, views: Sequence[Tensor]) -> Tensor:
        return self.criterion(*(self.head(self.backbone(view)) for view in views))

    def after_step(self) -> None:
        """What follows the optimiser's step."""


class WithTeacher(Pair):
    """The same with a momentum copy of backbone and head."""

    def __init__(
        self, backbone: nn.Module, make_head: Callable[[], nn.Module], criterion: nn.Module
    ) -> None:
        super().__init__(backbone, make_head(), criterion)
        # A head of weight normalisation cannot be copied, but made anew.
        teachers_head = make_head()
        teachers_head.load_state_dict(self.head.state_dict())
        self.teacher = nn.Sequential(copy.deepcopy(backbone), teachers_head)
        utils.deactivate_requires_grad(self.teacher)

    def after_step(self) -> None:
        utils.update_momentum(self.backbone, self.teacher[0], KEY_MOMENTUM)
        utils.update_momentum(self.head, self.teacher[1], KEY_MOMENTUM)


class MoCo(WithTeacher):
    """Queries against keys of the teacher, whose batch normalisation sees shuffled batches."""

    def forward(self, views: Sequence[Tensor]) -> Tensor:
        query = self.head(self.backbone(views[0]))
        with torch.no_grad():
            shuffled, order = utils.batch_shuffle(views[1])
            key = utils.batch_unshuffle(self.teacher(shuffled), order)
        return self.criterion(query, key)


class BYOL(WithTeacher):
    """Each view predicts the teacher's projection of the other."""

    def __init__(self, backbone: nn.Module, features: int) -> None:
        super().__init__(
            backbone,
            lambda: heads.BYOLProjectionHead(features, HIDDEN, 256),
            losses.NegativeCosineSimilarity(),
        )
        self.predictor = heads.BYOLPredictionHead(256, HIDDEN, 256)

    def forward(self, views: Sequence[Tensor]) -> Tensor:
        told = [self.predictor(self.head(self.backbone(view))) for view in views]
        with torch.no_grad():
            wanted = [self.teacher(view) for view in views]
        return 0.5 * (self.criterion(told[0], wanted[1]) + self.criterion(told[1], wanted[0]))


class DINO(WithTeacher):
    """The student's small and large views tell the teacher's assignment of the large ones."""

    def __init__(self, backbone: nn.Module, features: int) -> None:
        super().__init__(
            backbone,
            lambda: heads.DINOProjectionHead(features, HIDDEN, 256, PROTOTYPES),
            losses.DINOLoss(output_dim=PROTOTYPES, warmup_teacher_temp_epochs=1),
        )

    def forward(self, views: Sequence[Tensor]) -> Tensor:
        with torch.no_grad():
            wanted = [self.teacher(view) for view in views[:2]]
        told = [self.head(self.backbone(view)) for view in views]
        return self.criterion(wanted, told, epoch=0)


class MAE(nn.Module):
    """A quarter of the patches is seen; a light transformer tells the others."""

    def __init__(self, vit: nn.Module, width: int) -> None:
        from lightly.models.modules import masked_vision_transformer_decoder_timm as decoders
        from lightly.models.modules.masked_vision_transformer_torchvision import (
            MaskedVisionTransformerTorchvision,
        )

        super().__init__()
        self.backbone = MaskedVisionTransformerTorchvision(vit)
        self.enter = nn.Linear(vit.hidden_dim, width)
        self.decoder = decoders.MaskedVisionTransformerDecoderTIMM(
            num_patches=vit.seq_length - 1, embed_dim=width, depth=2, num_heads=4
        )
        self.leave = nn.Linear(width, 3 * vit.patch_size**2)
        self.patch, self.length = vit.patch_size, vit.seq_length

    def forward(self, views: Sequence[Tensor]) -> Tensor:
        (view,) = views
        kept, hidden = utils.random_token_mask((len(view), self.length), mask_ratio=0.75)
        seen = self.enter(self.backbone.encode(view, idx_keep=kept))
        tokens = utils.repeat_token(self.decoder.mask_token, (len(view), self.length))
        tokens = utils.set_at_index(tokens, kept, seen.type_as(tokens))
        told = self.leave(utils.get_at_index(self.decoder(tokens), hidden))
        wanted = utils.get_at_index(utils.patchify(view, self.patch), hidden - 1)
        mean, variance = wanted.mean(-1, keepdim=True), wanted.var(-1, keepdim=True)
        return nn.functional.mse_loss(told, (wanted - mean) / (variance + 1e-6).sqrt())

    def after_step(self) -> None:
        """Nothing follows."""


def make_method(name: str, encoder: Encoder, size: int) -> tuple[nn.Module, Callable]:
    """lightly's method around our backbone, and its transform of a picture into views."""
    backbone, features = encoder.backbone, encoder.feature_dimension
    small = dict(cj_strength=0.5, gaussian_blur=0.0)
    common = transforms.SimCLRTransform(input_size=size, **small)
    if name == "simclr":
        head = heads.SimCLRProjectionHead(features, features, 128)
        return Pair(backbone, head, losses.NTXentLoss(temperature=0.2)), common
    if name == "moco":
        criterion = losses.NTXentLoss(temperature=0.2, memory_bank_size=(QUEUE, 128))
        view = transforms.MoCoV2Transform(input_size=size, **small)
        return (
            MoCo(backbone, lambda: heads.MoCoProjectionHead(features, features, 128), criterion),
            view,
        )
    if name == "byol":
        first = transforms.BYOLView1Transform(input_size=size, **small)
        second = transforms.BYOLView2Transform(input_size=size, **small)
        return BYOL(backbone, features), transforms.BYOLTransform(first, second)
    if name == "barlow-twins":
        head = heads.BarlowTwinsProjectionHead(features, HIDDEN, HIDDEN)
        return Pair(backbone, head, losses.BarlowTwinsLoss()), common
    if name == "vicreg":
        head = heads.BarlowTwinsProjectionHead(features, HIDDEN, HIDDEN)
        view = transforms.VICRegTransform(input_size=size, **small)
        return Pair(backbone, head, losses.VICRegLoss()), view
    if name == "dino":
        view = transforms.DINOTransform(
            global_crop_size=size,
            local_crop_size=size // 2,
            n_local_views=4,
            cj_strength=0.5,
            gaussian_blur=(0.0, 0.0, 0.0),
        )
        return DINO(backbone, features), view
    if name == "mae":
        return MAE(backbone, 128), transforms.MAETransform(input_size=size)
    raise SystemExit(f"lightly_methods.py has no {name}")


def pictures(dataset: TileDataset) -> list[Image.Image]:
    """The training tiles as pictures, in memory."""
    return [
        Image.fromarray(np.ascontiguousarray(dataset.tile(number).transpose(1, 2, 0)))
        for number in dataset.numbers("train")
    ]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--method", required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stem", default="imagenet")
    parser.add_argument("--architecture")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Train and write."""
    settings = parse()
    values = {k: v for k, v in vars(settings).items() if v is not None}
    job = make_train_job({**values, "dataset": str(settings.dataset), "output": "unused"})
    dataset = TileDataset(settings.dataset)
    data = dataset.information
    torch.manual_seed(settings.seed)
    shape = EncoderShape(
        architecture=job.architecture,
        stem=job.stem,
        bands=3,
        tile_size_px=data.tile_size_px,
        projection="none",
    )
    encoder = build_encoder(shape, seed=settings.seed)
    method, transform = make_method(settings.method, encoder, data.tile_size_px)
    method.to(settings.device).train()
    optimiser = make_optimiser(job, method)
    images = pictures(dataset)
    plan = make_plan(job, len(images))
    loader = torch.utils.data.DataLoader(
        [*range(len(images))],
        batch_size=settings.batch_size,
        shuffle=True,
        drop_last=True,
        collate_fn=lambda chosen: [
            torch.stack(view) for view in zip(*(transform(images[i]) for i in chosen), strict=True)
        ],
    )
    started, step = time.perf_counter(), 0
    while step < plan.steps:
        for views in loader:
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(job, plan, step)
            loss = method([view.to(settings.device) for view in views])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            if job.gradient_clip:
                nn.utils.clip_grad_norm_(method.parameters(), job.gradient_clip)
            optimiser.step()
            method.after_step()
            step += 1
            if step == plan.steps:
                break
    write(
        settings, job, dataset, encoder, step, float(loss.detach()), time.perf_counter() - started
    )


def write(settings, job, dataset, encoder, step, loss, seconds) -> None:
    """The encoder, normalised as lightly's transforms have it, and the last line of a log."""
    data = dataset.information
    information = EncoderInformation(
        method=f"lightly-{settings.method}",
        architecture=job.architecture,
        stem=job.stem,
        embedding_dimension=encoder.embedding_dimension,
        projection="none",
        unit_norm=True,
        bands=tuple(dataset.band_names),
        offset=tuple(255 * value for value in IMAGENET_NORMALIZE["mean"]),
        scale=tuple(255 * value for value in IMAGENET_NORMALIZE["std"]),
        nodata=data.nodata,
        dtype=data.dtype,
        tile_size_px=data.tile_size_px,
        ground_resolution_m=data.ground_resolution_m,
        dataset=data.fingerprint,
        step=step,
        seed=settings.seed,
        software=__version__,
    )
    settings.output.mkdir(parents=True, exist_ok=True)
    save_encoder(settings.output / "encoder.safetensors", information, encoder.cpu())
    with open(settings.output / "metrics.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["step", "loss", "seconds"])
        writer.writerow([step, loss, seconds])


if __name__ == "__main__":
    main()
