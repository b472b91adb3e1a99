"""Maps and datasets made by workers of a Dask cluster: the same, whatever becomes of a worker."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio

from backend.build import main as build
from backend.data import sharding as data_sharding
from backend.data import strips
from backend.embed import main
from backend.mapping import sharding
from backend.networks.encoder import build_encoder
from backend.networks.encoder_file import read_information, save_encoder
from backend.runtime import cluster
from backend.runtime.computation import Computation
from backend.runtime.errors import MachineError, RequestError
from backend.runtime.reporter import Reporter
from backend.runtime.shards import file_states, open_shards, shared_work

from . import dask_workers
from .dask_workers import Crew, started, stop_at_first_shard, whole_shards
from .embedding import BANDS, landscape


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with started(2) as crew:
        yield crew


@pytest.fixture
def embed(make_encoder, make_scene, tmp_path, monkeypatch) -> Callable[..., int]:
    """embed(*options) maps two scenes of 9 × 12 map pixels, 9 shards each, into `maps`."""
    # One row of the map each.
    monkeypatch.setattr(sharding, "TILES_PER_SHARD", 12)
    encoder = make_encoder(tmp_path / "encoder.safetensors", BANDS, tile=16)
    pixels = landscape(seed=1)
    pixels[:, 20:34, 40:60] = 0
    scenes = [
        make_scene(tmp_path / "a é.tif", landscape(), names=BANDS),
        make_scene(tmp_path / "b.tif", pixels, names=BANDS, nodata=0),
    ]
    monkeypatch.chdir(tmp_path)

    def run(*options: str, count: int = 2, output: str = "maps") -> int:
        arguments = ["--encoder", encoder.name, "--scenes", *(s.name for s in scenes[:count])]
        arguments += ["--output", output, "--stride-px", "8", "--batch-size", "16", *options]
        return main(arguments)

    return run


def digest(path: Path) -> str:
    """Of a file's bytes, which pytest would compare for minutes where they differ."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder: Path) -> dict[str, str]:
    return {path.name: digest(path) for path in folder.iterdir()}


def test_maps_are_the_same_to_the_byte_though_a_worker_is_killed(embed, crew, tmp_path) -> None:
    options = ("--picture", "--clusters", "3", "--storage", "uint8")
    assert embed(*options) == 0
    (tmp_path / "maps").rename(tmp_path / "local")
    crew.fill_up(2)
    with crew.killed_midway(tmp_path / ".shards-maps") as killed:
        assert embed(*options, "--scheduler", crew.address) == 0
    assert killed["shards"] < 18
    made = contents(tmp_path / "maps")
    assert made == contents(tmp_path / "local")
    assert {"a é.tif", "b_picture.tif", "b_clusters.tif"} <= set(made)
    assert not (tmp_path / ".shards-maps").exists()


def test_a_stopped_run_goes_on_with_the_shards_that_are_whole(
    embed, crew, tmp_path, monkeypatch, capsys
) -> None:
    assert embed(count=1, output="map.tif") == 0
    local = digest(tmp_path / "map.tif")
    (tmp_path / "map.tif").unlink()
    folder = tmp_path / ".shards-map.tif"
    crew.fill_up(1)

    def run() -> int:
        return embed("--scheduler", crew.address, count=1, output="map.tif")

    stopper = stop_at_first_shard(folder)
    assert run() == 143
    stopper.join()
    assert not (tmp_path / "map.tif").exists()
    # All shards are made, and then the map is not: as when the disk is full.
    with monkeypatch.context() as patch:
        patch.setattr(Computation, "read", lambda *_: 1 / 0)
        assert run() == 1
    shards = whole_shards(folder)
    assert len(shards) == 9
    kept, cut, changed = shards[:7], shards[7], shards[8]
    times = [path.stat().st_mtime_ns for path in kept]
    cut.write_bytes(cut.read_bytes()[:-40])
    damaged = bytearray(changed.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    changed.write_bytes(damaged)
    (folder / ".partial-0-junk.npz").write_bytes(b"half")
    capsys.readouterr()
    seen = []
    compute = Computation._compute
    monkeypatch.setattr(
        Computation, "_compute", lambda self, names: (seen.extend(names), compute(self, names))
    )
    monkeypatch.setattr(
        "backend.runtime.shards._remove",
        lambda _: seen.extend(path.stat().st_mtime_ns for path in kept),
    )
    assert run() == 0
    assert "8 of 9 shards are there from before" in capsys.readouterr().err
    assert seen == [cut.stem, changed.stem, *times]
    assert digest(tmp_path / "map.tif") == local


@pytest.fixture
def built(make_scene, tmp_path, monkeypatch) -> Callable[..., dict[str, str]]:
    """built(*options) builds a dataset of two scenes with land cover: digests of its files."""
    # Four chips of 16 px each, and few rows of the layer.
    monkeypatch.setattr(data_sharding, "SHARD_BYTES", 4 * 3 * 16 * 16 * 2)
    monkeypatch.setattr(strips, "COUNTING_BYTES", 64 * 90 * 16)
    pixels = landscape(seed=1)
    pixels[:, 20:34, 40:60] = 0
    for number, values in enumerate((landscape(), pixels)):
        make_scene(tmp_path / f"{number}.tif", values, names=BANDS, nodata=0)
    codes = np.random.default_rng(0).integers(1, 4, (1, 70, 90)).astype(np.uint8)
    make_scene(tmp_path / "layer.tif", codes)
    table = [{"name": "One", "codes": [1]}, {"name": "Rest", "codes": ["2-3"]}]
    (tmp_path / "table.json").write_text(json.dumps(table))
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> dict[str, str]:
        arguments = ["--scenes", "0.tif", "1.tif", "--land-cover", "layer.tif", "--class-table"]
        arguments += ["table.json", "--tile-size-px", "8", "--neighbour-radius-px", "4"]
        arguments += ["--count", "42", "--output", "d.tiles", "--overwrite", "--workers", "1"]
        assert build([*arguments, *options]) == 0
        names = ("chips.lmdb", "dataset.json", "footprints.gpkg")
        assert {path.name for path in Path("d.tiles").iterdir()} == {*names, "events.jsonl"}
        return {name: digest(Path("d.tiles", name)) for name in names}

    return run


def test_datasets_are_the_same_to_the_byte_though_a_worker_is_killed(built, crew, tmp_path) -> None:
    local = built()
    crew.fill_up(2)
    with crew.killed_midway(tmp_path / ".partial-d.tiles" / "shards") as killed:
        made = built("--scheduler", crew.address)
    # 11 of chips, and 5 strips of each scene.
    assert killed["shards"] < 21
    assert made == local


def test_an_interrupted_build_goes_on_with_the_shards_that_are_whole(
    built, crew, tmp_path, monkeypatch
) -> None:
    local = built()
    crew.fill_up(1)
    # All shards are there, and the disk is full while chips are written.
    with monkeypatch.context() as patch, pytest.raises(AssertionError):
        patch.setattr(Computation, "read", raise_error(MachineError("the disk is full")))
        built("--scheduler", crew.address)
    shards = whole_shards(tmp_path / ".partial-d.tiles" / "shards")
    assert len(shards) == 21
    shards[0].unlink()
    shards[-1].write_bytes(b"half")
    seen = []
    compute = Computation._compute
    monkeypatch.setattr(
        Computation, "_compute", lambda self, names: (seen.extend(names), compute(self, names))
    )
    assert built("--scheduler", crew.address) == local
    assert sorted(seen) == [shards[0].stem, shards[-1].stem]


def raise_error(error: Exception) -> Callable:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_dense_map_is_the_same(embed, crew, tmp_path) -> None:
    crew.fill_up(1)
    # resnet18's cells lie 32 px apart, which is no use for tiles of 16 px.
    encoder = tmp_path / "encoder.safetensors"
    information = dataclasses.replace(read_information(encoder), architecture="tilenet")
    save_encoder(encoder, information, build_encoder(information.shape, seed=0))
    options = ("--mode", "dense", "--features", "backbone", "--overwrite")
    made = []
    for more in ((), ("--scheduler", crew.address)):
        assert embed(*options, *more, count=1, output="map.tif") == 0
        with rasterio.open(tmp_path / "map.tif") as dataset:
            made.append(dataset.read())
    # To rounding: the last bits depend on how many threads PyTorch has in a process.
    np.testing.assert_allclose(made[1], made[0], rtol=1e-4, atol=1e-6)


@pytest.fixture
def attempt(tmp_path) -> Callable[[Callable, str], None]:
    """attempt(work, address) has workers do `work` for a shard named "one"."""

    def run(work: Callable, address: str) -> None:
        with (
            shared_work(tmp_path / "s", {}, [], [{"name": "one"}]) as shared,
            cluster.connected(address, Reporter()) as client,
            Reporter().phase("work", 1, "shards") as phase,
        ):
            cluster.compute(client, shared, work, {"one": 1}, phase)

    return run


def test_a_shard_that_fails_again_and_again_is_named(attempt, crew, tmp_path, monkeypatch) -> None:
    crew.fill_up(1)
    with pytest.raises(MachineError, match=r"shard one failed 3 times, .*: OSError: no luck"):
        attempt(dask_workers.fail, crew.address)
    with pytest.raises(MachineError, match="wrote shard one, and it is not seen in"):
        monkeypatch.setattr("backend.runtime.shards.SEEN_WITHIN_SECONDS", 0.1)
        attempt(dask_workers.write_nothing, crew.address)
    # The scheduler gives up at once, and not after the fourth worker.
    monkeypatch.setattr(crew.scheduler, "allowed_failures", 0)
    with pytest.raises(MachineError, match="each of the workers that computed shard one died"):
        attempt(dask_workers.kill_worker, crew.address)
    assert not (tmp_path / "s").exists()


def test_workers_of_this_machine(attempt, tmp_path, monkeypatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra `distributed`")
    monkeypatch.setattr("dask.system.CPU_COUNT", 1)
    attempt(dask_workers.write, "local")
    # The folder is removed behind a work that is done.
    assert not (tmp_path / "s").exists()


def test_what_a_worker_does_not_see_is_told(tmp_path: Path) -> None:
    scene = tmp_path / "scene.tif"
    scene.write_bytes(b"123")
    with shared_work(tmp_path / "s", {}, file_states([scene]), [{"name": "one"}]) as shared:
        with pytest.raises(RequestError, match="another process is at work"):
            shared_work(tmp_path / "s", {}, [], []).__enter__()
        for folder, identity in ((tmp_path / "t", shared.identity), (shared.folder, "other")):
            with pytest.raises(MachineError, match=f"does not see {folder}"):
                open_shards(str(folder), identity)
        scene.write_bytes(b"1234")
        with pytest.raises(MachineError, match=f"{scene} is another one on"):
            open_shards(str(shared.folder), shared.identity)
        scene.unlink()
        with pytest.raises(MachineError, match=f"does not see the file {scene}"):
            open_shards(str(shared.folder), shared.identity)


def test_a_scheduler_that_is_not_there(embed, tmp_path, monkeypatch, capsys) -> None:
    pytest.importorskip("distributed", reason="needs the extra `distributed`")
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        assert embed("--scheduler", address) == 2
        assert f"error: no Dask scheduler answers at {address}; " in capsys.readouterr().err
    with started(0) as empty:
        monkeypatch.setattr(cluster, "FIRST_WORKER_SECONDS", 0.1)
        assert embed("--scheduler", empty.address) == 4
    assert "has no worker; start some with `dask worker tcp://" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert embed("--scheduler", "tcp://127.0.0.1:1") == 4
    error = capsys.readouterr().err
    assert "--scheduler needs the package distributed" in error and "install" in error
    assert {path.name for path in tmp_path.iterdir()} == {"encoder.safetensors", "a é.tif", "b.tif"}
