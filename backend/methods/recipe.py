"""What a method is to the training loop: relations, networks, a forward pass, hooks."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from backend.contract.jobs import TrainJob
from backend.data.dataset import DatasetInformation, TileDataset
from backend.data.relations import Relation
from backend.hooks.stages import Hook
from backend.networks.decoder import Decoder
from backend.networks.encoder import Encoder, EncoderShape, build_encoder
from backend.networks.weights import initialise
from backend.runtime.errors import RequestError


@dataclass
class Outcome:
    """What one forward pass gives: a loss to minimise, and what hooks and the log want of it.

    `loss` is a float32 scalar. `embedding` (B, D), detached, of any norm, is watched for collapse.
    `measures` are scalars for the log, detached. `kept` is handed to the hooks after the step.
    """

    loss: Tensor
    embedding: Tensor
    measures: Mapping[str, Tensor] = field(default_factory=dict)
    kept: Mapping[str, Tensor] = field(default_factory=dict)


class Recipe(nn.Module):
    """A method. The loop does, in this order: sample, forward, backward, clip, step, hooks.

    `relations`: the tiles that make one sample. `encoder`: the network that is exported.
    `extras`: decoders that are exported beside it, each as NAME.safetensors, by name.
    `measures`: the names of an outcome's measures. `hooks` run after the optimiser's step, ordered
    by their stage. `chance_loss`: the loss where nothing is told apart, None where a method knows
    no such value. Parameters that require a gradient are trained; the state_dict is all that a
    checkpoint needs.
    """

    relations: Sequence[Relation]
    encoder: Encoder
    extras: Mapping[str, Decoder] = MappingProxyType({})
    measures: Sequence[str] = ()
    hooks: Sequence[Hook] = ()
    chance_loss: float | None = None
    asks_for_valid: bool = False

    @property
    def trained_encoder(self) -> Encoder:
        """The encoder that gradients reach: what is exported, unless that follows by momentum."""
        return self.encoder

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        """`tiles`: for each relation (B, bands, T, T) float32, normalised; `chips`: (B,) int64.

        `generator` is on the tiles' device and seeded anew by the step's number: what is drawn
        from it needs no state of its own.
        """
        raise NotImplementedError


def shape_of(job: TrainJob, information: DatasetInformation, **changes: Any) -> EncoderShape:
    """The encoder that the job asks for on such a dataset, with what a method sets otherwise."""
    shape = EncoderShape(
        architecture=job.architecture,
        stem=job.stem,
        bands=len(information.bands),
        tile_size_px=information.tile_size_px,
        embedding_dimension=job.embedding_dimension,
    )
    return replace(shape, **changes)


def start_encoder(job: TrainJob, information: DatasetInformation, **changes: Any) -> Encoder:
    """The encoder that the job asks for, with the initial weights that it asks for.

    `changes` are those of `shape_of`. The encoder's `notes` say what was done, for the loop to
    tell. RequestError where it cannot take the dataset's tiles; for others see `initialise`.
    """
    try:
        encoder = build_encoder(shape_of(job, information, **changes), seed=job.seed)
    except ValueError as error:
        raise RequestError(
            str(error), "give another --architecture, or build larger tiles"
        ) from error
    names = [band.name for band in information.bands]
    encoder.notes = initialise(encoder, job.initial_weights, names, download=job.download_weights)
    return encoder


def make_recipe(name: str, job: TrainJob, dataset: TileDataset) -> Recipe:
    """The recipe in backend/methods/`name`.py, whose function `recipe` makes it.

    Where the job asks to learn from the map beside it, with that.
    """
    module = importlib.import_module(f"backend.methods.{name}")
    method = module.recipe(job, dataset)
    if not job.also_learn or job.also_weight == 0:
        return method
    from .beside import Beside  # which is a Recipe, and so imports this file

    return Beside(method, job, dataset)
