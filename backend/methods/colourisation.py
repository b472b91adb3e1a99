"""Colourisation: tell a tile's colours from what does not show them.

Vincenzi et al., "The color out of space: learning self-supervised representations for Earth
Observation imagery", ICPR 2020, arXiv 2006.12119 (from the other bands); Zhang, Isola, Efros,
"Colorful Image Colorization", ECCV 2016, arXiv 1603.08511 (from lightness).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.colours import rgb_places
from backend.contract.systems.reconstruction import ColourisationTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.edges import edge_error
from backend.losses.masked_error import masked_error
from backend.runtime.errors import RequestError
from backend.views.lab import HALF_RANGES, rgb_to_lab
from backend.views.normalisation import check_unit_range

from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import decoder_of, whole_tiles

# How much edges count, beside colours (Vincenzi et al.: 0.01 beside 10).
EDGE_SHARE = 0.001


class Colourisation(Recipe):
    """The encoder sees the bands beside red, green and blue, or their lightness, or both; a decoder
    tells the two numbers that make their colour (a and b of CIE Lab), and their edges.

    The exported encoder sees what it saw in training, and no colours.
    """

    asks_for_valid = True
    measures = ("colour_loss", "edge_loss")

    def __init__(self, job: ColourisationTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        check_unit_range(job.normalisation, information, "the Lab colour space is")
        self.relations = (Itself(),)
        self._colours = list(rgb_places(dataset.band_names) or ())
        seen, lab = _seen(job, len(information.bands), self._colours)
        self.encoder = start_encoder(
            job,
            information,
            projection="none",
            unit_norm=True,
            groups=(seen,),
            lab_places=tuple(self._colours) if lab else (),
        )
        self.decoder = decoder_of(self.encoder, 2, seed=job.seed + 1)
        self._job = job

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        tile, held = whole_tiles(self._job, tiles[0], valid[0], generator)
        chroma = chroma_of(tile[:, self._colours])
        counts = held[:, self._colours].all(dim=1, keepdim=True)
        stages = self.encoder.stages(tile)
        told = self.decoder(stages, tuple(tile.shape[2:]))
        colours = masked_error(told, chroma, counts, kind="absolute")
        edges = edge_error(told, chroma, counts)
        measures = dict(colour_loss=colours.detach(), edge_loss=edges.detach())
        embedding = stages[-1].detach().float().mean(dim=(2, 3))
        return Outcome(colours + EDGE_SHARE * edges, embedding, measures)


def chroma_of(rgb: Tensor) -> Tensor:
    """a and b (B, 2, H, W) of red, green and blue (B, 3, H, W), each divided by half its range."""
    lab = rgb_to_lab(rgb.clamp(0, 1))
    return lab[:, 1:] / lab.new_tensor(HALF_RANGES[1:])[:, None, None]


def _seen(
    job: ColourisationTrainJob, bands: int, colours: Sequence[int]
) -> tuple[tuple[int, ...], bool]:
    """The places of the bands that the encoder sees, and whether one of them is lightness, which
    comes in red's place. RequestError where nothing is left to see."""
    others = tuple(place for place in range(bands) if place not in colours)
    kind = job.colour_from
    if kind == "auto":
        kind = "other-bands" if others else "lightness"
    if kind != "lightness" and not others:
        raise RequestError(
            f"--colour-from {kind} sees bands beside red, green and blue, and there are none",
            "use --colour-from lightness",
        )
    if kind == "other-bands":
        return others, False
    return (colours[0], *(others if kind == "both" else ())), True


def recipe(job: ColourisationTrainJob, dataset: TileDataset) -> Colourisation:
    """The recipe as the job sets it."""
    return Colourisation(job, dataset)
