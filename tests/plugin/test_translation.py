"""Template and translations hold what the plugin says, and QGIS finds them."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "i18n"
UPDATE = runpy.run_path(str(FOLDER / "update.py"))
LANGUAGES = dict(UPDATE["languages"]())
MEND = "run `make translations`, and translate what it names"


@pytest.fixture
def german(application):
    """QGIS set to German."""
    from near_things.qgis_plugin.translation import drop_translation, load_translation
    from qgis.core import QgsSettings

    settings = QgsSettings()
    settings.setValue("locale/overrideFlag", True)
    settings.setValue("locale/userLocale", "de_AT")
    translator = load_translation()
    yield translator
    drop_translation(translator)
    settings.remove("locale/overrideFlag")
    settings.remove("locale/userLocale")


def test_texts_are_found_in_code() -> None:
    code = 'a = tr("one")\nb = f(tr("two {n}" " more").format(n=tr("three")), self.tr("no"))\n'
    texts_of = UPDATE["texts_of"]
    assert texts_of(code, "x.py") == [(1, "one"), (2, "three"), (2, "two {n} more")]
    for wrong in ("tr(text)", 'tr(f"{a}")', 'tr("a" + b)', "tr()", 'tr("a", 2)'):
        with pytest.raises(ValueError, match=r"x\.py:1: "):
            texts_of(wrong, "x.py")


def test_template_holds_all_texts() -> None:
    assert set(UPDATE["read"](FOLDER / "near_things.ts")) == set(UPDATE["plugin_texts"]()), MEND


def test_there_is_german() -> None:
    assert "de" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_texts_are_translated(language: str) -> None:
    translations = UPDATE["read"](LANGUAGES[language])
    template = UPDATE["read"](FOLDER / "near_things.ts")
    assert [text for text in template if not translations.get(text)] == [], MEND


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_agree(language: str) -> None:
    fields = re.compile(r"\{[^{}]*\}")
    for text, translation in UPDATE["read"](LANGUAGES[language]).items():
        if not translation:
            continue
        assert sorted(fields.findall(text)) == sorted(fields.findall(translation)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_loaded_is_what_was_translated(application, language: str) -> None:
    from qgis.PyQt.QtCore import QCoreApplication, QTranslator

    path = LANGUAGES[language]
    translations = UPDATE["read"](path)
    compiled = path.with_suffix(".qm").read_bytes()
    assert compiled == UPDATE["compiled"](language, translations), MEND
    translator = QTranslator()
    assert translator.load(str(path.with_suffix(".qm")))
    QCoreApplication.installTranslator(translator)
    try:
        for text, translation in translations.items():
            assert QCoreApplication.translate("NearThings", text) == translation
        assert QCoreApplication.translate("NearThings", "what nobody says") == "what nobody says"
        assert QCoreApplication.translate("Other", "Help (F1)") == "Help (F1)"
    finally:
        QCoreApplication.removeTranslator(translator)


@pytest.fixture(params=["en", "de"])
def language(request):
    """Each language in turn."""
    if request.param == "de":
        request.getfixturevalue("german")
    return request.param


def test_no_page_of_the_dock_is_cut_off(provider, fake_backend, tmp_path, language) -> None:
    from interface import FakeInterface, spin
    from near_things.qgis_plugin.gui.window import WindowParts
    from near_things.qgis_plugin.settings import PluginSettings

    fake_backend("finish()")
    PluginSettings().workspace = str(tmp_path)
    interface = FakeInterface()
    interface.window.resize(1280, 720)
    parts = WindowParts(interface)
    parts.add()
    try:
        interface.window.show()
        parts.dock.setUserVisible(True)
        tabs = parts.dock.tabs
        assert tabs.tabText(0) == {"en": "① Data", "de": "① Daten"}[language]
        for number in range(tabs.count()):
            tabs.setCurrentIndex(number)
            scroll = tabs.widget(number)
            page = scroll.widget()
            assert spin(
                lambda p=page, s=scroll: p.minimumSizeHint().width() <= s.viewport().width()
            )
        # The map keeps the greater part of a small screen.
        assert parts.dock.width() <= 420
    finally:
        parts.remove()
        interface.window.close()
        PluginSettings().workspace = ""


def test_a_widget_speaks_german(german) -> None:
    from near_things.qgis_plugin.gui.job_bar import JobBar

    assert JobBar().stop.text() == "Anhalten"


def test_numbers_are_written_as_the_language_does(german) -> None:
    from near_things.qgis_plugin.number_words import number_words, rounded_words
    from near_things.qgis_plugin.progress import progress_words
    from near_things.qgis_plugin.tiles.estimates import Estimate
    from qgis.PyQt.QtCore import QLocale

    before = QLocale()
    assert (number_words(1500), rounded_words(80.83)) == ("1,500", "80.8")
    try:
        # As QGIS sets it, where the user has not asked for separators.
        locale = QLocale("de")
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        QLocale.setDefault(locale)
        assert (number_words(1500), number_words(0.25, 3)) == ("1.500", "0,250")
        assert (rounded_words(80.83), rounded_words(0.00002)) == ("80,8", "2e-05")
        estimate = Estimate(chips=4000, fitting=5000, disk_bytes=1_230_000_000, seconds=70)
        assert estimate.words() == "4.000 Chips · 1,23 GB · etwa 70 s"
        event = dict(phase="cut", done=1200, total=4000, unit="chips", rate=8.5, seconds_left=30)
        assert (
            progress_words(event) == "cut: 1.200 von 4.000 chips · 8,5 je Sekunde · noch etwa 30 s"
        )
    finally:
        QLocale.setDefault(before)


def test_problems_are_told_in_german(german, tmp_path: Path) -> None:
    from inputs import raster_layer
    from near_things.qgis_plugin.environment import interpreter_problem
    from near_things.qgis_plugin.tiles.scene_sources import difference, find_scenes

    problem = interpreter_problem(tmp_path / "python")
    assert problem.startswith("Near Things braucht ein eigenes Python mit PyTorch.")
    layers = [raster_layer(tmp_path / f"{n}.tif", bands=n) for n in (2, 3)]
    words = difference(*find_scenes(layers))
    assert "„2“ hat 2 Kanäle, „3“ 3 Kanäle" in words


def test_without_a_translation_texts_are_as_written(german) -> None:
    from near_things.qgis_plugin.gui.job_bar import JobBar
    from near_things.qgis_plugin.translation import drop_translation, load_translation
    from qgis.core import QgsSettings

    drop_translation(german)
    QgsSettings().setValue("locale/userLocale", "fi")
    assert load_translation() is None
    assert JobBar().stop.text() == "Stop"
