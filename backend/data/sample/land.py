"""The land at full detail: class, parcel and ground for every 5 m of a window of the scene."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy import ndimage

from .noise import Window, hashed, upsampled
from .parcels import Parcels, parcels_at
from .plan import CROPS, ORCHARDS, PASTURE, Plan

# Where the ground is steeper, edges of forest follow the terrain and not the parcels.
_PARCELLED_DEG = 9.0


class Cover(IntEnum):
    """The classes of the land-cover layer."""

    WATER = 1
    WETLAND = 2
    BROADLEAF = 3
    CONIFER = 4
    GRASSLAND = 5
    CROPLAND = 6
    ORCHARD = 7
    SETTLEMENT = 8
    ROCK = 9


@dataclass
class Land:
    """The land in a window; the arrays have the window's shape.

    `cover` holds Cover codes. `lake_m` is above 0 in lakes, `upland` above 0 on high meadows,
    `core` is the distance from a settlement's centre in units of its radius.
    """

    window: Window
    cover: np.ndarray
    elevation: np.ndarray
    slope_deg: np.ndarray
    fields: Parcels
    lots: Parcels
    lake_m: np.ndarray
    upland: np.ndarray
    core: np.ndarray
    river: np.ndarray
    bank: np.ndarray
    road: np.ndarray


def land_at(plan: Plan, window: Window) -> Land:
    """The land in a window of metres south and east of the scene's centre."""
    y, x = window.y, window.x
    rows, columns = plan.grid.rows(y), plan.grid.columns(x)

    def here(field: np.ndarray) -> np.ndarray:
        return upsampled(field, rows, columns)

    fields = parcels_at(plan.seed, plan.fields, y, x, bend_m=55.0)
    lots = parcels_at(plan.seed, plan.lots, y, x, bend_m=9.0)
    slope, river = here(plan.slope_deg), plan.river_lines.drawn(y, x)
    upland = here(plan.upland) + 0.25 * window.fractal("upland edge", 90.0, octaves=3)
    # Beyond these depths the field says nothing of the shore, and its steps would show.
    lake = here(np.clip(plan.waters.lake_m, -4, 12))
    lake += 0.25 * window.fractal("shore edge", 45.0, octaves=2)
    cover = _field_cover(plan, fields, upland)
    forest = _forest(plan, window, fields, here(plan.forest), slope) & (upland < 0.9)
    conifer = here(plan.conifer) + 0.3 * window.smooth("stand edge", 120.0)
    conifer += 0.9 * (window.hashed("stand", fields.parcel) - np.float32(0.5))
    cover[forest] = np.where(conifer[forest] > 0, Cover.CONIFER, Cover.BROADLEAF)
    ragged = window.fractal("rock edge", 70.0, octaves=4, persistence=0.65)
    cover[here(plan.rock) + 0.55 * ragged > 0] = Cover.ROCK
    ragged = window.fractal("wet edge", 80.0, octaves=3)
    cover[here(plan.wetland) + 0.22 * ragged > 0] = Cover.WETLAND
    cover[_block_values(plan, plan.settlements.built_up)[lots.block] > 0] = Cover.SETTLEMENT
    cover[(lake > 0) | river] = Cover.WATER
    gullies = window.fractal("gullies", 55.0, octaves=3, persistence=0.6)
    return Land(
        window=window,
        cover=cover,
        elevation=here(plan.waters.flow.filled) + gullies * np.clip(slope - 4, 0, 34) * 0.13,
        slope_deg=slope,
        fields=fields,
        lots=lots,
        lake_m=lake,
        upland=upland,
        core=here(plan.settlements.from_centre),
        river=river,
        bank=plan.bank_lines.drawn(y, x),
        road=plan.road_lines.drawn(y, x),
    )


def _block_values(plan: Plan, field: np.ndarray) -> np.ndarray:
    """A coarse field's value at the centre of every block of house lots."""
    places = (plan.grid.rows(plan.lots.y.ravel()), plan.grid.columns(plan.lots.x.ravel()))
    return ndimage.map_coordinates(field, places, order=1, mode="nearest")


def _field_cover(plan: Plan, fields: Parcels, upland: np.ndarray) -> np.ndarray:
    """Cropland, orchards or grassland, by the blocks' use; some parcels are left to grass."""
    # A parcel near its block's border may be used as the next block is: uses interlock.
    astray = [
        centre + 260.0 * (hashed(plan.seed, f"astray {axis}", fields.parcel) - np.float32(0.5))
        for axis, centre in (("y", fields.centre_y), ("x", fields.centre_x))
    ]
    row = np.rint(plan.grid.rows(astray[0])).astype(np.int32).clip(0, plan.grid.shape[0] - 1)
    column = np.rint(plan.grid.columns(astray[1])).astype(np.int32).clip(0, plan.grid.shape[1] - 1)
    use = plan.use[row, column]
    to_grass = hashed(plan.seed, "left to grass", fields.parcel) < 0.09
    use = np.where(to_grass | (upland > 0), PASTURE, use)
    cover = np.full(use.shape, Cover.GRASSLAND, np.uint8)
    cover[use == CROPS] = Cover.CROPLAND
    cover[use == ORCHARDS] = Cover.ORCHARD
    return cover


def _forest(
    plan: Plan, window: Window, fields: Parcels, at_place: np.ndarray, slope: np.ndarray
) -> np.ndarray:
    """True in forest: its edge follows parcels on gentle ground, the terrain elsewhere."""
    centres = (plan.grid.rows(fields.centre_y), plan.grid.columns(fields.centre_x))
    at_parcel = ndimage.map_coordinates(plan.forest, centres, order=1, mode="nearest")
    ragged = window.fractal("forest edge", 110.0, octaves=4, persistence=0.6)
    parcelled = slope < _PARCELLED_DEG
    return np.where(parcelled, at_parcel + 0.04 * ragged, at_place + 0.22 * ragged) > 0
