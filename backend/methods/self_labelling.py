"""What methods share that label their own tiles: the first labels, and how many kinds there are."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.cluster import KMeans
from torch import Tensor

from backend.contract.systems.self_labelling import SelfLabellingTrainJob
from backend.data.dataset import TileDataset
from backend.runtime.errors import RequestError

# Chips that are read together for their statistics.
CHUNK = 256
LEAST_DEVIATION = 1e-9


def cluster_count(job: SelfLabellingTrainJob, chips: int) -> int:
    """Kinds to tell: those asked for, or a twentieth of the training chips, from 8 to 3000.

    RequestError where there are no more chips than that: one is left out of an epoch now and then.
    """
    count = job.clusters or max(8, min(3000, chips // 20))
    if count >= chips:
        raise RequestError(
            f"--clusters {count} are not fewer than the {chips} training chips",
            "use fewer: a twentieth of the chips, say",
        )
    return count


def first_labels(dataset: TileDataset, training: np.ndarray, count: int, seed: int) -> Tensor:
    """Labels (chips,) int64 by chip number: k-means of the training tiles' band statistics.

    The mean and the deviation of each band, standardised. What stands for the features of an
    untrained network, with which the methods begin as published. Other chips are labelled 0.
    """
    nodata = dataset.information.nodata
    found = []
    for first in range(0, len(training), CHUNK):
        tiles = dataset.tiles(training[first : first + CHUNK]).astype(np.float64)
        held = np.isfinite(tiles) if nodata is None else np.isfinite(tiles) & (tiles != nodata)
        number = held.sum(axis=(2, 3)).clip(1)
        mean = np.where(held, tiles, 0).sum(axis=(2, 3)) / number
        centred = np.where(held, tiles - mean[:, :, None, None], 0)
        found.append(np.concatenate([mean, (centred**2).sum(axis=(2, 3)) / number], axis=1))
    values = np.concatenate(found)
    values = (values - values.mean(axis=0)) / values.std(axis=0).clip(LEAST_DEVIATION)
    labels = np.zeros(len(dataset), np.int64)
    kinds = min(count, len(np.unique(values, axis=0)))
    labels[training] = KMeans(kinds, n_init=1, random_state=seed).fit_predict(values)
    return torch.from_numpy(labels)
