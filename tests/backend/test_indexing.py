"""`backend.index`: what QGIS maps into memory holds the map's and the dataset's vectors."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio

from backend.embed import main as embed
from backend.index import main
from backend.mapping.principal_components import PrincipalComponents
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import MachineError
from backend.runtime.mapped import mapped_array
from tests.backend.test_search import (
    COLUMNS,
    DIMENSION,
    EAST,
    HOLE,
    NORTH,
    PIXEL,
    ROWS,
    STRIDE,
    TILE,
    write_map,
)


@pytest.fixture
def vectors() -> np.ndarray:
    result = np.random.default_rng(1).normal(size=(ROWS, COLUMNS, DIMENSION)).astype(np.float32)
    result[HOLE] = np.nan
    return result


def record(folder: Path) -> dict:
    return json.loads((folder / "index.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("layout", [{}, {"dtype": "uint8", "nodata": 0}])
def test_a_map_is_laid_out_cell_by_cell(tmp_path, vectors, layout) -> None:
    if layout:
        raw = np.random.default_rng(2).integers(1, 255, (ROWS, COLUMNS, DIMENSION))
        raw[HOLE] = 0
        path = write_map(tmp_path / "map é.tif", raw, **layout)
        with rasterio.open(path, "r+") as target:
            target.scales, target.offsets = [0.5] * DIMENSION, [-60.0] * DIMENSION
        vectors = np.where(raw == 0, np.nan, raw * 0.5 - 60.0)
    else:
        path = write_map(tmp_path / "map é.tif", vectors)
    assert main(["--embedding", str(path)]) == 0
    folder = tmp_path / "map é.vectors"
    found = np.load(folder / "vectors.npy", mmap_mode="r")
    valid = np.load(folder / "valid.npy")
    expected = vectors.reshape(-1, DIMENSION).astype(np.float64)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert found.dtype == np.float32 and found.flags.c_contiguous
    assert np.array_equal(valid, np.isfinite(expected).all(axis=1))
    np.testing.assert_allclose(found[valid], expected[valid], atol=1e-7)
    assert not found[~valid].any()


def test_the_record_says_where_the_cells_lie(tmp_path, vectors) -> None:
    path = write_map(tmp_path / "map.tif", vectors)
    assert main(["--embedding", str(path), "--output", str(tmp_path / "x" / "laid out")]) == 0
    about = record(tmp_path / "x" / "laid out")
    step = STRIDE * PIXEL
    assert about["transform"] == [step, 0, EAST, 0, -step, NORTH]
    assert (about["height"], about["width"], about["count"]) == (ROWS, COLUMNS, ROWS * COLUMNS)
    assert (about["tile_size_px"], about["stride_px"]) == (TILE, STRIDE)
    assert about["kind"] == "map" and about["crs_code"] == "EPSG:32612"
    assert about["source"]["path"] == str(path)
    assert about["source"]["bytes"] == path.stat().st_size
    assert about["about"]["scene_files"] == "scene.tif"


def test_vectors_are_replaced_only_when_asked(tmp_path, vectors, capsys) -> None:
    path = write_map(tmp_path / "map.tif", vectors)
    assert main(["--embedding", str(path)]) == 0
    assert main(["--embedding", str(path)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main(["--embedding", str(path), "--overwrite"]) == 0
    (tmp_path / "map.vectors" / "index.json").unlink()
    assert main(["--embedding", str(path), "--overwrite"]) == 2


def test_embed_lays_out_its_map_and_says_where_bands_lie(
    tmp_path, make_encoder, make_scene
) -> None:
    encoder = make_encoder(tmp_path / "encoder.safetensors", ("nir", "red"), tile=8)
    pixels = np.random.default_rng(0).integers(1000, 9000, (3, 40, 56)).astype(np.uint16)
    scene = make_scene(tmp_path / "s.tif", pixels, names=("green", "red", "nir"))
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--stride-px", "4"]
    assert embed([*arguments, "--output", str(tmp_path / "a.tif"), "--vectors"]) == 0
    with rasterio.open(tmp_path / "a.tif") as source:
        made = source.read().reshape(source.count, -1).T
    found = np.load(tmp_path / "a.vectors" / "vectors.npy")
    np.testing.assert_allclose(found, made / np.linalg.norm(made, axis=1, keepdims=True), atol=1e-6)
    assert record(tmp_path / "a.vectors")["about"]["band_sources"] == "0:3 0:2"


def test_pictures_of_one_encoder_can_share_their_colours(
    tmp_path, make_encoder, make_scene, capsys
) -> None:
    encoder = make_encoder(tmp_path / "encoder.safetensors", ("green", "red"), tile=8)
    generator = np.random.default_rng(0)
    scenes = [
        make_scene(
            tmp_path / f"{n}.tif",
            generator.integers(1000, 3000 * n, (2, 40, 56)).astype(np.uint16),
            names=("green", "red"),
        )
        for n in (1, 2)
    ]
    base = ["--encoder", str(encoder), "--stride-px", "4", "--picture"]
    assert embed([*base, "--scenes", str(scenes[0]), "--output", str(tmp_path / "a.tif")]) == 0
    second = [*base, "--scenes", str(scenes[1]), "--output", str(tmp_path / "b.tif")]
    colours_of = ["--colours-of", str(tmp_path / "a_picture.tif")]
    assert embed([*second, *colours_of]) == 0
    with rasterio.open(tmp_path / "a_picture.tif") as one:
        components = PrincipalComponents.from_tags(one.tags())
    with rasterio.open(tmp_path / "b.tif") as source:
        made = source.read().reshape(source.count, -1).T
    with rasterio.open(tmp_path / "b_picture.tif") as two:
        shown = two.read().reshape(3, -1).T
    assert np.array_equal(shown, components.colours(made))
    other = make_encoder(tmp_path / "other.safetensors", ("green", "red"), tile=8, seed=5)
    third = ["--encoder", str(other), *second[2:], "--overwrite", *colours_of]
    assert embed(third) == 2
    assert "another encoder" in capsys.readouterr().err


def test_a_dataset_is_laid_out_tile_by_tile(small_dataset, make_encoder, tmp_path) -> None:
    dataset = small_dataset
    (tmp_path / "run").mkdir()
    encoder = make_encoder(
        tmp_path / "run" / "encoder.safetensors",
        tuple(dataset.band_names),
        tile=dataset.information.tile_size_px,
    )
    assert main(["--dataset", str(dataset.folder), "--encoder", str(encoder)]) == 0
    folder = tmp_path / "run" / f"{dataset.folder.stem}.vectors"
    count = len(dataset)
    expected = load_encoder(encoder).embed(dataset.tiles(np.arange(count)).astype(np.float32))
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(np.load(folder / "vectors.npy"), expected, atol=1e-5)
    assert np.load(folder / "valid.npy").all()
    corners, table = np.load(folder / "corners.npy"), dataset.table("tiles")
    bounds = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    np.testing.assert_allclose(bounds, table.geometry.bounds.to_numpy())
    about = record(folder)
    names = [about["scenes"][n] for n in np.load(folder / "scenes.npy")]
    assert names == table["scene"].tolist()
    pictures = np.load(folder / "thumbnails.npy")
    bands = [dataset.band_names.index(name) for name in about["colours"]]
    tile = dataset.tile(3)[bands].astype(float)
    low, high = (
        np.array([dataset.information.bands[n].statistics[f"percentile_{p}"] for n in bands])
        for p in (2, 98)
    )
    stretched = 255 * ((tile - low[:, None, None]) / (high - low)[:, None, None]).clip(0, 1)
    np.testing.assert_allclose(np.moveaxis(pictures[3], -1, 0), stretched, atol=0.51)


@pytest.mark.parametrize("name", ["vectors.npy", "thumbnails.npy"])
def test_a_full_disk_is_told_before_anything_is_written_to_a_map(
    small_dataset, make_encoder, tmp_path, monkeypatch, capsys, name
) -> None:
    """Written to without a place on the disk, it would end the process by a signal."""
    take = os.posix_fallocate

    def take_unless_full(descriptor: int, *size: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(name):
            raise OSError(errno.ENOSPC, "No space left on device")
        take(descriptor, *size)

    monkeypatch.setattr(os, "posix_fallocate", take_unless_full)
    encoder = make_encoder(tmp_path / "encoder.safetensors", bands=small_dataset.band_names)
    output = tmp_path / "out.vectors"
    arguments = ["--encoder", encoder, "--dataset", small_dataset.folder, "--output", output]
    assert main([str(argument) for argument in arguments]) == 4
    error = capsys.readouterr().err
    assert f"the disk is full: {output.with_name('.partial-out.vectors') / name}" in error
    assert "Traceback" not in error and not output.exists()


def test_a_mapped_array_has_its_place_on_the_disk_and_is_zeros(tmp_path, monkeypatch) -> None:
    array = mapped_array(tmp_path / "a.npy", (300, 1000), np.float32)
    state = (tmp_path / "a.npy").stat()
    assert state.st_blocks * 512 >= state.st_size >= array.nbytes == 1_200_000
    assert not array.any()
    free = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(MachineError, match=r"b.npy needs 0.0012 GB, and 0.001 GB are free"):
        mapped_array(tmp_path / "b.npy", (300, 1000), np.float32)
    assert not (tmp_path / "b.npy").exists()
