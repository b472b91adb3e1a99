"""Opening a scene as an encoder needs it: bands by name, no data, and a word where it differs."""

from __future__ import annotations

from backend.contract.jobs import EmbedJob
from backend.data.scene_files import holds
from backend.data.scenes import Scene, open_scene
from backend.networks.encoder_file import EncoderInformation
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

# A ground resolution that differs by more shows the network things of another size.
RESOLUTION_TOLERANCE = 0.2


def open_scene_for(
    encoder: EncoderInformation, specification: str, job: EmbedJob, reporter: Reporter
) -> Scene:
    """Open a scene that has the encoder's bands; warn where it is unlike the training imagery.

    Bands are named by `job.bands`, else by the files, else after the encoder where the number is
    the same. No data is `job.nodata`, else what the files say, else the encoder's. Raises
    RequestError for bands or a stride that do not fit, DataError for a scene smaller than a tile.
    """

    def opened(bands: list[str], nodata: float | None) -> Scene:
        return open_scene(specification, bands=bands, nodata=nodata, resampling=job.resampling)

    bands = list(job.bands)
    scene = opened(bands, job.nodata)
    missing = [name for name in encoder.bands if name not in scene.band_names]
    if missing and not bands and len(scene.bands) == len(encoder.bands):
        reporter.warning(
            f"the bands of {scene.name} are {', '.join(scene.band_names)}; they are taken for the "
            f"encoder's, in this order: {', '.join(encoder.bands)} (--bands names them otherwise)"
        )
        bands = list(encoder.bands)
        scene = opened(bands, job.nodata)
    elif missing:
        raise RequestError(
            f"the encoder needs the bands {', '.join(encoder.bands)}; the scene {scene.name} has "
            f"{', '.join(scene.band_names)}, so {', '.join(missing)} is missing",
            "name the scene's bands with --bands, or train an encoder on these bands",
        )
    if scene.nodata is None and encoder.nodata is not None and holds(scene.dtype, encoder.nodata):
        scene = opened(bands, encoder.nodata)
    _check_size(encoder, scene, job)
    _warn_of_differences(encoder, scene, reporter)
    return scene


def _check_size(encoder: EncoderInformation, scene: Scene, job: EmbedJob) -> None:
    tile, shorter = encoder.tile_size_px, min(scene.width, scene.height)
    size = f"the scene {scene.name} has {scene.width} × {scene.height} px"
    if tile > shorter:
        raise DataError(
            f"{size}, less than the encoder's tile of {tile} × {tile} px",
            "give a larger scene, or an encoder for smaller tiles",
        )
    if job.stride_px > shorter:
        raise RequestError(
            f"{size}, less than --stride-px {job.stride_px}",
            f"give a stride of at most {shorter} px; {max(1, tile // 2)} is usual here",
        )


def _warn_of_differences(encoder: EncoderInformation, scene: Scene, reporter: Reporter) -> None:
    ratio = scene.ground_resolution_m / encoder.ground_resolution_m
    if abs(ratio - 1) > RESOLUTION_TOLERANCE:
        reporter.warning(
            f"pixels of {scene.name} are {scene.ground_resolution_m:.4g} m wide, those the encoder "
            f"was trained on {encoder.ground_resolution_m:.4g} m: resample the scene for vectors "
            "that can be trusted"
        )
    if str(scene.dtype) != encoder.dtype:
        reporter.warning(
            f"pixels of {scene.name} are {scene.dtype}, those the encoder was trained on "
            f"{encoder.dtype}: check that the values mean the same"
        )
