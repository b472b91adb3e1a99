"""Draw the overview picture of the README from what `make demo` has made.

.venv/bin/python benchmarks/overview.py demo docs/images/overview.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import rasterio
from matplotlib.colors import ListedColormap
from rasterio.plot import plotting_extent


def true_colour(path: Path) -> tuple[np.ndarray, tuple[float, ...]]:
    """Red, green and blue (H, W, 3) of a scene in 0..1, each stretched from its 2nd to 98th
    percentile, and the extent for imshow."""
    with rasterio.open(path) as scene:
        names = list(scene.descriptions)
        bands = scene.read([names.index(name) + 1 for name in ("red", "green", "blue")])
        extent = plotting_extent(scene)
    low, high = np.percentile(bands, (2, 98), axis=(1, 2), keepdims=True)
    return np.clip((bands - low) / (high - low), 0, 1).transpose(1, 2, 0), extent


def clusters(path: Path) -> tuple[np.ndarray, ListedColormap, tuple[float, ...]]:
    """The cluster map, its own colours, and the extent."""
    with rasterio.open(path) as raster:
        palette = raster.colormap(1)
        colours = [np.array(palette[value]) / 255 for value in range(256)]
        return raster.read(1), ListedColormap(colours), plotting_extent(raster)


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the overview picture from a demo folder")
    parser.add_argument("demo", type=Path, help="folder that `make demo` wrote")
    parser.add_argument("output", type=Path, help="PNG to write")
    options = parser.parse_args()
    demo = options.demo

    image, extent = true_colour(demo / "landscape" / "scene_2023-05-14.tif")
    with rasterio.open(demo / "embedding_picture.tif") as picture:
        embedding = picture.read((1, 2, 3)).transpose(1, 2, 0)
        embedding_extent = plotting_extent(picture)
    cluster_map, cluster_colours, cluster_extent = clusters(demo / "embedding_clusters.tif")
    with rasterio.open(demo / "similarity.tif") as raster:
        similarity = raster.read(1, masked=True)
        similarity_extent = plotting_extent(raster)
    found = geopandas.read_file(demo / "neighbours.gpkg", layer="neighbours")
    asked = geopandas.read_file(demo / "neighbours.gpkg", layer="queries")

    figure, axes = plt.subplots(1, 4, figsize=(16, 4.3), layout="constrained")
    axes[0].imshow(image, extent=extent)
    axes[0].set_title("Scene")
    axes[1].imshow(embedding, extent=embedding_extent, interpolation="nearest")
    axes[1].set_title("Embedding map")
    axes[2].imshow(
        cluster_map, cmap=cluster_colours, vmin=0, vmax=255, extent=cluster_extent,
        interpolation="nearest",
    )  # fmt: skip
    axes[2].set_title("Clusters")
    axes[3].imshow(similarity, extent=similarity_extent, cmap="magma", interpolation="nearest")
    found.boundary.plot(ax=axes[3], color="white", linewidth=1.2)
    centre = asked.geometry.iloc[0].centroid
    axes[3].plot(centre.x, centre.y, "+", color="cyan", markersize=14, markeredgewidth=2.5)
    axes[3].set_title("Similarity and the nearest places")
    for ax in axes:
        ax.set_xlim(extent[:2])
        ax.set_ylim(extent[2:])
        ax.set_axis_off()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.output, dpi=90)


if __name__ == "__main__":
    main()
