"""The plan of the land on the coarse grid: what may grow, stand or be built where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .lines import Lines
from .noise import fractal_noise, hashed
from .parcels import Blocks, block_centres, nearest_block
from .relief import CELL_M, CoarseGrid, make_relief
from .rivers import Waters, make_waters
from .settlement import Settlements, make_settlements

CROPS, ORCHARDS, PASTURE = 0, 1, 2
# Shares of the scene's ground: what is left of each by those before it is divided further.
_WET, _ROCK, _FOREST, _CONIFER = 0.085, 0.07, 0.37, 0.5
# Shares of the field blocks.
_ORCHARD_BLOCKS, _CROP_BLOCKS = 0.25, 0.46
_FIELD_BLOCK_M, _LOT_BLOCK_M = 640.0, 120.0


@dataclass
class Plan:
    """All that decides the land. Fields on the coarse grid hold where they are above 0.

    `use` is CROPS, ORCHARDS or PASTURE, by the nearest block of `fields`.
    """

    seed: int
    half_side_m: float
    grid: CoarseGrid
    waters: Waters
    settlements: Settlements
    slope_deg: np.ndarray
    wetland: np.ndarray
    rock: np.ndarray
    forest: np.ndarray
    conifer: np.ndarray
    upland: np.ndarray
    fields: Blocks
    use: np.ndarray
    lots: Blocks
    river_lines: Lines
    bank_lines: Lines
    road_lines: Lines


def make_plan(seed: int, side_m: float) -> Plan:
    """Plan a square scene with sides of `side_m`."""
    grid = CoarseGrid.around(side_m)
    waters = make_waters(seed, grid, *make_relief(seed, grid))
    smooth = ndimage.gaussian_filter(waters.elevation, 1.0)
    south, east = np.gradient(smooth, CELL_M)
    slope = np.degrees(np.arctan(np.hypot(south, east)))
    settlements = make_settlements(seed, grid, waters, slope)
    covers = _covers(seed, grid, waters, settlements, slope, sunny=south)
    fields, block_use = _fields(seed, grid, smooth, covers, slope, sunny=south, side_m=side_m)
    nearest, _, _ = nearest_block(fields, *np.meshgrid(grid.y, grid.x, indexing="ij"))
    rivers = [(r.points, np.maximum(r.widths_m, 6.5)) for r in waters.rivers]
    return Plan(
        seed=seed,
        half_side_m=side_m / 2,
        grid=grid,
        waters=waters,
        settlements=settlements,
        slope_deg=slope,
        fields=fields,
        use=block_use.ravel()[nearest],
        lots=_lots(seed, side_m),
        river_lines=Lines(rivers),
        bank_lines=Lines([(points, width + 26.0) for points, width in rivers]),
        road_lines=Lines([(road, np.full(len(road), 9.0)) for road in settlements.roads]),
        **{name: covers[name] for name in ("wetland", "rock", "forest", "conifer", "upland")},
    )


def _above_share(score: np.ndarray, share: float, grid: CoarseGrid, free: np.ndarray) -> np.ndarray:
    """`score` shifted so that it is above 0 on `share` of the scene's `free` cells."""
    values = score[grid.scene][free[grid.scene]]
    threshold = np.quantile(values, 1 - share) if values.size else np.inf
    return (score - threshold).astype(np.float32)


def _covers(
    seed: int,
    grid: CoarseGrid,
    waters: Waters,
    settlements: Settlements,
    slope: np.ndarray,
    *,
    sunny: np.ndarray,
) -> dict[str, np.ndarray]:
    """The fields that say where wetland, rock, forest, conifers and upland meadows are.

    `sunny` is the fall of the ground towards the south, in m per m, negated.
    """

    def noise(name: str, wavelength: float, octaves: int) -> np.ndarray:
        return fractal_noise(seed, name, grid.y, grid.x, wavelength, octaves=octaves)

    height = waters.elevation - np.quantile(waters.elevation[grid.scene], 0.02)
    free = (waters.lake_m < 0) & (settlements.built_up < 0)
    shore = ndimage.gaussian_filter(np.where(waters.lake_m > 0, 1.0, 0.0), 7.0)
    wet = 1.3 * waters.floor - waters.above_river_m / 6 + 4.0 * shore + 1.7 * noise("wet", 800.0, 3)
    wetland = _above_share(wet - 0.25 * slope, _WET, grid, free)
    free &= wetland < 0
    rock = slope / 8 + height / 130 + 0.8 * noise("rock", 500.0, 3)
    rock = _above_share(rock, _ROCK, grid, free)
    free &= rock < 0
    upland = (height - 430.0) / 100 + 0.9 * noise("upland", 700.0, 2) - np.abs(slope - 15) / 25
    wooded = np.clip(slope, 0, 22) / 9 + 1.35 * noise("forest", 950.0, 3)
    wooded = wooded - 1.1 * waters.floor - 1.6 * np.clip(upland, 0, 2)
    forest = _above_share(wooded, _FOREST, grid, free)
    shaded = height / 170 + 3.0 * sunny + 0.9 * noise("conifer", 850.0, 2)
    conifer = _above_share(shaded, _CONIFER, grid, free & (forest > 0))
    return dict(
        wetland=wetland, rock=rock, forest=forest, conifer=conifer, upland=upland, free=free
    )


def _fields(
    seed: int,
    grid: CoarseGrid,
    elevation: np.ndarray,
    covers: dict[str, np.ndarray],
    slope: np.ndarray,
    *,
    sunny: np.ndarray,
    side_m: float,
) -> tuple[Blocks, np.ndarray]:
    """Blocks of fields that lie along the contours, and the use of each."""
    first, y, x = block_centres(seed, "fields", _FIELD_BLOCK_M, -grid.y[0])
    rows, columns = grid.rows(y), grid.columns(x)

    def at(field: np.ndarray) -> np.ndarray:
        return ndimage.map_coordinates(field, (rows, columns), order=1, mode="nearest")

    south, east = np.gradient(ndimage.gaussian_filter(elevation, 6.0), CELL_M)
    number = np.arange(y.size).reshape(y.shape)
    turn = hashed(seed, "fields turn", number) - 0.5
    # Rows of fields follow the contour; on level ground, where it says little, any direction.
    level = np.clip(1 - np.hypot(at(south), at(east)) / 0.04, 0, 1)
    angle = np.arctan2(at(east), -at(south)) + turn * (0.25 + 2.2 * level)
    noise = fractal_noise(seed, "use", grid.y, grid.x, 1100.0, octaves=2)
    warm = -np.abs(at(slope) - 8) / 5 - 5.0 * at(sunny) + 1.1 * at(noise)
    arable = -at(slope) / 5 - np.clip(at(covers["wetland"]) + 0.8, 0, None) - 0.8 * at(noise)
    open_ground = (at(covers["free"].astype(float)) > 0.5) & (at(covers["forest"]) < 0.2)
    open_ground &= at(covers["upland"]) < 0
    inside = open_ground & (np.maximum(np.abs(y), np.abs(x)) < side_m / 2)
    use = np.full(y.shape, PASTURE, np.uint8)
    if inside.any():
        orchards = open_ground & (warm >= np.quantile(warm[inside], 1 - _ORCHARD_BLOCKS))
        rest = inside & ~orchards
        share = min(1.0, _CROP_BLOCKS / (1 - _ORCHARD_BLOCKS))
        if rest.any():
            use[open_ground & (arable >= np.quantile(arable[rest], 1 - share))] = CROPS
        use[orchards] = ORCHARDS
    size = hashed(seed, "fields size", number)
    shape = hashed(seed, "fields shape", number)
    width = 55.0 + 95.0 * size**1.5
    width[use == ORCHARDS] = 48.0 + 30.0 * size[use == ORCHARDS]
    length = np.clip(width * (1.6 + 2.2 * shape), 150, 380)
    return Blocks("fields", _FIELD_BLOCK_M, first, y, x, angle, length, width), use


def _lots(seed: int, side_m: float) -> Blocks:
    """Blocks of house lots between streets; neighbouring blocks share one direction, mostly."""
    first, y, x = block_centres(seed, "lots", _LOT_BLOCK_M, side_m / 2)
    wide = fractal_noise(seed, "street direction", y[:, 0], x[0], 500.0, octaves=1)
    number = np.arange(y.size).reshape(y.shape)
    angle = 1.2 * wide + 0.3 * (hashed(seed, "lots turn", number) - 0.5)
    sizes = np.full(y.shape, 27.0), np.full(y.shape, 19.0)
    return Blocks("lots", _LOT_BLOCK_M, first, y, x, angle, *sizes)
