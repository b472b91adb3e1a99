"""Layers made of an embedding map pixel by pixel: the picture, and the clusters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from backend.data.gdal import write_category_names
from backend.runtime.errors import RequestError
from backend.runtime.files import remove
from backend.runtime.reporter import Reporter

from . import styles
from .clusters import Clusters, distinct_colours
from .embedding_map import EmbeddingMap
from .geotiff import scratch_raster, write_cog, writing
from .principal_components import PERCENTILES, PrincipalComponents


def write_picture(
    source: EmbeddingMap, path: Path, components: PrincipalComponents, reporter: Reporter
) -> None:
    """The first three principal components as red, green and blue: uint8, 0 is no data."""
    tags = {
        "description": "first three principal components of an embedding map, stretched from "
        f"percentile {PERCENTILES[0]:g} to {PERCENTILES[1]:g}",
        **components.to_tags(),
    }
    _write_layer(
        source,
        path,
        ("component 1", "component 2", "component 3"),
        components.colours,
        tags,
        reporter,
        resampling="AVERAGE",
    )
    styles.write_style(styles.colour_composite((1, 2, 3), (1, 1, 1), (255, 255, 255)), path)


def read_components(path: Path) -> tuple[dict[str, str], PrincipalComponents]:
    """The tags of a colour picture, and the projection in them. Raises RequestError."""
    try:
        with rasterio.open(path) as source:
            tags = source.tags()
        return tags, PrincipalComponents.from_tags(tags)
    except (RasterioError, KeyError, ValueError) as error:
        raise RequestError(
            f"{path} is no colour picture of an embedding map: {error}",
            "give a NAME_picture.tif that `python -m backend.embed --picture` wrote",
        ) from error


def write_clusters(
    source: EmbeddingMap,
    path: Path,
    clusters: Clusters,
    reporter: Reporter,
    *,
    naming: Callable[[Path], list[str]] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """The cluster of each pixel: uint8 with palette and names, numbered from 1; 0 is no data.

    `naming` gives the clusters' names once their raster is written; else they are numbered.
    """
    colours = distinct_colours(len(clusters))
    palette = {0: (0, 0, 0, 0)}
    palette.update({n: (*colour, 255) for n, colour in enumerate(colours, start=1)})
    _write_layer(
        source,
        path,
        ("cluster",),
        lambda vectors: clusters.assign(vectors)[:, None],
        {
            "description": f"k-means clusters of an embedding map, {len(clusters)} in all",
            **(tags or {}),
        },
        reporter,
        resampling="MODE",
        palette=palette,
    )
    names = naming(path) if naming else clusters.names
    write_category_names(path, ["no data", *names])
    styles.write_style(styles.paletted(names, colours), path)


def _write_layer(
    source: EmbeddingMap,
    path: Path,
    bands: tuple[str, ...],
    values: Callable[[np.ndarray], np.ndarray],
    tags: dict[str, str],
    reporter: Reporter,
    *,
    resampling: str,
    palette: dict[int, tuple[int, int, int, int]] | None = None,
) -> None:
    """A COG of `values(vectors)`, uint8 (n, len(bands)), of the map's valid pixels; 0 elsewhere."""
    scratch = path.with_name(f"scratch-{path.name}")
    layout = dict(
        height=source.height,
        width=source.width,
        count=len(bands),
        dtype="uint8",
        nodata=0,
        crs=source.crs,
        transform=source.transform,
    )
    total = source.height * source.width
    try:
        with (
            scratch_raster(scratch, **layout) as target,
            reporter.phase(f"writing {path.name}", total, "pixels") as phase,
        ):
            target.descriptions = bands
            if source.information:
                target.update_tags(**source.information.to_tags())
            target.update_tags(schema="near-things-picture", **tags)
            if palette:
                target.write_colormap(1, palette)
            for window in source.windows():
                vectors, valid = source.read(window)
                result = np.zeros((*valid.shape, len(bands)), np.uint8)
                result[valid] = values(vectors)
                with writing(scratch):
                    target.write(np.moveaxis(result, -1, 0), window=window)
                phase.advance(valid.size)
        write_cog(scratch, path, compression="DEFLATE", resampling=resampling)
    finally:
        remove(scratch)
