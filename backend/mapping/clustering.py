"""The job of clustering an embedding map: k-means, named after the land cover beneath."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import rasterio

from backend.contract.jobs import BuildJob, ClusterJob, ProjectJob
from backend.contract.settings import to_arguments
from backend.data.gdal import bounded_cache
from backend.data.land_cover import LandCover
from backend.data.land_cover_source import open_land_cover
from backend.data.scenes import Scene, open_scene
from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import check_output, whole_files
from backend.runtime.reporter import Reporter

from .clusters import Clusters, names_by_class
from .embedding_map import EmbeddingMap
from .pictures import write_clusters
from .statistics import Sample, sample_size

STRIP_ROWS = 256
# Clusters are large: what a build says of land cover too coarse for its tiles is not meant here.
LARGEST_TILE_PX = 1024


def cluster_map(job: ClusterJob, reporter: Reporter) -> None:
    """Write the job's clusters. The same map and seed give the clusters that `embed` makes."""
    output = Path(job.output)
    if output.suffix.lower() not in (".tif", ".tiff"):
        raise RequestError(f"--output {output} is no GeoTIFF's name", "give a name NAME.tif")
    check_output(output, overwrite=job.overwrite)
    with (
        bounded_cache(),
        EmbeddingMap(job.embedding) as source,
        open_scene(job.embedding) as scene,
        whole_files(output) as folder,
    ):
        land_cover = land_cover_on(scene, job, reporter)
        clusters = Clusters.fit(_sample(source, job.seed, reporter), job.clusters, job.seed)
        if len(clusters) < job.clusters:
            reporter.warning(f"only {len(clusters)} vectors differ: so many clusters are made")

        def names(raster: Path) -> list[str]:
            if land_cover is None:
                return clusters.names
            counts = class_counts(raster, len(clusters), land_cover, scene, reporter)
            return names_by_class(counts, [one.name for one in land_cover.table.classes])

        command = shlex.join(["python", "-m", "backend.cluster", *to_arguments(job)])
        target = folder / output.name
        write_clusters(source, target, clusters, reporter, naming=names, tags={"command": command})
    reporter.metric(0, {"clusters": len(clusters)})
    reporter.artifact("clusters", output)


def land_cover_on(
    scene: Scene, job: ClusterJob | ProjectJob, reporter: Reporter
) -> LandCover | None:
    """The land cover that a job names (land_cover, class_field, class_table), over a map's grid."""
    build = BuildJob(
        land_cover=job.land_cover,
        class_field=job.class_field,
        class_table=job.class_table,
        tile_size_px=LARGEST_TILE_PX,
    )
    return open_land_cover(build, [scene], reporter)


def _sample(source: EmbeddingMap, seed: int, reporter: Reporter) -> np.ndarray:
    """A sample (n, D) of the map's vectors. DataError where it has none."""
    sample = Sample(sample_size(source.dimension), source.dimension, seed)
    total = source.height * source.width
    with reporter.phase("sampling", total, "pixels") as phase:
        for window in source.windows():
            vectors, valid = source.read(window)
            rows, columns = np.nonzero(valid)
            positions = (rows + window.row_off) * source.width + columns + window.col_off
            sample.add(vectors.astype(np.float32), positions)
            phase.advance(valid.size)
    if len(sample.vectors) == 0:
        raise DataError(f"the embedding map {source.path} has no data", "make the map again")
    return sample.vectors


def class_counts(
    raster: Path, clusters: int, land_cover: LandCover, scene: Scene, reporter: Reporter
) -> np.ndarray:
    """The land cover counted under each cluster of a raster: int64 (clusters, classes)."""
    counts = np.zeros((clusters, len(land_cover.table.classes)), np.int64)
    with (
        rasterio.open(raster) as source,
        reporter.phase("counting land cover", source.height, "rows") as phase,
    ):
        for row in range(0, source.height, STRIP_ROWS):
            height = min(STRIP_ROWS, source.height - row)
            window = rasterio.windows.Window(0, row, source.width, height)
            number = source.read(1, window=window)
            covered = land_cover.counts(scene, row, height)
            for cluster in range(clusters):
                counts[cluster] += covered[:, number == cluster + 1].sum(axis=1)
            phase.advance(height)
    return counts
