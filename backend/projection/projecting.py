"""The job of projecting: vectors of a map or a dataset as points of a plane, in a layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from backend.contract.jobs import ProjectJob
from backend.data.dataset import TileDataset
from backend.data.gdal import bounded_cache
from backend.mapping.principal_components import PrincipalComponents
from backend.mapping.statistics import Moments
from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import check_output, whole_files
from backend.runtime.reporter import Reporter
from backend.search.index import unit_vectors
from backend.search.map_target import MapTarget
from backend.search.searching import check_target, open_target
from backend.search.target import Target

from .attributes import Kinds, classes_of_tiles, classes_under, clusters_at, clusters_made
from .neighbour_layout import import_umap, neighbour_layout
from .outputs import write_points
from .spread import spread


def project(job: ProjectJob, reporter: Reporter) -> None:
    """Write the job's points; see ProjectJob."""
    output = Path(job.output)
    _check_request(job)
    check_output(output, overwrite=job.overwrite)
    if job.method == "umap":
        # Before any work: it may be missing.
        import_umap()
    with bounded_cache(), open_target(job, reporter) as target:
        positions, centres, moments = _draw(target, job, reporter)
        kinds = _read_kinds(job, target, positions, reporter)
        vectors = _vectors_at(target, positions, reporter)
        # Likeness is the cosine everywhere: by search, by UMAP, and in the plugin's scatter plot.
        units = unit_vectors(vectors)
        if moments is None:
            moments = Moments(units.shape[1])
            moments.add(units)
        components = PrincipalComponents.fit(moments, units)
        plane = components.project(units)[:, :2]
        about = {}
        if job.method == "umap":
            plane = neighbour_layout(
                vectors,
                plane,
                neighbours=job.neighbours,
                minimum_distance=job.minimum_distance,
                seed=job.seed,
                reporter=reporter,
            )
        else:
            about = dict(zip(("pc1", "pc2"), map(float, components.explained), strict=False))
        if job.k:
            kinds["cluster"] = clusters_made(vectors, job.k, job.seed, reporter)
        with whole_files(output) as folder:
            write_points(folder / output.name, job, target, positions, centres, plane, kinds, about)
    reporter.metric(0, {"points": len(positions)} | {f"explained_{n}": about[n] for n in about})
    reporter.artifact("points", output)


def _check_request(job: ProjectJob) -> None:
    """RequestError for settings that do not go together."""
    check_target(job)
    if Path(job.output).suffix.lower() != ".gpkg":
        raise RequestError(f"--output {job.output} must end in .gpkg")
    if job.clusters and job.k:
        raise RequestError("--clusters and --k both say what the clusters are", "give one of them")
    if not job.dataset:
        return
    if job.land_cover or job.class_field or job.class_table:
        raise RequestError(
            "a dataset's tiles have the classes that it was built with",
            "leave out --land-cover, --class-field and --class-table",
        )
    if job.clusters:
        raise RequestError(
            "--clusters is a map, and a dataset's tiles are no cells of it", "give --k in its place"
        )


def _draw(
    target: Target, job: ProjectJob, reporter: Reporter
) -> tuple[np.ndarray, np.ndarray, Moments | None]:
    """Positions of the points, ascending, their places (n, 2), and the moments of all unit vectors.

    Of a dataset, all of which would have to be embedded for that, None in place of the moments.
    """
    moments = None
    positions = np.arange(target.total)
    if isinstance(target, MapTarget):
        moments = Moments(target.source.dimension)
        found = []
        with reporter.phase("reading", target.total, "pixels") as phase:
            for vectors, here, looked_at in target.blocks():
                moments.add(unit_vectors(vectors))
                found.append(here)
                phase.advance(looked_at)
        positions = np.sort(np.concatenate(found))
        if len(positions) == 0:
            raise DataError(f"{target.description} has no data", "make the map again")
    centres = _centres(target, positions)
    chosen = spread(centres[:, 0], centres[:, 1], job.count, job.seed)
    if len(chosen) < len(positions):
        reporter.warning(
            f"{len(chosen):,} of {len(positions):,} places are projected, drawn evenly over the "
            "ground"
        )
    return positions[chosen], centres[chosen], moments


def _centres(target: Target, positions: np.ndarray) -> np.ndarray:
    """The middles (n, 2) of cells, or of tiles, in the target's CRS."""
    if isinstance(target, MapTarget):
        rows, columns = np.divmod(positions, target.source.width)
        return np.stack(target.source.transform * (columns + 0.5, rows + 0.5), axis=-1)
    return shapely.get_coordinates(shapely.centroid(target.footprints(positions)))


def _read_kinds(
    job: ProjectJob, target: Target, positions: np.ndarray, reporter: Reporter
) -> dict[str, Kinds]:
    """What files say of the points, by field."""
    if isinstance(target, MapTarget):
        found = {"class": classes_under(job, positions, reporter)}
        if job.clusters:
            found["cluster"] = clusters_at(job.clusters, target.source, positions)
    else:
        found = {"class": classes_of_tiles(TileDataset(job.dataset), positions)}
    return {field: kinds for field, kinds in found.items() if kinds is not None}


def _vectors_at(target: Target, positions: np.ndarray, reporter: Reporter) -> np.ndarray:
    """The vectors (n, D) float64 at positions that are ascending and have one."""
    result = None
    with reporter.phase("taking vectors", len(positions), "vectors") as phase:
        for vectors, here, _ in target.blocks(positions):
            if result is None:
                result = np.empty((len(positions), vectors.shape[1]))
            result[np.searchsorted(positions, here)] = vectors
            phase.advance(len(here))
    if not np.isfinite(result).all():
        raise DataError(
            f"vectors of {target.description} are not finite", "make it again, or train anew"
        )
    return result
