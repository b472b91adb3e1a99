"""`backend.similarity`: the score against brute force and by hand, areas on the ground, errors."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree

import geopandas
import numpy as np
import pytest
import rasterio
import scipy.ndimage
import shapely

from backend.mapping.areas import areas_above
from backend.runtime.reporter import Reporter
from backend.search import similarity_map
from backend.search.similarity_map import score
from backend.similarity import main
from tests.backend.maps import EAST, NORTH, PIXEL, STRIDE, point_in, write_map
from tests.backend.rasters import GRID, write_raster

ROWS, COLUMNS, DIMENSION = 30, 40, 6
HOLE = (slice(3, 6), slice(10, 14))
SIDE_M = STRIDE * PIXEL


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    result = np.random.default_rng(1).normal(size=(ROWS, COLUMNS, DIMENSION)).astype(np.float32)
    result[HOLE] = np.nan
    return result


@pytest.fixture(scope="module")
def embedding(vectors: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_map(tmp_path_factory.mktemp("carte é") / "map.tif", vectors)


def run(embedding: Path, output: Path, *more: object) -> int:
    return main(["--embedding", str(embedding), "--output", str(output), *map(str, more)])


def values(path: Path) -> np.ndarray:
    with rasterio.open(path) as source:
        return source.read(1)


def brute_force(vectors: np.ndarray, examples: list, counter: list) -> np.ndarray:
    """The formula as it is written, one pair at a time, in float64."""

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))

    result = np.full(vectors.shape[:2], np.nan)
    v = vectors.astype(np.float64)
    for place in np.ndindex(*result.shape):
        if np.isfinite(v[place]).all():
            like = [cosine(v[place], v[e]) for e in examples]
            unlike = [max(0.0, cosine(v[place], v[c])) for c in counter] or [0.0]
            result[place] = np.mean(like) - np.mean(unlike)
    return result


def test_score_has_the_values_found_by_hand(monkeypatch) -> None:
    known = json.loads((Path(__file__).parents[1] / "similarity_values.json").read_text())
    examples = np.array(known["examples"], float)
    examples /= np.linalg.norm(examples, axis=1, keepdims=True)
    counter = np.array(known["counter_examples"], float)
    counter /= np.linalg.norm(counter, axis=1, keepdims=True)
    vectors, mean = np.array(known["vectors"], float), examples.mean(axis=0)
    without = score(vectors, mean, np.empty((0, 2)))
    assert without.tolist() == known["without_counter_examples"]
    for most in (similarity_map.MOST_COSINES, 3):
        monkeypatch.setattr(similarity_map, "MOST_COSINES", most)
        assert score(vectors, mean, counter).tolist() == known["with_counter_examples"]


def test_the_map_is_the_formula_at_each_pixel(embedding, vectors, tmp_path) -> None:
    examples, counter = [(12, 7), (0, 0), (29, 39)], [(20, 20), (5, 30)]
    output = tmp_path / "s.tif"
    assert (
        run(
            embedding, output,
            "--points", *(point_in(*place) for place in [*examples, (12, 7)]),
            "--counter-points", *(point_in(*place) for place in counter),
        )
        == 0
    )  # fmt: skip
    np.testing.assert_allclose(
        values(output), brute_force(vectors, examples, counter), atol=2e-6, equal_nan=True
    )
    with rasterio.open(output) as made, rasterio.open(embedding) as source:
        assert made.transform == source.transform and made.crs == source.crs
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert "3 examples, less that to 2 counter-examples" in made.tags()["description"]
        assert made.tags()["command"].startswith("python -m backend.similarity ")


def test_points_and_polygons_make_one_set_of_examples(embedding, vectors, tmp_path) -> None:
    """A polygon over the centres of rows 1-2, columns 1-2, and a point in one of these pixels."""
    square = shapely.box(EAST + SIDE_M, NORTH - 3 * SIDE_M, EAST + 3 * SIDE_M, NORTH - SIDE_M)
    layer = tmp_path / "été.gpkg"
    frame = geopandas.GeoDataFrame(geometry=[square], crs="EPSG:32612").to_crs("EPSG:4326")
    frame.to_file(layer)
    output = tmp_path / "s.tif"
    options = ("--examples", layer, "--point", point_in(1, 1), point_in(9, 9))
    assert run(embedding, output, *options) == 0
    expected = brute_force(vectors, [(1, 1), (1, 2), (2, 1), (2, 2), (9, 9)], [])
    np.testing.assert_allclose(values(output), expected, atol=2e-6, equal_nan=True)


def test_areas_are_the_pixels_above_the_threshold(embedding, tmp_path) -> None:
    output, areas = tmp_path / "s.tif", tmp_path / "areas é.gpkg"
    options = ("--point", point_in(12, 7), "--threshold", 0.3, "--areas", areas)
    assert run(embedding, output, *options) == 0
    raster, found = values(output), geopandas.read_file(areas, layer="areas")
    assert found["pixels"].sum() == (raster >= 0.3).sum() > 20
    assert found["area"].tolist() == list(range(1, len(found) + 1))
    assert found["area_m2"].is_monotonic_decreasing
    # The grid's metres are those of UTM near its central meridian: 0.9996 of those on the ground.
    np.testing.assert_allclose(found["area_m2"], found["pixels"] * SIDE_M**2 / 0.9996**2, rtol=1e-3)
    np.testing.assert_allclose(found.geometry.area, found["pixels"] * SIDE_M**2)
    for area in found.itertuples():
        inside = rasterio.features.geometry_mask(
            [area.geometry],
            raster.shape,
            rasterio.Affine(SIDE_M, 0, EAST, 0, -SIDE_M, NORTH),
            invert=True,
        )
        assert raster[inside].min() >= 0.3
        assert area.mean == pytest.approx(raster[inside].mean(), abs=1e-6)
        assert area.highest == pytest.approx(raster[inside].max(), abs=1e-6)
    # The style: nothing is shown below the threshold.
    style = ElementTree.parse(output.with_suffix(".qml"))
    items = [(float(i.get("value")), i.get("alpha")) for i in style.iter("item")]
    assert items[0] == (pytest.approx(0.3, abs=1e-5), "0") and items[0][0] < 0.3
    assert items[1] == (0.3, "255") and items[-1] == (1.0, "255")
    assert "areas" in geopandas.list_layers(areas)["name"].tolist()
    assert "layer_styles" in geopandas.list_layers(areas)["name"].tolist()


def test_small_areas_are_left_out_and_corners_do_not_connect(tmp_path) -> None:
    raster = np.zeros((6, 8), np.float32)
    raster[0, 0] = raster[1, 1] = 0.9
    raster[3:5, 3:6] = 0.7
    raster[5, 7] = np.nan
    path = write_raster(tmp_path / "a.tif", raster, nodata=np.nan)
    reporter = Reporter(as_events=True, stdout=io.StringIO())
    assert areas_above(path, 0.7, reporter)["pixels"].tolist() == [6, 1, 1]
    assert areas_above(path, 0.7, reporter, minimum_area_m2=2000)["pixels"].tolist() == [6]
    assert areas_above(path, 0.95, reporter).empty
    assert [file.name for file in tmp_path.iterdir()] == ["a.tif"]


def test_areas_that_cross_blocks_equal_those_of_the_raster_read_whole(tmp_path) -> None:
    """Blobs larger than the blocks, one of which has holes, against labels of all pixels."""
    noise = np.random.default_rng(5).normal(size=(150, 230))
    raster = scipy.ndimage.gaussian_filter(noise, 6).astype(np.float32)
    raster /= np.abs(raster).max()
    raster[::40] = np.nan
    raster[70:75, 60:100] = -9
    path = write_raster(
        tmp_path / "a.tif", raster, nodata=-9, tiled=True, blockxsize=32, blockysize=48
    )
    found = areas_above(path, 0.1, Reporter(as_events=True, stdout=io.StringIO()))
    labels, count = scipy.ndimage.label(raster >= 0.1)
    assert len(found) == count > 20
    assert found["pixels"].max() > 20 * 32
    for area in found.itertuples():
        inside = rasterio.features.geometry_mask([area.geometry], raster.shape, GRID, invert=True)
        label = labels[inside][0]
        assert label > 0 and (inside == (labels == label)).all()
        assert area.pixels == inside.sum()
        assert area.mean == pytest.approx(raster[inside].astype(float).mean(), rel=1e-12)
        assert area.highest == raster[inside].max()


def test_no_area_at_all_is_a_layer_without_features(embedding, tmp_path, capsys) -> None:
    areas = tmp_path / "areas.gpkg"
    corner = ("--point", point_in(12, 7), "--counter-point", point_in(12, 7))
    options = (*corner, "--threshold", 1, "--areas", areas)
    assert run(embedding, tmp_path / "s.tif", *options) == 0
    assert len(geopandas.read_file(areas, layer="areas")) == 0
    assert "no place reaches the threshold of 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "there is no example to compare with; give --point or --examples"),
        (("--point", point_in(4, 11)), "lies where the embedding map"),
        (("--point", "1,1"), "lies in no tile of the embedding map"),
        (("--point", point_in(0, 0), "--areas", "{folder}/a.gpkg"), "areas need a threshold"),
        (
            ("--point", point_in(0, 0), "--threshold", 0.5, "--areas", "{folder}/a.shp"),
            "must end in .gpkg",
        ),
        (("--point", point_in(0, 0), "--counter-point", "7"), "'7' is no point"),
        (("--point", point_in(0, 0), "--threshold", 2), "must be between -2 and 1"),
    ],
)
def test_a_wrong_request_is_one_line(embedding, tmp_path, capsys, options, words) -> None:
    options = [str(o).replace("{folder}", str(tmp_path)) for o in options]
    assert run(embedding, tmp_path / "s.tif", *options) == 2
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_too_many_counter_examples_are_refused(embedding, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("backend.search.queries.MOST_VECTORS", 3)
    options = ("--point", point_in(0, 0), "--counter-points", *(point_in(1, n) for n in range(4)))
    assert run(embedding, tmp_path / "s.tif", *options) == 2
    assert "the counter-examples cover 4 pixels" in capsys.readouterr().err
