"""Dense mode: the convolutions of tiles that overlap are computed once, over large windows.

A tile's vector is the mean of the cells of the feature map that lie in it, as in the network
itself; but at its edges those cells see what lies beyond, where a tile by itself is padded with
zeros. The vectors are therefore near to those of tiles, not equal; `agreement` measures how near.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from backend.networks.backbones.reach import reach_of, with_stride
from backend.networks.encoder_file import FrozenEncoder
from backend.runtime.errors import RequestError

from .forward import Advance, Fetch, fetch_of, in_memory, no_vectors
from .grid import BLOCK_BYTES, MapGrid
from .tiles import TileBlock

# Of the largest feature map of a window; a pass holds about three such at a time.
LARGEST_MAP_BYTES = 256 * 2**20
TILES_COMPARED = 128


class DenseForward:
    """All tiles of a block through the network in one pass.

    Raises RequestError for encoders that are no networks of convolutions, and where nothing would
    be gained.
    """

    def __init__(self, encoder: FrozenEncoder, grid: MapGrid, features: str) -> None:
        self._encoder, self._features = encoder, features
        whole = reach_of(encoder.backbone)
        architecture = encoder.information.architecture
        if whole is None:
            raise RequestError(
                f"--mode dense shares convolutions, and {architecture} is no network of "
                "convolutions alone",
                "use --mode tile for this encoder",
            )
        # The largest spacing of cells that the embedding stride is a multiple of.
        self._cell = math.gcd(whole.stride, grid.stride)
        # With the channels last a window takes two thirds of the time on a CPU.
        finer = with_stride(encoder.backbone, self._cell)
        self._network = finer.to(memory_format=torch.channels_last)
        reach = reach_of(self._network)
        # A tile's cells, as many as the network itself makes of it, and their spacing in the map.
        self._cells = -(-grid.tile_size // whole.stride)
        self._spacing = whole.stride // self._cell
        self._step = grid.stride // self._cell
        # The window begins a whole number of cells before the first tile.
        before = -(-reach.before // self._cell) * self._cell
        self._seen = before + (self._cells - 1) * whole.stride + reach.after + 1  # of one tile
        self.context = (before, max(0, self._seen - before - grid.tile_size))
        self.block_side = self._choose_side(grid, reach.floats)
        window = (self.block_side - 1) * grid.stride + self._seen
        gain = grid.tile_size**2 * whole.cost * self.block_side**2 / (window**2 * reach.cost)
        if gain <= 1:
            raise RequestError(
                f"--mode dense gains nothing at --stride-px {grid.stride}: the cells of "
                f"{architecture}'s last map lie {whole.stride} px apart, and its tile is "
                f"{grid.tile_size} px wide",
                f"use --mode tile, or a multiple of {whole.stride} px that is well below the tile",
            )

    def _choose_side(self, grid: MapGrid, floats: float) -> int:
        """Side in map pixels of the blocks; which ones there are depends on nothing else."""
        window = math.isqrt(int(LARGEST_MAP_BYTES / (4 * floats)))
        side = max(1, (window - self._seen) // grid.stride + 1)
        vector_bytes = 4 * self._encoder.dimension(self._features)
        return min(side, max(1, math.isqrt(BLOCK_BYTES // vector_bytes)))

    @torch.inference_mode()
    def __call__(self, block: TileBlock, advance: Advance) -> Fetch:
        """As `TileForward`, with `context` pixels around the block."""
        encoder, (rows, columns) = self._encoder, block.wanted.shape
        vectors = no_vectors(block.wanted.size, encoder, self._features)
        if block.wanted.any():
            with in_memory(encoder, "a window of dense mode", "use --mode tile"):
                pixels = encoder.normalised(block.pixels[None])
                pixels = pixels.to(memory_format=torch.channels_last)
                cells = self._network.stages(pixels)[-1]
                first = self.context[0] // self._cell
                pooled = self._pool(self._pool(cells, 2, first, rows), 3, first, columns)
                pooled = pooled[0].flatten(1).T.contiguous() / self._cells**2
                wanted = torch.from_numpy(block.wanted.ravel()).to(encoder.device)
                found = encoder.project(pooled, self._features)
                vectors = torch.where(wanted[:, None], found, vectors)
        advance(block.wanted.size)
        return fetch_of(vectors, block)

    def _pool(self, cells: Tensor, axis: int, first: int, count: int) -> Tensor:
        """Sums over the cells of each of `count` tiles along an axis of a map (1, F, h, w)."""
        total: Tensor | float = 0.0
        for number in range(self._cells):
            start = first + number * self._spacing
            index = [slice(None)] * 4
            index[axis] = slice(start, start + (count - 1) * self._step + 1, self._step)
            total = total + cells[tuple(index)]
        return total


@dataclass(frozen=True)
class Agreement:
    """Cosines between the vectors of dense mode and of tiles, of a sample of a map's tiles.

    `chance` is the mean cosine between the vectors of two different tiles of the sample.
    """

    count: int
    mean: float
    least: float
    chance: float

    @classmethod
    def between(cls, dense: np.ndarray, tiles: np.ndarray) -> Agreement:
        """Of vectors (n, D), n at least 1."""
        dense, tiles = (
            v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12)
            for v in (dense.astype(np.float64), tiles.astype(np.float64))
        )
        cosines = (dense * tiles).sum(axis=1)
        others = tiles @ tiles.T
        count = len(tiles)
        chance = (others.sum() - np.trace(others)) / max(1, count * (count - 1))
        return cls(count, float(cosines.mean()), float(cosines.min()), float(chance))

    def to_tags(self) -> dict[str, str]:
        """What the map says of it."""
        return {
            "agreement_tiles": str(self.count),
            "agreement_cosine_mean": f"{self.mean:.4f}",
            "agreement_cosine_minimum": f"{self.least:.4f}",
            "agreement_cosine_of_two_tiles": f"{self.chance:.4f}",
        }

    def __str__(self) -> str:
        return (
            f"dense vectors beside those of tiles by themselves: cosine {self.mean:.3f} on "
            f"average, {self.least:.3f} at least, of {self.count} tiles (two different tiles: "
            f"{self.chance:.3f})"
        )
