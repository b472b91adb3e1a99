"""Scenes: one or several files of imagery read as one raster, by band name and pixel window.

The scene's grid is that of its finest chosen file, cut to whole pixels that all files cover. Files
on that grid are read as they are; others are resampled on to it by a warped virtual raster.
"""

from __future__ import annotations

import itertools
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from backend.runtime.errors import RequestError

from . import scene_files
from .scene_grid import common_window, grid_offset, ground_resolution_m


@dataclass(frozen=True)
class SourceBand:
    """One band of a scene: where it is stored, and how it comes on to the scene's grid.

    `resampling` is "none" where the file's pixels are taken as they are.
    """

    name: str
    file: Path
    index: int
    resolution_m: float
    wavelength_um: float | None
    resampling: str


@dataclass(frozen=True)
class _Source:
    """One file: its own no-data, and its place on the scene's grid.

    `row`, `column` is where the scene's upper left pixel lies in the file; None where the file
    has another grid and is resampled.
    """

    path: str
    nodata: float | None
    masked: bool
    row: int | None = None
    column: int | None = None


@dataclass(eq=False)
class Scene:
    """A scene on one grid. May be read from several threads; pickles without its open files.

    `transform` maps (column, row) of pixel corners to the CRS; `dtype` is that of `read`;
    `nodata` is never NaN: NaN and infinity are no data in any scene of floats.
    """

    name: str
    files: tuple[Path, ...]
    date: str | None
    crs: CRS
    transform: Affine
    width: int
    height: int
    bands: tuple[SourceBand, ...]
    dtype: np.dtype
    nodata: float | None
    ground_resolution_m: float
    block_rows: int = 1
    _sources: dict[Path, _Source] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._local = threading.local()
        self._opened: list[Any] = []

    def __getstate__(self) -> dict[str, Any]:
        return {n: v for n, v in self.__dict__.items() if n not in ("_local", "_opened")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def band_names(self) -> list[str]:
        return [band.name for band in self.bands]

    @property
    def can_be_invalid(self) -> bool:
        """False where every pixel is valid whatever its value, so that none need be looked at."""
        return self.nodata is not None or self.dtype.kind == "f"

    @property
    def fill(self) -> float:
        """What stands for no data in arrays: `nodata`, NaN in floats without it, else 0."""
        if self.nodata is not None:
            return self.nodata
        return math.nan if self.dtype.kind == "f" else 0

    def close(self) -> None:
        """Close all files; a later read opens them again."""
        for dataset in self._opened:
            dataset.close()
        self.__post_init__()

    def read(
        self,
        row: int,
        column: int,
        height: int,
        width: int,
        bands: Sequence[str] | None = None,
        *,
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        """Pixels of a window, (bands, height, width) in the scene's dtype.

        Parts outside the scene are `fill`, as is all no data. `out`, of that shape and dtype, may
        be used for the result: memory that is new takes as long as reading. Raises DataError with
        file and window where a file cannot be read, RequestError for a band that the scene lacks.
        """
        chosen = self._chosen(bands)
        top, left = max(row, 0), max(column, 0)
        bottom, right = min(row + height, self.height), min(column + width, self.width)
        whole = (top, left, bottom, right) == (row, column, row + height, column + width)
        if whole and len({band.file for band in chosen}) == 1:
            source = self._sources[chosen[0].file]
            window = Window(left, top, width, height)
            return self._read_file(source, [band.index for band in chosen], window, out)
        result = np.full((len(chosen), height, width), self.fill, self.dtype)
        if top >= bottom or left >= right:
            return result
        inside = result[:, top - row : bottom - row, left - column : right - column]
        for path in dict.fromkeys(band.file for band in chosen):
            places = [n for n, band in enumerate(chosen) if band.file == path]
            indexes = [chosen[n].index for n in places]
            window = Window(left, top, right - left, bottom - top)
            inside[places] = self._read_file(self._sources[path], indexes, window)
        return result

    def valid(self, array: np.ndarray) -> np.ndarray:
        """True (H, W) where no band of an array (bands, H, W) from `read` is no data."""
        return valid_pixels(array, self.nodata).all(axis=0)

    def _chosen(self, names: Sequence[str] | None) -> list[SourceBand]:
        if names is None:
            return list(self.bands)
        known = {band.name: band for band in self.bands}
        missing = [name for name in names if name not in known]
        if missing:
            raise RequestError(
                f"the scene {self.name} lacks the band(s) {', '.join(missing)}; it has "
                f"{', '.join(known)}",
                "name its bands with --bands",
            )
        return [known[name] for name in names]

    def _read_file(
        self,
        source: _Source,
        indexes: list[int],
        window: Window,
        out: np.ndarray | None = None,
    ) -> np.ndarray:
        """One file's bands in a window of the scene, no data replaced by `fill`."""
        dataset = self._open(source)
        if source.row is not None:
            window = Window(
                window.col_off + source.column,
                window.row_off + source.row,
                window.width,
                window.height,
            )
        with scene_files.naming_window(source.path, window):
            if any(dataset.dtypes[index - 1] != self.dtype for index in indexes):
                out = None
            values = dataset.read(indexes, window=window, out=out)
            mask = dataset.read_masks(indexes, window=window) if source.masked else None
        signs = [] if mask is None else [mask == 0]
        if source.nodata is not None and source.nodata != self.nodata:
            signs.append(values == source.nodata)
        if values.dtype.kind == "f":
            signs.append(~np.isfinite(values))
        values = values.astype(self.dtype, copy=False)
        for invalid in signs:
            if invalid.any():
                values[invalid] = self.fill
        return values

    def _open(self, source: _Source) -> Any:
        """This thread's handle of a file: GDAL's datasets may not be shared between threads."""
        handles = self._local.__dict__.setdefault("handles", {})
        if source.path not in handles:
            dataset = scene_files.open_raster(source.path)
            self._opened.append(dataset)
            if source.row is None:
                dataset = self._warped(dataset, source)
                self._opened.insert(0, dataset)
            handles[source.path] = dataset
        return handles[source.path]

    def _warped(self, dataset: rasterio.DatasetReader, source: _Source) -> WarpedVRT:
        method = next(b.resampling for b in self.bands if b.file == Path(source.path))
        return WarpedVRT(
            dataset,
            crs=self.crs,
            transform=self.transform,
            width=self.width,
            height=self.height,
            resampling=Resampling[method],
            src_nodata=source.nodata,
            nodata=source.nodata,
            # An approximated transformation would depend on the window that is asked for.
            tolerance=1e-9,
        )


def valid_pixels(array: np.ndarray, nodata: float | None) -> np.ndarray:
    """True, band by band, where an array is data: neither `nodata` nor NaN or infinity."""
    valid = np.isfinite(array) if array.dtype.kind == "f" else np.ones(array.shape, bool)
    return valid if nodata is None else valid & (array != np.asarray(nodata).astype(array.dtype))


def open_scene(
    specification: str,
    *,
    bands: Sequence[str] = (),
    nodata: float | None = None,
    resampling: str = "bilinear",
    date: str | None = None,
) -> Scene:
    """Open a scene from a file, or from files joined by '+'.

    `bands` chooses and names bands (see `scene_files.choose_bands`); `resampling` is for files
    that are coarser than the finest; `date` (YYYY-MM-DD) replaces what the files say. Raises
    RequestError for missing files and bands, DataError for files that cannot be read, have no
    CRS, or do not belong together.
    """
    paths = scene_files.split_specification(specification)
    if not paths:
        raise RequestError("a scene is empty", "give a file, or files joined by '+'")
    if date is not None and scene_files.as_date(date) is None:
        raise RequestError(f"the date {date!r} is none", "write it as 2013-06-01")
    datasets: list[rasterio.DatasetReader] = []
    try:
        for path in paths:
            datasets.append(scene_files.open_raster(path))
            scene_files.check_georeference(datasets[-1])
        return _describe(datasets, bands, nodata, resampling, date)
    finally:
        for dataset in datasets:
            dataset.close()


def _describe(
    datasets: list[rasterio.DatasetReader],
    wanted: Sequence[str],
    nodata: float | None,
    resampling: str,
    date: str | None,
) -> Scene:
    """The scene that open files make."""
    places = [(dataset, index) for dataset in datasets for index in dataset.indexes]
    own = scene_files.own_band_names(datasets)
    chosen = [(name, *places[n]) for name, n in scene_files.choose_bands(own, wanted)]
    used = [dataset for dataset in datasets if any(d is dataset for _, d, _ in chosen)]
    finest = min(used, key=lambda dataset: abs(dataset.transform.determinant))
    left, top, right, bottom = common_window(finest, used)
    transform = finest.transform * Affine.translation(left, top)
    offsets = {d.name: grid_offset(finest, d, left, top) for d in used}
    dtype = np.result_type(*(np.dtype(d.dtypes[index - 1]) for _, d, index in chosen))
    sources = {
        Path(d.name): _Source(
            path=d.name,
            nodata=nodata if nodata is not None else d.nodata,
            masked=nodata is None and scene_files.has_mask(d),
            row=None if offsets[d.name] is None else offsets[d.name][0],
            column=None if offsets[d.name] is None else offsets[d.name][1],
        )
        for d in used
    }
    return Scene(
        name=_scene_name([Path(d.name).stem for d in used]),
        files=tuple(Path(d.name) for d in used),
        date=date or scene_files.find_date(used),
        crs=finest.crs,
        transform=transform,
        width=right - left,
        height=bottom - top,
        bands=tuple(
            SourceBand(
                name=name,
                file=Path(d.name),
                index=index,
                resolution_m=ground_resolution_m(d.crs, d.transform, d.width, d.height),
                wavelength_um=scene_files.find_wavelength_um(d, index),
                resampling="none" if offsets[d.name] is not None else resampling,
            )
            for name, d, index in chosen
        ),
        dtype=dtype,
        nodata=scene_files.find_nodata(used, dtype, nodata),
        ground_resolution_m=ground_resolution_m(finest.crs, transform, right - left, bottom - top),
        block_rows=max(d.block_shapes[0][0] for d in used),
        _sources=sources,
    )


def _scene_name(stems: Sequence[str]) -> str:
    """What the names of a scene's files have in common, cut at a separator."""
    if len(stems) == 1:
        return stems[0]
    words = [re.split(r"(?=[_\-. ])", stem) for stem in stems]
    common = itertools.takewhile(lambda same: len(set(same)) == 1, zip(*words, strict=False))
    return "".join(word for word, *_ in common) or stems[0]
