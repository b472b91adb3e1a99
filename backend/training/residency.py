"""Where a run's chips are: on its device, in memory or on disk. Tiles are the same from each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from backend.contract.jobs import TrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import TilesInMemory, TilesOnDisk
from backend.runtime.device import to_device
from backend.runtime.errors import MachineError
from backend.runtime.reporter import Reporter

# Of the free memory of a device, the part that chips may take unasked; the rest is the networks'.
SHARE_UNASKED = 0.5
SHARE_ASKED = 0.9
CHIPS_AT_ONCE = 256
# torch gathers signed integers alone; the bits are the same.
_GATHERED_AS = {"uint16": "int16", "uint32": "int32"}


class TilesOnDevice(TilesOnDisk):
    """Tiles gathered on the device from a copy of all chips there, in the dataset's own dtype."""

    def __init__(self, dataset: TileDataset, device: torch.device) -> None:
        super().__init__(dataset)
        self._device = device
        held_as = np.dtype(_GATHERED_AS.get(self.dtype.name, self.dtype.name))
        self._chip_pixels = self.bands * self.chip_px**2
        kind = torch.from_numpy(np.empty(0, held_as)).dtype
        self._copy = torch.empty(len(dataset), self._chip_pixels, dtype=kind, device=device)
        for first in range(0, len(dataset), CHIPS_AT_ONCE):
            numbers = range(first, min(first + CHIPS_AT_ONCE, len(dataset)))
            block = np.stack([dataset.chips[n][0] for n in numbers]).astype(self.dtype, copy=False)
            rows = torch.from_numpy(block.view(held_as).reshape(len(block), -1))
            self._copy[first : first + len(block)] = rows.to(device)
        self._pixels = torch.from_numpy(self.row_pixels()[:, :, None] + np.arange(self.tile_px)).to(
            device
        )
        self._given_as = torch.from_numpy(np.empty(0, self.dtype)).dtype

    def cut(self, chips: np.ndarray, offsets: np.ndarray) -> Tensor:
        """As `TilesOnDisk.cut`, a tensor on the device."""
        first = to_device(chips * self._chip_pixels + self.first_pixels(offsets), self._device)
        places = first.view(-1, 1, 1, 1) + self._pixels
        return torch.take(self._copy, places).view(self._given_as)


class PinnedTiles:
    """Tiles from the host, in memory that a GPU fetches from while it computes."""

    def __init__(self, tiles: TilesOnDisk) -> None:
        self._tiles = tiles

    def cut(self, chips: np.ndarray, offsets: np.ndarray) -> Tensor:
        # torch keeps pinned blocks, and knows which of them a copy still reads.
        return torch.from_numpy(self._tiles.cut(chips, offsets)).pin_memory()


Tiles = TilesOnDisk | PinnedTiles


def make_tiles(
    job: TrainJob, dataset: TileDataset, device: torch.device, reporter: Reporter
) -> Tiles:
    """Where `job.residency` has the chips; MachineError where they do not fit there.

    "auto" is the device where that is a GPU and half its free memory holds them, else the disk:
    what is read of a file stays in the system's memory as long as there is room.
    """
    on_gpu, size = device.type == "cuda", _size(dataset)
    where = job.residency
    if where == "auto":
        fits = on_gpu and size <= SHARE_UNASKED * torch.cuda.mem_get_info(device)[0]
        where = "device" if fits else "disk"
    if where == "device" and on_gpu:
        _check_room(size, torch.cuda.mem_get_info(device)[0], str(device), "memory or disk")
        reporter.say(f"{size / 1e9:.3g} GB of chips are held on {device}")
        return TilesOnDevice(dataset, device)
    if where in ("device", "memory"):
        _check_room(size, available_memory(), "this machine", "disk")
        reporter.say(f"{size / 1e9:.3g} GB of chips are held in memory")
        tiles = TilesInMemory(dataset)
    else:
        tiles = TilesOnDisk(dataset)
    return PinnedTiles(tiles) if on_gpu else tiles


def _size(dataset: TileDataset) -> int:
    """Bytes of all chips, of the first date."""
    chips = dataset.chips
    return len(chips) * chips.chip_bytes // chips.shape[0]


def available_memory() -> int | None:
    """Bytes of memory that are free or can be made so; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    values = dict(line.split(":", 1) for line in lines)
    return int(values["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in values else None


def _check_room(size: int, free: int | None, place: str, otherwise: str) -> None:
    """MachineError where `size` bytes are too much for the free ones; None is not known."""
    if free is not None and size > SHARE_ASKED * free:
        raise MachineError(
            f"the chips take {size / 1e9:.3g} GB, and {place} has {free / 1e9:.3g} GB of memory",
            f"use --residency {otherwise}",
        )
