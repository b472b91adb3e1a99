"""The job of embedding: scenes through an encoder into maps, and pictures and clusters of them."""

from __future__ import annotations

import contextlib
import hashlib
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backend import __version__
from backend.contract.jobs import EmbedJob
from backend.contract.settings import to_arguments
from backend.data.gdal import bounded_cache
from backend.data.scenes import Scene
from backend.networks.encoder_file import EncoderInformation, FrozenEncoder, load_encoder
from backend.runtime.device import choose_device
from backend.runtime.errors import DataError, MachineError, RequestError
from backend.runtime.files import check_output, whole_files, whole_folder
from backend.runtime.reporter import Reporter

from . import styles
from .clusters import Clusters
from .embedding_map import EmbeddingMap, MapInformation
from .grid import MapGrid
from .map_writing import MapWriter
from .opening import open_scene_for
from .pictures import read_components, write_clusters, write_picture
from .principal_components import PrincipalComponents
from .scene_vectors import ReadBlocks
from .sharding import computed_by_workers
from .statistics import Moments, Sample, sample_size

# Positions of several maps must differ in the sample: a map is taken to have fewer pixels.
POSITIONS_PER_MAP = 2**40


@dataclass(frozen=True)
class _Task:
    """One scene, its grid, and the file name of its map."""

    scene: Scene
    grid: MapGrid
    file_name: str

    def layer(self, kind: str) -> str:
        """The file name of the picture or the clusters."""
        return f"{Path(self.file_name).stem}_{kind}.tif"


def embed_scenes(job: EmbedJob, reporter: Reporter) -> list[Path]:
    """Map each scene of the job and give the maps' paths; see EmbedJob.

    The outputs appear when all of them are whole.

    One scene gives the file `job.output` (and NAME_picture.tif, NAME_clusters.tif beside it);
    several give a folder of them. Pictures and clusters of one job share their colours.
    """
    output = Path(job.output)
    single = len(job.scenes) == 1
    _check_name(job, single=single)
    check_output(output, overwrite=job.overwrite)
    # With a scheduler it is the workers' device that is meant; this machine may have none.
    encoder = load_encoder(job.encoder, choose_device("cpu" if job.scheduler else job.device))
    tasks = _plan(job, encoder.information, reporter)
    components = _given_components(job) if job.picture and job.colours_of else None
    if single:
        for kind in _layers(job):
            check_output(output.parent / tasks[0].layer(kind), overwrite=job.overwrite)
    dimension = encoder.dimension(job.features)
    _check_disk(output.parent, tasks, dimension, job)

    moments = Moments(dimension)
    sample = Sample(sample_size(dimension), dimension, job.seed)
    writer = MapWriter(encoder, job, reporter)
    made = []
    staged = whole_files(output) if single else whole_folder(output)
    with bounded_cache(), _readers(job, encoder, tasks, reporter) as readers, staged as folder:
        for number, task in enumerate(tasks):

            def observe(vectors: np.ndarray, positions: np.ndarray, number: int = number) -> None:
                moments.add(vectors)
                sample.add(vectors, positions + number * POSITIONS_PER_MAP)

            information = _information(job, encoder.information, task)
            with task.scene:
                path = folder / task.file_name
                written = writer.write(
                    path, task.scene, task.grid, information, observe, readers[number]
                )
            if written:
                made.append(task)
            else:
                reporter.warning(f"no tile of {task.scene.name} is valid: it gets no map")
        if not made:
            raise DataError(
                f"no tile has enough valid pixels ({job.minimum_valid_fraction:g} of the tile)",
                "lower --minimum-valid-fraction, or check --nodata",
            )
        if job.picture and components is None:
            components = PrincipalComponents.fit(moments, sample.vectors)
        _write_layers(folder, made, job, reporter, moments, sample, components)
    return _announce(output, made, job, reporter, single=single)


def _readers(
    job: EmbedJob, encoder: FrozenEncoder, tasks: Sequence[_Task], reporter: Reporter
) -> contextlib.AbstractContextManager[Sequence[ReadBlocks | None]]:
    """For each task, what reads the vectors that workers computed; None where it is done here."""
    if not job.scheduler:
        return contextlib.nullcontext([None] * len(tasks))
    scenes = [(task.scene, task.grid) for task in tasks]
    return computed_by_workers(job, encoder, scenes, reporter)


def _check_name(job: EmbedJob, *, single: bool) -> None:
    """RequestError where the output is named as a file and ought to be a folder, or contrarily."""
    is_file_name = Path(job.output).suffix.lower() in (".tif", ".tiff")
    if single and not is_file_name:
        raise RequestError(f"--output {job.output} is no GeoTIFF's name", "give a name NAME.tif")
    if not single and is_file_name:
        raise RequestError(
            f"{len(job.scenes)} scenes make a folder of maps, and --output {job.output} names "
            "a file",
            "give the name of a folder; files of one scene are joined by '+'",
        )


def _plan(job: EmbedJob, encoder: EncoderInformation, reporter: Reporter) -> list[_Task]:
    """Open and check every scene before anything is computed."""
    tasks: list[_Task] = []
    for specification in job.scenes:
        scene = open_scene_for(encoder, specification, job, reporter)
        grid = MapGrid(scene.height, scene.width, encoder.tile_size_px, job.stride_px)
        taken = {task.file_name for task in tasks}
        name, number = f"{scene.name}.tif", 2
        while name in taken:
            name, number = f"{scene.name}_{number}.tif", number + 1
        tasks.append(_Task(scene, grid, name if len(job.scenes) > 1 else Path(job.output).name))
    return tasks


def _layers(job: EmbedJob) -> list[str]:
    """The kinds of layer that are made beside each map."""
    return ["picture"] * job.picture + ["clusters"] * (job.clusters > 0)


def _check_disk(folder: Path, tasks: Sequence[_Task], dimension: int, job: EmbedJob) -> None:
    """MachineError where not even the vectors themselves would fit on the disk."""
    pixels = [task.grid.height * task.grid.width for task in tasks]
    # One scratch raster of floats at a time, every map, and all shards until the last is whole.
    stored = (1 if job.storage == "uint8" else 4) + (4 if job.scheduler else 0)
    needed = dimension * (4 * max(pixels) + stored * sum(pixels))
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise MachineError(
            f"the maps need about {needed / 1e9:.1f} GB in {folder}; {free / 1e9:.1f} GB are free",
            "a stride twice as wide needs a quarter of it, --storage uint8 about half",
        )


def _information(job: EmbedJob, encoder: EncoderInformation, task: _Task) -> MapInformation:
    """What the map of a task says of itself."""
    # Where it was computed makes no difference to a map.
    command = to_arguments(replace(job, scheduler=""))
    return MapInformation(
        encoder=encoder.identity,
        encoder_sha256=_encoder_hash(job),
        method=encoder.method,
        dataset=encoder.dataset,
        features=job.features,
        bands=" ".join(encoder.bands),
        tile_size_px=encoder.tile_size_px,
        stride_px=job.stride_px,
        edges=job.edges,
        minimum_valid_fraction=job.minimum_valid_fraction,
        scene=task.scene.name,
        scene_files="+".join(str(path) for path in task.scene.files),
        date=task.scene.date or "",
        software=f"Near Things {__version__}",
        command=shlex.join(["python", "-m", "backend.embed", *command]),
        band_sources=_band_sources(task.scene, encoder.bands),
        mode=job.mode,
    )


def _encoder_hash(job: EmbedJob) -> str:
    return hashlib.sha256(Path(job.encoder).read_bytes()).hexdigest()


def _given_components(job: EmbedJob) -> PrincipalComponents:
    """Those of the picture `job.colours_of`; RequestError where it shows other vectors."""
    tags, components = read_components(Path(job.colours_of))
    if (tags.get("encoder_sha256"), tags.get("features")) != (_encoder_hash(job), job.features):
        raise RequestError(
            f"{job.colours_of} shows the vectors of another encoder: {tags.get('encoder')}",
            "give --colours-of a picture by this encoder, or leave it out",
        )
    return components


def _band_sources(scene: Scene, names: Sequence[str]) -> str:
    """See `MapInformation.band_sources`."""
    known = {band.name: band for band in scene.bands}
    places = [(scene.files.index(known[name].file), known[name].index) for name in names]
    return " ".join(f"{file}:{band}" for file, band in places)


def _write_layers(
    folder: Path,
    tasks: Sequence[_Task],
    job: EmbedJob,
    reporter: Reporter,
    moments: Moments,
    sample: Sample,
    components: PrincipalComponents | None,
) -> None:
    """Styles, pictures and clusters; one projection and one set of centres for all maps."""
    bands = np.sort(np.argsort(-moments.deviation, kind="stable")[:3])
    bands = np.resize(bands, 3)
    low = moments.mean[bands] - 2 * moments.deviation[bands]
    high = moments.mean[bands] + 2 * moments.deviation[bands]
    style = styles.colour_composite(bands + 1, low, high)
    clusters = Clusters.fit(sample.vectors, job.clusters, job.seed) if job.clusters else None
    if clusters and len(clusters) < job.clusters:
        reporter.warning(f"only {len(clusters)} vectors differ: so many clusters are made")
    for task in tasks:
        styles.write_style(style, folder / task.file_name)
        with EmbeddingMap(folder / task.file_name) as source:
            if components:
                write_picture(source, folder / task.layer("picture"), components, reporter)
            if clusters:
                write_clusters(source, folder / task.layer("clusters"), clusters, reporter)


def _announce(
    output: Path, tasks: Sequence[_Task], job: EmbedJob, reporter: Reporter, *, single: bool
) -> list[Path]:
    """Name what was made; gives the maps' paths."""
    folder = output.parent if single else output
    for task in tasks:
        reporter.artifact("embedding map", folder / task.file_name)
        for kind in _layers(job):
            reporter.artifact(kind, folder / task.layer(kind))
    return [folder / task.file_name for task in tasks]
