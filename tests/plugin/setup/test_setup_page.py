"""The card of the set-up, driven as a person would, over fakes of Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from setup_fakes import MESSAGES, READY, calls_of, make_fake_python, spin
from watchdog import watchdog


class FakeSession:
    """The one thing of the dock's session that the card uses."""

    def __init__(self) -> None:
        self.told: list = []

    def tell(self, message: str, level=None, button: str = "", action=None) -> None:
        self.told.append(message)


@pytest.fixture
def make_card(provider, monkeypatch, tmp_path: Path):
    """A function that makes the card on a machine with one (fake) Python, no GPU and much room."""
    from near_things.qgis_plugin import environment
    from near_things.qgis_plugin.gui.setup_page import card as module
    from near_things.qgis_plugin.settings import PluginSettings
    from near_things.qgis_plugin.setup import accelerators, preflight, pythons

    kept = PluginSettings()
    before = kept.interpreter, kept.environments
    kept.interpreter = kept.environments = ""
    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    monkeypatch.setenv("NEAR_THINGS_ENVIRONMENTS", str(tmp_path / "environments"))
    monkeypatch.setattr(environment, "default_interpreter", lambda: tmp_path / "no python")
    monkeypatch.setattr(accelerators, "query_program", lambda: None)
    room = shutil.disk_usage(tmp_path)._replace(free=10**12)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: room)
    cards = []

    def make(body: str = "", pythons_found: list | None = None):
        python = make_fake_python(tmp_path / "fake", body)
        found = [python] if pythons_found is None else pythons_found
        monkeypatch.setattr(pythons, "candidates", lambda: found)
        monkeypatch.setattr(module, "find_uv", lambda: None)
        session = FakeSession()
        card = module.SetupCard(session)
        card.session, card.python_file = session, python
        card.came = []
        card.ready.connect(lambda: card.came.append(True))
        card.resize(360, 700)
        card.show()
        cards.append(card)
        assert spin(lambda: card._searched)
        return card

    yield make
    for card in cards:
        if card._installation is not None:
            card._installation.cancel()
        card.close_down()
        card.close()
    kept.interpreter, kept.environments = before


def click(button) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    assert button.isVisible() and button.isEnabled(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_card_says_what_is_needed_found_and_suggested(make_card) -> None:
    card = make_card()
    assert "needs its own Python with PyTorch" in card.title.text()
    assert "Found: Python 3.11.7. No NVIDIA GPU" in card.found.text()
    assert "CPU: 0.4 GB to download, 1.6 GB on disk" in card.found.text()
    assert card.set_up.isEnabled() and not card.problems.isVisible()
    assert not card.details.isVisible() and not card.progress.isVisible()


def test_set_up_by_one_click(make_card) -> None:
    from near_things.qgis_plugin.environment import interpreter

    card = make_card()
    click(card.set_up)
    assert card.progress.isVisible() and not card.set_up.isVisible()
    assert card.progress.words.text()
    assert spin(lambda: bool(card.came))
    assert card.session.told == ["Ready: PyTorch 2.13.0+cpu, CPU, 2 cores"]
    assert card.title.text() == "Ready: PyTorch 2.13.0+cpu, CPU, 2 cores."
    assert card.set_up.text() == "Set up again" and not card.progress.isVisible()
    assert interpreter().is_file()
    assert "Successfully installed torch" in card.log.text.toPlainText()


def test_failure_tells_what_happened_the_remedy_and_offers_retry(make_card, tmp_path) -> None:
    from qgis.PyQt.QtGui import QGuiApplication

    gate = tmp_path / "gate"
    body = f"""
def pip(arguments):
    if not os.path.exists({str(gate)!r}):
        print("Looking in indexes: https://ann:hidden@mirror.example/simple")
        print({MESSAGES["proxy"]!r})
        sys.exit(1)
"""
    card = make_card(body)
    click(card.set_up)
    assert spin(card.retry.isVisible)
    assert "The proxy refused the connection" in card.outcome.text()
    assert "Settings &gt; Options &gt; Network" in card.outcome.text()
    assert not card.came and not card.set_up.isVisible()
    click(card.copy)
    copied = QGuiApplication.clipboard().text()
    assert "Failure: proxy" in copied and "torch: proxy" in copied and "mirror.example" in copied
    assert "hidden" not in copied and str(Path.home()) + "/" not in copied
    gate.write_text("")
    click(card.retry)
    assert not card.outcome.isVisible()
    assert spin(lambda: bool(card.came))


def test_cancel_comes_back_to_retry(make_card) -> None:
    card = make_card("def pip(arguments):\n    time.sleep(600)")
    click(card.set_up)
    assert spin(lambda: len(calls_of(card.python_file)) > 1)
    click(card.progress.cancel)
    assert "cancelled" in card.outcome.text() and card.retry.isVisible()
    assert not card.progress.isVisible()


def test_log_opens(make_card) -> None:
    card = make_card()
    click(card.set_up)
    assert spin(lambda: bool(card.came))
    assert not card.log.text.isVisible()
    click(card.log.button)
    assert card.log.text.isVisible()


def test_machine_without_a_fit_python_says_what_to_install(make_card) -> None:
    card = make_card(pythons_found=[])
    assert "Install Python 3.11, 3.12 or 3.13" in card.problems.text()
    assert card.problems.isVisible() and not card.set_up.isEnabled()


def test_uv_fetches_a_python_where_none_is_fit(make_card, monkeypatch, tmp_path: Path) -> None:
    card = make_card(pythons_found=[])
    card._uv = tmp_path / "uv"
    card._examine()
    assert "uv will fetch Python 3.11" in card.found.text() and card.set_up.isEnabled()
    assert card.plan().python is None and card.plan().uv == tmp_path / "uv"


def test_uv_stays_aside_where_pip_is_configured(make_card, monkeypatch, tmp_path: Path) -> None:
    from near_things.qgis_plugin.setup import network

    card = make_card()
    card._uv = tmp_path / "uv"
    monkeypatch.setattr(network, "pip_is_configured", lambda: True)
    assert card.plan().uv is None
    monkeypatch.setattr(network, "pip_is_configured", lambda: False)
    assert card.plan().uv == tmp_path / "uv"


def test_details_offer_python_build_folder_and_wheels(make_card, tmp_path: Path) -> None:
    card = make_card()
    click(card.more)
    assert card.details.isVisible()
    card.details.build.setCurrentIndex(1)
    assert card.plan().accelerator == "cuda"
    assert "about 6 GB on disk" in card.found.text()
    card.details.wheels.setFilePath(str(tmp_path))
    assert "no wheels" in card.problems.text() and not card.set_up.isEnabled()
    (tmp_path / "a-1-py3-none-any.whl").write_text("")
    card._examine()
    assert card.set_up.isEnabled() and card.plan().wheel_folder == tmp_path
    # The environment variable names the folder here.
    assert not card.details.folder.isEnabled()


def test_python_that_the_user_names_is_asked_and_taken(make_card, tmp_path: Path) -> None:
    card = make_card(pythons_found=[])
    card.details.probe(card.python_file)
    assert spin(lambda: card.details.chosen is not None)
    assert card.set_up.isEnabled()
    other = tmp_path / "no python at all"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o700)
    card.details.probe(other)
    assert spin(lambda: "no Python" in card.details.python_note.text())


def test_unfit_python_is_shown_with_the_reason(make_card) -> None:
    from near_things.qgis_plugin.setup.pythons import FoundPython

    card = make_card()
    old = FoundPython(Path("/old/python3.10"), (3, 10, 1))
    card.details.set_pythons([old])
    assert card.details.chosen is None
    assert "Python 3.10.1 is not fit" in card.details.python_note.text()
    assert not card.set_up.isEnabled()


def test_environments_are_listed_and_removed(make_card) -> None:
    from near_things.qgis_plugin.setup.places import managed_environments
    from qgis.PyQt.QtWidgets import QLabel, QPushButton

    card = make_card()
    click(card.set_up)
    assert spin(lambda: bool(card.came))
    click(card.more)
    texts = [label.text() for label in card.details.environments.findChildren(QLabel)]
    assert any("PyTorch 2.13.0+cpu" in text and "in use" in text for text in texts)
    click(card.details.environments.findChild(QPushButton))
    assert managed_environments() == []
    assert "needs its own Python" in card.title.text()


def test_environment_of_an_earlier_version_offers_the_update(make_card, monkeypatch) -> None:
    from near_things.qgis_plugin.setup import locks

    card = make_card()
    click(card.set_up)
    assert spin(lambda: bool(card.came))
    before = locks.lock_hash
    monkeypatch.setattr(
        "near_things.qgis_plugin.setup.places.lock_hash", lambda a: "0" + before(a)[1:]
    )
    card._refresh()
    assert "Newer packages" in card.title.text() and card.set_up.text() == "Update"


@pytest.mark.parametrize("is_well", [True, False])
def test_existing_python_is_checked_first(make_card, is_well) -> None:
    from near_things.qgis_plugin.environment import interpreter
    from near_things.qgis_plugin.settings import PluginSettings

    findings = {**READY, "ok": is_well}
    if not is_well:
        findings["checks"] = [dict(name="Packages", ok=False, detail="lmdb lacks", remedy="get it")]
    answer = json.dumps(findings)
    card = make_card(f"def doctor():\n    return json.loads({answer!r})")
    card.take_existing(card.python_file)
    assert not card.existing.isEnabled()
    assert spin(card.existing.isEnabled)
    assert bool(card.came) == is_well
    if is_well:
        assert interpreter() == card.python_file
    else:
        assert PluginSettings().interpreter == ""
        assert "✗ Packages: lmdb lacks" in card.outcome.text() and "get it" in card.outcome.text()


def test_second_card_shows_the_set_up_that_runs(make_card) -> None:
    from near_things.qgis_plugin.gui.setup_page.card import SetupCard

    card = make_card("def pip(arguments):\n    time.sleep(2)")
    click(card.set_up)
    other = SetupCard()
    other.show()
    assert other.progress.isVisible() and not other.set_up.isVisible()
    other.close_down()
    other.close()
    assert spin(lambda: bool(card.came))


def test_window_stays_alive_during_a_set_up(make_card) -> None:
    flood = "def pip(arguments):\n    for n in range(5000):\n        print('Collecting p%d==1' % n)"
    card = make_card(flood)
    with watchdog():
        card.start()
        assert spin(lambda: bool(card.came), 60)


def test_variable_that_names_no_python_is_told(make_card, monkeypatch) -> None:
    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    card = make_card()
    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    card._refresh()
    assert "NEAR_THINGS_PYTHON names /absent/python" in card.problems.text()
    assert not card.set_up.isEnabled()


def test_time_left_is_told_once_it_can_be(provider) -> None:
    from near_things.qgis_plugin.gui.setup_page.progress_panel import time_left_words

    assert time_left_words(0.5, 3.0) == ""
    assert time_left_words(0.01, 60.0) == ""
    assert time_left_words(0.25, 60.0) == "about 3 min left"
    assert time_left_words(0.9, 60.0) == "less than a minute left"


def test_options_page_holds_the_card_and_follows_it(make_card) -> None:
    from near_things.qgis_plugin.gui.options import OptionsFactory
    from near_things.qgis_plugin.settings import PluginSettings

    make_card()
    PluginSettings().interpreter = "/an/old/python"
    page = OptionsFactory().createWidget()
    page.show()
    assert page.file.filePath() == "/an/old/python"
    assert spin(page.card.set_up.isEnabled)
    click(page.card.set_up)
    assert spin(lambda: page.file.filePath() == "")
    page.apply()
    assert page.python().is_file()
    page.close()
