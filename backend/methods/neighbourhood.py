"""What methods of neighbouring and distant tiles share: their relations and forward passes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.neighbourhood import DistantTrainJob, NeighbourTrainJob
from backend.data.dataset import DatasetInformation, TileDataset
from backend.data.relations import Far, Near, make_ground
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
    minimum = 0 if asked is None else math.ceil(asked - ROUNDING_PX)
    try:
        return Near(radius, job.neighbour_step_px, job.neighbour_shape, minimum)
    except ValueError as error:
        raise RequestError(
            f"{option} leaves no neighbour: {error}",
            "use a smaller --minimum-offset-px, or a larger --neighbour-radius-px",
        ) from error


def far_of(job: DistantTrainJob, dataset: TileDataset, near: Near) -> Far:
    """The distant tiles; RequestError where some training chip has none."""
    information = dataset.information
    _, asked = _length_px(job, "distant_minimum", information)
    # Two tiles overlap where they lie less than a tile's side apart.
    distance = max(near.radius_px, information.tile_size_px - 1) if asked is None else asked
    far = Far(job.distant, distance, near if job.distant_neighbours else None)
    far.check(make_ground(dataset))
    return far


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
