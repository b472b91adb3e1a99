"""Settings that several systems share: the random change of a tile's colours."""

from __future__ import annotations

from dataclasses import dataclass

from ..jobs.train import TrainJob
from ..settings import setting


@dataclass
class ColourJitterTrainJob(TrainJob):
    """What methods that change a tile's colours share; the entries in the catalogue say how far."""

    jitter_probability: float = setting(
        "number",
        0.8,
        "Share of the views whose brightness, contrast, saturation and hue are changed",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
        label="Share of views with colour jitter",
    )
    brightness: float = setting(
        "number",
        0.4,
        "Greatest change of brightness, as a fraction",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    contrast: float = setting(
        "number",
        0.4,
        "Greatest change of contrast, as a fraction",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    saturation: float = setting(
        "number",
        0.4,
        "Greatest change of saturation, as a fraction, where there are red, green and blue",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    hue: float = setting(
        "number",
        0.1,
        "Greatest turn of the hue, where there are red, green and blue; 0.5 is half the circle",
        minimum=0.0,
        maximum=0.5,
        advanced=True,
    )
