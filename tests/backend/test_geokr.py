"""GeoKR as a recipe: its networks, its view, one step, its presets, what it refuses."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
import torchvision
from torch import Tensor

from backend import train
from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.methods import geokr
from backend.methods.geokr import Classifier, GeoKR, released_quarters, turn_as_released
from backend.methods.recipe import make_recipe
from backend.networks.backbones import ARCHITECTURES
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import RequestError
from backend.training.batches import Batches
from backend.training.learner import Learner
from backend.training.schedule import learning_rate
from tests.backend.tiny_backbone import TinyBackbone

CPU = torch.device("cpu")
RELEASED = dict(
    method="geokr-published", initial_weights="random", architecture="resnet18", precision="float32"
)
DRAWS = 10_000


@pytest.fixture(scope="module")
def bytes_dataset(make_dataset, tmp_path_factory) -> TileDataset:
    """32 chips of 8-px tiles in red, green, blue (uint8), 8 classes."""
    folder = tmp_path_factory.mktemp("geokr é") / "bytes.tiles"
    chips = np.random.default_rng(0).integers(0, 256, (32, 3, 8, 8)).astype(np.uint8)
    return TileDataset(
        make_dataset(
            folder, count=32, bands=["red", "green", "blue"], dtype="uint8", radius=0, classes=8,
            chips=chips,
        )
    )  # fmt: skip


@pytest.fixture
def small_network(monkeypatch) -> None:
    monkeypatch.setitem(ARCHITECTURES, "resnet18", TinyBackbone)


def make_job(**values):
    common = dict(dataset="a.tiles", output="r", batch_size=8, stem="imagenet", method="geokr")
    return make_train_job({**common, **values})


def make(dataset: TileDataset, **values) -> tuple[Learner, Batches]:
    job = make_job(**values)
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)


def make_released(dataset: TileDataset, **values) -> GeoKR:
    return make_recipe("geokr", make_job(**{**RELEASED, **values}), dataset)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def states(network: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


@pytest.mark.usefixtures("small_network")
@pytest.mark.parametrize("preset", [{}, RELEASED])
def test_fact_25_the_teacher_is_neither_trained_nor_in_the_optimiser(
    bytes_dataset, preset: dict
) -> None:
    learner, batches = make(bytes_dataset, **preset)
    recipe = learner.recipe
    optimised = {id(p) for g in learner._optimiser.param_groups for p in g["params"]}
    assert optimised == {id(p) for p in recipe.student.parameters()}
    for step in range(2):
        learner.take_step(batches.batch(step))
    assert all(p.grad is None and not p.requires_grad for p in recipe.teacher.parameters())
    assert all(p.grad is not None for p in recipe.student.parameters())
    assert recipe.encoder is recipe.teacher.encoder


@pytest.mark.usefixtures("small_network")
def test_fact_25_the_gradient_is_that_of_a_detached_teacher(bytes_dataset) -> None:
    """Even where the teacher's parameters could take a gradient."""
    gradients = []
    for free in (False, True):
        recipe = make_released(bytes_dataset).train()
        recipe.teacher.requires_grad_(free)
        tiles = torch.rand(8, 3, 8, 8, generator=generator(1))
        recipe([tiles], torch.arange(8), generator()).loss.backward()
        assert all(p.grad is None for p in recipe.teacher.parameters())
        gradients.append([p.grad for p in recipe.student.parameters()])
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


def test_fact_28_the_released_teacher_keeps_statistics_of_its_own(bytes_dataset) -> None:
    recipe = make_released(bytes_dataset).train()
    before = states(recipe.teacher)
    tiles = torch.rand(8, 3, 8, 8, generator=generator(1))
    outcome = recipe([tiles], torch.arange(8), generator())
    recipe.teacher_update.after_step(outcome.kept)
    # As running statistics of its own weights on the view, by hand.
    view = recipe.view(tiles, generator())
    weight = before["encoder.backbone.conv1.weight"]
    maps = torch.nn.functional.conv2d(view, weight, stride=2, padding=3)
    expected = 0.1 * maps.mean(dim=(0, 2, 3))
    own = recipe.teacher.encoder.backbone.bn1.running_mean
    assert torch.allclose(own, expected, atol=1e-6)
    of_student = recipe.student.encoder.backbone.bn1.running_mean
    assert not torch.allclose(own, 0.05 * of_student, atol=1e-4)
    assert not torch.allclose(own, of_student, atol=1e-4)


@pytest.mark.usefixtures("small_network")
def test_fact_28_the_sound_teacher_has_the_students_statistics(bytes_dataset) -> None:
    learner, batches = make(bytes_dataset)
    recipe = learner.recipe
    for step in range(2):
        before = states(recipe.teacher)
        learner.take_step(batches.batch(step))
        student, teacher = recipe.student.state_dict(), recipe.teacher.state_dict()
        momentum = 1 - 1 / (step + 2)
        for name, value in teacher.items():
            if "running" in name or "num_batches" in name:
                assert torch.equal(value, student[name])
            else:
                expected = momentum * before[name] + (1 - momentum) * student[name]
                assert torch.allclose(value, expected, atol=1e-6)


def test_fact_4_the_released_heads_differ_and_the_sound_ones_agree(bytes_dataset, tmp_path) -> None:
    sound = make_recipe("geokr", make_job(), bytes_dataset)
    for one, other in zip(sound.student.parameters(), sound.teacher.parameters(), strict=True):
        assert torch.equal(one, other)
    released = make_released(bytes_dataset)
    assert not torch.equal(released.student.head.weight, released.teacher.head.weight)
    # Given the same initial weights, the backbones agree; the heads still do not.
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file(torchvision.models.resnet18().state_dict(), path)
    released = make_released(bytes_dataset, initial_weights=str(path))
    student, teacher = released.student, released.teacher
    assert torch.equal(student.encoder.backbone.conv1.weight, teacher.encoder.backbone.conv1.weight)
    assert not torch.equal(student.head.weight, teacher.head.weight)


def test_fact_29_the_released_learning_rate(bytes_dataset) -> None:
    job = make_job(method="geokr-published")
    plan = make_plan(job, 1_431_950)
    # Released, the epochs' 14,319,500 images run on without a break, in 1,789,938 steps.
    assert (plan.steps_per_epoch, plan.steps) == (178_994, 1_789_940)
    for epoch in range(10):
        for step in (0, plan.steps_per_epoch - 1):
            rate = learning_rate(job, plan, epoch * plan.steps_per_epoch + step)
            assert rate == pytest.approx(1e-3 * 0.9**epoch, rel=1e-12)
    assert rate == pytest.approx(3.874205e-4, rel=1e-6)


def test_fact_30_sizes_and_an_export_for_torchvision(bytes_dataset) -> None:
    recipe = make_released(bytes_dataset, architecture="resnet50")
    counts = [sum(p.numel() for p in n.parameters()) for n in (recipe.encoder, recipe.teacher)]
    assert counts == [23_508_032, 23_524_424]
    exported = recipe.encoder.state_dict()
    assert all(name.startswith("backbone.") for name in exported)
    plain = torchvision.models.resnet50()
    result = plain.load_state_dict(
        {name.removeprefix("backbone."): value for name, value in exported.items()}, strict=False
    )
    assert (result.missing_keys, result.unexpected_keys) == (["fc.weight", "fc.bias"], [])


def test_fact_30_ten_classes_a_hidden_layer_and_vgg(bytes_dataset) -> None:
    def count(classes: int, **values) -> int:
        network = Classifier(make_job(**values), bytes_dataset.information, classes)
        return sum(p.numel() for p in network.parameters())

    assert count(10, architecture="resnet50") == 23_528_522
    hidden = count(8, hidden_dimension=16) - count(8)
    assert hidden == (512 * 16 + 16 + 16 * 8 + 8) - (512 * 8 + 8)
    assert count(8, architecture="vgg16-bn") == 14_723_136 + 4_104 == 14_727_240


def test_fact_31_the_released_turns() -> None:
    quarters = released_quarters(DRAWS, generator())
    # Standard deviation of a share: about 0.005.
    shares = [float((quarters == k).float().mean()) for k in range(4)]
    assert shares == pytest.approx([0.625, 0.125, 0.125, 0.125], abs=0.02)
    assert float((quarters != 0).float().mean()) == pytest.approx(0.375, abs=0.02)
    # Mirrors are even, so which corner comes first is even as well.
    tile = torch.tensor([[0.0, 1.0], [2.0, 3.0]]).expand(DRAWS, 1, 2, 2)
    turned = turn_as_released(tile, generator()).flatten(1)
    first = torch.bincount(turned[:, 0].long(), minlength=4) / DRAWS
    assert first.tolist() == pytest.approx([0.25] * 4, abs=0.02)
    # Transposed tiles are those of a quarter turn or three.
    transposed = (turned[:, 0] - turned[:, 1]).abs() == 2
    assert float(transposed.float().mean()) == pytest.approx(0.25, abs=0.02)


def test_fact_31_mirrors_are_half_and_half(bytes_dataset, monkeypatch) -> None:
    monkeypatch.setattr(geokr, "released_quarters", lambda n, g: torch.zeros(n, dtype=torch.long))
    tile = torch.tensor([[0.0, 1.0], [2.0, 3.0]]).expand(DRAWS, 1, 2, 2)
    first = turn_as_released(tile, generator()).flatten(1)[:, 0]
    assert float((first % 2 == 1).float().mean()) == pytest.approx(0.5, abs=0.02)
    assert float((first >= 2).float().mean()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.usefixtures("small_network")
def test_fact_31_pixels_stay_in_range_and_factors_too(bytes_dataset) -> None:
    learner, _ = make(bytes_dataset, **RELEASED)
    assert (set(learner.offset), set(learner.scale)) == ({0.0}, {255.0})
    released = make_job(**RELEASED)
    ranges = (released.brightness, released.contrast, released.saturation, released.hue)
    assert ranges == (0.3, 0.5, 0.5, 0.3) and released.jitter_probability == 1
    raw = torch.from_numpy(bytes_dataset.tiles(np.arange(32)))
    tiles = learner.normalise(raw)
    assert torch.equal(tiles, raw.float() / 255)
    view = learner.recipe.view(tiles, generator())
    assert view.min() >= 0 and view.max() <= 1
    # A grey tile has no contrast, saturation or hue: its brightness is the factor.
    grey = torch.full((DRAWS, 3, 1, 1), 0.5)
    factors = learner.recipe.view(grey, generator())[:, 0, 0, 0] / 0.5
    assert 0.7 - 2e-4 < factors.min() < 0.71
    assert 1.29 < factors.max() < 1.3 + 2e-4
    assert float(factors.mean()) == pytest.approx(1, abs=0.01)


@pytest.mark.usefixtures("small_network")
def test_fact_32_views_differ_and_the_land_cover_stays(bytes_dataset, monkeypatch) -> None:
    recipe = make_released(bytes_dataset).eval()
    seen = []

    def watch(logits, targets, *, weights, reduction):
        seen.append((logits.detach(), targets, weights))
        return logits.sum()

    monkeypatch.setattr(geokr, "soft_cross_entropy", watch)
    chips = torch.tensor([5, 0, 11])
    tiles = torch.rand(3, 3, 8, 8, generator=generator(2))
    for seed in (0, 1):
        recipe([tiles], chips, generator(seed))
    (one, shares, weights), (other, again, _) = seen
    assert not torch.allclose(one, other)
    assert torch.equal(shares, again) and weights.tolist() == [1, 1, 1]
    assert torch.allclose(shares, torch.eye(8)[chips % 8], atol=1e-6)


@pytest.mark.usefixtures("small_network")
def test_losses_are_weighed_and_consistency_grows(bytes_dataset) -> None:
    chips, tiles = torch.arange(8), torch.rand(8, 3, 8, 8, generator=generator(3))
    recipe = make_released(
        bytes_dataset, land_cover_weight=2.0, consistency_weight=3.0, consistency_ramp_steps=4
    )
    found = []
    for _ in range(6):
        outcome = copy.deepcopy(recipe)([tiles], chips, generator())
        measures = outcome.measures
        weight = outcome.loss - 2 * measures["land_cover_loss"]
        found.append(float((weight / measures["consistency_loss"]).detach()))
        recipe.teacher_update.steps += 1
    expected = [3 * np.exp(-5 * (1 - t / 4) ** 2) for t in range(4)] + [3, 3]
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.usefixtures("small_network")
def test_the_log_holds_the_shares_error(bytes_dataset) -> None:
    learner, batches = make(bytes_dataset)
    batch = batches.batch(0)
    outcome, norm = learner.take_step(batch)
    values = learner.values(batch, outcome, norm)
    assert set(values) >= {"land_cover_loss", "consistency_loss", "share_error"}
    assert 0 < values["share_error"] < 2 / 8
    # At the start the teacher is the student: they agree.
    assert abs(values["consistency_loss"]) < 1e-6
    assert values["loss"] == pytest.approx(values["land_cover_loss"], abs=1e-6)


def test_the_published_preset_holds_the_released_values() -> None:
    job = make_job(method="geokr-published", stem="imagenet")
    assert (job.epochs, job.batch_size, job.architecture) == (10, 8, "resnet50")
    assert (job.initial_weights, job.normalisation) == ("imagenet", "divide-by-255")
    assert (job.optimiser, job.adam_beta1, job.weight_decay) == ("adam", 0.9, 0.0)
    assert (job.gradient_clip, job.warmup_steps, job.hidden_dimension) == (0, 0, 0)
    assert (job.teacher_momentum, job.ema_schedule, job.ema_buffers) == (0.95, "released", False)
    assert (job.consistency, job.loss_reduction) == ("ce-student-teacher", "samples-and-classes")
    assert (job.land_cover_weight, job.consistency_weight, job.consistency_ramp_steps) == (1, 1, 0)
    assert (job.label_epsilon, job.minimum_labelled_fraction) == (1e-6, 0)
    assert len(METHODS["geokr-published"].differences) >= 5
    assert not METHODS["geokr"].differences


@pytest.mark.parametrize("method", ["geokr", "geokr-published"])
def test_only_land_cover_is_needed(bytes_dataset, method: str) -> None:
    entry, content = METHODS[method], bytes_dataset.information.to_json()
    assert content["neighbour_radius_px"] == 0
    assert unmet_needs(entry, content) == []
    (lack,) = unmet_needs(entry, dict(content, classes=[]))
    assert lack == "it needs land cover: build the dataset with --land-cover"


@pytest.mark.usefixtures("small_network")
def test_any_bands_will_do_where_pixels_are_near_the_unit_range(small_dataset) -> None:
    """4 bands of unknown names in 16 bits: saturation and hue are left out."""
    with pytest.raises(RequestError, match="normalisation divide-by-255") as raised:
        make_released(small_dataset)
    assert raised.value.hint == "use --normalisation percentiles"
    recipe = make_released(small_dataset, normalisation="percentiles")
    tiles = torch.rand(4, 4, 8, 8, generator=generator(1))
    assert recipe([tiles], torch.arange(4), generator()).loss.isfinite()
    assert make_released(small_dataset, jitter_probability=0.0).classes[0] == "Class 0"


@pytest.mark.usefixtures("small_network")
def test_land_cover_that_does_not_fit_is_told(bytes_dataset) -> None:
    with pytest.raises(RequestError, match="no land-cover class 'Sand'"):
        make_recipe("geokr", make_job(classes=["Class 1", "Sand"]), bytes_dataset)
    merged = make_job(classes=["Class 1+Class 2", "Class 3"])
    recipe = make_recipe("geokr", merged, bytes_dataset)
    assert recipe.student.head.out_features == 2
    assert recipe.weights[:5].tolist() == [0, 1, 1, 1, 0]
    with pytest.raises(RequestError, match=r"no training tile of .*bytes.tiles holds enough"):
        make_recipe("geokr", replace(merged, minimum_labelled_pixels=65), bytes_dataset)


@pytest.mark.usefixtures("small_network")
def test_a_teacher_that_would_never_move_is_told(bytes_dataset) -> None:
    with pytest.raises(RequestError, match="the teacher never moves at --batch-size 4001") as found:
        make_released(bytes_dataset, batch_size=4001)
    assert "batches of at most 4000" in found.value.hint
    make_released(bytes_dataset, batch_size=4001, ema_schedule="every-step")


def test_a_dataset_without_land_cover_is_refused_in_one_sentence(
    bytes_dataset, tmp_path: Path, capsys
) -> None:
    folder = shutil.copytree(bytes_dataset.folder, tmp_path / "bare.tiles")
    content = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    content["classes"] = []
    (folder / "dataset.json").write_text(json.dumps(content), encoding="utf-8")
    given = ["--dataset", str(folder), "--output", str(tmp_path / "run"), "--batch-size", "8"]
    for method in ("geokr", "geokr-published"):
        assert train.main([*given, "--method", method]) == 2
        error = capsys.readouterr().err
        assert f"error: {method} cannot learn from {folder}: it needs land cover: build" in error
        assert "Traceback" not in error
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("small_network")
def test_the_exported_encoder_is_the_teachers_and_embeds(
    make_dataset, tmp_path: Path, monkeypatch
) -> None:
    """On a dataset of 6 chips, fewer than the loop counts operations with."""
    folder = make_dataset(tmp_path / "six.tiles", count=6, bands=2, tile=8, radius=0, classes=2)
    learners = []
    initialise = Learner.__init__

    def watch(self, *arguments) -> None:
        initialise(self, *arguments)
        learners.append(self)

    monkeypatch.setattr(Learner, "__init__", watch)
    run = tmp_path / "run"
    status = train.main([
        "--dataset", str(folder), "--output", str(run), "--method", "geokr", "--steps", "2",
        "--batch-size", "2", "--device", "cpu", "--no-tensorboard",
    ])  # fmt: skip
    assert status == 0
    weights = safetensors.torch.load_file(run / "encoder.safetensors")
    teacher = learners[0].recipe.teacher.encoder.state_dict()
    assert weights.keys() == teacher.keys()
    assert all(torch.equal(weights[name], teacher[name]) for name in weights)
    encoder = load_encoder(run / "encoder.safetensors")
    information = encoder.information
    assert (information.method, information.projection) == ("geokr", "none")
    assert information.embedding_dimension == 32
    vectors = encoder.embed(TileDataset(folder).tiles(np.arange(6)))
    assert vectors.shape == (6, 32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
