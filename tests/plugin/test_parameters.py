"""Processing parameters agree with the contract's settings, one for one."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def algorithms(provider):
    # The model has the parameters of its steps.
    return {a.name(): a for a in provider.algorithms() if a.name() != "wholeline"}


def test_names_are_stable(algorithms) -> None:
    assert set(algorithms) == {
        "samplelandscape",
        "buildtiledataset",
        "importtiles",
        "cropscenes",
        "pretrainencoder",
        "evaluateencoder",
        "finetuneencoder",
        "embeddingmap",
        "findsimilar",
        "similaritymap",
        "clustermap",
        "projectvectors",
        "exportvectors",
        "classifymap",
        "findchanges",
    }
    for algorithm in algorithms.values():
        assert algorithm.id() == f"nearthings:{algorithm.name()}"
        image = algorithm.icon().pixmap(24, 24).toImage()
        drawn = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert len(drawn) > 10, "the icon is empty"
        assert algorithm.group() in ("Data", "Encoders", "Maps")
        assert algorithm.groupId() == algorithm.group().lower()


@pytest.mark.parametrize(
    "name, without",
    [
        ("samplelandscape", set()),
        ("buildtiledataset", set()),
        ("importtiles", set()),
        ("cropscenes", set()),
        ("pretrainencoder", set()),
        ("evaluateencoder", set()),
        ("finetuneencoder", set()),
        # QGIS asks before it replaces a file; a point brings its own CRS.
        ("embeddingmap", {"OVERWRITE"}),
        ("findsimilar", {"OVERWRITE", "POINT_CRS"}),
        ("similaritymap", {"OVERWRITE", "POINT_CRS"}),
        ("clustermap", {"OVERWRITE"}),
        ("projectvectors", {"OVERWRITE"}),
        ("exportvectors", {"OVERWRITE"}),
        # Colours come from the label layer.
        ("classifymap", {"OVERWRITE", "COLOURS"}),
        ("findchanges", {"OVERWRITE"}),
    ],
)
def test_every_setting_has_its_parameter(algorithms, name: str, without: set) -> None:
    algorithm = algorithms[name]
    expected = {s.name.upper() for s in algorithm.settings()} - without
    shown = {p.name() for p in algorithm.parameterDefinitions()}
    assert expected <= shown
    more = {"ONE_SCENE", "SCENE_FILES", "ADD_TO_MAP", "METHOD", "SETTINGS", "ARCHIVE"}
    assert shown - expected <= more


def test_defaults_limits_choices_units_and_help_are_the_contracts(algorithms) -> None:
    from near_things.qgis_plugin.algorithms.parameters import parameter_label

    checked = 0
    for algorithm in algorithms.values():
        for setting in algorithm.shown_settings():
            parameter = algorithm.parameterDefinition(setting.name.upper())
            advanced = bool(parameter.flags() & parameter.Flag.FlagAdvanced)
            if parameter.isDestination():
                continue
            assert advanced == setting.advanced, setting.name
            if setting.name not in algorithm.helps and setting.name != "method":
                assert parameter.help() == setting.help
            if setting.name not in algorithm.labels and setting.name != "scenes":
                assert parameter.description() == parameter_label(setting)
            if setting.choices:
                assert parameter.options() == list(setting.choices)
                assert parameter.usesStaticStrings()
                assert parameter.allowMultiple() == setting.is_list
            if setting.kind in ("integer", "number", "flag"):
                assert parameter.defaultValue() == setting.default
            if setting.kind in ("integer", "number") and setting.minimum is not None:
                assert parameter.minimum() == setting.minimum
            if setting.kind in ("integer", "number") and setting.maximum is not None:
                assert parameter.maximum() == setting.maximum
            checked += 1
    assert checked > 60


def test_units_are_in_the_labels(algorithms) -> None:
    tile = algorithms["buildtiledataset"].parameterDefinition("TILE_SIZE_PX")
    assert tile.description() == "Tile size (px)"


def test_methods_and_presets_are_offered_by_name(algorithms) -> None:
    from near_things.backend.contract.methods import METHODS

    method = algorithms["pretrainencoder"].parameterDefinition("METHOD")
    assert method.options() == list(METHODS)
    lines = method.help().splitlines()
    told = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    assert set(told) == set(METHODS)
    for name, entry in METHODS.items():
        assert told[name].startswith(entry.sentence.partition(": for comparison")[0].rstrip("."))
        assert ("Needs neighbours" in told[name]) == entry.needs.neighbours
        assert ("land cover." in told[name]) == entry.needs.land_cover or name == "geokr"
    assert "13 bands from B01 to B12" in told["saumoco-sentinel2-published"]


def test_presets_stand_under_a_heading_of_their_own(algorithms) -> None:
    import html
    import re

    method = algorithms["pretrainencoder"].parameterDefinition("METHOD")
    lines = method.help().splitlines()
    heading = lines.index("Published recipes, for comparison with the papers")
    assert all("-published" not in line for line in lines[:heading])
    assert all("-published: " in line for line in lines[heading + 1 :])
    page = html.unescape(algorithms["pretrainencoder"].shortHelpString())
    for line in lines[1:heading]:
        name, what = line.split(": ", 1)
        assert re.search(rf"<p[^>]*><b>{name}</b><br>{re.escape(what)}</p>", page), name


def test_built_in_class_tables_are_named(algorithms) -> None:
    from pathlib import Path

    from near_things.qgis_plugin.algorithms.land_cover import (
        built_in_tables,
        built_in_tables_in_words,
    )

    folder = Path(__file__).resolve().parents[2] / "backend" / "data" / "class_tables"
    assert built_in_tables() == sorted(path.stem for path in folder.glob("*.json"))
    words = built_in_tables_in_words()
    products, rest = words.split(" (each also as NAME-as-globeland30); ")
    products, rest = products.split(", "), rest.split(", ")
    named = [*products, *(f"{name}-as-globeland30" for name in products), *rest]
    assert sorted(named) == built_in_tables()
    for name in ("buildtiledataset", "importtiles", "cropscenes", "finetuneencoder"):
        assert words in algorithms[name].parameterDefinition("CLASS_TABLE").help()


def test_help_tells_of_every_parameter_and_output(algorithms) -> None:
    import html

    for algorithm in algorithms.values():
        page = html.unescape(algorithm.shortHelpString())
        # QGIS would make a paragraph of each line, also within a tag.
        assert "\n" not in algorithm.shortHelpString()
        for definition in algorithm.parameterDefinitions():
            assert definition.help(), definition.name()
            assert definition.description() in page
        for output in algorithm.outputDefinitions():
            assert output.description() in page
        assert algorithm.description in page and algorithm.example in page
        # Command-line options are replaced by the labels of fields.
        assert "--" not in page, algorithm.name()


def test_labels_are_unique_within_a_form(algorithms) -> None:
    for algorithm in algorithms.values():
        labels = [p.description() for p in algorithm.parameterDefinitions()]
        assert len(set(labels)) == len(labels), sorted(labels)


def test_fields_that_a_preset_decides_start_empty(algorithms) -> None:
    train = algorithms["pretrainencoder"]
    for name in ("STEPS", "EPOCHS", "BATCH_SIZE", "ARCHITECTURE", "STEM", "LEARNING_RATE"):
        parameter = train.parameterDefinition(name)
        assert parameter.defaultValue() is None
        assert parameter.flags() & parameter.Flag.FlagOptional


def test_settings_of_a_method_are_read_from_text(provider) -> None:
    from near_things.backend.contract.methods import find_method
    from near_things.backend.contract.settings import SettingsError, settings_of
    from near_things.qgis_plugin.algorithms.method_settings import parse_method_settings

    settings = settings_of(find_method("saumoco").job_class)
    text = " --temperature=0.5 queue-size=64;\nmask_own_keys=no decay-at-epochs=120,160 "
    assert parse_method_settings(text, settings) == {
        "temperature": "0.5",
        "queue_size": "64",
        "mask_own_keys": False,
        "decay_at_epochs": ["120", "160"],
    }
    assert parse_method_settings("", settings) == {}
    for wrong, said in [
        ("temperature", "write name=value"),
        ("warmth=3", "no setting 'warmth'; it has: .*temperature"),
        ("mask-own-keys=perhaps", "yes or no, not 'perhaps'"),
    ]:
        with pytest.raises(SettingsError, match=said):
            parse_method_settings(wrong, settings)


def test_every_setting_of_every_method_can_be_written_as_text(provider) -> None:
    from near_things.backend.contract.methods import METHODS, make_train_job
    from near_things.backend.contract.settings import settings_of
    from near_things.qgis_plugin.algorithms.method_settings import parse_method_settings

    needed = dict(dataset="d.tiles", output="run", map_layer="dem.tif")
    for method in METHODS.values():
        job = make_train_job(dict(needed, method=method.name))
        settings = settings_of(method.job_class)
        pairs = []
        for setting in settings:
            value = getattr(job, setting.name)
            if value is not None and value != "" and value != []:
                value = ",".join(map(str, value)) if setting.is_list else value
                pairs.append(f"{setting.name}={value}")
        assert make_train_job(parse_method_settings(" ".join(pairs), settings)) == job


def test_quotes_keep_spaces_in_a_method_setting(provider) -> None:
    from near_things.backend.contract.methods import find_method
    from near_things.backend.contract.settings import settings_of
    from near_things.qgis_plugin.algorithms.method_settings import parse_method_settings

    settings = settings_of(find_method("saumoco").job_class)
    text = 'initial-weights="C:\\my runs\\a;b.pth" seed=3'
    assert parse_method_settings(text, settings) == {
        "initial_weights": "C:\\my runs\\a;b.pth",
        "seed": "3",
    }


def test_texts_are_split_at_commas_or_spaces(provider) -> None:
    from near_things.qgis_plugin.algorithms.parameters import split_texts

    assert split_texts("blue green  red") == ["blue", "green", "red"]
    assert split_texts("near infrared, red ;blue,") == ["near infrared", "red", "blue"]
    assert split_texts("  ") == []


def test_options_in_messages_become_labels(provider) -> None:
    from near_things.backend.contract.jobs import BuildJob
    from near_things.backend.contract.settings import settings_of
    from near_things.qgis_plugin.algorithms.parameters import in_form_words

    settings = settings_of(BuildJob)
    text = "the output exists; give another --output, or --overwrite; --no-overwrite, --else"
    assert in_form_words(text, settings) == (
        "the output exists; give another “Tile dataset”, or “Replace existing output”; "
        "“Replace existing output”, --else"
    )


def test_every_help_has_a_picture_that_loads(provider, algorithms) -> None:
    import re
    from urllib.parse import unquote, urlparse

    from qgis.PyQt.QtGui import QImage

    for algorithm in [*algorithms.values(), provider.algorithm("wholeline")]:
        (source,) = re.findall(r'<img src="([^"]+)"', algorithm.shortHelpString())
        assert not QImage(unquote(urlparse(source).path)).isNull(), source
