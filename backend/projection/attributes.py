"""What is known of points beside their vectors: class and cluster, each with its colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas
import rasterio
from rasterio.errors import RasterioError

from backend.contract.jobs import ProjectJob
from backend.data.dataset import TileDataset
from backend.data.scenes import open_scene
from backend.mapping.clustering import STRIP_ROWS, land_cover_on
from backend.mapping.clusters import Clusters, distinct_colours
from backend.mapping.embedding_map import EmbeddingMap
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter


@dataclass(frozen=True)
class Kinds:
    """A value for each point, missing where it has none, and "#rrggbb" by value."""

    values: pandas.Series
    colours: Mapping[object, str]


def classes_under(job: ProjectJob, positions: np.ndarray, reporter: Reporter) -> Kinds | None:
    """The class that covers most of each cell of a map; None where no land cover is given."""
    with open_scene(job.embedding) as scene:
        land_cover = land_cover_on(scene, job, reporter)
        if land_cover is None:
            return None
        rows, columns = np.divmod(positions, scene.width)
        found = np.full(len(positions), -1, np.int64)
        with reporter.phase("reading land cover", scene.height, "rows") as phase:
            for first in range(0, scene.height, STRIP_ROWS):
                height = min(STRIP_ROWS, scene.height - first)
                here = slice(*np.searchsorted(rows, (first, first + height)))
                if here.start < here.stop:
                    strip = land_cover.classes_at_pixels(scene, first, height, 0, scene.width)
                    found[here] = strip[rows[here] - first, columns[here]]
                phase.advance(height)
        return _named(found, [(one.name, one.colour) for one in land_cover.table.classes])


def classes_of_tiles(dataset: TileDataset, positions: np.ndarray) -> Kinds | None:
    """The class that covers most of each tile; None for a dataset built without land cover."""
    classes = dataset.information.classes
    if not classes:
        return None
    counts = dataset.table("tiles")[[one.column for one in classes]].to_numpy()[positions]
    found = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    return _named(found, [(one.name, one.colour) for one in classes])


def _named(found: np.ndarray, classes: list[tuple[str, str]]) -> Kinds:
    names = np.array([*(name for name, _ in classes), None], object)
    present = [classes[number] for number in np.unique(found[found >= 0])]
    return Kinds(pandas.Series(names[found], dtype=object), dict(present))


def clusters_at(path: str, source: EmbeddingMap, positions: np.ndarray) -> Kinds:
    """The clusters of a raster on the grid of a map. RequestError where it has another."""
    if not Path(path).exists():
        raise RequestError(f"there is no map of clusters {path}", "check the path")
    try:
        with rasterio.open(path) as raster:
            same = (raster.height, raster.width) == (source.height, source.width)
            if not same or not raster.transform.almost_equals(source.transform):
                raise RequestError(
                    f"the clusters {path} do not lie on the grid of the embedding map: they have "
                    f"{raster.width} × {raster.height} pixels, the map "
                    f"{source.width} × {source.height}",
                    "make them from this map with `python -m backend.cluster`, or give --k",
                )
            if np.dtype(raster.dtypes[0]).kind not in "iu":
                raise RequestError(
                    f"{path} is no map of clusters: its values are {raster.dtypes[0]}",
                    "give the raster that `python -m backend.cluster` wrote",
                )
            numbers, valid = raster.read(1), raster.read_masks(1) > 0
            palette = raster.colormap(1) if raster.colorinterp[0].name == "palette" else {}
    except RasterioError as error:
        raise DataError(
            f"the clusters {path} cannot be read: {error}", "make them again"
        ) from error
    values = numbers.ravel()[positions].astype(np.int64)
    series = pandas.Series(values, dtype="Int64").mask(~valid.ravel()[positions])
    present = series.dropna().unique()
    colours = {
        int(n): "#{:02x}{:02x}{:02x}".format(*palette[n][:3]) for n in present if n in palette
    }
    return Kinds(series, dict(sorted(colours.items())))


def clusters_made(vectors: np.ndarray, count: int, seed: int, reporter: Reporter) -> Kinds:
    """k-means clusters of the vectors (n, D), the largest first, numbered from 1."""
    clusters = Clusters.fit(vectors, count, seed)
    if len(clusters) < count:
        reporter.warning(f"only {len(clusters)} vectors differ: so many clusters are made")
    colours = [_hex(colour) for colour in distinct_colours(len(clusters))]
    numbers = pandas.Series(clusters.assign(vectors).astype(np.int64), dtype="Int64")
    return Kinds(numbers, dict(enumerate(colours, start=1)))


def _hex(colour: Sequence[int]) -> str:
    """ "#rrggbb" of red, green and blue, whatever follows them."""
    return "#{:02x}{:02x}{:02x}".format(*colour[:3])
