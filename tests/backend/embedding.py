"""What the tests of `backend.embed` share: a scene to map, and how a map is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

BANDS = ("green", "red", "nir")
TILE, STRIDE, DIMENSION = 8, 4, 16
HEIGHT, WIDTH = 70, 90  # 18 × 23 map pixels; the last row and column reach over the edge


def landscape(height: int = HEIGHT, width: int = WIDTH, seed: int = 0) -> np.ndarray:
    """uint16 (3, height, width) of 1,000 to 9,000: waves that differ from place to place."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / a + columns / b) for a, b in ((5.0, 9.0), (11.0, 3.0), (4.0, 17.0))]
    values = 5000 + 2500 * np.stack(waves) + generator.normal(0, 400, (3, height, width))
    return values.clip(1000, 9000).astype(np.uint16)


def values(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return source.read()
