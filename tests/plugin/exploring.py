"""Folders of vectors as `backend.index` writes them, made with numpy alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

EAST, NORTH, CELL = 300_000.0, 4_100_000.0, 240.0


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 vectors of length 1; those that are not finite become zeros."""
    valid = np.isfinite(vectors).all(axis=-1, keepdims=True)
    vectors = np.where(valid, vectors, 0).astype(np.float64)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def write_map_vectors(folder: Path, vectors: np.ndarray, *, about: dict | None = None, **changes):
    """Lay out vectors (rows, columns, D), NaN where there are none, of a map of 240-m cells."""
    height, width, dimension = vectors.shape
    folder.mkdir(parents=True)
    flat = vectors.reshape(-1, dimension)
    np.save(folder / "vectors.npy", unit(flat))
    np.save(folder / "valid.npy", np.isfinite(flat).all(axis=1))
    record = dict(
        schema="near-things-vectors",
        version=1,
        kind="map",
        count=height * width,
        dimension=dimension,
        crs="",
        crs_code="EPSG:32612",
        source=dict(path=str(folder.with_suffix(".tif")), bytes=0, changed=0),
        height=height,
        width=width,
        transform=[CELL, 0, EAST, 0, -CELL, NORTH],
        tile_size_px=16,
        stride_px=8,
        about=about or {},
    )
    record.update(changes)
    (folder / "index.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def write_dataset_vectors(folder: Path, vectors: np.ndarray, corners: np.ndarray, scenes) -> Path:
    """Lay out vectors (n, D) of tiles with corners (n, 4, 2) in numbered scenes."""
    write_map_vectors(folder, vectors[None], kind="dataset", scenes=["a", "b", "c"])
    np.save(folder / "corners.npy", np.asarray(corners, float))
    np.save(folder / "scenes.npy", np.asarray(scenes, np.int32))
    pictures = np.arange(len(vectors), dtype=np.uint8)[:, None, None, None]
    np.save(folder / "thumbnails.npy", np.broadcast_to(pictures, (len(vectors), 4, 4, 3)))
    return folder


def square(x: float, y: float, side: float) -> list:
    """The corners of a square, from its upper left."""
    return [(x, y), (x + side, y), (x + side, y - side), (x, y - side)]


def random_vectors(height: int, width: int, dimension: int, seed: int = 0) -> np.ndarray:
    """Vectors (height, width, D) with a hole, smooth enough that neighbours are alike."""
    generator = np.random.default_rng(seed)
    result = generator.normal(size=(height, width, dimension))
    result[2:4, 3:6] = np.nan
    return result
