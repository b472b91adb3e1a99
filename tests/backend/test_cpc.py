"""CPC: its grid of patches, a context that never looks ahead, and its loss by brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from backend.data.dataset import TileDataset
from backend.methods import cpc
from backend.networks.row_context import RowContext
from backend.runtime.errors import RequestError
from backend.views.overlapping import overlapping_patches
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

SIDE = 4


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.fixture(scope="module")
def noise(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("noise") / "noise.tiles"
    chips = np.random.default_rng(0).integers(0, 10_000, (60, 1, 12, 12)).astype(np.uint16)
    return TileDataset(make_dataset(folder, count=60, tile=12, radius=0, bands=1, chips=chips))


def make(dataset: TileDataset, **values):
    given = dict(batch_size=16, steps=12, grid_side=SIDE, hidden_dimension=24, context_layers=2)
    return make_learner(tiny_job("cpc", **{**given, **values}), dataset)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("tile", "side", "patch"), [(12, 5, 4), (64, 7, 16), (50, 5, 16)])
def test_patches_share_half_with_the_next(tile: int, side: int, patch: int) -> None:
    tiles = torch.randn(2, 3, tile, tile, generator=seeded())
    patches = overlapping_patches(tiles, side)
    assert patches.shape == (2, side**2, 3, patch, patch)
    step = patch // 2
    for number in range(side**2):
        row, column = (step * n for n in divmod(number, side))
        window = tiles[:, :, row : row + patch, column : column + patch]
        assert torch.equal(patches[:, number], window)


def test_a_row_says_nothing_of_those_below() -> None:
    network = RowContext(3, 8, layers=2, seed=0).double()
    maps = torch.randn(1, 3, 6, 5, generator=seeded(), dtype=torch.float64)
    before = network(maps)
    for row in range(6):
        changed = maps.clone()
        changed[:, :, row] += 1
        moved = (network(changed) != before).any(dim=1).any(dim=2)[0]
        # The row itself and as many below as there are layers.
        assert moved.tolist() == [row <= other <= row + 2 for other in range(6)]


def test_the_loss_is_that_of_a_loop(noise: TileDataset) -> None:
    recipe = make(noise, rows_ahead=3, temperature=0.2)[0].recipe.double()
    grid = torch.randn(5, 32, SIDE, SIDE, generator=seeded(), dtype=torch.float64)
    recipe.requires_grad_(False)
    context, found = recipe.context(grid), recipe.tell(grid)
    assert list(recipe.predict) == ["2", "3"]
    unit = lambda v: v / v.norm()  # noqa: E731
    for rows, (loss, cosine) in zip((2, 3), found, strict=True):
        layer = recipe.predict[str(rows)]
        # Each patch that is told, and the one that is there.
        pairs = [
            (unit(layer(context[b, :, r, c])), unit(recipe.project(grid[b, :, r + rows, c])))
            for b in range(5)
            for r in range(SIDE - rows)
            for c in range(SIDE)
        ]
        losses = []
        for told, own in pairs:
            scores = [math.exp(float(told @ there) / 0.2) for _, there in pairs]
            losses.append(-math.log(math.exp(float(told @ own) / 0.2) / sum(scores)))
        # The method itself is float32 from the unit vectors on.
        assert loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-5)
        mean = sum(float(told @ own) for told, own in pairs) / len(pairs)
        assert cosine.item() == pytest.approx(mean, abs=1e-6)


def test_both_sides_are_trained(noise: TileDataset) -> None:
    """What is there takes a gradient as well as what is told: nothing stands still."""
    recipe = make(noise)[0].recipe
    grid = torch.randn(4, 32, SIDE, SIDE, generator=seeded())
    sum(loss for loss, _ in recipe.tell(grid)).backward()
    assert recipe.project.weight.grad.abs().sum() > 0
    assert all(layer.weight.grad.abs().sum() > 0 for layer in recipe.predict.values())


@pytest.mark.parametrize("label", range(4))
def test_rows_go_each_of_the_four_ways(label: int, noise: TileDataset, monkeypatch) -> None:
    """With the label of a turn, the loss is that of rows going downwards in the turned grid."""
    learner, _ = make(noise, turns="none")
    recipe = learner.recipe.eval()
    monkeypatch.setattr(cpc, "draw_labels", lambda n, *given: torch.full((n,), label))
    tiles = torch.rand(4, 1, 12, 12, generator=seeded())
    outcome = recipe([tiles], torch.arange(4), seeded(1))
    patches = overlapping_patches(tiles, SIDE)
    grid = recipe.features_of(patches).transpose(1, 2).unflatten(2, (SIDE, SIDE))
    losses = [loss for loss, _ in recipe.tell(torch.rot90(grid, label, (2, 3)))]
    assert outcome.loss.item() == pytest.approx(sum(losses).item() / len(losses), rel=1e-5)


def test_fact_5_1_4_like_patches_give_the_loss_of_guessing(noise: TileDataset) -> None:
    recipe = make(noise, batch_size=16)[0].recipe.eval()
    losses = [loss.item() for loss, _ in recipe.tell(torch.ones(16, 32, SIDE, SIDE))]
    # Contexts differ from row to row, but all that is there is the same.
    assert losses == pytest.approx([math.log(16 * 2 * SIDE), math.log(16 * SIDE)], abs=1e-5)
    assert recipe.chance_loss == pytest.approx(sum(losses) / 2, abs=1e-5)


def test_fact_5_6_7_what_is_told_shares_no_pixel_with_what_is_seen(noise: TileDataset) -> None:
    """On noise, then, nothing can be known: pixels of patches that are told change no context."""
    recipe = make(noise)[0].recipe.eval().requires_grad_(False)
    tile, step = torch.rand(1, 1, 12, 12, generator=seeded()), 2

    def contexts(tile: torch.Tensor) -> torch.Tensor:
        features = recipe.features_of(overlapping_patches(tile, SIDE))
        return recipe.context(features.transpose(1, 2).unflatten(2, (SIDE, SIDE)))

    for row in range(SIDE - cpc.NEAREST):
        changed = tile.clone()
        changed[:, :, (row + cpc.NEAREST) * step :] += 1
        seen = slice(None, row + 1)
        assert torch.equal(contexts(changed)[:, :, seen], contexts(tile)[:, :, seen])


def test_tiles_too_small_for_the_grid_are_refused(noise: TileDataset) -> None:
    with pytest.raises(RequestError, match="12 px are too small for 6 x 6 overlapping"):
        make(noise, grid_side=6)
