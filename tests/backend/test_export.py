"""`backend.export`: points and vectors against the map itself, sampling, errors."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod

from backend.export import main
from backend.mapping.embedding_map import EmbeddingMap
from backend.mapping.stac import stac_item
from tests.backend.maps import EAST, NORTH, PIXEL, STRIDE, write_map
from tests.backend.rasters import write_raster

ROWS, COLUMNS, DIMENSION = 20, 33, 5


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    result = np.random.default_rng(1).normal(size=(ROWS, COLUMNS, DIMENSION)).astype(np.float32)
    result[4:6, 10:30] = np.nan
    return result


@pytest.fixture
def embedding(vectors: np.ndarray, tmp_path: Path) -> Path:
    return write_map(tmp_path / "carte é.tif", vectors)


def run(embedding: Path, output: Path, *more: object) -> int:
    return main(["--embedding", str(embedding), "--output", str(output), *map(str, more)])


@pytest.mark.parametrize("count", [1000, 100])
def test_rows_are_the_vectors_of_their_points(
    embedding, vectors, tmp_path, monkeypatch, count: int
) -> None:
    monkeypatch.setattr("backend.mapping.embedding_map.READ_BYTES", 1)
    output = tmp_path / "cells.gpkg"
    assert run(embedding, output, "--count", count, "--seed", 3) == 0
    cells, found = geopandas.read_file(output, layer="cells"), np.load(tmp_path / "cells.npy")
    valid = np.isfinite(vectors).all(axis=-1)
    assert len(cells) == len(found) == min(count, valid.sum())
    assert found.dtype == np.float32 and cells["vector"].tolist() == list(range(len(found)))
    side = STRIDE * PIXEL
    columns = ((cells.geometry.x - EAST) / side - 0.5).to_numpy()
    rows = ((NORTH - cells.geometry.y) / side - 0.5).to_numpy()
    np.testing.assert_allclose(rows, cells["row"], atol=1e-6)
    np.testing.assert_allclose(columns, cells["column"], atol=1e-6)
    assert (vectors[cells["row"], cells["column"]] == found).all()
    assert len(set(zip(cells["row"], cells["column"], strict=True))) == len(cells)
    assert set(cells["scene"]) == {"the scene"} and cells.crs.to_epsg() == 32612


def test_a_seed_decides_the_sample(embedding, tmp_path, capsys) -> None:
    made = []
    for number, seed in enumerate((0, 0, 1)):
        output = tmp_path / f"{number}.gpkg"
        assert run(embedding, output, "--count", 50, "--seed", seed) == 0
        made.append(np.load(output.with_suffix(".npy")))
    assert (made[0] == made[1]).all() and not (made[0] == made[2]).all()
    assert "50 of 620 cells are exported" in capsys.readouterr().err


def test_a_wrong_request_is_one_line(embedding, tmp_path, capsys) -> None:
    assert run(embedding, tmp_path / "a.csv") == 2
    assert "must end in .gpkg" in capsys.readouterr().err
    (tmp_path / "a.npy").touch()
    assert run(embedding, tmp_path / "a.gpkg") == 2
    assert "a.npy" in capsys.readouterr().err
    nothing = write_map(tmp_path / "no.tif", np.full((4, 4, 2), np.nan, np.float32))
    assert run(nothing, tmp_path / "b.gpkg") == 3
    assert "has no data" in capsys.readouterr().err
    assert not (tmp_path / "b.gpkg").exists() and not (tmp_path / "b.npy").exists()


def test_geoparquet_holds_points_and_vectors(embedding, vectors, tmp_path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "cells.parquet"
    assert run(embedding, tmp_path / "cells.gpkg", "--geoparquet", path) == 0
    cells = geopandas.read_parquet(path)
    assert len(cells) == 620 and cells.crs.to_epsg() == 32612
    found = np.stack(cells["embedding"])
    assert found.dtype == np.float32 and (vectors[cells["row"], cells["column"]] == found).all()
    assert (np.load(tmp_path / "cells.npy")[cells["vector"]] == found).all()
    points = geopandas.read_file(tmp_path / "cells.gpkg").geometry
    assert (cells.geometry.to_numpy() == points.to_numpy()[cells["vector"]]).all()
    schema = parquet.read_schema(path)
    assert schema.field("embedding").type.list_size == DIMENSION
    about = json.loads(schema.metadata[b"geo"])
    assert about["version"] == "1.1.0" and "covering" in about["columns"]["geometry"]


def test_without_pyarrow_one_line_says_how_it_is_installed(
    embedding, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    output = tmp_path / "cells.gpkg"
    assert run(embedding, output, "--geoparquet", tmp_path / "cells.parquet") == 4
    said = capsys.readouterr().err
    assert "GeoParquet needs the package pyarrow, which this environment lacks" in said
    assert f'"{sys.executable}" -m pip install pyarrow' in said and not output.exists()


def test_a_stac_item_describes_the_map_and_its_files(embedding, tmp_path) -> None:
    path = tmp_path / "catalogue" / "item.json"
    assert run(embedding, tmp_path / "c.gpkg", "--stac", path, "--date", "2023-05-14") == 0
    item = json.loads(path.read_text(encoding="utf-8"))
    assert (item["type"], item["stac_version"], item["id"]) == ("Feature", "1.1.0", "carte-é")
    about = item["properties"]
    assert about["datetime"] == "2023-05-14T00:00:00Z" and about["gsd"] == STRIDE * PIXEL
    assert about["proj:code"] == "EPSG:32612" and about["proj:shape"] == [ROWS, COLUMNS]
    assert about["proj:transform"] == [STRIDE * PIXEL, 0, EAST, 0, -STRIDE * PIXEL, NORTH]
    assert (about["emb:type"], about["emb:dimensions"]) == ("chip", DIMENSION)
    assert about["emb:chip_layout"]["chip_size"] == [32, 32]
    assert about["emb:chip_layout"]["stride"] == [STRIDE, STRIDE]
    for asset in item["assets"].values():
        assert (path.parent / asset["href"]).is_file()
    assert set(item["assets"]) == {"embedding", "cells", "vectors"}
    assert len(item["assets"]["embedding"]["bands"]) == DIMENSION
    # Back in the map's CRS the outline is the map's own box.
    outline = geopandas.GeoSeries([shapely.geometry.shape(item["geometry"])], crs=4326)
    box = EAST, NORTH - ROWS * STRIDE * PIXEL, EAST + COLUMNS * STRIDE * PIXEL, NORTH
    np.testing.assert_allclose(outline.to_crs(32612).total_bounds, box, atol=0.1)
    np.testing.assert_allclose(item["bbox"], outline.total_bounds, atol=1e-6)
    assert shapely.is_ccw(outline[0].exterior)


def check_item(item: dict) -> None:
    """The rules of STAC 1.1's item specification, and of fields that extensions define."""
    members = {"type", "stac_version", "stac_extensions", "id", "geometry", "bbox", "properties"}
    assert set(item) == members | {"links", "assets"}
    assert item["type"] == "Feature" and item["stac_version"] == "1.1.0"
    assert isinstance(item["id"], str) and item["id"]
    outline = shapely.geometry.shape(item["geometry"])
    assert outline.is_valid and outline.geom_type in ("Polygon", "MultiPolygon")
    west, south, east, north = item["bbox"]
    assert -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90
    # Where the box crosses 180° its west is the greater, and no part of the outline crosses.
    parts = [part.bounds for part in shapely.get_parts(outline)]
    assert (west, east) == (
        pytest.approx(min(b[0] for b in parts if west < east or b[0] > 0), abs=1e-3),
        pytest.approx(max(b[2] for b in parts if west < east or b[2] < 0), abs=1e-3),
    )
    about = item["properties"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", about["datetime"])
    # Each extension by the URI of its schema, where a field of it occurs, and nowhere else.
    prefixes = {field.partition(":")[0] for field in about if ":" in field}
    for asset in item["assets"].values():
        prefixes |= {field.partition(":")[0] for field in asset if ":" in field}
    names = {"proj": "projection", "processing": "processing", "emb": "embeddings"}
    uri = r"https://stac-extensions\.github\.io/([a-z-]+)/v\d+\.\d+\.\d+/schema\.json"
    declared = [re.fullmatch(uri, text)[1] for text in item["stac_extensions"]]
    assert sorted(declared) == sorted(names[prefix] for prefix in prefixes)
    assert not {field for field in about if field.startswith("emb:")} - {
        "emb:type", "emb:dimensions", "emb:chip_layout", "emb:quantization",
        "emb:runtime_parameters",
    }  # fmt: skip
    assert about["emb:type"] in ("pixel", "chip") and about["emb:dimensions"] >= 1
    for link in item["links"]:
        assert link["rel"] and link["href"]
    for asset in item["assets"].values():
        assert asset["href"] and asset["title"] and "/" in asset["type"]
        assert asset["roles"] and all(isinstance(role, str) for role in asset["roles"])
    assert json.loads(json.dumps(item, allow_nan=False)) == item


def test_items_keep_the_rules_of_stac(vectors, tmp_path) -> None:
    small = dict(dtype="int8", nodata=-128)
    maps = [
        write_map(tmp_path / "ours.tif", vectors),
        write_map(tmp_path / "whole numbers.tif", np.nan_to_num(vectors), **small),
        # Across 180° east, and by other software, which says nothing of itself.
        write_raster(
            tmp_path / "a stack.tif",
            np.ones((3, 20, 400), np.float32),
            crs="EPSG:32601",
            transform=rasterio.Affine(240, 0, 200_000, 0, -240, 5_000_000),
        ),
    ]
    for number, path in enumerate(maps):
        found = tmp_path / "items" / f"{number}.json"
        with EmbeddingMap(path, any_type=True) as source:
            item = stac_item(found, source, "2023-05-14", {"cells": tmp_path / "c.gpkg"})
        item = json.loads(json.dumps(item))
        check_item(item)
        assert (found.parent / item["assets"]["embedding"]["href"]).resolve() == path
    assert item["bbox"][0] > 179 and item["bbox"][2] < -179
    outline = shapely.geometry.shape(item["geometry"])
    assert [part.exterior.is_ccw for part in outline.geoms] == [True, True]
    # 96 × 4.8 km on the ground.
    area = sum(abs(Geod(ellps="WGS84").geometry_area_perimeter(p)[0]) for p in outline.geoms)
    assert area == pytest.approx(96e3 * 4.8e3, rel=5e-3)


def test_an_item_needs_a_date(embedding, tmp_path, capsys) -> None:
    output, path = tmp_path / "c.gpkg", tmp_path / "c.json"
    assert run(embedding, output, "--stac", path) == 2
    assert "does not; give --date" in capsys.readouterr().err
    assert run(embedding, output, "--stac", path, "--date", "May") == 2
    assert "--date May is no date" in capsys.readouterr().err
    assert run(embedding, output, "--stac", tmp_path / "c.txt") == 2
    assert "must end in .json" in capsys.readouterr().err and not output.exists()
