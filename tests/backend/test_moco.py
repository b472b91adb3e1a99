"""MoCo: its loss and queue by the reference's numbers, its views, presets, needs, and learning."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.queue import Queue
from backend.losses.infonce import infonce
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import RequestError
from backend.training.batches import Batch, Batches
from backend.training.learner import Learner
from backend.training.schedule import learning_rate
from backend.views.photometric import PhotometricViews

CPU = torch.device("cpu")
TINY = dict(
    dataset="a.tiles", output="r", method="moco", batch_size=8, queue_size=24, steps=20,
    embedding_dimension=16, key_momentum=0.9,
)  # fmt: skip


def make(dataset: TileDataset, **values) -> tuple[Learner, Batches]:
    job = make_train_job({**TINY, **values})
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)


def doubles(values: list) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize(("length", "expected"), [(65536, 11.0903701476), (16384, 9.7041215616)])
def test_fact_5_1_4_identical_embeddings_cost_log_1_plus_k(length: int, expected: float) -> None:
    one = torch.nn.functional.normalize(doubles([[1, 2, 3]]), dim=1)
    for temperature in (0.07, 0.2):
        loss = infonce(one, one, one.expand(length, -1), temperature=temperature, masked=None)
        assert loss.item() == pytest.approx(expected, abs=1e-9)


def test_fact_5_1_7_the_loss_with_a_bank_of_three() -> None:
    bank = doubles([[0, 1], [-1, 0], [0.8, 0.6]])
    loss = infonce(doubles([[1, 0]]), doubles([[0.6, 0.8]]), bank, temperature=0.2, masked=None)
    assert loss.item() == pytest.approx(1.3266516650, abs=1e-9)


def test_fact_5_1_8_no_gradient_to_keys_and_bank() -> None:
    query, key, bank = (doubles(v).requires_grad_() for v in ([[1, 0]], [[0.6, 0.8]], [[0, 1]]))
    infonce(query, key, bank, temperature=0.2, masked=None).backward()
    assert query.grad.abs().max() > 0
    assert key.grad is None
    assert bank.grad is None


@pytest.mark.parametrize("batch", [3, 4])
def test_fact_5_1_9_written_rows_alone_change_and_keep_their_norm(batch: int) -> None:
    queue = Queue(10, 4, start="unit", seed=0)
    generator = torch.Generator().manual_seed(0)
    pointer = 0
    for _ in range(7):
        before = queue.keys.clone()
        keys = torch.nn.functional.normalize(torch.randn(batch, 4, generator=generator), dim=1)
        queue.enqueue(keys, torch.arange(batch))
        written = (pointer + np.arange(batch)) % 10
        others = np.setdiff1d(np.arange(10), written)
        assert torch.equal(queue.keys[written], keys)
        assert torch.equal(queue.keys[others], before[others])
        assert torch.allclose(queue.keys.norm(dim=1), torch.ones(10), atol=1e-6)
        pointer = (pointer + batch) % 10


def test_fact_5_1_10_keys_enqueued_in_a_step_do_not_enter_its_loss(small_dataset) -> None:
    """The loss is that over the queue of before the step; the step's keys come in after it."""
    learner, batches = make(small_dataset, batch_norm_groups=1)
    learner.take_step(batches.batch(0))
    recipe, batch = learner.recipe, batches.batch(1)
    before = recipe.queue.keys.clone()
    queries, encode = [], recipe.encoder.forward
    recipe.encoder.forward = lambda tiles: queries.append(encode(tiles)) or queries[-1]
    outcome, _ = learner.take_step(batch)
    keys = outcome.kept["keys"]
    expected = infonce(queries[0], keys, before, temperature=0.2, masked=None)
    assert outcome.loss.item() == pytest.approx(expected.item(), abs=1e-6)
    assert torch.equal(recipe.queue.keys[8:16], keys)
    assert not torch.equal(before[8:16], keys)


def test_fact_5_1_10_own_older_keys_are_left_out_by_default(small_dataset) -> None:
    masked, batches = make(small_dataset, learning_rate=0.0)
    plain, _ = make(small_dataset, learning_rate=0.0, mask_own_keys=False)
    first = batches.batch(0)
    for step in range(3):
        again = Batch(step, first.chips, first.tiles)
        losses = [learner.take_step(again)[0].loss.item() for learner in (masked, plain)]
        assert (losses[0] < losses[1]) if step else (losses[0] == losses[1])


def test_a_tile_is_read_once_and_seen_twice(small_dataset) -> None:
    learner, batches = make(small_dataset)
    recipe = learner.recipe
    assert recipe.relations == (Itself(),)
    views = []
    made = recipe.view

    def watch(tiles, generator):
        views.append(made(tiles, generator))
        return views[-1]

    recipe.view = watch
    learner.take_step(batches.batch(0))
    assert len(views) == 2
    assert views[0].shape == views[1].shape == (8, 4, 8, 8)
    same = (views[0] == views[1]).flatten(1).all(dim=1)
    assert not same.any()


def test_views_come_from_the_step_and_not_from_torchs_own_generator(small_dataset) -> None:
    losses = []
    for junk, step in ((0, 4), (1, 4), (0, 5)):
        learner, batches = make(small_dataset)
        batch = batches.batch(4)
        torch.manual_seed(junk)
        again = Batch(step, batch.chips, batch.tiles)
        losses.append(learner.take_step(again)[0].loss.item())
    assert losses[0] == losses[1] != losses[2]


def test_every_change_can_be_switched_off(small_dataset) -> None:
    off = dict(turns="none", crop_area=1, jitter_probability=0, grey_probability=0)
    job = make_train_job({**TINY, **off, "blur_probability": 0, "normalisation": "dataset"})
    view = PhotometricViews(job, small_dataset.information)
    tiles = torch.randn(3, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(view(tiles, torch.Generator()), tiles)


@pytest.mark.parametrize(
    "change", ["turns", "crop_area", "jitter_probability", "grey_probability", "blur_probability"]
)
def test_every_change_changes_tiles_by_itself(make_dataset, tmp_path, change: str) -> None:
    off = dict(turns="none", crop_area=1, jitter_probability=0, grey_probability=0)
    off["blur_probability"] = 0
    on = dict(turns="uniform", crop_area=0.2).get(change, 1)
    names = ["red", "green", "blue"]
    folder = make_dataset(tmp_path / "rgb.tiles", count=12, bands=names, radius=0)
    job = make_train_job({**TINY, **off, change: on})
    view = PhotometricViews(job, TileDataset(folder).information)
    tiles = torch.rand(200, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    out = view(tiles, torch.Generator().manual_seed(1))
    changed = (out != tiles).flatten(1).any(dim=1)
    assert changed.float().mean() > 0.8
    if change == "grey_probability":
        assert torch.equal(out[:, 0], out[:, 2])


def test_mirrored_views_are_one_of_two(small_dataset) -> None:
    off = dict(turns="mirror", crop_area=1, jitter_probability=0, grey_probability=0)
    job = make_train_job({**TINY, **off, "blur_probability": 0})
    view = PhotometricViews(job, small_dataset.information)
    tiles = torch.rand(400, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    out = view(tiles, torch.Generator().manual_seed(1))
    straight = (out == tiles).flatten(1).all(dim=1)
    mirrored = (out == tiles.flip(3)).flatten(1).all(dim=1)
    assert (straight ^ mirrored).all()
    assert 0.4 < float(mirrored.float().mean()) < 0.6


def test_versions_differ_in_their_projection(small_dataset) -> None:
    """512 to 16: one layer has 8208 parameters, two have 512 · 513 more."""
    counts = {}
    for kind in ("linear", "mlp"):
        learner, _ = make(small_dataset, projection=kind)
        projection = learner.recipe.encoder.projection
        counts[kind] = sum(p.numel() for p in projection.parameters())
        assert learner.recipe.key_encoder.shape.projection == kind
    assert counts == {"linear": 512 * 16 + 16, "mlp": 512 * 16 + 16 + 512 * 513}


def test_the_key_encoder_follows_and_is_not_optimised(small_dataset) -> None:
    learner, batches = make(small_dataset)
    recipe = learner.recipe
    optimised = {id(p) for g in learner._optimiser.param_groups for p in g["params"]}
    assert optimised == {id(p) for p in recipe.encoder.parameters()}
    before = [p.clone() for p in recipe.key_encoder.parameters()]
    learner.take_step(batches.batch(0))
    for key, old, query in zip(
        recipe.key_encoder.parameters(), before, recipe.encoder.parameters(), strict=True
    ):
        assert torch.allclose(key, 0.9 * old + 0.1 * query, atol=1e-6)


def test_colour_jitter_asks_for_pixels_from_0_to_1(small_dataset) -> None:
    for normalisation in ("dataset", "divide-by-255"):
        with pytest.raises(RequestError, match=f"--normalisation {normalisation} puts") as told:
            make(small_dataset, normalisation=normalisation)
        assert "percentiles" in told.value.hint
        make(small_dataset, normalisation=normalisation, jitter_probability=0)
    make(small_dataset, normalisation="divide-by-10000")


def test_a_queue_shorter_than_a_batch_is_refused(small_dataset) -> None:
    with pytest.raises(RequestError, match="--queue-size 4 is less than --batch-size 8"):
        make(small_dataset, queue_size=4)
    learner, _ = make(small_dataset, queue_size=0)
    assert len(learner.recipe.queue.keys) == small_dataset.information.splits["train"]


def test_it_needs_no_neighbours_and_any_bands(small_dataset) -> None:
    for name in ("moco", "moco-v1-published", "moco-v2-published"):
        alone = dict(small_dataset.information.to_json(), neighbour_radius_px=0)
        assert unmet_needs(METHODS[name], alone) == []


def test_published_presets_hold_the_released_values() -> None:
    """The released code's settings and, for version 2, those of its --mlp --moco-t 0.2 --aug-plus
    --cos."""
    jobs = {
        version: make_train_job(dict(method=f"moco-v{version}-published", dataset="a", output="b"))
        for version in (1, 2)
    }
    for job in jobs.values():
        assert (job.epochs, job.batch_size, job.architecture) == (200, 256, "resnet50")
        assert (job.optimiser, job.nesterov, job.learning_rate) == ("sgd", False, 0.03)
        assert (job.weight_decay, job.gradient_clip, job.embedding_dimension) == (1e-4, 0, 128)
        assert (job.queue_size, job.key_momentum, job.batch_norm_groups) == (65536, 0.999, 8)
        assert (job.crop_area, job.turns, job.grey_probability) == (0.2, "mirror", 0.2)
        assert (job.brightness, job.contrast, job.saturation) == (0.4, 0.4, 0.4)
        assert METHODS[job.method].differences
    one, two = jobs[1], jobs[2]
    assert (one.temperature, one.projection, one.hue) == (0.07, "linear", 0.4)
    assert (one.jitter_probability, one.blur_probability) == (1, 0)
    assert (two.temperature, two.projection, two.hue) == (0.2, "mlp", 0.1)
    assert (two.jitter_probability, two.blur_probability, two.blur_sigma_px) == (0.8, 0.5, 2)
    # 512 samples are two steps an epoch; the rate falls tenfold at epochs 120 and 160.
    plan = make_plan(one, 512)
    rates = [learning_rate(one, plan, 2 * epoch) for epoch in (0, 119, 120, 159, 160, 199)]
    assert rates == pytest.approx([0.03, 0.03, 0.003, 0.003, 0.0003, 0.0003])
    assert two.schedule == "cosine"


def test_the_exported_encoder_loads_and_embeds(make_dataset, tmp_path) -> None:
    from backend import train

    folder = make_dataset(tmp_path / "small.tiles", count=20, bands=2, radius=0)
    run = tmp_path / "run"
    assert train.main([
        "--dataset", str(folder), "--output", str(run), "--method", "moco", "--steps", "2",
        "--batch-size", "4", "--queue-size", "8", "--embedding-dimension", "8", "--device", "cpu",
        "--no-tensorboard",
    ]) == 0  # fmt: skip
    encoder = load_encoder(run / "encoder.safetensors")
    assert (encoder.information.method, encoder.information.projection) == ("moco", "mlp")
    vectors = encoder.embed(TileDataset(folder).tiles(np.arange(5)))
    assert vectors.shape == (5, 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
