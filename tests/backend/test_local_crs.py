"""Scenes of a local CRS, such as a building site's, that is not tied to the Earth."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from backend.data.coordinates import local_metres
from backend.data.dataset import TileDataset
from backend.data.map_targets import layer_values, position_clusters
from backend.data.relations.ground import make_ground
from backend.runtime.errors import DataError, RequestError
from tests.backend.rasters import build, noise, write_raster

SITE = 'LOCAL_CS["Site",UNIT["foot",0.3048],AXIS["Easting",EAST],AXIS["Northing",NORTH]]'
GRID = Affine(2.0, 0.0, 1000.0, 0.0, -2.0, 5000.0)
FAR = GRID * Affine.translation(500, 0)


@pytest.fixture
def scenes(tmp_path):
    """Two scenes of one place, the second half a pixel aside, and one far from them."""
    grids = {"a": GRID, "b": GRID * Affine.translation(20.5, 0), "c": FAR}
    paths = [
        write_raster(tmp_path / f"{name}.tif", noise((2, 80, 90), n), transform=grid, crs=SITE)
        for n, (name, grid) in enumerate(grids.items())
    ]
    return " :: ".join(map(str, paths))


def test_they_build(tmp_path, scenes, capsys):
    codes = np.random.default_rng(1).integers(1, 3, (40, 60)).astype("uint8")
    layer = write_raster(
        tmp_path / "l.tif", codes, transform=GRID * Affine.scale(2), crs=SITE, nodata=0
    )
    (tmp_path / "t.json").write_text(json.dumps([{"name": "Any", "codes": ["1-2"]}]))
    box = shapely.box(0, 4870, 3000, 6000)
    frame = geopandas.GeoDataFrame(geometry=[box], crs=CRS.from_wkt(SITE).to_wkt())
    frame.to_file(tmp_path / "area.gpkg")
    options = dict(land_cover=layer, class_table=tmp_path / "t.json", area=tmp_path / "area.gpkg")
    assert build(scenes, tmp_path / "d.tiles", count=90, **options) == 0
    assert "Traceback" not in capsys.readouterr().err
    dataset = TileDataset(tmp_path / "d.tiles")
    assert dataset.information.ground_resolution_m == pytest.approx(2 * 0.3048)
    chips = dataset.table("chips")
    assert chips.crs.name == "Site" and chips.geometry.within(box).all()
    assert set(chips.scene) == {"a", "b", "c"}
    places = make_ground(dataset).places[[chips.scene.tolist().index(n) for n in "abc"]]
    assert places[0] == places[1] != places[2]
    with pytest.raises(RequestError, match="have none on the ground"):
        position_clusters(dataset, 3, seed=0)
    mean = layer_values(dataset, layer)[0][:, 0]
    assert ((mean >= 1) & (mean <= 2)).any()
    other = write_raster(tmp_path / "u.tif", noise((80, 90)), transform=GRID)
    with pytest.raises(DataError, match="nothing leads from the CRS Site"):
        layer_values(dataset, other)
    splits = [shapely.union_all(chips.geometry[chips.split == s]) for s in ("train", "test")]
    assert shapely.area(shapely.intersection(*splits)) == 0


def test_polygons_of_the_same_crs_cover_them(tmp_path, scenes):
    box = shapely.box(0, 4900, 3000, 6000)
    frame = geopandas.GeoDataFrame({"kind": ["a"]}, geometry=[box], crs=CRS.from_wkt(SITE).to_wkt())
    frame.to_file(tmp_path / "p.gpkg")
    options = dict(land_cover=tmp_path / "p.gpkg", class_field="kind")
    assert build(scenes, tmp_path / "d.tiles", **options) == 0
    table = TileDataset(tmp_path / "d.tiles").table("tiles")
    column = TileDataset(tmp_path / "d.tiles").information.classes[0].column
    assert (table[column][table.geometry.within(box)] == 64).all()


@pytest.mark.parametrize("option", ["land_cover", "area", "scene"])
def test_other_layers_must_share_it(tmp_path, scenes, capsys, option):
    """No transformation leads to a CRS on Earth: told in one line, with what would do."""
    other = write_raster(tmp_path / "u.tif", noise((2, 80, 90)), transform=GRID)
    frame = geopandas.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:32612")
    frame.to_file(tmp_path / "area.gpkg")
    (tmp_path / "t.json").write_text(json.dumps([{"name": "Any", "codes": ["0-255"]}]))
    options = dict(
        land_cover=dict(land_cover=other, class_table=tmp_path / "t.json"),
        area=dict(area=tmp_path / "area.gpkg"),
        scene={},
    )[option]
    given = f"{scenes} :: {other}" if option == "scene" else scenes
    assert build(given, tmp_path / "d.tiles", **options) == 3
    error = capsys.readouterr().err
    assert "not tied to the Earth" in error and "Traceback" not in error
    assert "gdal_edit.py -a_srs" in error


def test_metres_of_a_local_crs_are_its_units():
    x, y = local_metres(CRS.from_wkt(SITE), np.array([0.0, 10.0]), np.array([0.0, 20.0]))
    np.testing.assert_allclose([x, y], [[-1.524, 1.524], [-3.048, 3.048]])
