"""Algorithms with a fake backend: what it is asked, what comes back, how failure shows."""

from __future__ import annotations

import time

import pytest
from inputs import (
    OBEDIENT,
    asked,
    dataset_folder,
    encoder_file,
    polygon_layer,
    raster_layer,
    write_raster,
)


def test_build_asks_for_what_the_form_says(run, fake_backend, feedback, tmp_path) -> None:
    python = fake_backend(
        OBEDIENT
        + "os.makedirs(option('--output'))\n"
        + "open(option('--output') + '/dataset.json', 'w').write('{\"count\": 7}')\nfinish()"
    )
    bands = [raster_layer(tmp_path / f"été b{n}.tif") for n in (2, 3)]
    cover = raster_layer(tmp_path / "cover.tif", epsg=26912)
    result = run(
        "buildtiledataset",
        SCENES=bands,
        ONE_SCENE=True,
        BANDS="blue green",
        LAND_COVER=[cover],
        TILE_SIZE_PX=16,
        NEIGHBOUR_RADIUS_PX=8,
        COUNT=10,
        OUTPUT=str(tmp_path / "a b.tiles"),
    )
    arguments = asked(python)
    assert f"--scenes={tmp_path}/été b2.tif+{tmp_path}/été b3.tif" in arguments
    assert [a for a in arguments if a.startswith("--bands")] == ["--bands=blue", "--bands=green"]
    assert f"--land-cover={tmp_path}/cover.tif" in arguments
    assert "--tile-size-px=16" in arguments and "--no-overwrite" in arguments
    assert not any(a.startswith("--nodata") for a in arguments)
    assert result["CHIPS"] == 7
    assert result["FOOTPRINTS"] == f"{tmp_path}/a b.tiles/footprints.gpkg|layername=tiles"
    assert feedback.told("progress")[0] == "working: 1 of 2 chips · 2 a second · about 1 s left"
    assert feedback.told("command")[0].startswith("python -m backend.build '--scenes=/")


def test_layers_are_scenes_of_their_own_unless_told(run, fake_backend, tmp_path) -> None:
    python = fake_backend(OBEDIENT + "finish()")
    layers = [raster_layer(tmp_path / f"{n}.tif", bands=2) for n in "ab"]
    more = [write_raster(tmp_path / f"c{n}.tif") for n in (1, 2)]
    run(
        "buildtiledataset",
        SCENES=layers,
        SCENE_FILES=f"{more[0]}+{more[1]}\n\n",
        TILE_SIZE_PX=16,
        NEIGHBOUR_RADIUS_PX=0,
        OUTPUT="TEMPORARY_OUTPUT",
    )
    scenes = [a for a in asked(python) if a.startswith("--scenes")]
    assert scenes == [
        f"--scenes={tmp_path}/a.tif",
        f"--scenes={tmp_path}/b.tif",
        f"--scenes={more[0]}+{more[1]}",
    ]


def test_layers_in_memory_and_selections_become_files(run, fake_backend, tmp_path) -> None:
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorLayer

    python = fake_backend(OBEDIENT + "finish()")
    layer = polygon_layer()
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([1])
    try:
        run(
            "buildtiledataset",
            SCENES=[raster_layer(tmp_path / "a.tif")],
            LAND_COVER=[polygon_layer("cover")],
            CLASS_FIELD="class",
            AREA=QgsProcessingFeatureSourceDefinition(layer.id(), True),
            TILE_SIZE_PX=16,
            NEIGHBOUR_RADIUS_PX=0,
            OUTPUT=str(tmp_path / "out"),
        )
    finally:
        QgsProject.instance().clear()
    given = dict(a.split("=", 1) for a in asked(python) if "=" in a)
    area = QgsVectorLayer(given["--area"], "area", "ogr")
    cover = QgsVectorLayer(given["--land-cover"], "cover", "ogr")
    assert given["--area"].endswith(".gpkg") and area.featureCount() == 1
    assert cover.featureCount() == 2 and cover.fields().indexOf("class") >= 0


def test_features_can_be_limited(run, fake_backend, tmp_path) -> None:
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsVectorLayer

    python = fake_backend(OBEDIENT + "finish()")
    path = tmp_path / "points.geojson"
    place = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[0,0]}}'
    path.write_text(f'{{"type":"FeatureCollection","features":[{place},{place}]}}')
    run(
        "findsimilar",
        EMBEDDING=raster_layer(tmp_path / "map.tif"),
        EXAMPLES=QgsProcessingFeatureSourceDefinition(str(path), featureLimit=1),
        OUTPUT=str(tmp_path / "n.gpkg"),
    )
    given = dict(a.split("=", 1) for a in asked(python) if "=" in a)
    assert QgsVectorLayer(given["--examples"], "examples", "ogr").featureCount() == 1


def test_algorithms_chain_in_a_model(provider, fake_backend, tmp_path) -> None:
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingFeedback,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
    )

    python = fake_backend(
        OBEDIENT + "os.makedirs(option('--output'), exist_ok=True) if verb == 'train' else None\n"
        "open(option('--output') + ('/encoder.safetensors' if verb == 'train' else ''), 'w')\n"
        "finish()"
    )
    static = QgsProcessingModelChildParameterSource.fromStaticValue
    model = QgsProcessingModelAlgorithm("line", "line")
    train = QgsProcessingModelChildAlgorithm("nearthings:pretrainencoder")
    train.setChildId("train")
    train.addParameterSources("DATASET", [static(str(dataset_folder(tmp_path / "d.tiles")))])
    embed = QgsProcessingModelChildAlgorithm("nearthings:embeddingmap")
    embed.setChildId("embed")
    encoder = QgsProcessingModelChildParameterSource.fromChildOutput("train", "ENCODER")
    embed.addParameterSources("ENCODER", [encoder])
    embed.addParameterSources("SCENES", [static([str(write_raster(tmp_path / "a.tif"))])])
    output = QgsProcessingModelOutput("map")
    output.setChildOutputName("OUTPUT")
    output.setChildId("embed")
    embed.setModelOutputs({"map": output})
    model.addChildAlgorithm(train)
    model.addChildAlgorithm(embed)
    feedback = QgsProcessingFeedback(False)
    target = str(tmp_path / "map.tif")
    _, ok = model.run({"embed:map": target}, QgsProcessingContext(), feedback)
    assert ok, feedback.textLog()
    given = dict(a.split("=", 1) for a in asked(python) if "=" in a)
    assert given["--encoder"].endswith("encoder.safetensors") and given["--output"] == target


def test_a_plain_file_is_given_as_it_is(provider, tmp_path) -> None:
    from near_things.qgis_plugin.layers import vector_path
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer

    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},'
        '"geometry":{"type":"Point","coordinates":[1,2]}}]}'
    )
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    layer = QgsVectorLayer(str(path), "a", "ogr")
    assert vector_path(layer, context, feedback) == str(path)
    layer.setSubsetString('"n" = 1')
    assert vector_path(layer, context, feedback) != str(path)
    layer.setSubsetString("")
    assert vector_path(layer, context, feedback) == str(path)


def test_edits_that_are_not_saved_are_part_of_a_layer(provider, tmp_path) -> None:
    from near_things.qgis_plugin.layers import vector_path
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer

    path = tmp_path / "labels.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},'
        '"geometry":{"type":"Point","coordinates":[1,2]}}]}'
    )
    layer = QgsVectorLayer(str(path), "labels", "ogr")
    (feature,) = layer.getFeatures()
    layer.startEditing()
    assert layer.changeAttributeValue(feature.id(), 0, 7)
    written = vector_path(layer, QgsProcessingContext(), QgsProcessingFeedback())
    assert written != str(path)
    assert [f["n"] for f in QgsVectorLayer(written, "w", "ogr").getFeatures()] == [7]
    layer.rollBack()


def test_a_preset_decides_what_the_form_leaves_alone(run, fake_backend, tmp_path) -> None:
    python = fake_backend(OBEDIENT + "say('metric', step=1, values={'loss': 2.5})\nfinish()")
    result = run(
        "pretrainencoder",
        METHOD="saumoco-naip-published",
        DATASET=str(dataset_folder(tmp_path / "d.tiles")),
        BATCH_SIZE=128,
        SETTINGS="weight-decay=0.5 mask-own-keys=yes",
        OUTPUT=str(tmp_path / "run"),
    )
    arguments = asked(python)
    assert "--method=saumoco-naip-published" in arguments
    assert "--weight-decay=0.5" in arguments and "--mask-own-keys" in arguments
    assert "--batch-size=128" in arguments and "--temperature=0.07" in arguments
    assert "--epochs=500" in arguments and not any(a.startswith("--steps") for a in arguments)
    assert result["ENCODER"] == str(tmp_path / "run" / "encoder.safetensors")
    assert result["LOSS"] == 2.5


def test_epochs_take_the_place_of_steps(run, fake_backend, tmp_path) -> None:
    python = fake_backend(OBEDIENT + "finish()")
    dataset = str(dataset_folder(tmp_path / "d.tiles"))
    run("pretrainencoder", DATASET=dataset, EPOCHS=3, OUTPUT=str(tmp_path / "run"))
    assert "--epochs=3" in asked(python)
    assert not any(a.startswith("--steps") for a in asked(python))


def test_a_wrong_method_setting_is_said_before_the_run(provider, fake_backend, tmp_path) -> None:
    from qgis.core import QgsProcessingContext

    fake_backend("finish()")
    algorithm = provider.algorithm("pretrainencoder")
    dataset = str(dataset_folder(tmp_path / "d.tiles"))
    values = dict(METHOD="saumoco", DATASET=dataset, OUTPUT=str(tmp_path / "run"))
    for text, said in [("warmth=3", "no setting 'warmth'"), ("temperature=-1", "must be between")]:
        ok, message = algorithm.checkParameterValues(
            dict(values, SETTINGS=text), QgsProcessingContext()
        )
        assert not ok and said in message


def test_search_takes_the_point_with_its_crs(run, fake_backend, tmp_path) -> None:
    python = fake_backend(OBEDIENT + "finish()")
    run(
        "findsimilar",
        EMBEDDING=raster_layer(tmp_path / "map.tif"),
        POINTS="300500,4099500 [EPSG:32612]",
        OUTPUT=str(tmp_path / "n.gpkg"),
    )
    arguments = asked(python)
    assert "--points=300500.0,4099500.0" in arguments and "--point-crs=EPSG:32612" in arguments
    assert "--overwrite" in arguments and f"--output={tmp_path}/n.gpkg" in arguments
    assert not any(a.startswith("--similarity=") for a in arguments)


def test_embed_names_what_it_makes(run, fake_backend, tmp_path) -> None:
    python = fake_backend(OBEDIENT + "open(option('--output'), 'w').close()\nfinish()")
    result = run(
        "embeddingmap",
        SCENES=[raster_layer(tmp_path / "a.tif")],
        ENCODER=str(encoder_file(tmp_path)),
        PICTURE=True,
        CLUSTERS=5,
        OUTPUT=str(tmp_path / "map.tif"),
    )
    assert "--overwrite" in asked(python)
    assert result["PICTURE_LAYER"] == str(tmp_path / "map_picture.tif")
    assert result["CLUSTERS_LAYER"] == str(tmp_path / "map_clusters.tif")


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_import_asks_for_folder_or_zip_file(run, fake_backend, tmp_path, kind: str) -> None:
    python = fake_backend(
        OBEDIENT
        + "os.makedirs(option('--output'))\n"
        + "open(option('--output') + '/dataset.json', 'w').write('{\"count\": 7}')\nfinish()"
    )
    folder, archive = tmp_path / "été tiles", tmp_path / "a b.zip"
    folder.mkdir()
    archive.write_bytes(b"")
    source = dict(SOURCE=str(folder)) if kind == "folder" else dict(ARCHIVE=str(archive))
    result = run(
        "importtiles",
        **source,
        BANDS="red=1 nir=4",
        GROUND_RESOLUTION_M=10,
        OUTPUT=str(tmp_path / "t.tiles"),
    )
    arguments = asked(python)
    assert f"--source={folder if kind == 'folder' else archive}" in arguments
    assert [a for a in arguments if a.startswith("--bands")] == ["--bands=red=1", "--bands=nir=4"]
    assert "--format=auto" in arguments and "--ground-resolution-m=10.0" in arguments
    assert not any(a.startswith(("--tile-size-px", "--archive", "--count")) for a in arguments)
    assert result["CHIPS"] == 7
    assert result["FOOTPRINTS"] == f"{tmp_path}/t.tiles/footprints.gpkg|layername=tiles"


def test_crop_asks_for_what_the_form_says(run, fake_backend, tmp_path) -> None:
    python = fake_backend(
        OBEDIENT
        + "os.makedirs(option('--output'))\n"
        + "open(option('--output') + '/crops.json', 'w').write("
        + "json.dumps(dict(crops=9, kept=4)))\nfinish()"
    )
    result = run(
        "cropscenes",
        SCENES=[raster_layer(tmp_path / f"b{n}.tif") for n in (4, 3, 2)],
        ONE_SCENE=True,
        BANDS="red green blue",
        CROP_SIZE_PX=32,
        STEP_PX=20,
        LAND_COVER=[raster_layer(tmp_path / "cover.tif")],
        CLASS_TABLE="nlcd-as-globeland30",
        LAND_COVER_YEAR="2011",
        OUTPUT=str(tmp_path / "crops"),
    )
    arguments = asked(python)
    assert f"--scenes={tmp_path}/b4.tif+{tmp_path}/b3.tif+{tmp_path}/b2.tif" in arguments
    assert "--class-table=nlcd-as-globeland30" in arguments
    assert "--land-cover-year=2011" in arguments and "--filter-crops" in arguments
    # Unset: as the rules have it.
    assert not any(a.startswith(("--contrast", "--divide-by")) for a in arguments)
    assert (result["COUNT"], result["KEPT"]) == (9, 4)
    assert result["CROPS"] == f"{tmp_path}/crops/crops.gpkg|layername=crops"


def test_a_cut_that_is_cancelled_says_that_it_goes_on(
    run, fake_backend, feedback, tmp_path
) -> None:
    from qgis.core import QgsProcessingException

    fake_backend("progress(1, 100)\nsys.stdin.read()\nfinish('stopped', 143)")
    feedback.cancel_at = time.monotonic() + 0.5
    with pytest.raises(QgsProcessingException) as raised:
        run(
            "cropscenes",
            SCENES=[raster_layer(tmp_path / "a.tif")],
            CROP_SIZE_PX=32,
            OUTPUT=str(tmp_path / "crops"),
        )
    assert "Run it again with the same settings to go on" in str(raised.value)


def test_evaluation_gives_its_numbers(run, fake_backend, tmp_path) -> None:
    fake_backend(
        OBEDIENT
        + "os.makedirs(option('--output'))\n"
        + "open(option('--output') + '/evaluation.json', 'w').write(json.dumps("
        + "dict(confusion=dict(accuracy=0.75), summary=['It knows.'])))\nfinish()"
    )
    result = run(
        "evaluateencoder",
        ENCODER=str(encoder_file(tmp_path)),
        DATASET=str(dataset_folder(tmp_path / "d.tiles")),
        OUTPUT=str(tmp_path / "e"),
    )
    assert result["ACCURACY"] == 0.75 and result["SUMMARY"] == "It knows."
    assert result["REPORT"] == str(tmp_path / "e" / "report.html")


def test_fine_tuning_takes_several_starts(run, fake_backend, tmp_path) -> None:
    python = fake_backend(
        OBEDIENT
        + "os.makedirs(option('--output'))\n"
        + "open(option('--output') + '/finetune.json', 'w').write("
        + "json.dumps(dict(summary=['It saves labels.'])))\nfinish()"
    )
    values = dict(
        ENCODER=str(encoder_file(tmp_path)),
        DATASET=str(dataset_folder(tmp_path / "d.tiles", classes=[{"name": "Forest"}])),
    )
    result = run(
        "finetuneencoder",
        **values,
        STARTS=["random", "pretrained"],
        LABEL_FRACTIONS="10% 1",
        OUTPUT=str(tmp_path / "f"),
    )
    arguments = asked(python)
    starts = [a for a in arguments if a.startswith("--starts")]
    assert sorted(starts) == ["--starts=pretrained", "--starts=random"]
    assert "--label-fractions=10%" in arguments and "--label-fractions=1" in arguments
    assert result["SUMMARY"] == "It saves labels."
    assert result["REPORT"] == str(tmp_path / "f" / "report.html")
    run("finetuneencoder", **values, OUTPUT=str(tmp_path / "g"))
    starts = [a for a in asked(python) if a.startswith("--starts")]
    assert starts == ["--starts=pretrained", "--starts=random", "--starts=imagenet"]
    assert not any(a.startswith("--label-fractions") for a in asked(python))


def test_failure_of_the_backend_is_failure_of_the_algorithm(run, fake_backend, tmp_path) -> None:
    from qgis.core import QgsProcessingException

    fake_backend(
        "say('error', message='fewer chips than asked', hint='take --allow-fewer', exit_status=3)\n"
        "finish('failed', 3)"
    )
    with pytest.raises(QgsProcessingException) as raised:
        run(
            "buildtiledataset",
            SCENES=[raster_layer(tmp_path / "a.tif")],
            TILE_SIZE_PX=16,
            NEIGHBOUR_RADIUS_PX=0,
            OUTPUT=str(tmp_path / "out"),
        )
    assert "fewer chips than asked" in str(raised.value)
    assert "take “Allow fewer chips”" in str(raised.value)


def test_warnings_of_the_backend_are_passed_on(run, fake_backend, feedback, tmp_path) -> None:
    fake_backend(OBEDIENT + "say('warning', message='alignment is doubtful')\nfinish()")
    run("samplelandscape", OUTPUT=str(tmp_path / "s"))
    assert feedback.told("warning") == ["alignment is doubtful"]


def test_temporary_folders_are_called_so(run, fake_backend, feedback) -> None:
    fake_backend(OBEDIENT + "finish()")
    run("samplelandscape", OUTPUT="TEMPORARY_OUTPUT")
    assert "is temporary: it is deleted when QGIS closes" in feedback.told("warning")[0]


def test_cancelling_a_training_keeps_its_checkpoint(run, fake_backend, feedback, tmp_path) -> None:
    from qgis.core import QgsProcessingException

    fake_backend(
        "progress(1, 100)\nsys.stdin.read()\nos.makedirs(option('--output') + '/checkpoints/1')\n"
        "finish('stopped', 143)"
    )
    feedback.cancel_at = time.monotonic() + 0.5
    with pytest.raises(QgsProcessingException) as raised:
        run(
            "pretrainencoder",
            DATASET=str(dataset_folder(tmp_path / "d.tiles")),
            OUTPUT=str(tmp_path / "run"),
        )
    assert "Stopped on request" in str(raised.value)
    assert "Resume from the last checkpoint" in str(raised.value)


def test_without_an_interpreter_the_settings_are_named(
    provider, run, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qgis.core import QgsProcessingException

    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(tmp_path / "absent"))
    for algorithm in provider.algorithms():
        ok, message = algorithm.canExecute()
        assert not ok and "Settings > Options > Near Things" in message
    with pytest.raises(QgsProcessingException):
        run("samplelandscape", OUTPUT=str(tmp_path / "s"))
    assert not (tmp_path / "s").exists()
