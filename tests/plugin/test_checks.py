"""Checks before a run: what is wrong with a form is said in words, and nothing is promised."""

from __future__ import annotations

import pytest
from inputs import dataset_folder, encoder_file, polygon_layer, raster_layer, write_raster


@pytest.fixture
def problem(provider):
    """What the check before the run says; empty where all is well."""
    from qgis.core import QgsApplication, QgsProcessingContext

    def problem_(name: str, **parameters) -> str:
        registry = QgsApplication.processingRegistry()
        algorithm = registry.createAlgorithmById(f"nearthings:{name}")
        context = QgsProcessingContext()
        ok, message = algorithm.checkParameterValues(parameters, context)
        assert ok == (not message)
        assert context.layersToLoadOnCompletion() == {}, "a check must promise no layer"
        return message

    return problem_


BUILD = dict(TILE_SIZE_PX=16, NEIGHBOUR_RADIUS_PX=4, OUTPUT="TEMPORARY_OUTPUT")


def test_a_good_form_has_no_problem(problem, tmp_path) -> None:
    layer = raster_layer(tmp_path / "a.tif", bands=2)
    assert problem("buildtiledataset", SCENES=[layer], BANDS="red nir", **BUILD) == ""


@pytest.mark.parametrize(
    "changes, message",
    [
        (dict(BANDS="red"), "Band names: 1 given (red), but the scene “a” has 2 bands"),
        (dict(BANDS="a b c"), "3 given (a, b, c)"),
        (dict(TILE_SIZE_PX=64), "A tile is 64 px wide, larger than the scene “a” (60 × 40 px)"),
        (dict(NEIGHBOUR_RADIUS_PX=20), "is 56 px wide"),
        (dict(DATES="2013-06-31"), "2013-06-31 is no date"),
        (dict(DATES="2013-06-01 2014-06-01"), "2 given for 1 scene(s)"),
        (dict(SCENE_FILES="/absent/b.tif"), "/absent/b.tif is no raster that can be read"),
        (dict(SCENES=[]), "Choose at least one scene"),
    ],
)
def test_what_is_wrong_with_a_scene_is_said_before(problem, tmp_path, changes, message) -> None:
    layer = raster_layer(tmp_path / "a.tif", bands=2)
    assert message in problem("buildtiledataset", **{**BUILD, "SCENES": [layer], **changes})


def test_scene_without_crs(problem, tmp_path) -> None:
    layer = raster_layer(tmp_path / "a.tif", epsg=None)
    assert "“a” has no CRS" in problem("buildtiledataset", SCENES=[layer], **BUILD)


def test_land_cover_elsewhere_gives_both_extents(problem, tmp_path) -> None:
    scene = raster_layer(tmp_path / "a.tif")
    cover = raster_layer(tmp_path / "cover.tif", west=500000.0, epsg=26912)
    said = problem("buildtiledataset", SCENES=[scene], LAND_COVER=[cover], **BUILD)
    assert "“cover” does not overlap the scene “a”" in said
    assert "x 300000 to 301800, y 4098800 to 4100000 (EPSG:32612)" in said
    assert "x 500000 to 501800" in said and "EPSG:26912" in said


def test_wrong_crs_of_land_cover_can_be_put_right(problem, tmp_path) -> None:
    scene = raster_layer(tmp_path / "a.tif")
    # The right numbers under the tag of the neighbouring zone.
    cover = raster_layer(tmp_path / "cover.tif", epsg=32611)
    values = dict(SCENES=[scene], LAND_COVER=[cover], **BUILD)
    assert "does not overlap" in problem("buildtiledataset", **values)
    assert problem("buildtiledataset", LAND_COVER_CRS="EPSG:32612", **values) == ""


def test_polygons_need_a_class_field_that_exists(problem, tmp_path) -> None:
    values = dict(SCENES=[raster_layer(tmp_path / "a.tif")], LAND_COVER=[polygon_layer()], **BUILD)
    assert "name the field that holds the class" in problem("buildtiledataset", **values)
    said = problem("buildtiledataset", CLASS_FIELD="kind", **values)
    assert "no field “kind”" in said and "class" in said
    assert problem("buildtiledataset", CLASS_FIELD="class", **values) == ""


def test_layer_that_is_no_file(problem, tmp_path) -> None:
    from qgis.core import QgsRasterLayer

    source = "type=xyz&url=file:///absent/%7Bz%7D/%7Bx%7D/%7By%7D.png&zmax=3&zmin=0"
    layer = QgsRasterLayer(source, "streets", "wms")
    assert layer.isValid()
    said = problem("buildtiledataset", SCENES=[layer], **BUILD)
    assert "“streets” is no raster file" in said and "Save it as a GeoTIFF" in said


def test_plus_in_a_band_files_name(problem, tmp_path) -> None:
    layers = [raster_layer(tmp_path / name) for name in ("a+b.tif", "c.tif")]
    said = problem("buildtiledataset", SCENES=layers, ONE_SCENE=True, **BUILD)
    assert "a+b.tif holds a “+”" in said
    assert problem("buildtiledataset", SCENES=layers, **BUILD) == ""


def test_a_folder_of_other_files_is_never_replaced(problem, tmp_path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    values = {**BUILD, "SCENES": [raster_layer(tmp_path / "a.tif")], "OUTPUT": str(folder)}
    assert problem("buildtiledataset", **values) == ""
    (folder / "letter.txt").write_text("dear")
    for overwrite in (False, True):
        said = problem("buildtiledataset", **values, OVERWRITE=overwrite)
        assert "holds other files (letter.txt" in said


def test_an_earlier_output_is_replaced_when_told(problem, tmp_path) -> None:
    folder = dataset_folder(tmp_path / "d.tiles")
    values = {**BUILD, "SCENES": [raster_layer(tmp_path / "a.tif")], "OUTPUT": str(folder)}
    assert "Tick “Replace existing output”" in problem("buildtiledataset", **values)
    assert problem("buildtiledataset", **values, OVERWRITE=True) == ""


def test_training_says_what_the_dataset_lacks(problem, tmp_path) -> None:
    values = dict(OUTPUT="TEMPORARY_OUTPUT")
    lonely = dataset_folder(tmp_path / "lonely.tiles", neighbour_radius_px=0)
    said = problem("pretrainencoder", DATASET=str(lonely), **values)
    assert "SauMoCo does not suit this dataset: it needs neighbours" in said
    assert "“Neighbour radius”" in said
    assert "is no tile dataset" in problem("pretrainencoder", DATASET=str(tmp_path), **values)
    good = str(dataset_folder(tmp_path / "good.tiles"))
    assert problem("pretrainencoder", DATASET=good, **values) == ""
    said = problem("pretrainencoder", DATASET=good, RESUME=True, **values)
    assert "There is no run to resume" in said


def test_search_says_what_it_lacks(problem, tmp_path) -> None:
    map_ = raster_layer(tmp_path / "map.tif")
    dataset = str(dataset_folder(tmp_path / "d.tiles"))
    out = dict(OUTPUT="TEMPORARY_OUTPUT")
    assert "Choose an embedding map" in problem("findsimilar", POINTS="1,2", **out)
    assert "Say what to search from" in problem("findsimilar", EMBEDDING=map_, **out)
    assert "has no chips" in problem("findsimilar", EMBEDDING=map_, CHIP=1, **out)
    assert "through an encoder" in problem("findsimilar", DATASET=dataset, CHIP=1, **out)
    said = problem("findsimilar", EMBEDDING=map_, POINTS="0,0 [EPSG:32612]", **out)
    assert "lies outside “map”, which covers x 300000 to 301800" in said
    inside = "-113.2385, 37.0232 [EPSG:4326]"
    assert problem("findsimilar", EMBEDDING=map_, POINTS=inside, **out) == ""


def test_encoder_must_be_one(problem, tmp_path) -> None:
    (tmp_path / "model.pt").write_bytes(b"")
    values = dict(SCENES=[raster_layer(tmp_path / "a.tif")], OUTPUT="TEMPORARY_OUTPUT")
    said = problem("embeddingmap", ENCODER=str(tmp_path / "absent.safetensors"), **values)
    assert "There is no encoder file" in said
    said = problem("embeddingmap", ENCODER=str(tmp_path / "model.pt"), **values)
    assert "is no encoder" in said
    both = dict(ENCODER=str(encoder_file(tmp_path)), OUTPUT="TEMPORARY_OUTPUT")
    assert "in its place" in problem("evaluateencoder", **both)
    assert "in its place" in problem(
        "evaluateencoder", DATASET=str(tmp_path), CLASS_FOLDER=str(tmp_path), **both
    )


def test_output_may_not_be_the_scene(problem, tmp_path) -> None:
    layer = raster_layer(tmp_path / "a.tif")
    encoder = str(encoder_file(tmp_path))
    said = problem("embeddingmap", SCENES=[layer], ENCODER=encoder, OUTPUT=layer.source())
    assert "is the scene itself" in said


def test_missing_layers_are_not_passed_over(problem, tmp_path) -> None:
    there = str(write_raster(tmp_path / "a.tif"))
    for name in ("SCENES", "LAND_COVER"):
        values = {**BUILD, "SCENES": [there], name: [there, "/absent/b.tif"]}
        assert problem("buildtiledataset", **values) != "", name


def test_class_table_is_a_file_or_built_in(problem, tmp_path) -> None:
    cover = raster_layer(tmp_path / "cover.tif")
    values = dict(SCENES=[raster_layer(tmp_path / "a.tif")], **BUILD)
    with_cover = dict(values, LAND_COVER=[cover])
    (tmp_path / "own.yaml").write_text("classes: []")
    for table in ("nlcd", "worldcover-as-globeland30", str(tmp_path / "own.yaml")):
        assert problem("buildtiledataset", CLASS_TABLE=table, **with_cover) == ""
    said = problem("buildtiledataset", CLASS_TABLE="nldc", **with_cover)
    assert "“nldc” is neither a file nor one of the built-in tables: " in said and "nlcd" in said
    said = problem("buildtiledataset", CLASS_TABLE="/absent/own.json", **with_cover)
    assert "there is no file /absent/own.json" in said
    assert "none is chosen" in problem("buildtiledataset", CLASS_TABLE="nlcd", **values)


CROP = dict(CROP_SIZE_PX=32, STEP_PX=20, OUTPUT="TEMPORARY_OUTPUT")


def test_crops_must_fit_every_scene(problem, tmp_path) -> None:
    scenes = [
        raster_layer(tmp_path / "small.tif"),
        raster_layer(tmp_path / "large.tif", width=90, height=90),
    ]
    assert problem("cropscenes", SCENES=scenes, **CROP) == ""
    said = problem("cropscenes", SCENES=scenes, **{**CROP, "CROP_SIZE_PX": 64})
    assert "A crop is 64 px wide, larger than the scene “small” (60 × 40 px)" in said


def test_label_files_need_the_classes_of_globeland30(problem, tmp_path) -> None:
    scene, cover = raster_layer(tmp_path / "a.tif"), raster_layer(tmp_path / "cover.tif")
    values = dict(SCENES=[scene], LAND_COVER=[cover], **CROP)
    said = problem("cropscenes", CLASS_TABLE="nlcd", **values)
    assert "Write nlcd-as-globeland30 in place of nlcd" in said and "“Label files”" in said
    assert problem("cropscenes", CLASS_TABLE="nlcd", LABEL_FILES=False, **values) == ""
    for table in ("nlcd-as-globeland30", "globeland30"):
        assert problem("cropscenes", CLASS_TABLE=table, **values) == ""


def test_crops_are_checked_as_datasets_are(problem, tmp_path) -> None:
    scene = raster_layer(tmp_path / "a.tif")
    away = raster_layer(tmp_path / "away.tif", west=500000.0)
    assert "does not overlap" in problem("cropscenes", SCENES=[scene], LAND_COVER=[away], **CROP)
    said = problem("cropscenes", SCENES=[scene], LAND_COVER=[polygon_layer()], **CROP)
    assert "name the field that holds the class" in said
    assert "is no date" in problem("cropscenes", SCENES=[scene], DATES="yesterday", **CROP)
    folder = tmp_path / "crops"
    folder.mkdir()
    (folder / "crops.json").write_text("{}")
    values = {**CROP, "SCENES": [scene], "OUTPUT": str(folder)}
    assert "Tick “Replace existing output”" in problem("cropscenes", **values)
    assert problem("cropscenes", OVERWRITE=True, **values) == ""


@pytest.fixture
def importing(problem, tmp_path):
    """What the check of an import says of a folder of tiles, with more parameters."""
    folder = tmp_path / "tiles"
    folder.mkdir()

    def importing_(**parameters) -> str:
        given = {"SOURCE": str(folder), "OUTPUT": "TEMPORARY_OUTPUT", **parameters}
        return problem("importtiles", **given)

    return importing_


def test_tiles_come_from_a_folder_or_a_zip_file(importing, tmp_path) -> None:
    archive = tmp_path / "EuroSAT.zip"
    archive.write_bytes(b"")
    assert importing() == ""
    assert importing(SOURCE="", ARCHIVE=str(archive)) == ""
    # Written by hand, or by a script.
    assert importing(SOURCE=str(archive)) == ""
    assert "a zip file in its place" in importing(SOURCE="")
    assert "a zip file in its place" in importing(ARCHIVE=str(archive))
    assert "There is no folder /absent" in importing(SOURCE="/absent")
    assert "There is no file /absent.zip" in importing(SOURCE="", ARCHIVE="/absent.zip")


@pytest.mark.parametrize(
    "changes, message",
    [
        (
            dict(FORMAT="geokr", LABELS="y.npy"),
            "Label file: it does not belong to the format geokr",
        ),
        (
            dict(FORMAT="npy", LABEL_FOLDER="l"),
            "Label folder: it does not belong to the format npy",
        ),
        (dict(FORMAT="npy", CLASS_TABLE="nlcd"), "explains the codes of a label file, and none"),
        (dict(FORMAT="class-folder", CLASS_TABLE="nlcd"), "Class table: it does not belong"),
        (dict(LABELS="/absent/y.npy"), "Label file: there is no file /absent/y.npy"),
        (dict(LABEL_FOLDER="/absent"), "Label folder: there is no folder /absent"),
        (dict(FORMAT="geokr", CLASS_TABLE="globeland"), "neither a file nor one of the built-in"),
        (dict(TEST_FRACTION=0.6, VALIDATION_FRACTION=0.4), "together they may be 0.95 at most"),
    ],
)
def test_what_is_wrong_with_an_import_is_said_before(importing, changes, message) -> None:
    assert message in importing(**changes)


def test_a_zip_file_holds_class_folders(importing, tmp_path) -> None:
    (tmp_path / "a.zip").write_bytes(b"")
    said = importing(SOURCE="", ARCHIVE=str(tmp_path / "a.zip"), FORMAT="npy")
    assert "Zip file: it does not belong to the format npy, but to class-folder" in said


def test_every_method_refuses_a_dataset_that_lacks_what_it_needs(problem, tmp_path) -> None:
    from near_things.backend.contract.catalogue import NOWHERE_DATUM, Needs
    from near_things.backend.contract.methods import METHODS

    nowhere = [{"crs": NOWHERE_DATUM}]
    bare = dataset_folder(
        tmp_path / "bare.tiles", neighbour_radius_px=0, scenes=nowhere, tile_size_px=8
    )
    refused = set()
    for name, method in METHODS.items():
        values = dict(DATASET=str(bare), METHOD=name, OUTPUT="TEMPORARY_OUTPUT")
        values["SETTINGS"] = "map-layer=dem.tif"
        said = problem("pretrainencoder", **values)
        if said:
            assert said.startswith(f"{method.title} does not suit this dataset: it needs"), said
            assert "\n" not in said and "--" not in said
            refused.add(name)
    needy = {name for name, m in METHODS.items() if m.needs != Needs()}
    assert refused == needy and {"geokr", "cmc"} <= needy and "moco" not in needy


@pytest.fixture
def tuning(problem, tmp_path):
    """What the check of a fine-tuning says; the dataset has classes unless told."""
    classes = dataset_folder(tmp_path / "classes.tiles", classes=[{"name": "Forest"}])

    def tuning_(**parameters) -> str:
        given = dict(
            ENCODER=str(encoder_file(tmp_path)), DATASET=str(classes), OUTPUT="TEMPORARY_OUTPUT"
        )
        return problem("finetuneencoder", **{**given, **parameters})

    return tuning_


def test_fine_tuning_needs_classes(tuning, tmp_path) -> None:
    bare = str(dataset_folder(tmp_path / "bare.tiles"))
    assert tuning() == "" and tuning(TASK="segmentation") == ""
    assert "has no classes to learn: build it with “Land cover”" in tuning(DATASET=bare)
    assert tuning(DATASET=bare, LABEL_COLUMN="label") == ""
    said = tuning(DATASET=bare, TASK="segmentation")
    assert "has no classes to learn: choose label layers" in said
    cover = raster_layer(tmp_path / "cover.tif")
    assert tuning(DATASET=bare, TASK="segmentation", LABELS=[cover]) == ""


@pytest.mark.parametrize(
    "changes, message",
    [
        (dict(ENCODER="/absent.safetensors"), "There is no encoder file"),
        (dict(LABEL_FRACTIONS="10% 0"), "Label fractions: 0 is no share of the training tiles"),
        (dict(LABEL_FRACTIONS="0.1 all"), "Label fractions: all is no share"),
        (dict(LABEL_FRACTIONS="101%"), "Label fractions: 101% is no share"),
        (dict(LABEL_FRACTIONS="nan"), "Label fractions: nan is no share"),
        (dict(DECODER="d.safetensors"), "Decoder: it is for segmentation"),
        (dict(TASK="segmentation", LABEL_COLUMN="l"), "Label column: it is for classification"),
        (dict(TASK="segmentation", DECODER="/absent"), "Decoder: there is no file /absent"),
        (dict(TASK="segmentation", CLASS_TABLE="nlcd"), "explains label layers, and none"),
    ],
)
def test_what_is_wrong_with_a_fine_tuning_is_said_before(tuning, changes, message) -> None:
    assert message in tuning(**changes)


def test_label_layers_are_checked_as_land_cover_is(tuning, tmp_path) -> None:
    cover = raster_layer(tmp_path / "cover.tif")
    pixels = dict(TASK="segmentation", LABELS=[cover])
    assert "Label layers: it is for segmentation" in tuning(LABELS=[cover])
    assert "“nldc” is neither a file nor" in tuning(CLASS_TABLE="nldc", **pixels)
    assert tuning(CLASS_TABLE="nlcd", LABEL_FRACTIONS="0.1, 1", **pixels) == ""
    said = tuning(TASK="segmentation", LABELS=[polygon_layer()])
    assert "name the field that holds the class" in said
