"""The window's parts: every dialog is made, the menu, the settings page and its check."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from inputs import write_raster
from interface import FakeInterface, spin

READY = dict(
    ok=False,
    summary="Not ready: disk",
    checks=[
        dict(name="Python", ok=True, detail="Python 3.11", remedy=""),
        dict(name="Disk", ok=False, detail="0 GB <free>", remedy="free some space"),
    ],
)


@pytest.fixture
def interface(provider):
    return FakeInterface()


@pytest.fixture
def parts(interface):
    from near_things.qgis_plugin.gui.window import WindowParts

    parts = WindowParts(interface)
    parts.add()
    return parts


@pytest.fixture
def page(provider, monkeypatch):
    from near_things.qgis_plugin.gui.options import OptionsFactory

    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    page = OptionsFactory().createWidget()
    yield page
    page.deleteLater()


def test_every_dialog_is_made(provider) -> None:
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.PyQt.QtWidgets import QCheckBox, QLabel, QTextBrowser

    for algorithm in provider.algorithms():
        dialog = AlgorithmDialog(algorithm.create())
        texts = {
            label.text() for kind in (QLabel, QCheckBox) for label in dialog.findChildren(kind)
        }
        for parameter in algorithm.parameterDefinitions():
            label = parameter.description()
            assert texts & {label, f"{label} [optional]"}, label
        shown = "".join(browser.toPlainText() for browser in dialog.findChildren(QTextBrowser))
        # The model that comes with the plugin says of itself what its file says.
        assert getattr(algorithm, "description", "whole line") in shown
        dialog.close()


def test_every_batch_dialog_is_made(provider) -> None:
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    for algorithm in provider.algorithms():
        dialog = BatchAlgorithmDialog(algorithm.create())
        dialog.close()


def test_menu_offers_every_algorithm_and_the_settings(parts, provider) -> None:
    from near_things.qgis_plugin.provider import ALGORITHMS

    texts = [action.text() for action in parts.actions()]
    assert texts[0] == "Open the panel" and texts[-1] == "Settings…"
    # In the order of the work; one of each, the shipped models aside.
    assert texts[1:-1] == [f"{algorithm.title}…" for algorithm in ALGORITHMS]
    shown = {algorithm.displayName() for algorithm in provider.algorithms()}
    assert {text.rstrip("…") for text in texts[1:-1]} <= shown
    assert len(ALGORITHMS) >= 13


def test_nothing_is_left_behind(interface, parts) -> None:
    assert len(interface.factories) == 1
    assert interface.menu.actions() and interface.toolbar.actions()
    parts.remove()
    assert interface.factories == []
    assert interface.menu.actions() == [] and interface.toolbar.actions() == []


def test_settings_open_at_our_page(interface, parts) -> None:
    parts.actions()[-1].trigger()
    page = interface.factories[0].createWidget()
    assert interface.shown == [page.objectName()]


def test_menu_without_a_backend_offers_the_settings(interface, parts, monkeypatch) -> None:
    from qgis.PyQt.QtWidgets import QPushButton

    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    parts.actions()[1].trigger()
    message = interface.bar.currentItem()
    assert "There is no file at /absent/python" in message.text()
    message.findChild(QPushButton).click()
    assert interface.shown


def test_interpreter_is_kept(page, tmp_path: Path) -> None:
    from near_things.qgis_plugin.environment import default_interpreter, interpreter

    assert page.python() == default_interpreter()
    page.file.setFilePath(str(tmp_path / "python"))
    page.apply()
    try:
        assert interpreter() == tmp_path / "python"
    finally:
        page.file.setFilePath("")
        page.apply()
    assert interpreter() == default_interpreter()


def test_a_linked_interpreter_stays_a_link(page, tmp_path: Path) -> None:
    # A virtual environment is known by the link's place, not by what it points to.
    link = tmp_path / "python"
    link.symlink_to("/usr/bin/python3")
    page.file.setFilePath(str(link))
    assert page.python() == link


def test_check_tells_what_was_found(page, fake_backend, monkeypatch) -> None:
    python = fake_backend(f"assert verb == 'backend.doctor'\nprint({json.dumps(READY)!r})")
    monkeypatch.delenv("NEAR_THINGS_PYTHON")
    page.file.setFilePath(str(python))
    page.start_check()
    assert not page.check.isEnabled() and "Checking" in page.answer.text()
    assert spin(page.check.isEnabled)
    text = page.answer.text()
    assert "Not ready: disk" in text and "✓ Python" in text
    assert "✗ Disk: 0 GB &lt;free&gt;" in text and "→ free some space" in text


@pytest.mark.parametrize(
    "body, expected",
    [
        ("print('no module', file=sys.stderr)\nsys.exit(1)", "could not run the check"),
        ("print('[1, 2]')", "could not run the check"),
        ("os.kill(os.getpid(), 9)", "could not run the check"),
    ],
)
def test_check_of_a_broken_interpreter(page, fake_backend, monkeypatch, body, expected) -> None:
    python = fake_backend(body)
    monkeypatch.delenv("NEAR_THINGS_PYTHON")
    page.file.setFilePath(str(python))
    page.start_check()
    assert spin(page.check.isEnabled)
    assert expected in page.answer.text()


def test_check_of_no_interpreter(page, tmp_path: Path) -> None:
    page.file.setFilePath(str(tmp_path / "absent"))
    page.start_check()
    assert page.check.isEnabled() and "There is no file" in page.answer.text()
    page.file.setFilePath(str(tmp_path))
    page.start_check()
    assert "No program is at" in page.answer.text()


def test_options_may_be_closed_during_a_check(
    provider, fake_backend, monkeypatch, tmp_path: Path
) -> None:
    """QGIS deletes the page with its dialog, and sends no close event to it."""
    from near_things.qgis_plugin.gui.options import OptionsFactory
    from qgis.PyQt.QtCore import QCoreApplication, QEvent
    from qgis.PyQt.QtWidgets import QDialog, QVBoxLayout

    number = tmp_path / "number"
    python = fake_backend(f"open({str(number)!r}, 'w').write(str(os.getpid()))\ntime.sleep(2)")
    monkeypatch.delenv("NEAR_THINGS_PYTHON")
    raised: list = []
    monkeypatch.setattr(sys, "excepthook", lambda *what: raised.append(what))
    dialog = QDialog()
    page = OptionsFactory().createWidget(dialog)
    QVBoxLayout(dialog).addWidget(page)
    page.file.setFilePath(str(python))
    page.start_check()
    assert spin(lambda: number.exists() and number.read_text() != "")
    dialog.deleteLater()
    QCoreApplication.sendPostedEvents(dialog, QEvent.Type.DeferredDelete)
    assert spin(lambda: not Path(f"/proc/{number.read_text()}").exists(), 1)
    spin(lambda: bool(raised), 0.5)
    assert raised == []


def test_a_form_that_is_filled_in_has_no_problem(provider, tmp_path: Path) -> None:
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("findsimilar").create()
    dialog = AlgorithmDialog(algorithm)
    path = str(write_raster(tmp_path / "map.tif"))
    dialog.setParameters(dict(EMBEDDING=path, POINTS="300500,4099500 [EPSG:32612]"))
    # What the fields that were left alone hold is up to QGIS: null variants, empty texts.
    values = dialog.createProcessingParameters()
    assert algorithm.checkParameterValues(values, QgsProcessingContext()) == (True, "")
    dialog.close()
