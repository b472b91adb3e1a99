"""`backend.classify`: a toy map, its files, bad input, stopping, bounded memory."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from backend.classification import classifying
from backend.classification.classifying import classify
from backend.classify import main
from backend.contract.jobs import ClassifyJob
from backend.data.class_table import table_of_raster
from backend.mapping import embedding_map
from backend.runtime import stopping
from backend.runtime.errors import Stopped
from backend.runtime.reporter import Reporter
from tests.backend.vector_maps import CORNER, UTM, write_map

CELL = 80.0
SHAPE = (60, 90)


def truth() -> np.ndarray:
    """Classes 0, 1, 2 in stripes of 5 columns, so that blocks hold all of them."""
    return np.broadcast_to(np.arange(SHAPE[1]) // 5 % 3, SHAPE)


def separable(dtype: str = "float32") -> np.ndarray:
    """Vectors of 4 that tell the classes apart without doubt; the upper left corner is empty."""
    centres = np.array([[9, 0, 0, 5], [0, 9, 0, 5], [0, 0, 9, 5]], float) * 10
    vectors = centres[truth()] + np.random.default_rng(0).normal(0, 1, (*SHAPE, 4)) + 20
    vectors = np.moveaxis(vectors, -1, 0).astype(dtype)
    vectors[:, :4, :4] = np.nan if dtype == "float32" else 0
    return vectors


def centre(row: int, column: int) -> shapely.Point:
    return shapely.Point(CORNER[0] + (column + 0.5) * CELL, CORNER[1] - (row + 0.5) * CELL)


def area(row: int, column: int, height: int, width: int) -> shapely.Polygon:
    left, top = CORNER[0] + column * CELL, CORNER[1] - row * CELL
    return shapely.box(left, top - height * CELL, left + width * CELL, top)


def write_labels(path: Path, geometries: list, values: list, crs: str = UTM) -> Path:
    frame = geopandas.GeoDataFrame({"class": values}, geometry=geometries, crs=UTM).to_crs(crs)
    frame.to_file(path, driver="GPKG", layer="labels")
    return path


NAMES = ["forest", "Ödland", "water & ice"]


@pytest.fixture
def embedding(tmp_path) -> Path:
    return write_map(tmp_path / "map.tif", separable())


@pytest.fixture
def labels(tmp_path) -> Path:
    """Sixty points in degrees, and a polygon of class 2 over four cells of one stripe."""
    generator = np.random.default_rng(1)
    places = [(int(r), int(c)) for r, c in generator.integers((5, 5), SHAPE, (60, 2))]
    values = [NAMES[truth()[place]] for place in places]
    geometries = [centre(*place) for place in places] + [area(20, 11, 2, 2)]
    return write_labels(tmp_path / "labels.gpkg", geometries, [*values, NAMES[2]], "EPSG:4326")


def run(embedding: Path, labels: Path, output: Path, *more: object, field: str = "class") -> int:
    return main(
        [
            f"--embedding={embedding}",
            f"--labels={labels}",
            f"--label-field={field}",
            f"--output={output}",
            *(str(item) for item in more),
        ]
    )


@pytest.mark.parametrize("kind", ["logistic", "knn", "random-forest"])
def test_a_separable_map_is_classified_perfectly(tmp_path, embedding, labels, kind) -> None:
    output = tmp_path / "out" / "classes.tif"
    more = ("--classifier", kind, "--trees", 50, "--colours", "forest=#00aa00 Wald")
    assert run(embedding, labels, output, *more) == 0
    with rasterio.open(output) as source:
        found, tags, palette = source.read(1), source.tags(), source.colormap(1)
        assert source.dtypes == ("uint8",) and source.nodata == 0
        assert source.transform == rasterio.open(embedding).transform
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    wanted = truth() + 1
    wanted[:4, :4] = 0
    assert np.array_equal(found, wanted)
    assert palette[1][:3] == (0, 0xAA, 0)
    table = table_of_raster(str(output))
    assert [one.name for one in table.classes] == ["Wald", *NAMES[1:]]
    assert json.loads(tags["classes"])["3"] == "water & ice"
    assert tags["encoder"] == "saumoco resnet18 red step 10"
    assert tags["command"].startswith("python -m backend.classify --embedding=")
    style = output.with_suffix(".qml").read_text(encoding="utf-8")
    assert 'color="#00aa00" label="Wald"' in style and 'type="paletted"' in style
    with rasterio.open(tmp_path / "out" / "classes_confidence.tif") as source:
        confidence = source.read(1)
    assert np.isnan(confidence[:4, :4]).all()
    valid = confidence[np.isfinite(confidence)]
    assert len(valid) == found.astype(bool).sum() and (valid > 1 / 3).all() and (valid <= 1).all()
    record = json.loads((tmp_path / "out" / "classes_accuracy.json").read_text())
    matrix = np.array(record["spatial"]["confusion"]["matrix"])
    assert np.trace(matrix) == matrix.sum() == record["labels"]["cells"]
    assert record["spatial"]["scores"]["accuracy"]["value"] == 1
    assert record["random"]["scores"]["accuracy"]["value"] == 1
    assert [one["mapped_cells"] for one in record["classes"]] == [
        int((wanted == n).sum()) for n in (1, 2, 3)
    ]
    # 16-px tiles of cells of 80 m, which are 8 px: tiles are 160 m wide.
    assert record["spatial"]["buffer_m"] == pytest.approx(160 * np.sqrt(2), rel=1e-3)
    page = (tmp_path / "out" / "classes_report.html").read_text(encoding="utf-8")
    for words in ("reference ↓", "prediction →", "water &amp; ice", "Rows are the reference"):
        assert words in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page) and 'src="data:' in page
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert made == {
        "classes.tif", "classes.tif.aux.xml", "classes.qml", "classes_confidence.tif",
        "classes_confidence.qml", "classes_accuracy.json", "classes_report.html",
    }  # fmt: skip


def test_rows_are_the_reference_and_columns_the_prediction(tmp_path, embedding) -> None:
    """Labels of class 0 that say "b": references of b, predicted as a."""
    generator = np.random.default_rng(2)
    geometries, values = [], []
    for row, column in generator.integers((5, 5), SHAPE, (120, 2)):
        kind = truth()[row, column]
        if kind < 2:
            geometries.append(centre(row, column))
            values.append("ab"[kind])
    wrong = [n for n, value in enumerate(values) if value == "a"][::8]
    for number in wrong:
        values[number] = "b"
    layer = write_labels(tmp_path / "l.gpkg", geometries, values)
    assert run(embedding, layer, tmp_path / "c.tif", "--class-weights", "labels") == 0
    record = json.loads((tmp_path / "c_accuracy.json").read_text())
    matrix = record["spatial"]["confusion"]["matrix"]
    assert matrix[1][0] == len(wrong) and matrix[0][1] == 0
    rows = record["spatial"]["by_class"]
    assert rows[0]["producers_accuracy"] == 1 and rows[0]["users_accuracy"] < 1
    assert "reference" in record["spatial"]["confusion"]["orientation"].split(",")[0]


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32"])
def test_any_raster_of_several_bands_will_do(tmp_path, labels, dtype: str, capsys) -> None:
    nodata = np.nan if dtype == "float32" else 0
    stack = write_map(tmp_path / "s.tif", separable(dtype), foreign=True, nodata=nodata)
    assert run(stack, labels, tmp_path / "c.tif", "--no-confidence", "--folds", 0) == 0
    assert "was not made by this program" in capsys.readouterr().err
    wanted = truth() + 1
    wanted[:4, :4] = 0
    assert np.array_equal(rasterio.open(tmp_path / "c.tif").read(1), wanted)
    record = json.loads((tmp_path / "c_accuracy.json").read_text())
    assert record["spatial"] is None and record["embedding"]["encoder"] is None
    assert not (tmp_path / "c_confidence.tif").exists()


def test_whole_numbers_stay_as_they_are(tmp_path, embedding) -> None:
    geometries = [area(10, 0, 20, 5), area(10, 5, 20, 5), area(30, 5, 20, 5)]
    layer = write_labels(tmp_path / "l.gpkg", geometries, [41, 11, 11])
    assert run(embedding, layer, tmp_path / "c.tif") == 0
    found = rasterio.open(tmp_path / "c.tif").read(1)
    assert set(np.unique(found)) == {0, 11, 41} and (found[10:30, :5] == 41).all()
    names = {one.name: one for one in table_of_raster(str(tmp_path / "c.tif")).classes}
    assert {"Class 11", "Class 41"} <= set(names)


def test_labels_in_one_place_make_a_map_without_accuracy(tmp_path, embedding, capsys) -> None:
    layer = write_labels(tmp_path / "l.gpkg", [area(20, 9, 2, 1), area(20, 10, 2, 2)], ["a", "b"])
    assert run(embedding, layer, tmp_path / "c.tif") == 3
    assert "too few labelled cells: a has 2" in capsys.readouterr().err
    layer = write_labels(tmp_path / "m.gpkg", [area(20, 8, 2, 2), area(20, 10, 2, 2)], ["a", "b"])
    assert run(embedding, layer, tmp_path / "c.tif", "--block-size-m", 5000) == 0
    assert "so accuracy was not measured" in capsys.readouterr().err
    record = json.loads((tmp_path / "c_accuracy.json").read_text())
    assert record["spatial"] is None and record["random"] is None
    assert "was not measured" in record["summary"][0]
    assert "How right it is" not in (tmp_path / "c_report.html").read_text(encoding="utf-8")


@pytest.fixture
def fails(tmp_path, embedding, labels, capsys) -> Callable[..., str]:
    """fails(status, …) runs the verb, which must fail so and leave nothing; its last line."""

    def check(status: int, *more: object, **replaced: object) -> str:
        given = dict(embedding=embedding, labels=labels, output=tmp_path / "c.tif") | replaced
        there = set(tmp_path.iterdir())
        field = given.pop("field", "class")
        assert run(*given.values(), *more, field=field) == status
        assert set(tmp_path.iterdir()) == there
        return capsys.readouterr().err.splitlines()[-1]

    return check


def test_bad_labels(fails, tmp_path) -> None:
    far = [shapely.transform(centre(10, c), lambda p: p + 1e6) for c in range(6)]
    layer = write_labels(tmp_path / "far.gpkg", far, list("aabbaa"))
    message = fails(3, labels=layer)
    assert "no label lies on the embedding map" in message and "in X and from" in message
    assert "no field 'kind'; their fields are: class" in fails(2, field="kind")
    assert "cannot be read" in fails(2, labels=tmp_path / "absent.gpkg")
    one = write_labels(tmp_path / "one.gpkg", [area(10, 5, 5, 5)], ["a"])
    assert "all labels are of one class, a" in fails(3, labels=one)
    empty = write_labels(tmp_path / "empty.gpkg", [area(0, 0, 3, 3), area(9, 9, 3, 3)], ["a", "b"])
    assert "too few labelled cells: a has 0, and each class needs 3" in fails(3, labels=empty)
    line = [shapely.LineString([centre(1, 1), centre(9, 9)])] * 2
    lines = write_labels(tmp_path / "lines.gpkg", line, ["a", "b"])
    assert "hold LineString" in fails(3, labels=lines)
    empty = write_labels(tmp_path / "none.gpkg", [None, None], ["a", "b"])
    assert "have no features" in fails(3, labels=empty)
    (tmp_path / "table.csv").write_text("class\na\nb\n")
    assert "are a table without geometries" in fails(3, labels=tmp_path / "table.csv")
    missing = write_labels(tmp_path / "missing.gpkg", [centre(9, 9)] * 2, [None, None])
    assert "no feature of the labels" in fails(3, labels=missing)


def test_bad_requests(fails, tmp_path, embedding) -> None:
    assert "--folds 1 leaves nothing" in fails(2, "--folds", 1)
    assert "is no GeoTIFF's name" in fails(2, output=tmp_path / "c.png")
    assert "is the map itself" in fails(2, output=embedding)
    assert "is no colour of a class" in fails(2, "--colours", "forest")
    single = write_map(tmp_path / "single.tif", separable()[:1], foreign=True)
    assert "is no embedding map: it has 1 band(s)" in fails(3, embedding=single)
    (tmp_path / "c_report.html").write_text("mine")
    assert "the output exists" in fails(2)
    assert (tmp_path / "c_report.html").read_text() == "mine"


@pytest.mark.parametrize(
    "place", ["finding labelled cells", "reading labelled cells", "cross-validation", "classifying"]
)
def test_stopped_in_the_middle_nothing_is_left(
    tmp_path, embedding, labels, monkeypatch, place: str
) -> None:
    out = tmp_path / "out"
    job = ClassifyJob(
        embedding=str(embedding),
        labels=str(labels),
        label_field="class",
        output=str(out / "c.tif"),
    )
    reporter, seen = Reporter(), []

    def emit(event: str, **values: object) -> None:
        seen.append(values.get("phase"))
        if values.get("phase") == place and values["done"] == 0:
            monkeypatch.setattr(stopping, "_received", 15)

    reporter.emit = emit
    with pytest.raises(Stopped):
        classify(job, reporter)
    assert place in seen and list(out.iterdir()) == []


def test_the_map_is_read_in_bounded_pieces_with_one_result(
    tmp_path, embedding, labels, monkeypatch
) -> None:
    assert run(embedding, labels, tmp_path / "whole.tif", "--folds", 0) == 0
    monkeypatch.setattr(embedding_map, "READ_BYTES", 8 * 4 * 16 * 8)
    monkeypatch.setattr("backend.classification.outputs.ROWS_AT_ONCE", 50)
    sizes = []
    read = embedding_map.EmbeddingMap.read

    def watched(self, window):
        sizes.append(window.width * window.height)
        return read(self, window)

    monkeypatch.setattr(classifying.EmbeddingMap, "read", watched)
    assert run(embedding, labels, tmp_path / "pieces.tif", "--folds", 0) == 0
    assert max(sizes) <= 16 * 8
    one, other = (rasterio.open(tmp_path / f"{n}.tif").read(1) for n in ("whole", "pieces"))
    assert np.array_equal(one, other)


def test_blocks_as_large_as_the_image_are_read_in_parts(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(embedding_map, "READ_BYTES", 8 * 4 * 90 * 7)
    path = tmp_path / "strip.tif"
    grid = Affine(CELL, 0, CORNER[0], 0, -CELL, CORNER[1])
    layout = dict(height=60, width=90, count=4, dtype="float32", crs=UTM, transform=grid)
    with rasterio.open(path, "w", driver="GTiff", **layout, blockysize=60) as target:
        target.write(separable())
        assert target.block_shapes[0] == (60, 90)
    with embedding_map.EmbeddingMap(path) as source:
        windows = list(source.windows())
    assert max(window.width * window.height for window in windows) <= 90 * 7
    assert sum(window.width * window.height for window in windows) == 60 * 90


def test_two_runs_of_one_job_agree(tmp_path, embedding, labels) -> None:
    records = []
    for _ in range(2):
        more = ("--classifier", "random-forest", "--trees", 20, "--overwrite")
        assert run(embedding, labels, tmp_path / "c.tif", *more) == 0
        records.append(json.loads((tmp_path / "c_accuracy.json").read_text()))
        records[-1].pop("made")
    assert records[0] == records[1]
