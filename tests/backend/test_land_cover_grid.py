"""The pixel under a layer pixel's centre, against projecting every centre."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from backend.data.coordinates import apply
from backend.data.land_cover_files import LayerFile, pixel_coordinates
from backend.data.land_cover_grid import pixels_in_grid
from backend.data.scenes import open_scene
from tests.backend.rasters import noise, write_raster

ALBERS = Affine(30, 0, -1313000, 0, -30, 1786000)
DEGREES = Affine(1 / 12000, 0, -113.3, 0, -1 / 12000, 37.05)


@pytest.mark.parametrize(
    ("crs", "transform", "window"),
    [
        ("EPSG:5070", ALBERS, Window(0, 0, 90, 70)),
        ("EPSG:4326", DEGREES, Window(5, 3, 200, 61)),
        ("EPSG:4326", DEGREES, Window(0, 0, 1, 2)),
        ("EPSG:32612", Affine(10, 0, 3e5 - 20, 0, -10, 4.1e6 + 50), Window(0, 0, 60, 50)),
        ("EPSG:32612", Affine(9, 2, 3e5, 1, -9, 4.1e6), Window(0, 0, 40, 50)),
        # Across the edge of where a pole's projection is defined there are no numbers.
        ("EPSG:4326", Affine(1, 0, -180, 0, -1, 90), Window(0, 0, 360, 181)),
    ],
)
def test_every_centre_is_where_its_projection_is(tmp_path, crs, transform, window):
    # Scene pixels of 10 m from (300000, 4100000): many centres fall close to their edges.
    path = write_raster(
        tmp_path / "a.tif", noise((60, 80)), transform=Affine(10, 0, 3e5, 0, -10, 4.1e6)
    )
    scene = open_scene(str(path))
    file = LayerFile("layer", CRS.from_string(crs), transform, 400, 400, None)
    down, across = np.broadcast_arrays(*pixels_in_grid(file, window, scene))
    rows, columns = np.indices((window.height, window.width))
    x, y = apply(transform, columns + window.col_off + 0.5, rows + window.row_off + 0.5)
    exact = pixel_coordinates(scene, file.crs, x.ravel(), y.ravel())
    known = np.isfinite(exact).all(axis=0).reshape(rows.shape)
    for found, values in zip((across, down), exact, strict=True):
        expected = np.floor(values.round(6)).reshape(rows.shape)
        assert found.shape == rows.shape
        assert (found[known] == expected[known]).all()
