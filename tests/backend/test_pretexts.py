"""Rotation, relative position, jigsaw: labels by brute force, and no way to cheat."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from backend.contract.catalogue import NINE_PATCHES_PX
from backend.data.dataset import TileDataset
from backend.methods.jigsaw import in_order
from backend.methods.relative_position import pairs_of
from backend.methods.rotation import WARNING
from backend.runtime.errors import RequestError
from backend.views.grid import LEAST_PATCH_PX, grid_patches, patch_side_px, permutations
from backend.views.turns import draw_labels, turn_by_label
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

GRID = ("relative-position", "jigsaw")
QUIET = dict(jitter_probability=0, blur_probability=0, grey_probability=0)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.fixture(scope="module")
def wide(make_dataset, tmp_path_factory) -> TileDataset:
    """Tiles of 24 px, which can be cut in nine."""
    folder = tmp_path_factory.mktemp("wide") / "wide.tiles"
    return TileDataset(make_dataset(folder, count=48, tile=24, radius=0, bands=2))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_fact_5_6_1_the_label_is_the_turn_applied() -> None:
    tile = torch.randn(1, 2, 6, 6, generator=seeded())
    for label in range(4):
        turned = turn_by_label(tile, torch.tensor([label]), "four")
        assert torch.equal(turned, torch.rot90(tile, label, (2, 3)))
        back = turn_by_label(turned, torch.tensor([(4 - label) % 4]), "four")
        assert torch.equal(back, tile)


@pytest.mark.parametrize("kinds", ["four"])
def test_fact_5_6_2_labels_are_balanced(kinds: str) -> None:
    counts = torch.bincount(draw_labels(4000, kinds, seeded()))
    assert len(counts) == 4 and counts.min() >= 890 and counts.max() <= 1110


def test_fact_5_6_4_the_six_transforms_give_six_images() -> None:
    tile = torch.randn(1, 1, 5, 5, generator=seeded())
    images = [turn_by_label(tile, torch.tensor([n]), "six") for n in range(6)]
    assert not any(torch.equal(one, two) for one, two in itertools.combinations(images, 2))


def test_fact_5_6_8_the_label_of_a_relation_is_the_same_for_turned_views() -> None:
    """Quarter turns commute: turning both views leaves the turn between them."""
    tile = torch.randn(1, 1, 5, 5, generator=seeded())
    for between, both in itertools.product(range(4), range(4)):
        label, turn = torch.tensor([between]), torch.tensor([both])
        together = turn_by_label(turn_by_label(tile, label, "four"), turn, "four")
        apart = turn_by_label(turn_by_label(tile, turn, "four"), label, "four")
        assert torch.equal(together, apart)


@pytest.mark.parametrize("side", [18, 24, 50, 64])
def test_fact_5_6_5_patches_lie_apart_and_move(side: int) -> None:
    """Each pixel says where it is: patches are whole windows of their cell, 1 px or more apart."""
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    tiles = torch.stack([rows, columns]).float().expand(40, -1, -1, -1)
    patches = grid_patches(tiles, seeded())
    extent = patch_side_px(side)
    assert patches.shape == (40, 9, 2, extent, extent)
    first, last = patches[..., 0, 0].long(), patches[..., -1, -1].long()
    assert (last - first == extent - 1).all()
    cell = side // 3
    for number in range(9):
        for axis, place in enumerate(divmod(number, 3)):
            assert (first[:, number, axis] >= place * cell).all()
            # A pixel of the cell stays free at its far end.
            assert (last[:, number, axis] < (place + 1) * cell - 1).all()
            assert len(first[:, number, axis].unique()) > 1


def test_fact_5_6_5_swapping_the_two_patches_turns_label_i_to_7_minus_i() -> None:
    """Of the offset (row, column) from the first to the second patch, the label is the number."""
    patches = torch.arange(9).expand(8, 9)[..., None]
    labels = torch.arange(8)
    pairs = pairs_of(patches, labels)[..., 0]
    offsets = [(int(b) // 3 - int(a) // 3, int(b) % 3 - int(a) % 3) for a, b in pairs]
    assert len(set(offsets)) == 8 and (0, 0) not in offsets
    for label, (row, column) in enumerate(offsets):
        assert offsets.index((-row, -column)) == 7 - label


def test_fact_5_6_6_orders_are_permutations_far_from_each_other() -> None:
    orders, least = permutations(20, seed=0, candidates=2000)
    assert all(sorted(order) == list(range(9)) for order in orders.tolist())
    distances = [
        sum(a != b for a, b in zip(one, two, strict=True))
        for one, two in itertools.combinations(orders.tolist(), 2)
    ]
    assert min(distances) == least >= 5
    again, _ = permutations(20, seed=0, candidates=2000)
    assert torch.equal(orders, again)
    patches = torch.randn(20, 9, 1, 2, 2, generator=seeded())
    put = in_order(patches, orders)
    assert torch.equal(in_order(put, orders.argsort(dim=1)), patches)
    assert torch.equal(put[3, 2], patches[3, orders[3, 2]])


@pytest.mark.parametrize(
    ("method", "expected", "values"),
    [("rotation", 1.3862943611, {}), ("relative-position", 2.0794415417, {}),
     ("jigsaw", 6.9077552790, dict(orders=1000)), ("jigsaw", math.log(8), dict(orders=8))],
)  # fmt: skip
def test_fact_5_6_3_and_7_at_first_and_on_noise_the_network_guesses(
    method: str, expected: float, values: dict, make_dataset, tmp_path
) -> None:
    """On white noise nothing tells the label: not even after some steps, on unseen noise."""
    noise = np.random.default_rng(0).integers(0, 10_000, (60, 1, 18, 18)).astype(np.uint16)
    folder = make_dataset(tmp_path / "noise.tiles", count=60, tile=18, radius=0, bands=1,
                          chips=noise)  # fmt: skip
    job = tiny_job(method, batch_size=32, steps=12, learning_rate=0.01, **QUIET, **values)
    learner, batches = make_learner(job, TileDataset(folder))
    assert learner.recipe.chance_loss == pytest.approx(expected, abs=1e-9)
    first, _ = learner.take_step(batches.batch(0))
    assert first.loss.item() == pytest.approx(expected, abs=0.2)
    if expected > 5:
        return
    for step in range(1, 12):
        learner.take_step(batches.batch(step))
    fresh = torch.rand(400, 1, 18, 18, generator=seeded())
    with torch.no_grad():
        told = learner.recipe.eval()([fresh], torch.arange(400), seeded(1))
    chance = math.exp(-expected)
    deviation = math.sqrt(chance * (1 - chance) / 400)
    assert abs(told.measures["accuracy"].item() - chance) < 4 * deviation


def test_rotation_warns_and_refuses_tiles_turned_before(small_dataset) -> None:
    learner, _ = make_learner(tiny_job("rotation", batch_size=8), small_dataset)
    assert WARNING in learner.recipe.encoder.notes
    with pytest.raises(RequestError, match="--turns uniform turns each tile before"):
        make_learner(tiny_job("rotation", turns="uniform"), small_dataset)


def test_the_least_tile_of_nine_patches_is_the_one_the_catalogue_names() -> None:
    assert patch_side_px(NINE_PATCHES_PX) == LEAST_PATCH_PX
    with pytest.raises(ValueError, match="too small for nine patches"):
        patch_side_px(NINE_PATCHES_PX - 1)


@pytest.mark.parametrize("method", GRID)
def test_small_tiles_are_refused(method: str, small_dataset) -> None:
    with pytest.raises(RequestError, match="tiles of 8 px are too small for nine patches"):
        make_learner(tiny_job(method), small_dataset)


@pytest.mark.parametrize("method", ["rotation", *GRID])
def test_each_takes_a_step(method: str, wide: TileDataset) -> None:
    learner, batches = make_learner(tiny_job(method, batch_size=8), wide)
    outcome, norm = learner.take_step(batches.batch(0))
    assert torch.isfinite(outcome.loss) and norm > 0
    assert outcome.embedding.shape == (8, 32)
