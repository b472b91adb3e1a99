"""Neighbours: which offsets a square or a disc with a hole allows, and that all are as likely."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from backend.data.relations import Near, chip_words, uniform_integers

SHAPES = [
    Near(5),
    Near(7, step_px=2),
    Near(5, shape="disc"),
    Near(9, step_px=2, shape="disc"),
    Near(5, minimum_offset_px=1),
    Near(7, step_px=2, minimum_offset_px=1),
    Near(5, minimum_offset_px=3),
    Near(7, step_px=3, minimum_offset_px=4),
    Near(6, minimum_offset_px=6),
    Near(6, shape="disc", minimum_offset_px=4),
    Near(9, step_px=2, shape="disc", minimum_offset_px=5),
    Near(6, shape="disc", minimum_offset_px=6),
]


def allowed(near: Near) -> set[tuple[int, int]]:
    """The offsets that are allowed, each looked at by itself."""
    radius, step, minimum = near.radius_px, near.step_px, near.minimum_offset_px
    found = set()
    for row in range(-radius, radius + 1):
        for column in range(-radius, radius + 1):
            if row % step or column % step:
                continue
            if near.shape == "disc":
                length = np.hypot(row, column)
                inside = length <= radius
            else:
                length = max(abs(row), abs(column))
                last = (radius // step - 1) * step
                inside = -radius <= min(row, column) and max(row, column) <= last
            if inside and length >= minimum:
                found.add((row, column))
    return found


@pytest.mark.parametrize("near", SHAPES, ids=str)
def test_fact_2_all_allowed_offsets_are_equally_likely(near: Near) -> None:
    expected = sorted(allowed(near))
    words = chip_words(60_000, 2, seed=1, epoch=2, tile=1)
    drawn, counts = np.unique(near.offsets(words), axis=0, return_counts=True)
    assert [tuple(offset) for offset in drawn.tolist()] == expected
    assert chisquare(counts).pvalue > 1e-4


def test_fact_2_the_released_window_is_drawn_as_two_axes() -> None:
    words = chip_words(5000, 2, seed=3, epoch=0, tile=1)
    both = np.stack([uniform_integers(words[:, axis], -100, 100) for axis in (0, 1)], axis=1)
    assert np.array_equal(Near(100).offsets(words), both)
    grid = np.stack([uniform_integers(words[:, axis], -16, 16) for axis in (0, 1)], axis=1)
    assert np.array_equal(Near(100, step_px=6).offsets(words), 6 * grid)


def test_fact_2_value_statistics_of_the_released_window() -> None:
    """Mean Chebyshev distance 66.7 px, Euclidean 76.5 px, share of overlaps 0.245 (T = 50)."""
    offsets = Near(100).offsets(chip_words(100_000, 2, seed=0, epoch=0, tile=1))
    greatest = abs(offsets).max(axis=1)
    assert greatest.mean() == pytest.approx(66.7, abs=0.3)
    assert np.hypot(*offsets.T).mean() == pytest.approx(76.5, abs=0.4)
    assert (greatest < 50).mean() == pytest.approx(0.245, abs=0.005)
    apart = Near(100, minimum_offset_px=50).offsets(chip_words(9999, 2, seed=0, epoch=0, tile=1))
    assert abs(apart).max(axis=1).min() == 50


def test_a_wide_disc_needs_no_list_of_its_offsets() -> None:
    near = Near(20_000, shape="disc", minimum_offset_px=19_990)
    words = chip_words(2000, 2, seed=0, epoch=0, tile=1)
    words[:4] = np.array([[0, 0], [0, 2**64 - 1], [2**64 - 1, 0], [2**64 - 1] * 2], np.uint64)
    offsets = near.offsets(words)
    lengths = np.hypot(*offsets.T)
    assert offsets[0].tolist() == [-20_000, 0]
    assert offsets[3].tolist() == [20_000, 0]
    assert lengths.max() <= 20_000
    assert lengths.min() >= 19_990


def test_radius_0_is_the_anchors_own_place() -> None:
    words = chip_words(100, 2, seed=0, epoch=0, tile=1)
    for shape in ("square", "disc"):
        assert not Near(0, shape=shape).offsets(words).any()


def test_a_neighbourhood_without_an_offset_is_refused() -> None:
    for shape in ("square", "disc"):
        with pytest.raises(ValueError, match="no offset of 6 to 5 px is a multiple of 1 px"):
            Near(5, shape=shape, minimum_offset_px=6)
    # In a disc of 5 px no multiple of 4 px lies further than 4 px.
    with pytest.raises(ValueError, match="no offset of 5 to 5 px is a multiple of 4 px"):
        Near(5, 4, "disc", 5)
    with pytest.raises(ValueError, match="no such shape of a neighbourhood: hexagon"):
        Near(5, shape="hexagon")


def test_uniform_integers_are_the_upper_word_of_a_product() -> None:
    words = chip_words(2000, 1, seed=5, epoch=0, tile=0)[:, 0]
    for low, high in [(-7, 5), (0, 40_000), (3, 3 + 2**32 - 1)]:
        expected = [low + (int(word) * (high - low) >> 64) for word in words]
        assert uniform_integers(words, low, high).tolist() == expected
    highs = np.arange(2000) + 1
    expected = [int(word) * int(high) >> 64 for word, high in zip(words, highs, strict=True)]
    assert uniform_integers(words, 0, highs).tolist() == expected
