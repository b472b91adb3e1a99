"""The vectors of several scenes computed by the workers of a cluster, shard by shard.

A shard is some rows of one block of a map. The blocks are those of a run on one machine, so that
what is learnt of the vectors on the way, block by block, is the same to the bit.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from backend.contract.jobs import EmbedJob
from backend.contract.settings import make_job, to_mapping
from backend.data.gdal import bounded_cache
from backend.data.scene_files import absolute_specification
from backend.data.scenes import Scene
from backend.networks.encoder_file import FrozenEncoder, load_encoder
from backend.runtime import cluster, shards
from backend.runtime.computation import Computation
from backend.runtime.device import choose_device
from backend.runtime.errors import MachineError
from backend.runtime.reporter import Phase, Reporter

from .grid import MapGrid
from .opening import open_scene_for
from .scene_vectors import Block, ReadBlocks, SceneVectors

# Of one shard: so few that a lost worker costs minutes, so many that a file is worth its while.
TILES_PER_SHARD = 2**14
# Settings that do not change the vectors, which are all that a shard holds.
_OUTSIDE = (
    "output", "overwrite", "scheduler", "seed", "picture", "colours_of", "clusters", "vectors",
    "storage",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Part:
    """Rows and columns of the map of a scene: what one shard holds."""

    scene: int
    rows: range
    columns: range

    @property
    def name(self) -> str:
        return f"scene{self.scene}_row{self.rows.start}_column{self.columns.start}"

    @property
    def tiles(self) -> int:
        return len(self.rows) * len(self.columns)

    def to_json(self) -> dict[str, Any]:
        rows, columns = ([r.start, r.stop] for r in (self.rows, self.columns))
        return dict(name=self.name, scene=self.scene, rows=rows, columns=columns)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> _Part:
        return cls(content["scene"], range(*content["rows"]), range(*content["columns"]))


@contextlib.contextmanager
def computed_by_workers(
    job: EmbedJob,
    encoder: FrozenEncoder,
    scenes: Sequence[tuple[Scene, MapGrid]],
    reporter: Reporter,
) -> Iterator[list[ReadBlocks]]:
    """Compute the vectors of all scenes at `job.scheduler`; gives what reads the blocks of each.

    The shards lie in a hidden folder beside the output, until this is left without an error.
    """
    work = {n: v for n, v in to_mapping(_with_absolute_paths(job)).items() if n not in _OUTSIDE}
    inputs = [job.encoder, *(file for scene, _ in scenes for file in scene.files)]
    maps = []
    for number, (scene, grid) in enumerate(scenes):
        side = SceneVectors(encoder, job, scene, grid).block_side
        blocks = [
            [
                _Part(number, part, columns)
                for part in _cut(rows, columns, whole=job.mode == "dense")
            ]
            for rows, columns in grid.blocks(side)
        ]
        maps.append(blocks)
    parts = [part for blocks in maps for block in blocks for part in block]
    output = Path(job.output)
    with shards.shared_work(
        output.with_name(f".shards-{output.name}"),
        work,
        shards.file_states(inputs),
        [part.to_json() for part in parts],
    ) as shared:
        sizes = {part.name: part.tiles for part in parts}
        computation = Computation(
            job.scheduler, shared, embed_shard, sizes, "embedding", "tiles", reporter
        )
        computation.run(sizes)
        yield [functools.partial(_read_blocks, computation, blocks) for blocks in maps]


def _cut(rows: range, columns: range, *, whole: bool) -> list[range]:
    """The rows of each shard of a block: all where the vectors depend on the block."""
    step = len(rows) if whole else max(1, TILES_PER_SHARD // len(columns))
    return [rows[first : first + step] for first in range(0, len(rows), step)]


def _with_absolute_paths(job: EmbedJob) -> EmbedJob:
    """Workers may have been started in another folder."""
    scenes = [absolute_specification(scene) for scene in job.scenes]
    return dataclasses.replace(job, encoder=os.path.abspath(job.encoder), scenes=scenes)


def _read_blocks(
    computation: Computation, blocks: Sequence[Sequence[_Part]], phase: Phase
) -> Iterator[Block]:
    """The blocks of one map, in order."""
    for block in blocks:
        # (rows, columns, D)
        vectors = np.concatenate([computation.read(part.name)["vectors"] for part in block])
        rows = range(block[0].rows.start, block[-1].rows.stop)
        yield Block(rows, block[0].columns, functools.partial(np.asarray, vectors))
        phase.advance(vectors.shape[0] * vectors.shape[1])


def embed_shard(shared: shards.Shards, name: str) -> None:
    """On a worker: compute the vectors of one shard and write them."""
    part = _Part.from_json(shared.shard(name))
    if cluster.threads_of_worker() > 1:
        # Each of the worker's threads has a shard, and a core, of its own.
        torch.set_num_threads(1)

    def advance(_tiles: int) -> None:
        if shared.stopped():
            raise MachineError(f"shard {name} was given up: a stop was asked for")

    with bounded_cache():
        vectors = _scene_vectors(shared, part.scene).part(part.rows, part.columns, advance)
    shared.write(name, vectors=vectors)


@functools.lru_cache(maxsize=8)
def _scene_vectors(shared: shards.Shards, number: int) -> SceneVectors:
    """What computes the vectors of a scene; kept, as is the encoder, from shard to shard."""
    job = make_job(EmbedJob, {**shared.content["work"], "output": "map.tif"})
    encoder = _encoder(shared, job.encoder, job.device)
    silent = Reporter()
    silent.silence()
    scene = open_scene_for(encoder.information, job.scenes[number], job, silent)
    grid = MapGrid(scene.height, scene.width, encoder.information.tile_size_px, job.stride_px)
    return SceneVectors(encoder, job, scene, grid)


@functools.lru_cache(maxsize=1)
def _encoder(_shared: shards.Shards, path: str, device: str) -> FrozenEncoder:
    # The shards' identity holds that of the file: another encoder of that name is loaded anew.
    return load_encoder(path, choose_device(device))
