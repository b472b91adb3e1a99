"""Self-supervised multitask representation learning.

Li, Chen, Shi, "Semantic Segmentation of Remote Sensing Images With Self-Supervised Multitask
Representation Learning", JSTARS 14, 2021, doi 10.1109/JSTARS.2021.3090418.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.contract.colours import rgb_places
from backend.contract.systems.multitask import TASKS, MultitaskTrainJob
from backend.data.dataset import TileDataset
from backend.data.proportions import land_cover_proportions
from backend.data.relations import Itself
from backend.losses.nt_xent import nt_xent
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.losses.weighted_l1 import weighted_l1
from backend.networks.class_head import make_class_head
from backend.networks.decoder import DecoderShape, build_decoder
from backend.networks.transform_head import TransformHead
from backend.runtime.errors import RequestError
from backend.views.colour import jitter_as_asked, to_grey
from backend.views.crops import random_side_crop
from backend.views.dihedral import turn_at_random
from backend.views.draws import on_host
from backend.views.normalisation import check_unit_range
from backend.views.occlusion import occlude
from backend.views.random_order import in_random_order
from backend.views.turns import SETS, draw_labels, turn_as_released, turn_by_label

from .recipe import Outcome, Recipe, start_encoder

_MEASURES = {
    "inpainting": ("inpainting_loss", "unrepaired_loss"),
    "transform": ("transform_loss", "transform_accuracy"),
    "contrast": ("contrast_loss",),
    "land-cover": ("land_cover_loss",),
}


class Multitask(Recipe):
    """One encoder, three images made of one tile, and a head for each task.

    Inpainting repairs the tile in which a block was changed; the finer feature maps help. Transform
    names the turn between the tile and its second view, contrast knows that view among those of
    other tiles; both look at the coarsest map alone. The total is the weighted sum of the tasks'
    losses. A fourth task, the shares of land cover, is GeoKR's.
    """

    def __init__(self, job: MultitaskTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.weights = task_weights(job)
        _check_ranges(job)
        if job.jitter_probability > 0:
            check_unit_range(job.normalisation, dataset.information)
        self.measures = tuple(name for task in self.weights for name in _MEASURES[task])
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, dataset.information, projection="none")
        self.heads = nn.ModuleDict()
        for number, task in enumerate(TASKS):
            if task in self.weights:
                # Seeds of their own: a head starts the same whatever other tasks there are.
                with torch.random.fork_rng(devices=[]):
                    torch.manual_seed(job.seed + number)
                    self.heads[task] = self._make_head(task, job, dataset)
        if "inpainting" in self.heads:
            self.extras = {"decoder": self.heads["inpainting"]}
        if set(self.weights) == {"transform"}:
            self.chance_loss = self.weights["transform"] * math.log(len(SETS[job.transforms]))
        self._job = job
        self._rgb = rgb_places(dataset.band_names)

    def _make_head(self, task: str, job: MultitaskTrainJob, dataset: TileDataset) -> nn.Module:
        backbone = self.encoder.backbone
        channels = backbone.stage_channels[-1]
        if task == "inpainting":
            shape = DecoderShape(
                backbone.stage_channels,
                backbone.stage_strides,
                outputs=len(dataset.band_names),
                width=job.decoder_width,
                skips=job.decoder_skips,
            )
            return build_decoder(shape, seed=job.seed)
        if task == "transform":
            return TransformHead(channels, len(SETS[job.transforms]), dropout=job.dropout)
        if task == "contrast":
            wide = 2 * job.embedding_dimension
            between = nn.Sigmoid() if job.contrast_activation == "sigmoid" else nn.ReLU()
            return nn.Sequential(
                nn.Linear(channels, wide), between, nn.Linear(wide, job.embedding_dimension)
            )
        return self._make_land_cover_head(channels, job, dataset)

    def _make_land_cover_head(
        self, channels: int, job: MultitaskTrainJob, dataset: TileDataset
    ) -> nn.Module:
        if not dataset.information.classes:
            raise RequestError(
                f"the task land-cover needs land cover, and {dataset.folder} has none",
                "build the dataset with --land-cover, or leave land-cover out of --tasks",
            )
        proportions = land_cover_proportions(
            dataset,
            job.classes,
            minimum_pixels=job.minimum_labelled_pixels,
            minimum_fraction=job.minimum_labelled_fraction,
        )
        if not proportions.weights[dataset.numbers("train")].any():
            raise RequestError(
                f"no training tile of {dataset.folder} holds enough land cover to learn from",
                "name other --classes, or lower --minimum-labelled-pixels and "
                "--minimum-labelled-fraction",
            )
        # By chip number; derived from the dataset, so no part of a checkpoint.
        shares, weights = (
            torch.from_numpy(v).float() for v in (proportions.values, proportions.weights)
        )
        self.register_buffer("shares", shares, persistent=False)
        self.register_buffer("share_weights", weights, persistent=False)
        return make_class_head(channels, 0, len(proportions.names), seed=job.seed)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        # A stream for each part: what a task draws does not depend on which others there are.
        first, block, second, dropped = _streams(generator, 4)
        first_turn = turn_at_random if self._job.turns == "uniform" else turn_as_released
        # The loop hands over bfloat16 where networks compute in it; views and targets are float32.
        tile = first_turn(tiles[0].float(), first)
        values: dict[str, Tensor] = {}
        if "inpainting" in self.heads:
            embedding = self._inpaint(tile, block, values)
        if self.heads.keys() - {"inpainting"}:
            embedding = self._recognise(tile, chips, second, dropped, values)
        total = sum(weight * values[_loss(task)] for task, weight in self.weights.items())
        measures = {name: value.detach() for name, value in values.items()}
        return Outcome(total, embedding.detach().float(), measures)

    def _inpaint(self, tile: Tensor, block: torch.Generator, values: dict[str, Tensor]) -> Tensor:
        """Repair an occluded tile; the loss and that of no repair go into `values`."""
        occluded = self.occluded(tile, block)
        features = self.encoder.stages(occluded)
        repaired = self.heads["inpainting"](features, tuple(tile.shape[2:]))
        corruption = (tile - occluded).abs()
        values["inpainting_loss"] = weighted_l1(repaired, tile, corruption)
        values["unrepaired_loss"] = weighted_l1(occluded, tile, corruption)
        return _pooled(features[-1])

    def _recognise(
        self,
        tile: Tensor,
        chips: Tensor,
        second: torch.Generator,
        dropped: torch.Generator,
        values: dict[str, Tensor],
    ) -> Tensor:
        """The tasks that look at the coarsest map; their losses go into `values`."""
        heads, before = self.heads, self.encoder.stages(tile)[-1]
        embedding = _pooled(before)
        if "land-cover" in heads:
            shares, weights = self.shares[chips], self.share_weights[chips]
            logits = heads["land-cover"](embedding)
            values["land_cover_loss"] = soft_cross_entropy(logits, shares, weights=weights)
        if not heads.keys() & {"transform", "contrast"}:
            return embedding
        view, labels = self.second_view(tile, second)
        after = self.encoder.stages(view)[-1]
        if "transform" in heads:
            logits = heads["transform"](before, after, dropped).float()
            values["transform_loss"] = functional.cross_entropy(logits, labels)
            values["transform_accuracy"] = (logits.argmax(dim=1) == labels).float().mean()
        if "contrast" in heads:
            embedding, other = (heads["contrast"](_pooled(maps)) for maps in (before, after))
            values["contrast_loss"] = nt_xent(
                embedding,
                other,
                temperature=self._job.temperature,
                self_similarity=self._job.self_similarity,
            )
        return embedding

    def occluded(self, tile: Tensor, generator: torch.Generator) -> Tensor:
        """Tiles (B, bands, T, T) with a block of each changed in colour and direction."""
        share = (self._job.smallest_block, self._job.largest_block)
        return occlude(tile, generator, on_host(generator), share=share, jitter=self.jittered)

    def second_view(self, tile: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Tiles turned by a label, then cropped, jittered and greyed in any order; the labels (B,).

        Without the latter the turn would show in single pixels, and the tile in its colours.
        """
        job = self._job
        labels = draw_labels(len(tile), job.transforms, generator)
        turned = turn_by_label(tile, labels, job.transforms)
        side = (job.smallest_crop, job.largest_crop)
        views = (
            lambda tiles, generator: random_side_crop(tiles, generator, side=side),
            self.jittered,
            lambda tiles, generator: to_grey(
                tiles, generator, probability=job.grey_probability, rgb=self._rgb
            ),
        )
        return in_random_order(turned, generator, on_host(generator), views), labels

    def jittered(self, tiles: Tensor, generator: torch.Generator) -> Tensor:
        """Tiles or blocks in [0, 1], their colours changed as the job says."""
        if self._job.jitter_probability == 0:
            return tiles
        return jitter_as_asked(tiles, generator, self._job, self._rgb)


def _streams(generator: torch.Generator, count: int) -> list[torch.Generator]:
    """Generators on the same device, seeded by this one's seed."""
    seeds = on_host(generator).integers(2**62, size=count).tolist()
    return [torch.Generator(generator.device).manual_seed(seed) for seed in seeds]


def _pooled(maps: Tensor) -> Tensor:
    return maps.mean(dim=(2, 3))


def _loss(task: str) -> str:
    """What a task's loss is called in the log."""
    return f"{task.replace('-', '_')}_loss"


def task_weights(job: MultitaskTrainJob) -> dict[str, float]:
    """The weight of each task that takes part, in the order of TASKS; those of weight 0 do not.

    RequestError where none is left.
    """
    weights = {task: getattr(job, f"{task.replace('-', '_')}_weight") for task in TASKS}
    chosen = {task: weights[task] for task in TASKS if task in job.tasks and weights[task] > 0}
    if not chosen:
        raise RequestError(
            "no task is left to learn by", "name --tasks, and give one a weight above 0"
        )
    return chosen


def _check_ranges(job: MultitaskTrainJob) -> None:
    """RequestError where a range is upside down."""
    for what in ("block", "crop"):
        low, high = (getattr(job, f"{end}_{what}") for end in ("smallest", "largest"))
        if low > high:
            raise RequestError(
                f"--smallest-{what} {low:g} is more than --largest-{what} {high:g}",
                "exchange the two",
            )


def recipe(job: MultitaskTrainJob, dataset: TileDataset) -> Multitask:
    """The recipe as the job sets it."""
    return Multitask(job, dataset)
