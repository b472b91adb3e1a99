"""I-JEPA and data2vec: which patches are hidden and told, targets, and what gets no gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from backend.contract.methods import METHODS, make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.losses.masked_error import masked_error
from backend.methods.data2vec import mean_of_layers
from backend.networks.backbones import build_backbone
from backend.networks.masked_transformer import (
    PatchDecoder,
    at_patches,
    encode_hidden,
    encode_visible,
    last_layers,
)
from backend.runtime.errors import RequestError
from backend.training.learner import Learner
from backend.views.patch_blocks import draw_hidden_blocks
from backend.views.predicted_blocks import draw_context, draw_targets

CPU = torch.device("cpu")
BOTH = ("i-jepa", "data2vec")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def backbone() -> torch.nn.Module:
    torch.manual_seed(0)
    return build_backbone("vit-tiny", bands=2, stem="medium", tile_size_px=8).eval()


@pytest.fixture(scope="module", params=BOTH)
def learner(request, small_dataset: TileDataset) -> Learner:
    small = {"i-jepa": dict(decoder_width=32, decoder_layers=1), "data2vec": {}}[request.param]
    job = make_train_job(
        dict(dataset="a", output="b", method=request.param, batch_size=4, steps=4, crop_area=1.0,
             turns="none", **small)
    )  # fmt: skip
    return Learner(job, small_dataset, make_plan(job, 38), CPU)


def run(learner: Learner, tiles: torch.Tensor, valid: torch.Tensor | None = None):
    if valid is None:
        valid = torch.ones_like(tiles, dtype=torch.bool)
    return learner.recipe([tiles], torch.arange(len(tiles)), seeded(), valid=[valid])


@pytest.mark.parametrize("ratio", [0.3, 0.6])
def test_as_many_patches_are_hidden_in_every_sample_and_in_blocks(ratio: float) -> None:
    hidden = draw_hidden_blocks(200, 14, ratio, seeded())
    assert hidden.shape == (200, 196) and hidden.dtype == torch.bool
    assert (hidden.sum(dim=1) == round(196 * ratio)).all()
    # Of single patches, a hidden one's right neighbour would be hidden in `ratio` of all cases.
    grid = hidden.view(200, 14, 14)
    beside = (grid[:, :, 1:] & grid[:, :, :-1]).sum() / grid[:, :, :-1].sum()
    assert beside > ratio + 0.15
    assert len({tuple(sample.tolist()) for sample in hidden}) == 200


def test_targets_are_rectangles_and_the_context_holds_none_of_them() -> None:
    side, area = 14, (0.15, 0.2)
    for seed in range(8):
        host = np.random.default_rng(seed)
        targets = draw_targets(20, side, 4, area, (0.75, 1.5), host)
        for numbers in targets.reshape(80, -1):
            rows, columns = numbers // side, numbers % side
            height, width = (int(v.max() - v.min()) + 1 for v in (rows, columns))
            # All patches of that rectangle, and so in order row by row.
            assert len(numbers) == height * width == len(set(numbers.tolist()))
            assert (np.diff(numbers) > 0).all()
        assert 0.15 - 0.04 <= targets.shape[2] / side**2 <= 0.2 + 0.04
        context = draw_context(targets, side, (0.85, 1.0), host)
        assert (np.diff(context) > 0).all()
        for seen, asked in zip(context, targets, strict=True):
            assert not set(seen.tolist()) & set(asked.flatten().tolist())


def test_a_context_is_never_empty() -> None:
    everything = np.broadcast_to(np.arange(16), (3, 1, 16))
    assert draw_context(everything, 4, (0.85, 1.0), np.random.default_rng(0)).shape == (3, 1)


def test_nothing_is_hidden_is_the_plain_network(backbone) -> None:
    tiles = torch.randn(3, 2, 8, 8)
    none = torch.zeros(3, 16, dtype=torch.bool)
    everything = torch.arange(16).expand(3, 16)
    with torch.no_grad():
        plain = encode_hidden(backbone, tiles, none, torch.randn(192))
        torch.testing.assert_close(plain, encode_visible(backbone, tiles, everything))
        torch.testing.assert_close(plain.mean(dim=1), backbone(tiles))
        layers = last_layers(backbone, tiles, 3)
        assert len(layers) == 3
        torch.testing.assert_close(backbone.encoder.ln(layers[-1]), plain)


def test_fact_5_5_6_pixels_of_hidden_patches_change_nothing(backbone) -> None:
    """Patch 5 of 4 x 4 is row 1, column 1: pixels 2 and 3 of each axis."""
    tiles = torch.randn(1, 2, 8, 8)
    other = tiles.clone()
    other[:, :, 2:4, 2:4] = 99.0
    hidden = torch.arange(16)[None] == 5
    with torch.no_grad():
        one, two = (encode_hidden(backbone, t, hidden, torch.ones(192)) for t in (tiles, other))
    assert torch.equal(one, two)


def test_telling_all_the_others_is_what_the_decoder_does() -> None:
    decoder = PatchDecoder(6, 16, 5, width=32, layers=1, seed=0).eval()
    visible, asked = torch.tensor([[1, 4, 9]]), torch.tensor([[n for n in range(16) if n not in
                                                               (1, 4, 9)]])  # fmt: skip
    vectors = torch.randn(1, 3, 6)
    with torch.no_grad():
        told = decoder.tell(vectors, visible, asked)
        torch.testing.assert_close(told, at_patches(decoder(vectors, visible), asked))


def test_the_mean_of_normalised_layers_equals_a_loop() -> None:
    layers = [torch.randn(2, 3, 7, generator=seeded(n)) * (n + 1) + n for n in range(4)]
    found = mean_of_layers(layers)
    for sample in range(2):
        for patch in range(3):
            total = torch.zeros(7)
            for layer in layers:
                vector = layer[sample, patch]
                variance = ((vector - vector.mean()) ** 2).mean()
                total += (vector - vector.mean()) / (variance + 1e-5).sqrt()
            torch.testing.assert_close(found[sample, patch], total / 4)


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_the_smooth_error_equals_its_definition(beta: float) -> None:
    told, target = (torch.randn(5, 6, generator=seeded(n)).double() * 3 for n in (1, 2))
    counts = torch.rand(5, 6, generator=seeded(3)) < 0.5
    expected = [
        d * d / (2 * beta) if abs(d) < beta else abs(d) - beta / 2
        for d in (told - target)[counts].tolist()
    ]
    found = masked_error(told, target, counts, kind="smooth", beta=beta)
    assert found.item() == pytest.approx(sum(expected) / len(expected), abs=1e-12)
    oracle = functional.smooth_l1_loss(told[counts], target[counts], beta=beta)
    assert found.item() == pytest.approx(oracle.item(), abs=1e-12)


def test_fact_5_2_3_the_copy_gets_no_gradient_and_is_in_no_optimiser(learner: Learner) -> None:
    recipe = learner.recipe
    copy = recipe.target_update._pair[1]
    run(learner, torch.randn(4, 4, 8, 8)).loss.backward()
    assert all(p.grad is None and not p.requires_grad for p in copy.parameters())
    held = {id(p) for group in learner._optimiser.param_groups for p in group["params"]}
    assert not held & {id(p) for p in copy.parameters()}
    assert all(p.grad is not None for p in recipe.parameters() if p.requires_grad)
    recipe.zero_grad()


def test_fact_5_5_2_and_10_patches_without_data_are_not_told(learner: Learner) -> None:
    """What the copy says of them changes nothing; where nothing holds data the loss is 0."""
    recipe = learner.recipe.eval()
    tiles = torch.randn(4, 4, 8, 8, generator=seeded(1))
    valid = torch.ones_like(tiles, dtype=torch.bool)
    assert run(learner, tiles, torch.zeros_like(valid)).loss == 0
    valid[:, :, :6] = False
    one = run(learner, tiles, valid).loss
    assert one > 0 and one != run(learner, tiles).loss
    recipe.train()


@pytest.mark.parametrize("method", BOTH)
def test_a_vision_transformer_is_asked_for(method: str, small_dataset: TileDataset) -> None:
    job = make_train_job(dict(dataset="a", output="b", method=method, architecture="resnet18"))
    with pytest.raises(RequestError, match="--architecture resnet18 is none"):
        Learner(job, small_dataset, make_plan(job, 38), CPU)


def test_presets_hold_the_papers_values() -> None:
    base = dict(dataset="a", output="b")
    ijepa = make_train_job(dict(base, method="i-jepa-published"))
    assert (ijepa.blocks, ijepa.block_area, ijepa.context_area) == (4, 0.15, 0.85)
    assert (ijepa.batch_size, ijepa.epochs, ijepa.learning_rate) == (2048, 600, 0.001)
    assert (ijepa.target_momentum, ijepa.decoder_width, ijepa.crop_area) == (0.996, 384, 0.3)
    data2vec = make_train_job(dict(base, method="data2vec-published"))
    assert (data2vec.mask_ratio, data2vec.target_layers, data2vec.beta) == (0.6, 6, 2.0)
    assert (data2vec.batch_size, data2vec.epochs, data2vec.target_momentum) == (2048, 800, 0.9998)
    assert all(METHODS[f"{name}-published"].differences for name in BOTH)
