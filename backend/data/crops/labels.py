"""Land cover under crops, and its way into GeoKR's label files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backend.contract.jobs import BuildJob, CropJob
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .. import geokr_labels
from ..class_table import built_in_tables
from ..class_table_codes import ClassTable
from ..class_table_rows import column_name
from ..cutting import count_classes
from ..land_cover import LandCover
from ..land_cover_source import open_land_cover, warn_of_misalignment
from ..sampling import Selection
from ..scenes import Scene
from ..strips import ordered_map
from ..survey import Geometry
from .windows import CropWindow

SEA = geokr_labels.CODES["sea"]
WRITTEN, NO_LAND_COVER, SEA_ONLY = "written", "no land cover", "sea only"
# What the classes of GlobeLand30 are called, in the form of column names; besides the label
# files' own keys. A class is known by name: codes mean other things in other layers (10 is forest
# in WorldCover and cultivated land in GlobeLand30).
_NAMES = {
    "cultivated_land": 10,
    "forest": 20,
    "water_bodies": 60,
    "artificial_surfaces": 80,
    "bare_land": 90,
    "permanent_snow_and_ice": 100,
} | {column_name(key, ()): code for key, code in geokr_labels.CODES.items()}


def open_crop_land_cover(
    job: CropJob, scenes: Sequence[Scene], reporter: Reporter
) -> LandCover | None:
    """The job's land cover, or None.

    RequestError where label files are to be written and the classes are not GlobeLand30's; what
    `open_land_cover` raises.
    """
    wanted = BuildJob(
        tile_size_px=job.crop_size_px,
        land_cover=job.land_cover,
        class_field=job.class_field,
        class_table=job.class_table,
        land_cover_crs=job.land_cover_crs,
        land_cover_year=job.land_cover_year,
    )
    layer = open_land_cover(wanted, scenes, reporter)
    if layer is not None:
        if job.label_files:
            globeland30_codes(layer.table)
        # Crops of sea alone are told from those without land cover, so their counts are kept.
        layer.table = dataclasses.replace(layer.table, discard_if_only=())
    return layer


def globeland30_codes(table: ClassTable) -> list[int]:
    """The GlobeLand30 code of each class of a table, by its name.

    RequestError where a class is none of GlobeLand30's; it names the tables that would fit.
    """
    codes = [_NAMES.get(column_name(one.name, ())) for one in table.classes]
    if None in codes:
        odd = table.classes[codes.index(None)].name
        fitting = [name for name in built_in_tables() if name.endswith("globeland30")]
        own = [name for name in fitting if name == f"{table.name}-as-globeland30"]
        tables = ", ".join(own or fitting) or "one with the classes of GlobeLand30"
        raise RequestError(
            f"label files hold the classes of GlobeLand30, and {odd!r} of the class table "
            f"{table.name} is none",
            f"give --class-table {tables}; or --no-label-files to count these classes in "
            "crops.gpkg alone",
        )
    return [code for code in codes if code is not None]


def count_land_cover(
    job: CropJob,
    land_cover: LandCover,
    scenes: Sequence[Scene],
    windows: Sequence[Sequence[CropWindow]],
    reporter: Reporter,
) -> np.ndarray:
    """Land-cover counts int64 (crops of all scenes, classes) under each crop's stated window.

    By the released rules that may lie beyond the scene: its label is of the place that the crop's
    georeference says. DataError where no crop has land cover.
    """
    size = job.crop_size_px
    everywhere = [window for part in windows for window in part]
    rows = np.array([window.stated_row for window in everywhere], np.int64)
    columns = np.array([window.stated_column for window in everywhere], np.int64)
    scene = np.repeat(np.arange(len(scenes)), [len(part) for part in windows])
    selection = Selection(scene, rows, columns, np.zeros_like(rows))
    # Grids, not imagery, are counted on; they reach as far as what is stated.
    grids = [
        dataclasses.replace(
            one,
            height=max(one.height, int(rows[scene == number].max()) + size),
            width=max(one.width, int(columns[scene == number].max()) + size),
        )
        for number, one in enumerate(scenes)
    ]
    counts, _ = count_classes(
        grids, land_cover, selection, Geometry(size, 0), reporter, job.workers
    )
    if not counts.any():
        raise DataError(
            f"the land cover {land_cover.description()} has only no data under the crops",
            "check its CRS (--land-cover-crs) and the nodata of its class table",
        )
    warn_of_misalignment(land_cover, scenes, reporter)
    return counts


def label_state(counts: np.ndarray, codes: Sequence[int]) -> np.ndarray:
    """What becomes of each crop's label, by its counts (crops, classes): an object array (crops,).

    NO_LAND_COVER where nothing is counted, SEA_ONLY where nothing but GlobeLand30's sea is, else
    WRITTEN.
    """
    total = counts.sum(axis=1)
    sea = counts[:, np.asarray(codes) == SEA].sum(axis=1)
    state = np.full(len(counts), WRITTEN, object)
    state[sea == total] = SEA_ONLY
    state[total == 0] = NO_LAND_COVER
    return state


def write_labels(
    folder: Path,
    images: Sequence[Path],
    counts: np.ndarray,
    codes: Sequence[int],
    reporter: Reporter,
    workers: int,
) -> None:
    """Write a label for each image under `folder`/labels: `counts` (images, classes)."""

    def write(number: int) -> None:
        path = geokr_labels.label_path(folder / "labels", images[number])
        path.parent.mkdir(parents=True, exist_ok=True)
        by_code: dict[int, int] = {}
        for code, count in zip(codes, counts[number].tolist(), strict=True):
            by_code[code] = by_code.get(code, 0) + count
        geokr_labels.write_label(path, by_code)

    with reporter.phase("write labels", len(images), "labels") as phase:
        for _ in ordered_map(write, range(len(images)), workers):
            phase.advance()
