"""Tiles through an encoder in batches of one size."""

from __future__ import annotations

import numpy as np
import torch

from backend.networks.encoder_file import FrozenEncoder
from backend.runtime.errors import MachineError


def embed_batch(
    encoder: FrozenEncoder, tiles: np.ndarray, features: str, batch_size: int
) -> np.ndarray:
    """Vectors (n, D) float32 of at most `batch_size` tiles (n, bands, T, T).

    The batch is filled up to `batch_size`: matrix kernels are chosen by the size of the batch, so
    that only in batches of one size does a tile's vector not depend, in its last bits, on how many
    tiles lie beside it. Raises MachineError where memory does not suffice.
    """
    count = len(tiles)
    if count < batch_size:
        filling = np.zeros((batch_size - count, *tiles.shape[1:]), tiles.dtype)
        tiles = np.concatenate([tiles, filling])
    try:
        return encoder.embed(tiles, features)[:count]
    except RuntimeError as error:
        # torch has no class of its own for the CPU's memory: its allocator raises RuntimeError.
        memory = isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)
        if not memory:
            raise
        raise MachineError(
            f"the memory of {encoder.device} does not hold a batch of {batch_size} tiles",
            f"give a smaller --batch-size, such as {max(1, batch_size // 4)}",
        ) from error
