"""Does SauMoCo learn? A world of smooth textures, from the shell's entry to the encoder's file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from backend import train
from backend.data.dataset import TileDataset
from backend.evaluation.probes import knn_predictions
from backend.networks.encoder_file import FrozenEncoder, load_encoder

WAVELENGTHS_PX = (3.0, 4.5, 6.5, 9.5)
CLASSES = len(WAVELENGTHS_PX)


def knn_accuracy(encoder: FrozenEncoder, dataset: TileDataset) -> float:
    """Cosine kNN (k = 5) on test tiles, training tiles as the reference; class = number % 4."""
    reference, queries = dataset.numbers("train"), dataset.numbers("test")
    vectors = [encoder.embed(dataset.tiles(numbers)) for numbers in (reference, queries)]
    chosen = knn_predictions(vectors[0], reference % CLASSES, vectors[1], [5], CLASSES)[5]
    return float((chosen == queries % CLASSES).mean())


@pytest.mark.slow
def test_fact_26_learning_on_textures(make_dataset, tmp_path: Path) -> None:
    # Classes of one mean and one variance, in any direction: only the wavelength tells them apart.
    generator = np.random.default_rng(0)
    rows, columns = np.mgrid[0:32, 0:32]
    chips = np.empty((480, 2, 32, 32))
    for number in range(len(chips)):
        angle = generator.uniform(0, 2 * np.pi)
        along = columns * np.cos(angle) + rows * np.sin(angle)
        for band in range(2):
            phase = generator.uniform(0, 2 * np.pi)
            wave = np.sin(2 * np.pi * along / WAVELENGTHS_PX[number % CLASSES] + phase)
            chips[number, band] = 5000 + 1000 * wave + generator.normal(0, 200, (32, 32))
    folder = make_dataset(
        tmp_path / "textures.tiles",
        count=480, bands=2, tile=16, radius=8, classes=CLASSES, chips=chips.astype(np.uint16),
    )  # fmt: skip
    run = tmp_path / "run"
    status = train.main([
        "--dataset", str(folder), "--output", str(run), "--steps", "150", "--batch-size", "32",
        "--queue-size", "256", "--key-momentum", "0.95", "--log-every-steps", "1",
        "--no-tensorboard",
    ])  # fmt: skip
    assert status == 0

    trained = load_encoder(run / "encoder.safetensors")
    dataset = TileDataset(folder)
    random = [FrozenEncoder.untrained(trained.information, seed=seed) for seed in (1, 2)]
    before = max(knn_accuracy(encoder, dataset) for encoder in random)
    after = knn_accuracy(trained, dataset)
    print(f"kNN accuracy: random {before:.3f}, trained {after:.3f}")
    assert after > before + 0.1

    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    loss = np.array([float(row["loss"]) for row in table])
    last = table[-1]
    print(f"loss: {loss[0]:.2f}, highest {loss.max():.2f}, last {loss[-10:].mean():.2f}", last)
    # Low at the start, up while real keys fill the queue (8 steps), then down.
    assert loss[:3].min() < loss[8:30].max() - 0.5
    assert loss[-10:].mean() < loss.max() - 0.5
    assert float(last["positive_cosine"]) > float(last["negative_cosine"]) + 0.2
