"""Exploring without widgets: scores, nearest places and rasters against brute force."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from exploring import (
    CELL,
    EAST,
    NORTH,
    random_vectors,
    square,
    unit,
    write_dataset_vectors,
    write_map_vectors,
)
from inputs import gdal

HEIGHT, WIDTH, DIMENSION = 20, 30, 12


@pytest.fixture
def raw() -> np.ndarray:
    return random_vectors(HEIGHT, WIDTH, DIMENSION)


@pytest.fixture
def vectors(application, raw, tmp_path):
    from near_things.qgis_plugin.explore.vectors import open_vectors

    return open_vectors(write_map_vectors(tmp_path / "carte é.vectors", raw))


@pytest.fixture
def tiles(application, tmp_path):
    """Tiles of 160 m at random places of two scenes."""
    from near_things.qgis_plugin.explore.vectors import open_vectors

    generator = np.random.default_rng(5)
    places = generator.uniform(0, 4000, (80, 2)) + np.array([EAST, NORTH])
    corners = [square(x, y, 160) for x, y in places]
    folder = tmp_path / "tiles.vectors"
    values = generator.normal(size=(80, DIMENSION))
    return open_vectors(write_dataset_vectors(folder, values, corners, [0] * 50 + [1] * 30))


def brute_score(raw: np.ndarray, examples, counter_examples=()) -> np.ndarray:
    """The score by its definition, in float64, vector by vector."""
    flat = raw.reshape(-1, raw.shape[-1]).astype(float)
    flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    result = []
    for vector in flat:
        score = sum(vector @ flat[e] for e in examples) / len(examples)
        if counter_examples:
            penalties = [max(0.0, vector @ flat[c]) for c in counter_examples]
            score -= sum(penalties) / len(counter_examples)
        result.append(score)
    return np.array(result)


@pytest.mark.parametrize(
    "examples, counter_examples", [([5], []), ([5, 99, 300], []), ([5, 99], [7]), ([8], [7, 400])]
)
def test_scores_are_those_of_the_definition(vectors, raw, examples, counter_examples) -> None:
    from near_things.qgis_plugin.explore.scoring import Scorer

    scorer = Scorer(vectors.values, vectors.valid)
    expected = brute_score(raw, examples, counter_examples)
    # Twice: the second time from the columns that were kept.
    for _ in range(2):
        found = scorer.score(examples, counter_examples)
        assert np.array_equal(np.isnan(found), np.isnan(expected))
        np.testing.assert_allclose(found, expected, atol=2e-6)


def test_only_a_new_pin_costs_a_scan(vectors, monkeypatch) -> None:
    from near_things.qgis_plugin.explore import scoring

    scanned = []
    real = scoring.cosines
    monkeypatch.setattr(scoring, "cosines", lambda v, p, s: scanned.append(p) or real(v, p, s))
    scorer = scoring.Scorer(vectors.values, vectors.valid)
    scorer.score([5], [])
    scorer.score([5, 9], [11])
    scorer.score([9], [])
    assert scanned == [5, 9, 11]


def test_a_scan_is_given_up(vectors, monkeypatch) -> None:
    from near_things.qgis_plugin.explore import scoring

    monkeypatch.setattr(scoring, "BLOCK_BYTES", 4 * DIMENSION * 100)
    answers = iter([False, False, True])
    with pytest.raises(scoring.Superseded):
        scoring.cosines(vectors.values, 0, lambda: next(answers))


def brute_nearest(scores, places, pins, count, apart, allowed=None):
    """Greedy choice place by place."""
    found = []
    order = np.argsort(-np.nan_to_num(scores, nan=-9), kind="stable")
    for candidate in order:
        if np.isnan(scores[candidate]) or candidate in pins:
            continue
        if allowed is not None and not allowed[candidate]:
            continue
        taken = [*pins, *found]
        if all(np.hypot(*(places[candidate] - places[t])) >= apart for t in taken):
            found.append(int(candidate))
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("apart", [0.0, 240.0, 500.0, 1300.0])
def test_nearest_of_a_map_keep_apart(vectors, raw, apart) -> None:
    from near_things.qgis_plugin.explore.nearest import nearest
    from near_things.qgis_plugin.explore.scoring import Scorer

    scores = Scorer(vectors.values, vectors.valid).score([200], [])
    rows, columns = np.divmod(np.arange(HEIGHT * WIDTH), WIDTH)
    places = np.stack([columns * CELL, rows * CELL], axis=1)
    positions, similarities = nearest(vectors, scores, [200], count=15, apart=apart)
    assert positions == brute_nearest(scores, places, [200], 15, apart)
    assert similarities == [pytest.approx(float(scores[p])) for p in positions]
    assert similarities == sorted(similarities, reverse=True)


@pytest.mark.parametrize("apart, other", [(0.0, False), (700.0, False), (700.0, True)])
def test_nearest_of_a_dataset_keep_apart_within_scenes(tiles, apart, other) -> None:
    from near_things.qgis_plugin.explore.nearest import nearest
    from near_things.qgis_plugin.explore.scoring import Scorer

    scores = Scorer(tiles.values, tiles.valid).score([3], [])
    # Scenes as far apart as can be: distance counts within one scene only.
    places = np.array([tiles.centre(n) for n in range(80)]) + 1e9 * tiles.scenes[:, None]
    allowed = tiles.scenes != 0 if other else None
    positions, _ = nearest(tiles, scores, [3], count=24, apart=apart, other_scenes=other)
    assert positions == brute_nearest(scores, places, [3], 24, apart, allowed)


def test_fewer_places_where_there_are_fewer(vectors) -> None:
    from near_things.qgis_plugin.explore.nearest import nearest

    scores = np.where(vectors.valid, 0.5, np.nan).astype(np.float32)
    positions, _ = nearest(vectors, scores, [0], count=24, apart=1e9)
    assert positions == []


def test_cells_lie_where_the_backend_puts_them(vectors) -> None:
    # The tile of 16 px about cell (0, 0) of 8 px reaches half its side over each edge.
    corners = vectors.corners(0)
    assert corners.tolist() == [
        [EAST - 120, NORTH + 120],
        [EAST + 360, NORTH + 120],
        [EAST + 360, NORTH - 360],
        [EAST - 120, NORTH - 360],
    ]
    for position in (0, 31, HEIGHT * WIDTH - 1):
        assert vectors.position_at(*vectors.centre(position)) == position
    assert vectors.position_at(EAST - 1, NORTH - 1) is None
    hole = 2 * WIDTH + 3
    assert not vectors.valid[hole] and vectors.position_at(*vectors.centre(hole)) is None


def test_a_turned_grid_is_followed(application, raw, tmp_path) -> None:
    from near_things.qgis_plugin.explore.vectors import open_vectors

    turned = [30.0, 40.0, EAST, 40.0, -30.0, NORTH]
    vectors = open_vectors(write_map_vectors(tmp_path / "t.vectors", raw, transform=turned))
    for position in (0, 123, 599):
        assert vectors.position_at(*vectors.centre(position)) == position


def test_tiles_that_overlap_answer_by_the_nearest_centre(tiles) -> None:
    for position in range(80):
        assert tiles.position_at(*tiles.centre(position)) == position
    assert tiles.position_at(0, 0) is None


def test_picture_of_a_dataset_shows_the_best_tile(tiles) -> None:
    scores = np.linspace(0, 1, 80).astype(np.float32)
    scores[40] = np.nan
    picture = tiles.picture(scores)
    assert picture.shape == (tiles.grid.height, tiles.grid.width)
    # The best tile is seen whole, in the four by four cells of its side.
    assert (picture == 1).sum() == 16
    rows, columns = np.nonzero(picture == 1)
    x, y = tiles.grid.to_map(columns + 0.5, rows + 0.5)
    assert np.abs(np.array([x.mean(), y.mean()]) - tiles.centre(79)).max() <= 40
    assert not np.isin(scores[40], picture) and np.nanmin(picture) >= 0


@pytest.mark.parametrize("crs", ["EPSG:32612", "EPSG:4326", "wkt"])
def test_geotiff_is_read_by_gdal(application, tmp_path, crs) -> None:
    from near_things.qgis_plugin.explore.geotiff import write_geotiff
    from near_things.qgis_plugin.explore.vectors import Grid
    from osgeo import osr

    values = np.random.default_rng(0).normal(size=(70, 501)).astype(np.float32)
    values[3, 4] = np.nan
    reference = osr.SpatialReference()
    if crs == "wkt":
        reference.ImportFromProj4("+proj=laea +lat_0=10 +lon_0=20 +datum=WGS84 +units=m")
        text = reference.ExportToWkt()
    else:
        reference.ImportFromEPSG(int(crs[5:]))
        text = crs
    path = tmp_path / "é.tif"
    grid = Grid(70, 501, (30.0, 1.0, 5000.0, -2.0, -30.0, 9000.0))
    write_geotiff(path, values, grid, text, projected=crs != "EPSG:4326")
    file = gdal.Open(str(path))
    assert np.array_equal(file.ReadAsArray(), values, equal_nan=True)
    assert file.GetGeoTransform() == (5000.0, 30.0, 1.0, 9000.0, -2.0, -30.0)
    assert np.isnan(file.GetRasterBand(1).GetNoDataValue())
    found = file.GetSpatialRef()
    found.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    assert found.IsSame(reference)


def test_areas_are_those_on_the_ground(vectors, raw, tmp_path) -> None:
    from near_things.qgis_plugin.explore.ground import measure
    from near_things.qgis_plugin.explore.vectors import open_vectors

    ground = measure(vectors)
    picture = np.full((HEIGHT, WIDTH), 0.2, np.float32)
    picture[:5, :2] = 0.9
    picture[6] = np.nan
    # UTM is true to scale to a thousandth near its central meridian.
    assert ground.area(picture, 0.5) == pytest.approx(10 * CELL**2, rel=2e-3)
    assert ground.area(picture, 0.1) == pytest.approx((600 - 30) * CELL**2, rel=2e-3)
    step = 0.01
    degrees = write_map_vectors(
        tmp_path / "d.vectors",
        raw,
        crs_code="EPSG:4326",
        transform=[step, 0, 10.0, 0, -step, 60.1],
    )
    ground = measure(open_vectors(degrees))
    # A square hundredth of a degree at 60° north: 1114.4 m by 557.8 m on WGS 84.
    assert ground.cell_areas[10] == pytest.approx(1114.1 * 557.8, rel=2e-3)
    assert ground.cell_areas[0] < ground.cell_areas[-1]


def test_damaged_folders_are_refused_in_words(application, raw, tmp_path) -> None:
    from near_things.qgis_plugin.explore.vectors import VectorsError, open_vectors

    with pytest.raises(VectorsError, match="There is no file"):
        open_vectors(tmp_path / "absent.vectors")
    folder = write_map_vectors(tmp_path / "old.vectors", raw, version=7)
    with pytest.raises(VectorsError, match="another version"):
        open_vectors(folder)
    folder = write_map_vectors(tmp_path / "short.vectors", raw, count=3)
    with pytest.raises(VectorsError, match="damaged"):
        open_vectors(folder)
    folder = write_map_vectors(tmp_path / "cut.vectors", raw)
    (folder / "vectors.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(VectorsError, match="cannot be read"):
        open_vectors(folder)


def test_vectors_of_a_map_that_has_changed_are_told(application, raw, tmp_path) -> None:
    from near_things.qgis_plugin.explore.vectors import is_up_to_date, vectors_folder

    path = tmp_path / "map.tif"
    path.write_bytes(b"map")
    state = path.stat()
    source = dict(path=str(path), bytes=state.st_size, changed=int(state.st_mtime))
    folder = write_map_vectors(vectors_folder(path), raw, source=source)
    assert folder.name == "map.vectors" and is_up_to_date(folder, path)
    path.write_bytes(b"another map")
    assert not is_up_to_date(folder, path)
    assert not is_up_to_date(tmp_path / "absent", path)


def test_an_answer_holds_together(vectors, raw, tmp_path) -> None:
    from near_things.qgis_plugin.explore.answer import Answerer, Question
    from near_things.qgis_plugin.explore.ground import measure
    from near_things.qgis_plugin.explore.pins import Pin

    answerer = Answerer(vectors, measure(vectors), tmp_path)
    pins = (Pin(5, 0, 0), Pin(99, 0, 0), Pin(7, 0, 0, is_example=False))
    answer = answerer.answer(Question(pins, count=6, apart=300.0))
    expected = brute_score(raw, [5, 99], [7])
    np.testing.assert_allclose(answer.picture.ravel(), expected, atol=2e-6)
    shown = gdal.Open(str(answer.raster)).ReadAsArray()
    assert np.array_equal(shown, answer.picture, equal_nan=True)
    assert len(answer.positions) == 6
    assert answer.low == pytest.approx(np.nanmin(expected), abs=1e-5)
    assert answer.high == pytest.approx(np.nanmax(expected), abs=1e-5)
    share = (answer.picture >= answer.suggested).sum() / vectors.valid.sum()
    assert share == pytest.approx(0.05, abs=0.005)
    assert answerer.answer(Question(pins)).raster != answer.raster


def wait_for(until, seconds: float = 10.0) -> bool:
    from qgis.PyQt.QtCore import QCoreApplication

    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.002)
    return until()


def test_the_latest_question_wins(application) -> None:
    from near_things.qgis_plugin.explore.scoring import Superseded
    from near_things.qgis_plugin.explore.worker import LatestWorker

    worker, answers, parts, begun = LatestWorker(), [], [], threading.Event()
    worker.answered.connect(answers.append)
    worker.told.connect(parts.append)

    def slow(is_superseded, tell):
        begun.set()
        while not is_superseded():
            time.sleep(0.001)
        raise Superseded

    def quick(is_superseded, tell):
        tell("part")
        return threading.current_thread().name

    worker.ask(slow)
    assert begun.wait(5)
    worker.ask(lambda s, t: pytest.fail("was replaced before it began"))
    worker.ask(quick)
    assert wait_for(lambda: len(answers) == 1)
    assert parts == ["part"] and answers[0].startswith("near-things")
    worker.close()


def test_what_goes_wrong_in_the_thread_is_told(application) -> None:
    from near_things.qgis_plugin.explore.worker import LatestWorker

    worker, messages = LatestWorker(), []
    worker.failed.connect(messages.append)

    def fail(is_superseded, tell):
        raise OSError("the disk is full")

    worker.ask(fail)
    assert wait_for(lambda: messages == ["the disk is full"])
    worker.close()


def test_colours_of_a_scene_are_chosen_by_name(application, tmp_path: Path) -> None:
    from near_things.qgis_plugin.explore.thumbnails import scene_colours

    for name in ("b2.tif", "b3.tif", "b4.tif", "all.tif"):
        (tmp_path / name).write_bytes(b"")
    files = "+".join(str(tmp_path / name) for name in ("b2.tif", "b3.tif", "b4.tif"))
    about = dict(scene_files=files, bands="red blue green", band_sources="2:1 0:1 1:1")
    chosen = [Path(c.file).name for c in scene_colours(about, tmp_path)]
    assert chosen == ["b4.tif", "b3.tif", "b2.tif"]
    about = dict(scene_files="all.tif", bands="nir red green", band_sources="0:4 0:3 0:2")
    assert [c.band for c in scene_colours(about, tmp_path)] == [4, 3, 2]
    assert scene_colours({**about, "scene_files": "gone.tif"}, tmp_path) == []
    about = dict(scene_files="all.tif", bands="x y")
    assert [c.band for c in scene_colours(about, tmp_path)] == [1, 2, 2]


def test_thumbnails_show_the_tile_in_one_stretch(application, raw, tmp_path: Path) -> None:
    from near_things.qgis_plugin.explore import thumbnails
    from near_things.qgis_plugin.explore.thumbnails import ThumbnailMaker
    from near_things.qgis_plugin.explore.vectors import open_vectors
    from qgis.PyQt.QtGui import QColor

    # A scene of 30-m pixels whose red grows eastwards, green southwards, and blue is even.
    height, width = HEIGHT * 8, WIDTH * 8
    rows, columns = np.mgrid[0:height, 0:width]
    file = gdal.GetDriverByName("GTiff").Create(
        str(tmp_path / "scene.tif"), width, height, 3, gdal.GDT_UInt16
    )
    file.SetGeoTransform((EAST, 30, 0, NORTH, 0, -30))
    for number, band in enumerate((columns, rows, np.full_like(rows, 7)), start=1):
        file.GetRasterBand(number).WriteArray(band.astype("u2"))
    file = None
    about = dict(scene_files=str(tmp_path / "scene.tif"), bands="red green blue",
                 band_sources="0:1 0:2 0:3")  # fmt: skip
    vectors = open_vectors(write_map_vectors(tmp_path / "s.vectors", raw, about=about))
    maker = ThumbnailMaker(vectors, 16)
    east, west = (maker.make(10 * WIDTH + column) for column in (28, 2))
    assert (east.width(), east.height()) == (16, 16)
    assert QColor(east.pixel(8, 8)).red() > 200 > 60 > QColor(west.pixel(8, 8)).red()
    # One stretch for all: the same row is as green at both ends.
    greens = [QColor(image.pixel(8, 8)).green() for image in (east, west)]
    assert abs(greens[0] - greens[1]) <= 1 and 90 < greens[0] < 200
    # Pixel by pixel: a column further east is 1 more of the some 237 that are shown.
    for x in (2, 10):
        shown = (QColor(east.pixel(x, 8)).red() / 255) ** (1 / thumbnails.GAMMA)
        assert 1 + 237 * shown == pytest.approx(28 * 8 - 4 + x, abs=4)


def test_thumbnails_of_a_dataset_come_with_it(tiles) -> None:
    from near_things.qgis_plugin.explore import thumbnails
    from near_things.qgis_plugin.explore.thumbnails import ThumbnailMaker
    from qgis.PyQt.QtGui import QColor

    image = ThumbnailMaker(tiles, 16).make(37)
    grey = round(255 * (37 / 255) ** thumbnails.GAMMA)
    assert QColor(image.pixel(1, 1)) == QColor(grey, grey, grey)


def test_pins_are_numbered_within_their_kind(application) -> None:
    from near_things.qgis_plugin.explore.pins import Pin, numbered, to_json

    pins = (Pin(1, 0, 0), Pin(2, 0, 0, False), Pin(3, 5, 6))
    assert [(n, p.position) for n, p in numbered(pins)] == [(1, 1), (1, 2), (2, 3)]
    assert json.loads(json.dumps(to_json(pins)))[2] == {"x": 5, "y": 6, "example": True}


def test_a_million_vectors_are_answered(application, tmp_path: Path) -> None:
    from near_things.qgis_plugin.explore.answer import Answerer, Question
    from near_things.qgis_plugin.explore.ground import measure
    from near_things.qgis_plugin.explore.pins import Pin
    from near_things.qgis_plugin.explore.vectors import open_vectors

    generator = np.random.default_rng(0)
    raw = generator.standard_normal((1000, 1000, 16), np.float32)
    vectors = open_vectors(write_map_vectors(tmp_path / "large.vectors", raw))
    answer = Answerer(vectors, measure(vectors), tmp_path).answer(
        Question((Pin(500_500, 0, 0),), apart=3000.0)
    )
    expected = unit(raw.reshape(-1, 16)) @ unit(raw[500, 500][None])[0]
    assert answer.picture.ravel()[500_500] == pytest.approx(1.0, abs=1e-5)
    assert len(answer.positions) == 24
    best = answer.positions[0]
    row, column = divmod(best, 1000)
    near = np.hypot(*np.meshgrid(np.arange(1000) - 500, np.arange(1000) - 500)) * CELL < 3000
    assert expected[best] == expected[~near.ravel()].max() and not near[row, column]
