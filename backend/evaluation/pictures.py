"""Tiles as small pictures: three bands, every tile stretched alike."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from matplotlib.image import imsave

from backend.data.scenes import valid_pixels

# (red, green, blue) of the picture by band name; numbers with two digits are Sentinel-2's.
TRUE_COLOUR = (("red", "green", "blue"), ("b04", "b03", "b02"))
FALSE_COLOUR = (
    ("nir", "red", "green"),
    ("b08", "b04", "b03"),
    ("swir1", "nir", "red"),
    ("nir", "swir1", "red"),
)
# Below 1 lightens the dark: forest and water are a tenth as bright as sand and roofs.
GAMMA = 0.7


@dataclass(frozen=True)
class DisplayBands:
    """Positions of the bands shown as red, green and blue, and what a caption calls them."""

    positions: tuple[int, int, int]
    caption: str


def display_bands(names: list[str]) -> DisplayBands:
    """True colour where the names allow it, else false colour, else the first bands, or grey."""
    known = [name.lower() for name in names]
    for word, choices in (("true colour", TRUE_COLOUR), ("false colour", FALSE_COLOUR)):
        for choice in choices:
            if all(band in known for band in choice):
                positions = tuple(known.index(band) for band in choice)
                return DisplayBands(positions, f"{word}: {_listed(names, positions)}")
    if len(names) < 3:
        return DisplayBands((0, 0, 0), f"grey: {names[0]}")
    return DisplayBands((0, 1, 2), f"bands shown: {_listed(names, (0, 1, 2))}")


def _listed(names: list[str], positions: tuple[int, ...]) -> str:
    return ", ".join(names[p] for p in positions)


def picture(
    tile: np.ndarray, bands: DisplayBands, stretch: np.ndarray, nodata: float | None
) -> np.ndarray:
    """One tile (bands, H, W) as uint8 (H, W, 3); no-data pixels are white.

    `stretch` (bands, 2) are the values that become black and full colour; GAMMA lies between.
    """
    chosen = list(bands.positions)
    values = tile[chosen].astype(np.float64)
    low, high = stretch[chosen, 0, None, None], stretch[chosen, 1, None, None]
    scaled = ((values - low) / np.maximum(high - low, 1e-9)).clip(0, 1) ** GAMMA
    scaled[:, ~valid_pixels(tile[chosen], nodata).all(axis=0)] = 1.0
    return np.rint(255 * scaled).astype(np.uint8).transpose(1, 2, 0)


def data_uri(image: np.ndarray) -> str:
    """A uint8 picture (H, W, 3) as the data: address of a PNG."""
    content = io.BytesIO()
    imsave(content, image, format="png")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")
