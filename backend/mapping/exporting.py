"""The job of exporting: an embedding map as points and an array, for other programs."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import shapely

from backend.contract.jobs import ExportJob
from backend.data.gdal import bounded_cache
from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import check_output, whole_files, write_json
from backend.runtime.reporter import Reporter

from .embedding_map import EmbeddingMap
from .geoparquet import check_geoparquet, write_geoparquet
from .layer_files import writing_layers
from .stac import item_date, stac_item


def export_map(job: ExportJob, reporter: Reporter) -> None:
    """Write the middles of the map's cells that hold data, and their vectors beside them."""
    output = Path(job.output)
    vectors_path = output.with_suffix(".npy")
    _check_outputs(job, vectors_path)
    with bounded_cache(), EmbeddingMap(job.embedding) as source:
        date = item_date(source, job.date) if job.stac else ""
        positions = _chosen_positions(source, job.count, job.seed, reporter)
        vectors, cells = _vectors_at(source, positions, reporter), _cells(source, positions)
        with whole_files(output) as folder:
            with open(folder / vectors_path.name, "wb") as file:
                np.save(file, vectors, allow_pickle=False)
            with writing_layers(output):
                cells.to_file(
                    folder / output.name,
                    layer="cells",
                    driver="GPKG",
                    dataset_options={"VERSION": "1.2"},
                )
        made = {"cells": output, "vectors": vectors_path}
        if job.geoparquet:
            made["geoparquet"] = Path(job.geoparquet)
            write_geoparquet(made["geoparquet"], cells, vectors)
        if job.stac:
            write_json(Path(job.stac), stac_item(Path(job.stac), source, date, made))
            made["stac"] = Path(job.stac)
    reporter.metric(0, {"cells": len(positions)})
    for name, path in made.items():
        reporter.artifact(name, path)


def _check_outputs(job: ExportJob, vectors_path: Path) -> None:
    """What would fail is refused before any work."""
    wanted = {"output": ".gpkg", "geoparquet": ".parquet", "stac": ".json"}
    for name, suffix in wanted.items():
        path = Path(getattr(job, name))
        if getattr(job, name) and path.suffix.lower() != suffix:
            raise RequestError(f"--{name} {path} must end in {suffix}")
    for path in (job.output, vectors_path, job.geoparquet, job.stac):
        if path:
            check_output(Path(path), overwrite=job.overwrite)
    if job.geoparquet:
        check_geoparquet()


def _chosen_positions(
    source: EmbeddingMap, count: int, seed: int, reporter: Reporter
) -> np.ndarray:
    """row · width + column of the cells to export, ascending. DataError where none hold data."""
    found = []
    total = source.height * source.width
    with reporter.phase("looking for data", total, "pixels") as phase:
        for window in source.windows():
            _, valid = source.read(window)
            rows, columns = np.nonzero(valid)
            found.append((rows + window.row_off) * source.width + columns + window.col_off)
            phase.advance(valid.size)
    positions = np.sort(np.concatenate(found))
    if len(positions) == 0:
        raise DataError(f"the embedding map {source.path} has no data", "make the map again")
    if len(positions) <= count:
        return positions
    reporter.warning(f"{count:,} of {len(positions):,} cells are exported, drawn at random")
    return np.sort(np.random.default_rng(seed).choice(positions, count, replace=False))


def _vectors_at(source: EmbeddingMap, positions: np.ndarray, reporter: Reporter) -> np.ndarray:
    """The vectors (n, D) float32 at positions that are ascending and hold data."""
    result = np.empty((len(positions), source.dimension), np.float32)
    with reporter.phase("reading", source.height * source.width, "pixels") as phase:
        for window in source.windows():
            vectors, valid = source.read(window)
            rows, columns = np.nonzero(valid)
            here = (rows + window.row_off) * source.width + columns + window.col_off
            places = np.searchsorted(positions, here)
            places = np.minimum(places, len(positions) - 1)
            wanted = positions[places] == here
            result[places[wanted]] = vectors[wanted]
            phase.advance(valid.size)
    return result


def _cells(source: EmbeddingMap, positions: np.ndarray) -> geopandas.GeoDataFrame:
    """Points in the middle of the cells, with the number of their vector, from 0."""
    rows, columns = np.divmod(positions, source.width)
    x, y = source.transform * (columns + 0.5, rows + 0.5)
    return geopandas.GeoDataFrame(
        {
            "vector": np.arange(len(positions)),
            "row": rows,
            "column": columns,
            "scene": np.full(len(positions), source.scene, object),
        },
        geometry=shapely.points(x, y),
        crs=source.crs,
    )
