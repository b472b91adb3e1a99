"""What a map says of tiles, as targets to learn: dominant land cover, clusters of places, a layer.

Each is an array by chip number; a tile of which the map says nothing weighs 0.
"""

from __future__ import annotations

import math
from pathlib import Path

import geopandas
import numpy as np
import rasterio
from rasterio.features import geometry_mask
from rasterio.windows import Window, from_bounds
from sklearn.cluster import KMeans

from backend.runtime.errors import DataError, RequestError

from .coordinates import shapes_in
from .dataset import TileDataset
from .proportions import land_cover_proportions


def dominant_classes(dataset: TileDataset) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """The class (N,) int64 of which each tile holds most, weights (N,), and the classes' names.

    Of classes that hold as much, the first. RequestError where the dataset has no land cover.
    """
    if not dataset.information.classes:
        raise RequestError(
            f"land cover is to be learnt, and {dataset.folder} has none",
            "build the dataset with --land-cover",
        )
    proportions = land_cover_proportions(dataset)
    return proportions.values.argmax(axis=1), proportions.weights, proportions.names


def points_on_sphere(longitudes: np.ndarray, latitudes: np.ndarray) -> np.ndarray:
    """(N, 3) points of the unit sphere from degrees (N,); places beside ±180° lie together."""
    lon, lat = np.radians(longitudes), np.radians(latitudes)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def position_clusters(dataset: TileDataset, count: int, seed: int) -> np.ndarray:
    """The cluster (N,) int64 of each tile's place: k-means of the training tiles on the sphere.

    At most a tenth of the training tiles' number, so that a cluster is more than single tiles, but
    two. RequestError where tiles have no place on the ground, or all lie at one.
    """
    table = dataset.table("tiles")
    # Tiles that only lie side by side have a local CRS too.
    if table.crs is None or table.crs.geodetic_crs is None:
        raise RequestError(
            f"places are to be learnt, and the tiles of {dataset.folder} have none on the ground",
            "build the dataset from scenes whose coordinate reference system is tied to the Earth",
        )
    # The middle of a tile's bounds; tiles are too small for their shape to matter.
    bounds = table.geometry.bounds
    middles = geopandas.points_from_xy(
        (bounds["minx"] + bounds["maxx"]) / 2, (bounds["miny"] + bounds["maxy"]) / 2, crs=table.crs
    ).to_crs(4326)
    points = points_on_sphere(np.asarray(middles.x), np.asarray(middles.y))
    training = points[dataset.numbers("train")]
    count = min(count, max(2, len(training) // 10), len(np.unique(training, axis=0)))
    if count < 2:
        raise RequestError(
            f"all training tiles of {dataset.folder} lie at one place, which cannot be told apart",
            "leave position-clusters out",
        )
    # Centred and scaled: a scene is a small piece of the sphere, and k-means stops by differences.
    middle, spread = training.mean(axis=0), training.std()
    found = KMeans(count, n_init=4, random_state=seed).fit((training - middle) / spread)
    return found.predict((points - middle) / spread).astype(np.int64)


def layer_values(dataset: TileDataset, path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of a raster layer in each tile (N, 2) float64; weights (N,).

    Pixels count whose centre lies in the tile and that hold data; where pixels are larger than
    tiles, the one in which the tile's middle lies. The first band is read. RequestError where the
    layer cannot be read, or lies nowhere under the training tiles; DataError where no
    transformation leads to its CRS.
    """
    table = dataset.table("tiles")
    values, weights = np.zeros((len(table), 2)), np.zeros(len(table))
    try:
        with rasterio.open(path) as layer:
            if layer.crs is None or table.crs is None:
                raise RequestError(
                    f"{path} and the tiles of {dataset.folder} must both have a coordinate "
                    "reference system",
                    "give the layer one, or build the dataset from scenes that have one",
                )
            for number, shape in enumerate(shapes_in(table.geometry, layer.crs)):
                pixels = _pixels_within(layer, shape)
                if pixels.size:
                    values[number] = pixels.mean(), pixels.std()
                    weights[number] = 1
    except rasterio.errors.RasterioIOError as error:
        raise RequestError(
            f"the layer {path} cannot be read: {error}", "give a raster file that GDAL reads"
        ) from error
    if not weights[dataset.numbers("train")].any():
        raise RequestError(
            f"the layer {path} says nothing of any training tile of {dataset.folder}",
            "give a layer that covers the scenes",
        )
    if not np.isfinite(values).all():
        raise DataError(f"the layer {path} holds values that are too large to average")
    return values, weights


def _pixels_within(layer: rasterio.DatasetReader, shape) -> np.ndarray:
    """The layer's values (n,) float64 in a polygon of its own CRS."""
    around = from_bounds(*shape.bounds, transform=layer.transform)
    left, top = math.floor(around.col_off), math.floor(around.row_off)
    right = math.ceil(around.col_off + around.width)
    window = Window(left, top, right - left, math.ceil(around.row_off + around.height) - top)
    try:
        window = window.intersection(Window(0, 0, layer.width, layer.height))
    except rasterio.errors.WindowError:
        return np.empty(0)
    if window.width < 1 or window.height < 1:
        return np.empty(0)
    pixels = layer.read(1, window=window, masked=True).astype(np.float64)
    transform = layer.window_transform(window)
    inside = geometry_mask([shape], pixels.shape, transform, invert=True)
    if not inside.any():
        column, row = ~transform * (shape.centroid.x, shape.centroid.y)
        if not (0 <= column < pixels.shape[1] and 0 <= row < pixels.shape[0]):
            return np.empty(0)
        inside[int(row), int(column)] = True
    held = inside & ~np.ma.getmaskarray(pixels) & np.isfinite(pixels.filled(np.nan))
    return pixels.data[held]
