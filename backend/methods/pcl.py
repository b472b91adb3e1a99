"""PCL: prototypical contrastive learning.

Li, Zhou, Xiong, Hoi, "Prototypical Contrastive Learning of Unsupervised Representations", ICLR
2021, arXiv 2005.04966.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from backend.contract.systems.pcl import PCLTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.hooks.clusters import Clusters
from backend.hooks.memory_bank import MemoryBank
from backend.networks.directions import products
from backend.runtime.errors import RequestError

from .moco import MoCo
from .recipe import Outcome

# Training chips in each cluster by default, of the three sizes.
CHIPS_PER_CLUSTER = (50, 25, 10)


class PCL(MoCo):
    """MoCo; and a query is to tell the cluster of its tile among all clusters.

    After each epoch the keys of all training tiles are clustered, several times with more and more
    clusters. How sharply one is told depends on how closely its tiles lie.
    """

    measures = (*MoCo.measures, "instance_loss", "cluster_loss")

    def __init__(self, job: PCLTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        chips = dataset.information.splits["train"]
        plan = make_plan(job, chips)
        self.bank = MemoryBank(
            dataset.information.count, job.embedding_dimension, momentum=0.0, start="empty", seed=0
        )
        epoch = plan.steps_per_epoch
        first = max(1, job.start_epochs) * epoch
        self.clusters = Clusters(
            cluster_counts(job, chips),
            self.bank,
            range(first, plan.steps + 1, epoch),
            temperature=job.temperature,
            seed=job.seed + 4,
        )
        self.hooks = (*self.hooks, self.bank, self.clusters)

    @property
    def chance_loss(self) -> float:
        """That of MoCo, and once there are clusters, of guessing them."""
        guess = super().chance_loss
        if self.clusters.ready:
            counts = self.clusters.counts
            guess += math.fsum(math.log(count) for count in counts) / len(counts)
        return guess

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        outcome, query = self.contrast(tiles, chips, generator)
        by_cluster = outcome.loss.new_zeros(())
        if self.clusters.ready:
            by_cluster = self.tell_clusters(query, chips)
        measures = dict(
            outcome.measures,
            instance_loss=outcome.loss.detach(),
            cluster_loss=by_cluster.detach(),
        )
        kept = dict(outcome.kept, rows=chips, embeddings=outcome.kept["keys"])
        return Outcome(outcome.loss + by_cluster, outcome.embedding, measures, kept)

    def tell_clusters(self, query: Tensor, chips: Tensor) -> Tensor:
        """Mean over the sizes of -log( e^(q·c/φ_c) / Σⱼ e^(q·cⱼ/φⱼ) ) over all clusters j; c is
        that of the query's tile. Float32 also under autocast."""
        losses = []
        for prototypes, temperatures, clusters in self.clusters.levels():
            own = clusters[chips]
            logits = products(query, prototypes) / temperatures
            each = functional.cross_entropy(logits, own.clamp(min=0), reduction="none")
            known = own >= 0
            losses.append((each * known).sum() / known.sum().clamp(min=1))
        return torch.stack(losses).mean()


def cluster_counts(job: PCLTrainJob, chips: int) -> tuple[int, ...]:
    """The sizes asked for, or a fiftieth, a twenty-fifth and a tenth of the training chips, 2 at
    least; RequestError where there are fewer chips."""
    counts = job.clusters or [max(2, chips // share) for share in CHIPS_PER_CLUSTER]
    if max(counts) > chips // 2:
        raise RequestError(
            f"--clusters {max(counts)} are more than half of the {chips} training chips",
            "use fewer: a tenth of the chips, say",
        )
    return tuple(sorted(set(counts)))


def recipe(job: PCLTrainJob, dataset: TileDataset) -> PCL:
    """The recipe as the job sets it."""
    return PCL(job, dataset)
