"""iBOT and EsViT: which patches and regions are compared, and how both losses add up."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from backend.contract.methods import METHODS, make_train_job
from backend.data.dataset import TileDataset
from backend.methods.dense_matching import match_by_features
from backend.methods.esvit import matched_loss
from backend.networks.backbones import ARCHITECTURES
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.runtime.errors import RequestError
from backend.training.learner import Learner
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

SMALL = dict(hidden_dimension=32, projected_dimension=16, prototypes=8, local_views=1, batch_size=6)


@pytest.fixture(autouse=True)
def small_networks(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)
    monkeypatch.setitem(
        ARCHITECTURES,
        "vit-tiny",
        lambda *, bands, stem, tile_size_px: VisionTransformer(bands, tile_size_px, 24, 2),
    )


def make(method: str, dataset: TileDataset, **values) -> tuple[Learner, object]:
    if method == "esvit":
        return make_learner(tiny_job(method, **{**SMALL, **values}), dataset)
    job = make_train_job(dict(dataset="a", output="b", method=method, **{**SMALL, **values}))
    return make_learner(job, dataset)


def vectors(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def test_fact_5_3_12_identical_features_match_themselves() -> None:
    regions = vectors(3, 9, 5)
    expected = torch.arange(9).expand(3, 9)
    assert torch.equal(match_by_features(regions, regions), expected)
    assert torch.equal(match_by_features(3 * regions, 0.1 * regions), expected)


def test_fact_5_3_12_regions_that_look_alike_are_told_apart_under_autocast() -> None:
    """Each matches itself: of identical networks, the loss is the entropy of the targets."""
    regions = (vectors(1, 1, 16) + 0.01 * vectors(2, 49, 16, seed=1)).float()
    scores = vectors(2, 49, 5, seed=2).float() * 3
    targets = scores.softmax(dim=2)
    with torch.autocast("cpu", torch.bfloat16):
        found = matched_loss(regions, regions, scores, targets)
    expected = -torch.xlogy(targets, targets).sum(dim=2).mean()
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_fact_5_3_12_the_order_of_the_teachers_regions_does_not_matter() -> None:
    ours, theirs = vectors(2, 6, 5), vectors(2, 4, 5, seed=1)
    guess, targets = vectors(2, 6, 3, seed=2), vectors(2, 4, 3, seed=3).softmax(dim=2)
    order = torch.tensor([2, 0, 3, 1])
    one = matched_loss(ours, theirs, guess, targets)
    other = matched_loss(ours, theirs[:, order], guess, targets[:, order])
    assert one.item() == pytest.approx(other.item(), abs=1e-12)


def test_matched_regions_loss_equals_a_loop() -> None:
    ours, theirs = vectors(2, 6, 5), vectors(2, 4, 5, seed=1)
    guess, targets = vectors(2, 6, 3, seed=2), vectors(2, 4, 3, seed=3).softmax(dim=2)
    total = 0.0
    for sample in range(2):
        for region in range(6):
            likeness = [
                functional.cosine_similarity(ours[sample, region], theirs[sample, m], dim=0)
                for m in range(4)
            ]
            best = max(range(4), key=lambda m: likeness[m])
            logs = guess[sample, region].log_softmax(dim=0)
            total -= (targets[sample, best] * logs).sum().item()
    found = matched_loss(ours, theirs, guess, targets).item()
    assert found == pytest.approx(total / 12, abs=1e-9)


def test_fact_5_3_12_view_and_region_weigh_half_each(small_dataset) -> None:
    learner, batches = make("esvit", small_dataset)
    outcome, _ = learner.take_step(batches.batch(0))
    view, region = outcome.measures["view_loss"], outcome.measures["region_loss"]
    assert outcome.loss.item() == pytest.approx((view + region).item() / 2, rel=1e-6)
    assert learner.recipe.chance_loss == math.log(8)


def test_ibots_loss_is_both_and_each_has_a_centre(small_dataset) -> None:
    learner, batches = make("ibot", small_dataset)
    outcome, _ = learner.take_step(batches.batch(0))
    view, patch = outcome.measures["view_loss"], outcome.measures["patch_loss"]
    assert outcome.loss.item() == pytest.approx((view + patch).item(), rel=1e-6)
    # 12 large views of 16 patches, of which round(0.3 · 16) = 5 are asked for.
    assert outcome.kept["scores"].shape == (12, 8)
    assert outcome.kept["patch_scores"].shape == (60, 8)
    for centre, kept in ((learner.recipe.centre, "scores"),
                         (learner.recipe.patch_centre, "patch_scores")):  # fmt: skip
        torch.testing.assert_close(centre.centre, 0.1 * outcome.kept[kept].mean(dim=0))


def test_without_masked_views_ibot_tells_no_patches(small_dataset) -> None:
    learner, batches = make("ibot", small_dataset, masked_share=0.0)
    outcome, _ = learner.take_step(batches.batch(0))
    assert outcome.measures["patch_loss"] == 0
    assert torch.equal(outcome.loss.detach(), outcome.measures["view_loss"])


def test_the_teachers_of_patches_and_regions_get_no_gradient(small_dataset) -> None:
    for method, names in (("ibot", ("teacher",)), ("esvit", ("teacher", "region_teacher"))):
        learner, batches = make(method, small_dataset)
        learner.take_step(batches.batch(0))
        for name in names:
            network = getattr(learner.recipe, name)
            assert all(p.grad is None and not p.requires_grad for p in network.parameters())


def test_ibot_asks_for_a_vision_transformer(small_dataset) -> None:
    with pytest.raises(RequestError, match="--architecture resnet18 is none"):
        make("ibot", small_dataset, architecture="resnet18")


def test_presets_hold_the_papers_values() -> None:
    base = dict(dataset="a", output="b")
    ibot = make_train_job(dict(base, method="ibot-published"))
    assert (ibot.prototypes, ibot.local_views, ibot.epochs) == (8192, 10, 800)
    assert (ibot.batch_size, ibot.learning_rate, ibot.mask_ratio) == (1024, 0.002, 0.3)
    esvit = make_train_job(dict(base, method="esvit-published"))
    assert (esvit.architecture, esvit.batch_size, esvit.epochs) == ("swin-tiny", 512, 300)
    assert esvit.learning_rate == pytest.approx(5e-4 * 512 / 256)
    assert all(METHODS[name].differences for name in ("ibot-published", "esvit-published"))
