"""Small inputs for tests: rasters, layers, and what the backend would have written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy
import pytest
from osgeo import gdal, osr
from qgis.core import QgsFeature, QgsGeometry, QgsRasterLayer, QgsVectorLayer

gdal.UseExceptions()

REPOSITORY = Path(__file__).resolve().parents[2]

# A fake that writes down its arguments and is done.
OBEDIENT = """
open(os.path.join(os.path.dirname(__file__), "arguments.json"), "w").write(json.dumps(sys.argv))
say("started", verb=verb, job={}, process_id=1, software="0")
progress(1, 2)
progress(2, 2)
"""


def write_raster(
    path: Path,
    *,
    width: int = 60,
    height: int = 40,
    bands: int = 1,
    epsg: int | None = 32612,
    west: float = 300000.0,
    north: float = 4100000.0,
    pixel: float = 30.0,
) -> Path:
    """A GeoTIFF of zeros; without `epsg` it has no CRS."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = gdal.GetDriverByName("GTiff").Create(str(path), width, height, bands)
    file.SetGeoTransform((west, pixel, 0.0, north, 0.0, -pixel))
    if epsg:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        file.SetProjection(reference.ExportToWkt())
    for number in range(bands):
        file.GetRasterBand(number + 1).WriteArray(numpy.zeros((height, width), "uint8"))
    file.FlushCache()
    return path


def raster_layer(path: Path, **options) -> QgsRasterLayer:
    """A layer of a new raster; see `write_raster`."""
    return QgsRasterLayer(str(write_raster(path, **options)), path.stem)


def polygon_layer(name: str = "polygons", *, epsg: int = 32612) -> QgsVectorLayer:
    """Two squares in memory, over the rasters of `write_raster`, with a class field."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:{epsg}&field=class:string", name, "memory")
    features = []
    for number, cover in enumerate(("forest", "water")):
        x, y = 300000 + 300 * number, 4099000
        feature = QgsFeature(layer.fields())
        feature.setGeometry(
            QgsGeometry.fromWkt(f"POLYGON(({x} {y}, {x} {y + 200}, {x + 200} {y + 200}, {x} {y}))")
        )
        feature.setAttributes([cover])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    return layer


def dataset_folder(folder: Path, **changes) -> Path:
    """A folder with the dataset.json of a tile dataset."""
    folder.mkdir(parents=True)
    record = dict(
        neighbour_radius_px=8, bands=[{"name": "red"}], classes=[], dates_per_chip=1, count=12,
        tile_size_px=32,
    )  # fmt: skip
    (folder / "dataset.json").write_text(json.dumps({**record, **changes}))
    return folder


def encoder_file(folder: Path) -> Path:
    """A file under an encoder's name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "encoder.safetensors"
    path.write_bytes(b"")
    return path


def asked(python: Path) -> list[str]:
    """The job's arguments that the fake backend was given."""
    return json.loads((python.parent / "arguments.json").read_text())[5:]


def backend_python() -> Path:
    """The real backend's interpreter; the test is skipped, or fails under CI, where it lacks."""
    path = Path(os.environ.get("NEAR_THINGS_PYTHON") or REPOSITORY / ".venv" / "bin" / "python")
    if not path.exists():
        message = f"no backend's Python at {path}; make it with `make setup`"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


def destination(path: str, project):
    """An output that is to be loaded."""
    from qgis.core import QgsProcessingOutputLayerDefinition

    return QgsProcessingOutputLayerDefinition(path, project)
