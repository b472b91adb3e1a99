"""SwAV: swapping assignments between views.

Caron, Misra, Mairal, Goyal, Bojanowski, Joulin, "Unsupervised Learning of Visual Features by
Contrasting Cluster Assignments", NeurIPS 2020, arXiv 2006.09882.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.assignments import SwAVTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.prototypes import Prototypes, prototype_count
from backend.hooks.queue import Queue
from backend.hooks.sinkhorn import sinkhorn
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.networks.directions import directions
from backend.networks.mlp import make_mlp
from backend.runtime.errors import RequestError

from .multi_crop import LARGE_VIEWS, MultiCrop, each_view
from .recipe import Outcome, Recipe, start_encoder

# Vectors for each prototype, of batch and queue together, that make an even assignment sensible.
VECTORS_PER_PROTOTYPE = 4


class SwAV(Recipe):
    """From each view, the assignment of each other large view to the prototypes is told.

    Assignments are made by Sinkhorn's algorithm over the batch, and earlier vectors where the batch
    is small, so that all prototypes are used evenly. The encoder is exported without its projector.
    """

    measures = ("assignment_entropy", "divergence")

    def __init__(self, job: SwAVTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        chips = information.splits["train"]
        count = prototype_count(job.prototypes, chips)
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.views = MultiCrop(job, information, self.encoder)
        self.projector = make_mlp(
            (self.encoder.feature_dimension, job.hidden_dimension, job.projected_dimension),
            normalise_last=False,
            seed=job.seed + 1,
        )
        self.prototypes = Prototypes(
            count, job.projected_dimension, freeze_steps=job.freeze_steps, seed=job.seed + 2
        )
        self.hooks = (self.prototypes,)
        size = _queue_size(job, count, chips)
        self.queue = None
        if size:
            self.queue = Queue(size, job.projected_dimension, start="unit", seed=job.seed + 3)
            self.hooks = (self.prototypes, self.queue)
        self.chance_loss = math.log(count)
        self._job = job

    def project(self, tiles: Tensor) -> Tensor:
        """Unit vectors (B, D) of views."""
        return directions(self.projector(self.encoder.features(tiles)))

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        job = self._job
        vectors = each_view(self.project, self.views(tiles[0], generator))
        scores = [self.prototypes(vector) for vector in vectors]
        codes = [self.assign(score.detach()) for score in scores[:LARGE_VIEWS]]
        losses = [
            soft_cross_entropy(score / job.temperature, code)
            for large, code in enumerate(codes)
            for view, score in enumerate(scores)
            if view != large
        ]
        loss = torch.stack(losses).mean()
        entropy = -torch.stack([torch.xlogy(code, code).sum(dim=1).mean() for code in codes]).mean()
        large = [vector.detach() for vector in vectors[:LARGE_VIEWS]]
        return Outcome(
            loss,
            large[0],
            dict(assignment_entropy=entropy, divergence=loss.detach() - entropy),
            kept=dict(keys=torch.cat(large), chips=chips.repeat(LARGE_VIEWS)),
        )

    def assign(self, scores: Tensor) -> Tensor:
        """Assignments (B, K) from scores (B, K), evened out over a full queue as well."""
        job, count = self._job, len(scores)
        if self.queue is not None and self._queue_is_full():
            with torch.no_grad():
                scores = torch.cat([scores, self.prototypes(self.queue.keys)])
        codes = sinkhorn(scores, epsilon=job.epsilon, iterations=job.sinkhorn_iterations)
        return codes[:count]

    def _queue_is_full(self) -> bool:
        # By the steps' count, for which nobody has to wait.
        return self.prototypes.steps * LARGE_VIEWS * self._job.batch_size >= len(self.queue.keys)


def _queue_size(job: SwAVTrainJob, prototypes: int, chips: int) -> int:
    """Vectors of the queue; RequestError where there cannot be enough for the prototypes."""
    batch = LARGE_VIEWS * job.batch_size
    size = job.queue_size
    if size is None:
        size = max(0, VECTORS_PER_PROTOTYPE * prototypes - batch)
        # A queue holds one batch at least.
        size = max(size, batch) if size else 0
    if size and size < batch:
        raise RequestError(
            f"--queue-size {size} is less than the {batch} vectors of two views of a batch",
            "make it several times as long, or 0",
        )
    if prototypes > chips:
        raise RequestError(
            f"--prototypes {prototypes} are more than the {chips} training chips",
            "use fewer: a tenth of the chips, say",
        )
    if prototypes > job.batch_size + size:
        raise RequestError(
            f"--prototypes {prototypes} are more than the {job.batch_size + size} vectors of a "
            "batch and the queue, so they cannot be used evenly",
            "use fewer --prototypes, a larger --batch-size or a longer --queue-size",
        )
    return size


def recipe(job: SwAVTrainJob, dataset: TileDataset) -> SwAV:
    """The recipe as the job sets it."""
    return SwAV(job, dataset)
