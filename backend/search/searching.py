"""The job of searching: the k places most like the query, apart from each other if asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from backend.contract.jobs import IndexJob, ProjectJob, SearchJob
from backend.data.dataset import TileDataset
from backend.data.gdal import bounded_cache
from backend.mapping.embedding_map import EmbeddingMap
from backend.networks.encoder_file import load_encoder
from backend.runtime.device import choose_device
from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import check_output, whole_files
from backend.runtime.reporter import Reporter

from .dataset_target import DatasetTarget
from .index import NearestVectors, cosine_similarity
from .map_target import MapTarget
from .queries import Query, make_query
from .results import write_neighbours, write_similarity
from .separation import Separation
from .target import Target

# Candidates held at a time where some will be left out for being too near to better ones.
CANDIDATES = 1_000_000


def search(job: SearchJob, reporter: Reporter) -> None:
    """Find the job's neighbours and write them; see SearchJob.

    The query's own pixels or chip are no neighbours of it. Several points or examples make one
    query: the mean of their unit vectors.
    """
    _check_request(job)
    check_output(Path(job.output), overwrite=job.overwrite)
    if job.similarity:
        check_output(Path(job.similarity), overwrite=job.overwrite)
    with bounded_cache(), open_target(job, reporter) as target:
        query = make_query(job, target, reporter)
        positions, similarities = find_neighbours(
            target, query, job.k, separation_px=job.separation_px, reporter=reporter
        )
        if len(positions) == 0:
            raise DataError(
                f"{target.description} holds nothing but the query",
                "search a larger one, or with a smaller --separation-px",
            )
        if len(positions) < job.k:
            reporter.warning(f"there are only {len(positions)} neighbours, not {job.k}")
        _write(job, target, query, positions, similarities, reporter)


def check_target(job: SearchJob | IndexJob | ProjectJob) -> None:
    """RequestError unless the job names a map, or a dataset with an encoder."""
    if bool(job.embedding) == bool(job.dataset):
        raise RequestError(
            "the vectors are those of an embedding map or of a dataset"
            + (", not both" if job.dataset else ": neither is given"),
            "give --embedding, or --dataset with --encoder",
        )
    if job.dataset and not job.encoder:
        raise RequestError(
            "a dataset is seen through an encoder", "give --encoder encoder.safetensors"
        )
    if job.encoder and not job.dataset:
        raise RequestError(
            "an embedding map needs no encoder", "leave out --encoder, or give --dataset"
        )


def _check_request(job: SearchJob) -> None:
    """RequestError for settings that do not go together."""
    check_target(job)
    given = [job.chip is not None, bool(job.points), bool(job.examples)]
    if sum(given) != 1:
        raise RequestError(
            "there is nothing to search from" if not any(given) else "the query is ambiguous",
            "give one of --point, --chip and --examples",
        )
    if job.chip is not None and not job.dataset:
        raise RequestError("chips belong to a dataset", "give --dataset, or --point on the map")
    if job.similarity and not job.embedding:
        raise RequestError(
            "a similarity map needs an embedding map", "give --embedding, or leave out --similarity"
        )
    for name, suffixes in (("output", (".gpkg",)), ("similarity", (".tif", ".tiff"))):
        path = getattr(job, name)
        if path and Path(path).suffix.lower() not in suffixes:
            raise RequestError(f"--{name} {path} must end in {suffixes[0]}")


@contextlib.contextmanager
def open_target(job: SearchJob | IndexJob | ProjectJob, reporter: Reporter) -> Iterator[Target]:
    """The job's map or dataset, opened."""
    if job.embedding:
        with EmbeddingMap(job.embedding) as source:
            if source.information is None:
                reporter.warning(
                    f"{job.embedding} was not made by this program: each of its pixels is taken "
                    "for a vector"
                )
            yield MapTarget(source)
        return
    dataset = TileDataset(job.dataset)
    encoder = load_encoder(job.encoder, choose_device(job.device))
    tiles = dataset.information.tile_size_px, encoder.information.tile_size_px
    if tiles[0] != tiles[1]:
        reporter.warning(f"the dataset's tiles are {tiles[0]} px wide, the encoder's {tiles[1]} px")
    yield DatasetTarget(dataset, encoder, job.features, job.batch_size)


def find_neighbours(
    target: Target, query: Query, k: int, *, separation_px: int, reporter: Reporter
) -> tuple[np.ndarray, np.ndarray]:
    """Positions and similarities of the k nearest, best first; fewer where there are fewer.

    Exact also with a separation: places are taken greedily, best first, and when the candidates of
    one pass are used up another pass goes on behind them.
    """
    separation = Separation(separation_px)
    for place in target.places(query.positions):
        separation.take(*place)
    count = max(k, CANDIDATES) if separation_px else k
    found: list[tuple[int, float]] = []
    after = None
    while len(found) < k:
        candidates = _pass(target, query, count, after, reporter)
        _choose(candidates, target, separation, found, k)
        if len(candidates[0]) < count:
            break
        after = candidates[1][-1], candidates[0][-1]
    return (
        np.array([position for position, _ in found], np.int64),
        np.array([similarity for _, similarity in found], np.float64),
    )


def _pass(
    target: Target,
    query: Query,
    count: int,
    after: tuple[float, int] | None,
    reporter: Reporter,
) -> tuple[np.ndarray, np.ndarray]:
    """One pass over all vectors but the query's own."""
    nearest = NearestVectors(query.vector, count, after=after)
    with reporter.phase("searching", target.total, "vectors") as phase:
        for vectors, positions, looked_at in target.blocks():
            others = ~np.isin(positions, query.positions)
            nearest.add(vectors[others], positions[others])
            phase.advance(looked_at)
    return nearest.result()


def _choose(
    candidates: tuple[np.ndarray, np.ndarray],
    target: Target,
    separation: Separation,
    found: list[tuple[int, float]],
    k: int,
) -> None:
    """Take candidates in order, as far as the separation admits them, until there are k."""
    positions, similarities = candidates
    places = target.places(positions)
    for position, similarity, place in zip(positions, similarities, places, strict=True):
        if len(found) == k:
            return
        if separation.admits(*place):
            separation.take(*place)
            found.append((int(position), float(similarity)))


def _write(
    job: SearchJob,
    target: Target,
    query: Query,
    positions: np.ndarray,
    similarities: np.ndarray,
    reporter: Reporter,
) -> None:
    """All outputs, in their places when all are whole."""
    output, raster = Path(job.output), Path(job.similarity)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(whole_files(output))
        write_neighbours(folder / output.name, target, query, positions, similarities)
        if job.similarity:
            raster_folder = stack.enter_context(whole_files(raster))
            write_similarity(
                raster_folder / raster.name,
                target.source,
                lambda vectors: cosine_similarity(vectors, query.vector),
                reporter,
            )
    reporter.artifact("neighbours", output)
    if job.similarity:
        reporter.artifact("similarity map", raster)
