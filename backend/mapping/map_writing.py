"""One scene through the encoder into an embedding map on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rasterio.windows import Window

from backend.contract.jobs import EmbedJob
from backend.data.scenes import Scene
from backend.networks.encoder_file import FrozenEncoder
from backend.runtime.files import remove
from backend.runtime.reporter import Phase, Reporter

from .embedding_map import EmbeddingMap, MapInformation
from .forward import embed_batch
from .geotiff import scratch_raster, write_cog, writing
from .grid import MapGrid
from .statistics import Extremes
from .tiles import TileBlock, TileReader

# Takes the vectors (n, D) of a block and their positions in the map, row · width + column.
Observer = Callable[[np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class MapWriter:
    """Writes embedding maps of one job. Tiles are read, embedded and written block by block."""

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
    ) -> bool:
        """Write the map of a scene to `path`; False, and no file, where no tile is valid.

        Raises DataError for a damaged scene, MachineError for a full disk or memory.
        """
        scratch = path.with_name(f"scratch-{path.name}")
        extremes = Extremes(self.encoder.dimension(self.job.features))
        try:
            self._write_vectors(scratch, scene, grid, information, observe, extremes)
            if not np.isfinite(extremes.minimum).all():
                return False
            if self.job.storage == "uint8":
                scratch = self._quantise(scratch, extremes)
            write_cog(scratch, path, compression="ZSTD", resampling="AVERAGE")
        finally:
            remove(scratch)
        return True

    def _write_vectors(
        self,
        path: Path,
        scene: Scene,
        grid: MapGrid,
        information: MapInformation,
        observe: Observer,
        extremes: Extremes,
    ) -> None:
        """All vectors as float32 into a scratch raster, each block shown to the observer."""
        dimension = len(extremes.minimum)
        reader = TileReader(
            scene,
            grid,
            self.encoder.information.bands,
            edges=self.job.edges,
            minimum_valid_fraction=self.job.minimum_valid_fraction,
        )
        pixel_bytes = scene.dtype.itemsize * len(self.encoder.information.bands)
        side = grid.block_side(pixel_bytes, 4 * dimension)
        layout = dict(
            height=grid.height,
            width=grid.width,
            count=dimension,
            dtype="float32",
            nodata=np.nan,
            crs=scene.crs,
            transform=grid.transform(scene.transform),
        )
        total = grid.height * grid.width
        with (
            scratch_raster(path, **layout) as target,
            self.reporter.phase(f"embedding {scene.name}", total, "tiles") as phase,
        ):
            target.descriptions = [f"emb_{n:03d}" for n in range(dimension)]
            target.update_tags(**information.to_tags())
            for rows, columns in grid.blocks(side):
                vectors = self._embed_block(reader.block(rows, columns), dimension, phase)
                valid = np.isfinite(vectors).all(axis=-1)
                vectors[~valid] = np.nan
                positions = np.add.outer(np.array(rows) * grid.width, np.array(columns))
                extremes.add(vectors[valid])
                observe(vectors[valid], positions[valid])
                window = Window(columns.start, rows.start, len(columns), len(rows))
                with writing(path):
                    target.write(np.moveaxis(vectors, -1, 0), window=window)

    def _embed_block(self, block: TileBlock, dimension: int, phase: Phase) -> np.ndarray:
        """Vectors (rows, columns, D) of a block, NaN where no tile is wanted."""
        vectors = np.full((block.wanted.size, dimension), np.nan, np.float32)
        numbers = np.flatnonzero(block.wanted)
        phase.advance(block.wanted.size - len(numbers))
        size = self.job.batch_size
        for first in range(0, len(numbers), size):
            batch = numbers[first : first + size]
            vectors[batch] = embed_batch(self.encoder, block.tiles(batch), self.job.features, size)
            phase.advance(len(batch))
        return vectors.reshape(*block.wanted.shape, dimension)

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
