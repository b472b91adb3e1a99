"""`backend.search` end to end: maps and datasets against brute force, geometry, outputs."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pyproj
import pytest
import rasterio
import shapely

from backend.data.dataset import TileDataset
from backend.embed import main as embed
from backend.mapping.embedding_map import EmbeddingMap
from backend.networks.encoder_file import load_encoder
from backend.search import searching
from backend.search.__main__ import main
from tests.backend.maps import EAST, NORTH, PIXEL, STRIDE, TILE, point_in, write_map

ROWS, COLUMNS, DIMENSION = 30, 40, 6
HOLE = (slice(3, 6), slice(10, 14))


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    generator = np.random.default_rng(0)
    result = generator.normal(size=(ROWS, COLUMNS, DIMENSION)).astype(np.float32)
    result[HOLE] = np.nan
    result[20, 5] = 2 * result[10, 30]  # equal directions tie
    return result


@pytest.fixture(scope="module")
def embedding(vectors: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_map(tmp_path_factory.mktemp("carte é") / "map.tif", vectors)


@pytest.fixture
def search(tmp_path: Path) -> Callable[..., geopandas.GeoDataFrame]:
    """search(option=value, ...) runs the verb and gives the neighbours."""

    def run(**settings: object) -> geopandas.GeoDataFrame:
        output = tmp_path / "neighbours.gpkg"
        arguments = ["--output", str(output), "--overwrite"]
        for name, value in settings.items():
            arguments.append("--" + name.replace("_", "-"))
            arguments += map(str, value if isinstance(value, list) else [value])
        assert main(arguments) == 0
        return geopandas.read_file(output, layer="neighbours")

    return run


def ranked(vectors: np.ndarray, queries: list[tuple[int, int]]) -> list[tuple[float, int, int]]:
    """(similarity, row, column) of all valid pixels but the queries, best first."""
    units = vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    mean = np.mean([units[place] for place in queries], axis=0)
    mean /= np.linalg.norm(mean)
    found = []
    for row in range(vectors.shape[0]):
        for column in range(vectors.shape[1]):
            if np.isfinite(units[row, column]).all() and (row, column) not in queries:
                found.append((round(float(units[row, column] @ mean), 6), row, column))
    return sorted(found, key=lambda item: (-item[0], item[1:]))


def assert_found(table: geopandas.GeoDataFrame, expected: list[tuple[float, int, int]]) -> None:
    assert table["rank"].tolist() == list(range(1, len(expected) + 1))
    places = list(zip(table["row"], table["column"], strict=True))
    assert places == [(row, column) for _, row, column in expected]
    np.testing.assert_allclose(table["similarity"], [item[0] for item in expected], atol=2e-6)


def test_neighbours_of_a_point_are_those_of_brute_force(search, embedding, vectors) -> None:
    found = search(embedding=embedding, point=point_in(12, 7), k=50)
    assert_found(found, ranked(vectors, [(12, 7)])[:50])
    assert set(found["scene"]) == {"the scene"}


def test_several_points_are_one_query(search, embedding, vectors) -> None:
    queries = [(12, 7), (0, 0), (29, 39), (12, 7)]
    points = [point_in(*place) for place in queries]
    found = search(embedding=embedding, points=points, k=10)
    assert_found(found, ranked(vectors, list(dict.fromkeys(queries)))[:10])


def test_equal_vectors_tie_in_the_order_of_position(search, embedding, vectors) -> None:
    found = search(embedding=embedding, point=point_in(20, 5), k=1)
    assert (found["row"][0], found["column"][0], found["similarity"][0]) == (10, 30, 1.0)
    one_direction = vectors.copy()
    one_direction[:] = vectors[0, 0]
    same = write_map(embedding.with_name("same.tif"), one_direction)
    found = search(embedding=same, point=point_in(0, 2), k=3)
    assert found["column"].tolist() == [0, 1, 3]


def test_the_blocks_that_are_read_do_not_matter(search, vectors, tmp_path, monkeypatch) -> None:
    expected = ranked(vectors, [(12, 7)])[:40]
    for number, (block, read) in enumerate(((16, 1), (32, 5000), (16, 20_000))):
        monkeypatch.setattr("backend.mapping.embedding_map.READ_BYTES", read)
        path = write_map(tmp_path / f"{number}.tif", vectors, blocksize=block)
        assert_found(search(embedding=path, point=point_in(12, 7), k=40), expected)


def test_footprints_are_the_tiles_that_were_embedded(search, embedding) -> None:
    """A tile of 32 px is centred on a map pixel of 16 px: it reaches 8 px beyond on all sides."""
    table = search(embedding=embedding, point=point_in(12, 7), k=20)
    for found in table.itertuples():
        left = EAST + (found.column * STRIDE - 8) * PIXEL
        top = NORTH - (found.row * STRIDE - 8) * PIXEL
        side = TILE * PIXEL
        assert found.geometry.equals(shapely.box(left, top - side, left + side, top))
        assert (found.x, found.y) == (left + side / 2, top - side / 2)
    assert table.crs.to_epsg() == 32612


@pytest.mark.parametrize("separation", [1, 16, 40, 100])
def test_results_keep_apart(search, embedding, vectors, monkeypatch, separation) -> None:
    """Greedily best first, also from the query, whatever number of candidates is held."""
    taken = [(12, 7)]
    expected = []
    for item in ranked(vectors, [(12, 7)]):
        distances = [STRIDE * math.dist(item[1:], other) for other in taken]
        if min(distances) >= separation and len(expected) < 12:
            taken.append(item[1:])
            expected.append(item)
    for candidates in (1_000_000, 13):
        monkeypatch.setattr(searching, "CANDIDATES", candidates)
        found = search(embedding=embedding, point=point_in(12, 7), k=12, separation_px=separation)
        assert_found(found, expected)


def test_fewer_than_asked_for_where_there_are_no_more(search, embedding, vectors, capsys) -> None:
    everything = ranked(vectors, [(0, 0)])
    found = search(embedding=embedding, point=point_in(0, 0), k=5000)
    assert_found(found, everything)
    assert len(everything) == ROWS * COLUMNS - 12 - 1
    assert f"there are only {len(everything)} neighbours, not 5000" in capsys.readouterr().err


def test_points_may_be_given_in_another_crs(search, embedding, vectors) -> None:
    x, y = map(float, point_in(12, 7).split(","))
    to_degrees = pyproj.Transformer.from_crs("EPSG:32612", "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    assert longitude < 0  # a value that begins with a minus is no option
    found = search(embedding=embedding, point=f"{longitude},{latitude}", point_crs="EPSG:4326", k=5)
    assert_found(found, ranked(vectors, [(12, 7)])[:5])


def test_bytes_with_scale_and_offset_are_unscaled(search, tmp_path) -> None:
    generator = np.random.default_rng(3)
    raw = generator.integers(1, 256, (ROWS, COLUMNS, DIMENSION)).astype(np.uint8)
    raw[HOLE] = 0
    path = write_map(tmp_path / "bytes.tif", raw, dtype="uint8", nodata=0)
    scale, offset = np.linspace(0.001, 0.01, DIMENSION), np.linspace(-2, 1, DIMENSION)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = scale, offset
    vectors = raw * scale + offset
    vectors[HOLE] = np.nan
    found = search(embedding=path, point=point_in(12, 7), k=30)
    assert_found(found, ranked(vectors, [(12, 7)])[:30])


def test_the_similarity_map_is_the_cosine_of_each_pixel(search, embedding, vectors, tmp_path):
    raster = tmp_path / "similarity.tif"
    search(embedding=embedding, point=point_in(12, 7), k=5, similarity=raster)
    with rasterio.open(raster) as made, rasterio.open(embedding) as source:
        similarity = made.read(1)
        assert (made.crs, made.transform, made.dtypes) == (
            source.crs,
            source.transform,
            ("float32",),
        )
        assert np.isnan(made.nodata)
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    units = vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    np.testing.assert_allclose(similarity, units @ units[12, 7], atol=1e-6)
    assert np.isnan(similarity[HOLE]).all()
    assert similarity[12, 7] == 1
    assert raster.with_suffix(".qml").is_file()


def test_any_raster_of_floats_is_searched_pixel_by_pixel(search, vectors, tmp_path, capsys):
    path = write_map(tmp_path / "foreign.tif", vectors)
    with rasterio.open(path, "r+") as target:
        target.update_tags(schema="another")
    found = search(embedding=path, point=point_in(12, 7), k=5)
    assert_found(found, ranked(vectors, [(12, 7)])[:5])
    assert found.geometry.area.tolist() == pytest.approx([(STRIDE * PIXEL) ** 2] * 5)
    assert "was not made by this program" in capsys.readouterr().err


def write_layer(path: Path, geometries: list, crs: str = "EPSG:32612") -> Path:
    geopandas.GeoDataFrame(geometry=geometries, crs=crs).to_file(path)
    return path


def test_examples_may_be_points_and_polygons_in_any_crs(search, embedding, vectors, tmp_path):
    """A polygon over pixels (2..4, 2..3), one smaller than a pixel, and a pair of points."""
    step = STRIDE * PIXEL

    def corner(row: float, column: float) -> tuple[float, float]:
        return EAST + column * step, NORTH - row * step

    polygon = shapely.box(*corner(5.4, 1.6), *corner(1.6, 4.4))
    small = shapely.box(*corner(15.2, 20.2), *corner(15.1, 20.3))
    points = shapely.MultiPoint([corner(25.5, 30.5), corner(7.1, 33.9)])
    inside = [(row, column) for row in (2, 3, 4) for column in (2, 3)]
    queries = [*inside, (15, 20), (25, 30), (7, 33)]
    areas = geopandas.GeoSeries([polygon, small], crs="EPSG:32612")
    for number, (layer, expected) in enumerate(
        ((areas, [*inside, (15, 20)]), (geopandas.GeoSeries([points]), queries[-2:]))
    ):
        layer = layer.set_crs("EPSG:32612").to_crs("EPSG:4326")
        path = write_layer(tmp_path / f"{number}.gpkg", list(layer), "EPSG:4326")
        found = search(embedding=embedding, examples=path, k=8)
        assert_found(found, ranked(vectors, expected)[:8])
        queried = geopandas.read_file(tmp_path / "neighbours.gpkg", layer="queries")
        assert queried["query"].tolist() == list(range(1, len(layer) + 1))
        assert queried.geom_equals_exact(layer.to_crs(32612), tolerance=1e-3).all()


def test_examples_beside_the_map_or_on_no_data_are_left_out(
    search, embedding, vectors, tmp_path, capsys
) -> None:
    places = [point_in(12, 7), point_in(4, 11), "0,0"]
    points = [shapely.Point(*map(float, place.split(","))) for place in places]
    layer = write_layer(tmp_path / "examples.gpkg", points)
    found = search(embedding=embedding, examples=layer, k=5)
    assert_found(found, ranked(vectors, [(12, 7)])[:5])
    assert "1 of 3 examples lie beside" in capsys.readouterr().err


def test_a_layer_of_several_is_named_as_qgis_does(search, embedding, vectors, tmp_path) -> None:
    path = tmp_path / "layers.gpkg"
    for name, place in (("one", (12, 7)), ("two", (1, 1))):
        point = shapely.Point(*map(float, point_in(*place).split(",")))
        geopandas.GeoDataFrame(geometry=[point], crs=32612).to_file(path, layer=name)
    found = search(embedding=embedding, examples=f"{path}|layername=two", k=5)
    assert_found(found, ranked(vectors, [(1, 1)])[:5])


def test_the_geopackage_brings_its_styles(search, embedding, tmp_path) -> None:
    search(embedding=embedding, point=point_in(12, 7), k=5)
    styles = geopandas.read_file(tmp_path / "neighbours.gpkg", layer="layer_styles")
    assert styles["f_table_name"].tolist() == ["neighbours", "queries"]
    assert styles["useAsDefault"].all()
    assert 'attr="rank"' in styles["styleQML"][0]


@pytest.fixture(scope="module")
def encoder(make_encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("enc") / "encoder.safetensors"
    return make_encoder(path, ("b3", "b1", "b2"), tile=8)


@pytest.fixture(scope="module")
def tile_vectors(small_dataset: TileDataset, encoder: Path) -> np.ndarray:
    """(64, D): the encoder's vectors of the dataset's anchor tiles, its bands in its own order."""
    tiles = np.stack([small_dataset.chips[n][0, :, 8:16, 8:16] for n in range(64)])
    return load_encoder(encoder).embed(tiles[:, [2, 0, 1]]).astype(np.float64)


def ranked_chips(vectors: np.ndarray, queries: list[int]) -> list[int]:
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    similarity = (units @ units[queries].mean(axis=0)).tolist()
    others = [n for n in range(len(vectors)) if n not in queries]
    return sorted(others, key=lambda n: (-similarity[n], n))


def test_neighbours_of_a_chip_in_a_dataset(search, small_dataset, encoder, tile_vectors) -> None:
    found = search(dataset=small_dataset.folder, encoder=encoder, chip=17, k=10, batch_size=24)
    assert found["chip"].tolist() == ranked_chips(tile_vectors, [17])[:10]
    units = tile_vectors / np.linalg.norm(tile_vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(found["similarity"], units[found["chip"]] @ units[17], atol=1e-5)
    footprints = small_dataset.table("tiles").geometry.iloc[found["chip"]]
    assert found.geometry.geom_equals(footprints.reset_index(drop=True)).all()
    assert set(found["scene"]) == {"scene"}


def test_points_and_polygons_in_a_dataset_stand_for_its_tiles(
    search, small_dataset, encoder, tile_vectors, tmp_path
) -> None:
    tiles = small_dataset.table("tiles").geometry
    x, y = tiles[40].centroid.coords[0]
    common = dict(dataset=small_dataset.folder, encoder=encoder, k=6, batch_size=24)
    found = search(**common, point=f"{x + 50},{y - 50}")
    assert found["chip"].tolist() == ranked_chips(tile_vectors, [40])[:6]
    # A polygon over the tiles 0 to 2, and over an edge of tile 3 without its centre.
    west, south, _, north = shapely.union_all(tiles[:3]).bounds
    area = shapely.box(west, south, tiles[3].bounds[0] + 20, north)
    layer = write_layer(tmp_path / "area.gpkg", [area], small_dataset.table().crs)
    found = search(**common, examples=layer)
    assert found["chip"].tolist() == ranked_chips(tile_vectors, [0, 1, 2])[:6]


def test_chips_keep_apart_too(search, small_dataset, encoder, tile_vectors) -> None:
    """Chips of 24 px lie in rows of 8: at 30 px next ones are too near, the diagonal is not."""
    expected, taken = [], [17]
    for chip in ranked_chips(tile_vectors, [17]):
        apart = [24 * math.dist(divmod(chip, 8), divmod(other, 8)) for other in taken]
        if min(apart) >= 30 and len(expected) < 8:
            expected.append(chip)
            taken.append(chip)
    found = search(
        dataset=small_dataset.folder,
        encoder=encoder,
        chip=17,
        k=8,
        separation_px=30,
        batch_size=24,
    )
    assert found["chip"].tolist() == expected


def test_a_map_made_by_embed_is_searched(search, encoder, make_scene, tmp_path) -> None:
    """From scene to neighbours: the nearest of a repeated pattern is its repetition."""
    generator = np.random.default_rng(0)
    pixels = generator.integers(1000, 9000, (3, 64, 96)).astype(np.uint16)
    pixels[:, 40:48, 72:80] = pixels[:, 16:24, 8:16]
    scene = make_scene(tmp_path / "s.tif", pixels, names=("b1", "b2", "b3"))
    made = tmp_path / "map.tif"
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--output", str(made)]
    assert embed([*arguments, "--stride-px", "8", "--batch-size", "32"]) == 0
    # The pattern's tile is row 2, column 1; its repetition row 5, column 9; 30 m pixels.
    x, y = 300_000 + 12 * 30, 4_200_000 - 20 * 30
    found = search(embedding=made, point=f"{x},{y}", k=1)
    assert (found["row"][0], found["column"][0]) == (5, 9)
    assert found["similarity"][0] == pytest.approx(1, abs=1e-6)
    assert (found["x"][0], found["y"][0]) == (300_000 + 76 * 30, 4_200_000 - 44 * 30)
    with EmbeddingMap(made) as opened:
        assert (opened.grid.tile_size, opened.grid.stride) == (8, 8)
