"""Tiles that overlap on the ground: the table of them, and that none is another's negative."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from backend.contract.methods import METHODS
from backend.data.dataset import SceneRecord, TileDataset
from backend.data.relations import Ground, make_ground, overlapping_chips, overlapping_pairs
from backend.losses.cross_view import cross_view_softmax
from backend.losses.nt_xent import nt_xent
from backend.methods.same_ground import SameGround
from tests.backend.no_asking import NoAsking, take_the_ways_of_a_gpu
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

TILE = 8
DATES = ("2020-02-01", "2020-07-01")


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.fixture(scope="module")
def two_dates(make_dataset, tmp_path_factory) -> TileDataset:
    """60 places side by side, on two dates; a chip's ground is on the other date three later."""
    folder = tmp_path_factory.mktemp("dates") / "dates.tiles"
    return TileDataset(make_dataset(folder, count=120, dates=DATES, splits=(0.8, 0.1)))


def scene(name: str, west: float) -> SceneRecord:
    transform = [10.0, 0.0, west, 0.0, -10.0, 4_200_000.0]
    return SceneRecord(name, [], None, "EPSG:32612", transform, 60, 60)


def test_fact_5_1_11_the_pairs_are_those_of_a_loop_over_all() -> None:
    """Two scenes of one place, 2.5 px apart, and one far away; the last chip is not drawable."""
    random = np.random.default_rng(0)
    count = 90
    scenes, corners = random.integers(3, size=count), random.integers(52, size=(count, 2))
    west = np.array([300_000.0, 300_025.0, 400_000.0])
    ground = Ground(
        drawable=np.arange(count - 1),
        scenes=scenes,
        corners=corners,
        ground_resolution_m=10.0,
        records=[scene(str(n), at) for n, at in enumerate(west)],
        tile_size_px=TILE,
    )
    expected = set()
    for one in range(count - 1):
        for other in range(one + 1, count - 1):
            rows, columns = abs(corners[one] - corners[other])
            columns = abs(
                corners[one, 1] - corners[other, 1] + (west[scenes[one]] - west[scenes[other]]) / 10
            )
            if rows < TILE and columns < TILE:
                expected.add((one, other))
    found = overlapping_pairs(ground)
    assert {tuple(sorted(pair)) for pair in found.tolist()} == expected
    assert len(found) == len(expected) > 40
    assert len({(scenes[i], scenes[j]) for i, j in expected}) > 3


def test_tiles_side_by_side_or_nowhere_overlap_none(small_dataset) -> None:
    count = len(small_dataset)
    assert overlapping_chips(small_dataset).tolist() == [[n] for n in range(count)]
    corners = np.array([[0, 0], [0, TILE], [TILE, 0], [0, 4 * TILE]])
    ground = Ground(np.arange(4), np.zeros(4, np.int64), corners, 10.0, tile_size_px=TILE)
    assert len(overlapping_pairs(ground)) == 0
    # Without records of scenes, no two of them overlap.
    ground = Ground(np.arange(2), np.arange(2), np.zeros((2, 2)), 10.0, tile_size_px=TILE)
    assert len(overlapping_pairs(ground)) == 0


def test_the_table_holds_a_chips_own_number_and_that_of_the_other_date(two_dates) -> None:
    table = overlapping_chips(two_dates)
    ground, training = make_ground(two_dates), set(two_dates.numbers("train").tolist())
    for chip in range(len(two_dates)):
        same = {
            n for n in training
            if chip in training and (ground.corners[n] == ground.corners[chip]).all()
        }  # fmt: skip
        assert set(table[chip].tolist()) == {chip} | same
        assert table[chip, 0] == chip
    assert table.shape[1] == 2


def test_keys_of_the_start_are_nobodys(two_dates) -> None:
    same = SameGround(two_dates)
    found = same(torch.tensor([0, 1]), torch.tensor([-1, 0, 3, 4, 1, -1]))
    assert found.tolist() == [
        [False, True, True, False, False, False],
        [False, False, False, True, True, False],
    ]


def queued(method: str, dataset: TileDataset, **values):
    given = {"batch_size": 16, "queue_size": 64, "steps": 20, "temperature": 0.1, **values}
    if METHODS[method].recipe == "dense_contrast":
        given["dense_cells"] = 2
    learner, batches = make_learner(tiny_job(method, **given), dataset)
    for step in range(5):
        learner.take_step(batches.batch(step))
    return learner, batches


@pytest.mark.parametrize("method", ["moco", "moco-dates", "geomoco", "saumoco", "densecl", "pcl"])
def test_fact_5_1_11_keys_of_the_same_ground_get_no_gradient(
    method: str, two_dates: TileDataset, monkeypatch
) -> None:
    """Of the logits with the queue, exactly those of the ground's own keys, on both dates."""
    more = dict(clusters=[3]) if method == "pcl" else {}
    learner, batches = queued(method, two_dates, **more)
    recipe, batch = learner.recipe, batches.batch(5)
    recipe = getattr(recipe, "method", recipe)
    chips = torch.from_numpy(batch.chips)
    weights, plain = [], torch.cat

    def watch(parts, dim=0):
        joined = plain(parts, dim)
        if len(parts) == 2 and parts[1].shape == (len(chips), len(recipe.queue.keys)):
            weights.append(joined.softmax(dim=1)[:, 1:])
        return joined

    owners = recipe.queue.chips.clone()
    monkeypatch.setattr("backend.losses.infonce.torch.cat", watch)
    learner.take_step(batch)
    corners = torch.tensor(make_ground(two_dates).corners)
    same = (corners[chips][:, None] == corners[owners.clamp(min=0)]).all(dim=2) & (owners >= 0)
    other_date = same & (chips[:, None] != owners)
    assert other_date.any() and (weights[0][same] == 0).all() and (weights[0][~same] > 0).all()


def test_the_loss_is_that_of_a_loop_without_keys_of_the_same_ground(two_dates) -> None:
    learner, batches = queued("moco-dates", two_dates, batch_norm_groups=1)
    recipe, batch = learner.recipe, batches.batch(5)
    keys, owners = recipe.queue.keys.clone(), recipe.queue.chips.tolist()
    queries, encode = [], recipe.encoder.forward
    recipe.encoder.forward = lambda tiles: queries.append(encode(tiles)) or queries[-1]
    outcome, _ = learner.take_step(batch)
    corners = make_ground(two_dates).corners
    total = 0.0
    for query, key, chip in zip(
        queries[0].detach(), outcome.kept["keys"], batch.chips, strict=True
    ):
        own = math.exp(float(query @ key) / 0.1)
        others = [
            math.exp(float(query @ negative) / 0.1)
            for negative, owner in zip(keys, owners, strict=True)
            if owner < 0 or (corners[owner] != corners[chip]).any()
        ]
        total -= math.log(own / (own + sum(others)))
    assert outcome.loss.item() == pytest.approx(total / len(batch.chips), rel=1e-5)


def mates_and_vectors() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two views (6, 5) of tiles of which 0 and 2 overlap, and 2 and 5."""
    generator = torch.Generator().manual_seed(0)
    first, second = torch.randn(2, 6, 5, generator=generator, dtype=torch.float64)
    mates = torch.zeros(6, 6, dtype=torch.bool)
    for one, other in ((0, 2), (2, 5)):
        mates[one, other] = mates[other, one] = True
    return mates, first.requires_grad_(), second.requires_grad_()


def test_fact_5_1_11_nt_xent_without_overlapping_mates_equals_a_loop() -> None:
    mates, first, second = mates_and_vectors()
    views = torch.nn.functional.normalize(torch.cat([first, second]), dim=1)
    losses = []
    for i in range(12):
        own = (i + 6) % 12
        counts = [j for j in range(12) if j != i and not mates[i % 6, j % 6]]
        scores = torch.stack([views[i] @ views[j] / 0.3 for j in counts])
        losses.append(scores.logsumexp(0) - views[i] @ views[own] / 0.3)
    expected = torch.stack(losses).mean()
    found = nt_xent(first, second, temperature=0.3, masked=mates)
    assert found.item() == pytest.approx(expected.item(), abs=1e-12)
    plain = nt_xent(first, second, temperature=0.3)
    assert plain > found
    assert torch.equal(nt_xent(first, second, temperature=0.3, masked=mates & False), plain)


def test_fact_5_1_11_overlapping_mates_get_no_gradient() -> None:
    """By the first tile's query; those of all others are zero, and so give no gradient."""
    mates, first, second = mates_and_vectors()
    query = first.detach() * (torch.arange(6) == 0)[:, None]
    for masked in (None, mates):
        second.grad = None
        cross_view_softmax(
            query, second, second[:0], temperature=0.3, masked=None, masked_mates=masked
        ).backward()
        reached = second.grad.abs().amax(dim=1) > 0
        assert reached.tolist() == [True, True, masked is None, True, True, True]


@pytest.mark.parametrize(
    "method", ["simclr", "moco-v3", "csf", "cmc", "instance-discrimination", "pirl-rotation"]
)
def test_batch_mates_of_the_same_ground_are_no_negatives(
    method: str, two_dates, monkeypatch
) -> None:
    """Where both dates of each place are in the batch, less is to be told apart; nobody waits."""
    take_the_ways_of_a_gpu(monkeypatch)
    losses = []
    for mask in (True, False):
        job = tiny_job(method, batch_size=12, steps=2, mask_overlapping=mask)
        learner, batches = make_learner(job, two_dates)
        batch = batches.batch(0)
        numbers = two_dates.numbers("train")[:12].copy()
        again = type(batch)(0, numbers, [two_dates.tiles(numbers) for _ in batch.tiles])
        with NoAsking():
            outcome, _ = learner.take_step(again)
        losses.append(outcome.loss.item())
    assert losses[0] < losses[1]


def test_published_recipes_keep_tiles_of_the_same_ground() -> None:
    for name, method in METHODS.items():
        for setting in ("mask_own_keys", "mask_overlapping"):
            if hasattr(method.job_class, setting):
                value = method.preset.get(setting, getattr(method.job_class, setting))
                assert value == (not method.is_published), name
