"""Bad input to `backend.ingest`: a clear line, the right exit status, and nothing left behind."""

from __future__ import annotations

import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.data.dataset import TileDataset
from backend.data.store_writer import ChipStoreWriter
from tests.backend.ingesting import ingest, write_arrays
from tests.backend.rasters import noise, write_raster


@pytest.fixture
def fails(tmp_path: Path, capsys) -> Callable[..., str]:
    """fails(status, source, option=value, ...): the verb must fail so; gives its message."""

    def run(status: int, source: Path, **options: object) -> str:
        output = tmp_path / "out" / "x.tiles"
        assert ingest(source, output, **options) == status
        err = capsys.readouterr().err
        assert "Traceback" not in err
        left = list(output.parent.iterdir()) if output.parent.exists() else []
        assert left == []
        message = err.splitlines()[-1]
        assert message.startswith("error: ")
        return message

    return run


@pytest.fixture
def tiles(tmp_path: Path) -> Path:
    """Twelve tiles of 8 × 8 px and 3 bands."""
    write_arrays(tmp_path / "tiles")
    return tmp_path / "tiles"


def write_classes(folder: Path) -> Path:
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for number in range(6):
            pixels = np.random.default_rng(number).integers(0, 256, (32, 32, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.jpg")
    return folder


def test_a_source_that_holds_nothing(fails, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds neither .npy files nor images" in fails(2, tmp_path / "empty")
    assert "holds no .npy files" in fails(2, tmp_path / "empty", format="npy")
    assert "holds no images" in fails(2, tmp_path / "empty", format="class-folder")
    assert f"there is no {tmp_path / 'none'}" in fails(2, tmp_path / "none")
    (tmp_path / "x.tar").write_bytes(b"x")
    assert "neither a folder nor a zip file" in fails(2, tmp_path / "x.tar")
    assert "reads a folder" in fails(2, tmp_path / "x.tar", format="npy")


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (np.zeros((9, 9, 3), np.uint8), "is 9 × 9 px, 3 band(s), uint8; 1tile.npy is 8 × 8 px"),
        (np.zeros((8, 8, 4), np.uint8), "is 8 × 8 px, 4 band(s), uint8; 1tile.npy is"),
        (np.zeros((8, 8, 3), np.float32), "3 band(s), float32; 1tile.npy is 8 × 8 px, 3 band(s)"),
        (np.zeros((2, 8, 8, 3), np.uint8), "array of shape (2, 8, 8, 3), which is no tile"),
        (np.array([{"a": 1}]), "holds Python objects (a pickle), which are not read"),
    ],
)
def test_a_tile_unlike_the_others(fails, tiles: Path, odd: np.ndarray, message: str) -> None:
    np.save(tiles / "7tile.npy", odd, allow_pickle=True)
    said = fails(3, tiles)
    assert message in said and "7tile.npy" in said


@pytest.mark.parametrize("content", [b"", b"x" * 200, b"\x93NUMPY\x01\x00", "half", "archive"])
def test_a_tile_that_cannot_be_read(fails, tiles: Path, content: bytes | str) -> None:
    path = tiles / "7tile.npy"
    if content == "half":
        content = path.read_bytes()[:200]
    elif content == "archive":
        with open(tiles / "x", "wb") as file:
            np.savez(file, a=np.zeros(3))
        content = (tiles / "x").read_bytes()
    path.write_bytes(content)
    assert f"the file {path}" in fails(3, tiles)


def test_tiles_that_are_no_squares_of_numbers(fails, tmp_path: Path) -> None:
    write_arrays(tmp_path / "wide", shape=(8, 9, 3))
    assert "not square" in fails(3, tmp_path / "wide")
    # Bands first, and not said so.
    write_arrays(tmp_path / "first", shape=(3, 8, 8))
    assert "see --layout" in fails(3, tmp_path / "first")
    (tmp_path / "truth").mkdir()
    np.save(tmp_path / "truth" / "1.npy", np.ones((8, 8, 1), bool))
    assert "holds bool" in fails(3, tmp_path / "truth")


@pytest.mark.parametrize(
    ("status", "options", "message"),
    [
        (2, {"bands": ["red", "green"]}, "the tiles' 3 bands are band_1, band_2, band_3"),
        (2, {"bands": ["red=4"]}, "the number must be 1 to 3"),
        (2, {"tile_size_px": 9}, "--tile-size-px 9 is more than there is: the stored tiles are 8"),
        (2, {"tile_size_px": 5}, "give 4 or 6"),
        (2, {"neighbour_radius_px": 3}, "leaves no tile"),
        (2, {"tile_size_px": 4, "neighbour_radius_px": 1}, "make 6 px: the stored tiles are 8"),
        (2, {"nodata": 256}, "--nodata 256 does not fit the tiles' type uint8"),
        (2, {"split": "blocks"}, "--split blocks needs tiles that are all georeferenced"),
        (2, {"test_fraction": 0.9, "validation_fraction": 0.1}, "too few tiles for training"),
        (2, {"label_folder": "x"}, "--label-folder does not belong to the format npy"),
        (2, {"class_table": "nlcd"}, "--class-table explains the codes of --labels"),
        (2, {"labels": "none.npy"}, "there is no label file none.npy"),
        (2, {"format": "tile2vec-triplets"}, "holds no triplets"),
        (2, {"format": "geokr"}, "holds no images"),
        (2, {"ground_resolution_m": 0}, "--ground-resolution-m must be at least 0.001 m"),
    ],
)
def test_settings_that_do_not_fit(
    fails, tiles: Path, status: int, options: dict, message: str
) -> None:
    assert message in fails(status, tiles, **options)


def test_labels_that_do_not_fit(fails, tiles: Path, tmp_path: Path) -> None:
    path = tmp_path / "y.npy"
    np.save(path, np.zeros(11, int))
    assert "has 11 labels for 12 tiles" in fails(3, tiles, labels=path)
    np.save(path, np.full(12, 0.5))
    assert "holds float64" in fails(3, tiles, labels=path)
    np.save(path, np.zeros((12, 2), int))
    assert "array of shape (12, 2)" in fails(3, tiles, labels=path)
    np.save(path, np.array([{}] * 12), allow_pickle=True)
    assert "Python objects" in fails(3, tiles, labels=path)
    np.save(path, np.array([11, 999] * 6))
    message = fails(3, tiles, labels=path, class_table="nlcd")
    assert "999" in message and "nlcd" in message


def test_triplets_that_are_not_whole(fails, tmp_path: Path) -> None:
    folder = tmp_path / "triplets"
    folder.mkdir()
    for name in ("0anchor", "0neighbor", "0distant", "1anchor", "1distant"):
        np.save(folder / f"{name}.npy", np.zeros((8, 8, 4), np.uint8))
    assert "the triplet 1" in fails(3, folder) and "lacks its neighbor tile" in fails(3, folder)
    np.save(folder / "1neighbor.npy", np.zeros((8, 8, 4), np.uint8))
    np.save(folder / "other.npy", np.zeros((8, 8, 4), np.uint8))
    assert "triplets and other arrays" in fails(2, folder)


def test_images_that_cannot_be_read(fails, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "images")
    whole = (folder / "b" / "3.jpg").read_bytes()
    for content in (whole[: len(whole) // 2], whole[:300], b"not an image", b""):
        (folder / "b" / "3.jpg").write_bytes(content)
        message = fails(3, folder)
        assert f"the image {folder / 'b' / '3.jpg'} cannot be read" in message
        assert "See previous" not in message
    Image.new("L", (32, 32)).save(folder / "b" / "3.jpg")
    assert "1 band(s)" in fails(3, folder)


def test_zip_files_that_cannot_be_read(fails, tmp_path: Path) -> None:
    folder, path = write_classes(tmp_path / "images"), tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.jpg")):
            archive.write(file, file.relative_to(folder))
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    assert "cannot be read as a zip file" in fails(3, path)
    damaged = bytearray(whole)
    place = whole.index((folder / "a" / "4.jpg").read_bytes()) + 400
    damaged[place] ^= 255
    path.write_bytes(damaged)
    assert f"the image {path / 'a' / '4.jpg'} cannot be read: Bad CRC-32" in fails(3, path)


def test_folders_without_a_clear_class(fails, tmp_path: Path) -> None:
    folder = tmp_path / "flat"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    assert "has no class folders" in fails(2, folder)
    for part in ("train", "test"):
        write_classes(tmp_path / "parts" / part)
    message = fails(2, tmp_path / "parts")
    assert "lie in several folders, such as test and train" in message


def test_geokr_without_labels(fails, tmp_path: Path) -> None:
    folder = tmp_path / "crops" / "scene"
    folder.mkdir(parents=True)
    for number in range(3):
        write_raster(folder / f"{number}.tif", noise((3, 8, 8), number))
    message = fails(3, tmp_path / "crops", format="geokr")
    assert "none of the 3 images has a label file" in message and "0.json" in message
    assert "there is no folder" in fails(2, tmp_path / "crops", label_folder=tmp_path / "none")
    (folder / "0.json").write_text('{"Forest": 1}', encoding="utf-8")
    assert "is no label of GeoKR" in fails(3, tmp_path / "crops", format="geokr")
    (folder / "0.json").write_text('{"Foreast": 1}', encoding="utf-8")
    assert ingest(tmp_path / "crops", tmp_path / "x.tiles", split="random") == 0
    events = (tmp_path / "x.tiles" / "events.jsonl").read_text(encoding="utf-8")
    assert "2 of 3 images have no label file" in events


def test_an_output_that_exists(tiles: Path, tmp_path: Path, capsys) -> None:
    output = tmp_path / "x.tiles"
    assert ingest(tiles, output) == 0
    before = (output / "dataset.json").read_bytes()
    assert ingest(tiles, output, count=6) == 2
    assert "the output exists" in capsys.readouterr().err
    assert (output / "dataset.json").read_bytes() == before
    assert ingest(tiles, output, "--overwrite", count=6) == 0
    assert len(TileDataset(output)) == 6
    (output / "dataset.json").unlink()
    assert ingest(tiles, output, "--overwrite") == 2
    assert "not this program's" in capsys.readouterr().err


def test_stopped_midway_nothing_is_left(tiles: Path, tmp_path: Path, monkeypatch) -> None:
    """A signal at the fifth tile; what a kill left behind does not harm the next run either."""
    output = tmp_path / "out" / "x.tiles"
    append = ChipStoreWriter.append
    seen: list[int] = []

    def stop_at_the_fifth(writer: ChipStoreWriter, chip: np.ndarray) -> None:
        append(writer, chip)
        seen.append(len(seen))
        if len(seen) == 5:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(ChipStoreWriter, "append", stop_at_the_fifth)
    assert ingest(tiles, output) == 143
    assert len(seen) == 5 and list(output.parent.iterdir()) == []
    monkeypatch.setattr(ChipStoreWriter, "append", append)
    partial = output.parent / ".partial-x.tiles"
    partial.mkdir()
    for name in ("chips.lmdb", "footprints.gpkg", "events.jsonl"):
        (partial / name).write_bytes(b"half of it")
    assert ingest(tiles, output) == 0
    assert len(TileDataset(output)) == 12 and not partial.exists()
    assert len(TileDataset(output).table()) == 12
