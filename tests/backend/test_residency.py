"""Batches from disk, memory and device: the same to the bit, and the pixels that a slice gives."""

from __future__ import annotations

import pickle
import threading
import time

import numpy as np
import pytest
import torch

from backend.contract.jobs import TrainJob
from backend.contract.training_plan import Plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself, Near, TilesInMemory, TilesOnDisk
from backend.runtime.errors import DataError, MachineError
from backend.training import residency
from backend.training.batches import STEPS_AHEAD, Batches
from backend.training.residency import TilesOnDevice, make_tiles

CPU = torch.device("cpu")


class Quiet:
    def say(self, text: str) -> None:
        pass


@pytest.fixture(scope="module", params=["uint8", "uint16", "float32"])
def dataset(request, make_dataset, tmp_path_factory) -> TileDataset:
    """Chips of 13 px, three bands, every value of the dtype's bits alike."""
    generator = np.random.default_rng(1)
    shape = (9, 3, 13, 13)
    if request.param == "float32":
        chips = generator.standard_normal(shape, np.float32)
        chips[0, 0, 0, 0] = np.nan
    else:
        chips = generator.integers(0, np.iinfo(request.param).max + 1, shape).astype(request.param)
    folder = tmp_path_factory.mktemp("residency") / "a.tiles"
    values = dict(count=9, bands=3, dtype=request.param, tile=5, radius=4, chips=chips)
    return TileDataset(make_dataset(folder, **values))


def test_tiles_are_slices_of_their_chips_wherever_these_are(dataset: TileDataset) -> None:
    generator = np.random.default_rng(2)
    chips, offsets = generator.integers(0, 9, 40), generator.integers(-4, 5, (40, 2))
    offsets[0], offsets[1], chips[0] = -4, 4, 0
    expected = np.stack(
        [
            dataset.chips[chip][0, :, 4 + row : 9 + row, 4 + column : 9 + column]
            for chip, (row, column) in zip(chips, offsets, strict=True)
        ]
    )
    disk = TilesOnDisk(dataset)
    again = pickle.loads(pickle.dumps(disk))  # as a process that is spawned gets it
    for tiles in (disk, again, TilesInMemory(dataset), TilesOnDevice(dataset, CPU)):
        for _ in range(2):
            found = np.asarray(tiles.cut(chips, offsets))
            assert found.dtype == dataset.chips.dtype
            assert np.array_equal(found.view(np.uint8), expected.view(np.uint8))
        assert tiles.cut(chips[:0], offsets[:0]).shape == (0, 3, 5, 5)
        with pytest.raises(ValueError, match="beyond the 4 px"):
            tiles.cut(chips[:1], np.array([[0, 5]]))


def test_batches_are_the_same_from_everywhere_and_in_order(dataset: TileDataset) -> None:
    """More steps than are read ahead, over the end of an epoch."""
    plan = Plan(samples=9, batch_size=4, steps=11)

    def batches(tiles) -> list:
        chips = np.arange(9)
        return list(Batches(dataset, chips, [Itself(), Near(4)], plan, 5, tiles).from_step(2))

    disk = batches(TilesOnDisk(dataset))
    assert [batch.step for batch in disk] == list(range(2, 11))
    for tiles in (None, TilesInMemory(dataset), TilesOnDevice(dataset, CPU)):
        for one, other in zip(disk, batches(tiles), strict=True):
            assert np.array_equal(one.chips, other.chips)
            for mine, yours in zip(one.tiles, other.tiles, strict=True):
                assert mine.tobytes() == np.asarray(yours).tobytes()


def test_a_batch_left_midway_leaves_no_reader_behind(dataset: TileDataset) -> None:
    """The readers that are at work when the run ends are waited for, and the rest is not begun."""
    disk, begun = TilesOnDisk(dataset), []

    class Slow:
        def cut(self, chips: np.ndarray, offsets: np.ndarray) -> np.ndarray:
            begun.append(threading.current_thread())
            time.sleep(0.2 if len(begun) > 1 else 0)
            return disk.cut(chips, offsets)

    batches = Batches(dataset, np.arange(9), [Itself()], Plan(9, 4, 100), 0, Slow())
    steps = batches.from_step(0)
    next(steps)
    steps.close()
    assert begun and not any(thread.is_alive() for thread in begun)
    assert len(begun) <= 1 + STEPS_AHEAD


def test_a_chip_that_is_not_there_is_named(make_dataset, tmp_path) -> None:
    dataset = TileDataset(make_dataset(tmp_path / "a.tiles", count=9, tile=4, radius=2))
    for number in (-1, 9):
        with pytest.raises(DataError, match=f"chip {number} is missing"):
            TilesOnDisk(dataset).cut(np.array([number]), np.zeros((1, 2), np.int64))


def test_chips_that_do_not_fit_into_memory(make_dataset, tmp_path, monkeypatch) -> None:
    dataset = TileDataset(make_dataset(tmp_path / "a.tiles", count=9, tile=4, radius=2))

    def tiles(where: str):
        return make_tiles(TrainJob(residency=where), dataset, CPU, Quiet())

    assert [type(tiles(where)) for where in ("auto", "disk", "memory", "device")] == [
        TilesOnDisk,
        TilesOnDisk,
        TilesInMemory,
        TilesInMemory,
    ]
    monkeypatch.setattr(residency, "available_memory", lambda: 1000)
    with pytest.raises(MachineError, match="and this machine has 1e-06 GB of memory") as raised:
        tiles("memory")
    assert "--residency disk" in raised.value.hint
