"""SatMAE: patches of groups of bands, which of them are hidden, and that each sees its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.methods.mae import normalised
from backend.networks.backbones.group_transformer import GroupTransformer
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import EncoderInformation, load_encoder, save_encoder
from backend.networks.masked_transformer import encode_dates, encode_visible
from backend.runtime.errors import RequestError
from backend.training.batches import Batch
from backend.training.learner import Learner

GROUPS = ["b1+b3", "b2", "b4+b5+b6"]
PLACES = ((0, 2), (1,), (3, 4, 5))


@pytest.fixture(scope="module")
def six_bands(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("six") / "six.tiles"
    return TileDataset(make_dataset(folder, count=20, bands=6, radius=0))


def make(dataset: TileDataset, **values) -> Learner:
    given = dict(
        dataset="a", output="b", method="satmae", batch_size=4, crop_area=1.0, turns="none",
        decoder_width=32, decoder_layers=1, band_groups=GROUPS,
    )  # fmt: skip
    given.update(values)
    if given["method"] == "satmae-dates":
        del given["band_groups"]
    job = make_train_job(given)
    return Learner(job, dataset, make_plan(job, 12), torch.device("cpu"))


def test_each_patch_sees_the_bands_of_its_group_at_its_place_alone() -> None:
    """By gradients: 4 x 4 patches of 2 px, of three groups."""
    torch.manual_seed(0)
    backbone = GroupTransformer(PLACES, 8, 24, 2)
    assert backbone.encoder.pos_embedding.shape == (1, 1 + 3 * 16, 24)
    tiles = torch.randn(1, 6, 8, 8, requires_grad=True)
    patches = backbone._process_input(tiles)
    assert patches.shape == (1, 48, 24)
    for group, bands in enumerate(PLACES):
        place = 6  # row 1, column 2
        (gradient,) = torch.autograd.grad(patches[0, 16 * group + place].sum(), tiles,
                                          retain_graph=True)  # fmt: skip
        expected = torch.zeros(6, 8, 8, dtype=torch.bool)
        expected[list(bands), 2:4, 4:6] = True
        assert torch.equal(gradient[0] != 0, expected)


def test_maps_are_means_over_the_groups_and_features_of_all_patches() -> None:
    shape = EncoderShape("vit-tiny-grouped", "medium", 6, 8, projection="none", groups=PLACES)
    encoder = build_encoder(shape, seed=0).eval()
    tiles = torch.randn(2, 6, 8, 8)
    with torch.no_grad():
        maps = encoder.stages(tiles)
        assert [tuple(m.shape) for m in maps] == [(2, 192, 4, 4)] * 4
        torch.testing.assert_close(encoder.features(tiles), maps[-1].mean(dim=(2, 3)))
        again = build_encoder(shape, seed=0).eval()
        assert torch.equal(again.features(tiles), encoder.features(tiles))


def test_targets_are_the_groups_own_pixels_and_filling_counts_for_nothing(six_bands) -> None:
    recipe = make(six_bands).recipe
    tiles = torch.randn(2, 6, 8, 8)
    target = recipe.by_group(tiles)
    counts = recipe.by_group(torch.ones_like(tiles, dtype=torch.bool))
    assert target.shape == counts.shape == (2, 48, 3 * 4)
    for group, bands in enumerate(PLACES):
        values = 4 * len(bands)
        found = target[1, 16 * group + 6]
        expected = torch.cat([tiles[1, band, 2:4, 4:6].flatten() for band in bands])
        assert torch.equal(found[:values], expected)
        assert counts[1, 16 * group + 6].tolist() == [True] * values + [False] * (12 - values)


@pytest.mark.parametrize("masking", ["independent", "consistent"])
def test_fact_5_5_1_a_quarter_stays(masking: str, six_bands) -> None:
    recipe = make(six_bands, masking=masking).recipe
    everything = torch.ones(50, 48, dtype=torch.bool)
    visible = recipe.draw_visible(everything, torch.Generator().manual_seed(0))
    assert visible.shape == (50, 12) and (visible.diff(dim=1) > 0).all()
    places = [sorted((numbers % 16).tolist()) for numbers in visible]
    same = [p[::3] == p[1::3] == p[2::3] for p in places]
    assert all(same) if masking == "consistent" else not any(same)


@pytest.mark.parametrize("masking", ["independent", "consistent"])
def test_fact_5_5_6_hidden_patches_do_not_leak(masking: str, six_bands) -> None:
    """Pixels of all hidden patches changed, the visible ones' vectors stay to the bit."""
    learner = make(six_bands, masking=masking)
    recipe = learner.recipe.eval()
    tiles = torch.randn(1, 6, 8, 8, generator=torch.Generator().manual_seed(0))
    valid, chips = torch.ones_like(tiles, dtype=torch.bool), torch.arange(1)
    visible = recipe.draw_visible(
        torch.ones(1, 48, dtype=torch.bool), torch.Generator().manual_seed(3)
    )
    other = tiles.clone()
    for patch in set(range(48)) - set(visible[0].tolist()):
        group, (row, column) = patch // 16, divmod(patch % 16, 4)
        for band in PLACES[group]:
            other[:, band, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 77
    outcomes = [
        recipe([t], chips, torch.Generator().manual_seed(3), valid=[valid]) for t in (tiles, other)
    ]
    assert torch.equal(outcomes[0].embedding, outcomes[1].embedding)
    assert outcomes[0].loss != outcomes[1].loss


def test_it_takes_a_step_and_says_what_it_cannot_do(six_bands, make_dataset, tmp_path) -> None:
    learner = make(six_bands)
    tiles = six_bands.tiles(six_bands.numbers("train")[:4])
    outcome, norm = learner.take_step(Batch(0, six_bands.numbers("train")[:4], (tiles,)))
    assert torch.isfinite(outcome.loss) and norm > 0
    with pytest.raises(RequestError, match="--architecture resnet18 is none"):
        make(six_bands, architecture="resnet18")
    with pytest.raises(RequestError, match="names 'b9'"):
        make(six_bands, band_groups=["b1", "b9"])
    with pytest.raises(RequestError, match="no other weights fit"):
        make(six_bands, initial_weights="imagenet")
    one = dict(six_bands.information.to_json(), bands=[{"name": "pan"}])
    assert unmet_needs(METHODS["satmae"], one)
    published = make_train_job(dict(method="satmae-published", dataset="a", output="b"))
    assert [len(group.split("+")) for group in published.band_groups] == [4, 4, 2]
    assert (published.mask_ratio, published.masking) == (0.75, "independent")


def test_the_exported_encoder_embeds_as_it_was_trained(six_bands, tmp_path) -> None:
    """Its file says all that it takes to build it again: groups, and what kind of network."""
    learner = make(six_bands)
    encoder = learner.recipe.encoder.eval()
    information = EncoderInformation(
        method="satmae", architecture=encoder.shape.architecture, stem=encoder.shape.stem,
        embedding_dimension=encoder.embedding_dimension, projection="none", unit_norm=True,
        bands=tuple(six_bands.band_names), offset=tuple(learner.offset), scale=tuple(learner.scale),
        nodata=None, dtype="uint16", tile_size_px=8, ground_resolution_m=30.0, dataset="0123",
        step=1, seed=0, software="0.1.0", groups=encoder.shape.groups,
        lab_places=encoder.shape.lab_places,
    )  # fmt: skip
    save_encoder(tmp_path / "encoder.safetensors", information, encoder)
    loaded = load_encoder(tmp_path / "encoder.safetensors")
    tiles = six_bands.tiles(six_bands.numbers("train")[:3])
    with torch.no_grad():
        expected = encoder(learner.input_of(torch.from_numpy(tiles)))
    np.testing.assert_allclose(loaded.embed(tiles), expected.numpy(), rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def two_dates(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("dates") / "dates.tiles"
    dates = ("2020-02-01", "2020-07-01")
    return TileDataset(make_dataset(folder, count=24, bands=2, radius=0, dates=dates))


def test_two_dates_are_told_by_hidden_pixels_alone(two_dates: TileDataset, monkeypatch) -> None:
    """Fact 5.5.2, by a loop: the error of each hidden pixel of both dates, normalised by patch."""
    recipe = make(two_dates, method="satmae-dates").recipe.eval()
    tiles = [torch.randn(3, 2, 8, 8, generator=torch.Generator().manual_seed(n)) for n in range(2)]
    valid = [torch.ones(3, 2, 8, 8, dtype=torch.bool)] * 2
    told = torch.randn(3, 32, 8, generator=torch.Generator().manual_seed(5))
    kept = []
    monkeypatch.setattr(recipe.decoder, "forward", lambda v, visible: kept.append(visible) or told)
    loss = recipe(tiles, torch.arange(3), torch.Generator().manual_seed(1), valid).loss.item()
    errors = []
    for sample in range(3):
        for number in set(range(32)) - set(kept[0][sample].tolist()):
            date, place = divmod(number, 16)
            row, column = (2 * n for n in divmod(place, 4))
            pixels = tiles[date][sample, :, row : row + 2, column : column + 2].reshape(1, 1, 8)
            wanted = normalised(pixels, torch.ones_like(pixels, dtype=torch.bool))[0, 0]
            errors += (told[sample, number] - wanted).square().tolist()
    assert len(errors) == 3 * 24 * 8
    assert loss == pytest.approx(sum(errors) / len(errors), rel=1e-5)


def test_dates_hide_apart_and_tiles_without_another_date_alike(two_dates: TileDataset) -> None:
    recipe = make(two_dates, method="satmae-dates").recipe
    valid, has = torch.ones(40, 32, dtype=torch.bool), torch.arange(40) < 20
    visible = recipe.draw_visible(valid, has, torch.Generator().manual_seed(0))
    assert visible.shape == (40, 8)
    first, second = visible[:, :4], visible[:, 4:] - 16
    assert (first < 16).all() and (second >= 0).all()
    alike = (first == second).all(dim=1)
    assert alike[20:].all() and alike[:20].float().mean() < 0.2
    consistent = make(two_dates, method="satmae-dates", masking="consistent").recipe
    visible = consistent.draw_visible(valid, has, torch.Generator().manual_seed(0))
    assert torch.equal(visible[:, :4] + 16, visible[:, 4:])


def test_one_date_alone_is_encoded_as_by_mae(two_dates: TileDataset) -> None:
    """So the exported encoder knows tiles as it learned them; and the other date is told apart."""
    recipe = make(two_dates, method="satmae-dates").recipe.eval()
    backbone = recipe.encoder.backbone
    one, other = (
        torch.randn(2, 2, 8, 8, generator=torch.Generator().manual_seed(n)) for n in (0, 1)
    )
    with torch.no_grad():
        every = torch.arange(16).expand(2, -1)
        alone = encode_visible(backbone, one, every)
        both = encode_dates(backbone, torch.cat([one, other], dim=1), every, recipe.other_date)
        assert torch.allclose(both, alone, atol=1e-6)
        assert torch.allclose(alone.mean(dim=1), recipe.encoder.features(one), atol=1e-5)
        second = encode_dates(
            backbone, torch.cat([other, one], dim=1), every + 16, recipe.other_date
        )
        assert not torch.allclose(second, alone, atol=1e-3)
