"""Tiles through an encoder in batches of one size."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from backend.networks.encoder_file import FrozenEncoder
from backend.runtime.errors import MachineError

from .tiles import TileBlock

# Gives the vectors of a block, (rows, columns, D) float32, once the device has them.
Fetch = Callable[[], np.ndarray]
# Counts tiles that are done, and may raise Stopped.
Advance = Callable[[int], None]


def embed_batch(
    encoder: FrozenEncoder, tiles: np.ndarray, features: str, batch_size: int
) -> np.ndarray:
    """Vectors (n, D) float32 of at most `batch_size` tiles (n, bands, T, T).

    The batch is filled up to `batch_size`: matrix kernels are chosen by the size of the batch, so
    that only in batches of one size does a tile's vector not depend, in its last bits, on how many
    tiles lie beside it. Raises MachineError where memory does not suffice.
    """
    with _batch_in_memory(encoder, batch_size):
        vectors = encoder.embed_normalised(
            filled_up(encoder.normalised(tiles), batch_size), features
        )
        return vectors[: len(tiles)].cpu().numpy()


class TileForward:
    """Every tile of a block through the network by itself."""

    context = (0, 0)

    def __init__(self, encoder: FrozenEncoder, features: str, batch_size: int) -> None:
        self._encoder, self._features, self._size = encoder, features, batch_size

    @torch.inference_mode()
    def __call__(self, block: TileBlock, advance: Advance) -> Fetch:
        """Start on a block; NaN stands where no tile is wanted.

        The block goes to the device once, and tiles are cut there.
        """
        encoder, size, side = self._encoder, self._size, block.tile_size
        numbers = np.flatnonzero(block.wanted)
        advance(block.wanted.size - len(numbers))
        with _batch_in_memory(encoder, size):
            vectors = no_vectors(block.wanted.size, encoder, self._features)
            if len(numbers):
                pixels = encoder.normalised(block.pixels[None])[0]
                # A view (h - T + 1, w - T + 1, bands, T, T).
                windows = pixels.unfold(1, side, 1).unfold(2, side, 1).permute(1, 2, 0, 3, 4)
            for first in range(0, len(numbers), size):
                batch = numbers[first : first + size]
                rows, columns = (torch.from_numpy(n) for n in block.corners(batch))
                tiles = windows[rows.to(pixels.device), columns.to(pixels.device)].contiguous()
                found = encoder.embed_normalised(filled_up(tiles, size), self._features)
                vectors[torch.from_numpy(batch).to(vectors.device)] = found[: len(batch)]
                advance(len(batch))
        return fetch_of(vectors, block)


def filled_up(tiles: Tensor, batch_size: int) -> Tensor:
    """Tiles (n, bands, T, T) with zeros behind them, (batch_size, bands, T, T) in all."""
    missing = batch_size - len(tiles)
    return torch.cat([tiles, tiles.new_zeros(missing, *tiles.shape[1:])]) if missing else tiles


def no_vectors(count: int, encoder: FrozenEncoder, features: str) -> Tensor:
    """NaN (count, D) on the encoder's device."""
    return torch.full((count, encoder.dimension(features)), torch.nan, device=encoder.device)


def fetch_of(vectors: Tensor, block: TileBlock) -> Fetch:
    """What waits for `vectors` (n, D); on CUDA their copy is queued behind what makes them."""
    shape = (*block.wanted.shape, vectors.shape[1])
    if vectors.device.type != "cuda":
        return lambda: vectors.numpy().reshape(shape)
    copied = torch.empty(vectors.shape, dtype=vectors.dtype, pin_memory=True)
    copied.copy_(vectors, non_blocking=True)
    event = torch.cuda.current_stream(vectors.device).record_event()

    def fetch() -> np.ndarray:
        event.synchronize()
        return copied.numpy().reshape(shape)

    return fetch


@contextlib.contextmanager
def in_memory(encoder: FrozenEncoder, what: str, hint: str) -> Iterator[None]:
    """MachineError with the hint where the encoder's device has no memory for `what`."""
    try:
        yield
    except RuntimeError as error:
        # torch has no class of its own for the CPU's memory: its allocator raises RuntimeError.
        if not isinstance(error, torch.OutOfMemoryError) and "allocate memory" not in str(error):
            raise
        raise MachineError(f"the memory of {encoder.device} does not hold {what}", hint) from error


def _batch_in_memory(encoder: FrozenEncoder, size: int) -> contextlib.AbstractContextManager[None]:
    return in_memory(
        encoder,
        f"a batch of {size} tiles",
        f"give a smaller --batch-size, such as {max(1, size // 4)}",
    )
