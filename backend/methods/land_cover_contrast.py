"""SupCon and SoftCon: tiles of the same land cover should look alike.

Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, arXiv 2004.11362; Wang, Albrecht,
Zhu, "Multi-Label Guided Soft Contrastive Learning for Efficient Earth Observation Pretraining",
TGRS 62, 2024, arXiv 2405.20462.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.land_cover_contrast import LandCoverContrastTrainJob
from backend.data.dataset import TileDataset
from backend.data.proportions import land_cover_proportions
from backend.losses.soft_contrast import soft_contrast
from backend.networks.directions import directions, products
from backend.runtime.errors import RequestError

from .recipe import Outcome, Recipe, start_encoder
from .two_views import TwoViews


class LandCoverContrast(Recipe):
    """Two views of each tile; positives of a view are the tile's other view and both views of
    tiles whose land cover is the same, or as far as it is alike.

    A tile of which the land cover says too little has its other view alone, as in SimCLR.
    """

    measures = ("positive_cosine", "positive_share")

    def __init__(self, job: LandCoverContrastTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        self.encoder = start_encoder(job, dataset.information, projection=job.projection)
        proportions = land_cover_proportions(
            dataset,
            job.classes,
            minimum_pixels=job.minimum_labelled_pixels,
            minimum_fraction=job.minimum_labelled_fraction,
        )
        if not proportions.weights[dataset.numbers("train")].any():
            raise RequestError(
                f"no training tile of {dataset.folder} holds enough land cover of the classes "
                f"{', '.join(proportions.names)}",
                "name other --classes, or lower --minimum-labelled-pixels and "
                "--minimum-labelled-fraction",
            )
        # By chip number; derived from the dataset, so no part of a checkpoint.
        for name, values in (("shares", proportions.values), ("known", proportions.weights)):
            self.register_buffer(name, torch.from_numpy(values).float(), persistent=False)
        # All views alike: each of the others is as likely, whatever the weights.
        self.chance_loss = math.log(2 * job.batch_size - 1)
        self._temperature = job.temperature
        self._dominant = job.positives == "dominant"

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        views = self.encoder(torch.cat(self.views(tiles, generator)))
        weights = self.likeness(chips).repeat(2, 2)
        loss = soft_contrast(views, weights, temperature=self._temperature)
        first, second = views.detach().float().chunk(2)
        count = len(weights)
        measures = dict(
            positive_cosine=(first * second).sum(dim=1).mean(),
            positive_share=(weights.sum() - weights.trace()) / (count * (count - 1)),
        )
        return Outcome(loss, first, measures)

    def likeness(self, chips: Tensor) -> Tensor:
        """How alike the land cover of chips (B,) is, (B, B) from 0 to 1; 1 on the diagonal."""
        shares = self.shares[chips]
        if self._dominant:
            largest = shares.argmax(dim=1)
            alike = (largest[:, None] == largest[None, :]).float()
        else:
            unit = directions(shares)
            alike = products(unit, unit)
        known = self.known[chips]
        alike = alike * known[:, None] * known[None, :]
        return alike.fill_diagonal_(1.0)


def recipe(job: LandCoverContrastTrainJob, dataset: TileDataset) -> LandCoverContrast:
    """The recipe as the job sets it."""
    return LandCoverContrast(job, dataset)
