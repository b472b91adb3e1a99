"""What is made of embedding maps: what the backend is asked for, and what comes back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from inputs import OBEDIENT, asked, dataset_folder, encoder_file, polygon_layer, raster_layer

DONE = OBEDIENT + "open(option('--output'), 'w').close()\n"


def problem(provider, name: str, **parameters) -> str:
    """What speaks against a run; empty where nothing does."""
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm(name)
    ok, message = algorithm.checkParameterValues(parameters, QgsProcessingContext())
    assert ok == (not message)
    return message


def test_similarity_takes_points_in_the_maps_crs(run, fake_backend, tmp_path) -> None:
    python = fake_backend(
        DONE + "say('metric', step=0, values={'areas': 3, 'area_km2': 1.25})\nfinish()"
    )
    result = run(
        "similaritymap",
        EMBEDDING=raster_layer(tmp_path / "map.tif", bands=2),
        # The middle of the map in degrees.
        POINTS="-113.2381,37.0197 [EPSG:4326]",
        COUNTER_EXAMPLES=polygon_layer(),
        THRESHOLD=0.75,
        OUTPUT=str(tmp_path / "s.tif"),
        AREAS=str(tmp_path / "a.gpkg"),
    )
    given = dict(a.split("=", 1) for a in asked(python) if "=" in a)
    x, y = (float(part) for part in given["--points"].split(","))
    assert 300000 < x < 301800 and 4098800 < y < 4100000
    assert given["--point-crs"] == "EPSG:32612" and given["--threshold"] == "0.75"
    assert given["--counter-examples"].endswith(".gpkg") and "--examples" not in given
    assert given["--areas"] == str(tmp_path / "a.gpkg") and "--overwrite" in asked(python)
    assert (result["COUNT"], result["AREA_KM2"]) == (3, 1.25)
    assert result["OUTPUT"] == str(tmp_path / "s.tif")


def test_similarity_without_areas_asks_for_none(run, fake_backend, tmp_path) -> None:
    python = fake_backend(DONE + "finish()")
    result = run(
        "similaritymap",
        EMBEDDING=raster_layer(tmp_path / "map.tif", bands=2),
        EXAMPLES=polygon_layer(),
        OUTPUT=str(tmp_path / "s.tif"),
    )
    names = {a.split("=", 1)[0] for a in asked(python)}
    assert not names & {"--areas", "--threshold", "--points", "--point-crs", "--counter-points"}
    assert "COUNT" not in result and "AREAS" not in result


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Say what is meant: an example point, or a layer of examples."),
        ({"POINTS": "5,5 [EPSG:32612]"}, "lies outside “map”, which covers x 300000 to 301800"),
        (
            {"POINTS": "300500,4099500 [EPSG:32612]", "COUNTER_POINTS": "5,5 [EPSG:32612]"},
            "The point 5, 5 (EPSG:32612) lies outside",
        ),
        ({"POINTS": "300500,4099500 [EPSG:32612]", "AREAS": "a.gpkg"}, "Threshold: areas reach"),
        ({"POINTS": "300500,4099500 [EPSG:32612]"}, ""),
    ],
)
def test_similarity_says_what_is_wrong_first(provider, tmp_path, values, words) -> None:
    layer = raster_layer(tmp_path / "map.tif", bands=2)
    said = problem(provider, "similaritymap", EMBEDDING=layer, OUTPUT="a.tif", **values)
    assert words in said if words else not said


def test_clusters_are_counted_and_named(run, fake_backend, tmp_path) -> None:
    python = fake_backend(DONE + "say('metric', step=0, values={'clusters': 4})\nfinish()")
    result = run(
        "clustermap",
        EMBEDDING=raster_layer(tmp_path / "map.tif", bands=2),
        CLUSTERS=5,
        LAND_COVER=[raster_layer(tmp_path / "land.tif")],
        CLASS_TABLE="nlcd",
        OUTPUT=str(tmp_path / "c.tif"),
    )
    assert result == {"OUTPUT": str(tmp_path / "c.tif"), "COUNT": 4}
    assert "--clusters=5" in asked(python) and "--class-table=nlcd" in asked(python)
    assert f"--land-cover={tmp_path}/land.tif" in asked(python)


def test_export_names_the_file_of_vectors(run, fake_backend, tmp_path) -> None:
    python = fake_backend(DONE + "say('metric', step=0, values={'cells': 9})\nfinish()")
    result = run(
        "exportvectors",
        EMBEDDING=raster_layer(tmp_path / "map.tif", bands=2),
        OUTPUT=str(tmp_path / "été.gpkg"),
        STAC=str(tmp_path / "été.json"),
    )
    assert f"--stac={tmp_path}/été.json" in asked(python)
    assert result["STAC"] == str(tmp_path / "été.json") and "GEOPARQUET" not in result
    assert result["VECTORS"] == str(tmp_path / "été.npy") and result["COUNT"] == 9
    assert "--count=100000" in asked(python)


def test_a_projection_says_what_is_wrong_first(provider, tmp_path) -> None:
    layer = raster_layer(tmp_path / "map.tif", bands=2)
    tiles = str(dataset_folder(tmp_path / "a.tiles"))
    encoder = str(encoder_file(tmp_path))
    for values, words in (
        ({}, "Choose an embedding map to project, or a tile dataset in its place."),
        ({"EMBEDDING": layer, "DATASET": tiles}, "Choose an embedding map to project"),
        ({"EMBEDDING": layer, "ENCODER": encoder}, "Encoder: an embedding map needs none."),
        ({"EMBEDDING": layer, "CLASS_TABLE": "nlcd"}, "Class table: it explains"),
        ({"EMBEDDING": layer, "CLUSTERS": layer, "K": 3}, "clusters are given already"),
        ({"EMBEDDING": layer, "LAND_COVER": [polygon_layer()]}, "Class field: name the field"),
        ({"DATASET": tiles}, "Encoder: a tile dataset is projected through an encoder"),
        ({"DATASET": tiles, "ENCODER": encoder, "LAND_COVER": [layer]}, "Land cover: a dataset"),
        ({"DATASET": tiles, "ENCODER": encoder, "CLUSTERS": layer}, "Clusters of the map: a"),
        ({"EMBEDDING": layer, "K": 3}, ""),
    ):
        said = problem(provider, "projectvectors", OUTPUT="a.gpkg", **values)
        assert words in said if words else not said, said


def test_clusters_say_what_is_wrong_first(provider, tmp_path) -> None:
    layer = raster_layer(tmp_path / "map.tif", bands=2)
    values = dict(EMBEDDING=layer, OUTPUT="a.tif")
    assert problem(provider, "clustermap", **values) == ""
    said = problem(provider, "clustermap", CLASS_TABLE="nlcd", **values)
    assert said == "Class table: it explains a land-cover layer, and none is chosen."
    said = problem(provider, "clustermap", LAND_COVER=[polygon_layer()], **values)
    assert said.startswith("Class field: name the field that holds the class.")


@pytest.mark.parametrize("counter", [True, False])
def test_a_search_by_clicking_scores_as_the_backend_does(application, counter: bool) -> None:
    """The values by hand that the backend's own score is held to, too."""
    import near_things  # noqa: F401  (puts the plugin's packages in place)
    from near_things.qgis_plugin.explore.scoring import combine, cosines

    known = json.loads((Path(__file__).parents[1] / "similarity_values.json").read_text())
    names = ("examples", "counter_examples", "vectors")
    units = np.concatenate([np.array(known[name], np.float32) for name in names])
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    columns = [cosines(units, position)[4:] for position in range(4)]
    expected = known["with_counter_examples" if counter else "without_counter_examples"]
    score = combine(columns[:2], columns[2:] if counter else [])
    assert score.tolist() == pytest.approx(expected, abs=2e-6)
