"""A work folder with two datasets, and the page over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from inputs import dataset_folder
from interface import FakeInterface


@pytest.fixture
def folder(provider, tmp_path: Path):
    """A work folder for the length of a test, with two datasets."""
    from near_things.qgis_plugin.settings import PluginSettings

    folder = tmp_path / "wörk"
    splits = dict(train=64, validation=8, test=8)
    dataset_folder(folder / "zion.tiles", splits=splits, tile_size_px=8)
    dataset_folder(folder / "alone.tiles", splits=splits, tile_size_px=8, neighbour_radius_px=0)
    PluginSettings().workspace = str(folder)
    yield folder
    PluginSettings().workspace = ""


@pytest.fixture
def make_page(folder):
    """A function that makes the page, in a window of a small screen."""
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.gui.train_page.page import TrainPage

    made = []

    def make():
        session = Session(FakeInterface())
        page = TrainPage(session)
        page.resize(400, 700)
        page.show()
        made.append((session, page))
        return page

    yield make
    for session, page in made:
        page.follower.close()
        session.close()
        page.close()
