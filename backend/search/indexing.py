"""The job of laying out vectors: a folder that QGIS's own numpy maps into memory and searches.

`NAME.vectors/` holds `vectors.npy` (positions, D) float32 of length 1, zeros where there is none;
`valid.npy` (positions,) bool; `index.json`. Float32 is what a CPU multiplies fastest: numpy widens
float16 and int8 before it multiplies, and takes longer for that than the memory for the rest of
the bytes. For a dataset there are also `corners.npy` (chips, 4, 2) float64, the corners of the
tiles in the index's CRS; `scenes.npy` (chips,) int32; and `thumbnails.npy` (chips, S, S, 3) uint8.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from rasterio.crs import CRS

from backend import __version__
from backend.contract.colours import colour_bands
from backend.contract.jobs import IndexJob
from backend.data.dataset import TileDataset
from backend.data.gdal import bounded_cache
from backend.mapping.embedding_map import EmbeddingMap
from backend.networks.encoder_file import read_information
from backend.runtime.files import check_output, whole_folder, write_json
from backend.runtime.mapped import mapped_array
from backend.runtime.reporter import Reporter

from .index import unit_vectors
from .searching import check_target, open_target
from .target import Target

SCHEMA = "near-things-vectors"
VERSION = 1
RECORD = "index.json"
THUMBNAIL_PX = 64
THUMBNAIL_BATCH = 256


def index(job: IndexJob, reporter: Reporter) -> None:
    """Lay out the vectors of the job's map or dataset; see IndexJob."""
    check_target(job)
    output = vectors_folder(job)
    check_output(output, overwrite=job.overwrite, marker=RECORD)
    with bounded_cache(), open_target(job, reporter) as target, whole_folder(output) as folder:
        dimension = write_vectors(folder, target, reporter)
        record = _record(target, dimension)
        if job.dataset:
            record |= _write_dataset(folder, job, target, reporter)
        else:
            record |= _of_map(target.source)
        write_json(folder / RECORD, record)
    reporter.artifact("vectors", output)


def vectors_folder(job: IndexJob) -> Path:
    """Where the vectors go: `job.output`, else beside the map, or beside the encoder."""
    if job.output:
        return Path(job.output)
    if job.embedding:
        return Path(job.embedding).with_suffix(".vectors")
    return Path(job.encoder).with_name(f"{Path(job.dataset).stem}.vectors")


def write_vectors(folder: Path, target: Target, reporter: Reporter) -> int:
    """Write `vectors.npy` and `valid.npy` into `folder`; gives the vectors' length D."""
    vectors = None
    valid = np.zeros(target.total, bool)
    with reporter.phase("laying out vectors", target.total, "vectors") as phase:
        for block, positions, looked_at in target.blocks():
            if vectors is None:
                shape = target.total, block.shape[1]
                # A new file is all zeros: positions without a vector need not be written.
                vectors = mapped_array(folder / "vectors.npy", shape, np.float32)
            vectors[positions] = unit_vectors(block)
            valid[positions] = True
            phase.advance(looked_at)
    vectors.flush()
    np.save(folder / "valid.npy", valid)
    return vectors.shape[1]


def _record(target: Target, dimension: int) -> dict[str, Any]:
    """What `index.json` says of any target. The CRS is WKT, with its code where it has one."""
    crs = CRS.from_user_input(target.crs)
    code = crs.to_authority()
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "count": target.total,
        "dimension": dimension,
        "crs": crs.to_wkt(),
        "crs_code": ":".join(code) if code else "",
        "software": f"Near Things {__version__}",
    }


def source_state(path: Path) -> dict[str, Any]:
    """What tells whether a file is still that which was laid out: path, bytes, time of change."""
    state = path.stat()
    return {"path": str(path.absolute()), "bytes": state.st_size, "changed": int(state.st_mtime)}


def _of_map(source: EmbeddingMap) -> dict[str, Any]:
    """What `index.json` says of a map: its grid, and what the map says of itself."""
    information = source.information
    return {
        "kind": "map",
        "source": source_state(source.path),
        "height": source.height,
        "width": source.width,
        "transform": list(source.transform)[:6],
        "tile_size_px": source.grid.tile_size,
        "stride_px": source.grid.stride,
        "about": {k: str(v) for k, v in information.to_tags().items()} if information else {},
    }


def _write_dataset(
    folder: Path, job: IndexJob, target: Target, reporter: Reporter
) -> dict[str, Any]:
    """Write where the tiles of a dataset lie and what they look like; gives what to record."""
    dataset = TileDataset(job.dataset)
    information = dataset.information
    table = dataset.table("tiles")
    np.save(folder / "corners.npy", _corners(target.footprints(np.arange(target.total))))
    names, codes = np.unique(table["scene"].to_numpy(str), return_inverse=True)
    np.save(folder / "scenes.npy", codes.astype(np.int32))
    colours = colour_bands(dataset.band_names)
    _write_thumbnails(folder / "thumbnails.npy", dataset, colours, reporter)
    encoder = read_information(Path(job.encoder))
    about = {
        "encoder": encoder.identity,
        "method": encoder.method,
        "dataset": information.fingerprint,
        "features": job.features,
        "bands": " ".join(encoder.bands),
    }
    return {
        "kind": "dataset",
        "source": source_state(Path(job.dataset) / "dataset.json"),
        "encoder": source_state(Path(job.encoder)),
        "scenes": names.tolist(),
        "tile_size_px": information.tile_size_px,
        "ground_resolution_m": information.ground_resolution_m,
        "colours": [dataset.band_names[n] for n in colours],
        "about": about,
    }


def _corners(polygons: np.ndarray) -> np.ndarray:
    """The four corners (n, 4, 2) of footprints, whose sides may have points between."""
    result = np.empty((len(polygons), 4, 2))
    for number, polygon in enumerate(polygons):
        points = shapely.get_coordinates(polygon.exterior)[:-1]
        result[number] = points[:: max(1, len(points) // 4)][:4]
    return result


def _write_thumbnails(
    path: Path, dataset: TileDataset, colours: list[int], reporter: Reporter
) -> None:
    """Small colour pictures (chips, S, S, 3) uint8 of the tiles, all with one stretch."""
    information = dataset.information
    side = min(THUMBNAIL_PX, information.tile_size_px)
    places = ((np.arange(side) + 0.5) * information.tile_size_px / side).astype(int)
    statistics = [information.bands[n].statistics for n in colours]
    low = np.array([s["percentile_2"] for s in statistics], np.float32)[:, None, None]
    high = np.array([s["percentile_98"] for s in statistics], np.float32)[:, None, None]
    pictures = mapped_array(path, (len(dataset), side, side, 3), np.uint8)
    with reporter.phase("making thumbnails", len(dataset), "tiles") as phase:
        for first in range(0, len(dataset), THUMBNAIL_BATCH):
            numbers = np.arange(first, min(first + THUMBNAIL_BATCH, len(dataset)))
            tiles = dataset.tiles(numbers)[:, colours][:, :, places[:, None], places]
            share = (tiles.astype(np.float32) - low) / np.maximum(high - low, 1e-12)
            bytes_ = np.nan_to_num(255 * share.clip(0, 1)).round().astype(np.uint8)
            pictures[numbers] = np.moveaxis(bytes_, 1, -1)
            phase.advance(len(numbers))
    pictures.flush()
