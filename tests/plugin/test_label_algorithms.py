"""Classes from labels and changes between dates: the forms, what comes back, the real backend."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from inputs import OBEDIENT, asked, backend_python, polygon_layer, raster_layer
from osgeo import gdal, osr

ACCURACY = {
    "summary": ["On ground that was left out, 62\u00a0% are right."],
    "spatial": {
        "scores": {
            "accuracy": {"value": 0.62, "deviation": 0.1},
            "balanced_accuracy": {"value": 0.5, "deviation": 0.1},
            "macro_f1": {"value": 0.4, "deviation": 0.1},
        }
    },
}
CLASSIFIED = (
    OBEDIENT
    + "stem = option('--output')[:-4]\nopen(stem + '.tif', 'w').close()\n"
    + f"open(stem + '_accuracy.json', 'w').write({json.dumps(ACCURACY)!r})\nfinish()"
)


def problem(provider, name: str, **parameters) -> str:
    """What speaks against a run; empty where nothing does."""
    from qgis.core import QgsProcessingContext

    ok, message = provider.algorithm(name).checkParameterValues(parameters, QgsProcessingContext())
    assert ok == (not message)
    return message


def shown_by_categories(layer, entries, field: str = "class"):
    """Give a layer a renderer of categories (value, colour, label)."""
    from qgis.core import QgsCategorizedSymbolRenderer, QgsFillSymbol, QgsRendererCategory

    categories = [
        QgsRendererCategory(value, QgsFillSymbol.createSimple({"color": colour}), label)
        for value, colour, label in entries
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
    return layer


def test_classify_takes_field_and_colours_of_the_label_layer(run, fake_backend, tmp_path) -> None:
    python = fake_backend(CLASSIFIED)
    entries = [
        ("forest", "#006400", "Wood = trees"),
        (["water", "ice"], "#0000ff", ""),
        ("", "#111111", ""),
    ]
    result = run(
        "classifymap",
        EMBEDDING=raster_layer(tmp_path / "map.tif", bands=2),
        LABELS=shown_by_categories(polygon_layer(), entries),
        LABEL_FIELD="class",
        CLASSIFIER="knn",
        OUTPUT=str(tmp_path / "c.tif"),
    )
    arguments = asked(python)
    assert "--label-field=class" in arguments and "--classifier=knn" in arguments
    assert [a for a in arguments if a.startswith("--colours")] == [
        "--colours=forest=#006400 Wood = trees",
        "--colours=water=#0000ff",
        "--colours=ice=#0000ff",
    ]
    assert "--confidence" in arguments and "--overwrite" in arguments
    assert not any(a.startswith(("--block-size-m", "--regularisation")) for a in arguments)
    assert (result["ACCURACY"], result["BALANCED_ACCURACY"], result["MACRO_F1"]) == (0.62, 0.5, 0.4)
    assert result["REPORT"] == str(tmp_path / "c_report.html")
    assert result["NUMBERS"] == str(tmp_path / "c_accuracy.json")
    assert result["CONFIDENCE_LAYER"] == str(tmp_path / "c_confidence.tif")
    assert result["SUMMARY"] == "On ground that was left out, 62 % are right."


def test_colours_of_another_field_or_kind_are_not_taken(application) -> None:
    import near_things  # noqa: F401  (puts the plugin's packages in place)
    from near_things.qgis_plugin.algorithms.classify import class_colours

    layer = polygon_layer()
    assert class_colours(layer, "class") == []
    shown_by_categories(layer, [(3.0, "#ff0000", "3"), (7, "#00ff00", "Crops")], "code")
    assert class_colours(layer, "class") == []
    assert class_colours(layer, "code") == ["3=#ff0000", "7=#00ff00 Crops"]


def test_classify_without_confidence_or_accuracy(run, fake_backend, tmp_path) -> None:
    fake_backend(OBEDIENT + "finish()")
    result = run(
        "classifymap",
        EMBEDDING=raster_layer(tmp_path / "map.tif", bands=2),
        LABELS=polygon_layer(),
        LABEL_FIELD="class",
        CONFIDENCE=False,
        FOLDS=0,
        OUTPUT="TEMPORARY_OUTPUT",
    )
    assert "CONFIDENCE_LAYER" not in result and "ACCURACY" not in result
    assert result["OUTPUT"].endswith(".tif")


def test_classify_says_what_is_wrong_first(provider, tmp_path) -> None:
    layer = raster_layer(tmp_path / "map.tif", bands=2)
    values = dict(
        EMBEDDING=layer, LABELS=polygon_layer(), LABEL_FIELD="class", OUTPUT=str(tmp_path / "a.tif")
    )
    assert problem(provider, "classifymap", **values) == ""
    said = problem(provider, "classifymap", **{**values, "LABEL_FIELD": "kind"})
    assert (
        said == "Class field: there is no field “kind”. The layer “polygons” has the fields class."
    )
    said = problem(provider, "classifymap", **{**values, "LABELS": polygon_layer(epsg=32613)})
    assert "“polygons” does not overlap “map”" in said and "EPSG:32613" in said
    said = problem(
        provider, "classifymap", **{**values, "EMBEDDING": raster_layer(tmp_path / "1.tif")}
    )
    assert said.startswith("Embedding map: it has one band")
    assert "Write 2 or more, or 0" in problem(provider, "classifymap", **values, FOLDS=1)
    said = problem(provider, "classifymap", **{**values, "OUTPUT": str(tmp_path / "map.tif")})
    assert "is the embedding map itself" in said


def test_changes_give_threshold_and_places(run, fake_backend, tmp_path) -> None:
    metrics = "dict(threshold=0.4, changed_fraction=0.1, changed_area_m2=2.5e6, places=3)"
    python = fake_backend(
        OBEDIENT + "open(option('--output'), 'w').close()\n"
        f"say('metric', step=0, values={metrics})\nfinish()"
    )
    maps = dict(
        BEFORE=raster_layer(tmp_path / "a.tif", bands=2),
        AFTER=raster_layer(tmp_path / "b.tif", bands=2),
    )
    result = run(
        "findchanges",
        **maps,
        THRESHOLD_METHOD="otsu",
        OUTPUT=str(tmp_path / "c.tif"),
        POLYGONS=str(tmp_path / "c.gpkg"),
    )
    arguments = asked(python)
    assert f"--before={tmp_path}/a.tif" in arguments and f"--after={tmp_path}/b.tif" in arguments
    assert "--threshold-method=otsu" in arguments and f"--polygons={tmp_path}/c.gpkg" in arguments
    assert not any(a.startswith("--threshold=") for a in arguments)
    assert (result["THRESHOLD_USED"], result["CHANGED_KM2"], result["COUNT"]) == (0.4, 2.5, 3)
    assert result["POLYGONS"] == str(tmp_path / "c.gpkg") and result["CHANGED_SHARE"] == 0.1
    run("findchanges", **maps, THRESHOLD=0.0, POLYGONS=None, OUTPUT=str(tmp_path / "d.tif"))
    assert "--threshold=0.0" in asked(python)
    assert not any(a.startswith("--polygons") for a in asked(python))
    result = run("findchanges", **maps, OUTPUT=str(tmp_path / "e.tif"))
    assert result["OUTPUT"] == str(tmp_path / "e.tif")


def test_polygons_of_changes_are_made_unless_declined(provider) -> None:
    algorithm = provider.algorithm("findchanges").create()
    assert algorithm.parameterDefinition("POLYGONS").createByDefault()


def test_changes_say_what_is_wrong_first(provider, tmp_path) -> None:
    one, other = (raster_layer(tmp_path / f"{n}.tif", bands=2) for n in "ab")
    values = dict(BEFORE=one, AFTER=other, OUTPUT=str(tmp_path / "c.tif"))
    assert problem(provider, "findchanges", **values) == ""
    assert "are one map" in problem(provider, "findchanges", **{**values, "AFTER": one})
    more = raster_layer(tmp_path / "m.tif", bands=3)
    said = problem(provider, "findchanges", **{**values, "AFTER": more})
    assert "“a” has 2 bands, “m” has 3" in said
    far = raster_layer(tmp_path / "far.tif", bands=2, west=900000.0)
    assert "does not overlap" in problem(provider, "findchanges", **{**values, "AFTER": far})
    said = problem(provider, "findchanges", **{**values, "OUTPUT": str(tmp_path / "b.tif")})
    assert "is one of the maps itself" in said


def write_vectors(path: Path, vectors: np.ndarray) -> Path:
    """A GeoTIFF of floats (bands, rows, columns) where `polygon_layer` lies."""
    count, height, width = vectors.shape
    file = gdal.GetDriverByName("GTiff").Create(str(path), width, height, count, gdal.GDT_Float32)
    file.SetGeoTransform((300000, 20, 0, 4100000, 0, -20))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32612)
    file.SetProjection(reference.ExportToWkt())
    for number in range(count):
        file.GetRasterBand(number + 1).WriteArray(vectors[number])
    file.FlushCache()
    return path


def two_halves() -> np.ndarray:
    """Vectors of two kinds, left and right of the gap between the polygons; 60 × 50 cells."""
    vectors = np.random.default_rng(0).normal(0, 0.05, (3, 60, 50)).astype("float32")
    vectors[0, :, :13] += 1
    vectors[1, :, 13:] += 1
    return vectors


def test_classes_arrive_in_the_colours_of_the_labels(
    run_and_load, project, monkeypatch, tmp_path
) -> None:
    from qgis.core import QgsProcessingOutputLayerDefinition

    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(backend_python()))
    layer = shown_by_categories(
        polygon_layer("labels"), [("forest", "#006400", "Wald"), ("water", "#0000ff", "water")]
    )
    project.addMapLayer(layer)
    output = tmp_path / "Zíon.tif"
    results = run_and_load(
        "classifymap",
        dict(
            EMBEDDING=str(write_vectors(tmp_path / "map.tif", two_halves())),
            LABELS=layer.id(),
            LABEL_FIELD="class",
            BLOCK_SIZE_M=100,
            OUTPUT=QgsProcessingOutputLayerDefinition(str(output), project),
        ),
    )
    group = project.layerTreeRoot().findGroup("Near Things")
    assert [child.name() for child in group.children()] == ["Classes: Zíon", "Confidence: Zíon"]
    classes = project.mapLayersByName("Classes: Zíon")[0]
    assert classes.renderer().type() == "paletted"
    shown = [(c.value, c.label, c.color.name()) for c in classes.renderer().classes()]
    assert shown == [(1, "Wald", "#006400"), (2, "water", "#0000ff")]
    assert "% of the labelled cells are right" in classes.metadata().abstract()
    assert classes.metadata().history()[0].startswith("python -m backend.classify --embedding=")
    confidence = project.mapLayersByName("Confidence: Zíon")[0]
    assert confidence.renderer().type() == "singlebandpseudocolor"
    assert results["ACCURACY"] == 1.0 and Path(results["REPORT"]).is_file()
    values = gdal.Open(str(output)).ReadAsArray()
    assert (values[:, :13] == 1).all() and (values[:, 13:] == 2).all()


def test_changes_arrive_styled_through_the_real_backend(
    run_and_load, project, monkeypatch, tmp_path
) -> None:
    from qgis.core import QgsProcessingOutputLayerDefinition

    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(backend_python()))
    later = two_halves() + 0.01 * np.random.default_rng(1).normal(size=(3, 60, 50))
    later[:, 20:30, 30:40] *= -1
    output, polygons = tmp_path / "c.tif", tmp_path / "c.gpkg"
    results = run_and_load(
        "findchanges",
        dict(
            BEFORE=str(write_vectors(tmp_path / "a.tif", two_halves())),
            AFTER=str(write_vectors(tmp_path / "b.tif", later)),
            OUTPUT=QgsProcessingOutputLayerDefinition(str(output), project),
            POLYGONS=QgsProcessingOutputLayerDefinition(str(polygons), project),
        ),
    )
    assert results["COUNT"] == 1 and 0 < results["THRESHOLD_USED"] < 2
    assert results["CHANGED_KM2"] == pytest.approx(0.04, rel=1e-3)
    group = project.layerTreeRoot().findGroup("Near Things")
    assert [child.name() for child in group.children()] == ["Changed places: c", "Change: c"]
    places = project.mapLayersByName("Changed places: c")[0]
    assert places.featureCount() == 1
    fields = [field.name() for field in places.fields()][1:]
    assert fields == ["change", "cells", "area_m2", "mean_distance", "max_distance"]
    symbol = places.renderer().symbol().symbolLayer(0)
    assert symbol.layerType() == "SimpleLine"
    change = project.mapLayersByName("Change: c")[0]
    assert change.renderer().type() == "singlebandpseudocolor"
    assert "changed is what is above" in change.metadata().abstract()


def test_both_run_from_a_shell(call, tmp_path) -> None:
    python = backend_python()
    one = write_vectors(tmp_path / "é a.tif", two_halves())
    other = write_vectors(tmp_path / "é b.tif", two_halves()[:, ::-1])
    labels = tmp_path / "labels.geojson"
    places = [(x, y, name) for x, name in ((100, "a"), (800, "b")) for y in (100, 500, 1000)]
    features = ",".join(
        f'{{"type":"Feature","properties":{{"class":"{name}"}},"geometry":{{"type":"Point",'
        f'"coordinates":[{300000 + x},{4100000 - y}]}}}}'
        for x, y, name in places
    )
    crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32612"}}'
    labels.write_text(f'{{"type":"FeatureCollection",{crs},"features":[{features}]}}')
    done = call(
        "run", "nearthings:classifymap", "--", f"EMBEDDING={one}", f"LABELS={labels}",
        "LABEL_FIELD=class", "FOLDS=2", f"OUTPUT={tmp_path / 'c.tif'}", python=python,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ACCURACY:\t" in done.stdout and (tmp_path / "c_report.html").is_file()
    done = call(
        "run", "nearthings:findchanges", "--", f"BEFORE={one}", f"AFTER={other}",
        f"OUTPUT={tmp_path / 'd.tif'}", f"POLYGONS={tmp_path / 'd.gpkg'}", python=python,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "THRESHOLD_USED:\t" in done.stdout and (tmp_path / "d.gpkg").is_file()
    wrong = call(
        "run", "nearthings:findchanges", "--", f"BEFORE={one}", f"AFTER={one}",
        f"OUTPUT={tmp_path / 'e.tif'}", python=python,
    )  # fmt: skip
    assert wrong.returncode != 0 and "are one map" in wrong.stdout + wrong.stderr
