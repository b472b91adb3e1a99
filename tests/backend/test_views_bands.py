"""Changes of single bands against loops in float64, and the draws by range and frequency."""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import chisquare, kstest

from backend.contract.methods import make_train_job
from backend.data.dataset import TileDataset
from backend.views.band_wise import vary, vary_bands
from backend.views.photometric import PhotometricViews


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_gain_offset_and_noise_equal_a_loop_in_float64() -> None:
    source = generator(1)
    tiles, noise = torch.rand(2, 4, 5, 3, 6, generator=source)
    gains, offsets = torch.rand(2, 4, 5, generator=source)
    gains[1, 2] = offsets[1, 2] = 0
    found = vary(tiles, gains, offsets, noise).numpy()
    for tile in range(4):
        for band in range(5):
            gain, offset = float(gains[tile, band]), float(offsets[tile, band])
            expected = tiles[tile, band].double().numpy() * gain + offset
            expected += noise[tile, band].double().numpy() * (gain != 0)
            np.testing.assert_allclose(found[tile, band], expected, atol=1e-6)
    assert (found[1, 2] == 0).all()


def test_draws_are_uniform_and_each_bands_own() -> None:
    flat = torch.full((2000, 2, 1, 1), 0.5)
    out = vary_bands(flat, generator(2), gain=0.4).flatten(1) / 0.5
    assert kstest(out[:, 0], "uniform", args=(0.6, 0.8)).pvalue > 1e-4
    assert abs(float(torch.corrcoef(out.T)[0, 1])) < 0.1
    shifts = vary_bands(flat, generator(3), offset=0.2).flatten(1) - 0.5
    assert kstest(shifts[:, 1], "uniform", args=(-0.2, 0.4)).pvalue > 1e-4


def test_noise_is_normal_of_a_deviation_drawn_for_each_tile() -> None:
    out = vary_bands(torch.zeros(400, 2, 16, 16), generator(4), noise=0.3).flatten(1)
    deviations = out.std(dim=1)
    assert kstest(deviations, "uniform", args=(0, 0.3)).pvalue > 1e-4
    assert kstest((out / deviations[:, None]).flatten()[::100], "norm").pvalue > 1e-4


def test_bands_are_left_out_as_often_as_asked_and_never_all() -> None:
    ones = torch.ones(3000, 3, 1, 1)
    kept = vary_bands(ones, generator(5), drop=0.3).flatten(1).sum(dim=1).long()
    # Three bands, each kept 0.7 of the time; where none would be, one is.
    expected = np.array([3 * 0.3**2 * 0.7 + 0.3**3, 3 * 0.3 * 0.7**2, 0.7**3]) * 3000
    assert chisquare(kept.bincount(minlength=4)[1:].numpy(), expected).pvalue > 1e-4
    assert int(kept.min()) == 1
    assert (vary_bands(ones, generator(5), drop=1.0).flatten(1).sum(dim=1) == 1).all()


def test_views_change_single_bands_where_a_job_asks(small_dataset: TileDataset) -> None:
    nothing = dict(
        crop_area=1.0, turns="none", jitter_probability=0.0, grey_probability=0.0,
        blur_probability=0.0,
    )  # fmt: skip
    tiles = torch.rand(8, 4, 6, 6, generator=generator(6))

    def view(**values: float) -> torch.Tensor:
        job = make_train_job(dict(dataset="a", output="r", method="simclr", **nothing, **values))
        return PhotometricViews(job, small_dataset.information)(tiles, generator(7))

    assert torch.equal(view(), tiles)
    asked = dict(band_gain=0.1, band_offset=0.2, view_noise=0.3, band_drop_probability=0.4)
    expected = vary_bands(tiles, generator(7), gain=0.1, offset=0.2, noise=0.3, drop=0.4)
    assert torch.equal(view(**asked), expected)
    for name, value in asked.items():
        changed = view(**{name: value})
        assert not torch.equal(changed, tiles), name
        assert torch.equal(view(**{name: value}), changed)
