"""How far does one kind of land reach? Zion's shrubland, by tile size and neighbour radius.

    python benchmarks/neighbour_classes.py

Prints, for each tile size, in how many blocks of 128 px a tile of a regular grid is shrubland to
60 % at least, and for each radius the share of such a tile's neighbours (offsets uniform in
-R … R - 1) that are mostly shrubland too.
"""

from __future__ import annotations

import numpy as np
import rasterio
from rasterio.warp import Resampling, reproject
from scenes import DATA
from scipy.ndimage import uniform_filter

SHRUBLAND, PURITY, BLOCK_PX, DRAWS = 5, 0.6, 128, 40_000
MARGIN_PX = 64


def classes_on_the_scene() -> np.ndarray:
    """NLCD's codes on the scene's grid, nearest."""
    folder = DATA / "zion_landsat8_nlcd"
    with rasterio.open(folder / "landsat8_b5.tif") as scene:
        codes = np.zeros(scene.shape, np.uint8)
        with rasterio.open(folder / "nlcd.tif") as layer:
            reproject(
                rasterio.band(layer, 1), codes, dst_crs=scene.crs, dst_transform=scene.transform,
                resampling=Resampling.nearest,
            )  # fmt: skip
    return codes


def main() -> None:
    codes = classes_on_the_scene()
    generator = np.random.default_rng(0)
    for tile in (16, 32):
        shares = np.stack([uniform_filter((codes == k).astype(float), tile) for k in range(1, 9)])
        dominant = shares.argmax(axis=0) + 1
        pure = (dominant == SHRUBLAND) & (shares.max(axis=0) >= PURITY)
        rows, columns = np.nonzero(pure[tile // 2 :: tile, tile // 2 :: tile])
        blocks = {
            (r * tile // BLOCK_PX, c * tile // BLOCK_PX) for r, c in zip(rows, columns, strict=True)
        }
        inner = np.zeros_like(pure)
        inner[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = True
        places = generator.choice(np.argwhere(pure & inner), DRAWS)
        kept = []
        for radius in (8, 16, 24, 48):
            row, column = (places + generator.integers(-radius, radius, (DRAWS, 2))).T
            kept.append(f"{radius} px {(dominant[row, column] == SHRUBLAND).mean():.0%}")
        print(f"tiles of {tile} px: shrubland in {len(blocks)} blocks; neighbours within", *kept)


if __name__ == "__main__":
    main()
