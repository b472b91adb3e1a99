"""The job of the similarity map: a score for each pixel, and the areas where it is high."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

import numpy as np

from backend.contract.jobs import SimilarityJob
from backend.contract.settings import to_arguments
from backend.data.gdal import bounded_cache
from backend.mapping.areas import areas_above, write_areas
from backend.mapping.embedding_map import EmbeddingMap
from backend.runtime.errors import RequestError
from backend.runtime.files import check_output, whole_files
from backend.runtime.reporter import Reporter

from .index import unit_vectors
from .map_target import MapTarget
from .queries import Query, joined_query, unit_vectors_of
from .results import write_similarity

# Cosines that are held at a time, pixels × counter-examples.
MOST_COSINES = 4_000_000


def score(vectors: np.ndarray, examples: np.ndarray, counter_examples: np.ndarray) -> np.ndarray:
    """s (n,) of vectors (n, D); see SimilarityJob. Rounded to six decimals, as float32 can tell.

    `examples` (D,) is the mean of the examples' unit vectors: the mean of cosines is the product
    with it. `counter_examples` (m, D) are unit vectors; m may be 0.
    """
    units = unit_vectors(vectors)
    result = units @ examples
    if len(counter_examples):
        step = max(1, MOST_COSINES // len(counter_examples))
        for first in range(0, len(units), step):
            part = slice(first, first + step)
            result[part] -= (units[part] @ counter_examples.T).clip(0.0).mean(axis=1)
    return result.round(6)


def map_similarity(job: SimilarityJob, reporter: Reporter) -> None:
    """Write the similarity map of the job, and the areas above its threshold where asked."""
    _check_request(job)
    check_output(Path(job.output), overwrite=job.overwrite)
    if job.areas:
        check_output(Path(job.areas), overwrite=job.overwrite)
    with bounded_cache(), EmbeddingMap(job.embedding) as source:
        target = MapTarget(source)
        examples = joined_query(job.points, job.point_crs, job.examples, target, reporter)
        counter = np.empty((0, source.dimension))
        if job.counter_points or job.counter_examples:
            against = joined_query(
                job.counter_points, job.point_crs, job.counter_examples, target, reporter
            )
            counter = unit_vectors_of(against, target)
        _write(job, source, examples, counter, reporter)


def _check_request(job: SimilarityJob) -> None:
    """RequestError for settings that do not go together."""
    if not job.points and not job.examples:
        raise RequestError("there is no example to compare with", "give --point or --examples")
    if job.areas and job.threshold is None:
        raise RequestError(
            "areas need a threshold to reach up to", "give --threshold, such as --threshold 0.8"
        )
    for name, suffixes in (("output", (".tif", ".tiff")), ("areas", (".gpkg",))):
        path = getattr(job, name)
        if path and Path(path).suffix.lower() not in suffixes:
            raise RequestError(f"--{name} {path} must end in {suffixes[0]}")


def _write(
    job: SimilarityJob,
    source: EmbeddingMap,
    examples: Query,
    counter: np.ndarray,
    reporter: Reporter,
) -> None:
    """All outputs, in their places when all are whole."""
    output, areas_path = Path(job.output), Path(job.areas)
    against = f", less that to {len(counter):,} counter-examples" if len(counter) else ""
    tags = {
        "description": f"mean cosine similarity to {len(examples.positions):,} examples{against}",
        "command": shlex.join(["python", "-m", "backend.similarity", *to_arguments(job)]),
    }
    with contextlib.ExitStack() as stack:
        raster = stack.enter_context(whole_files(output)) / output.name
        write_similarity(
            raster,
            source,
            lambda vectors: score(vectors, examples.vector, counter),
            reporter,
            description="similarity to examples",
            tags=tags,
            transparent_below=job.threshold,
        )
        if job.areas:
            areas = areas_above(
                raster, job.threshold, reporter, minimum_area_m2=job.minimum_area_m2
            )
            folder = stack.enter_context(whole_files(areas_path))
            write_areas(folder / areas_path.name, areas)
            reporter.metric(0, {"areas": len(areas), "area_km2": areas["area_m2"].sum() / 1e6})
            if areas.empty:
                reporter.warning(
                    f"no place reaches the threshold of {job.threshold:g}: there are no areas"
                )
    reporter.artifact("similarity map", output)
    if job.areas:
        reporter.artifact("areas", areas_path)
