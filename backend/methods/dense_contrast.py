"""DenseCL and region contrast: MoCo of whole tiles and of the places within them.

Wang, Zhang, Shen, Kong, Li, "Dense Contrastive Learning for Self-Supervised Visual Pre-Training",
CVPR 2021, arXiv 2011.09157; Ding et al., "Deeply Unsupervised Patch Re-Identification for
Pre-Training Object Detectors", TPAMI 46, 2024, arXiv 2103.04814.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.contract.systems.dense import DenseContrastTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.momentum import MomentumUpdate, make_follower
from backend.hooks.split_batch_norm import forward_in_groups
from backend.losses.infonce import infonce
from backend.networks.dense_head import DenseHead
from backend.networks.encoder import Encoder
from backend.views.photometric import PhotometricViews
from backend.views.tracked import TrackedViews, as_cells, cell_places

from .dense_matching import (
    cell_diagonal,
    dense_stages,
    gather_cells,
    match_by_features,
    match_by_place,
    pooled,
    pyramid_of,
)
from .key_queue import queue_of
from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround


class DenseContrast(Recipe):
    """As MoCo for a tile as a whole; and each cell of the query's map is to tell the cell of the
    key's map that it belongs to among a queue of other tiles' cells.

    Cells belong together whose features are the most alike, or that lie at the same place of the
    tile. The queue holds the mean of each key's cells. There may be several maps, each with a head
    and a queue. With a feature pyramid it is the pyramid's maps that are projected.
    """

    measures = ("whole_loss", "dense_loss", "matched_share")

    def __init__(self, job: DenseContrastTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.view = TrackedViews(PhotometricViews(job, information))
        encoder = start_encoder(job, information, projection="mlp")
        self.stages = dense_stages(
            encoder, information.tile_size_px, job.dense_cells, job.dense_levels
        )
        pyramid = pyramid_of(job, encoder, information.tile_size_px, seed=job.seed + 100)
        channels = [
            job.feature_pyramid or encoder.backbone.stage_channels[stage] for stage in self.stages
        ]
        heads = nn.ModuleList(
            DenseHead(width, width, job.embedding_dimension, seed=job.seed + 1 + level)
            for level, width in enumerate(channels)
        )
        self.leader = nn.ModuleDict(dict(encoder=encoder, heads=heads))
        if pyramid is not None:
            self.leader["pyramid"] = pyramid
        self.follower = make_follower(self.leader)
        self.queue = queue_of(job, information, start="unit")
        self.cell_queues = nn.ModuleList(
            queue_of(job, information, start="unit", kept=f"cells_{level}", seed=1 + level)
            for level in range(len(self.stages))
        )
        self.hooks = (
            MomentumUpdate(self.leader, self.follower, job.key_momentum),
            self.queue,
            *self.cell_queues,
        )
        self.same_ground = SameGround(dataset) if job.mask_own_keys else None
        self.chance_loss = math.log(len(self.queue.keys) + 1)
        self._job = job

    @property
    def encoder(self) -> Encoder:
        return self.leader["encoder"]

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        job = self._job
        view, query_places = self.view(tiles[0], generator)
        query, *query_levels = self.vectors(self.leader, view)
        with torch.no_grad():
            view, key_places = self.view(tiles[0], generator)
            key, *key_levels = forward_in_groups(
                lambda part: self.vectors(self.follower, part),
                view,
                job.batch_norm_groups,
                generator,
            )
        own = self.same_ground(chips, self.queue.chips) if self.same_ground else None
        whole = infonce(query, key, self.queue.keys, temperature=job.temperature, masked=own)

        kept, losses, shares = dict(keys=key, chips=chips), [], []
        # Each level has its map's features, then its cells' projections.
        pairs = zip(
            query_levels[::2], query_levels[1::2], key_levels[::2], key_levels[1::2], strict=True
        )
        for level, (query_map, query_cells, key_map, key_cells) in enumerate(pairs):
            numbers, counts = self.match(query_map.detach(), key_map, query_places, key_places)
            negatives = self.cell_queues[level].keys
            losses.append(
                infonce(
                    query_cells.flatten(0, 1),
                    gather_cells(key_cells, numbers).flatten(0, 1),
                    negatives,
                    temperature=job.temperature,
                    masked=None if own is None else own.repeat_interleave(numbers.shape[1], dim=0),
                    weights=counts.flatten(),
                )
            )
            shares.append(counts.float().mean())
            kept[f"cells_{level}"] = functional.normalize(key_cells.mean(dim=1), dim=1)
        dense = torch.stack(losses).mean()
        measures = dict(
            whole_loss=whole.detach(),
            dense_loss=dense.detach(),
            matched_share=torch.stack(shares).mean(),
        )
        loss = (1 - job.dense_weight) * whole + job.dense_weight * dense
        return Outcome(loss, query.detach().float(), measures, kept)

    def vectors(self, network: nn.ModuleDict, view: Tensor) -> list[Tensor]:
        """The embedding (B, D); then of each level the map's features (B, C, h, w), and its cells'
        projections (B, h · w, D)."""
        maps = network["encoder"].stages(view)
        projected = network["pyramid"](maps) if "pyramid" in network else maps
        found = [network["encoder"].project(pooled(maps))]
        for stage, head in zip(self.stages, network["heads"], strict=True):
            found += [maps[stage], head(projected[stage])]
        return found

    def match(
        self, query_map: Tensor, key_map: Tensor, query_places: Tensor, key_places: Tensor
    ) -> tuple[Tensor, Tensor]:
        """For each cell of the query's map, the number of the key's cell (B, N), and whether the
        two belong together (B, N)."""
        rows, columns = query_map.shape[2:]
        if self._job.correspondence == "features":
            numbers = match_by_features(as_cells(query_map), as_cells(key_map))
            return numbers, torch.ones_like(numbers, dtype=torch.bool)
        numbers, distances = match_by_place(
            cell_places(query_places, rows, columns), cell_places(key_places, rows, columns)
        )
        # Half a diagonal of the key's cells: the middle lies in the cell, or hardly beside it.
        reach = cell_diagonal(key_places, rows, columns) / 2
        return numbers, distances <= reach[:, None]


def recipe(job: DenseContrastTrainJob, dataset: TileDataset) -> DenseContrast:
    """The recipe as the job sets it."""
    return DenseContrast(job, dataset)
