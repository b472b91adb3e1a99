"""What the tests of `backend.ingest` share: small collections, and a run of the verb."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backend.ingest import main


def ingest(source: Path, output: Path, *more: object, **options: object) -> int:
    """Run the verb in this process and give its exit status."""
    arguments = ["--source", str(source), "--output", str(output)]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}", *(str(v) for v in np.atleast_1d(value))]
    return main(arguments + [str(item) for item in more])


def write_arrays(folder: Path, count: int = 12, shape: tuple = (8, 8, 3)) -> list[np.ndarray]:
    """Tiles 1tile.npy to COUNTtile.npy of uint8, and their pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    tiles = list(np.random.default_rng(count).integers(0, 256, (count, *shape)).astype(np.uint8))
    for number, tile in enumerate(tiles, 1):
        np.save(folder / f"{number}tile.npy", tile)
    return tiles
