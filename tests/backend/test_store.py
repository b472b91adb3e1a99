"""The chip store under what processes do to it: opened twice, closed, forked."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from backend.data.dataset import TileDataset


def test_two_datasets_of_one_folder_read_side_by_side(make_dataset, tmp_path: Path) -> None:
    folder = make_dataset(tmp_path / "a.tiles")
    first, second = TileDataset(folder), TileDataset(folder)
    chip = first.chips[3]
    assert (second.chips[3] == chip).all()
    second.chips.close()
    # Closing one leaves the other's memory map alone.
    assert (first.chips[3] == chip).all()
    assert (second.chips[3] == chip).all()  # opens again
    first.chips.close()
    second.chips.close()
    assert TileDataset(folder).tiles([3]).sum() > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_store_reads_on_in_a_forked_child(make_dataset, tmp_path: Path) -> None:
    dataset = TileDataset(make_dataset(tmp_path / "a.tiles"))
    expected = [int(dataset.chips[n].sum()) for n in range(4)]
    child = os.fork()
    if child == 0:
        found = [int(dataset.chips[n].sum()) for n in range(4)]
        os._exit(0 if found == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [int(dataset.chips[n].sum()) for n in range(4)] == expected


def test_a_view_outlives_its_dataset(make_dataset, tmp_path: Path) -> None:
    folder = make_dataset(tmp_path / "a.tiles")
    total = TileDataset(folder).tiles(range(4))[3].sum()
    # The dataset is gone once its view is taken; without a map beneath it this would crash.
    view = TileDataset(folder).tile(3)
    gc.collect()
    assert view.sum() == total
    assert not view.flags.writeable
