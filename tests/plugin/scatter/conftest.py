"""A scatter plot by itself, and the window that users open."""

from __future__ import annotations

from pathlib import Path

import pytest
from interface import FakeInterface


@pytest.fixture
def plot(project):
    from near_things.qgis_plugin.gui.scatter.plot import ScatterPlot

    plot = ScatterPlot()
    plot.resize(600, 400)
    plot.show()
    yield plot
    plot.close_link()
    plot.close()


@pytest.fixture
def window(project, tmp_path: Path):
    from near_things.qgis_plugin.gui.scatter.window import close_scatter_plot, open_scatter_plot
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "wörk folder")
    interface = FakeInterface()
    session = Session(interface)
    window = open_scatter_plot(session)
    yield window
    close_scatter_plot(interface.window)
    session.close()
    interface.window.close()
    PluginSettings().workspace = ""
