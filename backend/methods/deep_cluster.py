"""DeepCluster: tell in which cluster of the network's own features a tile lies.

Caron, Bojanowski, Joulin, Douze, "Deep Clustering for Unsupervised Learning of Visual Features",
ECCV 2018, arXiv 1807.05520; in the second version of Caron et al., NeurIPS 2020, arXiv 2006.09882,
whose clusters' means are the classifier. One of the four that Walter et al. compare (IGARSS 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from backend.contract.systems.self_labelling import DeepClusterTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.k_means import spherical_k_means
from backend.hooks.memory_bank import MemoryBank
from backend.hooks.pseudo_labels import PseudoLabels
from backend.networks.directions import directions, products
from backend.networks.mlp import make_mlp
from backend.views.photometric import PhotometricViews

from .recipe import Outcome, Recipe, start_encoder
from .self_labelling import cluster_count, first_labels


class DeepCluster(Recipe):
    """After each epoch the tiles are clustered by what the network made of them, and in the next
    one it tells, from a changed view, each tile's cluster.

    The classifier's rows are the clusters' means, so that nothing has to be learnt anew when
    clusters change their numbers. The encoder is exported without the projector.
    """

    measures = ("accuracy", "label_agreement")

    def __init__(self, job: DeepClusterTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        training = dataset.numbers("train")
        count = cluster_count(job, len(training))
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.view = PhotometricViews(job, information)
        self.projector = make_mlp(
            (self.encoder.feature_dimension, job.hidden_dimension, job.projected_dimension),
            normalise_last=False,
            seed=job.seed + 1,
        )
        generator = torch.Generator().manual_seed(job.seed + 2)
        means = torch.randn(count, job.projected_dimension, generator=generator)
        self.register_buffer("means", functional.normalize(means, dim=1))
        self.bank = MemoryBank(
            information.count, job.projected_dimension, momentum=0.0, start="empty", seed=0
        )
        plan = make_plan(job, len(training))
        self.labels = PseudoLabels(
            first_labels(dataset, training, count, job.seed),
            self.bank,
            torch.tensor(training),
            range(plan.steps_per_epoch, plan.steps + 1, plan.steps_per_epoch),
            self.assign,
        )
        self.hooks = (self.bank, self.labels)
        self.chance_loss = math.log(count)
        self._job = job

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        view = self.view(tiles[0].float(), generator)
        vectors = directions(self.projector(self.encoder.features(view)))
        told = products(vectors, self.means) / self._job.temperature
        labels = self.labels.labels[chips]
        accuracy = (told.argmax(dim=1) == labels).float().mean()
        measures = dict(accuracy=accuracy, label_agreement=self.labels.agreement.clone())
        embedding = vectors.detach()
        kept = dict(rows=chips, embeddings=embedding)
        return Outcome(functional.cross_entropy(told, labels), embedding, measures, kept)

    def assign(self, vectors: Tensor, step: int) -> Tensor:
        """Clusters (n,) of tiles' vectors (n, D), whose means become the classifier."""
        generator = torch.Generator().manual_seed(self._job.seed + step)
        labels, means = spherical_k_means(
            vectors, len(self.means), iterations=self._job.iterations, generator=generator
        )
        self.means.copy_(means)
        return labels


def recipe(job: DeepClusterTrainJob, dataset: TileDataset) -> DeepCluster:
    """The recipe as the job sets it."""
    return DeepCluster(job, dataset)
