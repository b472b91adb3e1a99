"""The vectors of a scene's tiles, block by block: reading, the network and what follows overlap."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import rasterio

from backend.contract.jobs import EmbedJob
from backend.data.scenes import Scene
from backend.data.strips import ordered_map
from backend.networks.encoder_file import FrozenEncoder
from backend.runtime.reporter import Phase

from .dense import DenseForward
from .forward import Advance, Fetch, TileForward, embed_batch
from .grid import MapGrid
from .tiles import TileBlock, TileReader

# One thread reads at 100 MB/s and more, far above what a network takes in.
READERS = 1
# Blocks whose vectors may wait for what follows; each is of at most grid.BLOCK_BYTES.
BLOCKS_WAITING = 2


@dataclass(frozen=True)
class Block:
    """Map rows and columns, and what gives their vectors (rows, columns, D); NaN where none is."""

    rows: range
    columns: range
    fetch: Fetch


# Gives the blocks of a scene's map in order; the phase counts tiles.
ReadBlocks = Callable[[Phase], Iterator[Block]]


class SceneVectors:
    """Computes the vectors of one scene's map.

    A vector depends on neither the blocks nor the batch that its tile is in; in dense mode, where
    it does in its last bits, the blocks are always the same.
    """

    def __init__(self, encoder: FrozenEncoder, job: EmbedJob, scene: Scene, grid: MapGrid) -> None:
        self.encoder, self.job, self.scene, self.grid = encoder, job, scene, grid
        self.dimension = encoder.dimension(job.features)
        if job.mode == "dense":
            self._forward = DenseForward(encoder, grid, job.features)
            self.block_side = self._forward.block_side
        else:
            self._forward = TileForward(encoder, job.features, job.batch_size)
            # Pixels are read as they are stored, and go to the network as float32.
            pixel_bytes = max(4, scene.dtype.itemsize) * len(encoder.information.bands)
            self.block_side = grid.block_side(pixel_bytes, 4 * self.dimension)

    def blocks(self, phase: Phase) -> Iterator[Block]:
        """All blocks of the map, in order.

        While one is with the network the next is read. `phase` counts tiles.
        """
        reader = self._reader(self._forward.context)

        def read(place: tuple[range, range]) -> tuple[range, range, TileBlock]:
            return *place, reader.block(*place)

        places = self.grid.blocks(self.block_side)
        with contextlib.closing(ordered_map(read, places, READERS)) as ahead:
            for block_rows, columns, block in ahead:
                yield Block(block_rows, columns, self._forward(block, phase.advance))

    def part(self, rows: range, columns: range, advance: Advance) -> np.ndarray:
        """The vectors (rows, columns, D) of map `rows` and `columns`; in dense mode, of a block."""
        block = self._reader(self._forward.context).block(rows, columns)
        return self._forward(block, advance)()

    def of_tiles(self, positions: np.ndarray) -> np.ndarray:
        """Vectors (n, D) of tiles by themselves, at positions row · width + column of the map."""
        reader, found = self._reader((0, 0)), []
        for position in positions.tolist():
            row, column = divmod(position, self.grid.width)
            block = reader.block(range(row, row + 1), range(column, column + 1))
            found.append(block.tiles(np.zeros(1, int)))
        size = self.job.batch_size
        parts = [
            embed_batch(self.encoder, np.concatenate(found[n : n + size]), self.job.features, size)
            for n in range(0, len(found), size)
        ]
        return np.concatenate(parts)

    def _reader(self, context: tuple[int, int]) -> TileReader:
        return TileReader(
            self.scene,
            self.grid,
            self.encoder.information.bands,
            edges=self.job.edges,
            minimum_valid_fraction=self.job.minimum_valid_fraction,
            context=context,
        )


def behind(finish: Callable[[Block], None], blocks: Iterable[Block]) -> None:
    """`finish` each block in order, in a thread of its own, while the next ones are computed.

    Raises what `finish` or `blocks` raise; `finish` is then called no more.
    """

    def logged(block: Block) -> None:
        # GDAL's warnings go to Python's log, and not to stderr, within a rasterio environment.
        with rasterio.Env():
            finish(block)

    waiting: deque[Future[None]] = deque()
    thread = ThreadPoolExecutor(1)
    try:
        for block in blocks:
            waiting.append(thread.submit(logged, block))
            if len(waiting) > BLOCKS_WAITING:
                waiting.popleft().result()
        while waiting:
            waiting.popleft().result()
    finally:
        thread.shutdown(cancel_futures=True)
