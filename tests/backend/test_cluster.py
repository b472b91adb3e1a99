"""`backend.cluster`: the clusters of `embed`, their names by land cover, errors."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from backend.cluster import main
from backend.embed import main as embed
from backend.mapping.clusters import names_by_class
from tests.backend.maps import EAST, NORTH, PIXEL, STRIDE, write_map
from tests.backend.rasters import write_raster

ROWS, COLUMNS = 20, 30
SIDE_M = STRIDE * PIXEL


@pytest.fixture
def embedding(tmp_path: Path) -> Path:
    """Columns 0-17 are of one kind, 18-24 of another, 25-29 of a third; one pixel is no data."""
    centres = np.eye(4)[np.repeat([0, 1, 2], [18, 7, 5])] * 5
    noise = np.random.default_rng(0).normal(0, 0.1, (ROWS, COLUMNS, 4))
    vectors = (centres[None] + noise).astype(np.float32)
    vectors[7, 3] = np.nan
    return write_map(tmp_path / "carte é.tif", vectors)


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def labels_of(path: Path) -> list[str]:
    style = ElementTree.parse(path.with_suffix(".qml"))
    return [entry.get("label") for entry in style.iter("paletteEntry")]


def test_clusters_are_those_of_embed(make_encoder, make_scene, tmp_path) -> None:
    pixels = np.random.default_rng(3).integers(1, 4000, (3, 60, 80)).astype(np.uint16)
    names = ("green", "red", "nir")
    scene = make_scene(tmp_path / "scene.tif", pixels, names=names)
    encoder = make_encoder(tmp_path / "encoder.safetensors", names)
    map_path = tmp_path / "map.tif"
    assert embed(
        [
            "--encoder", str(encoder), "--scenes", str(scene),
            "--stride-px", "4", "--clusters", "5", "--seed", "7", "--output", str(map_path),
        ]
    ) == 0  # fmt: skip
    output = tmp_path / "clusters.tif"
    assert run("--embedding", map_path, "--clusters", 5, "--seed", 7, "--output", output) == 0
    with rasterio.open(output) as one, rasterio.open(tmp_path / "map_clusters.tif") as other:
        assert (one.read(1) == other.read(1)).all()
        assert one.colormap(1) == other.colormap(1)
        assert one.tags()["command"].startswith("python -m backend.cluster ")
    assert labels_of(output) == [f"Cluster {n}" for n in range(1, 6)]


def test_clusters_are_named_after_the_land_cover(embedding, tmp_path) -> None:
    """Land cover at a quarter of the map's pixel, in classes that do not end where clusters do."""
    codes = np.repeat([41, 52, 11, 21], np.array([18, 4, 4, 4]) * 4)
    cover = np.broadcast_to(codes, (ROWS * 4, COLUMNS * 4)).astype(np.uint8).copy()
    step = SIDE_M / 4
    land = write_raster(
        tmp_path / "land.tif", cover, transform=rasterio.Affine(step, 0, EAST, 0, -step, NORTH)
    )
    output = tmp_path / "clusters.tif"
    assert run(
        "--embedding", embedding, "--clusters", 3, "--land-cover", land, "--class-table", "nlcd",
        "--output", output,
    ) == 0  # fmt: skip
    with rasterio.open(output) as made:
        numbers = made.read(1)
    assert numbers[7, 3] == 0 and (numbers != 0).sum() == ROWS * COLUMNS - 1
    assert (numbers[:, :18][numbers[:, :18] > 0] == 1).all() and (numbers[:, 18:25] == 2).all()
    # Cluster 2 has 4 columns of shrubland and 3 of water; cluster 3 one of water, 4 of houses.
    assert labels_of(output) == [
        "1 · mostly deciduous forest",
        "2 · mostly shrub or scrub",
        "3 · mostly developed, open space",
    ]
    categories = ElementTree.parse(output.with_name("clusters.tif.aux.xml")).iter("Category")
    assert [c.text for c in categories] == ["no data", *labels_of(output)]


def test_a_polygon_layer_names_them_too(embedding, tmp_path) -> None:
    square = shapely.box(EAST, NORTH - 9 * SIDE_M, EAST + 9 * SIDE_M, NORTH)
    layer = tmp_path / "polygons.gpkg"
    frame = geopandas.GeoDataFrame({"use": ["Vineyard"]}, geometry=[square], crs="EPSG:32612")
    frame.to_file(layer)
    output = tmp_path / "clusters.tif"
    options = ("--land-cover", layer, "--class-field", "use", "--output", output)
    assert run("--embedding", embedding, "--clusters", 3, *options) == 0
    assert labels_of(output) == ["1 · mostly vineyard", "Cluster 2", "Cluster 3"]


def test_names_tell_how_much_a_class_has() -> None:
    classes = ["Water", "Forest", "NLCD 3", "Bare"]
    counts = np.array([[1, 2, 2, 0], [9, 1, 0, 0], [0, 0, 0, 0], [3, 3, 3, 3], [0, 0, 5, 0]])
    counts[3] *= 2
    assert names_by_class(counts, classes) == [
        "1 · forest + NLCD 3",
        "2 · mostly water",
        "Cluster 3",
        "4 · water + forest",
        "5 · mostly NLCD 3",
    ]
    five = names_by_class(np.array([[3, 2, 2, 2, 2]]), [*classes, "Ice"])
    assert five == ["1 · mixed, most of it water"]
    assert names_by_class(np.array([[4]]), ["Water"]) == ["1 · mostly water"]


def test_a_wrong_request_is_one_line(embedding, tmp_path, capsys) -> None:
    options = ("--embedding", embedding, "--output", tmp_path / "a.tif")
    assert run(*options, "--clusters", 1) == 2
    assert "must be between 2 and 255" in capsys.readouterr().err
    assert run("--embedding", embedding, "--output", tmp_path / "a.png") == 2
    assert "is no GeoTIFF's name" in capsys.readouterr().err
    assert run(*options, "--class-table", "nlcd") == 2
    assert "--class-table is given without --land-cover" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["carte é.tif"]
