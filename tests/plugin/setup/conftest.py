"""The set-up of the environment, and settings that are put back."""

from __future__ import annotations

import pytest


@pytest.fixture
def setup(provider):
    """The package of the set-up, with its modules."""
    from near_things.qgis_plugin import setup
    from near_things.qgis_plugin.setup import (  # noqa: F401
        accelerators,
        diagnostics,
        failures,
        install_lock,
        locks,
        network,
        pip_progress,
        places,
        preflight,
        pythons,
        steps,
    )

    return setup


@pytest.fixture
def settings(provider):
    """The plugin's settings, put back afterwards."""
    from near_things.qgis_plugin.settings import PluginSettings

    kept = PluginSettings()
    before = kept.interpreter, kept.environments
    yield kept
    kept.interpreter, kept.environments = before
