"""Tile2Vec and its variant by cross-entropy: what one step computes, learning, and refusals."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from backend import train
from backend.contract.methods import METHODS, make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Far, Itself, Near, TilesOnDisk
from backend.methods.recipe import Recipe, make_recipe
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import RequestError
from backend.training import online_knn
from backend.training.batches import Batches
from backend.training.collapse import WINDOW, CollapseMonitor
from backend.training.learner import Learner

CPU = torch.device("cpu")
BOTH = ("tile2vec", "tile2vec-bce")


def make(dataset: TileDataset, method: str = "tile2vec", **values) -> Recipe:
    job = make_train_job(dict(dataset="a", output="r", method=method, batch_size=8, **values))
    return make_recipe(METHODS[method].recipe, job, dataset)


def learner_of(dataset: TileDataset, **values) -> tuple[Learner, Batches]:
    job = make_train_job({**dict(dataset="a", output="r", batch_size=16, steps=40), **values})
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)


class MeanPixel(nn.Module):
    """The bands' means times a number: the same however a tile is turned."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, tiles: torch.Tensor) -> torch.Tensor:
        return self.factor * tiles.mean(dim=(2, 3))


def some_tiles() -> torch.Tensor:
    return torch.randn(3, 8, 4, 8, 8, generator=torch.Generator().manual_seed(3))


def forward(recipe: Recipe, tiles: torch.Tensor):
    return recipe(tiles.unbind(), torch.arange(8), torch.Generator().manual_seed(0))


@pytest.mark.parametrize("separately", [False, True])
def test_the_loss_of_a_step_is_the_triplets_by_hand(small_dataset, separately: bool) -> None:
    recipe = make(small_dataset, margin=0.3, norm_weight=0.05, separate_passes=separately)
    recipe.encoder = MeanPixel(2.0)
    tiles = some_tiles()
    outcome = forward(recipe, tiles)
    z = (2.0 * tiles.double().mean(dim=(3, 4))).tolist()
    near = [math.dist(a, n) for a, n in zip(z[0], z[1], strict=True)]
    far = [math.dist(a, d) for a, d in zip(z[0], z[2], strict=True)]
    lacking = [n - f + 0.3 for n, f in zip(near, far, strict=True)]
    norms = sum(math.hypot(*row) for role in z for row in role)
    expected = sum(max(0.0, h) for h in lacking) / 8 + 0.05 * norms / 8
    assert outcome.loss.item() == pytest.approx(expected, abs=1e-6)
    assert outcome.measures["neighbour_distance"].item() == pytest.approx(sum(near) / 8)
    assert outcome.measures["distant_distance"].item() == pytest.approx(sum(far) / 8)
    assert outcome.measures["active_share"].item() == sum(h > 0 for h in lacking) / 8
    assert set(outcome.measures) == set(recipe.measures)
    assert outcome.embedding.numpy() == pytest.approx(np.array(z[0]), abs=1e-6)


def test_the_loss_of_a_step_is_the_pairs_cross_entropy_by_hand(small_dataset) -> None:
    recipe = make(small_dataset, "tile2vec-bce", temperature=0.5)
    recipe.encoder = MeanPixel(1.0)
    tiles = some_tiles()
    outcome = forward(recipe, tiles)
    z = tiles.double().mean(dim=(3, 4)).numpy()
    z /= np.sqrt((z**2).sum(axis=2, keepdims=True))
    near, far = (((z[0] * z[n]).sum(axis=1) - 0.5) / 0.5 for n in (1, 2))
    expected = (np.log1p(np.exp(-near)) + np.log1p(np.exp(far))).mean() / 2
    assert outcome.loss.item() == pytest.approx(expected, abs=1e-6)
    assert outcome.measures["neighbour_score"].item() == pytest.approx(near.mean(), abs=1e-5)
    right = (near > 0).mean() / 2 + (far < 0).mean() / 2
    assert outcome.measures["pair_accuracy"].item() == pytest.approx(right)


def test_separate_passes_normalise_each_role_by_itself(small_dataset) -> None:
    for separately, passes in ((False, 1), (True, 3)):
        recipe = make(small_dataset, separate_passes=separately)
        before = recipe.encoder.backbone.bn1.num_batches_tracked.item()
        forward(recipe, some_tiles())
        assert recipe.encoder.backbone.bn1.num_batches_tracked.item() - before == passes


def test_fact_18_equal_tiles_have_equal_embeddings_and_finite_gradients(small_dataset) -> None:
    recipe = make(small_dataset)
    flat = torch.ones(3, 8, 4, 8, 8)
    outcome = forward(recipe, flat)
    outcome.loss.backward()
    assert outcome.measures["neighbour_distance"].item() == 0
    gradients = [p.grad for p in recipe.encoder.parameters() if p.grad is not None]
    assert all(torch.isfinite(g).all() for g in gradients)


def test_fact_18_a_loss_that_stands_at_the_margin_is_told_as_collapse(small_dataset) -> None:
    recipe = make(small_dataset, margin=4.0)
    recipe.encoder = MeanPixel(0.0)
    loss = forward(recipe, some_tiles()).loss.item()
    assert loss == recipe.chance_loss == 4.0
    warnings = []

    class Listener:
        warning = warnings.append

    job = make_train_job(dict(dataset="a", output="r", method="tile2vec"))
    monitor = CollapseMonitor(Listener(), recipe, job, settled_after=0)
    for step in range(1, WINDOW + 1):
        monitor.watch(step, dict(loss=loss, spread=0.5))
    assert "the loss has stood at 4.00, which is guessing (4.00)" in warnings[0]
    variant = make(small_dataset, "tile2vec-bce")
    assert variant.chance_loss == pytest.approx(math.log(2))


def test_relations_of_both_methods(small_dataset) -> None:
    """By default distant tiles begin where neighbours and overlapping tiles end."""
    for method in BOTH:
        assert make(small_dataset, method).relations == (
            Itself(),
            Near(8, minimum_offset_px=1),
            Far("outside-square", 8),
        )
    assert make(small_dataset, neighbour_radius_px=3).relations[2].distance_px == 7
    assert make(small_dataset, distant_minimum_m=75).relations[2].distance_px == 2.5
    asked = make(small_dataset, distant="random-record", distant_neighbours=True)
    assert asked.relations[2] == Far("random-record", 8, Near(8, minimum_offset_px=1))
    own = make(small_dataset, distant_own_scene=True).relations[2]
    assert own == Far("outside-square", 8, own_scene=True)
    with pytest.raises(RequestError, match="does not go with --distant random-record"):
        make(small_dataset, distant="random-record", distant_own_scene=True)


def test_the_embedding_is_the_pooled_features_of_any_norm(small_dataset) -> None:
    recipe = make(small_dataset, architecture="tilenet").eval()
    tiles = some_tiles()[0]
    embedding = recipe.encoder(tiles)
    assert embedding.shape == (8, 512)
    assert torch.equal(embedding, recipe.encoder.features(tiles))
    assert embedding.min() >= 0
    assert (embedding.norm(dim=1) - 1).abs().min() > 1e-3
    projected = make(small_dataset, embedding_dimension=24).encoder
    assert (projected.embedding_dimension, projected.shape.projection) == (24, "linear")
    assert not projected.shape.unit_norm
    units = {head: make(small_dataset, "tile2vec-bce", head=head).encoder.shape.unit_norm
             for head in ("dot", "absdiff", "mlp-absdiff")}  # fmt: skip
    assert units == {"dot": True, "absdiff": False, "mlp-absdiff": False}


def test_released_recipe_holds_the_released_values() -> None:
    job = make_train_job(dict(method="tile2vec-published", dataset="a", output="r"))
    assert (job.epochs, job.batch_size, job.architecture) == (50, 50, "tilenet")
    assert (job.optimiser, job.learning_rate, job.adam_beta1) == ("adam", 1e-3, 0.5)
    assert (job.weight_decay, job.schedule, job.gradient_clip) == (0, "constant", 0)
    assert (job.margin, job.norm_weight, job.norm_reduction) == (10, 0.01, "frobenius")
    assert (job.distant, job.separate_passes) == ("random-record", True)
    assert (job.normalisation, job.embedding_dimension) == ("divide-by-255", None)
    assert len(METHODS["tile2vec-published"].differences) == 7
    bce = METHODS["tile2vec-bce"]
    for text in (bce.title, bce.sentence, bce.differences[0]):
        assert "nspired by" in text
        assert "not a reproduction" in text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (dict(distant="other-image"), "all training chips are of one scene"),
        (dict(distant_minimum_px=500), "none of the 42 training chips lies more than 500 px"),
        (dict(distant_minimum_px=9, distant_minimum_m=9.0), "say the same thing twice"),
        (dict(minimum_offset_px=99), "leaves no neighbour"),
    ],
)
@pytest.mark.parametrize("method", BOTH)
def test_distant_tiles_that_cannot_be_are_refused(small_dataset, method, values, words) -> None:
    with pytest.raises(RequestError, match=words) as refused:
        make(small_dataset, method, **values)
    assert refused.value.hint


def test_randomised_layers_that_are_not_or_cannot_learn_are_refused(small_dataset) -> None:
    with pytest.raises(RequestError, match="--head dot has none"):
        make(small_dataset, "tile2vec-bce", randomise="fixed")
    with pytest.raises(RequestError, match="--randomise per_step learns nothing with --head mlp"):
        make(small_dataset, "tile2vec-bce", head="mlp", randomise="per_step")


def test_nothing_is_written_where_distant_tiles_are_refused(
    small_dataset, tmp_path, capsys
) -> None:
    output = tmp_path / "run"
    given = ["--dataset", str(small_dataset.folder), "--output", str(output)]
    status = train.main([*given, "--method", "tile2vec", "--distant", "other-image",
                         "--batch-size", "8", "--steps", "1"])  # fmt: skip
    assert status == 2
    assert "--distant outside-square" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("tile2vec", {}),
        ("tile2vec-bce", {}),
        ("tile2vec-bce", dict(head="mlp-absdiff", randomise="per_step")),
    ],
)
def test_the_loss_falls_and_goes_on_to_the_bit(textures, method, values) -> None:
    steps, half = 24, 12
    values = dict(values, method=method, steps=steps, batch_size=12, stem="imagenet")
    learner, batches = learner_of(textures, **values)
    losses = [learner.take_step(batches.batch(step))[0].loss.item() for step in range(half)]
    state = copy.deepcopy(learner.state())
    losses += [learner.take_step(batches.batch(step))[0].loss.item() for step in range(half, steps)]
    assert np.mean(losses[-6:]) < 0.95 * np.mean(losses[:4])
    assert np.mean(losses[-6:]) < 0.95 * learner.recipe.chance_loss

    again, batches = learner_of(textures, **values)
    again.load_state(state)
    resumed = [again.take_step(batches.batch(step))[0].loss.item() for step in range(half, steps)]
    assert resumed == losses[half:]
    ours, theirs = learner.recipe.state_dict(), again.recipe.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.fixture(scope="module")
def textures(make_dataset, tmp_path_factory) -> TileDataset:
    """96 chips of 8-px tiles, each with a level of its own: neighbours share it."""
    generator = np.random.default_rng(0)
    levels = generator.uniform(2000, 8000, (96, 2, 1, 1))
    chips = levels + generator.normal(0, 300, (96, 2, 24, 24))
    folder = tmp_path_factory.mktemp("levels") / "levels.tiles"
    return TileDataset(
        make_dataset(folder, count=96, bands=2, chips=chips.clip(0).astype(np.uint16))
    )


def test_an_exported_encoder_embeds_as_it_was_trained(textures, tmp_path) -> None:
    run = tmp_path / "run"
    status = train.main([
        "--dataset", str(textures.folder), "--output", str(run), "--method", "tile2vec",
        "--batch-size", "8", "--steps", "2", "--device", "cpu", "--no-tensorboard",
    ])  # fmt: skip
    assert status == 0
    encoder = load_encoder(run / "encoder.safetensors")
    header = encoder.information
    assert (header.embedding_dimension, header.projection) == (512, "none")
    assert not header.unit_norm
    tiles = textures.tiles(np.arange(6))
    both = encoder.embed_both(tiles)
    assert np.array_equal(both["embedding"], both["backbone"])
    norms = np.linalg.norm(both["embedding"], axis=1)
    assert abs(norms - 1).min() > 1e-3


def test_knn_during_training_compares_directions(textures) -> None:
    learner, _ = learner_of(textures, method="tile2vec")
    learner.recipe.encoder = MeanPixel(-40.0)
    vectors = online_knn._embed(textures, np.arange(9), learner)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(9), abs=1e-6)
    learner.recipe.encoder = MeanPixel(-0.5)
    again = online_knn._embed(textures, np.arange(9), learner)
    assert again == pytest.approx(vectors, abs=1e-6)


def test_fact_4_value_the_overlap_of_a_released_triplet(real_data: Path, make_dataset, tmp_path):
    """Triplet 0: the neighbour lies at (-2, +37) from its anchor, axis 0 the row."""
    folder = real_data / "tile2vec_naip" / "example_tiles"
    anchor, neighbour = (np.load(folder / f"0{role}.npy") for role in ("anchor", "neighbor"))
    assert anchor.shape == neighbour.shape == (50, 50, 4)
    assert np.array_equal(anchor[:48, 37:], neighbour[2:, :13])
    assert not np.array_equal(anchor[37:, :48], neighbour[:13, 2:])
    # Both laid into one record: our cut at that offset gives each of them back.
    record = np.zeros((1, 4, 250, 250), np.uint8)
    record[0, :, 98:148, 137:187] = neighbour.transpose(2, 0, 1)
    record[0, :, 100:150, 100:150] = anchor.transpose(2, 0, 1)
    dataset = TileDataset(
        make_dataset(
            tmp_path / "a.tiles", count=1, dtype="uint8", tile=50, radius=100, classes=1,
            chips=record,
        )
    )  # fmt: skip
    offsets = np.array([[0, 0], [-2, 37]])
    tiles = TilesOnDisk(dataset).cut(np.array([0, 0]), offsets).transpose(0, 2, 3, 1)
    assert np.array_equal(tiles[0], anchor)
    assert np.array_equal(tiles[1], neighbour)
