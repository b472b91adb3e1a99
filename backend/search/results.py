"""What a search leaves behind: a GeoPackage of neighbours and queries, and a similarity map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely

from backend.mapping import styles
from backend.mapping.embedding_map import EmbeddingMap
from backend.mapping.geotiff import scratch_raster, write_cog, writing
from backend.mapping.layer_files import writing_layers
from backend.runtime.files import remove
from backend.runtime.reporter import Reporter

from .queries import Query
from .target import Target


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
    with writing_layers(path):
        neighbours.to_file(path, layer="neighbours", **options)
        queries.to_file(path, layer="queries", driver="GPKG")
        pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG")


def write_similarity(
    path: Path,
    source: EmbeddingMap,
    score: Callable[[np.ndarray], np.ndarray],
    reporter: Reporter,
    *,
    description: str = "cosine similarity",
    tags: Mapping[str, str] | None = None,
    transparent_below: float | None = None,
) -> None:
    """A raster of `score(vectors)`, (n,) of (n, D), of each map pixel: float32 COG, styled."""
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
            target.descriptions = (description,)
            target.update_tags(**(tags or {}))
            for window in source.windows():
                vectors, valid = source.read(window)
                values = np.full(valid.shape, np.nan, np.float32)
                values[valid] = score(vectors)
                with writing(scratch):
                    target.write(values, 1, window=window)
                phase.advance(valid.size)
        write_cog(scratch, path, compression="DEFLATE", resampling="AVERAGE")
    finally:
        remove(scratch)
    styles.write_style(styles.ramp(0.0, 1.0, transparent_below=transparent_below), path)
