"""The whole line through the dock, with the real backend: layers, tiles, run, map, a click."""

from __future__ import annotations

from pathlib import Path

import pytest
from inputs import backend_python
from interface import FakeInterface, spin

pytestmark = pytest.mark.slow
MINUTES = 4 * 60.0


@pytest.fixture
def dock(provider, tmp_path: Path, monkeypatch):
    """The dock of a window, in a work folder of its own."""
    from near_things.qgis_plugin.gui.window import WindowParts
    from near_things.qgis_plugin.settings import PluginSettings
    from qgis.core import QgsProject

    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(backend_python()))
    QgsProject.instance().clear()
    PluginSettings().workspace = str(tmp_path / "Près d’ici")
    interface = FakeInterface()
    parts = WindowParts(interface)
    parts.add()
    interface.window.resize(1280, 720)
    interface.window.show()
    parts.open_dock()
    yield parts.dock
    parts.remove()
    interface.window.close()
    QgsProject.instance().clear()
    PluginSettings().workspace = ""


def came(signal) -> list:
    """What a signal gives, once it comes."""
    values: list = []
    signal.connect(lambda *given: values.append(given))
    return values


def press(text: str, within) -> None:
    """Press the button of that text, which a user must be able to press."""
    from qgis.PyQt.QtWidgets import QAbstractButton

    buttons = [b for b in within.findChildren(QAbstractButton) if b.text() == text]
    (button,) = [b for b in buttons if b.isVisible()]
    assert button.isEnabled(), text
    button.click()


def go_on(dock, *, tiles: int, tile_px: int) -> None:
    """From the filled page “Data” to places that look alike."""
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    data, train, explore = (dock.tabs.widget(n).widget() for n in range(3))
    session, canvas = dock.session, dock.session.iface.mapCanvas()
    data.tile.spin.setValue(tile_px)
    data.radius.spin.setValue(8)
    data.count.spin.setValue(tiles)
    assert spin(lambda: data.build.build.isEnabled() and "chips" in data.build.line.text())
    written = came(session.dataset_written)
    press("Build", data)
    assert spin(lambda: bool(written), MINUTES)

    session.show_page("train")
    assert spin(lambda: train.new_run.dataset.currentData() == written[0][0])
    train.new_run.steps.setValue(3)
    train.new_run.form.set_values(dict(batch_size=16))
    runs = came(session.run_written)
    press("Start", train)
    assert spin(lambda: bool(runs), MINUTES)
    (card,) = train.cards.values()
    assert spin(lambda: "Done" in card.state.text())

    session.show_page("explore")
    assert spin(lambda: explore.make_map.chosen_encoder is not None)
    explore.make_map.stride.setValue(32)
    maps = came(session.map_written)
    press("Make embedding map", explore)
    assert spin(lambda: bool(maps), MINUTES)
    assert spin(lambda: explore.map_box.chosen is not None)
    assert explore.map_box.chosen.path == Path(maps[0][0])

    press("Find similar", explore)
    assert spin(lambda: explore.panel is not None, MINUTES)
    search = explore.panel.search
    assert Path(maps[0][0]) in session.workspace.maps()
    explore.panel.look_at()
    answers = came(search.answered)
    west, south, east, north = search.vectors.grid.bounds()
    corners = [
        canvas.getCoordinateTransform().transform(x, y)
        for x in (west, east)
        for y in (south, north)
    ]
    middle = QPoint(
        round(sum(point.x() for point in corners) / 4),
        round(sum(point.y() for point in corners) / 4),
    )
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle
    )
    assert spin(lambda: bool(answers) and answers[-1][0] is not None)
    assert len(search.pins) == 1 and "places" in explore.panel.words.text()


def test_sample_landscape(dock) -> None:
    data = dock.tabs.widget(0).widget()
    samples = came(dock.session.sample_written)
    press("Try it on the sample landscape", data)
    assert spin(lambda: bool(samples), MINUTES)
    assert spin(lambda: not data.land_cover.is_looking)
    assert len(data.scenes.chosen()) == 2 and data.land_cover.layer() is not None
    go_on(dock, tiles=80, tile_px=16)


def test_zion(dock, real_data: Path) -> None:
    from qgis.core import QgsProject, QgsRasterLayer

    folder = real_data / "zion_landsat8_nlcd"
    names = ("nlcd", "landsat8_b5", "landsat8_b4", "landsat8_b3", "landsat8_b2")
    layers = [QgsRasterLayer(str(folder / f"{name}.tif"), name) for name in names]
    QgsProject.instance().addMapLayers(layers)
    dock.session.iface.mapCanvas().setDestinationCrs(layers[1].crs())
    dock.session.iface.mapCanvas().setExtent(layers[1].extent())
    data = dock.tabs.widget(0).widget()
    assert spin(lambda: bool(data.scenes.chosen()) and not data.land_cover.is_looking)
    assert data.scenes.bands_label.text() == "blue, green, red, nir"
    go_on(dock, tiles=60, tile_px=16)
