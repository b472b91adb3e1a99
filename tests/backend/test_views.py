"""What happens to tiles before the network: normalisation by band name, turns and mirrors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from backend.contract.catalogue import SENTINEL2_BANDS
from backend.data.dataset import Band, DatasetInformation, TileDataset
from backend.data.scenes import valid_pixels
from backend.runtime.errors import RequestError
from backend.views import dihedral
from backend.views.dihedral import turn, turn_at_random
from backend.views.normalisation import EUROSAT_FILE_ORDER, offset_and_scale
from backend.views.normalise import Normalise

# EuroSAT's pixel deviations of the bands that the released order mixes up (TorchGeo).
EUROSAT_DEVIATIONS = {"B8A": 1231.6, "B09": 404.9, "B10": 4.776, "B11": 1002.6, "B12": 761.3}


def with_bands(information: DatasetInformation, names: tuple[str, ...]) -> DatasetInformation:
    return dataclasses.replace(information, bands=[Band(name, {}) for name in names])


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_turn_gives_the_eight_symmetries_of_the_square() -> None:
    tile = torch.arange(12).view(1, 3, 2, 2).repeat(8, 1, 1, 1)
    turned = turn(tile, torch.arange(8))
    plane = np.array([[0, 1], [2, 3]])
    expected = {
        np.rot90(mirrored, k).tobytes() for mirrored in (plane, plane[:, ::-1]) for k in range(4)
    }
    assert {t[0].contiguous().numpy().tobytes() for t in turned} == expected
    assert len(expected) == 8
    assert torch.equal(turned[0], tile[0])


def test_turns_are_the_same_where_all_are_made_and_the_due_ones_taken(monkeypatch) -> None:
    """What a GPU does."""
    tiles, elements = torch.rand(16, 2, 5, 5, generator=generator(2)), torch.arange(16) % 8
    one = turn(tiles, elements)
    monkeypatch.setattr(dihedral, "counting_is_cheap", lambda device: False)
    assert torch.equal(turn(tiles, elements), one)


def test_fact_8_turns_are_uniform_and_permute_pixels_within_their_band() -> None:
    tiles = torch.arange(4 * 9.0).view(1, 4, 3, 3).repeat(8000, 1, 1, 1)
    turned = turn_at_random(tiles, generator())
    assert torch.equal(turned.flatten(2).sort(dim=2).values, tiles.flatten(2).sort(dim=2).values)
    # Band c's pixels are band 0's plus 9 c: all bands of a tile turn together.
    assert torch.equal(turned - turned[:, :1], tiles - tiles[:, :1])
    _, counts = turned[:, 0].flatten(1).unique(dim=0, return_counts=True)
    assert len(counts) == 8
    assert chisquare(counts.numpy()).pvalue > 1e-4


def test_fact_8_the_two_views_turn_independently() -> None:
    tiles = torch.arange(9.0).view(1, 1, 3, 3).repeat(8000, 1, 1, 1)
    source = generator(1)
    corners = [turn_at_random(tiles, source)[:, 0, 0, 0].long() for _ in range(2)]
    # Each of the four corners comes to the upper left equally often, whatever the other view did.
    joint = torch.zeros(9, 9)
    joint.index_put_(tuple(corners), torch.ones(8000), accumulate=True)
    filled = joint[[0, 2, 6, 8]][:, [0, 2, 6, 8]]
    assert filled.sum() == 8000
    assert chisquare(filled.flatten().numpy()).pvalue > 1e-4


def test_normalise_equals_a_loop_in_float64() -> None:
    random = np.random.default_rng(0)
    tiles = random.integers(0, 60_000, (3, 2, 4, 5)).astype(np.uint16)
    offset, scale = (8000.0, 12_000.0), (900.0, 2500.0)
    ours = Normalise(offset, scale)(torch.from_numpy(tiles)).numpy()
    for band in range(2):
        expected = (tiles[:, band].astype(np.float64) - offset[band]) / scale[band]
        np.testing.assert_allclose(ours[:, band], expected, rtol=1e-5, atol=1e-5)


def test_no_data_nan_and_infinity_become_zero() -> None:
    tiles = torch.tensor([[[[65535.0, 10.0], [float("nan"), 30.0], [np.inf, -np.inf]]]])
    normalise = Normalise((20.0,), (10.0,), nodata=65535.0)
    assert normalise(tiles).tolist() == [[[[0.0, -1.0], [0.0, 1.0], [0.0, 0.0]]]]
    # One definition for tensors and arrays, with and without a value that says it.
    for nodata in (None, 65535.0):
        for pixels in (tiles[:, :, :1].to(torch.int32), tiles):
            found = Normalise((20.0,), (10.0,), nodata).no_data(pixels)
            assert (found.numpy() == ~valid_pixels(pixels.numpy(), nodata)).all()


def test_fact_9_the_datasets_own_statistics_give_mean_0_and_deviation_1(
    small_dataset: TileDataset,
) -> None:
    offset, scale = offset_and_scale("dataset", small_dataset.information)
    chips = np.concatenate([small_dataset.chips[n] for n in small_dataset.numbers("train")])
    normalised = Normalise(offset, scale)(torch.from_numpy(chips)).double()
    assert normalised.mean(dim=(0, 2, 3)).abs().max() < 1e-4
    assert (normalised.std(dim=(0, 2, 3)) - 1).abs().max() < 1e-4


@pytest.mark.parametrize("choice", ["saumoco-sentinel2", "saumoco-sentinel2-released"])
def test_fact_9_permuting_bands_by_name_changes_nothing(
    small_dataset: TileDataset, choice: str
) -> None:
    order = np.random.default_rng(0).permutation(13)
    tiles = torch.rand(2, 13, 3, 3) * 5000
    permuted = tuple(SENTINEL2_BANDS[n] for n in order)
    straight, mixed = (
        Normalise(*offset_and_scale(choice, with_bands(small_dataset.information, names)))
        for names in (SENTINEL2_BANDS, permuted)
    )
    assert torch.equal(straight(tiles)[:, order], mixed(tiles[:, order]))


def test_fact_9_bands_without_constants_raise(small_dataset: TileDataset) -> None:
    information = with_bands(small_dataset.information, ("B02", "nir"))
    with pytest.raises(RequestError, match="no constants for nir"):
        offset_and_scale("saumoco-sentinel2", information)


def test_fact_9_value_band_orders() -> None:
    """From the order of training to the order of EuroSAT's files."""
    take = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 8]
    assert tuple(SENTINEL2_BANDS[n] for n in take) == EUROSAT_FILE_ORDER
    ground_10m, ground_60m = ("B02", "B03", "B04", "B08"), ("B01", "B09", "B10")
    stack = (*ground_10m, "B05", "B06", "B07", "B8A", "B11", "B12", *ground_60m)
    reorder = [10, 0, 1, 2, 4, 5, 6, 3, 7, 11, 12, 8, 9]
    assert tuple(stack[n] for n in reorder) == SENTINEL2_BANDS
    direct = [10, 0, 1, 2, 4, 5, 6, 3, 11, 12, 8, 9, 7]
    assert tuple(stack[n] for n in direct) == EUROSAT_FILE_ORDER


def test_fact_9_value_the_released_order_gives_five_bands_another_bands_constants(
    small_dataset: TileDataset,
) -> None:
    """The table of the released defect: B09 comes out at mean +2190 and deviation 1231."""
    information = with_bands(small_dataset.information, SENTINEL2_BANDS)
    right = offset_and_scale("saumoco-sentinel2", information)
    released = offset_and_scale("saumoco-sentinel2-released", information)
    differing = [n for n, (a, b) in enumerate(zip(*right, strict=True)) if a != released[0][n]]
    assert [SENTINEL2_BANDS[n] for n in differing] == ["B8A", "B09", "B10", "B11", "B12"]
    # The constants' own means stand for EuroSAT's.
    table = {"B8A": (67, 44), "B09": (2190, 1231), "B10": (-19.5, 0.05), "B11": (8.0, 11.5)}
    table["B12"] = (-13.9, 7.1)
    for name, (mean, deviation) in table.items():
        n = SENTINEL2_BANDS.index(name)
        offset, scale = released[0][n], released[1][n]
        assert (right[0][n] - offset) / scale == pytest.approx(mean, rel=0.01)
        assert EUROSAT_DEVIATIONS[name] / scale == pytest.approx(deviation, rel=0.04)


def test_divide_by_255(small_dataset: TileDataset) -> None:
    normalise = Normalise(*offset_and_scale("divide-by-255", small_dataset.information))
    tiles = torch.tensor([0, 51, 255], dtype=torch.uint8).view(1, 1, 1, 3).repeat(1, 4, 1, 1)
    assert torch.allclose(normalise(tiles)[0, 3, 0], torch.tensor([0, 0.2, 1]))


def test_a_band_of_one_value_becomes_zero(make_dataset, tmp_path) -> None:
    chips = np.full((4, 1, 24, 24), 7, np.uint8)
    folder = make_dataset(tmp_path / "flat.tiles", count=4, bands=1, dtype="uint8", chips=chips)
    normalise = Normalise(*offset_and_scale("dataset", TileDataset(folder).information))
    assert not normalise(torch.from_numpy(chips)).any()
