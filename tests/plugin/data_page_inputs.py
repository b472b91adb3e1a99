"""Scenes for the page Data, and what a fake of the backend answers to its questions."""

from __future__ import annotations

from pathlib import Path

from inputs import raster_layer
from interface import spin

REPOSITORY = Path(__file__).resolve().parents[2]
BACKEND = REPOSITORY / ".venv" / "bin" / "python"
ANSWER = """
if verb == "estimate":
    count = int(option("--count"))
    progress(1, 2, "look at scenes")
    say("metric", step=0, values=dict(chips=min(count, 5000), fitting=5000, train=7, validation=1,
        test=2, chip_bytes=32768, bytes=32768 * count, disk_bytes=37000 * count, seconds=100.0))
    if count > 5000:
        say("error", message="9,000 chips are asked for, and 5,000 fit", hint="", exit_status=3)
        finish("failed", 3)
    finish()
"""


def show(page, *layers) -> None:
    """Add layers to the project, and let the page find them."""
    from qgis.core import QgsProject

    QgsProject.instance().addMapLayers(list(layers), True)
    # The layer tree puts the last on top; the page goes by the tree.
    assert spin(lambda: not page._later.isActive() and not page.land_cover.is_looking)


def landsat(folder: Path, *, width: int = 200, height: int = 160):
    """Two band files of one scene."""
    return [
        raster_layer(folder / f"LC08_20130601_B{n}.tif", width=width, height=height) for n in (3, 4)
    ]


def settled(page) -> bool:
    """Layers are read, and the estimate has come, or a sentence that there is none."""
    return spin(
        lambda: (
            not (page.land_cover.is_looking or page.land_cover.is_reading or page.area.is_reading)
            and not page.build.estimator.is_running
        ),
        120,
    )
