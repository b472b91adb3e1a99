"""What do tiles of the NAIP series differ by: the kind of land, or the date?

    python benchmarks/naip_dates.py
    python benchmarks/naip_dates.py --dataset "systems/naip seed 1.tiles" \
        --encoder "systems/naip seed 1/tile2vec/run/encoder.safetensors"

Prints the share of neighbours (offsets uniform in -R … R - 1) that are mostly of their tile's
greenness class, the mean over the classes, and how much of the variance of the tiles' mean pixels,
band by band, is between the dates and between the classes. With an encoder: how well its pooled
features tell class and date by five nearest neighbours (balanced accuracy on the test blocks), and
those of the same network with random weights.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from scenes import DATA, GEOMETRIES, GREENNESS, write_greenness
from scipy.ndimage import uniform_filter

from backend.data.dataset import TileDataset
from backend.networks.encoder_file import FrozenEncoder, load_encoder

DRAWS, PURITY, MARGIN_PX, NEAREST = 40_000, 0.4, 64, 5
AT_ONCE = 256


def between(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Share of the variance (bands,) of values (n, bands) that lies between groups (n,)."""
    mean = values.mean(axis=0)
    total = ((values - mean) ** 2).sum(axis=0)
    parts = (values[groups == one] for one in np.unique(groups))
    return sum(len(part) * (part.mean(axis=0) - mean) ** 2 for part in parts) / total


def imagery() -> None:
    """Print what holds of the series itself."""
    scenes = sorted((DATA / "naip_series").glob("*.tif"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "greenness.tif"
        write_greenness(scenes, path)
        with rasterio.open(path) as layer:
            codes = layer.read(1)
    tile, generator = GEOMETRIES["naip"].tile_size_px, np.random.default_rng(0)
    shares = np.stack(
        [uniform_filter((codes == k + 1).astype(np.float32), tile) for k in range(len(GREENNESS))]
    )
    dominant = shares.argmax(axis=0)
    inner = np.zeros(codes.shape, bool)
    inner[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX] = True
    places = generator.choice(np.argwhere((shares.max(axis=0) >= PURITY) & inner), DRAWS)
    own = dominant[tuple(places.T)]
    for radius in (8, 16, 24, 48):
        row, column = (places + generator.integers(-radius, radius, places.shape)).T
        same = dominant[row, column] == own
        mean = np.mean([same[own == k].mean() for k in range(len(GREENNESS))])
        print(f"neighbours within {radius} px of their tile's class: {mean:.0%}")

    rows, columns = (np.arange(MARGIN_PX, side - MARGIN_PX, tile) for side in codes.shape)
    means = []
    for scene in scenes:
        with rasterio.open(scene) as source:
            bands = source.read(out_shape=(source.count, *codes.shape)).astype(np.float32)
        smooth = [uniform_filter(band, tile)[np.ix_(rows, columns)].ravel() for band in bands]
        means.append(np.stack(smooth, axis=1))
    values = np.concatenate(means)
    dates = np.repeat(np.arange(len(scenes)), len(means[0]))
    classes = np.tile(dominant[np.ix_(rows, columns)].ravel(), len(scenes))
    for what, groups in (("dates", dates), ("classes", classes)):
        parts = " ".join(f"{share:.0%}" for share in between(values, groups))
        print(f"variance of red, green, blue, near infrared between {what}: {parts}")


def balanced_accuracy(
    vectors: np.ndarray, answers: np.ndarray, train: np.ndarray, test: np.ndarray
) -> float:
    """Of a vote of the nearest training tiles by cosine."""
    # A tile may leave all features at 0.
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
    nearest = np.argsort(-(unit[test] @ unit[train].T), axis=1)[:, :NEAREST]
    kinds, numbers = np.unique(answers, return_inverse=True)
    votes = np.stack([(numbers[train][nearest] == k).sum(axis=1) for k in range(len(kinds))])
    right = votes.argmax(axis=0) == numbers[test]
    return float(np.mean([right[numbers[test] == k].mean() for k in np.unique(numbers[test])]))


def features(folder: Path, file: Path) -> None:
    """Print how well class and date are told by trained and by random weights."""
    dataset, encoder = TileDataset(folder), load_encoder(file)
    table = dataset.table()
    columns = [one.column for one in dataset.information.classes]
    answers = {
        "class": table[columns].to_numpy().argmax(axis=1),
        "date": table["scene"].to_numpy(str),
    }
    train, test = dataset.numbers("train"), dataset.numbers("test")
    information = encoder.information
    random = FrozenEncoder.untrained(information, seed=information.seed)
    for name, one in (("trained", encoder), ("random weights", random)):
        parts = np.array_split(np.arange(len(dataset)), max(1, len(dataset) // AT_ONCE))
        vectors = np.concatenate([one.embed(dataset.tiles(part), "backbone") for part in parts])
        told = ", ".join(
            f"{what} {100 * balanced_accuracy(vectors, answer, train, test):.1f}"
            for what, answer in answers.items()
        )
        print(f"{name}: {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--dataset", type=Path)
    parser.add_argument("--encoder", type=Path)
    given = parser.parse_args()
    if given.dataset and given.encoder:
        features(given.dataset, given.encoder)
    else:
        imagery()


if __name__ == "__main__":
    main()
