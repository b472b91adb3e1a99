"""A project, a session and a panel over a map of random vectors."""

from __future__ import annotations

import numpy as np
import pytest
from exploring import random_vectors, write_map_vectors
from exploring_by_click import DIMENSION, HEIGHT, WIDTH
from interface import FakeInterface


@pytest.fixture
def project(project):
    """The project, in the CRS of the maps."""
    from qgis.core import QgsCoordinateReferenceSystem

    project.setCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    return project


@pytest.fixture
def session(project, tmp_path):
    """A session whose work folder is new, with a map canvas of 800 by 600 pixels."""
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "Near Things")
    interface = FakeInterface()
    interface.window.resize(800, 600)
    interface.window.show()
    session = Session(interface)
    session.interface = interface
    yield session
    session.close()
    interface.window.close()
    PluginSettings().workspace = ""


@pytest.fixture
def page(session):
    """The page, whose search is closed before its window's."""
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    page = ExplorePage(session)
    yield page
    page.close_panel()
    page.close()


@pytest.fixture
def raw() -> np.ndarray:
    return random_vectors(HEIGHT, WIDTH, DIMENSION)


@pytest.fixture
def panel(session, raw, tmp_path):
    """A panel over a map of 60 by 40 cells, shown whole on the canvas."""
    from near_things.qgis_plugin.explore.search import Search
    from near_things.qgis_plugin.explore.vectors import open_vectors
    from near_things.qgis_plugin.gui.explore_page.search_panel import SearchPanel
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

    canvas = session.iface.mapCanvas()
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    vectors = open_vectors(write_map_vectors(tmp_path / "zion.vectors", raw))
    canvas.setExtent(QgsRectangle(*vectors.grid.bounds()))
    panel = SearchPanel(session, Search(vectors, "zion"))
    panel.resize(380, 640)
    panel.show()
    panel.start()
    yield panel
    if panel.marks.scene() is not None:
        panel.close_search()
    panel.close()
