"""The page Data in a project of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_page_inputs import BACKEND
from interface import FakeInterface


@pytest.fixture
def session(provider, project, tmp_path: Path):
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "wörk folder")
    session = Session(FakeInterface())
    session.iface.window.resize(900, 600)
    session.iface.window.show()
    yield session
    session.close()
    session.iface.window.close()
    PluginSettings().workspace = ""


@pytest.fixture
def page(session):
    from near_things.qgis_plugin.gui.data_page.page import DataPage

    page = DataPage(session)
    page.resize(360, 640)
    page.show()
    yield page
    page.build.estimator.stop()
    page.close()
    page.deleteLater()


@pytest.fixture
def backend(monkeypatch):
    """The real backend."""
    if not BACKEND.exists():
        pytest.skip("no environment of the backend: run make setup")
    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(BACKEND))
