"""Two embedding maps of one place, made sure of, and read cell by cell beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from affine import Affine
from rasterio.windows import Window

from backend.mapping.embedding_map import READ_BYTES, EmbeddingMap
from backend.mapping.grid import BLOCK_SIDE_PX
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter
from backend.search.index import unit_vectors

# Cell sizes that differ by more than this share, summed over the map, are of other grids.
SAME_SIZE_CELLS = 0.1
# A shift between the grids of less is rounding.
ALIGNED_CELLS = 0.01


@dataclass(frozen=True)
class MapPair:
    """Two maps and the cells that both have.

    The common extent starts at cell `before_start` (row, column) of one and `after_start` of the
    other; `shift_cells` is what is left between their grids, (down, right), half a cell at most.
    """

    before: EmbeddingMap
    after: EmbeddingMap
    before_start: tuple[int, int]
    after_start: tuple[int, int]
    height: int
    width: int
    shift_cells: tuple[float, float]

    @property
    def transform(self) -> Affine:
        """The geotransform of the common extent, on the grid of the earlier map."""
        row, column = self.before_start
        return self.before.transform * Affine.translation(column, row)

    def windows(self) -> Iterator[Window]:
        """Windows that cover the common extent, small enough that both maps' vectors fit."""
        side = BLOCK_SIDE_PX
        while side > 16 and side**2 * self.before.dimension * 16 > READ_BYTES:
            side //= 2
        for top in range(0, self.height, side):
            for left in range(0, self.width, side):
                yield Window(left, top, min(side, self.width - left), min(side, self.height - top))

    def distances(self, window: Window) -> np.ndarray:
        """1 − cosine of the two vectors of each cell of a window (h, w), float32 in 0..2.

        NaN where either map has no data, or a vector of zeros, which has no direction.
        """
        one, one_valid = self._read(self.before, self.before_start, window)
        other, other_valid = self._read(self.after, self.after_start, window)
        both = one_valid & other_valid
        one, other = one[both[one_valid]], other[both[other_valid]]
        cosine = np.einsum("nd,nd->n", unit_vectors(one), unit_vectors(other))
        found = (1 - cosine).clip(0.0, 2.0)
        found[~(one.any(axis=1) & other.any(axis=1))] = np.nan
        distances = np.full(both.shape, np.nan, np.float32)
        distances[both] = found
        return distances

    @staticmethod
    def _read(
        source: EmbeddingMap, start: tuple[int, int], window: Window
    ) -> tuple[np.ndarray, np.ndarray]:
        row, column = start
        return source.read(
            Window(
                window.col_off + column, window.row_off + row, int(window.width), int(window.height)
            )
        )


def pair_maps(before: EmbeddingMap, after: EmbeddingMap, reporter: Reporter) -> MapPair:
    """The pair of two maps, checked: one encoder, one grid.

    Raises RequestError for maps of other encoders or of other cells, DataError where they do not
    overlap. Warns of maps whose encoder is unknown, and of grids that are a part of a cell apart.
    """
    _check_encoders(before, after, reporter)
    _check_cells(before, after)
    column, row = ~before.transform * (after.transform.c, after.transform.f)
    down, right = round(row), round(column)
    first_row, first_column = max(0, down), max(0, right)
    height = min(before.height, down + after.height) - first_row
    width = min(before.width, right + after.width) - first_column
    if height < 1 or width < 1:
        raise DataError(
            f"the maps do not overlap: {before.path} covers {_extent(before)}, {after.path} "
            f"covers {_extent(after)}",
            "compare maps of one place",
        )
    shift = row - down, column - right
    if max(map(abs, shift)) > ALIGNED_CELLS:
        size = abs(before.transform.a), abs(before.transform.e)
        reporter.warning(
            f"the grids of the maps are {abs(shift[1]) * size[0]:.3g} and "
            f"{abs(shift[0]) * size[1]:.3g} map units apart in X and Y, "
            f"{max(map(abs, shift)):.0%} of a cell: each cell is compared with the nearest"
        )
    if (height, width) != (before.height, before.width) or (height, width) != (
        after.height,
        after.width,
    ):
        reporter.warning(
            f"the maps differ in extent: the {width} × {height} cells that both have are compared"
        )
    return MapPair(
        before,
        after,
        (first_row, first_column),
        (first_row - down, first_column - right),
        height,
        width,
        shift,
    )


def _check_encoders(before: EmbeddingMap, after: EmbeddingMap, reporter: Reporter) -> None:
    one, other = before.information, after.information
    mend = "embed both scenes with one encoder"
    if (one is None) != (other is None):
        unknown = before if one is None else after
        raise RequestError(
            f"{unknown.path} names no encoder, the other map does: vectors of two encoders cannot "
            "be compared",
            mend,
        )
    if before.dimension != after.dimension:
        raise RequestError(
            f"the vectors of {before.path} have {before.dimension} dimensions, those of "
            f"{after.path} {after.dimension}: they are not of one encoder and cannot be compared",
            mend,
        )
    if one is None or other is None:
        reporter.warning(
            "the maps name no encoder: that their vectors mean the same cannot be checked"
        )
        return
    if one.encoder_sha256 != other.encoder_sha256:
        raise RequestError(
            f"the maps were made by two encoders, whose vectors cannot be compared: {before.path} "
            f"by {one.encoder} ({one.encoder_sha256[:8]}), {after.path} by {other.encoder} "
            f"({other.encoder_sha256[:8]})",
            mend,
        )
    if one.features != other.features:
        raise RequestError(
            f"{before.path} holds {one.features} vectors, {after.path} {other.features} vectors: "
            "they cannot be compared",
            "embed both scenes with the same --features",
        )
    if one.scene_files == other.scene_files and one.date == other.date:
        reporter.warning(f"both maps are of the scene {one.scene}: it has not changed since")


def _check_cells(before: EmbeddingMap, after: EmbeddingMap) -> None:
    mend = (
        "warp the later scene on to the grid of the earlier one (gdalwarp -t_srs … -tr … -te …), "
        "and embed both with the same --stride-px"
    )
    if before.crs != after.crs:
        raise RequestError(
            f"the maps differ in CRS: {before.crs.to_string()} and {after.crs.to_string()}", mend
        )
    relative = ~before.transform * after.transform
    turned = max(abs(relative.b) * after.height, abs(relative.d) * after.width)
    stretched = max(abs(relative.a - 1) * after.width, abs(relative.e - 1) * after.height)
    if max(turned, stretched) > SAME_SIZE_CELLS:
        raise RequestError(
            f"the maps differ in cell size: {_cell(before)} and {_cell(after)} map units", mend
        )


def _cell(source: EmbeddingMap) -> str:
    return f"{abs(source.transform.a):.6g} × {abs(source.transform.e):.6g}"


def _extent(source: EmbeddingMap) -> str:
    places = 5 if source.crs.is_geographic else 0
    left, bottom, right, top = (f"{value:.{places}f}" for value in source.bounds)
    return f"X {left} to {right}, Y {bottom} to {top}"
