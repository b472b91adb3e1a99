"""The sample landscape: it must be like land, and its files like those of real scenes."""

from __future__ import annotations

import errno
import filecmp
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from scipy import ndimage

from backend import sample
from backend.data.class_table import read_class_table, table_of_raster
from backend.data.sample import landscape as writer
from backend.data.sample.imagery import draw
from backend.data.sample.land import Cover
from backend.data.sample.plan import Plan, make_plan

SIDE = 768
SCENES = ("scene_2023-05-14.tif", "scene_2023-08-30.tif")
BANDS = ("blue", "green", "red", "red_edge", "nir", "swir1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landscape that everyone gets, with no settings but the place."""
    output = tmp_path_factory.mktemp("sample") / "été 1" / "landscape"
    assert sample.main(["--output", str(output)]) == 0
    return output


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(7, SIDE * 10.0)


@pytest.fixture(scope="module")
def spectra(folder: Path) -> list[np.ndarray]:
    """Both scenes as float32 (bands, rows, columns)."""
    return [rasterio.open(folder / name).read().astype(np.float32) for name in SCENES]


@pytest.fixture(scope="module")
def cover(folder: Path) -> np.ndarray:
    """The land cover at the centre of each scene pixel, read from the layer on its own grid."""
    with rasterio.open(folder / SCENES[0]) as scene:
        transform, crs = scene.transform, scene.crs
    with rasterio.open(folder / "land_cover.tif") as layer:
        codes, inverse = layer.read(1), ~layer.transform
        to_layer = Transformer.from_crs(crs, layer.crs, always_xy=True)
    row, column = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    x, y = to_layer.transform(*(transform * (column, row)))
    across, down = inverse * (x, y)
    return codes[np.floor(down).astype(int), np.floor(across).astype(int)]


def test_scenes_have_named_bands_place_and_nodata(folder: Path) -> None:
    for name in SCENES:
        with rasterio.open(folder / name) as scene:
            assert scene.descriptions == BANDS
            assert scene.dtypes == ("uint16",) * 6 and scene.nodata == 0
            assert scene.crs.to_epsg() == 32632 and scene.res == (10, 10)
            # The town in the middle, where the demo searches from.
            assert scene.transform * (SIDE / 2, SIDE / 2) == (500_000, 5_300_000)
            assert scene.profile["tiled"] and scene.compression.value == "DEFLATE"
            assert float(scene.tags(5, ns="IMAGERY")["CENTRAL_WAVELENGTH_UM"]) == 0.842
            assert scene.tags()["TIFFTAG_DATETIME"][:10].replace(":", "-") in name


def test_only_the_second_scene_lacks_data_in_a_wedge(spectra: list[np.ndarray]) -> None:
    first, second = spectra
    assert first.min() >= 1
    empty = (second == 0).all(axis=0)
    assert np.array_equal(empty, (second == 0).any(axis=0))
    assert 0.01 < empty.mean() < 0.05
    assert empty[0, -1] and not empty[-1].any() and not empty[:, 0].any()
    # A straight edge: the number of empty pixels falls evenly from row to row.
    fall = np.diff(empty.sum(axis=1)[: int(0.4 * SIDE)].astype(int))
    assert set(fall) <= {0, -1}


def test_land_cover_lies_on_another_grid_with_names_and_colours(folder: Path) -> None:
    path = folder / "land_cover.tif"
    with rasterio.open(path) as layer:
        assert layer.crs.to_epsg() == 3035 and layer.res == (15, 15)
        assert layer.dtypes == ("uint8",) and layer.nodata == 0
        colours = layer.colormap(1)
    built_in, own = read_class_table("sample-landscape"), table_of_raster(str(path))
    assert [c.name for c in own.classes] == [c.name for c in built_in.classes]
    assert [c.colour for c in own.classes] == [c.colour for c in built_in.classes]
    assert [c.codes for c in built_in.classes] == [[int(code)] for code in Cover]
    for entry in built_in.classes:
        assert "#{:02x}{:02x}{:02x}".format(*colours[entry.codes[0]][:3]) == entry.colour


def test_land_cover_agrees_with_the_land_under_it(
    folder: Path, plan: Plan, spectra: list[np.ndarray]
) -> None:
    """Drawn anew in another window: pixels equal the files', and classes lie where they should."""
    rows, columns = range(200, 340), range(300, 470)
    drawing = draw(plan, rows, columns)
    part = (slice(rows.start, rows.stop), slice(columns.start, columns.stop))
    assert np.array_equal(drawing.images[0], spectra[0][(slice(None), *part)])
    with rasterio.open(folder / "elevation.tif") as file:
        assert np.array_equal(drawing.elevation, file.read(1)[part])
    with (
        rasterio.open(folder / "land_cover.tif") as layer,
        rasterio.open(folder / SCENES[0]) as scene,
    ):
        codes, transform = layer.read(1), layer.transform
        to_scene = Transformer.from_crs(layer.crs, scene.crs, always_xy=True)
        inverse = ~scene.transform
    row, column = np.mgrid[0 : codes.shape[0], 0 : codes.shape[1]] + 0.5
    across, down = inverse * to_scene.transform(*(transform * (column, row)))
    across, down = np.floor(across).astype(int), np.floor(down).astype(int)
    outside = (across < 0) | (across >= SIDE) | (down < 0) | (down >= SIDE)
    assert np.array_equal(codes == 0, outside)
    inside = (down >= rows.start) & (down < rows.stop)
    inside &= (across >= columns.start) & (across < columns.stop)
    truth = drawing.cover[down[inside] - rows.start, across[inside] - columns.start]
    assert inside.sum() > 10_000
    assert (codes[inside] == truth).mean() > 0.99


def test_every_class_has_ground_and_pure_tiles(cover: np.ndarray) -> None:
    shares = {code: (cover == code).mean() for code in Cover}
    assert min(shares.values()) > 0.03 and max(shares.values()) < 0.30
    tiles = cover.reshape(24, 32, 24, 32).swapaxes(1, 2).reshape(576, 1024)
    purity = np.stack([(tiles == code).mean(axis=1) for code in Cover], 1)
    pure = purity.argmax(axis=1)[purity.max(axis=1) >= 0.6]
    counts = np.bincount(pure, minlength=len(Cover))
    assert counts.min() >= 10 and counts.max() < 0.3 * counts.sum()
    assert counts.sum() > 0.5 * 576


def test_near_places_are_more_alike_than_far_ones(cover: np.ndarray) -> None:
    """The law that the software learns by: the same class is likelier nearby, and ever less so."""
    alike = [(cover[:, :-step] == cover[:, step:]).mean() for step in (1, 8, 32, 96, 300)]
    assert all(near > far + 0.02 for near, far in itertools.pairwise(alike))
    assert alike[0] > 0.9


def band(name: str) -> int:
    return BANDS.index(name)


def median(scene: np.ndarray, cover: np.ndarray, code: Cover) -> dict[str, float]:
    return dict(zip(BANDS, np.median(scene[:, cover == code], axis=1).tolist(), strict=True))


def test_classes_reflect_as_they_do_in_nature(spectra: list[np.ndarray], cover: np.ndarray) -> None:
    for scene in spectra:
        by = {code: median(scene, cover, code) for code in Cover}
        for code in (Cover.BROADLEAF, Cover.CONIFER, Cover.GRASSLAND, Cover.ORCHARD):
            assert by[code]["nir"] > 3 * by[code]["red"]
            assert by[code]["red"] < by[code]["red_edge"] < by[code]["nir"]
            assert by[code]["green"] > by[code]["blue"]
        water = by.pop(Cover.WATER)
        assert water["nir"] < min(values["nir"] for values in by.values()) / 3
        assert water["nir"] < water["green"]
        assert by[Cover.CONIFER]["nir"] < by[Cover.BROADLEAF]["nir"]
        assert by[Cover.ROCK]["nir"] < 2.2 * by[Cover.ROCK]["red"]
        assert by[Cover.SETTLEMENT]["nir"] < by[Cover.GRASSLAND]["nir"]


def test_crops_change_between_the_dates_more_than_forest(
    spectra: list[np.ndarray], cover: np.ndarray
) -> None:
    red, nir = band("red"), band("nir")
    index = [
        (scene[nir] - scene[red]) / np.maximum(scene[nir] + scene[red], 1) for scene in spectra
    ]
    seen = (spectra[1] > 0).all(axis=0)
    change = {c: np.abs(index[1] - index[0])[seen & (cover == c)].mean() for c in Cover}
    for forest in (Cover.BROADLEAF, Cover.CONIFER):
        assert change[Cover.CROPLAND] > 4 * change[forest]
    assert change[Cover.CROPLAND] == max(change.values())


def test_slopes_that_face_the_sun_are_brighter(
    folder: Path, spectra: list[np.ndarray], cover: np.ndarray
) -> None:
    """Sun in the south-south-east: light goes with the fall of the ground that way."""
    with rasterio.open(folder / "elevation.tif") as file:
        south, east = np.gradient(file.read(1).astype(np.float64), 10.0)
    towards_sun = -(0.9 * south + 0.4 * east)
    for code in (Cover.ROCK, Cover.CONIFER):
        where = (cover == code) & (np.hypot(south, east) > 0.25)
        brightness = spectra[0][band("nir")][where]
        assert np.corrcoef(towards_sun[where], brightness)[0, 1] > 0.4


def test_water_runs_downhill_to_the_mouth(plan: Plan) -> None:
    flow = plan.waters.flow
    filled, below = flow.filled.ravel(), flow.receiver
    cells = np.arange(filled.size)
    mouth = cells[below == cells]
    assert mouth.size == 1
    assert (filled[below] < filled)[cells != mouth[0]].all()
    # Every cell reaches the mouth: follow all at once, doubling the steps.
    reached = below
    for _ in range(20):
        reached = reached[reached]
    assert (reached == mouth[0]).all()
    # Never deeper than the ground, and catchments grow on the way.
    assert (flow.filled >= plan.waters.elevation).all()
    area = flow.catchment_m2.ravel()
    assert (area[below] > area)[cells != mouth[0]].all()
    assert area[mouth[0]] == pytest.approx(filled.size * 1600.0 + 2.5e8)


def test_rivers_widen_downstream_and_join(plan: Plan) -> None:
    rivers = plan.waters.rivers
    assert len(rivers) > 15
    edge = -plan.grid.y[0] - 80
    for number, river in enumerate(rivers):
        assert river.widths_m[-1] > river.widths_m[0]
        end = river.points[-1]
        if np.abs(end).max() > edge:
            continue
        others = np.concatenate([r.points for r in rivers[:number]])
        assert np.hypot(*(others - end).T).min() < 25.0
    assert rivers[0].widths_m.max() == max(r.widths_m.max() for r in rivers)


def test_lakes_are_level_and_rivers_pass_through(plan: Plan) -> None:
    lakes, count = ndimage.label(plan.waters.lake_m > 0)
    assert count >= 1
    for number in range(1, count + 1):
        inside = lakes == number
        assert np.ptp(plan.waters.elevation[inside]) == 0
        assert plan.waters.flow.catchment_m2[inside].max() > 8e6


def test_same_seed_same_bytes_and_another_seed_other_land(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        arguments = ["--size-px", "256", "--seed", str(seed), "--output", str(tmp_path / name)]
        assert sample.main(arguments) == 0
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    _, different, unread = filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", names, shallow=False)
    assert not different and not unread
    same, _, _ = filecmp.cmpfiles(tmp_path / "a", tmp_path / "c", names, shallow=False)
    assert not {*SCENES, "land_cover.tif", "elevation.tif"} & set(same)


def test_the_manifest_names_every_file(folder: Path) -> None:
    manifest = json.loads((folder / "landscape.json").read_text(encoding="utf-8"))
    rasters = {path.name for path in folder.glob("*.tif")}
    assert set(manifest["files"]) == rasters == {*SCENES, "land_cover.tif", "elevation.tif"}
    assert manifest["seed"] == 7 and manifest["size_px"] == SIDE
    assert sum(c["share_of_scene"] for c in manifest["classes"]) == pytest.approx(1, abs=1e-3)
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert all(name in readme for name in rasters)


def test_existing_output_is_kept_unless_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "landscape"
    output.mkdir()
    (output / "mine.txt").write_text("keep")
    arguments = ["--size-px", "256", "--output", str(output)]
    assert sample.main(arguments) == 2
    error = capsys.readouterr().err
    assert f"the output exists: {output}" in error and "--overwrite" in error
    assert (output / "mine.txt").read_text() == "keep"
    assert sample.main([*arguments, "--overwrite"]) == 2
    assert (output / "mine.txt").read_text() == "keep"
    (output / "landscape.json").touch()
    assert sample.main([*arguments, "--overwrite"]) == 0
    assert (output / SCENES[0]).is_file() and not (output / "mine.txt").exists()


@pytest.mark.parametrize("size", ["100", "9000"])
def test_size_out_of_bounds(size: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample.main(["--size-px", size, "--output", str(tmp_path / "a")]) == 2
    error = capsys.readouterr().err
    assert "size" in error and size in error and "Traceback" not in error
    assert not (tmp_path / "a").exists()


def test_full_disk_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "_write_land_cover", full)
    assert sample.main(["--size-px", "256", "--output", str(tmp_path / "a")]) == 4
    assert "the disk is full" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
