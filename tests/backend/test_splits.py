"""Splits: no two share ground, on any date, in any CRS; shares and land cover are met."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine

from backend.data.dataset import SPLITS, TileDataset
from backend.data.ground import find_places
from backend.data.scenes import open_scene
from tests.backend.rasters import GRID, build, noise, write_raster


def _ground(dataset: TileDataset, split: str) -> shapely.Geometry:
    chips = dataset.table("chips").to_crs("EPSG:32612")
    return shapely.union_all(chips.geometry[chips.split == split])


def _shared_m2(dataset: TileDataset) -> float:
    parts = [_ground(dataset, split) for split in SPLITS]
    pairs = ((0, 1), (0, 2), (1, 2))
    return max(shapely.area(shapely.intersection(parts[a], parts[b])) for a, b in pairs)


def test_splits_share_no_pixel_and_tiles_keep_their_distance(tmp_path):
    scene = write_raster(tmp_path / "a.tif", noise((2, 160, 200)), names=("red", "nir"))
    assert build(scene, tmp_path / "d.tiles", count=400) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    assert _shared_m2(dataset) == 0
    tiles = dataset.table("tiles")
    parts = [shapely.union_all(tiles.geometry[tiles.split == split]) for split in SPLITS]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        # Two radii of 4 px of 30 m.
        assert shapely.distance(parts[one], parts[other]) >= 240


def test_dates_of_one_place_share_their_blocks(tmp_path):
    """Second and third date lie a part of a pixel aside, as NAIP's do."""
    shifts = (Affine.identity(), Affine.translation(0.4, -0.2), Affine.translation(-3.25, 2.0))
    paths = [
        write_raster(tmp_path / f"x_200{n}0101.tif", noise((120, 150), n), transform=GRID * shift)
        for n, shift in enumerate(shifts)
    ]
    assert build(" :: ".join(map(str, paths)), tmp_path / "d.tiles", count=600) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    assert _shared_m2(dataset) == 0
    table = dataset.table("chips")
    assert set(table.date) == {"2000-01-01", "2001-01-01", "2002-01-01"}
    assert (table.groupby(["scene", "split"]).size() > 0).sum() == 9


def test_scenes_of_two_crs_share_their_blocks(tmp_path):
    """The same ground in two UTM zones: grids turned against each other by about 3.7 degrees."""
    first = write_raster(tmp_path / "a.tif", noise((140, 140)))
    # (300000, 4200000) in zone 12 is (827600, 4204870) in zone 11, to about ten metres.
    other = Affine(30, 0, 827_700, 0, -30, 4_204_700)
    second = write_raster(tmp_path / "b.tif", noise((130, 130)), transform=other, crs="EPSG:32611")
    assert build(f"{first} :: {second}", tmp_path / "d.tiles", count=600) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    table = dataset.table("chips")
    assert table.crs.to_epsg() == 4326
    assert (table.groupby(["scene", "split"]).size() > 0).sum() == 6
    assert _shared_m2(dataset) < 1e-3 * 900


def test_places_are_scenes_that_overlap(tmp_path):
    """a and b overlap, c lies apart, d joins nothing but b."""
    moves = ((0, 0), (30, 0), (400, 0), (60, 30))
    scenes = [
        open_scene(
            str(
                write_raster(
                    tmp_path / f"{n}.tif",
                    noise((40, 40)),
                    transform=GRID * Affine.translation(*move),
                )
            )
        )
        for n, move in enumerate(moves)
    ]
    places = find_places(scenes)
    assert [place.scenes for place in places] == [[0, 1, 3], [2]]
    assert places[0].first == (0, 0) and places[0].last == (70, 100)


def test_shares_of_ground_and_of_chips_are_those_asked_for(tmp_path):
    scene = write_raster(tmp_path / "a.tif", noise((300, 300)))
    options = dict(count=500, test_fraction=0.3, validation_fraction=0.0)
    assert build(scene, tmp_path / "d.tiles", **options) == 0
    information = TileDataset(tmp_path / "d.tiles").information
    assert information.splits == {"train": 350, "validation": 0, "test": 150}
    assert information.blocks["shares"]["test"] == pytest.approx(0.3, abs=0.03)
    assert information.blocks["shares"]["validation"] == 0


def test_land_cover_is_spread_over_the_splits(tmp_path):
    """A class in fields of 20 px over a quarter of the land: each split gets about its share."""
    generator = np.random.default_rng(4)
    fields = np.where(generator.random((20, 20)) < 0.25, 2, 1)
    codes = np.kron(fields, np.ones((20, 20), int)).astype("uint8")
    write_raster(tmp_path / "l.tif", codes)
    (tmp_path / "t.json").write_text('[{"name":"A","codes":[1]},{"name":"B","codes":[2]}]')
    scene = write_raster(tmp_path / "a.tif", noise((400, 400)))
    layer = ["--land-cover", tmp_path / "l.tif", "--class-table", tmp_path / "t.json"]
    assert build(scene, tmp_path / "d.tiles", *layer, count=900, block_size_px=40) == 0
    tiles = TileDataset(tmp_path / "d.tiles").table()
    share = tiles.groupby("split")["b"].sum() / (64 * tiles.groupby("split").size())
    whole = (codes == 2).mean()
    assert (np.abs(share - whole) < 0.08).all(), share


def test_the_seed_decides_the_blocks(tmp_path):
    scene = write_raster(tmp_path / "a.tif", noise((160, 200)))
    grounds = []
    for number, seed in enumerate((0, 0, 1)):
        assert build(scene, tmp_path / f"{number}.tiles", seed=seed) == 0
        grounds.append(TileDataset(tmp_path / f"{number}.tiles").information.fingerprint)
    assert grounds[0] == grounds[1] != grounds[2]
