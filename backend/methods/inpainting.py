"""Inpainting: repair a hole.

Pathak, Krähenbühl, Donahue, Darrell, Efros, "Context Encoders: Feature Learning by Inpainting",
CVPR 2016, arXiv 1604.07379, without its adversary. One of the three that Tao et al. compare on
tiles (GRSL 2020).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.reconstruction import InpaintingTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.views.patch_blocks import rectangles, sides

from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import decoder_of, whole_tiles

# Height over width of a hole.
HOLE_ASPECT = (0.5, 2.0)


class Inpainting(Recipe):
    """A rectangle of each tile is replaced by a learned value; a decoder tells what was there from
    the encoder's last maps.

    The loss is the squared error in the hole, where pixels hold data.
    """

    asks_for_valid = True

    def __init__(self, job: InpaintingTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        bands = len(information.bands)
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.decoder = decoder_of(self.encoder, bands, seed=job.seed + 1)
        self.hidden = nn.Parameter(torch.zeros(1, bands, 1, 1))
        self._job = job

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        tile, held = whole_tiles(self._job, tiles[0], valid[0], generator)
        hole = self.holes(len(tile), tile.shape[3], generator)
        stages = self.encoder.stages(torch.where(hole, self.hidden, tile))
        told = self.decoder(stages, tuple(tile.shape[2:]))
        loss = masked_error(told, tile, hole & held)
        return Outcome(loss, stages[-1].detach().float().mean(dim=(2, 3)))

    def holes(self, count: int, side: int, generator: torch.Generator) -> Tensor:
        """True, bool (count, 1, side, side), in a rectangle of each tile."""
        least = self._job.hole_area
        rows, columns = sides(count, side, (least, min(1.0, 2 * least)), HOLE_ASPECT, generator)
        return rectangles(rows, columns, side, generator).view(count, 1, side, side)


def recipe(job: InpaintingTrainJob, dataset: TileDataset) -> Inpainting:
    """The recipe as the job sets it."""
    return Inpainting(job, dataset)
