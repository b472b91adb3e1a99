"""The footprints of chips and tiles as a GeoPackage, the same bytes for the same footprints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas
import numpy as np
import pandas
import pyogrio
import shapely
from rasterio.crs import CRS

from backend.runtime.errors import MachineError

from .coordinates import apply, projection, transform_points
from .dataset import SPLITS, LandCoverClass
from .sampling import Selection
from .scenes import Scene
from .survey import Geometry

# Chips whose polygons and columns are in memory at a time.
WRITTEN_AT_ONCE = 2**16
# Points to a side of a footprint that is shown in another CRS than its scene's.
POINTS = 9
# GeoPackage records when a table changed; the clock must not change the bytes.
_CHANGED = "2000-01-01T00:00:00.000Z"
_WRITE_ERRORS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
)


def common_crs(scenes: Sequence[Scene]) -> CRS:
    """The scenes' CRS where they share one, else longitude and latitude."""
    first = scenes[0].crs
    return first if all(scene.crs == first for scene in scenes) else CRS.from_epsg(4326)


def footprint_polygons(
    scenes: Sequence[Scene], selection: Selection, inset: int, size: int, crs: CRS
) -> np.ndarray:
    """A polygon for each chip's window of `size` pixels, `inset` from its corner, in a CRS."""
    polygons = np.empty(len(selection), object)
    for number, scene in enumerate(scenes):
        here = np.flatnonzero(selection.scene == number)
        along = np.linspace(0, size, 2 if scene.crs == crs else POINTS)[:-1]
        none, full = np.zeros_like(along), np.full_like(along, size)
        across = np.concatenate([along, full, size - along, none]) + inset
        down = np.concatenate([none, along, full, size - along]) + inset
        columns = selection.column[here][:, None] + across
        rows = selection.row[here][:, None] + down
        x, y = apply(scene.transform, columns.astype(float), rows.astype(float))
        x, y = transform_points(scene.crs, crs, x.ravel(), y.ravel())
        polygons[here] = shapely.polygons(np.stack([x, y], -1).reshape(len(here), len(across), 2))
    return polygons


def write_footprints(
    path: Path,
    scenes: Sequence[Scene],
    selection: Selection,
    geometry: Geometry,
    valid_fraction: np.ndarray,
    classes: Sequence[LandCoverClass],
    counts: tuple[np.ndarray, np.ndarray],
    more: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write the layers `tiles` and `chips`.

    `counts` are those of each layer, (chips, classes); `more` are further columns (chips,).
    """
    for name in (path.name, f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm"):
        # A journal that a killed build left would be rolled back into the new file.
        path.with_name(name).unlink(missing_ok=True)
    crs = common_crs(scenes)
    layers = (
        ("tiles", geometry.radius, geometry.tile, counts[0]),
        ("chips", 0, geometry.chip, counts[1]),
    )
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _CHANGED})
    try:
        for layer, inset, size, layer_counts in layers:
            for first in range(0, len(selection), WRITTEN_AT_ONCE):
                some = slice(first, first + WRITTEN_AT_ONCE)
                part = Selection(*(values[some] for values in vars(selection).values()))
                columns = dict(
                    chip=np.arange(first, first + len(part), dtype=np.int64),
                    scene=np.array([scene.name for scene in scenes], object)[part.scene],
                    date=np.array([scene.date or "" for scene in scenes], object)[part.scene],
                    column_px=part.column + inset,
                    row_px=part.row + inset,
                    valid_fraction=valid_fraction[some],
                    split=np.array(SPLITS, object)[part.split],
                    **{name: values[some] for name, values in (more or {}).items()},
                )
                for number, one in enumerate(classes):
                    columns[one.column] = layer_counts[some, number]
                frame = geopandas.GeoDataFrame(
                    pandas.DataFrame(columns),
                    geometry=footprint_polygons(scenes, part, inset, size, crs),
                    crs=projection(crs),
                )
                pyogrio.write_dataframe(
                    frame,
                    path,
                    layer=layer,
                    driver="GPKG",
                    append=path.exists(),
                    # What GDAL 3.4, that of QGIS 3.22, reads without a warning.
                    dataset_options={} if path.exists() else {"VERSION": "1.2"},
                )
    except _WRITE_ERRORS as error:
        raise MachineError(
            f"the disk is full, or failing, while writing {path}: {error}",
            "free some space and run the same again: it goes on where it was",
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
