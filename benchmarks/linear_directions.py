"""In which directions of the features does a linear probe find the classes?

    python benchmarks/linear_directions.py --dataset "longer/zion seed 1.tiles" \
        --encoder "longer/zion seed 1/tile2vec/run/encoder.safetensors"

For an encoder's pooled features and those of the same network with random weights: the share of the
variance in their first principal components, and the balanced accuracy on the test blocks of a
logistic regression on these components alone, each scaled to deviation 1 as `evaluate` scales
features. Tiles and classes are those of `benchmarks/learning.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import balanced_accuracy_score

from backend.data.dataset import TileDataset
from backend.evaluation.dataset_labels import labelled_tiles_of_dataset
from backend.evaluation.labelled import LabelledTiles
from backend.evaluation.probes import choose_regularisation, logistic_predictions
from backend.networks.encoder_file import FrozenEncoder, load_encoder

COMPONENTS = (4, 16, 64, 256, None)
PURITY, MINIMUM_CLASS_TILES = 0.4, 20
AT_ONCE = 256


def vectors_of(encoder: FrozenEncoder, tiles: LabelledTiles) -> np.ndarray:
    """Pooled features (n, F) of all tiles."""
    parts = np.array_split(np.arange(len(tiles)), -(-len(tiles) // AT_ONCE))
    return np.concatenate([encoder.embed(tiles.read(part), "backbone") for part in parts])


def main() -> None:
    """Print a line for each number of components."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    settings = parser.parse_args()
    tiles = labelled_tiles_of_dataset(
        TileDataset(settings.dataset),
        label_column="",
        purity=PURITY,
        minimum_class_tiles=MINIMUM_CLASS_TILES,
    )
    trained = load_encoder(settings.encoder)
    untrained = FrozenEncoder.untrained(trained.information, seed=trained.information.seed)
    labels, groups = tiles.labels[tiles.fit], tiles.groups[tiles.fit]
    for name, encoder in (("trained", trained), ("random weights", untrained)):
        vectors = vectors_of(encoder, tiles)
        for count in COMPONENTS:
            components = PCA(count, random_state=0).fit(vectors[tiles.fit])
            fit, test = (components.transform(vectors[part]) for part in (tiles.fit, tiles.test))
            strength = choose_regularisation(fit, labels, groups, seed=0)
            told = logistic_predictions(fit, labels, test, regularisation=strength)
            accuracy = balanced_accuracy_score(tiles.labels[tiles.test], told)
            share = components.explained_variance_ratio_.sum()
            what = "all components" if count is None else f"first {count}"
            print(f"{name}, {what}: {share:.2%} of the variance, linear {accuracy:.1%}")


if __name__ == "__main__":
    main()
