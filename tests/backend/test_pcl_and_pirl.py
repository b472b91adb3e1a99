"""PCL's clusters and their temperatures, PIRL's pieces, CSF's dropped bands, and their losses."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.data.dataset import TileDataset
from backend.hooks.clusters import Clusters, concentrations, raw_concentrations
from backend.hooks.memory_bank import MemoryBank
from backend.methods import pirl
from backend.methods.pirl import shuffled
from backend.runtime.errors import RequestError
from backend.views.band_wise import vary_bands
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.fixture(scope="module")
def wide(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("wide") / "wide.tiles"
    return TileDataset(make_dataset(folder, count=36, bands=2, tile=18, radius=0))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(method: str, dataset, **values):
    return make_learner(tiny_job(method, **{"batch_size": 8, "steps": 40, **values}), dataset)


def at_distances(*distances: float) -> torch.Tensor:
    """Vectors (n, 2) that lie so far from the origin."""
    return torch.tensor([[d, 0] for d in distances], dtype=torch.float64)


def test_fact_5_1_15_concentrations() -> None:
    """Clusters about the origin, of distances .2 .4 .6 and .1 .3; and one of a single vector."""
    vectors, centres = at_distances(0.2, 0.4, 0.6, 0.1, 0.3), torch.zeros(2, 2).double()
    clusters = torch.tensor([0, 0, 0, 1, 1])
    raw = raw_concentrations(vectors, centres, clusters)
    assert raw.tolist() == pytest.approx([0.1559484981, 0.0804859209], abs=1e-9)
    scaled = concentrations(vectors, centres, clusters, temperature=0.2)
    assert scaled.tolist() == pytest.approx([0.2510670672, 0.1489329328], abs=1e-9)
    assert scaled.mean().item() == pytest.approx(0.2, abs=1e-12)
    alone = raw_concentrations(
        torch.cat([vectors, at_distances(0.0)]),
        torch.zeros(3, 2).double(),
        torch.tensor([0, 0, 0, 1, 1, 2]),
    )
    assert alone[2] == alone.max()
    # A vector by itself may lie far away: a cluster that ran empty was given such a one.
    far = raw_concentrations(
        torch.cat([vectors, at_distances(9.0)]),
        torch.zeros(3, 2).double(),
        torch.tensor([0, 0, 0, 1, 1, 2]),
    )
    assert far.tolist() == [*raw.tolist(), raw.max().item()]
    # Where every cluster is of one vector, each has its own.
    singles = raw_concentrations(
        at_distances(0.2, 0.4), torch.zeros(2, 2).double(), torch.arange(2)
    )
    assert singles.tolist() == pytest.approx([0.2 / math.log(11), 0.4 / math.log(11)])
    same = concentrations(torch.zeros(4, 2), torch.zeros(2, 2), clusters[1:], temperature=0.2)
    assert same.tolist() == pytest.approx([0.2, 0.2])


def test_clusters_leave_out_chips_that_were_never_seen() -> None:
    bank = MemoryBank(12, 3, momentum=0.0, start="empty", seed=0)
    directions = torch.tensor([[1.0, 0, 0], [0, 1, 0]])
    bank.update(torch.arange(10), directions.repeat_interleave(5, dim=0))
    clusters = Clusters((2,), bank, (3,), temperature=0.2, seed=0)
    for _ in range(3):
        assert not clusters.ready
        clusters.after_step({})
    assert clusters.ready
    ((prototypes, temperatures, found),) = clusters.levels()
    assert found[10:].tolist() == [-1, -1]
    assert len(found[:5].unique()) == len(found[5:10].unique()) == 1 and found[0] != found[5]
    assert torch.allclose(prototypes[found[[0, 5]]], directions, atol=1e-6)
    assert temperatures.tolist() == pytest.approx([0.2, 0.2])


def test_fact_5_1_16_a_cluster_is_told_among_all_others_once(small_dataset) -> None:
    """By a loop; tiles of one cluster share their positive, which is no negative of theirs."""
    learner, batches = make("pcl", small_dataset, clusters=[3, 6], start_epochs=1, queue_size=24)
    recipe, epoch = learner.recipe, learner.plan.steps_per_epoch
    for step in range(epoch):
        outcome, _ = learner.take_step(batches.batch(step))
        assert outcome.measures["cluster_loss"] == 0
    assert recipe.clusters.ready
    guess = math.log(25) + (math.log(3) + math.log(6)) / 2
    assert recipe.chance_loss == pytest.approx(guess)
    query = functional.normalize(torch.randn(8, 16, generator=seeded()), dim=1)
    chips = torch.from_numpy(batches.batch(epoch).chips)
    losses = []
    for prototypes, temperatures, clusters in recipe.clusters.levels():
        assert torch.allclose(prototypes.norm(dim=1), torch.ones(len(prototypes)), atol=1e-5)
        for i, chip in enumerate(chips.tolist()):
            scores = [
                math.exp(float(query[i] @ c) / float(t))
                for c, t in zip(prototypes, temperatures, strict=True)
            ]
            losses.append(-math.log(scores[clusters[chip]] / sum(scores)))
    found = recipe.tell_clusters(query, chips)
    assert found.item() == pytest.approx(sum(losses) / len(losses), rel=1e-4)
    outcome, _ = learner.take_step(batches.batch(epoch))
    parts = outcome.measures["instance_loss"] + outcome.measures["cluster_loss"]
    assert outcome.loss.item() == pytest.approx(parts.item(), rel=1e-6)
    assert outcome.measures["cluster_loss"] > 0


def test_fact_5_3_11_too_many_clusters_are_refused(small_dataset) -> None:
    with pytest.raises(RequestError, match="--clusters 30 are more than half of the"):
        make("pcl", small_dataset, clusters=[4, 30], queue_size=24)
    learner, _ = make("pcl", small_dataset, queue_size=24)
    chips = small_dataset.information.splits["train"]
    assert learner.recipe.clusters.counts == tuple(sorted({2, chips // 10}))


def test_pirls_pieces_come_in_any_order_and_none_is_lost() -> None:
    pieces = torch.arange(9.0).expand(500, 9)[..., None]
    mixed = shuffled(pieces, seeded())
    assert torch.equal(mixed.sort(dim=1).values, pieces)
    # Each piece is first in about a ninth of the tiles: within four deviations.
    firsts = mixed[:, 0, 0].long().bincount(minlength=9)
    assert (firsts - 500 / 9).abs().max() < 4 * math.sqrt(500 * 8 / 81)


@pytest.mark.parametrize("method", ["pirl", "pirl-rotation"])
def test_pirl_is_the_mean_of_both_losses_against_the_memory(method: str, wide: TileDataset) -> None:
    learner, batches = make(method, wide, pieces_weight=0.3, bank_negatives=0)
    recipe, batch = learner.recipe, batches.batch(0)
    drawn, told = [], []
    loss = recipe.memory.loss
    recipe.memory.loss = lambda query, draw: (
        drawn.append(query.detach()) or told.append(loss(query, draw)) or told[-1]
    )
    bank = recipe.memory.bank.vectors.clone()
    outcome, _ = learner.take_step(batch)
    assert len(drawn) == 2 and not torch.allclose(drawn[0], drawn[1])
    expected = 0.7 * told[0] + 0.3 * told[1]
    assert outcome.loss.item() == pytest.approx(expected.item(), rel=1e-6)
    rows = recipe.memory.row_of[torch.from_numpy(batch.chips)]
    # The memory takes the tile's vector, not that of its pieces.
    renewed = functional.normalize(0.5 * bank[rows] + 0.5 * drawn[0], dim=1)
    assert torch.allclose(recipe.memory.bank.vectors[rows], renewed, atol=1e-6)


def test_fact_5_11_1_pirl_learns(wide: TileDataset) -> None:
    """Each tile and its pieces come to be told among all 24."""
    learner, batches = make(
        "pirl", wide, bank_negatives=0, batch_size=12, learning_rate=0.05, crop_area=0.8,
        jitter_probability=0, blur_probability=0,
    )  # fmt: skip
    outcomes = [learner.take_step(batches.batch(step))[0] for step in range(40)]
    guess = learner.recipe.chance_loss
    assert guess == pytest.approx(math.log(24))
    for name in ("tile_loss", "pieces_loss"):
        assert sum(o.measures[name].item() for o in outcomes[-4:]) / 4 < 0.97 * guess


@pytest.mark.parametrize("label", range(4))
def test_pirl_by_rotation_turns_the_tile(label: int, wide: TileDataset, monkeypatch) -> None:
    """By the quarters of a label; the memory's vector is that of the tile as it lies."""
    still = dict(turns="none", crop_area=1, jitter_probability=0, grey_probability=0,
                 blur_probability=0)  # fmt: skip
    recipe = make("pirl-rotation", wide, **still)[0].recipe.eval()
    monkeypatch.setattr(pirl, "draw_labels", lambda n, *given: torch.full((n,), label))
    tile = torch.randn(8, 2, 18, 18, generator=seeded())
    turned = recipe.encoder.features(torch.rot90(tile, label, (2, 3)))
    assert torch.allclose(recipe.changed(tile, seeded()), recipe.project_turned(turned), atol=1e-6)
    outcome = recipe([tile], torch.arange(8), seeded())
    whole = functional.normalize(recipe.project_tile(recipe.encoder.features(tile)), dim=1)
    assert torch.allclose(outcome.kept["embeddings"], whole, atol=1e-6)


def test_pirl_by_rotation_refuses_tiles_turned_before(small_dataset) -> None:
    with pytest.raises(RequestError, match="leaves the pretext nothing to do"):
        make("pirl-rotation", small_dataset, turns="uniform")


def test_pirl_refuses_tiles_without_room_for_pieces(small_dataset) -> None:
    with pytest.raises(RequestError, match="too small for nine patches"):
        make("pirl", small_dataset)


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.66, 1.0])
def test_fact_5_10_6_dropped_bands(rate: float) -> None:
    """A band goes with the probability asked for, but never the last one; nothing is scaled."""
    count, bands = 4000, 5
    tiles = torch.rand(count, bands, 2, 2, generator=seeded()) + 1
    seen = vary_bands(tiles, seeded(1), drop=rate)
    kept = (seen != 0).all(dim=(2, 3))
    assert torch.equal(kept, (seen != 0).any(dim=(2, 3)))
    assert torch.equal(seen[kept], tiles[kept])
    assert kept.any(dim=1).all()
    expected = (1 - rate) + rate**bands / bands
    deviation = math.sqrt(max(expected * (1 - expected), 1e-9) / (count * bands))
    assert kept.float().mean().item() == pytest.approx(expected, abs=4 * deviation + 1e-6)
    by_band = kept.float().mean(dim=0)
    assert (by_band - expected).abs().max() < 5 * math.sqrt(0.25 / count)


def test_csf_compares_two_depths_both_ways(small_dataset) -> None:
    learner, batches = make("csf", small_dataset, dropout_ramp_steps=0)
    recipe = learner.recipe.eval()
    maps: list = []
    stages = recipe.encoder.stages
    recipe.encoder.stages = lambda tiles: maps.append(stages(tiles)) or maps[-1]
    tiles = [learner.input_of(torch.from_numpy(batches.batch(0).tiles[0]))]
    loss = recipe(tiles, torch.arange(8), seeded()).loss.item()
    losses = []
    for depth in maps[0]:
        first, second = depth.detach().double().flatten(1).chunk(2)
        cosines = functional.cosine_similarity(first[:, None], second[None], dim=2) / 0.1
        for logits in (cosines, cosines.T):
            losses += [float(logits[i].logsumexp(0) - logits[i, i]) for i in range(8)]
    assert loss == pytest.approx(sum(losses) / len(losses), rel=1e-4)


def test_csfs_share_of_dropped_bands_grows(small_dataset) -> None:
    learner, batches = make("csf", small_dataset, band_dropout=0.6, dropout_ramp_steps=3)
    found = [
        learner.take_step(batches.batch(step))[0].measures["dropped_share"] for step in range(5)
    ]
    assert [float(share) for share in found] == pytest.approx([0, 0.2, 0.4, 0.6, 0.6])


def test_the_groups_of_sentinel_2_are_the_released_ones() -> None:
    """Of the ten bands in their order, places 0 and 6 to 9, and 1 to 5."""
    entry = METHODS["cmc-sentinel2-published"]
    job = make_train_job(dict(method=entry.name, dataset="a", output="b"))
    places = [[entry.needs.bands.index(b) for b in g.split("+")] for g in job.band_groups]
    assert places == [[0, 6, 7, 8, 9], [1, 2, 3, 4, 5]]
    assert (job.batch_size, job.epochs, job.bank_negatives) == (256, 400, 4096)
    assert (job.temperature, job.objective, job.learning_rate) == (0.07, "nce", 0.03)


def test_presets_hold_the_published_values(small_dataset) -> None:
    def job(name: str):
        assert METHODS[name].differences
        return make_train_job(dict(method=name, dataset="a", output="b"))

    pcl, pirl_job = job("pcl-published"), job("pirl-published")
    assert (pcl.clusters, pcl.queue_size) == ([25_000, 50_000, 100_000], 16384)
    assert (pcl.temperature, pcl.start_epochs, pcl.key_momentum) == (0.2, 20, 0.999)
    assert (pirl_job.bank_negatives, pirl_job.epochs, pirl_job.batch_size) == (32_000, 800, 1024)
    rates = pirl_job.pieces_weight, pirl_job.temperature, pirl_job.learning_rate
    assert (pirl_job.pretext, *rates) == ("jigsaw", 0.5, 0.07, 0.12)
    csf, geo = job("csf-published"), job("geomoco-published")
    assert (csf.band_dropout, csf.dropout_ramp_steps, csf.temperature) == (0.66, 8000, 0.1)
    assert (csf.batch_size, csf.learning_rate, csf.gradient_clip) == (128, 1e-3, 1)
    assert (csf.schedule, csf.warmup_steps) == ("constant", 3000)
    assert (geo.temperature, geo.position_clusters, geo.queue_size) == (0.02, 100, 65536)
    assert geo.also_learn == ["position-clusters"] and geo.also_weight == 1
    one_band = dict(small_dataset.information.to_json(), bands=[dict(name="nir")])
    assert unmet_needs(METHODS["csf"], one_band)
