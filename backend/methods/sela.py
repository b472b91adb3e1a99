"""SeLa: tell labels that the network itself gives, all of them being used alike.

Asano, Rupprecht, Vedaldi, "Self-labelling via Simultaneous Clustering and Representation Learning",
ICLR 2020, arXiv 1911.05371.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from backend.contract.systems.self_labelling import SeLaTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.memory_bank import MemoryBank
from backend.hooks.pseudo_labels import PseudoLabels
from backend.hooks.sinkhorn import sinkhorn
from backend.networks.class_head import make_class_head
from backend.networks.directions import directions
from backend.views.photometric import PhotometricViews

from .recipe import Outcome, Recipe, start_encoder
from .self_labelling import cluster_count, first_labels


class SeLa(Recipe):
    """From a changed view of a tile the network tells its label. Now and then all tiles are
    labelled anew, by what the network made of them, so that each label is used as often.

    The encoder is exported without the classifier.
    """

    measures = ("accuracy", "label_agreement")

    def __init__(self, job: SeLaTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        training = dataset.numbers("train")
        count = cluster_count(job, len(training))
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.view = PhotometricViews(job, information)
        features = self.encoder.feature_dimension
        self.head = make_class_head(features, 0, count, seed=job.seed + 1)
        # The bank's rows are of length 1, and so are the features that the head reads.
        self.bank = MemoryBank(information.count, features, momentum=0.0, start="empty", seed=0)
        plan = make_plan(job, len(training))
        self.labels = PseudoLabels(
            first_labels(dataset, training, count, job.seed),
            self.bank,
            torch.tensor(training),
            labelling_steps(job.labellings, plan.steps_per_epoch, plan.steps),
            self.assign,
        )
        self.hooks = (self.bank, self.labels)
        self.chance_loss = math.log(count)
        self._job = job

    def scores(self, features: Tensor) -> Tensor:
        """Logits (n, K) of features (n, F) of any length; float32 also under autocast."""
        with torch.autocast(features.device.type, enabled=False):
            return self.head(directions(features)) / self._job.temperature

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        features = self.encoder.features(self.view(tiles[0].float(), generator))
        told = self.scores(features)
        labels = self.labels.labels[chips]
        accuracy = (told.argmax(dim=1) == labels).float().mean()
        measures = dict(accuracy=accuracy, label_agreement=self.labels.agreement.clone())
        embedding = features.detach().float()
        kept = dict(rows=chips, embeddings=embedding)
        return Outcome(functional.cross_entropy(told, labels), embedding, measures, kept)

    def assign(self, vectors: Tensor, step: int) -> Tensor:
        """Labels (n,) of tiles' vectors (n, F), each used as often as it can be."""
        return even_labels(self.scores(vectors), sharpness=self._job.sharpness)


@torch.no_grad()
def even_labels(logits: Tensor, *, sharpness: float, iterations: int = 100) -> Tensor:
    """Labels (n,) of logits (n, K): the most likely plan that gives each label n / K of the mass.

    Sinkhorn's plan of log-probabilities, hardened to each sample's first choice. Where that leaves
    a label used too often, its least sure samples go to the label with room that suits them most,
    so that no two labels' uses differ by more than one.
    """
    count, kinds = logits.shape
    plan = sinkhorn(logits.log_softmax(dim=1), epsilon=1 / sharpness, iterations=iterations)
    sure, labels = plan.max(dim=1)
    sizes = torch.bincount(labels, minlength=kinds)
    # The most used may keep one more where n is no multiple of K.
    share = torch.full_like(sizes, count // kinds)
    share[sizes.argsort(descending=True, stable=True)[: count % kinds]] += 1
    room = share - sizes
    moving = torch.cat(
        [
            members[sure[members].argsort(stable=True)[:excess]]
            for label, excess in enumerate((-room).tolist())
            if excess > 0
            for members in [(labels == label).nonzero()[:, 0]]
        ]
        or [labels[:0]]
    )
    for sample in moving.tolist():
        label = int(plan[sample].where(room > 0, plan.new_tensor(-1.0)).argmax())
        labels[sample] = label
        room[label] -= 1
    return labels


def labelling_steps(count: int, steps_per_epoch: int, steps: int) -> list[int]:
    """After which steps tiles are labelled: `count` of them, (i / count)² of the way, none before
    the first epoch is over, in which each tile is seen for the first time."""
    found = (round((number / count) ** 2 * steps) for number in range(count))
    return sorted({max(step, steps_per_epoch) for step in found if steps > steps_per_epoch})


def recipe(job: SeLaTrainJob, dataset: TileDataset) -> SeLa:
    """The recipe as the job sets it."""
    return SeLa(job, dataset)
