"""Principal components, outlines, colours and discs, each against a plain computation."""

from __future__ import annotations

import math
from pathlib import Path

import numpy
import pytest
from exploring import (
    CELL,
    EAST,
    NORTH,
    square,
    unit,
    write_dataset_vectors,
    write_map_vectors,
)
from scatter_inputs import points_layer


def go_on(share: float) -> bool:
    return True


@pytest.fixture
def project(application):
    from qgis.core import QgsProject

    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture(params=["few", "many blocks"])
def blocks(request, application, monkeypatch) -> None:
    """Vectors in one block, and in blocks of three."""
    from near_things.qgis_plugin.scatter import principal_components

    if request.param == "many blocks":
        monkeypatch.setattr(principal_components, "BLOCK_BYTES", 3 * 8 * 7)


def test_components_are_those_of_the_singular_value_decomposition(blocks) -> None:
    from near_things.qgis_plugin.scatter.principal_components import fit, project

    random = numpy.random.default_rng(1)
    vectors = (random.normal(size=(50, 7)) @ random.normal(size=(7, 7)) + 100).astype("f4")
    valid = random.random(50) > 0.2
    vectors[numpy.flatnonzero(valid)[3], 2] = numpy.nan
    used = vectors[valid & numpy.isfinite(vectors).all(axis=1)].astype(float)
    found = fit(vectors, valid, go_on)
    centred = used - used.mean(axis=0)
    _, singular, rows = numpy.linalg.svd(centred, full_matrices=False)
    signs = numpy.sign(rows[numpy.arange(2), numpy.abs(rows[:2]).argmax(axis=1)])
    numpy.testing.assert_allclose(found.components, rows[:2] * signs[:, None], atol=1e-9)
    numpy.testing.assert_allclose(found.explained, (singular**2 / (singular**2).sum())[:2])
    assert found.count == len(used)
    points = project(vectors, numpy.flatnonzero(valid), found)
    assert numpy.isnan(points[3]).all()
    expected = centred @ (rows[:2] * signs[:, None]).T
    numpy.testing.assert_allclose(numpy.delete(points, 3, axis=0), expected, atol=1e-6)


def test_components_of_vectors_that_hardly_differ(application) -> None:
    from near_things.qgis_plugin.scatter.principal_components import fit

    vectors = numpy.full((4, 3), 1000.0)
    vectors[:, 1] += numpy.array([-3, -1, 1, 3]) * 1e-6
    found = fit(vectors, numpy.ones(4, bool), go_on)
    numpy.testing.assert_allclose(found.components[0], [0, 1, 0], atol=1e-3)
    alike = fit(numpy.ones((5, 3)), numpy.ones(5, bool), go_on)
    assert alike.explained.tolist() == [0, 0]
    one = fit(numpy.arange(4.0)[:, None], numpy.ones(4, bool), go_on)
    assert one.components.tolist() == [[1], [0]]


def test_no_vector_and_a_stop(application) -> None:
    from near_things.qgis_plugin.scatter.principal_components import Stopped, fit

    with pytest.raises(ValueError, match="no valid vector"):
        fit(numpy.ones((3, 2)), numpy.zeros(3, bool), go_on)
    with pytest.raises(Stopped):
        fit(numpy.ones((3, 2)), numpy.ones(3, bool), lambda share: False)


def test_sample_is_of_the_valid_ones_and_the_same_each_time(application) -> None:
    from near_things.qgis_plugin.scatter.principal_components import sample

    valid = numpy.arange(100) % 2 == 0
    positions = sample(valid, 20)
    assert len(set(positions.tolist())) == 20 and valid[positions].all()
    assert (numpy.diff(positions) > 0).all()
    assert positions.tolist() == sample(valid, 20).tolist()
    assert sample(valid, 50).tolist() == numpy.flatnonzero(valid).tolist()


def inside_slowly(x: float, y: float, outline: numpy.ndarray) -> bool:
    """Even-odd rule, one point and one edge at a time."""
    inside = False
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (y1 <= y) != (y2 <= y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


@pytest.mark.parametrize("seed", range(6))
def test_lasso_takes_the_points_within(application, seed: int) -> None:
    from near_things.qgis_plugin.scatter.selection import SortedPoints

    random = numpy.random.default_rng(seed)
    points = random.normal(size=(300, 2))
    # A scrawl that crosses itself; in the last case corners and points share coordinates.
    outline = random.normal(size=(random.integers(3, 40), 2))
    if seed == 5:
        points, outline = numpy.round(points), numpy.round(outline)
    found = SortedPoints(points).inside(outline)
    expected = [inside_slowly(x, y, outline) for x, y in points]
    assert found.tolist() == expected and 0 < sum(expected) < 300


def test_lasso_of_nothing(application) -> None:
    from near_things.qgis_plugin.scatter.selection import SortedPoints, rectangle

    points = SortedPoints(numpy.array([[0.0, 0.0], [1.0, 1.0]]))
    assert points.inside(numpy.array([[0.5, 0.5]] * 4)).tolist() == [False, False]
    assert points.inside(rectangle(2, 2, 0.5, 0.5)).tolist() == [False, True]
    assert SortedPoints(numpy.zeros((0, 2))).inside(rectangle(0, 0, 1, 1)).tolist() == []


def test_known_classes_keep_their_colours(application) -> None:
    from near_things.qgis_plugin.scatter.colours import as_number, colour_by

    values = ["Water", "Forest", None, "Water", "Rock"]
    found = colour_by(values, "class", {"Water": "#0000ff", "Forest": "#00ff00"})
    by_label = {entry.label: entry for entry in found.entries}
    assert [entry.label for entry in found.entries] == ["Forest", "Rock", "Water", "none"]
    assert by_label["Water"].colour == "#0000ff" and by_label["Water"].count == 2
    assert by_label["none"].count == 1
    own = by_label["Rock"].colour
    assert own not in ("#0000ff", "#00ff00")
    assert found.colours[[0, 1, 3]].tolist() == [
        as_number(c) for c in ("#0000ff", "#00ff00", "#0000ff")
    ]
    assert [found.entries[code].label for code in found.codes] == [v or "none" for v in values]


def test_splits_clusters_and_numbers(application) -> None:
    from near_things.qgis_plugin.scatter.colours import UNKNOWN, as_number, colour_by, ramp

    split = colour_by(["train", "test"], "split")
    assert [(e.label, e.colour) for e in split.entries] == [
        ("test", "#c2410c"),
        ("train", "#4f8fb5"),
    ]
    clusters = colour_by([10, 2.0, 2, None], "cluster")
    assert [(e.label, e.count) for e in clusters.entries] == [("2", 2), ("10", 1), ("none", 1)]
    heights = colour_by([0.5, 1.5, None, 2.5], "height")
    assert heights.is_numeric and (heights.low, heights.high) == (0.5, 2.5)
    assert heights.colours[0] == ramp()[0] and heights.colours[3] == ramp()[255]
    assert heights.colours[2] == as_number(UNKNOWN)
    assert colour_by(list(range(500)), "count").is_numeric
    same = colour_by([7.5, 7.5], "height")
    assert same.is_numeric and same.colours[0] == same.colours[1] == ramp()[128]
    nothing = colour_by([None, None], "class")
    assert [(e.label, e.count) for e in nothing.entries] == [("none", 2)]
    assert colour_by([], "class").entries == []


def test_too_many_classes_are_gathered(application) -> None:
    from near_things.qgis_plugin.scatter.colours import MOST_TEXTS, colour_by

    values = [f"place {number}" for number in range(MOST_TEXTS + 5)] + ["place 44"]
    found = colour_by(values, "name")
    assert len(found.entries) == MOST_TEXTS + 1
    assert found.entries[-1].label == "others" and found.entries[-1].count == 5
    assert len({entry.colour for entry in found.entries}) == MOST_TEXTS + 1
    assert found.entries[found.codes[44]].label == "place 44"


def test_discs_lie_where_the_points_are_and_the_last_on_top(application) -> None:
    from near_things.qgis_plugin.scatter.raster import colour_table, paint, place, scaled

    columns = numpy.array([5.5, 6.5, -1.0, 1e12, numpy.inf, 19.9])
    rows = numpy.array([5.5, 5.5, 3.0, 3.0, 3.0, 9.9])
    colours = numpy.array([0xFF000001, 0xFF000002, 0xFF000003, 1, 2, 0xFF000006], numpy.uint32)
    pixels = numpy.zeros((10, 20), numpy.uint32)
    image = place(columns, rows, pixels.shape, 3)
    seen = paint(pixels, image, colour_table(colours, scaled(colours, 0.5)), 2)
    down, across = numpy.mgrid[:10, :20]

    def disc(column: int, row: int, reach: float) -> numpy.ndarray:
        """Up to two pixels aside, without the corners."""
        return numpy.hypot(across - column, down - row) <= reach

    assert (seen[disc(6, 5, 2.3)] == 1).all()
    assert (pixels[disc(6, 5, 2.3)] == 0xFF000002).all()
    # Of the first, what the second does not cover; its edge is half as strong.
    assert seen[5, 2] == 0 and pixels[5, 2] >> 24 == 0x80
    assert seen[5, 3] == 0 and pixels[5, 3] == 0xFF000001
    # One reaches in from outside, one is cut at the corner, the far ones fail nothing.
    assert seen[3, 0] == 2 and seen[9, 19] == 5
    assert set(numpy.unique(seen)) == {-1, 0, 1, 2, 5}
    assert pixels[0, 10] == 0


def test_frame_zooms_about_the_pointer(application) -> None:
    from near_things.qgis_plugin.gui.scatter.frame import Frame

    xy = numpy.array([[0.0, 10.0], [4.0, 12.0]])
    frame = Frame.around(xy, 400, 200, equal=False)
    columns, rows = frame.to_pixels(*xy.T)
    assert 0 < columns[0] < 40 and 360 < columns[1] < 400 and rows[0] > rows[1]
    assert frame.to_plane(columns[1], rows[1]) == pytest.approx((4, 12))
    closer = frame.zoomed(3, 100, 50)
    assert closer.to_plane(100, 50) == pytest.approx(frame.to_plane(100, 50))
    assert closer.across == pytest.approx(3 * frame.across)
    there = frame.moved(30, -20)
    assert there.to_plane(30, -20) == pytest.approx(frame.to_plane(0, 0))
    equal = Frame.around(xy, 400, 200, equal=True)
    assert equal.across == equal.down
    for lonely in (numpy.zeros((0, 2)), numpy.full((3, 2), 7.0)):
        one = Frame.around(lonely, 400, 200, equal=True)
        assert math.isfinite(one.across) and one.across > 0


def test_features_become_points(project) -> None:
    from near_things.qgis_plugin.scatter.points import first_axes, first_class, read_points
    from qgis.core import QgsVectorLayerFeatureSource

    rows = [(1, 2, "a"), (None, 2, "b"), (3, float("nan"), "c"), (5, 6, None)]
    layer = points_layer(rows)
    assert first_axes(layer) == ("pc1", "pc2") and first_class(layer) == "class"
    source = QgsVectorLayerFeatureSource(layer)
    points = read_points(source, layer.fields(), ("pc1", "pc2"), "class", go_on)
    assert points.xy.tolist() == [[1, 2], [5, 6]] and points.values == ["a", None]
    assert points.left_out == 2
    ids = {f["pc1"]: f.id() for f in layer.getFeatures()}
    assert points.ids.tolist() == [ids[1], ids[5]]


def test_class_raster_colours_points(project, tmp_path: Path) -> None:
    from inputs import write_raster
    from near_things.qgis_plugin.scatter.points import read_points
    from near_things.qgis_plugin.scatter.raster_classes import RasterClasses, has_classes
    from osgeo import gdal
    from qgis.core import QgsPalettedRasterRenderer, QgsRasterLayer, QgsVectorLayerFeatureSource
    from qgis.PyQt.QtGui import QColor

    path = write_raster(tmp_path / "cover.tif", width=2, height=1)
    file = gdal.Open(str(path), gdal.GA_Update)
    file.GetRasterBand(1).WriteArray(numpy.array([[4, 7]], "uint8"))
    del file
    raster = QgsRasterLayer(str(path), "cover")
    assert not has_classes(raster)
    classes = [
        QgsPalettedRasterRenderer.Class(4, QColor("#123456"), "Rock"),
        QgsPalettedRasterRenderer.Class(7, QColor("#654321"), ""),
    ]
    raster.setRenderer(QgsPalettedRasterRenderer(raster.dataProvider(), 1, classes))
    assert has_classes(raster)
    # The third lies beside the raster.
    layer = points_layer([(1, 2, "a"), (3, 4, "b"), (5, 6, "c")])
    covers = RasterClasses(raster, layer)
    assert covers.colours == {"Rock": "#123456", "7": "#654321"}
    source = QgsVectorLayerFeatureSource(layer)
    points = read_points(source, layer.fields(), ("pc1", "pc2"), "", go_on, raster=covers)
    assert points.values == ["Rock", "7", None]


def test_map_becomes_points(project, tmp_path: Path) -> None:
    from near_things.qgis_plugin.explore.vectors import open_vectors
    from near_things.qgis_plugin.scatter.principal_components import fit
    from near_things.qgis_plugin.scatter.vector_points import write_points
    from qgis.core import QgsVectorLayer

    values = numpy.random.default_rng(0).normal(size=(3, 4, 5))
    values[1, 3] = numpy.nan
    vectors = open_vectors(write_map_vectors(tmp_path / "été.vectors", values))
    written = write_points(vectors, tmp_path / "été.gpkg", go_on)
    layer = QgsVectorLayer(str(written.path), "points", "ogr")
    assert layer.crs().authid() == "EPSG:32612" and written.count == layer.featureCount() == 11
    expected = fit(vectors.values, vectors.valid, go_on)
    assert written.explained == pytest.approx(tuple(expected.explained))
    for feature in layer.getFeatures():
        row, column = feature["cell_row"], feature["cell_column"]
        point = feature.geometry().asPoint()
        middle = EAST + CELL * (column + 0.5), NORTH - CELL * (row + 0.5)
        assert (point.x(), point.y()) == pytest.approx(middle)
        xy = expected.project(unit(values[row, column][None]))[0]
        assert (feature["pc1"], feature["pc2"]) == pytest.approx(tuple(xy))
    fewer = write_points(vectors, tmp_path / "few.gpkg", go_on, most=3)
    assert fewer.count == 3 and fewer.explained == written.explained


def test_dataset_becomes_footprints(project, tmp_path: Path) -> None:
    import json

    from near_things.qgis_plugin.explore.vectors import open_vectors
    from near_things.qgis_plugin.scatter.vector_points import write_points
    from qgis.core import QgsFeature, QgsVectorFileWriter, QgsVectorLayer

    dataset = tmp_path / "zïon.tiles"
    dataset.mkdir()
    classes = [
        dict(column="forest", name="Forest", codes=[1], colour="#008000"),
        dict(column="water", name="Open water", codes=[2], colour="#0000ff"),
    ]
    (dataset / "dataset.json").write_text(json.dumps(dict(classes=classes)))
    form = "Point?field=chip:integer&field=split:string&field=forest:integer&field=water:integer"
    tiles = QgsVectorLayer(form, "tiles", "memory")
    for row in ([2, "test", 3, 9], [0, "train", 5, 5], [1, "train", 0, 0]):
        feature = QgsFeature(tiles.fields())
        feature.setAttributes(row)
        tiles.dataProvider().addFeatures([feature])
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "tiles"
    QgsVectorFileWriter.writeAsVectorFormatV2(
        tiles, str(dataset / "footprints.gpkg"), project.transformContext(), options
    )
    corners = [square(EAST + 500 * n, NORTH, 480) for n in range(3)]
    values = numpy.random.default_rng(0).normal(size=(3, 5))
    folder = write_dataset_vectors(tmp_path / "run" / "zïon.vectors", values, corners, [0, 2, 0])
    record = json.loads((folder / "index.json").read_text())
    record["source"]["path"] = str(dataset / "dataset.json")
    (folder / "index.json").write_text(json.dumps(record))
    written = write_points(open_vectors(folder), tmp_path / "p.gpkg", go_on)
    assert written.colours == {"Forest": "#008000", "Open water": "#0000ff"}
    layer = QgsVectorLayer(str(written.path), "points", "ogr")
    rows = [(f["chip"], f["scene"], f["split"], f["class"]) for f in layer.getFeatures()]
    assert rows[0] == (0, "a", "train", "Forest") and rows[2] == (2, "a", "test", "Open water")
    assert rows[1][:3] == (1, "c", "train") and not rows[1][3]
    box = layer.getFeature(2).geometry().boundingBox()
    assert (box.xMinimum(), box.width(), box.height()) == (EAST + 500, 480, 480)


def test_a_stop_leaves_no_file(project, tmp_path: Path) -> None:
    from near_things.qgis_plugin.explore.vectors import open_vectors
    from near_things.qgis_plugin.scatter.principal_components import Stopped
    from near_things.qgis_plugin.scatter.vector_points import write_points

    values = numpy.random.default_rng(0).normal(size=(3, 4, 5))
    vectors = open_vectors(write_map_vectors(tmp_path / "a.vectors", values))
    for last in (0.2, 0.55, 0.6):
        with pytest.raises(Stopped):
            write_points(vectors, tmp_path / "a.gpkg", lambda share, last=last: share < last)
    assert not (tmp_path / "a.gpkg").exists()
