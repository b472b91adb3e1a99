"""MAE, masked pixels, denoising: targets, what is left out, and that each learns."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.methods.mae import normalised
from backend.methods.whole_tiles import whole_tiles
from backend.runtime.errors import RequestError
from backend.training.batches import Batch, Batches
from backend.training.learner import Learner
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

CPU = torch.device("cpu")
CONVOLUTIONAL = ("masked-pixels", "denoising-autoencoder")
THREE = ("mae", *CONVOLUTIONAL)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def make(method: str, dataset: TileDataset, **values) -> tuple[Learner, Batches]:
    if method != "mae":
        return make_learner(tiny_job(method, **values), dataset)
    small = dict(decoder_width=32, decoder_layers=1, embedding_dimension=16)
    job = make_train_job(dict(dataset="a", output="b", method=method, **small, **values))
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)


@pytest.mark.parametrize(("values", "expected"), [(768, 0.9986969), (192, 0.9947917)])
def test_fact_5_5_5_a_zero_prediction_costs_n_minus_1_over_n(values: int, expected: float) -> None:
    patches = torch.randn(1, 40, values, generator=torch.Generator().manual_seed(0)).double()
    target = normalised(patches, torch.ones_like(patches, dtype=torch.bool))
    assert target.square().mean().item() == pytest.approx(expected, abs=2e-6)
    assert expected == pytest.approx((values - 1) / values, abs=2e-6)


def test_patches_are_normalised_over_what_counts_alone() -> None:
    patches = torch.tensor([[[1.0, 3.0, 5.0, 1e9], [2.0, 1e9, 1e9, 1e9], [7.0, 7, 7, 7]]]).double()
    counts = patches < 1e8
    counts[0, 2] = True
    target = normalised(patches, counts)
    deviation = math.sqrt(4 + 1e-6)
    assert target[0, 0].tolist() == pytest.approx([-2 / deviation, 0, 2 / deviation, 0])
    assert target[0, 1].tolist() == [0, 0, 0, 0] == target[0, 2].tolist()


def test_tile_and_valid_pixels_go_through_the_same_changes() -> None:
    """Valid exactly where a tile of ones stays one: no pixel that counts holds some no data."""
    valid = torch.ones(60, 2, 8, 8, dtype=torch.bool)
    valid[:, 0, :3, 2:] = False
    job = make_train_job(dict(dataset="a", output="b", method="masked-pixels", crop_area=0.3))
    tile, held = whole_tiles(job, valid.float(), valid, torch.Generator().manual_seed(0))
    assert ((tile > 1 - 1e-3) == held).all()
    assert held[:, 1].all() and not held[:, 0].all() and held[:, 0].any()


@pytest.mark.parametrize("turns", ["uniform", "mirror", "none"])
def test_turns_are_those_asked_for(turns: str) -> None:
    tiles = torch.arange(16.0).view(1, 1, 4, 4).expand(200, -1, -1, -1)
    job = make_train_job(dict(dataset="a", output="b", method="mae", crop_area=1.0, turns=turns))
    seen, _ = whole_tiles(job, tiles, tiles >= 0, torch.Generator().manual_seed(0))
    distinct = {tuple(tile.flatten().tolist()) for tile in seen}
    assert len(distinct) == {"uniform": 8, "mirror": 2, "none": 1}[turns]


@pytest.mark.parametrize("method", THREE)
def test_fact_5_5_10_pixels_without_data_are_no_target(method: str, make_dataset, tmp_path) -> None:
    """What stands where nothing counts changes neither the loss nor the gradient."""
    folder = make_dataset(tmp_path / "holes.tiles", count=20, bands=2, nodata=0, radius=0)
    learner, batches = make(method, TileDataset(folder), batch_size=8, steps=4, crop_area=1.0)
    recipe = learner.recipe.eval()
    (pixels,) = batches.batch(0).tiles
    pixels = pixels.copy()
    pixels[:, :, :3] = 0
    holes = torch.from_numpy(pixels == 0)
    tiles = learner.input_of(torch.from_numpy(pixels))
    told: list = []
    decode = recipe.decoder.forward
    recipe.decoder.forward = lambda *given: told.append(decode(*given)) or told[-1]

    def loss(valid: torch.Tensor) -> torch.Tensor:
        generator = torch.Generator().manual_seed(0)
        return recipe([tiles], torch.arange(8), generator, valid=[valid]).loss

    one = loss(~holes)
    (gradient,) = torch.autograd.grad(one, told[-1])
    whole = loss(torch.ones_like(holes))
    assert one.item() != whole.item()
    share = (gradient != 0).float().mean()
    (gradient,) = torch.autograd.grad(whole, told[-1])
    assert 0 < share < (gradient != 0).float().mean()


@pytest.mark.parametrize("method", THREE)
def test_the_engine_tells_which_pixels_hold_data(method: str, make_dataset, tmp_path) -> None:
    folder = make_dataset(tmp_path / "holes.tiles", count=20, bands=2, nodata=0, radius=0)
    learner, batches = make(method, TileDataset(folder), batch_size=8, steps=4)
    batch = batches.batch(0)
    (pixels,) = batch.tiles
    pixels = pixels.copy()
    pixels[:, 1, 2:4] = 0
    seen: list = []
    forward = learner.recipe.forward
    learner.recipe.forward = lambda *given, valid: (
        seen.append(valid) or forward(*given, valid=valid)
    )
    learner.take_step(Batch(batch.step, batch.chips, (pixels,)))
    assert np.array_equal(seen[0][0].numpy(), pixels != 0)


def test_fact_5_5_6_masked_pixels_do_not_leak(small_dataset) -> None:
    learner, batches = make("masked-pixels", small_dataset, batch_size=8, crop_area=1.0)
    recipe = learner.recipe.eval()
    tiles = learner.input_of(torch.from_numpy(batches.batch(0).tiles[0]))
    inputs: list = []
    stages = recipe.encoder.stages
    recipe.encoder.stages = lambda given: inputs.append(given) or stages(given)
    valid = torch.ones_like(tiles, dtype=torch.bool)
    recipe([tiles], torch.arange(8), torch.Generator().manual_seed(0), valid=[valid])
    (seen,) = inputs
    # The learned value starts at 0; on an 8-px tile, 2 of 4 blocks of 4 px are hidden or more.
    hidden = (seen == 0).all(dim=1)
    assert 0.5 <= hidden.float().mean() <= 0.8


def test_fact_5_5_7_the_target_is_the_clean_tile(small_dataset) -> None:
    learner, batches = make("denoising-autoencoder", small_dataset, batch_size=8, noise=0.0)
    outcome, _ = learner.take_step(batches.batch(0))
    assert outcome.measures["noisy_error"] == 0
    learner, batches = make("denoising-autoencoder", small_dataset, batch_size=8, noise=0.5)
    outcome, _ = learner.take_step(batches.batch(0))
    assert outcome.measures["noisy_error"] == pytest.approx(0.25, rel=0.1)


def test_mae_needs_a_vision_transformer(small_dataset) -> None:
    with pytest.raises(RequestError, match="--architecture resnet18 is none") as told:
        make("mae", small_dataset, architecture="resnet18")
    assert "vit-tiny" in told.value.hint
    with pytest.raises(RequestError, match="--decoder-width 33 is no multiple"):
        job = make_train_job(dict(dataset="a", output="b", method="mae", decoder_width=33))
        Learner(job, small_dataset, make_plan(job, 38), CPU)


@pytest.mark.parametrize("method", THREE)
def test_fact_5_11_1_it_learns(method: str, small_dataset) -> None:
    """On smooth waves, repairing comes to cost less than saying each band's mean would."""
    rates = {"mae": 0.002, "masked-pixels": 0.1, "denoising-autoencoder": 0.1}
    learner, batches = make(
        method, small_dataset, steps=80, batch_size=32, learning_rate=rates[method], crop_area=0.8
    )
    losses = [learner.take_step(batches.batch(s))[0].loss.item() for s in range(80)]
    print(f"{method}: {losses[0]:.3f} to {np.mean(losses[-5:]):.3f}")
    # Normalised pixels deviate by 1, so that the mean costs 1 squared, and about 0.75 absolute.
    guess = {"mae": 1.0, "masked-pixels": 0.75, "denoising-autoencoder": 1.0}[method]
    assert np.mean(losses[-5:]) < 0.9 * guess
    assert np.mean(losses[-5:]) < 0.85 * losses[0]


def test_they_need_nothing_and_the_preset_names_its_differences(small_dataset) -> None:
    alone = dict(small_dataset.information.to_json(), neighbour_radius_px=0)
    for name in (*THREE, "mae-published"):
        assert unmet_needs(METHODS[name], alone) == []
    published = make_train_job(dict(method="mae-published", dataset="a", output="b"))
    assert METHODS["mae-published"].differences
    assert (published.batch_size, published.epochs, published.warmup_epochs) == (4096, 800, 40)
    assert published.learning_rate == pytest.approx(1.5e-4 * 4096 / 256)
    assert (published.weight_decay, published.adam_beta1, published.adam_beta2) == (0.05, 0.9, 0.95)
    assert (published.mask_ratio, published.normalise_patches) == (0.75, True)
    assert (published.decoder_width, published.decoder_layers) == (512, 8)
