"""What methods of neighbouring and distant tiles share: their relations and forward passes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from backend.contract.jobs import TrainJob
from backend.contract.systems.neighbourhood import DistantTrainJob, NeighbourTrainJob
from backend.data.dataset import DatasetInformation, TileDataset
from backend.data.relations import (
    DISTANT,
    NEIGHBOUR,
    OUTSIDE_MODES,
    Far,
    Itself,
    Near,
    Relation,
    make_ground,
    stored,
    stored_anchors,
)
from backend.networks.encoder import Encoder
from backend.runtime.errors import RequestError

# What 99.99999 m / 0.6 m lacks to a whole pixel is rounding.
ROUNDING_PX = 1e-6


def near_of(job: NeighbourTrainJob, information: DatasetInformation) -> Near:
    """The neighbourhood; RequestError where the chips do not hold it or nothing is left of it."""
    held = information.neighbour_radius_px
    option, asked = _length_px(job, "neighbour_radius", information)
    radius = held if asked is None else math.floor(asked + ROUNDING_PX)
    if radius > held:
        raise RequestError(
            f"{option} is more than the {held} px that the dataset's chips hold around their tiles",
            f"use {held} px at most, or build the dataset with a larger --neighbour-radius-px",
        )
    option, asked = _length_px(job, "minimum_offset", information)
    if asked is None:
        # Not the anchor itself, which has nothing to teach, but where the radius asks for it.
        option, asked = f"--neighbour-step-px {job.neighbour_step_px}", min(1, radius)
    minimum = math.ceil(asked - ROUNDING_PX)
    try:
        return Near(radius, job.neighbour_step_px, job.neighbour_shape, minimum)
    except ValueError as error:
        raise RequestError(
            f"{option} leaves no neighbour: {error}",
            "use a smaller --minimum-offset-px or --neighbour-step-px, or a larger "
            "--neighbour-radius-px",
        ) from error


def triplet_of(job: DistantTrainJob, dataset: TileDataset) -> tuple[Relation, Relation, Relation]:
    """Anchor, neighbour and distant tile; RequestError where the dataset has none of a kind."""
    if takes_stored(job, dataset):
        neighbour: Relation = stored(dataset, NEIGHBOUR)
        if job.distant in ("auto", "stored"):
            return Itself(), neighbour, stored(dataset, DISTANT)
        return Itself(), neighbour, far_of(job, dataset, None)
    if job.distant == "stored":
        raise RequestError(
            "--distant stored takes the tile that was imported with an anchor and its neighbour, "
            "and neighbours are drawn here",
            "give another --distant, or --neighbour stored where triplets were imported",
        )
    near = near_of(job, dataset.information)
    return Itself(), near, far_of(job, dataset, near)


def far_of(job: DistantTrainJob, dataset: TileDataset, near: Near | None) -> Far:
    """The distant tiles, `near` None where neighbours are stored; RequestError where some
    training chip has none."""
    information = dataset.information
    _, asked = _length_px(job, "distant_minimum", information)
    # Two tiles overlap where they lie less than a tile's side apart.
    least = max(near.radius_px if near else 0, information.tile_size_px - 1)
    mode = "outside-square" if job.distant == "auto" else job.distant
    if job.distant_own_scene and mode not in OUTSIDE_MODES:
        raise RequestError(
            f"--distant-own-scene does not go with --distant {mode}",
            "leave one of them out; outside-square and outside-cross take the anchor's scene",
        )
    beside = near if job.distant_neighbours else None
    far = Far(mode, least if asked is None else asked, beside, job.distant_own_scene)
    far.check(make_ground(dataset))
    return far


def takes_stored(job: DistantTrainJob, dataset: TileDataset) -> bool:
    """Whether samples are triplets as imported; RequestError where the job asks what is not there.

    Imported neighbours are chips of their own, so they are also among the random records: as the
    released code has it, a distant tile by "random-record" may be of any role.
    """
    information = dataset.information
    if job.neighbour == "auto":
        wanted = information.triplets > 0 and information.neighbour_radius_px == 0
    else:
        wanted = job.neighbour == "stored"
    if wanted and information.triplets == 0:
        raise RequestError(
            f"--neighbour stored needs tiles that were imported as triplets, and {dataset.folder} "
            "has none",
            "leave out --neighbour, or import triplets: see docs/importing.md",
        )
    if not wanted and information.neighbour_radius_px == 0:
        raise RequestError(
            f"--neighbour drawn finds none: the chips of {dataset.folder} hold the tile alone",
            "use --neighbour stored",
        )
    if wanted:
        for name in ("neighbour_radius", "minimum_offset"):
            option, asked = _length_px(job, name, information)
            # As good as nothing: released recipes set a least offset of 0.
            if asked is not None and (name, asked) != ("minimum_offset", 0):
                raise RequestError(
                    f"{option} concerns neighbours that are drawn, and those of {dataset.folder} "
                    "were imported",
                    "leave it out, or give --neighbour drawn",
                )
    return wanted


def training_chips(job: TrainJob, dataset: TileDataset) -> np.ndarray:
    """The chips that samples begin with, ascending: those of the training split, or of triplets
    as imported the anchors."""
    if isinstance(job, DistantTrainJob) and takes_stored(job, dataset):
        return stored_anchors(dataset, "train")
    return dataset.numbers("train")


def _length_px(
    job: NeighbourTrainJob, name: str, information: DatasetInformation
) -> tuple[str, float | None]:
    """The setting NAME_px, or NAME_m in pixels of the dataset, and how it was given.

    None where neither is; RequestError where both are.
    """
    pixels, metres = getattr(job, f"{name}_px"), getattr(job, f"{name}_m")
    in_px, in_m = (f"--{name.replace('_', '-')}-{unit}" for unit in ("px", "m"))
    if pixels is not None and metres is not None:
        raise RequestError(
            f"{in_px} {pixels} and {in_m} {metres:g} say the same thing twice",
            f"leave one of them out ({job.method} may set {in_px} itself: give that)",
        )
    if metres is None:
        return f"{in_px} {pixels}", pixels
    resolution = information.ground_resolution_m
    in_words = f"{in_m} {metres:g} ({metres / resolution:.4g} px of {resolution:g} m)"
    return in_words, metres / resolution


def embed_roles(encoder: Encoder, views: Sequence[Tensor], *, separately: bool) -> list[Tensor]:
    """Embeddings (B, D) of several tiles (B, bands, T, T) of the same samples.

    One forward pass of them all, or `separately` one for each: then batch normalisation sees each
    by itself, and what its batch happens to hold moves the embeddings of one role against those
    of another.
    """
    if separately:
        return [encoder(view) for view in views]
    return list(encoder(torch.cat(list(views))).chunk(len(views)))
