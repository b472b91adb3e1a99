"""Settings that several systems share: the random changes that make views of a tile."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting
from .colour_jitter import ColourJitterTrainJob


@dataclass
class PhotometricTrainJob(ColourJitterTrainJob):
    """What methods that compare changed views of a tile share. Each change can be switched off."""

    turns: str = setting(
        "choice",
        "uniform",
        "Turns and mirrors of a view: all eight alike, columns mirrored half of the time, or none",
        choices=("uniform", "mirror", "none"),
        advanced=True,
    )
    crop_area: float = setting(
        "number",
        0.2,
        "Least share of a tile that a view shows, brought back to the tile's size; 1 shows all",
        minimum=0.01,
        maximum=1.0,
        label="Least area of a crop",
    )
    grey_probability: float = setting(
        "number",
        0.2,
        "Share of the views made grey, where there are red, green and blue",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
        label="Share of grey views",
    )
    blur_probability: float = setting(
        "number",
        0.5,
        "Share of the views that are blurred",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
        label="Share of blurred views",
    )
    blur_sigma_px: float = setting(
        "number",
        1.0,
        "Greatest standard deviation of the blur",
        unit="px",
        minimum=0.1,
        maximum=20.0,
        advanced=True,
        label="Greatest blur",
    )
    band_gain: float = setting(
        "number",
        0.0,
        "Greatest change of the contrast of each band for itself, as a fraction",
        minimum=0.0,
        maximum=0.99,
        advanced=True,
        label="Gain of single bands",
    )
    band_offset: float = setting(
        "number",
        0.0,
        "Greatest shift of each band for itself, in units of normalised pixels",
        minimum=0.0,
        maximum=10.0,
        advanced=True,
        label="Offset of single bands",
    )
    view_noise: float = setting(
        "number",
        0.0,
        "Greatest standard deviation of noise in a view, in units of normalised pixels",
        minimum=0.0,
        maximum=10.0,
        advanced=True,
        label="Noise of views",
    )
    band_drop_probability: float = setting(
        "number",
        0.0,
        "Share of the bands that a view lacks; one always stays",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
        label="Share of bands left out",
    )
