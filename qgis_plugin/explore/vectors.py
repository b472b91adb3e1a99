"""The vectors of an embedding map or a dataset, mapped into memory, and where they lie."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .maps import encoder_of

SCHEMA = "near-things-vectors"
VERSION = 1
RECORD = "index.json"
# A dataset's heat map has this many cells to the side of a tile, and at most so many in all.
CELLS_PER_TILE = 4
MOST_CELLS = 4_000_000

Affine = Tuple[float, float, float, float, float, float]


class VectorsError(Exception):
    """A folder of vectors cannot be used; the text says which and why, as a sentence."""


@dataclass(frozen=True)
class Grid:
    """A raster's shape and its geotransform (a, b, c, d, e, f).

    x = a·column + b·row + c and y = d·column + e·row + f, of the corners of cells.
    """

    height: int
    width: int
    transform: Affine

    def to_map(self, column: Any, row: Any) -> Tuple[Any, Any]:
        """Map coordinates of (column, row), numbers or arrays."""
        a, b, c, d, e, f = self.transform
        return a * column + b * row + c, d * column + e * row + f

    def to_grid(self, x: Any, y: Any) -> Tuple[Any, Any]:
        """(column, row), not rounded, of map coordinates."""
        a, b, c, d, e, f = self.transform
        determinant = a * e - b * d
        x, y = x - c, y - f
        return (e * x - b * y) / determinant, (a * y - d * x) / determinant

    def bounds(self) -> Tuple[float, float, float, float]:
        """(west, south, east, north)."""
        x, y = self.to_map(
            np.array([0, self.width, self.width, 0]), np.array([0, 0, self.height, self.height])
        )
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


@dataclass
class Vectors:
    """Vectors (n, D) float32 of length 1, and what `index.json` says of them.

    `valid` (n,) is False for positions without a vector. `about` is what the map or the encoder
    says of itself. Subclasses know where the positions lie; coordinates are in `crs`.
    """

    folder: Path
    values: np.ndarray
    valid: np.ndarray
    crs: str
    grid: Grid
    tile_size_px: int
    about: Dict[str, str]
    source: Dict[str, Any] = field(default_factory=dict)
    # The file of the encoder that made them; empty where that is not known.
    encoder: str = ""
    # How long a map unit is on the ground, to the east and to the north; see `ground.measure`.
    metres_per_unit: Tuple[float, float] = (1.0, 1.0)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def name(self) -> str:
        """What the user calls it: the name of the map or the dataset."""
        return self.folder.stem

    @property
    def path(self) -> Path:
        """What they were laid out from: the map's file, or the dataset's `dataset.json`."""
        return Path(self.source.get("path", ""))

    def position_at(self, x: float, y: float) -> Optional[int]:
        """The position whose vector stands for a point; None where there is none."""
        raise NotImplementedError

    def corners(self, position: int) -> np.ndarray:
        """The corners (4, 2) of the tile that a position's vector describes."""
        raise NotImplementedError

    def centre(self, position: int) -> Tuple[float, float]:
        """The middle of a position's tile."""
        x, y = self.corners(position).mean(axis=0)
        return float(x), float(y)

    def scene(self, position: int) -> int:
        """The number of a position's scene, from 0."""
        return 0

    @property
    def scene_names(self) -> List[str]:
        return [self.about.get("scene", "")]

    def near(self, position: int, distance: float) -> Any:
        """An index of the positions nearer to one than `distance` metres, itself included.

        Measured between the centres of tiles; positions in other scenes are not near.
        """
        raise NotImplementedError

    def picture(self, scores: np.ndarray) -> np.ndarray:
        """Scores (n,), NaN where there is none, as a raster on `grid`."""
        raise NotImplementedError


class MapVectors(Vectors):
    """Vectors of an embedding map: positions are row · width + column of its cells."""

    stride_px: int = 1

    def position_at(self, x: float, y: float) -> Optional[int]:
        column, row = (int(np.floor(value)) for value in self.grid.to_grid(x, y))
        if not (0 <= row < self.grid.height and 0 <= column < self.grid.width):
            return None
        position = row * self.grid.width + column
        return position if self.valid[position] else None

    def corners(self, position: int) -> np.ndarray:
        row, column = divmod(position, self.grid.width)
        stride, tile = self.stride_px, self.tile_size_px
        # As backend.mapping.grid: where stride less tile is odd, half a pixel up and left.
        left = (column * stride + (stride - tile) // 2) / stride
        top = (row * stride + (stride - tile) // 2) / stride
        side = tile / stride
        across = np.array([left, left + side, left + side, left])
        down = np.array([top, top, top + side, top + side])
        return np.stack(self.grid.to_map(across, down), axis=1)

    def near(self, position: int, distance: float) -> Any:
        row, column = divmod(position, self.grid.width)
        east, north = self.metres_per_unit
        a, b, _, d, e, _ = self.grid.transform
        a, b, d, e = a * east, b * east, d * north, e * north
        reach = int(distance / min(np.hypot(a, d), np.hypot(b, e))) + 1
        rows = np.arange(max(0, row - reach), min(self.grid.height, row + reach + 1))
        columns = np.arange(max(0, column - reach), min(self.grid.width, column + reach + 1))
        down, across = (rows - row)[:, None], (columns - column)[None, :]
        inside = np.hypot(a * across + b * down, d * across + e * down) < distance
        # At distance 0 a position is near to itself alone.
        inside[rows == row, columns == column] = True
        found = rows[:, None] * self.grid.width + columns[None, :]
        return found[inside]

    def picture(self, scores: np.ndarray) -> np.ndarray:
        return scores.reshape(self.grid.height, self.grid.width)


class DatasetVectors(Vectors):
    """Vectors of a dataset's tiles: positions are chip numbers.

    `thumbnails` (n, S, S, 3) uint8 shows the tiles.
    """

    def place(self, corners: np.ndarray, scenes: np.ndarray, names: List[str]) -> None:
        """Say where the tiles lie: corners (n, 4, 2), and each tile's scene."""
        self._corners, self._scenes, self._names = corners, scenes, names
        self._centres = corners.mean(axis=1)
        self._low, self._high = corners.min(axis=1), corners.max(axis=1)
        self.thumbnails: Optional[np.ndarray] = None

    @property
    def scene_names(self) -> List[str]:
        return self._names

    def position_at(self, x: float, y: float) -> Optional[int]:
        point = np.array([x, y])
        inside = (self._low <= point).all(axis=1) & (point <= self._high).all(axis=1) & self.valid
        found = np.flatnonzero(inside)
        if len(found) == 0:
            return None
        distances = np.hypot(*(self._centres[found] - point).T)
        return int(found[distances.argmin()])

    def corners(self, position: int) -> np.ndarray:
        return self._corners[position]

    def scene(self, position: int) -> int:
        return int(self._scenes[position])

    @property
    def scenes(self) -> np.ndarray:
        """The number (n,) of each tile's scene."""
        return self._scenes

    def near(self, position: int, distance: float) -> Any:
        apart = np.hypot(*((self._centres - self._centres[position]) * self.metres_per_unit).T)
        near = (apart < distance) & (self._scenes == self._scenes[position])
        near[position] = True
        return near

    def picture(self, scores: np.ndarray) -> np.ndarray:
        """The best score of the tiles that cover a cell."""
        column, row = self.grid.to_grid(self._low[:, 0], self._high[:, 1])
        last_column, last_row = self.grid.to_grid(self._high[:, 0], self._low[:, 1])
        result = np.full(self.grid.height * self.grid.width, -np.inf, np.float32)
        known = np.isfinite(scores)
        # Tiles are of about one size: so many cells to each side, from its first.
        columns = max(1, round(float(np.median(last_column - column))))
        rows = max(1, round(float(np.median(last_row - row))))
        first_row = np.rint(row[known]).astype(np.int64)
        first_column = np.rint(column[known]).astype(np.int64)
        for down in range(rows):
            for across in range(columns):
                i = (first_row + down).clip(0, self.grid.height - 1)
                j = (first_column + across).clip(0, self.grid.width - 1)
                np.maximum.at(result, i * self.grid.width + j, scores[known])
        result[np.isneginf(result)] = np.nan
        return result.reshape(self.grid.height, self.grid.width)


def open_vectors(folder: Path) -> Vectors:
    """Open a folder of vectors; nothing is read but its record. Raises VectorsError."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["schema"] != SCHEMA or record["version"] != VERSION:
            raise VectorsError(
                f"{folder} was laid out by another version of Near Things. Lay it out again."
            )
        values = np.load(folder / "vectors.npy", mmap_mode="r")
        valid = np.load(folder / "valid.npy")
        if values.shape != (record["count"], record["dimension"]) or len(valid) != len(values):
            raise VectorsError(
                f"{folder} is damaged: its files differ in length. Lay it out again."
            )
        common = dict(
            folder=folder,
            # Without the memory map's own class every slice costs some microseconds more.
            values=np.asarray(values),
            valid=valid,
            crs=record["crs_code"] or record["crs"],
            tile_size_px=record["tile_size_px"],
            about=record["about"],
            source=record["source"],
            encoder=record.get("encoder", {}).get("path", "") or encoder_of(record["about"]),
        )
        make = _open_map if record["kind"] == "map" else _open_dataset
        return make(record, common)
    except FileNotFoundError as error:
        raise VectorsError(
            f"There is no file {error.filename}. Lay the vectors out again."
        ) from error
    except (OSError, ValueError, KeyError) as error:
        raise VectorsError(f"{folder} cannot be read: {error}. Lay it out again.") from error


def _open_map(record: Dict[str, Any], common: Dict[str, Any]) -> MapVectors:
    grid = Grid(record["height"], record["width"], tuple(record["transform"]))
    vectors = MapVectors(grid=grid, **common)
    vectors.stride_px = record["stride_px"]
    return vectors


def _open_dataset(record: Dict[str, Any], common: Dict[str, Any]) -> DatasetVectors:
    folder = common["folder"]
    corners = np.load(folder / "corners.npy")
    vectors = DatasetVectors(grid=_dataset_grid(corners), **common)
    vectors.place(corners, np.load(folder / "scenes.npy"), list(record["scenes"]))
    vectors.thumbnails = np.load(folder / "thumbnails.npy", mmap_mode="r")
    return vectors


def _dataset_grid(corners: np.ndarray) -> Grid:
    """A north-up grid over all tiles, some cells to a tile's side."""
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    side = float(np.median(np.ptp(corners, axis=1)))
    cell = max(side / CELLS_PER_TILE, float(np.sqrt(np.prod(high - low) / MOST_CELLS)))
    width, height = (max(1, int(np.ceil(extent / cell - 1e-6))) for extent in high - low)
    return Grid(height, width, (cell, 0.0, float(low[0]), 0.0, -cell, float(high[1])))


def vectors_folder(path: Path) -> Path:
    """The folder in which the vectors of an embedding map are laid out."""
    return path.with_suffix(".vectors")


def is_up_to_date(folder: Path, source: Path) -> bool:
    """True where `folder` holds the vectors of the file `source` as it is now."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        state, laid_out = source.stat(), record["source"]
        return (
            record["version"] == VERSION
            and laid_out["bytes"] == state.st_size
            and laid_out["changed"] == int(state.st_mtime)
        )
    except (OSError, ValueError, KeyError):
        return False
