"""Multitask: what each task sees, learns and costs, and that it learns."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
import torch

from backend.contract.methods import METHODS, make_train_job
from backend.contract.settings import SettingsError
from backend.contract.systems.multitask import TASKS
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import step_seed
from backend.methods.multitask import Multitask
from backend.methods.recipe import make_recipe
from backend.networks.transform_head import TransformHead, drop_out
from backend.runtime.errors import RequestError
from backend.training.schedule import learning_rate
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

WEIGHTS = {"inpainting": 20.0, "transform": 1.0, "contrast": 1.0, "land-cover": 1.0}
LOSSES = {task: f"{task.replace('-', '_')}_loss" for task in TASKS}
SIDE = 16


@pytest.fixture(autouse=True)
def tiny(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.fixture(scope="module")
def dataset(make_dataset, tmp_path_factory) -> TileDataset:
    """40 training chips of 16 px in red, green, blue and near infrared, three classes."""
    folder = tmp_path_factory.mktemp("multitask") / "colours.tiles"
    bands = ("red", "green", "blue", "nir")
    return TileDataset(
        make_dataset(folder, count=48, bands=bands, tile=SIDE, radius=0, splits=(0.8, 0.1))
    )


def make(dataset: TileDataset, method: str = "multitask", **values: object) -> Multitask:
    values = dict(batch_size=8) | values
    return make_recipe("multitask", tiny_job(method, **values), dataset)


def tiles_of(dataset: TileDataset, count: int = 8) -> torch.Tensor:
    return torch.from_numpy(dataset.tiles(np.arange(count)).astype(np.float32) / 10_000)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def forward(recipe: Multitask, dataset: TileDataset, count: int = 8, seed: int = 0):
    return recipe([tiles_of(dataset, count)], torch.arange(count), generator(seed))


def seen_by(recipe: Multitask, dataset: TileDataset, seed: int = 0) -> list[torch.Tensor]:
    """What the encoder is given in one step."""
    seen = []
    stages = recipe.encoder.stages
    recipe.encoder.stages = lambda tiles: (seen.append(tiles), stages(tiles))[1]
    forward(recipe, dataset, seed=seed)
    return seen


def test_fact_41_what_the_encoder_sees(dataset) -> None:
    """Three images of a tile; all but the second view and the block are the tile itself."""
    recipe = make(dataset, turns="uniform")
    occluded, tile, view = seen_by(recipe, dataset)
    original = tiles_of(dataset)
    assert torch.equal(tile.flatten(2).sort(dim=2).values, original.flatten(2).sort(dim=2).values)
    changed = (occluded != tile).any(dim=1).float().mean(dim=(1, 2))
    # Blocks of 3 to 5 px of 16.
    assert changed.min() > 0
    assert changed.max() <= 25 / 256
    assert view.shape == tile.shape
    assert view.min() >= 0
    assert view.max() <= 1


def test_fact_41_sides_of_the_second_views_crop(dataset) -> None:
    recipe = make(dataset, brightness=0, contrast=0, saturation=0, hue=0, grey_probability=0)
    rows = torch.arange(256.0).view(1, 1, -1, 1).expand(60, 1, 256, 256)
    ramps = torch.cat([rows, rows.transpose(2, 3)] * 2, dim=1) / 255
    view, _ = recipe.second_view(ramps, generator())
    ends = view.flatten(2).aminmax(dim=2)
    sides = (ends.max - ends.min) * 255 + 1
    assert torch.allclose(sides[:, 0], sides[:, 1], atol=1e-2)
    assert sides.min() > 179 - 0.01
    assert sides.max() < 243 + 0.01
    assert sides.min() < 185
    assert sides.max() > 237


def test_fact_41_half_of_the_second_views_are_grey(dataset) -> None:
    tiles = torch.rand(600, 4, 4, 4)
    recipe = make(dataset, saturation=0, hue=0)
    view, _ = recipe.second_view(tiles, generator())
    colours = view[:, :3].flatten(2)
    grey = (colours.amax(dim=1) - colours.amin(dim=1)).amax(dim=1) < 1e-5
    # What comes after it stretches all three alike, so grey stays grey.
    assert float(grey.float().mean()) == pytest.approx(0.5, abs=0.08)


def subsets() -> list[tuple[str, ...]]:
    return [chosen for size in (1, 2, 3, 4) for chosen in combinations(TASKS, size)]


@pytest.mark.parametrize("tasks", subsets())
def test_fact_44_the_total_and_what_a_dropped_task_takes_with_it(dataset, tasks) -> None:
    whole = make(dataset, tasks=TASKS)
    recipe = make(dataset, tasks=tasks)
    everything, outcome = forward(whole, dataset), forward(recipe, dataset)
    total = sum(WEIGHTS[task] * float(outcome.measures[LOSSES[task]]) for task in tasks)
    assert outcome.loss.item() == pytest.approx(total, rel=1e-6)
    for task in tasks:
        # What is drawn for a task does not depend on the others: its loss is the same to the bit.
        assert torch.equal(outcome.measures[LOSSES[task]], everything.measures[LOSSES[task]])
    assert set(recipe.heads) == set(tasks)
    assert set(recipe.measures) == set(outcome.measures)
    outcome.loss.backward()
    assert all(p.grad is not None for p in recipe.parameters())
    if tasks == TASKS[:3]:
        parts = [float(outcome.measures[LOSSES[task]]) for task in tasks]
        assert outcome.loss.item() == pytest.approx(20 * parts[0] + parts[1] + parts[2], rel=1e-6)


def test_fact_5_9_8_a_weight_of_0_is_the_same_as_leaving_the_task_out(dataset) -> None:
    weightless = make(dataset, transform_weight=0)
    without = make(dataset, tasks=("inpainting", "contrast"))
    one, other = forward(weightless, dataset), forward(without, dataset)
    assert torch.equal(one.loss, other.loss)
    assert one.measures.keys() == other.measures.keys()
    assert weightless.state_dict().keys() == without.state_dict().keys()
    calls = seen_by(make(dataset, tasks=("inpainting",)), dataset)
    assert len(calls) == 1
    assert len(seen_by(make(dataset, tasks=("land-cover",)), dataset)) == 1


def test_weights_scale_the_terms(dataset) -> None:
    outcome = forward(make(dataset, inpainting_weight=3, contrast_weight=0.5), dataset)
    parts = [float(outcome.measures[LOSSES[task]]) for task in TASKS[:3]]
    assert outcome.loss.item() == pytest.approx(3 * parts[0] + parts[1] + 0.5 * parts[2], rel=1e-6)


def test_the_decoders_skips_and_the_sigmoid_can_be_switched_off(dataset) -> None:
    with_skips, without = make(dataset), make(dataset, decoder_skips=False)
    assert with_skips.heads["inpainting"].shape.skips
    assert not without.heads["inpainting"].shape.skips
    assert torch.isfinite(forward(without, dataset).loss)
    assert isinstance(with_skips.heads["contrast"][1], torch.nn.Sigmoid)
    relu = make(dataset, contrast_activation="relu")
    assert isinstance(relu.heads["contrast"][1], torch.nn.ReLU)
    assert torch.isfinite(forward(relu, dataset).loss)


def test_jitter_can_be_switched_off_and_then_asks_for_no_range(dataset) -> None:
    recipe = make(dataset, normalisation="dataset", jitter_probability=0)
    tile = tiles_of(dataset) * 9 - 4
    assert torch.equal(recipe.jittered(tile, generator()), tile)


def test_fact_45_one_trunk_for_all_heads(dataset) -> None:
    job = tiny_job("multitask", tasks=TASKS, batch_size=8)
    learner, _ = make_learner(job, dataset)
    optimised = [id(p) for g in learner._optimiser.param_groups for p in g["params"]]
    assert len(set(optimised)) == len(optimised)
    assert set(optimised) == {id(p) for p in learner.recipe.parameters()}
    trunk = sum(p.numel() for p in learner.recipe.encoder.parameters())
    heads = sum(p.numel() for p in learner.recipe.heads.parameters())
    assert trunk + heads == sum(p.numel() for p in learner.recipe.parameters())

    recipe = make(dataset, tasks=TASKS)
    before = forward(recipe, dataset).measures
    with torch.no_grad():
        next(recipe.encoder.parameters()).add_(0.1)
    after = forward(recipe, dataset).measures
    assert all(before[LOSSES[task]] != after[LOSSES[task]] for task in TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_fact_45_a_tasks_gradient_reaches_the_trunk_and_its_own_head(dataset, task) -> None:
    recipe = make(dataset, tasks=TASKS)
    for other in recipe.weights:
        recipe.weights[other] = float(other == task)
    forward(recipe, dataset).loss.backward()
    assert next(recipe.encoder.parameters()).grad.abs().sum() > 0
    for name, head in recipe.heads.items():
        reached = any(p.grad is not None and p.grad.any() for p in head.parameters())
        assert reached == (name == task), name


def test_fact_47_learning_rate_by_epoch(dataset) -> None:
    job = make_train_job(dict(dataset="a", output="b", method="multitask-published"))
    assert (job.epochs, job.batch_size, job.optimiser) == (13, 4, "adam")
    assert (job.architecture, job.normalisation) == ("vgg16-bn", "divide-by-255")
    plan = make_plan(job, 40)
    rates = [learning_rate(job, plan, epoch * plan.steps_per_epoch) for epoch in range(13)]
    expected = [5e-4] * 3 + [4.75e-4] * 2 + [4.5125e-4] * 2 + [4.286875e-4] * 2
    expected += [4.072531e-4] * 2 + [3.868905e-4] * 2
    assert rates == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("architecture", "transform", "contrast", "total"),
    [
        ("vgg16-bn", 7_612_422, 1_050_112, 27_315_529),
        ("resnet50", 121_675_782, 2_622_976, 172_751_817),
    ],
)
def test_fact_48_parameter_counts(
    make_dataset, tmp_path, architecture: str, transform: int, contrast: int, total: int
) -> None:
    folder = make_dataset(tmp_path / "rgb.tiles", bands=3, dtype="uint8", tile=32, radius=0)
    values = dict(dataset="a", output="b", method="multitask-published", architecture=architecture)
    with torch.device("meta"):
        recipe = make_recipe("multitask", make_train_job(values), TileDataset(folder))

    def count(module: torch.nn.Module) -> int:
        return sum(p.numel() for p in module.parameters())

    assert count(recipe.heads["transform"]) == transform
    assert count(recipe.heads["contrast"]) == contrast
    assert count(recipe) == total


def test_fact_49_steps_draw_differently_and_the_same_step_the_same(dataset) -> None:
    recipe = make(dataset)
    steps = [seen_by(recipe, dataset, seed=step_seed(seed=0, step=step)) for step in (0, 1)]
    torch.manual_seed(1)
    again = seen_by(recipe, dataset, seed=step_seed(seed=0, step=0))
    for first, second, repeated in zip(*steps, again, strict=False):
        assert not torch.equal(first, second)
        assert torch.equal(first, repeated)
    tiles = tiles_of(dataset)
    labels = [recipe.second_view(tiles, generator(seed))[1].tolist() for seed in range(20)]
    assert len(set(map(tuple, labels))) == 20


@pytest.mark.parametrize("count", [2, 3, 7])
def test_fact_50_any_batch_size(dataset, count: int) -> None:
    for method in ("multitask", "multitask-published"):
        recipe = make(dataset, method, tasks=TASKS, normalisation="percentiles")
        assert torch.isfinite(forward(recipe, dataset, count).loss)


def test_an_untrained_recipe_loses_about_what_guessing_costs(dataset) -> None:
    measures = forward(make(dataset, tasks=TASKS), dataset, 32).measures
    assert float(measures["transform_loss"]) == pytest.approx(math.log(6), abs=0.2)
    assert float(measures["contrast_loss"]) == pytest.approx(math.log(63), abs=0.1)
    assert float(measures["land_cover_loss"]) == pytest.approx(math.log(3), abs=0.3)


def test_the_released_contrast_counts_each_view_itself(dataset) -> None:
    """At the start all embeddings are alike: ln((2B - 1) e + 1) - 1 in place of ln(2B - 1)."""
    released = forward(make(dataset, self_similarity="zeroed"), dataset, 4).measures
    assert float(released["contrast_loss"]) == pytest.approx(1.9971299, abs=0.02)
    sound = forward(make(dataset), dataset, 4).measures
    assert float(sound["contrast_loss"]) == pytest.approx(math.log(7), abs=0.02)


def test_land_cover_is_that_of_the_tile_whatever_its_turn(dataset) -> None:
    recipe = make(dataset, tasks=("land-cover",))
    assert recipe.shares.shape == (48, 3)
    assert torch.equal(recipe.shares.argmax(dim=1), torch.arange(48) % 3)
    merged = make(dataset, tasks=("land-cover",), classes=("Class 0+Class 1", "Class 2"))
    assert torch.equal(merged.shares[:, 1], recipe.shares[:, 2])
    with torch.no_grad():
        recipe.heads["land-cover"].weight.zero_()
        recipe.heads["land-cover"].bias.copy_(torch.tensor([1.0, 0.0, 0.0]))
    # -ln of softmax(1, 0, 0), for classes in turn.
    costs = [math.log(math.e + 2) - 1, math.log(math.e + 2), math.log(math.e + 2)]
    assert forward(recipe, dataset, 6).loss.item() == pytest.approx(sum(costs) / 3, rel=1e-5)


def test_bf16_networks_keep_float32_views_and_losses(dataset) -> None:
    losses = []
    for precision in ("float32", "bf16"):
        job = tiny_job("multitask", tasks=TASKS, batch_size=8, precision=precision)
        learner, batches = make_learner(job, dataset)
        seen = []
        stages = learner.recipe.encoder.stages
        learner.recipe.encoder.stages = lambda x, seen=seen, stages=stages: (
            seen.append(x.dtype),
            stages(x),
        )[1]
        outcome, _ = learner.take_step(batches.batch(0))
        assert set(seen) == {torch.float32}
        assert outcome.loss.dtype == torch.float32
        losses.append(outcome.loss.item())
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def test_drop_out_keeps_the_mean_and_draws_from_its_generator() -> None:
    values = torch.ones(200, 200)
    dropped = drop_out(values, 0.25, generator(3))
    assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
    assert float(dropped.mean()) == pytest.approx(1, abs=0.02)
    torch.manual_seed(9)
    assert torch.equal(drop_out(values, 0.25, generator(3)), dropped)
    assert drop_out(values, 0.0, generator()) is values


def test_dropout_is_for_training_alone() -> None:
    head = TransformHead(4, 6, dropout=0.5)
    maps = torch.randn(2, 3, 4, 5, 5)
    assert not torch.equal(head(*maps, generator(0)), head(*maps, generator(1)))
    head.eval()
    assert torch.equal(head(*maps, generator(0)), head(*maps, generator(1)))


def test_without_inpainting_there_is_no_decoder_to_export(dataset) -> None:
    recipe = make(dataset)
    assert list(recipe.extras) == ["decoder"]
    assert recipe.extras["decoder"] is recipe.heads["inpainting"]
    assert recipe.extras["decoder"].output.weight.shape[0] == 4
    assert not make(dataset, tasks=("contrast",)).extras


def test_tiles_of_any_bands_and_size(make_dataset, tmp_path) -> None:
    for number, (bands, side) in enumerate([(1, 16), (13, 50), (4, 9)]):
        folder = make_dataset(
            tmp_path / f"{number}.tiles", count=20, bands=bands, tile=side, radius=0
        )
        recipe = make(TileDataset(folder), tasks=TASKS)
        tiles = torch.rand(3, bands, side, side)
        assert torch.isfinite(recipe([tiles], torch.arange(3), generator()).loss)


def test_what_is_wrong_is_said(dataset, make_dataset, tmp_path) -> None:
    with pytest.raises(SettingsError, match="--tasks is one of inpainting, transform"):
        make(dataset, tasks=("jigsaw",))
    with pytest.raises(RequestError, match="no task is left"):
        make(dataset, tasks=("contrast",), contrast_weight=0)
    with pytest.raises(RequestError, match=r"--smallest-block 0\.5 is more than --largest-block"):
        make(dataset, smallest_block=0.5)
    with pytest.raises(RequestError, match=r"--smallest-crop 0\.99 is more than --largest-crop"):
        make(dataset, smallest_crop=0.99)
    with pytest.raises(
        RequestError, match=r"--normalisation dataset puts those of band red from -"
    ):
        make(dataset, normalisation="dataset")
    with pytest.raises(RequestError, match="colour jitter is defined for pixels from 0 to 1"):
        make(dataset, normalisation="divide-by-255")
    bare = make_dataset(tmp_path / "bare.tiles", count=20, bands=3, tile=8, radius=0, classes=1)
    information = TileDataset(bare)
    information.information.classes.clear()
    with pytest.raises(RequestError, match="land-cover needs land cover"):
        make(information, tasks=("land-cover",))
    with pytest.raises(RequestError, match=r"no training tile of .* holds enough land cover"):
        make(dataset, tasks=("land-cover",), minimum_labelled_pixels=10_000)


def test_the_published_recipe_names_its_defects() -> None:
    method = METHODS["multitask-published"]
    job = make_train_job(dict(dataset="a", output="b", method="multitask-published"))
    assert (job.self_similarity, job.turns, job.temperature) == ("zeroed", "released", 1.0)
    weights = (job.inpainting_weight, job.transform_weight, job.contrast_weight)
    assert weights == (20, 1, 1)
    assert tuple(job.tasks) == TASKS[:3]
    assert sum(text.startswith("As released") for text in method.differences) == 3
