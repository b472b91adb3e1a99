"""One scene through the encoder into an embedding map on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasterio.io import DatasetWriter
from rasterio.windows import Window

from backend.contract.jobs import EmbedJob
from backend.data.scenes import Scene
from backend.networks.encoder_file import FrozenEncoder
from backend.runtime.files import remove
from backend.runtime.reporter import Reporter

from .dense import TILES_COMPARED, Agreement
from .embedding_map import EmbeddingMap, MapInformation
from .geotiff import scratch_raster, write_cog, writing
from .grid import MapGrid
from .scene_vectors import Block, ReadBlocks, SceneVectors, behind
from .statistics import Extremes, Sample

# Takes the vectors (n, D) of a block and their positions in the map, row · width + column.
Observer = Callable[[np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class MapWriter:
    """Writes embedding maps of one job block by block."""

    encoder: FrozenEncoder
    job: EmbedJob
    reporter: Reporter

    def write(
        self,
        path: Path,
        scene: Scene,
        grid: MapGrid,
        information: MapInformation,
        observe: Observer,
        read: ReadBlocks | None = None,
    ) -> bool:
        """Write the map of a scene to `path`; False, and no file, where no tile is valid.

        `read` gives the blocks where others have computed them.
        Raises DataError for a damaged scene, MachineError for a full disk or memory.
        """
        scratch = path.with_name(f"scratch-{path.name}")
        extremes = Extremes(self.encoder.dimension(self.job.features))
        vectors = SceneVectors(self.encoder, self.job, scene, grid)
        total = grid.height * grid.width
        doing = "embedding" if read is None else "writing"
        compared = Sample(TILES_COMPARED, len(extremes.minimum), self.job.seed)
        try:
            with (
                self._scratch(scratch, scene, grid, len(extremes.minimum)) as target,
                self.reporter.phase(f"{doing} {scene.name}", total, "tiles") as phase,
            ):

                def store(block: Block) -> None:
                    with writing(scratch):
                        _store(target, block, grid.width, extremes, observe, compared)

                target.update_tags(**information.to_tags())
                target.descriptions = [f"emb_{n:03d}" for n in range(target.count)]
                behind(store, (read or vectors.blocks)(phase))
                if self.job.mode == "dense" and len(compared.positions):
                    agreement = self._compare(vectors, compared)
                    with writing(scratch):
                        target.update_tags(**agreement.to_tags())
            if not np.isfinite(extremes.minimum).all():
                return False
            if self.job.storage == "uint8":
                scratch = self._quantise(scratch, extremes)
            write_cog(scratch, path, compression="ZSTD", resampling="AVERAGE")
        finally:
            remove(scratch)
        return True

    def _scratch(
        self, path: Path, scene: Scene, grid: MapGrid, dimension: int
    ) -> contextlib.AbstractContextManager[DatasetWriter]:
        """A raster of float32 for all vectors of a scene."""
        return scratch_raster(
            path,
            height=grid.height,
            width=grid.width,
            count=dimension,
            dtype="float32",
            nodata=np.nan,
            crs=scene.crs,
            transform=grid.transform(scene.transform),
        )

    def _compare(self, vectors: SceneVectors, sample: Sample) -> Agreement:
        """How near a sample of a dense map's vectors are to those of tiles by themselves."""
        agreement = Agreement.between(sample.vectors, vectors.of_tiles(sample.positions))
        self.reporter.say(f"{vectors.scene.name}: {agreement}")
        return agreement

    def _quantise(self, source: Path, extremes: Extremes) -> Path:
        """A scratch raster of uint8 in place of one of float32, with scale and offset per band.

        The least value of a band becomes 1, the greatest 255; 0 is no data. Half a step, 1/508 of
        the band's range, is the greatest error.
        """
        span = extremes.maximum - extremes.minimum
        scale = np.where(span > 0, span / 254, 1.0)
        offset = extremes.minimum - scale
        target_path = source.with_name(f"bytes-{source.name}")
        try:
            with EmbeddingMap(source) as vectors_map:
                self._write_bytes(vectors_map, target_path, scale, offset)
        except BaseException:
            remove(target_path)
            raise
        finally:
            remove(source)
        return target_path

    def _write_bytes(
        self, source: EmbeddingMap, path: Path, scale: np.ndarray, offset: np.ndarray
    ) -> None:
        layout = dict(
            height=source.height,
            width=source.width,
            count=source.dimension,
            dtype="uint8",
            nodata=0,
            crs=source.crs,
            transform=source.transform,
        )
        total = source.height * source.width
        with (
            scratch_raster(path, **layout) as target,
            self.reporter.phase("reducing to uint8", total, "pixels") as phase,
        ):
            target.descriptions = [f"emb_{n:03d}" for n in range(source.dimension)]
            target.scales, target.offsets = scale, offset
            target.update_tags(**source.information.to_tags())
            for window in source.windows():
                vectors, valid = source.read(window)
                raw = np.zeros((*valid.shape, source.dimension), np.uint8)
                raw[valid] = np.rint((vectors - offset) / scale).clip(1, 255)
                with writing(path):
                    target.write(np.moveaxis(raw, -1, 0), window=window)
                phase.advance(valid.size)


def _store(
    target: DatasetWriter,
    block: Block,
    width: int,
    extremes: Extremes,
    observe: Observer,
    compared: Sample,
) -> None:
    """Write a block's vectors, and show the valid ones to all that learn of them."""
    vectors = block.fetch()
    valid = np.isfinite(vectors).all(axis=-1)
    vectors[~valid] = np.nan
    positions = np.add.outer(np.array(block.rows) * width, np.array(block.columns))
    extremes.add(vectors[valid])
    observe(vectors[valid], positions[valid])
    compared.add(vectors[valid], positions[valid])
    window = Window(block.columns.start, block.rows.start, len(block.columns), len(block.rows))
    target.write(np.moveaxis(vectors, -1, 0), window=window)
