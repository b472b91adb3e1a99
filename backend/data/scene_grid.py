"""The grids of a scene's files: what they share, how they lie to each other, their pixel size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyproj
import rasterio
from affine import Affine
from rasterio.crs import CRS

from backend.runtime.errors import DataError

# Offsets and scales that differ by less than this many pixels are rounding, not another grid.
ALIGNED_PX = 1e-3


def _relative(finest: rasterio.DatasetReader, other: rasterio.DatasetReader) -> Affine:
    """The affine from pixels of `other` to pixels of `finest`; DataError where it turns."""
    if other.crs != finest.crs:
        raise DataError(
            f"the files {finest.name} and {other.name} of one scene differ in CRS: "
            f"{finest.crs.to_string()} and {other.crs.to_string()}",
            "scenes are separated by a space, files of one scene by '+'; or reproject one",
        )
    relative = ~finest.transform * other.transform
    if max(abs(relative.b) * other.height, abs(relative.d) * other.width) > ALIGNED_PX:
        raise DataError(
            f"the grids of {finest.name} and {other.name} are turned against each other",
            "warp one on to the grid of the other first",
        )
    return relative


def common_window(
    finest: rasterio.DatasetReader, used: Sequence[rasterio.DatasetReader]
) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) in whole pixels of `finest` that all files cover."""
    left, top, right, bottom = 0.0, 0.0, float(finest.width), float(finest.height)
    for dataset in used:
        relative = _relative(finest, dataset)
        x = sorted((relative.c, relative.c + relative.a * dataset.width))
        y = sorted((relative.f, relative.f + relative.e * dataset.height))
        left, right = max(left, x[0]), min(right, x[1])
        top, bottom = max(top, y[0]), min(bottom, y[1])
        if right - left < 1 or bottom - top < 1:
            raise DataError(
                f"the files {finest.name} and {dataset.name} of one scene do not overlap",
                "scenes are separated by a space, files of one scene by '+'",
            )
    return (
        math.ceil(left - ALIGNED_PX),
        math.ceil(top - ALIGNED_PX),
        math.floor(right + ALIGNED_PX),
        math.floor(bottom + ALIGNED_PX),
    )


def grid_offset(
    finest: rasterio.DatasetReader, dataset: rasterio.DatasetReader, left: int, top: int
) -> tuple[int, int] | None:
    """(row, column) of the scene's corner in a file on the same grid; None for another grid."""
    relative = _relative(finest, dataset)
    stretch = max(abs(relative.a - 1) * dataset.width, abs(relative.e - 1) * dataset.height)
    column, row = left - relative.c, top - relative.f
    shift = max(abs(column - round(column)), abs(row - round(row)))
    return (round(row), round(column)) if max(stretch, shift) <= ALIGNED_PX else None


def ground_resolution_m(crs: CRS, transform: Affine, width: int, height: int) -> float:
    """Side of a pixel on the ground in metres: the root of its area.

    A projected CRS is taken at its word unless it stretches the ground by more than 1 % at the
    grid's centre (Web Mercator); degrees are measured there on the ellipsoid. One that is not tied
    to the Earth has nothing but its unit.
    """
    side = math.sqrt(abs(transform.determinant))
    nominal = side * crs.linear_units_factor[1] if crs.is_projected else None
    projection = pyproj.CRS.from_wkt(crs.to_wkt())
    if projection.geodetic_crs is None:
        return side * crs.units_factor[1]
    to_degrees = pyproj.Transformer.from_crs(projection, projection.geodetic_crs, always_xy=True)
    corners = [(width / 2 + dx, height / 2 + dy) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
    longitudes, latitudes = to_degrees.transform(
        *zip(*(transform * corner for corner in corners), strict=True)
    )
    area, _ = projection.get_geod().polygon_area_perimeter(longitudes, latitudes)
    true = math.sqrt(abs(area)) if math.isfinite(area) else 0.0
    if nominal is not None and (true == 0 or abs(true / nominal - 1) < 0.01):
        return nominal
    return true
