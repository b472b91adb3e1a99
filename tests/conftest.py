"""What all tests of the backend share: the folder of real imagery."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real imagery, named by NEAR_THINGS_DATA (../shared/data by default).

    Where it is absent the test is skipped, but under CI=true that is a failure.
    """
    folder = Path(os.environ.get("NEAR_THINGS_DATA", REPOSITORY.parent / "shared" / "data"))
    if folder.is_dir():
        return folder.resolve()
    message = f"no real imagery in {folder}; name its folder by NEAR_THINGS_DATA"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def zion(real_data: Path) -> Path:
    """The Landsat 8 scene of Zion with its land cover."""
    return real_data / "zion_landsat8_nlcd"
