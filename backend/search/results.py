"""What a search leaves behind: a GeoPackage of neighbours and queries, and a similarity map."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from backend.mapping import styles
from backend.mapping.embedding_map import EmbeddingMap
from backend.mapping.geotiff import scratch_raster, write_cog, writing
from backend.runtime.errors import MachineError
from backend.runtime.files import remove
from backend.runtime.reporter import Reporter

from .index import cosine_similarity
from .queries import Query
from .target import Target


@contextlib.contextmanager
def _writing_layers(path: Path) -> Iterator[None]:
    """Turn GDAL's errors while a GeoPackage is written into a MachineError: the disk refuses."""
    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, RuntimeError) as error:
        raise MachineError(
            f"{path.name} cannot be written: {error}",
            "the disk is full or a limit on file sizes is reached: free some space and run again",
        ) from error


def write_neighbours(
    path: Path, target: Target, query: Query, positions: np.ndarray, similarities: np.ndarray
) -> None:
    """A GeoPackage with the layers `neighbours` and `queries`, and a style beside it.

    `neighbours` are the tiles' polygons with rank (from 1), similarity, x and y of the tile's
    centre, and what the target knows of each.
    """
    polygons = target.footprints(positions)
    centres = shapely.centroid(polygons)
    neighbours = geopandas.GeoDataFrame(
        {
            "rank": np.arange(1, len(positions) + 1),
            "similarity": similarities,
            "x": shapely.get_x(centres),
            "y": shapely.get_y(centres),
            **target.columns(positions),
        },
        geometry=polygons,
        crs=target.crs,
    )
    queries = geopandas.GeoDataFrame(
        {"query": np.arange(1, len(query.geometries) + 1)},
        geometry=query.geometries.to_numpy(),
        crs=target.crs,
    )
    has_areas = bool((shapely.get_dimensions(queries.geometry) == 2).any())
    table = styles.layer_styles(
        {
            "neighbours": styles.outlines_by_rank(len(positions)),
            "queries": styles.query_marks(polygons=has_areas),
        }
    )
    # Version 1.2 is read without a warning by every GDAL that QGIS 3.22 and later come with.
    options = dict(driver="GPKG", dataset_options={"VERSION": "1.2"})
    with _writing_layers(path):
        neighbours.to_file(path, layer="neighbours", **options)
        queries.to_file(path, layer="queries", driver="GPKG")
        pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG")


def write_similarity(path: Path, source: EmbeddingMap, query: Query, reporter: Reporter) -> None:
    """A raster of the cosine similarity of each map pixel with the query: float32 COG, -1..1."""
    scratch = path.with_name(f"scratch-{path.name}")
    layout = dict(
        height=source.height,
        width=source.width,
        count=1,
        dtype="float32",
        nodata=np.nan,
        crs=source.crs,
        transform=source.transform,
    )
    total = source.height * source.width
    try:
        with (
            scratch_raster(scratch, **layout) as target,
            reporter.phase("similarity", total, "pixels") as phase,
        ):
            target.descriptions = ("cosine similarity",)
            for window in source.windows():
                vectors, valid = source.read(window)
                values = np.full(valid.shape, np.nan, np.float32)
                values[valid] = cosine_similarity(vectors, query.vector)
                with writing(scratch):
                    target.write(values, 1, window=window)
                phase.advance(valid.size)
        write_cog(scratch, path, compression="DEFLATE", resampling="AVERAGE")
    finally:
        remove(scratch)
    styles.write_style(styles.ramp(0.0, 1.0), path)
