"""`backend.change`: distances by brute force, grids, nodata, places, bad input, stopping."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio

from backend.change import main
from backend.comparison import pair as pair_module
from backend.comparison.comparing import find_changes
from backend.contract.jobs import ChangeJob
from backend.runtime import stopping
from backend.runtime.errors import Stopped
from backend.runtime.reporter import Reporter
from tests.backend.vector_maps import CORNER, information, write_map


def vectors(shape: tuple[int, int, int] = (5, 40, 50), seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


LATER = information(scene="later", scene_files="later.tif", date="2019-06-01")


def turned(source: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    """The same vectors but for those of a rectangle, which point the other way."""
    result = source + np.float32(0.01) * vectors(source.shape, seed=9)
    result[:, rows, columns] *= -1
    return result


def run(tmp_path: Path, before: Path, after: Path, *more: object) -> int:
    return main(
        ["--before", str(before), "--after", str(after), "--output", str(tmp_path / "change.tif")]
        + [str(item) for item in more]
    )


def test_distances_are_those_of_a_loop(tmp_path) -> None:
    one, other = vectors(), vectors(seed=1)
    one[:, 0, 0], other[:, 0, 1] = np.nan, np.nan
    one[:, 0, 2] = 0
    before = write_map(tmp_path / "a.tif", one)
    after = write_map(tmp_path / "b.tif", other, tags=LATER)
    assert run(tmp_path, before, after) == 0
    with rasterio.open(tmp_path / "change.tif") as source:
        found, tags = source.read(1), source.tags()
        assert source.transform == rasterio.open(before).transform
    for row in range(40):
        for column in range(50):
            if (row, column) in ((0, 0), (0, 1), (0, 2)):
                assert math.isnan(found[row, column])
                continue
            a, b = (m[:, row, column].astype(np.float64) for m in (one, other))
            wanted = 1 - (a @ b) / math.sqrt((a @ a) * (b @ b))
            assert found[row, column] == pytest.approx(wanted, abs=1e-6)
    assert tags["threshold_method"] == "rosin" and tags["encoder_sha256"] == "a" * 64
    assert (tags["before_date"], tags["after_date"]) == ("2013-06-01", "2019-06-01")
    assert tags["command"].startswith("python -m backend.change --before=")
    style = (tmp_path / "change.qml").read_text()
    assert 'alpha="0"' in style and "singlebandpseudocolor" in style


@pytest.mark.parametrize("method", ["rosin", "otsu"])
def test_a_changed_rectangle_becomes_one_place(tmp_path, method: str, capsys) -> None:
    one = vectors()
    other = turned(one, slice(10, 22), slice(14, 20))
    other[:, 2, 3] *= -1  # a single cell: fewer than four
    before = write_map(tmp_path / "a.tif", one)
    after = write_map(tmp_path / "b.tif", other, tags=LATER)
    polygons = tmp_path / "places.gpkg"
    status = run(
        tmp_path, before, after, "--threshold-method", method, "--polygons", polygons,
        "--events", "jsonl",
    )  # fmt: skip
    assert status == 0
    places = geopandas.read_file(polygons, layer="changes")
    assert len(places) == 1 and places["cells"][0] == 12 * 6
    assert places["change"][0] == 1
    assert places["area_m2"][0] == pytest.approx(12 * 6 * 80**2, rel=2e-3)
    assert places["mean_distance"][0] == pytest.approx(2, abs=1e-3)
    assert places["max_distance"][0] >= places["mean_distance"][0]
    left, top = CORNER[0] + 14 * 80, CORNER[1] - 10 * 80
    assert tuple(places.total_bounds) == (left, top - 12 * 80, left + 6 * 80, top)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    numbers = {k: v for e in events if e["event"] == "metric" for k, v in e["values"].items()}
    assert numbers["changed_cells"] == 73 and numbers["places"] == 1
    assert 0.01 < numbers["threshold"] < 1.99
    with rasterio.open(tmp_path / "change.tif") as source:
        assert float(source.tags()["threshold"]) == numbers["threshold"]
    roles = [e["role"] for e in events if e["event"] == "artifact"]
    assert roles == ["change map", "changed places"]


def test_places_do_not_depend_on_blocks(tmp_path, monkeypatch) -> None:
    one = vectors()
    other = turned(one, slice(5, 38), slice(3, 47))
    other[:, 15:25, 10:40] *= -1  # a hole
    before = write_map(tmp_path / "a.tif", one)
    after = write_map(tmp_path / "b.tif", other, tags=LATER)
    found = []
    for side in (256, 16):
        monkeypatch.setattr(pair_module, "BLOCK_SIDE_PX", side)
        polygons = tmp_path / f"{side}.gpkg"
        assert run(tmp_path, before, after, "--polygons", polygons, "--overwrite") == 0
        found.append(geopandas.read_file(polygons, layer="changes"))
    assert len(found[0]) == 1 and found[0]["cells"][0] == 33 * 44 - 10 * 30
    assert found[0].geometry[0].equals(found[1].geometry[0])
    columns = ["cells", "area_m2", "mean_distance", "max_distance"]
    assert np.allclose(found[0][columns], found[1][columns])


def test_rosin_gives_way_to_otsu_where_most_has_changed(tmp_path, capsys) -> None:
    one = vectors()
    before = write_map(tmp_path / "a.tif", one)
    after = write_map(tmp_path / "b.tif", turned(one, slice(0, 30), slice(0, 50)), tags=LATER)
    assert run(tmp_path, before, after) == 0
    assert "most cells have changed" in capsys.readouterr().err
    with rasterio.open(tmp_path / "change.tif") as source:
        assert source.tags()["threshold_method"] == "otsu"
        assert (source.read(1) > float(source.tags()["threshold"])).sum() == 30 * 50


def test_smallest_places_are_left_out_by_cells_or_by_area(tmp_path) -> None:
    one = vectors()
    other = turned(one, slice(10, 12), slice(10, 12))
    other[:, 20:25, 20:25] *= -1
    before = write_map(tmp_path / "a.tif", one)
    after = write_map(tmp_path / "b.tif", other, tags=LATER)
    for options, count in (
        (("--minimum-cells", 4), 2),
        (("--minimum-cells", 5), 1),
        (("--minimum-area-m2", 5 * 80**2), 1),
        (("--minimum-cells", 26), 0),
    ):
        polygons = tmp_path / "p.gpkg"
        options = (*options, "--threshold", 1, "--polygons", polygons, "--overwrite")
        assert run(tmp_path, before, after, *options) == 0
        places = geopandas.read_file(polygons, layer="changes")
        assert len(places) == count and "max_distance" in places.columns


def test_the_common_extent_of_shifted_maps_is_compared(tmp_path, capsys) -> None:
    whole = vectors((5, 60, 70))
    before = write_map(tmp_path / "a.tif", whole[:, :40, :50])
    # Starts 3 rows down and 7 columns right, and 0.1 and 0.2 of a cell off the grid.
    corner = CORNER[0] + 7 * 80 + 8, CORNER[1] - 3 * 80 - 16
    after = write_map(tmp_path / "b.tif", whole[:, 3:55, 7:66], corner=corner, tags=LATER)
    assert run(tmp_path, before, after, "--threshold", 0.5) == 0
    err = capsys.readouterr().err
    assert "8 and 16 map units apart in X and Y, 20% of a cell" in err
    assert "the 43 × 37 cells that both have" in err
    with rasterio.open(tmp_path / "change.tif") as source:
        assert source.shape == (37, 43)
        assert source.transform * (0, 0) == (CORNER[0] + 7 * 80, CORNER[1] - 3 * 80)
        assert np.abs(source.read(1)).max() < 1e-6


def test_equal_maps_have_not_changed(tmp_path, capsys) -> None:
    before = write_map(tmp_path / "a.tif", vectors())
    after = write_map(tmp_path / "b.tif", vectors())
    polygons = tmp_path / "p.gpkg"
    assert run(tmp_path, before, after, "--polygons", polygons) == 0
    err = capsys.readouterr().err
    assert "both maps are of the scene scene" in err and "nothing has changed" in err
    assert len(geopandas.read_file(polygons, layer="changes")) == 0


@pytest.fixture
def fails(tmp_path, capsys) -> Callable[..., str]:
    """fails(status, before, after, options) runs the verb, which must fail so; its last line."""

    def check(status: int, before: Path, after: Path, *more: object) -> str:
        there = set(tmp_path.iterdir())
        assert run(tmp_path, before, after, *more) == status
        assert set(tmp_path.iterdir()) == there
        return capsys.readouterr().err.splitlines()[-1]

    return check


def test_maps_that_cannot_be_compared_are_refused(fails, tmp_path) -> None:
    before = write_map(tmp_path / "a.tif", vectors())

    def other(name: str, values: np.ndarray | None = None, **options: object) -> Path:
        values = vectors() if values is None else values
        return write_map(tmp_path / f"{name}.tif", values, **options)

    changed = information(encoder="moco resnet18 red step 5", encoder_sha256="b" * 64)
    message = fails(2, before, other("enc", tags=changed))
    assert "made by two encoders, whose vectors cannot be compared" in message
    assert "moco resnet18 red step 5 (bbbbbbbb)" in message
    message = fails(2, before, other("feat", tags=information(features="backbone")))
    assert "embedding vectors" in message and "backbone vectors" in message
    assert "names no encoder" in fails(2, before, other("foreign", foreign=True))
    message = fails(2, before, other("dim", vectors((4, 40, 50))))
    assert "have 5 dimensions" in message and "not of one encoder" in message
    assert "differ in cell size: 80 × 80 and 40 × 40" in fails(2, before, other("fine", cell=40))
    message = fails(2, before, other("crs", crs="EPSG:32613"))
    assert "differ in CRS: EPSG:32612 and EPSG:32613" in message and "gdalwarp" in message
    far = other("far", corner=(CORNER[0] + 80 * 1000, CORNER[1]))
    assert "do not overlap" in fails(3, before, far)
    assert "are one file" in fails(2, before, before)
    assert "no embedding map" in fails(2, before, tmp_path / "absent.tif")
    empty = other("empty", np.full((5, 40, 50), np.nan, np.float32))
    assert "no cell has data in both maps" in fails(3, before, empty)
    after = other("later")
    assert "must end in .gpkg" in fails(2, before, after, "--polygons", tmp_path / "p.shp")
    assert "between 0 and 2" in fails(2, before, after, "--threshold", "3")


def test_rasters_of_unknown_encoders_are_compared_with_a_warning(tmp_path, capsys) -> None:
    before = write_map(tmp_path / "a.tif", vectors(), foreign=True)
    after = write_map(tmp_path / "b.tif", vectors(seed=2), foreign=True)
    assert run(tmp_path, before, after) == 0
    assert "name no encoder" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["comparing the maps", "drawing changed places"])
def test_stopped_in_the_middle_nothing_is_left(tmp_path, monkeypatch, place: str) -> None:
    before = write_map(tmp_path / "a.tif", vectors())
    after = write_map(tmp_path / "b.tif", vectors(seed=3), tags=LATER)
    monkeypatch.setattr(pair_module, "BLOCK_SIDE_PX", 16)
    out = tmp_path / "out"
    job = ChangeJob(
        before=str(before),
        after=str(after),
        output=str(out / "change.tif"),
        polygons=str(out / "p.gpkg"),
    )
    reporter, seen = Reporter(), []

    def emit(event: str, **values: object) -> None:
        seen.append(values.get("phase"))
        if values.get("phase") == place and values["done"] == 0:
            monkeypatch.setattr(stopping, "_received", 15)

    reporter.emit = emit
    with pytest.raises(Stopped):
        find_changes(job, reporter)
    assert place in seen and list(out.iterdir()) == []


def test_what_is_read_at_a_time_is_bounded(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pair_module, "READ_BYTES", 16 * 16 * 5 * 16)
    before = write_map(tmp_path / "a.tif", vectors((5, 100, 120)))
    after = write_map(tmp_path / "b.tif", vectors((5, 100, 120), seed=4), tags=LATER)
    sizes = []
    read = pair_module.EmbeddingMap.read

    def watched(self, window):
        sizes.append(window.width * window.height)
        return read(self, window)

    monkeypatch.setattr(pair_module.EmbeddingMap, "read", watched)
    assert run(tmp_path, before, after) == 0
    assert max(sizes) <= 16 * 16 and sum(sizes) == 2 * 100 * 120
