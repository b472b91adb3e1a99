"""Losses beside those of lightly, which are written independently; skipped where it is not there.

Where conventions differ, the test says how and compares what is left.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from backend.losses.cosine_distance import cosine_distance
from backend.losses.infonce import infonce
from backend.losses.moments import barlow_twins, vicreg
from backend.losses.nt_xent import nt_xent
from backend.losses.soft_contrast import soft_contrast
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.methods import swav
from backend.methods.dense_matching import match_by_place
from backend.methods.vicregl import match_by_distance
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

lightly = pytest.importorskip("lightly.loss", reason="lightly is not installed")

PROTOTYPES = 6


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def vectors(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*(shape or (8, 5)), generator=generator, dtype=torch.float64)


def recipe_of(method: str, dataset, **values):
    given = dict(batch_size=8, steps=20, prototypes=PROTOTYPES, freeze_steps=0)
    if method == "vicregl":
        given = dict(batch_size=8, steps=20, dense_cells=2, local_dimension=12)
    return make_learner(tiny_job(method, **{**given, **values}), dataset)[0].recipe


def same(ours: Tensor, theirs: Tensor, rel: float = 1e-9) -> bool:
    return ours.item() == pytest.approx(theirs.item(), rel=rel)


@pytest.mark.parametrize("temperature", [0.1, 0.5])
def test_nt_xent(temperature: float) -> None:
    theirs = lightly.NTXentLoss(temperature=temperature)(vectors(0), vectors(1))
    assert same(nt_xent(vectors(0), vectors(1), temperature=temperature), theirs)
    # Which is SupCon's and GLCNet's, where each view has one partner.
    partners = torch.eye(8).repeat(2, 2)
    both = torch.cat([vectors(0), vectors(1)])
    assert same(soft_contrast(both, partners, temperature=temperature), theirs)


def test_infonce_with_a_queue() -> None:
    """Lightly's bank starts as random unit vectors, float32."""
    loss = lightly.NTXentLoss(temperature=0.2, memory_bank_size=(32, 5))
    query, key = vectors(0).float(), vectors(1).float()
    bank = loss.memory_bank.bank.clone()
    theirs = loss(query, key)
    units = functional.normalize(query), functional.normalize(key)
    assert same(infonce(*units, bank, temperature=0.2, masked=None), theirs, 1e-5)


def test_byols_distance() -> None:
    """Lightly's is -cos; here it is |p - z|² of unit vectors, 2 - 2·cos."""
    theirs = lightly.NegativeCosineSimilarity()(vectors(0), vectors(1))
    assert same(cosine_distance(vectors(0), vectors(1)), 2 + 2 * theirs)


def test_barlow_twins() -> None:
    theirs = lightly.BarlowTwinsLoss(lambda_param=0.0051)(vectors(0), vectors(1))
    assert same(barlow_twins(vectors(0), vectors(1), redundancy_weight=0.0051)[0], theirs)


def test_vicreg() -> None:
    theirs = lightly.VICRegLoss()(vectors(0), vectors(1))
    assert same(vicreg(vectors(0), vectors(1))[0], theirs)


def test_vicregl(small_dataset) -> None:
    """Lightly takes half of the covariances, and variances match by match: the same where there is
    one match a tile. It adds both kinds of pairs; here their mean is taken."""
    recipe = recipe_of("vicregl", small_dataset, matches=1, covariance_weight=0.5)
    side, dimension = 2, 12
    maps, grids = (
        [vectors(seed, 8, side, side, size) for seed in seeds]
        for seeds, size in (((2, 3), dimension), ((4, 5), 2))
    )
    whole = vectors(0), vectors(1)
    loss = lightly.VICRegLLoss(alpha=0.75, num_matches=(1, 1))
    theirs = loss(list(zip(whole, maps, strict=True)), grids)
    cells, places = ([m.flatten(1, 2) for m in given] for given in (maps, grids))
    by_place = by_feature = 0
    for one, other in ((0, 1), (1, 0)):
        pair = cells[one], cells[other]
        by_place += recipe.local_loss(*pair, *match_by_place(places[one], places[other]))
        by_feature += recipe.local_loss(*pair, *match_by_distance(*pair))
    ours = 0.75 * vicreg(*whole, covariance_weight=0.5)[0] + 0.25 * (by_place + by_feature) / 2
    assert same(ours, theirs)


def test_dino_and_its_centre(small_dataset) -> None:
    recipe = recipe_of("dino", small_dataset, local_views=2)
    job = recipe._job
    size = recipe.student["prototypes"].weight.shape[1]
    views = [functional.normalize(vectors(n, 8, size).float(), dim=1) for n in range(4)]
    theirs = lightly.DINOLoss(
        PROTOTYPES, student_temp=job.temperature, center_momentum=job.centre_momentum
    )
    for step in range(2):
        scores = 3 * vectors(10 + step, 16, PROTOTYPES).float()
        ours, _ = recipe.view_loss(views, scores)
        told = [recipe.student["prototypes"](view) for view in views]
        expected = theirs(list(scores.chunk(2)), told, teacher_temp=job.teacher_temperature)
        assert same(ours, expected, 1e-5)
        recipe.centre.after_step(dict(scores=scores))
        assert torch.allclose(recipe.centre.centre, theirs.center.flatten(), atol=1e-6)


def test_ibots_patches(small_dataset) -> None:
    """Of tiles with hidden patches, as many in each; lightly divides by tiles without any, too."""
    told, seen = 0.3 * vectors(0, 24, PROTOTYPES), vectors(1, 24, PROTOTYPES)
    mask = torch.zeros(8, 2, 3, dtype=torch.bool)
    mask[:, 0] = True
    loss = lightly.IBOTPatchLoss(PROTOTYPES, teacher_temp=0.07, student_temp=0.1)
    ours = soft_cross_entropy(told / 0.1, (seen / 0.07).softmax(dim=1), weights=torch.ones(24))
    assert same(ours, loss(seen, told, mask), 1e-6)
    some = torch.cat([mask, torch.zeros_like(mask)])
    loss = lightly.IBOTPatchLoss(PROTOTYPES, teacher_temp=0.07, student_temp=0.1)
    assert same(ours / 2, loss(seen, told, some), 1e-6)


def test_swav(small_dataset, monkeypatch) -> None:
    """The method's own forward pass on given vectors, two of large views and two of small ones."""
    recipe = recipe_of("swav", small_dataset, local_views=2, queue_size=0)
    size, job = recipe.prototypes.weight.shape[1], recipe._job
    views = [functional.normalize(vectors(n, 8, size).float(), dim=1) for n in range(4)]
    monkeypatch.setattr(swav, "each_view", lambda *given: views)
    tiles = [torch.randn(8, 4, 8, 8)]
    ours = recipe(tiles, torch.arange(8), torch.Generator().manual_seed(0)).loss
    scores = [recipe.prototypes(view) for view in views]
    theirs = lightly.SwaVLoss(job.temperature, job.sinkhorn_iterations, job.epsilon)
    assert same(ours, theirs(scores[:2], scores[2:]), 1e-5)


def test_supcon() -> None:
    """Weights are 1 where labels are the same."""
    if not hasattr(lightly, "SupConLoss"):
        pytest.skip("this version of lightly has none")
    labels = torch.tensor([0, 1, 0, 2, 2, 1, 0, 3])
    theirs = lightly.SupConLoss(temperature=0.2)(torch.stack([vectors(0), vectors(1)], 1), labels)
    weights = (labels[:, None] == labels[None, :]).float().repeat(2, 2)
    both = torch.cat([vectors(0), vectors(1)])
    assert same(soft_contrast(both, weights, temperature=0.2), theirs, 1e-5)
