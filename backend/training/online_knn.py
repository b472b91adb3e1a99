"""kNN accuracy during training: does the encoder tell land cover apart on the validation split?"""

from __future__ import annotations

import numpy as np
import torch

from backend.contract.jobs import TrainJob
from backend.data.dataset import TileDataset
from backend.evaluation.dataset_labels import dominant_class
from backend.evaluation.probes import knn_predictions, unit
from backend.runtime.errors import DataError

from .learner import Learner

PURITY = 0.6
NEIGHBOURS = 20
MOST_REFERENCES = 2000
MOST_QUERIES = 1000
BATCH = 256


class OnlineKNN:
    """Accuracy of a cosine kNN vote on validation tiles, with training tiles as the reference."""

    def __init__(self, dataset: TileDataset, seed: int) -> None:
        """DataError where the dataset has no land cover, or too few labelled tiles."""
        self._dataset = dataset
        hint = "leave out --knn-every-steps, or build the dataset with land cover and splits"
        if not dataset.information.classes:
            raise DataError("--knn-every-steps needs land cover, and the dataset has none", hint)
        columns = [land_cover.column for land_cover in dataset.information.classes]
        labels = dominant_class(dataset.table("tiles")[columns].to_numpy(), PURITY)
        generator = np.random.default_rng(seed)

        def choose(split: str, most: int) -> np.ndarray:
            numbers = dataset.numbers(split)
            numbers = numbers[labels[numbers] >= 0]
            return np.sort(generator.permutation(numbers)[:most])

        self._reference = choose("train", MOST_REFERENCES)
        self._queries = choose("validation", MOST_QUERIES)
        if len(self._reference) < NEIGHBOURS or len(self._queries) == 0:
            raise DataError(
                f"--knn-every-steps finds {len(self._reference)} training and "
                f"{len(self._queries)} validation tiles of which one class fills {PURITY:.0%}",
                hint,
            )
        self._labels = labels

    def accuracy(self, learner: Learner) -> float:
        """Share of the validation tiles whose class wins the vote of the nearest references."""
        learner.recipe.encoder.eval()
        reference = _embed(self._dataset, self._reference, learner)
        queries = _embed(self._dataset, self._queries, learner)
        learner.recipe.encoder.train()
        classes = len(self._dataset.information.classes)
        labels = self._labels[self._reference]
        chosen = knn_predictions(reference, labels, queries, [NEIGHBOURS], classes)[NEIGHBOURS]
        return float((chosen == self._labels[self._queries]).mean())


@torch.inference_mode()
def _embed(dataset: TileDataset, numbers: np.ndarray, learner: Learner) -> np.ndarray:
    """Embeddings (len(numbers), D) of anchor tiles, scaled to norm 1."""
    parts = []
    for first in range(0, len(numbers), BATCH):
        tiles = torch.from_numpy(dataset.tiles(numbers[first : first + BATCH]))
        normalised = learner.normalise(tiles.to(learner.device))
        parts.append(learner.recipe.encoder(normalised).cpu())
    return unit(torch.cat(parts).float().numpy())


def make_online_knn(job: TrainJob, dataset: TileDataset) -> OnlineKNN | None:
    """The kNN that the job asks for, or None."""
    return OnlineKNN(dataset, job.seed) if job.knn_every_steps else None
