"""Which tiles make a sample: geometry, distribution and randomness of anchors and neighbours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from backend.data.dataset import TileDataset
from backend.data.relations import (
    Ground,
    Itself,
    Near,
    Relation,
    TilesOnDisk,
    chip_words,
    make_ground,
    shuffled,
    step_seed,
    uniform_integers,
)

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def naip(make_dataset, tmp_path_factory) -> TileDataset:
    """One chip of the NAIP geometry (250 px: T = 50, R = 100) whose pixels are unique numbers."""
    chips = np.arange(250 * 250, dtype=np.uint16).reshape(1, 1, 250, 250)
    folder = tmp_path_factory.mktemp("naip") / "naip.tiles"
    return TileDataset(
        make_dataset(folder, count=1, bands=1, tile=50, radius=100, classes=1, chips=chips)
    )


NOWHERE = Ground(np.arange(0), np.arange(0), np.zeros((0, 2), np.int64), 30.0)


def offsets_of(relation: Relation, chips: int, *, seed: int = 0, epoch: int = 0) -> np.ndarray:
    """The offsets (chips, 2) that a relation draws for the first chips of a dataset."""
    words = chip_words(chips, relation.words, seed=seed, epoch=epoch, tile=1)
    found, offsets = relation.draw(words, np.arange(chips), NOWHERE)
    assert np.array_equal(found, np.arange(chips))
    return offsets


def published_crop(record: np.ndarray, row: int, column: int, tile: int) -> np.ndarray:
    """The released code's crop: reflect padding by r, then rows [x - r, x + r) of the padding's
    coordinates; `row`, `column` are the tile's centre there."""
    r = tile // 2
    padded = np.pad(record, r, mode="reflect")
    return padded[row - r : row + r, column - r : column + r]


def test_fact_16_value_reflect_pad() -> None:
    assert np.pad([1, 2, 3], 1, mode="reflect").tolist() == [2, 1, 2, 3, 2]


def test_fact_16_value_geometry_naip(naip: TileDataset) -> None:
    """Padded 300, centre 150, neighbour centres 50 … 249, anchor rows 100 – 149 of the record."""
    record = np.asarray(naip.chips[0][0, 0])
    anchor = TilesOnDisk(naip).cut(np.array([0]), np.array([[0, 0]]))[0, 0]
    assert np.array_equal(anchor, record[100:150, 100:150])
    assert np.array_equal(anchor, published_crop(record, 150, 150, 50))
    for centre_row, centre_column in [(50, 50), (249, 249), (50, 249), (187, 73)]:
        offset = np.array([[centre_row - 150, centre_column - 150]])
        ours = TilesOnDisk(naip).cut(np.array([0]), offset)[0, 0]
        assert np.array_equal(ours, published_crop(record, centre_row, centre_column, 50))


def test_fact_16_value_geometry_sentinel2() -> None:
    """On the 60 m grid neighbours lie -16 … 15 steps of 6 px away."""
    offsets = offsets_of(Near(100, step_px=6), 20_000, seed=3)
    assert sorted(set(offsets.ravel().tolist())) == [6 * k for k in range(-16, 16)]


def test_fact_1_neighbours_lie_in_the_chip_and_reach_both_ends() -> None:
    radius, tile = 100, 50
    offsets = offsets_of(Near(radius), 100_000)
    assert offsets.min() == -radius
    assert offsets.max() == radius - 1
    starts = offsets + radius
    assert starts.min() >= 0
    assert starts.max() + tile <= tile + 2 * radius


def test_fact_2_neighbours_are_uniform_independent_and_off_centre_by_half() -> None:
    radius = 16
    offsets = offsets_of(Near(radius), 60_000, seed=11, epoch=4)
    counts = np.zeros((2 * radius, 2 * radius))
    np.add.at(counts, tuple((offsets + radius).T), 1)
    assert chisquare(counts.sum(axis=0)).pvalue > 1e-4
    assert chisquare(counts.sum(axis=1)).pvalue > 1e-4
    assert chi2_contingency(counts).pvalue > 1e-4
    deviation = np.sqrt(((2 * radius) ** 2 - 1) / 12 / len(offsets))
    assert np.all(abs(offsets.mean(axis=0) + 0.5) < 4 * deviation)


def test_fact_2_a_smaller_radius_clips_the_window(small_dataset: TileDataset) -> None:
    offsets = offsets_of(Near(3), 5000)
    assert set(offsets.ravel().tolist()) == set(range(-3, 3))
    assert not offsets_of(Near(0), 5000).any()
    numbers = np.arange(4)
    with pytest.raises(ValueError, match="beyond the 8 px"):
        TilesOnDisk(small_dataset).cut(numbers, np.full((4, 2), 9))


def test_fact_3_the_anchor_is_always_the_centre(small_dataset: TileDataset) -> None:
    numbers = np.array([5, 0, 63])
    words = np.empty((3, 0), np.uint64)
    anchors = TilesOnDisk(small_dataset).cut(
        *Itself().draw(words, numbers, make_ground(small_dataset))
    )
    for place, number in enumerate(numbers):
        chip = small_dataset.chips[number]
        assert np.array_equal(anchors[place], chip[0, :, 8:16, 8:16])
    assert np.array_equal(anchors, small_dataset.tiles(numbers))
    assert anchors.dtype == np.uint16


def test_fact_4_anchor_and_neighbour_agree_on_their_overlap(naip: TileDataset) -> None:
    """Offset (-2, 37) with T = 50: 48 × 13 pixels in common, axis 0 the row."""
    chip = np.array([0])
    anchor = TilesOnDisk(naip).cut(chip, np.array([[0, 0]]))[0, 0]
    neighbour = TilesOnDisk(naip).cut(chip, np.array([[-2, 37]]))[0, 0]
    assert np.array_equal(anchor[:48, 37:], neighbour[2:, :13])
    assert len(np.intersect1d(anchor, neighbour)) == 48 * 13


def test_fact_7_a_chip_draws_from_seed_epoch_and_number_alone() -> None:
    """Row n is what Philox gives at counter n: it does not depend on how many chips there are."""
    many = chip_words(1000, 4, seed=5, epoch=3, tile=0)
    assert np.array_equal(many[:10], chip_words(10, 4, seed=5, epoch=3, tile=0))
    key = np.array([5, (3 << 8) + 2], dtype=np.uint64)
    alone = np.random.Philox(key=key).advance(777).random_raw(4)
    assert np.array_equal(many[777], alone)
    assert not np.any(many == chip_words(1000, 4, seed=5, epoch=4, tile=0))
    assert not np.any(many == chip_words(1000, 4, seed=6, epoch=3, tile=0))
    assert not np.any(many == chip_words(1000, 4, seed=5, epoch=3, tile=1))


def test_fact_7_draws_are_the_same_in_a_fresh_process() -> None:
    code = (
        "from backend.data.relations import chip_words, step_seed;"
        "print(chip_words(9, 2, seed=2, epoch=1, tile=1).sum(), step_seed(seed=2, step=40))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    ours = (chip_words(9, 2, seed=2, epoch=1, tile=1).sum(), step_seed(seed=2, step=40))
    assert done.stdout.split() == [str(v) for v in ours]


def test_fact_7_epochs_shuffle_anew_and_streams_do_not_meet() -> None:
    numbers = np.arange(50, 150)
    first, again = (shuffled(numbers, seed=0, epoch=0) for _ in range(2))
    other = shuffled(numbers, seed=0, epoch=1)
    assert np.array_equal(first, again)
    assert np.array_equal(np.sort(first), numbers)
    assert not np.array_equal(first, other)
    seeds = {step_seed(seed=s, step=t) for s in range(5) for t in range(200)}
    assert len(seeds) == 1000


def test_every_chip_comes_first_equally_often() -> None:
    firsts = [shuffled(np.arange(8), seed=s, epoch=0)[0] for s in range(4000)]
    assert chisquare(np.bincount(firsts, minlength=8)).pvalue > 1e-4


def test_uniform_integers_keep_to_their_bounds() -> None:
    extremes = np.array([0, 2**64 - 1], dtype=np.uint64)
    assert uniform_integers(extremes, -100, 100).tolist() == [-100, 99]
    assert uniform_integers(extremes, 3, 4).tolist() == [3, 3]
