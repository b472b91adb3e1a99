"""CSF: contrastive sensor fusion, by dropping bands.

Swope, Rudelis, Story, "Representation Learning for Remote Sensing: An Unsupervised Sensor Fusion
Approach", 2020, arXiv 2108.05094.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from backend.contract.systems.sensor_fusion import SensorFusionTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.stages import Stage
from backend.losses.cross_view import cross_view_softmax
from backend.networks.directions import directions
from backend.views.band_wise import vary_bands
from backend.views.photometric import PhotometricViews

from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround

# Of the network's maps, how many are compared: the last ones.
DEPTHS = 2


class SensorFusion(Recipe):
    """Two views of a tile that show different bands of the same ground should look alike.

    One network sees both, with the bands that a view lacks set to zero, so that it works with any
    subset of them. The last two maps of the two views, flattened, are compared within the batch;
    for that both views have one frame. There is no projection; the share of dropped bands grows.
    """

    measures = ("positive_cosine", "dropped_share")

    def __init__(self, job: SensorFusionTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.relations = (Itself(),)
        self.view = PhotometricViews(job, dataset.information)
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        self.ramp = Ramp(job.band_dropout, job.dropout_ramp_steps)
        self.hooks = (self.ramp,)
        # Both directions at both depths, the mean of all four.
        self.chance_loss = math.log(job.batch_size)
        self.same_ground = SameGround(dataset) if job.mask_overlapping else None
        self._temperature = job.temperature

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        framed, rate = self.view.framed(tiles[0], generator), self.ramp.rate
        views = [
            vary_bands(self.view.coloured(framed, generator), generator, drop=rate)
            for _ in range(2)
        ]
        maps = self.encoder.stages(torch.cat(views))[-DEPTHS:]
        mates = self.same_ground.mates(chips) if self.same_ground else None
        losses, cosines = [], []
        for depth in maps:
            first, second = directions(depth.flatten(1)).chunk(2)
            for one, other in ((first, second), (second, first)):
                losses.append(
                    cross_view_softmax(
                        one,
                        other,
                        other[:0],
                        temperature=self._temperature,
                        masked=None,
                        masked_mates=mates,
                    )
                )
            cosines.append((first.detach() * second.detach()).sum(dim=1).mean())
        features = maps[-1].detach().float().mean(dim=(2, 3))[: len(framed)]
        measures = dict(
            positive_cosine=torch.stack(cosines).mean(),
            dropped_share=torch.full((), rate, device=framed.device),
        )
        return Outcome(torch.stack(losses).mean(), features, measures)


class Ramp(nn.Module):
    """A rate that grows linearly from 0, and stays; `steps`, those done, is in the state_dict."""

    stage = Stage.CENTRE

    def __init__(self, full: float, ramp_steps: int) -> None:
        super().__init__()
        self.steps = 0
        self._full, self._ramp_steps = full, ramp_steps

    @property
    def rate(self) -> float:
        """The rate of the coming step."""
        return (
            self._full * min(1.0, self.steps / self._ramp_steps) if self._ramp_steps else self._full
        )

    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.steps += 1

    # The count lives outside the device, so that no step has to wait for it.
    def get_extra_state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


def recipe(job: SensorFusionTrainJob, dataset: TileDataset) -> SensorFusion:
    """The recipe as the job sets it."""
    return SensorFusion(job, dataset)
