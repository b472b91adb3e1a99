"""Scenes in strips of rows, worked on side by side, their results taken in order."""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import rasterio

from backend.runtime import stopping

from .scenes import Scene

_NAME = "near_things_strips"
Item = TypeVar("Item")
Result = TypeVar("Result")

# About what one strip of imagery may take; a few strips are in memory at a time.
STRIP_BYTES = 8 * 2**20
# What a strip may take while land cover is counted: each starts with rows of blocks of the layer
# that the strip above it has decoded too.
COUNTING_BYTES = 64 * 2**20
# Bytes for that: per scene pixel coordinates, cells and sums, less where the layer is coarser.
COUNTING_BYTES_PER_PIXEL = 64
LEAST_COUNTING_BYTES_PER_PIXEL = 8


@dataclass(frozen=True)
class Strip:
    """Rows of a scene, over its whole width."""

    scene: int
    row: int
    height: int


def counting_strips(scenes: Sequence[Scene], resolution_m: float | None) -> list[Strip]:
    """The strips in which land cover is counted.

    `resolution_m` is that of the layer; None where every pixel of the scenes is worked on.
    """
    sizes = []
    for scene in scenes:
        per_pixel = 1.0
        if resolution_m is not None:
            # A pixel of the layer takes about four times what one of the scene does.
            per_pixel = min(1.0, 4 * (scene.ground_resolution_m / resolution_m) ** 2)
        size = math.ceil(COUNTING_BYTES_PER_PIXEL * per_pixel)
        sizes.append(max(LEAST_COUNTING_BYTES_PER_PIXEL, size))
    return strips_of(scenes, sizes, COUNTING_BYTES)


def strips_of(
    scenes: Sequence[Scene], bytes_per_pixel: Sequence[int], strip_bytes: int | None = None
) -> list[Strip]:
    """Strips over all scenes, each of whole blocks of rows and about `strip_bytes`.

    By default STRIP_BYTES.
    """
    strips = []
    for number, (scene, size) in enumerate(zip(scenes, bytes_per_pixel, strict=True)):
        blocks = (strip_bytes or STRIP_BYTES) // max(1, size * scene.width * scene.block_rows)
        height = scene.block_rows * max(1, blocks)
        strips += [
            Strip(number, row, min(height, scene.height - row))
            for row in range(0, scene.height, height)
        ]
    return strips


@lru_cache(maxsize=8)
def _threads(workers: int) -> ThreadPoolExecutor:
    """Threads that stay, with the files and projections that each has opened."""
    return ThreadPoolExecutor(workers, thread_name_prefix=_NAME)


if hasattr(os, "register_at_fork"):
    # A child has none of its parent's threads.
    os.register_at_fork(after_in_child=_threads.cache_clear)


def ordered_map(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """`work` of each item, in order, by `workers` threads that run at most two items ahead.

    GDAL and numpy release Python's lock while they read and count. Raises what `work` raises, and
    Stopped once a stop was asked for.
    """

    def logged(item: Item) -> Result:
        # GDAL's warnings go to Python's log, and not to stderr, within a rasterio environment.
        with rasterio.Env():
            return work(item)

    waiting: deque[Future[Result]] = deque()
    threads = _threads(workers)
    try:
        for item in items:
            waiting.append(threads.submit(logged, item))
            if len(waiting) >= workers + 2:
                yield waiting.popleft().result()
                stopping.raise_if_requested()
        while waiting:
            yield waiting.popleft().result()
            stopping.raise_if_requested()
    finally:
        # What has begun is waited for: its files may be closed next. But not by one of the threads
        # themselves, where an abandoned generator may be collected.
        begun = [future for future in waiting if not future.cancel()]
        if not threading.current_thread().name.startswith(_NAME):
            wait(begun)


def map_scenes(
    work: Callable[[Strip], Result],
    strips: Sequence[Strip],
    scenes: Sequence[Scene],
    workers: int,
) -> Iterator[Result]:
    """`ordered_map` over strips in the order of their scenes, for work that reads the imagery.

    Closes a scene once its last strip is out, so that the files of many are not open at a time.
    The last scene stays open: it may be the only one, and be read again.
    """
    before: int | None = None
    for strip, result in zip(strips, ordered_map(work, strips, workers), strict=True):
        if before is not None and before != strip.scene:
            scenes[before].close()
        before = strip.scene
        yield result
