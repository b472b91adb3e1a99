"""GeoKR's crops and labels, and tiles that lie on the ground: places, scenes, splits in blocks."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from backend.data.dataset import TileDataset
from backend.data.geokr_labels import CODES, label_path, read_label, write_label
from backend.data.ingest.collection import Look
from backend.data.ingest.placing import place_on_ground, place_side_by_side
from backend.data.ingest.sentinel2 import EUROSAT_ORDER
from backend.data.ingest.splitting import LEFT_OUT, outlines, overlaps, split_by_blocks
from backend.runtime.errors import DataError
from tests.backend.ingesting import ingest
from tests.backend.rasters import GRID, noise, write_raster

SCENE = noise((3, 68, 68))
# Crops of 16 px, 12 px apart, as GeoKR's 256 px are 200 px apart: 5 × 5 of them.
PLACES = [(row, column) for row in range(0, 60, 12) for column in range(0, 60, 12)]


def write_crops(folder: Path, **layout: object) -> list[Path]:
    """Crops SCENE_column_row.tif of the scene in a folder named after it."""
    folder.mkdir(parents=True)
    paths = []
    for row, column in PLACES:
        pixels = SCENE[:, row : row + 16, column : column + 16]
        here = GRID * Affine.translation(column, row)
        path = folder / f"GF1_{column}_{row}.tif"
        paths.append(write_raster(path, pixels, transform=here, **layout))
    return paths


def write_labels(root: Path, crops: list[Path]) -> list[dict[int, int]]:
    """Made-up counts: forest grows and water shrinks along the crops, tundra in subclasses."""
    (root / crops[0].parent.name).mkdir(parents=True, exist_ok=True)
    labels = []
    for number, crop in enumerate(crops):
        labels.append({20: 3 * number, 60: 100 - number, 71: 2, 79: 5, 0: 7, 255: 1})
        write_label(label_path(root, crop), labels[-1])
    return labels


def test_fact_1a_labels_have_the_released_keys(tmp_path: Path) -> None:
    path = label_path(tmp_path, Path("/x/GF1_PMS/GF1_PMS_0_200.tiff"))
    assert path == tmp_path / "GF1_PMS" / "GF1_PMS_0_200.json"
    path.parent.mkdir()
    write_label(path, {10: 4, 71: 2, 75: np.int64(3), 70: 1, 0: 99, 255: 8})
    keys = "Cultivated_Land Foreast Grassland Shrubland Wetland Waterbodies Tundra"
    keys += " Artifical_Surfaces Bareland Permanent_Snow sea"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert list(content) == keys.split()
    # Subclasses of tundra add up; no data is left out.
    assert list(content.values()) == [4, 0, 0, 0, 0, 0, 6, 0, 0, 0, 8]
    assert read_label(path) == dict.fromkeys(CODES.values(), 0) | {10: 4, 70: 6, 255: 8}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[1, 2]", "is no label of GeoKR"),
        ("{}", "is no label of GeoKR: it is empty"),
        ('{"Forest": 3}', "is no label of GeoKR: Forest"),
        ('{"Foreast": -1}', "Foreast is -1"),
        ('{"Foreast": 0.5}', "Foreast is 0.5"),
        ('{"Foreast": true}', "Foreast is True"),
    ],
)
def test_labels_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "label.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_label(path)


@pytest.mark.parametrize("beside", [True, False])
def test_crops_become_a_dataset_with_land_cover(tmp_path: Path, beside: bool) -> None:
    source = tmp_path / "crops é"
    root = source if beside else tmp_path / "labels"
    labels = write_labels(root, write_crops(source / "GF1_PMS"))
    options = {} if beside else {"label_folder": root}
    assert ingest(source, tmp_path / "a.tiles", **options, split="random", count=20) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    table, information = dataset.table(), dataset.information
    assert [c.name for c in information.classes][1] == "Forest" and len(dataset) == 20
    [scene] = information.scenes
    assert scene.name == "GF1_PMS" and information.ground_resolution_m == 30
    whole = Affine(*scene.transform)
    for number, row in table.iterrows():
        column, line = (int(part) for part in Path(row["file"]).stem.split("_")[1:])
        label = labels[PLACES.index((line, column))]
        assert row["forest"] == label[20] and row["water_bodies"] == label[60]
        assert row["tundra"] == 7 and row["sea"] == 1 and row["wetland"] == 0
        expected = SCENE[:, line : line + 16, column : column + 16]
        np.testing.assert_array_equal(dataset.chips[number][0], expected)
        # The chip lies where it was cut.
        west, north = GRID * (column, line)
        assert row.geometry.equals(shapely.box(west, north - 480, west + 480, north))
        assert whole * (row["column_px"], row["row_px"]) == (west, north)
    assert table.crs == "EPSG:32612"


def test_splits_in_blocks_share_no_pixel(tmp_path: Path) -> None:
    labels = write_crops(tmp_path / "crops" / "GF1_PMS")
    write_labels(tmp_path / "crops", labels)
    assert ingest(tmp_path / "crops", tmp_path / "a.tiles", test_fraction=0.4) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    table = dataset.table()
    seen: dict[str, np.ndarray] = {}
    for split in ("train", "test"):
        seen[split] = np.zeros((68, 68), bool)
        for file in table.loc[table["split"] == split, "file"]:
            column, row = (int(part) for part in Path(file).stem.split("_")[1:])
            seen[split][row : row + 16, column : column + 16] = True
        assert seen[split].any()
    assert not (seen["train"] & seen["test"]).any()
    left_out = dataset.information.blocks["left_out"]
    assert len(dataset) + left_out == len(PLACES) and left_out > 0


def test_overlaps_against_every_pair() -> None:
    """Random windows on one grid: half a row of shared pixels is too little, a row is enough."""
    generator = np.random.default_rng(0)
    corners = generator.integers(0, 60, (60, 2))
    looks = [
        Look(1, 8, 8, np.dtype("u1"), CRS.from_epsg(32612), GRID * Affine.translation(x, y))
        for x, y in corners
    ]
    placement = place_on_ground(Path("/crops"), [f"s/{n}.tif" for n in range(60)], looks)
    assert len(placement.grids) == 1
    polygons = outlines(placement, 8, placement.grids[0].crs)
    found = {tuple(sorted(pair)) for pair in zip(*overlaps(polygons, 8), strict=True)}
    expected = {
        (one, other)
        for one in range(60)
        for other in range(one + 1, 60)
        # Windows meet where they are less than a window apart both ways; a corner of 2 × 2 px is
        # less than half a row.
        if np.prod(np.maximum(0, 8 - abs(corners[one] - corners[other]))) > 4
    }
    assert found == expected
    split, side = split_by_blocks(
        placement, 8, placement.grids[0].crs, np.full(60, -1), [0.5, 0.2, 0.3], seed=0
    )
    assert side % 8 == 0 and set(split) > {0, 2}
    for one, other in expected:
        assert LEFT_OUT in (split[one], split[other]) or split[one] == split[other]


def test_tiles_of_several_zones_and_grids(tmp_path: Path) -> None:
    """Each image that lies on a grid of its own is a scene; footprints are then in degrees."""
    for number in range(24):
        zone = f"EPSG:3263{number % 2}"
        here = GRID * Affine.translation(number * 40 + 0.3 * number, 0)
        folder = tmp_path / "images" / f"class {number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        pixels = noise((2, 8, 8), seed=number)
        write_raster(folder / f"{number}.tif", pixels, transform=here, crs=zone, nodata=0)
    assert ingest(tmp_path / "images", tmp_path / "a.tiles", split="blocks") == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    information = dataset.information
    assert len(information.scenes) == 24 and information.nodata == 0
    assert {scene.crs for scene in information.scenes} == {
        CRS.from_epsg(32630).to_wkt(),
        CRS.from_epsg(32631).to_wkt(),
    }
    table = dataset.table()
    assert table.crs == "EPSG:4326"
    records = {scene.name: scene for scene in information.scenes}
    for _, row in table.iterrows():
        scene = records[row["scene"]]
        assert (row["column_px"], row["row_px"]) == (0, 0) and scene.width == 8
        number = int(Path(row["file"]).stem)
        expected = GRID * Affine.translation(number * 40 + 0.3 * number, 0)
        assert Affine(*scene.transform).almost_equals(expected)
        centre = geopandas.GeoSeries([row.geometry.centroid], crs=4326).to_crs(scene.crs)[0]
        assert (centre.x, centre.y) == pytest.approx(expected * (4, 4), abs=1)


def test_eurosat_with_13_bands_keeps_its_place(real_data: Path, tmp_path: Path) -> None:
    """Six files of six places in five zones; the released order of bands puts B8A last."""
    for path in sorted((real_data / "eurosat_ms_sample").glob("*.tif")):
        folder = tmp_path / "eurosat" / path.stem.split("_")[0]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / path.name).symlink_to(path)
    assert ingest(tmp_path / "eurosat", tmp_path / "a.tiles", split="random") == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    assert tuple(dataset.band_names) == EUROSAT_ORDER and dataset.band_names[-1] == "B8A"
    assert dataset.information.ground_resolution_m == pytest.approx(10, abs=0.01)
    means = {band.name: band.statistics["mean"] for band in dataset.information.bands}
    # Cirrus is the darkest; over plants near infrared is far brighter than red, narrow or wide.
    assert min(means, key=means.get) == "B10"
    assert min(means["B08"], means["B8A"]) > 1.5 * means["B04"]
    table = dataset.table()
    place = table.set_index("scene").loc["AnnualCrop_1"].geometry.centroid
    # 624,602 E, 4,877,286 N in zone 35.
    expected = geopandas.GeoSeries([shapely.Point(624_922, 4_876_966)], crs=32635).to_crs(4326)[0]
    assert place.distance(expected) < 1e-5


def test_tiles_side_by_side_do_not_touch() -> None:
    placement = place_side_by_side("x", Path("x"), 10, 8, 2.5)
    polygons = outlines(placement, 8, placement.grids[0].crs)
    distances = shapely.distance(polygons[:, None], polygons[None])
    assert distances[~np.eye(10, dtype=bool)].min() == 8 * 2.5
    assert shapely.area(polygons).tolist() == [(8 * 2.5) ** 2] * 10
    assert not placement.grids[0].crs.is_projected and not placement.grids[0].crs.is_geographic
