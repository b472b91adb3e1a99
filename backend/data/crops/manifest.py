"""The table of all crops, kept or rejected, as a GeoPackage; the same bytes for the same crops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pyogrio

from backend.runtime import files
from backend.runtime.errors import MachineError

from ..coordinates import projection
from ..dataset import LandCoverClass
from ..footprints import common_crs, footprint_polygons
from ..sampling import Selection
from ..scenes import Scene
from .crop_files import image_path
from .cutting import CroppedScene
from .windows import CropWindow

# GeoPackage records when a table changed; the clock must not change the bytes.
_CHANGED = "2000-01-01T00:00:00.000Z"


@dataclass
class CropTable:
    """All crops in order: `columns` of equal length, `kept` among them, and `images`, the path of
    each crop in the output whether it is there or not."""

    columns: dict[str, Any]
    images: list[Path]
    selection: Selection

    @property
    def kept(self) -> np.ndarray:
        return self.columns["kept"]


def crop_table(
    scenes: Sequence[Scene],
    windows: Sequence[Sequence[CropWindow]],
    folder_names: Sequence[str],
    cropped: Sequence[CroppedScene],
) -> CropTable:
    """The table, without land cover. `column_px` and `row_px` say where pixels were read."""
    number = np.repeat(np.arange(len(scenes)), [len(part) for part in windows])
    flat = [window for part in windows for window in part]
    judgements = [one for scene in cropped for one in scene.judgements]
    images = [
        image_path(name, window)
        for name, part in zip(folder_names, windows, strict=True)
        for window in part
    ]
    kept = np.array([not one.reason for one in judgements])
    columns = dict(
        crop=[image.stem for image in images],
        scene=np.array([scene.name for scene in scenes], object)[number],
        date=np.array([scene.date or "" for scene in scenes], object)[number],
        kept=kept,
        reason=[one.reason for one in judgements],
        file=_paths_where(kept, images),
        column_px=np.array([window.column for window in flat]),
        row_px=np.array([window.row for window in flat]),
        stated_column_px=np.array([window.stated_column for window in flat]),
        stated_row_px=np.array([window.stated_row for window in flat]),
        dark_fraction=[one.dark_fraction for one in judgements],
        contrast=[one.contrast for one in judgements],
        bright_fraction=[one.bright_fraction for one in judgements],
    )
    place = columns["row_px"], columns["column_px"]
    return CropTable(columns, images, Selection(number, *place, np.zeros_like(number)))


def _paths_where(there: np.ndarray, paths: Sequence[Path]) -> list[str]:
    return [path.as_posix() if one else "" for one, path in zip(there, paths, strict=True)]


def add_land_cover(
    table: CropTable,
    classes: Sequence[LandCoverClass],
    counts: np.ndarray,
    states: np.ndarray,
    labels: Mapping[int, Path],
) -> None:
    """Add the columns `land_cover` (what became of the label), `label` (its path) and counts."""
    table.columns["land_cover"] = states
    table.columns["label"] = [
        labels[n].as_posix() if n in labels else "" for n in range(len(states))
    ]
    for number, one in enumerate(classes):
        taken = one.column in table.columns
        table.columns[f"class_{one.column}" if taken else one.column] = counts[:, number]


def write_manifest(path: Path, scenes: Sequence[Scene], table: CropTable, size_px: int) -> None:
    """Write the table whole as the layer `crops`: a footprint of what each crop's pixels show."""
    crs = common_crs(scenes)
    frame = geopandas.GeoDataFrame(
        pandas.DataFrame(table.columns),
        geometry=footprint_polygons(scenes, table.selection, 0, size_px, crs),
        crs=projection(crs),
    )
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _CHANGED})
    try:
        with files.whole_file(path) as temporary:
            pyogrio.write_dataframe(
                frame,
                temporary,
                layer="crops",
                driver="GPKG",
                # What GDAL 3.4, that of QGIS 3.22, reads without a warning.
                dataset_options={"VERSION": "1.2"},
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
        raise MachineError(
            f"the disk is full, or failing, while writing {path}: {error}",
            "free some space and run the same again: it goes on where it was",
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
