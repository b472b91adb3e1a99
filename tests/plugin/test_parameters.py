"""Processing parameters agree with the contract's settings, one for one."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def algorithms(provider):
    return {algorithm.name(): algorithm for algorithm in provider.algorithms()}


def test_names_are_stable(algorithms) -> None:
    assert set(algorithms) == {
        "samplelandscape",
        "buildtiledataset",
        "pretrainencoder",
        "evaluateencoder",
        "embeddingmap",
        "findsimilar",
    }
    for algorithm in algorithms.values():
        assert algorithm.id() == f"nearthings:{algorithm.name()}"
        image = algorithm.icon().pixmap(24, 24).toImage()
        drawn = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        assert len(drawn) > 10, "the icon is empty"


@pytest.mark.parametrize(
    "name, without",
    [
        ("samplelandscape", set()),
        ("buildtiledataset", set()),
        ("pretrainencoder", set()),
        ("evaluateencoder", set()),
        # QGIS asks before it replaces a file; a point brings its own CRS.
        ("embeddingmap", {"OVERWRITE"}),
        ("findsimilar", {"OVERWRITE", "POINT_CRS"}),
    ],
)
def test_every_setting_has_its_parameter(algorithms, name: str, without: set) -> None:
    algorithm = algorithms[name]
    expected = {s.name.upper() for s in algorithm.settings()} - without
    shown = {p.name() for p in algorithm.parameterDefinitions()}
    assert expected <= shown
    assert shown - expected <= {"ONE_SCENE", "SCENE_FILES", "ADD_TO_MAP", "METHOD", "SETTINGS"}


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
    assert all(m.sentence.rstrip(".") in method.help() for m in METHODS.values())


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


def test_pictures_of_the_help_are_there_and_load(algorithms) -> None:
    import re
    from urllib.parse import unquote, urlparse

    from qgis.PyQt.QtGui import QImage

    pictures = 0
    for algorithm in algorithms.values():
        for source in re.findall(r'<img src="([^"]+)"', algorithm.shortHelpString()):
            assert not QImage(unquote(urlparse(source).path)).isNull(), source
            pictures += 1
    # Evaluation has none: its report is the picture.
    assert pictures == 5
