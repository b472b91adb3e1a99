"""`backend.project`: components against an SVD, what points carry, drawing, UMAP, errors."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import rasterio

from backend.cluster import main as cluster
from backend.data.dataset import TileDataset
from backend.project import main
from backend.projection.spread import spread
from tests.backend.maps import EAST, NORTH, PIXEL, STRIDE, write_map
from tests.backend.rasters import write_raster

ROWS, COLUMNS, DIMENSION = 20, 33, 5
SIDE = STRIDE * PIXEL


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Directions of two kinds, far apart: columns 0-19 and 20-32; some cells are no data."""
    centres = np.eye(DIMENSION)[np.repeat([0, 1], [20, 13])] * 4
    noise = np.random.default_rng(1).normal(0, 0.3, (ROWS, COLUMNS, DIMENSION))
    result = (centres[None] + noise * [3, 2, 1, 1, 1]).astype(np.float32)
    result[4:6, 10:30] = np.nan
    return result


@pytest.fixture
def embedding(vectors: np.ndarray, tmp_path: Path) -> Path:
    return write_map(tmp_path / "carte é.tif", vectors)


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def points_of(path: Path, *arguments: object) -> geopandas.GeoDataFrame:
    assert run("--output", path, *arguments) == 0
    return geopandas.read_file(path, layer="points")


def assert_in_their_cells(points: geopandas.GeoDataFrame) -> None:
    np.testing.assert_allclose((points.geometry.x - EAST) / SIDE - 0.5, points["column"], atol=1e-6)
    np.testing.assert_allclose((NORTH - points.geometry.y) / SIDE - 0.5, points["row"], atol=1e-6)


@pytest.mark.parametrize("count", [1000, 100])
def test_components_are_those_of_an_svd_of_all_unit_vectors(
    embedding, vectors, tmp_path, monkeypatch, count: int
) -> None:
    monkeypatch.setattr("backend.mapping.embedding_map.READ_BYTES", 1)
    points = points_of(tmp_path / "p.gpkg", "--embedding", embedding, "--count", count)
    valid = np.isfinite(vectors).all(axis=-1)
    assert len(points) == min(count, valid.sum()) and points.crs.to_epsg() == 32612
    assert_in_their_cells(points)
    units = vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    all_of_them = units[valid]
    mean = all_of_them.mean(axis=0)
    _, values, axes = np.linalg.svd(all_of_them - mean, full_matrices=False)
    mine = units[points["row"], points["column"]] - mean
    for name, axis in zip(("pc1", "pc2"), axes, strict=False):
        axis = axis * np.sign(axis[np.abs(axis).argmax()])
        np.testing.assert_allclose(points[name], mine @ axis, atol=1e-9)
    record = pyogrio.read_info(tmp_path / "p.gpkg", layer="points")["layer_metadata"]
    share = values[0] ** 2 / (values**2).sum()
    assert float(record["explained_pc1"]) == pytest.approx(share, abs=1e-6)
    assert record["command"].startswith("python -m backend.project ")


def test_the_sample_is_seeded_even_and_without_repeats(embedding, tmp_path, capsys) -> None:
    made = []
    for number, seed in enumerate((0, 0, 1)):
        points = points_of(
            tmp_path / f"{number}.gpkg", "--embedding", embedding, "--count", 66, "--seed", seed
        )
        places = list(zip(points["row"], points["column"], strict=True))
        assert len(set(places)) == 66
        made.append(places)
    assert made[0] == made[1] != made[2]
    assert "66 of 620 places are projected" in capsys.readouterr().err


@pytest.mark.parametrize("count, side", [(100, 4), (400, 2), (25, 8), (16, 10)])
def test_places_are_spread_evenly(count: int, side: int) -> None:
    """1,600 places of a lattice, cut into as many squares as points: each holds one."""
    rows, columns = np.divmod(np.arange(1600), 40)
    chosen = spread(columns * 10.0, rows * -10.0, count, 3)
    assert len(set(chosen.tolist())) == count and (np.diff(chosen) > 0).all()
    assert (spread(columns * 10.0, rows * -10.0, count, 3) == chosen).all()
    squares = rows[chosen] // side * 40 + columns[chosen] // side
    assert len(set(squares.tolist())) == count


def test_places_in_a_line_or_at_one_point_are_drawn_too() -> None:
    assert len(spread(np.arange(50.0), np.zeros(50), 7, 0)) == 7
    line = spread(np.arange(1000.0), np.zeros(1000), 10, 0)
    assert (line // 100).tolist() == list(range(10))
    assert len(spread(np.zeros(50), np.zeros(50), 7, 0)) == 7
    assert spread(np.zeros(3), np.zeros(3), 7, 0).tolist() == [0, 1, 2]


def test_class_and_cluster_are_those_of_the_cells(embedding, vectors, tmp_path) -> None:
    """Land cover at a quarter of the map's cell, which ends within a column of cells."""
    codes = np.repeat([41, 52, 11], [20 * 4 + 1, 10 * 4 + 2, 2 * 4 + 1])
    cover = np.broadcast_to(codes, (ROWS * 4, COLUMNS * 4)).astype(np.uint8).copy()
    step = SIDE / 4
    land = write_raster(
        tmp_path / "land.tif", cover, transform=rasterio.Affine(step, 0, EAST, 0, -step, NORTH)
    )
    clusters = tmp_path / "clusters.tif"
    assert (
        cluster(["--embedding", str(embedding), "--clusters", "3", "--output", str(clusters)]) == 0
    )
    points = points_of(
        tmp_path / "p.gpkg", "--embedding", embedding, "--land-cover", land,
        "--class-table", "nlcd", "--clusters", clusters,
    )  # fmt: skip
    expected = np.repeat(["Deciduous forest", "Shrub or scrub", "Open water"], [20, 10, 3])
    names = {name.casefold() for name in points["class"]}
    assert len(names) == 3
    for column in (0, 19, 20, 29, 31, 32):
        mine = points.loc[points["column"] == column, "class"]
        assert set(mine.str.casefold()) == {expected[column].casefold()}, column
    with rasterio.open(clusters) as raster:
        numbers = raster.read(1)
    assert (points["cluster"] == numbers[points["row"], points["column"]]).all()
    with sqlite3.connect(tmp_path / "p.gpkg") as database:
        ((style,),) = database.execute("select styleQML from layer_styles")
    assert 'attr="class"' in style and style.count("<category ") == 3


def test_clusters_are_made_where_none_are_given(embedding, tmp_path) -> None:
    points = points_of(tmp_path / "p.gpkg", "--embedding", embedding, "--k", 2)
    left = points["column"] < 20
    assert set(points.loc[left, "cluster"]) == {1} and set(points.loc[~left, "cluster"]) == {2}


def test_tiles_of_a_dataset(small_dataset: TileDataset, make_encoder, tmp_path) -> None:
    encoder = make_encoder(tmp_path / "encoder.safetensors", small_dataset.band_names)
    source = ("--dataset", small_dataset.folder, "--encoder", encoder, "--features", "backbone")
    points = points_of(tmp_path / "p.gpkg", *source, "--count", 10)
    table = small_dataset.table("tiles").iloc[points["chip"]].reset_index(drop=True)
    assert len(points) == 10 and points["chip"].is_unique
    assert (points.geometry.distance(table.geometry.centroid) < 1e-6).all()
    assert points["split"].tolist() == table["split"].tolist()
    assert points["scene"].tolist() == table["scene"].tolist()
    assert abs(points[["pc1", "pc2"]].to_numpy().mean(axis=0)).max() < 1e-6
    classes = small_dataset.information.classes
    counts = table[[one.column for one in classes]].to_numpy()
    assert points["class"].tolist() == [classes[n].name for n in counts.argmax(axis=1)]


@pytest.mark.slow
def test_umap_keeps_far_clusters_apart_and_repeats_itself(embedding, vectors, tmp_path) -> None:
    pytest.importorskip("umap")
    made = []
    for number in range(2):
        points = points_of(
            tmp_path / f"{number}.gpkg", "--embedding", embedding, "--method", "umap",
            "--count", 300, "--seed", 5,
        )  # fmt: skip
        made.append(points[["umap1", "umap2"]].to_numpy())
    assert (made[0] == made[1]).all() and np.isfinite(made[0]).all()
    left = (points["column"] < 20).to_numpy()
    one, other = made[0][left], made[0][~left]
    gap = np.linalg.norm(one[:, None] - other[None], axis=-1).min()
    steps = [np.sort(np.linalg.norm(p - one, axis=1))[1] for p in one]
    assert gap > 3 * np.median(steps) and gap > 1


@pytest.mark.slow
def test_umap_of_few_and_of_equal_vectors(tmp_path, capsys) -> None:
    pytest.importorskip("umap")
    same = write_map(tmp_path / "same.tif", np.ones((3, 4, 2), np.float32))
    points = points_of(tmp_path / "s.gpkg", "--embedding", same, "--method", "umap")
    assert np.isfinite(points[["umap1", "umap2"]].to_numpy()).all()
    few = write_map(tmp_path / "few.tif", np.ones((1, 3, 2), np.float32))
    options = ("--embedding", few, "--method", "umap", "--output", tmp_path / "f.gpkg")
    assert run(*options) == 3
    assert "UMAP needs 4 points at least, and there are 3" in capsys.readouterr().err


@pytest.mark.slow
def test_umap_tells_its_progress_and_stops(embedding, tmp_path, monkeypatch, capsys) -> None:
    pytest.importorskip("umap")
    from backend.projection import neighbour_layout
    from backend.runtime import stopping

    done = []
    write = neighbour_layout._Epochs.write

    def stop_after_ten(self, text: str) -> None:
        done.append(text)
        if len(done) == 10:
            monkeypatch.setattr(stopping, "_received", 15)
        write(self, text)

    monkeypatch.setattr(neighbour_layout._Epochs, "write", stop_after_ten)
    output = tmp_path / "p.gpkg"
    options = ("--embedding", embedding, "--method", "umap", "--count", 100, "--output", output)
    assert run(*options) == 128 + 15
    assert len(done) < 20 and [path.name for path in tmp_path.iterdir()] == [embedding.name]


def test_a_missing_package_is_told_before_any_work(
    embedding, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    output = tmp_path / "p.gpkg"
    assert run("--embedding", embedding, "--method", "umap", "--output", output) == 4
    said = capsys.readouterr().err
    assert "UMAP needs the package umap-learn, which this environment lacks" in said
    assert f'"{sys.executable}" -m pip install umap-learn' in said and "--method pca" in said
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run("--embedding", embedding, "--method", "umap", "--output", output) == 4
    assert f'uv pip install --python "{sys.executable}" umap-learn' in capsys.readouterr().err
    assert not output.exists()


def test_a_wrong_request_is_one_line(embedding, small_dataset, tmp_path, capsys) -> None:
    output, other = tmp_path / "a.gpkg", write_raster(tmp_path / "o.tif", np.ones((3, 4), np.uint8))
    source = ("--embedding", embedding)
    tiles = ("--dataset", small_dataset.folder, "--encoder", "e.safetensors")
    for arguments, words in (
        ((), "neither is given"),
        (("--dataset", "a.tiles"), "is seen through an encoder"),
        ((*source, "--clusters", other), "do not lie on the grid of the embedding map"),
        ((*source, "--clusters", "no.tif"), "there is no map of clusters no.tif"),
        ((*source, "--clusters", other, "--k", "3"), "give one of them"),
        ((*source, "--class-table", "nlcd"), "--class-table is given without --land-cover"),
        ((*source, "--k", "1"), "must be between 2 and 255"),
        ((*tiles, "--land-cover", other), "the classes that it was built with"),
        ((*tiles, "--clusters", other), "give --k in its place"),
    ):
        assert run("--output", output, *arguments) == 2, words
        assert words in capsys.readouterr().err
    assert run(*source, "--output", tmp_path / "a.csv") == 2
    assert "must end in .gpkg" in capsys.readouterr().err
    nothing = write_map(tmp_path / "no.tif", np.full((4, 4, 2), np.nan, np.float32))
    assert run("--embedding", nothing, "--output", output) == 3
    assert "has no data" in capsys.readouterr().err
    assert not output.exists()
