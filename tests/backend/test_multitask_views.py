"""What multitask does to tiles: occlusion, labelled turns, views in random order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from torch import Tensor

from backend.views.draws import on_host
from backend.views.occlusion import occlude
from backend.views.random_order import in_random_order
from backend.views.turns import SETS, draw_labels, turn_as_released, turn_by_label

THIRD = (0.2, 1 / 3)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def streams(seed: int = 0) -> tuple[torch.Generator, np.random.Generator]:
    made = generator(seed)
    return made, on_host(made)


def unchanged(blocks: Tensor, _generator: torch.Generator) -> Tensor:
    return blocks


def numbered(count: int, bands: int, side: int) -> Tensor:
    """Tiles in which every value is another."""
    return (
        torch.arange(float(bands * side * side)).view(1, bands, side, side).repeat(count, 1, 1, 1)
    )


def blocks_of(tiles: Tensor, occluded: Tensor) -> list[tuple[int, int, int]]:
    """Row, column and side of each tile's block, where every value in it has changed."""
    found = []
    for changed in (tiles != occluded).any(dim=1):
        rows, columns = changed.any(dim=1).nonzero()[:, 0], changed.any(dim=0).nonzero()[:, 0]
        first = (int(rows[0]), int(columns[0]))
        sides = (int(rows[-1]) - first[0] + 1, int(columns[-1]) - first[1] + 1)
        assert changed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert sides[0] == sides[1]
        found.append((*first, sides[0]))
    return found


def test_fact_33_a_block_of_the_published_size_anywhere_and_nothing_else() -> None:
    tiles = torch.zeros(300, 1, 256, 256)
    occluded = occlude(tiles, *streams(), share=THIRD, jitter=lambda blocks, _: blocks + 1)
    assert not tiles.any()
    blocks = np.array(blocks_of(tiles, occluded))
    sides = blocks[:, 2]
    assert (sides.min(), sides.max()) == (51, 85)
    area = (sides / 256) ** 2
    assert area.min() == pytest.approx(0.0397, abs=1e-4)
    assert area.max() == pytest.approx(0.1102, abs=1e-4)
    # trunc(r · 256) with r uniform on 0.2 … 1/3: 51 from 51.2, 85 up to 85.33.
    assert sides.mean() == pytest.approx(256 * (0.2 + 1 / 3) / 2 - 0.5, abs=2)
    free = 256 - sides
    for first in (blocks[:, 0], blocks[:, 1]):
        assert (first >= 0).all()
        assert (first <= free).all()
        assert (first / free).mean() == pytest.approx(0.5, abs=0.06)


def test_fact_33_the_block_holds_its_own_pixels_in_another_order() -> None:
    tiles = numbered(64, 3, 32)
    before = tiles.clone()
    occluded = occlude(tiles, *streams(), share=THIRD, jitter=unchanged)
    assert torch.equal(tiles, before)
    assert not torch.equal(tiles, occluded)
    assert torch.equal(tiles.flatten(2).sort(dim=2).values, occluded.flatten(2).sort(dim=2).values)
    # All bands of a pixel move together.
    assert torch.equal(occluded - occluded[:, :1], tiles - tiles[:, :1])


def test_fact_33_each_block_is_jittered_by_itself() -> None:
    """What changes colours is given blocks of one size, never a pixel from beside them."""
    tiles = numbered(40, 2, 32)
    seen = []

    def watch(blocks: Tensor, _generator: torch.Generator) -> Tensor:
        seen.append(blocks.clone())
        return blocks

    occlude(tiles, *streams(), share=THIRD, jitter=watch)
    assert sum(len(blocks) for blocks in seen) == 40
    sizes = [blocks.shape[2] for blocks in seen]
    assert sizes == sorted(set(sizes))
    for blocks in seen:
        side = blocks.shape[3]
        # Rows are 32 apart in value, bands 1024.
        inside = torch.arange(side)[:, None] * 32.0 + torch.arange(side)
        expected = torch.stack([inside, inside + 1024])
        assert torch.equal(blocks - blocks[:, :1, :1, :1], expected.expand_as(blocks))


def test_fact_33_the_corners_of_a_tile_can_be_hidden() -> None:
    tiles = torch.zeros(400, 1, 6, 6)
    occluded = occlude(tiles, *streams(), share=(0.5, 0.5), jitter=lambda blocks, _: blocks + 1)
    hidden = occluded[:, 0].mean(dim=0)
    assert all(hidden[row, column] > 0.02 for row in (0, 5) for column in (0, 5))


def test_fact_34_how_a_block_is_turned() -> None:
    tiles = numbered(6000, 1, 6)
    occluded = occlude(tiles, *streams(), share=(0.5, 0.5), jitter=unchanged)
    expected = {"rows": 1 / 4, "columns": 1 / 4, 1: 1 / 6, 2: 1 / 6, 3: 1 / 6}
    counts = dict.fromkeys(expected, 0)
    for tile, result in zip(tiles.numpy()[:, 0], occluded.numpy()[:, 0], strict=True):
        # Whichever turn of 3 x 3 pixels: of each side of the block some pixel changes.
        rows, columns = np.nonzero(tile != result)
        place = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        one, other = tile[place], result[place]
        assert one.shape == (3, 3)
        candidates = {"rows": np.flipud(one), "columns": np.fliplr(one)}
        candidates.update({k: np.rot90(one, k) for k in (1, 2, 3)})
        matches = [name for name, value in candidates.items() if np.array_equal(value, other)]
        assert len(matches) == 1
        counts[matches[0]] += 1
    share = [6000 * value for value in expected.values()]
    assert chisquare(list(counts.values()), share).pvalue > 1e-4


def test_fact_35_the_mask_is_the_corruption() -> None:
    tiles = torch.rand(8, 3, 24, 24)
    occluded = occlude(tiles, *streams(), share=THIRD, jitter=lambda blocks, _: blocks * 0.5)
    mask = (tiles - occluded).abs()
    assert mask.shape == tiles.shape
    assert mask.min() == 0
    assert ((mask > 0) == (tiles != occluded)).all()
    share = (mask.amax(dim=1) > 0).float().mean(dim=(1, 2))
    assert share.min() > 0
    assert share.max() <= 1 / 9


def test_occlusion_depends_on_its_generator_alone_and_takes_any_layout() -> None:
    tiles = torch.rand(16, 3, 20, 20)
    first = occlude(tiles, *streams(5), share=THIRD, jitter=unchanged)
    torch.manual_seed(1)
    layout = tiles.to(memory_format=torch.channels_last)
    assert torch.equal(occlude(layout, *streams(5), share=THIRD, jitter=unchanged), first)
    assert not torch.equal(occlude(tiles, *streams(6), share=THIRD, jitter=unchanged), first)


def test_a_tile_of_a_few_pixels_has_a_block_of_one() -> None:
    tiles = torch.zeros(20, 1, 4, 4)
    occluded = occlude(tiles, *streams(), share=(0.1, 0.1), jitter=lambda blocks, _: blocks + 1)
    assert (occluded.sum(dim=(1, 2, 3)) == 1).all()


PLANE = np.arange(16.0).reshape(4, 4)


def transformed(kinds: str = "six") -> list[np.ndarray]:
    labels = torch.arange(len(SETS[kinds]))
    tiles = torch.from_numpy(PLANE).expand(len(labels), 1, 4, 4)
    return list(turn_by_label(tiles, labels, kinds)[:, 0].numpy())


def test_fact_38_the_six_transforms() -> None:
    expected = (np.fliplr(PLANE), np.flipud(PLANE), *(np.rot90(PLANE, k) for k in range(4)))
    for result, plane in zip(transformed(), expected, strict=True):
        assert np.array_equal(result, plane)
    for one, other in itertools.combinations(transformed(), 2):
        assert not np.array_equal(one, other)


def test_fact_38_how_transforms_compose() -> None:
    tile = torch.from_numpy(PLANE).view(1, 1, 4, 4)

    def apply(*labels: int) -> Tensor:
        result = tile
        for label in labels:
            result = turn_by_label(result, torch.tensor([label]), "six")
        return result

    assert torch.equal(apply(2), tile)
    assert torch.equal(apply(4), apply(1, 0))
    assert torch.equal(apply(5, 3), tile)
    assert torch.equal(apply(3, 3, 3, 3), tile)


def test_the_other_sets_of_transforms() -> None:
    assert [p.tobytes() for p in transformed("four")] == [
        np.rot90(PLANE, k).tobytes() for k in range(4)
    ]
    eight = transformed("eight")
    assert len({p.tobytes() for p in eight}) == 8
    assert all(np.array_equal(a, b) for a, b in zip(eight, transformed(), strict=False))
    assert np.array_equal(eight[6], PLANE.T)


@pytest.mark.parametrize("kinds", SETS)
def test_fact_39_labels_are_uniform(kinds: str) -> None:
    labels = draw_labels(4000, kinds, generator())
    counts = torch.bincount(labels, minlength=len(SETS[kinds]))
    assert chisquare(counts.numpy()).pvalue > 1e-4
    assert len(counts) == len(SETS[kinds])


def test_fact_40_the_released_turn_is_none_twice_as_often() -> None:
    tiles = torch.from_numpy(PLANE).float().expand(8000, 1, 4, 4)
    results = turn_as_released(tiles, generator())[:, 0].numpy()
    # A mirror in columns, in rows, both or none, then 0, 90, 180 or 270 degrees.
    expected: dict[bytes, float] = {}
    mirrors = (PLANE, np.fliplr(PLANE), np.flipud(PLANE), np.flipud(np.fliplr(PLANE)))
    for mirrored in mirrors:
        for k, share in enumerate((0.4, 0.2, 0.2, 0.2)):
            key = np.rot90(mirrored, k).astype(np.float32).tobytes()
            expected[key] = expected.get(key, 0) + share / 4
    counts = dict.fromkeys(expected, 0)
    for result in results:
        counts[result.tobytes()] += 1
    assert len(expected) == 8
    assert chisquare(list(counts.values()), [8000 * v for v in expected.values()]).pvalue > 1e-4


def test_each_order_of_views_is_as_frequent_and_each_view_taken_once() -> None:
    tiles = torch.ones(6000, 1, 1, 1)
    views = (lambda x, _: x * 10 + 1, lambda x, _: x * 10 + 2, lambda x, _: x * 10 + 3)
    result = in_random_order(tiles, *streams(), views)
    values, counts = result.flatten().unique(return_counts=True)
    orders = itertools.permutations((1, 2, 3))
    assert values.tolist() == sorted(1000 + 100 * a + 10 * b + c for a, b, c in orders)
    assert chisquare(counts.numpy()).pvalue > 1e-4
