"""Bad input to `backend.embed`: a clear line, the right exit status, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio

from backend.embed import main
from backend.mapping import embedding
from backend.mapping.forward import embed_batch
from backend.mapping.geotiff import write_cog
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import MachineError

REPOSITORY = Path(__file__).resolve().parents[2]
BANDS = ("green", "red", "nir")


def noise(height: int = 70, width: int = 90) -> np.ndarray:
    values = np.random.default_rng(0).integers(1000, 9000, (3, height, width))
    return values.astype(np.uint16)


@pytest.fixture(scope="module")
def encoder(make_encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("enc") / "encoder.safetensors", BANDS)


@pytest.fixture
def scene(make_scene, tmp_path: Path) -> Path:
    return make_scene(tmp_path / "scene.tif", noise(), names=BANDS)


@pytest.fixture
def fails(encoder: Path, scene: Path, tmp_path: Path, capsys) -> Callable[..., str]:
    """fails(status, option=value, ...) runs the verb, which must fail so, and gives its message."""

    def run(status: int, **changed: object) -> str:
        settings = dict(encoder=encoder, scenes=scene, output=tmp_path / "out" / "map.tif")
        settings |= dict(stride_px=4, batch_size=32) | changed
        arguments = []
        for name, value in settings.items():
            arguments.append("--" + name.replace("_", "-"))
            arguments += map(str, value if isinstance(value, list) else [value])
        assert main(arguments) == status
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "embedding map:" not in out
        left = list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else []
        assert left == []
        return err.splitlines()[-1]

    return run


def test_no_such_encoder(fails) -> None:
    assert "there is no encoder nowhere.safetensors" in fails(2, encoder="nowhere.safetensors")


def test_encoder_cut_short(fails, encoder: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.safetensors"
    short.write_bytes(encoder.read_bytes()[:100_000])
    message = fails(3, encoder=short)
    assert "short.safetensors cannot be read" in message
    assert "cut short" in message


def test_encoder_for_other_bands(fails, make_scene, tmp_path: Path) -> None:
    other = make_scene(tmp_path / "o.tif", noise(), names=("blue", "green", "red"))
    with_more = np.concatenate([noise(), noise()[:1]])
    more = make_scene(tmp_path / "m.tif", with_more, names=("blue", "green", "red", "swir"))
    message = fails(2, scenes=more)
    assert "needs the bands green, red, nir; the scene m has blue, green, red, swir" in message
    assert "so nir is missing" in message
    # Named explicitly, bands are taken at their word even where their number fits.
    message = fails(2, scenes=other, bands=["blue", "green", "red"])
    assert "so nir is missing" in message


def test_no_such_scene(fails) -> None:
    assert "there is no file nowhere.tif" in fails(2, scenes="nowhere.tif")


def test_scene_cut_short(fails, make_scene, tmp_path: Path) -> None:
    whole = make_scene(tmp_path / "whole.tif", noise(400, 300), names=BANDS)
    # Pixels are stored row by row behind the header: the last rows are gone.
    content = whole.read_bytes()
    short = tmp_path / "short.tif"
    short.write_bytes(content[: len(content) * 3 // 4])
    message = fails(3, scenes=short, stride_px=32)
    assert "short.tif cannot be read" in message


def test_scene_without_valid_pixels(fails, make_scene, tmp_path: Path) -> None:
    empty = make_scene(tmp_path / "empty.tif", np.zeros_like(noise()), names=BANDS, nodata=0)
    message = fails(3, scenes=empty)
    assert "no tile has enough valid pixels" in message
    assert "--minimum-valid-fraction" in message


def test_tile_larger_than_the_scene(fails, make_scene, tmp_path: Path) -> None:
    small = make_scene(tmp_path / "small.tif", noise(7, 40), names=BANDS)
    message = fails(3, scenes=small)
    assert "the scene small has 40 × 7 px, less than the encoder's tile of 8 × 8 px" in message


def test_stride_larger_than_the_scene(fails) -> None:
    message = fails(2, stride_px=71)
    assert "the scene scene has 90 × 70 px, less than --stride-px 71" in message
    assert "at most 70 px" in message


def test_output_exists(encoder, scene, tmp_path, capsys) -> None:
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--picture"]
    for name in ("map.tif", "map_picture.tif"):
        folder = tmp_path / name.replace(".", "_")
        folder.mkdir()
        (folder / name).write_text("precious")
        assert main([*arguments, "--output", str(folder / "map.tif")]) == 2
        assert f"the output exists: {folder / name}" in capsys.readouterr().err
        assert [path.name for path in folder.iterdir()] == [name]
        assert (folder / name).read_text() == "precious"


def test_the_outputs_name_fits_the_number_of_scenes(fails, scene, tmp_path: Path) -> None:
    message = fails(2, output=tmp_path / "out" / "map.png")
    assert "give a name NAME.tif" in message
    message = fails(2, scenes=[scene, scene])
    assert "2 scenes make a folder of maps" in message


def test_gpu_where_there_is_none(fails, monkeypatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert "asks for a GPU, and torch finds none" in fails(4, device="cuda")


def test_too_little_disk_is_said_before_work_begins(fails, monkeypatch) -> None:
    usage = shutil._ntuple_diskusage(10**6, 10**6 - 30_000, 30_000)
    monkeypatch.setattr(embedding.shutil, "disk_usage", lambda _: usage)
    # 18 × 23 pixels of 16 floats, in a scratch file and in the map: 53 kB.
    assert "the maps need about" in fails(4)


def test_memory_used_up_names_a_smaller_batch(encoder, monkeypatch) -> None:
    frozen = load_encoder(encoder)

    def refuse(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9 bytes")

    monkeypatch.setattr(frozen, "embed_normalised", refuse)
    with pytest.raises(MachineError, match="a batch of 64 tiles") as caught:
        embed_batch(frozen, np.zeros((1, 3, 8, 8), np.float32), "embedding", 64)
    assert "--batch-size, such as 16" in caught.value.hint


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """A limit on the size of files stands for a full disk: writing beyond it fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [1_000, 100_000, 260_000])
def test_disk_full(fails, size) -> None:
    """The scratch raster has one block of 64 × 64 pixels of 16 floats, 262 kB."""
    with file_size_limit(size):
        message = fails(4)
    assert "map.tif" in message
    assert "the disk is full or a limit on file sizes is reached" in message


def test_disk_full_keeps_the_older_map(encoder, scene, tmp_path) -> None:
    output = tmp_path / "map.tif"
    output.write_text("older")
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--output", str(output)]
    with file_size_limit(10_000):
        assert main([*arguments, "--overwrite", "--batch-size", "32"]) == 4
    assert output.read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.tif", "scene.tif"]


def test_disk_full_on_closing_is_noticed(make_scene, tmp_path) -> None:
    """GDAL says nothing when the last blocks of a file are refused; `write_cog` looks."""
    source = make_scene(tmp_path / "s.tif", noise(600, 600))
    options = dict(compression="DEFLATE", resampling="AVERAGE")
    write_cog(source, tmp_path / "whole.tif", **options)
    size = (tmp_path / "whole.tif").stat().st_size
    for missing in (1, 10, 1_000, 100_000, size // 2):
        target = tmp_path / f"{missing}.tif"
        with file_size_limit(size - missing), pytest.raises(MachineError) as caught:
            write_cog(source, target, **options)
        assert "the disk is full" in caught.value.hint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_on_request_leaves_nothing(encoder, make_scene, tmp_path, number) -> None:
    scene = make_scene(tmp_path / "large.tif", noise(600, 600), names=BANDS)
    folder = tmp_path / "out"
    command = [sys.executable, "-m", "backend.embed", "--encoder", str(encoder)]
    command += ["--scenes", str(scene), "--stride-px", "1", "--batch-size", "32"]
    command += ["--events", "jsonl", "--output", str(folder / "map.tif")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            progress = (line for line in process.stdout if '"progress"' in line)
            next(progress)
            next(progress)  # the second is printed when tiles have been embedded
            left = [path.name for path in folder.iterdir()]
        finally:
            process.send_signal(number)
        rest = process.stdout.read()
    assert left == [".partial-map.tif"]
    assert process.returncode == 128 + number
    assert f'"status": "stopped", "exit_status": {128 + number}' in rest.splitlines()[-1]
    assert list(folder.iterdir()) == []


def test_a_map_of_an_interrupted_run_is_made_anew(encoder, scene, tmp_path) -> None:
    """What a killed run left is neither taken for whole nor in the way."""
    output = tmp_path / "map.tif"
    left = tmp_path / ".partial-map.tif"
    left.mkdir()
    (left / "scratch-map.tif").write_bytes(b"half")
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--output", str(output)]
    assert main([*arguments, "--batch-size", "32"]) == 0
    assert not left.exists()
    with rasterio.open(output) as made:
        assert np.isfinite(made.read()).all()
