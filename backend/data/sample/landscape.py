"""Write the sample landscape: two scenes, a land-cover layer on another grid, and elevation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin, xy
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from backend.contract.jobs import SampleJob
from backend.runtime.errors import RequestError
from backend.runtime.files import check_output, whole_folder, write_json
from backend.runtime.reporter import Phase, Reporter

from ..gdal import write_category_names
from .imagery import ACQUISITIONS, PIXEL_M, draw
from .legend import LEGEND, NODATA_CODE, category_names, colour_table
from .plan import Plan, make_plan
from .spectra import BANDS

# The scene's centre, the town, lies on the middle of UTM zone 32 at these coordinates.
SCENE_CRS, CENTRE = "EPSG:32632", (500_000.0, 5_300_000.0)
LAND_COVER_CRS, LAND_COVER_PIXEL_M = "EPSG:3035", 15.0
_SMALLEST_PX, _LARGEST_PX = 256, 8192
# Windows are whole GeoTIFF tiles, so that each is compressed once.
_TILE_PX, _WINDOW_COLUMNS = 256, 1024
_STORAGE = {
    "driver": "GTiff",
    "tiled": True,
    "blockxsize": _TILE_PX,
    "blockysize": _TILE_PX,
    "compress": "deflate",
    "BIGTIFF": "IF_SAFER",
}


def write_landscape(job: SampleJob, reporter: Reporter) -> None:
    """Write the landscape to the folder `job.output`; the same seed and size give the same bytes.

    RequestError where the output exists or the size is out of bounds.
    """
    if not _SMALLEST_PX <= job.size_px <= _LARGEST_PX:
        raise RequestError(
            f"--size-px {job.size_px} is out of bounds",
            f"give a size from {_SMALLEST_PX} to {_LARGEST_PX}",
        )
    output = Path(job.output)
    check_output(output, overwrite=job.overwrite, marker="landscape.json")
    windows = _windows(job.size_px)
    with whole_folder(output) as folder:
        with reporter.phase("landscape", len(windows) + 2, "parts") as phase:
            plan = make_plan(job.seed, job.size_px * PIXEL_M)
            phase.advance()
            cover = _write_scenes(folder, plan, windows, phase)
            _write_land_cover(folder / "land_cover.tif", cover)
            phase.advance()
        _write_manifest(folder, job, cover)
    reporter.artifact("landscape", output)


def scene_transform(size_px: int) -> rasterio.Affine:
    """The scenes' transform: a square of `size_px` pixels about CENTRE."""
    half = size_px * PIXEL_M / 2
    return from_origin(CENTRE[0] - half, CENTRE[1] + half, PIXEL_M, PIXEL_M)


def scene_name(date: str) -> str:
    """File name of the scene of a date."""
    return f"scene_{date}.tif"


def _windows(size: int) -> list[tuple[range, range]]:
    """Rows and columns of the windows that the scene is drawn in."""
    return [
        (range(top, min(top + _TILE_PX, size)), range(left, min(left + _WINDOW_COLUMNS, size)))
        for top in range(0, size, _TILE_PX)
        for left in range(0, size, _WINDOW_COLUMNS)
    ]


def _outside_swath(size: int, rows: range, columns: range) -> np.ndarray:
    """True where the later scene has no data: a wedge in the north-east, outside the swath."""
    row, column = np.array(rows)[:, None], np.array(columns)[None, :]
    return column > size * (0.91 + 0.2 * row / size)


def _write_scenes(
    folder: Path, plan: Plan, windows: list[tuple[range, range]], phase: Phase
) -> np.ndarray:
    """Draw scenes and elevation window by window; the land cover (rows, columns) uint8."""
    size = round(2 * plan.half_side_m / PIXEL_M)
    grid = dict(width=size, height=size, crs=SCENE_CRS, transform=scene_transform(size), **_STORAGE)
    cover = np.zeros((size, size), np.uint8)
    scenes = [
        rasterio.open(
            folder / scene_name(acquisition.date),
            "w",
            count=len(BANDS),
            dtype="uint16",
            nodata=0,
            predictor=2,
            **grid,
        )
        for acquisition in ACQUISITIONS
    ]
    elevation = rasterio.open(
        folder / "elevation.tif", "w", count=1, dtype="float32", predictor=3, **grid
    )
    try:
        for rows, columns in windows:
            drawing = draw(plan, rows, columns)
            window = Window(columns.start, rows.start, len(columns), len(rows))
            drawing.images[-1][:, _outside_swath(size, rows, columns)] = 0
            for scene, image in zip(scenes, drawing.images, strict=True):
                scene.write(image, window=window)
            elevation.write(drawing.elevation, 1, window=window)
            cover[rows.start : rows.stop, columns.start : columns.stop] = drawing.cover
            phase.advance()
        for scene, acquisition in zip(scenes, ACQUISITIONS, strict=True):
            _describe_scene(scene, acquisition.date)
        elevation.set_band_description(1, "elevation")
        elevation.set_band_unit(1, "metre")
    finally:
        for file in (*scenes, elevation):
            file.close()
    return cover


def _describe_scene(scene: rasterio.io.DatasetWriter, date: str) -> None:
    """Band names, wavelengths and date, as GDAL and QGIS show them."""
    for number, (name, wavelength) in enumerate(BANDS.items(), start=1):
        scene.set_band_description(number, name)
        scene.update_tags(number, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=f"{wavelength:g}")
    scene.update_tags(
        TIFFTAG_DATETIME=f"{date.replace('-', ':')} 10:30:00",
        TIFFTAG_IMAGEDESCRIPTION="Synthetic landscape: surface reflectance x 10000",
    )


def _write_land_cover(path: Path, cover: np.ndarray) -> None:
    """The land cover as another agency would give it: another CRS, pixel and grid.

    Each pixel holds the class at its centre; pixels whose centre lies outside have no data.
    """
    size = cover.shape[0]
    inverse = ~scene_transform(size)
    scene_bounds = rasterio.transform.array_bounds(size, size, scene_transform(size))
    bounds = transform_bounds(SCENE_CRS, LAND_COVER_CRS, *scene_bounds)
    left, bottom = (np.floor(value / LAND_COVER_PIXEL_M) for value in bounds[:2])
    right, top = (np.ceil(value / LAND_COVER_PIXEL_M) for value in bounds[2:])
    transform = from_origin(
        left * LAND_COVER_PIXEL_M, top * LAND_COVER_PIXEL_M, LAND_COVER_PIXEL_M, LAND_COVER_PIXEL_M
    )
    width, height = int(right - left), int(top - bottom)
    to_scene = Transformer.from_crs(LAND_COVER_CRS, SCENE_CRS, always_xy=True)
    with rasterio.open(
        path,
        "w",
        width=width,
        height=height,
        count=1,
        dtype="uint8",
        crs=LAND_COVER_CRS,
        transform=transform,
        nodata=NODATA_CODE,
        **_STORAGE,
    ) as file:
        file.write_colormap(1, colour_table())
        file.set_band_description(1, "land cover")
        for first in range(0, height, _TILE_PX):
            rows = np.arange(first, min(first + _TILE_PX, height))
            row, column = np.meshgrid(rows, np.arange(width), indexing="ij")
            place = to_scene.transform(*map(np.asarray, xy(transform, row.ravel(), column.ravel())))
            across, down = inverse * place
            across, down = np.floor(across).astype(int), np.floor(down).astype(int)
            inside = (across >= 0) & (across < size) & (down >= 0) & (down < size)
            codes = np.full(row.size, NODATA_CODE, np.uint8)
            codes[inside] = cover[down[inside], across[inside]]
            file.write(codes.reshape(row.shape), 1, window=Window(0, first, width, len(rows)))
    write_category_names(path, category_names())


def _write_manifest(folder: Path, job: SampleJob, cover: np.ndarray) -> None:
    """landscape.json for programs and README.txt for people: what each file holds."""
    files = {
        scene_name(a.date): f"Scene of {a.date}: surface reflectance x 10000, bands "
        f"{', '.join(BANDS)}; 0 is no data. {PIXEL_M:g} m pixels, {SCENE_CRS}"
        for a in ACQUISITIONS
    }
    files["land_cover.tif"] = (
        f"Land cover: {len(LEGEND)} classes with names and colours; {NODATA_CODE} is no data. "
        f"{LAND_COVER_PIXEL_M:g} m pixels, {LAND_COVER_CRS}"
    )
    files["elevation.tif"] = f"Elevation in metres on the scenes' grid, {SCENE_CRS}"
    share = np.bincount(cover.ravel(), minlength=len(LEGEND) + 1) / cover.size
    manifest = {
        "schema": "near-things-landscape",
        "version": 1,
        "seed": job.seed,
        "size_px": job.size_px,
        "files": files,
        "classes": [
            {**entry, "share_of_scene": round(float(share[entry["codes"][0]]), 4)}
            for entry in LEGEND
        ],
    }
    write_json(folder / "landscape.json", manifest)
    lines = [
        "A synthetic landscape, computed by Near Things from the number "
        f"{job.seed}. No place on Earth looks like this one.",
        "",
        *(f"{name}\n    {what}" for name, what in files.items()),
        "",
    ]
    (folder / "README.txt").write_text("\n".join(lines), encoding="utf-8")
