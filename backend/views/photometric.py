"""A random view of a tile, as a job asks for it: crop, turn, colours, grey, blur, single bands."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.contract.colours import rgb_places
from backend.contract.systems.photometric import PhotometricTrainJob
from backend.data.dataset import DatasetInformation

from .band_wise import vary_bands
from .blur import gaussian_blur
from .colour import jitter_as_asked, to_grey
from .crops import random_resized_crop
from .dihedral import turn
from .normalisation import check_unit_range

LEAST_BLUR_PX = 0.1


class PhotometricViews:
    """Makes views of tiles (B, bands, T, T), normalised to about [0, 1]; no state."""

    def __init__(self, job: PhotometricTrainJob, information: DatasetInformation) -> None:
        """RequestError where colours are to change and the job's normalisation is no [0, 1]."""
        self._job = job
        self._rgb = rgb_places([band.name for band in information.bands])
        self._jitters = job.jitter_probability > 0 and any(
            (job.brightness, job.contrast, job.saturation, job.hue)
        )
        if self._jitters:
            check_unit_range(
                job.normalisation,
                information,
                "colour jitter is",
                ", or switch the jitter off: --jitter-probability 0",
            )

    def __call__(self, tiles: Tensor, generator: torch.Generator) -> Tensor:
        """A view of each tile: `framed`, then `coloured`."""
        framed = self.framed(tiles, generator)
        return self.coloured(framed, generator, copy=framed is tiles)

    def framed(
        self, tiles: Tensor, generator: torch.Generator, *, area: tuple[float, float] | None = None
    ) -> Tensor:
        """What part of each tile is seen, and from which side; `area` replaces the job's shares."""
        job = self._job
        area = area or (job.crop_area, 1.0)
        # Elements of `turn`: all eight, the mirror of columns, or none but the first.
        turns = {"uniform": 8, "mirror": 2}.get(job.turns, 1)
        if area[0] < 1:
            return random_resized_crop(tiles, generator, area=area, turns=turns)
        if turns > 1:
            drawn = torch.randint(turns, (len(tiles),), generator=generator, device=tiles.device)
            return turn(tiles, drawn)
        return tiles

    def coloured(self, tiles: Tensor, generator: torch.Generator, *, copy: bool = True) -> Tensor:
        """How each tile's pixels look: jitter, grey, blur, in MoCo v2's and SimCLR's order; then
        each band for itself, where that is asked for.

        Without `copy` the tiles given may be changed themselves.
        """
        job = self._job
        tiles = tiles.clone() if copy else tiles
        if self._jitters:
            tiles = jitter_as_asked(tiles, generator, job, self._rgb, copy=False)
        if job.grey_probability > 0:
            tiles = to_grey(
                tiles, generator, probability=job.grey_probability, rgb=self._rgb, copy=False
            )
        if job.blur_probability > 0:
            tiles = gaussian_blur(
                tiles,
                generator,
                sigma=(LEAST_BLUR_PX, job.blur_sigma_px),
                probability=job.blur_probability,
                copy=False,
            )
        if job.band_gain or job.band_offset or job.view_noise or job.band_drop_probability:
            tiles = vary_bands(
                tiles,
                generator,
                gain=job.band_gain,
                offset=job.band_offset,
                noise=job.view_noise,
                drop=job.band_drop_probability,
            )
        return tiles
