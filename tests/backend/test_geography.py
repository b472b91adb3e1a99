"""What a map teaches: its targets by brute force, alone and beside other methods."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
import torch

from backend.contract.methods import METHODS, unmet_needs
from backend.data.dataset import TileDataset
from backend.data.ingest.placing import NOWHERE
from backend.data.map_targets import (
    dominant_classes,
    layer_values,
    points_on_sphere,
    position_clusters,
)
from backend.methods.beside import Beside
from backend.runtime.errors import RequestError
from tests.backend.conftest import ORIGIN, RESOLUTION_M
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

ALONE = ("dominant-class", "position-clusters", "map-layer")
QUIET = dict(batch_size=8, jitter_probability=0, blur_probability=0, grey_probability=0)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.fixture(scope="module")
def elevation(small_dataset: TileDataset, tmp_path_factory) -> str:
    """A plane that rises to the east by 1 a metre, of 10 m pixels, under all tiles but the last
    row's; 0 is no data."""
    path = tmp_path_factory.mktemp("elevation") / "dem.tif"
    side = 8 * 24 * 3
    columns = np.arange(side) * 10 + 5.0
    pixels = np.broadcast_to(columns, (side - 72, side)).astype(np.float32)
    transform = rasterio.Affine(10, 0, ORIGIN[0], 0, -10, ORIGIN[1])
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side - 72, count=1, dtype="float32",
        crs="EPSG:32612", transform=transform, nodata=0,
    ) as target:  # fmt: skip
        target.write(pixels, 1)
    return str(path)


def test_fact_5_9_4_dominant_classes_by_counting(small_dataset: TileDataset) -> None:
    table = small_dataset.table()
    classes, weights, names = dominant_classes(small_dataset)
    for number, row in table.iterrows():
        counts = [row[f"class_{n}"] for n in range(3)]
        assert classes[number] == counts.index(max(counts))
    assert weights.tolist() == [1.0] * len(small_dataset)
    assert names == ("Class 0", "Class 1", "Class 2")


def test_fact_5_9_7_places_beside_the_date_line_lie_together() -> None:
    east, west, far = points_on_sphere(np.array([179.99, -179.99, 0]), np.array([10.0, 10.0, 10.0]))
    assert np.linalg.norm(east - west) < 1e-3 < np.linalg.norm(east - far)
    assert np.linalg.norm(points_on_sphere(np.array([33.0]), np.array([-70.0]))) == pytest.approx(1)


def test_fact_5_9_7_clusters_of_places_hold_neighbours_and_are_never_empty(small_dataset) -> None:
    """Every tile is in the cluster whose members' middle is nearest, by brute force."""
    found = position_clusters(small_dataset, 3, seed=0)
    training = small_dataset.numbers("train")
    assert set(found[training]) == {0, 1, 2} == set(found)
    points = small_dataset.table().geometry.centroid
    points = np.stack([points.x, points.y], axis=1)
    middles = np.stack([points[training][found[training] == n].mean(axis=0) for n in range(3)])
    distances = np.linalg.norm(points[training][:, None] - middles, axis=2)
    # Degrees are not metres: a tile in the middle of two may be told apart otherwise.
    assert (distances.argmin(axis=1) == found[training]).mean() > 0.9
    assert np.array_equal(found, position_clusters(small_dataset, 3, seed=0))


def test_there_are_at_most_a_tenth_as_many_clusters_as_tiles(small_dataset) -> None:
    training = small_dataset.numbers("train")
    assert len(set(position_clusters(small_dataset, 100, seed=0))) == len(training) // 10


def test_a_layers_mean_and_deviation_by_hand(small_dataset: TileDataset, elevation: str) -> None:
    """A tile of 8 pixels of 30 m is 24 columns of 10 m, and begins 8 pixels inside its chip."""
    values, weights = layer_values(small_dataset, elevation)
    for number in range(len(small_dataset)):
        row, column = divmod(number, 8)
        west = (column * 24 + 8) * RESOLUTION_M
        assert weights[number] == (row < 7)
        if row < 7:
            steps = west + 5 + 10 * np.arange(24)
            assert values[number] == pytest.approx([steps.mean(), steps.std()])


def test_a_layer_of_large_pixels_gives_that_of_the_middle(small_dataset, tmp_path) -> None:
    path = tmp_path / "coarse.tif"
    pixels = np.arange(4, dtype=np.float32).reshape(1, 2, 2) + 1
    transform = rasterio.Affine(3000, 0, ORIGIN[0], 0, -3000, ORIGIN[1])
    with rasterio.open(path, "w", driver="GTiff", width=2, height=2, count=1, dtype="float32",
                       crs="EPSG:32612", transform=transform) as target:  # fmt: skip
        target.write(pixels)
    values, weights = layer_values(small_dataset, path)
    assert values[0].tolist() == [1.0, 0.0] and values[63].tolist() == [4.0, 0.0]
    assert weights.all()


@pytest.mark.parametrize("method", ALONE)
def test_fact_5_11_1_each_is_learnt_alone(method: str, small_dataset, elevation: str) -> None:
    values = dict(map_layer=elevation) if method == "map-layer" else {}
    job = tiny_job(method, steps=25, learning_rate=0.05, crop_area=1.0, **QUIET, **values)
    learner, batches = make_learner(job, small_dataset)
    losses = [learner.take_step(batches.batch(s))[0].loss.item() for s in range(25)]
    assert np.mean(losses[-5:]) < learner.recipe.chance_loss
    if method == "dominant-class":
        assert learner.recipe.chance_loss == math.log(3)
        assert losses[0] == pytest.approx(math.log(3), abs=0.5)


@pytest.mark.parametrize("method", ["moco", "dino", "byol", "geokr"])
def test_fact_5_9_8_beside_a_method_its_own_loss_is_the_same(method: str, small_dataset) -> None:
    """To the bit, for the first step; weight 0 leaves the map out altogether."""
    common = {"batch_size": 8, "jitter_probability": 0}
    if method == "dino":
        common |= dict(prototypes=8, hidden_dimension=32, projected_dimension=16, local_views=0)
    plain, batches = make_learner(tiny_job(method, **common), small_dataset)
    expected = plain.take_step(batches.batch(0))[0]
    tasks = ["land-cover", "position-clusters"]
    beside, _ = make_learner(
        tiny_job(method, also_learn=tasks, also_weight=0.5, **common), small_dataset
    )
    assert isinstance(beside.recipe, Beside)
    found = beside.take_step(batches.batch(0))[0]
    assert torch.equal(found.measures["method_loss"], expected.loss)
    *_, cover, position = found.measures.values()
    total = expected.loss + 0.5 * (cover + position)
    torch.testing.assert_close(found.loss.detach(), total.detach())
    assert set(beside.recipe.measures) == set(found.measures)
    # The map's gradient reaches the encoder that is trained.
    assert beside.recipe.trained_encoder.backbone.layers[0][0].weight.requires_grad
    none, _ = make_learner(
        tiny_job(method, also_learn=tasks, also_weight=0.0, **common), small_dataset
    )
    assert not isinstance(none.recipe, Beside)


def test_guessing_beside_a_method_is_what_the_method_says_now(small_dataset) -> None:
    """PCL's own rises when clusters come, after the first epoch."""
    job = tiny_job(
        "pcl", batch_size=8, clusters=[3, 6], start_epochs=1, queue_size=24,
        also_learn=["land-cover"], also_weight=0.5,
    )  # fmt: skip
    learner, batches = make_learner(job, small_dataset)
    recipe = learner.recipe
    start, cover = math.log(25), 0.5 * recipe.tasks.chance_loss
    assert recipe.chance_loss == pytest.approx(start + cover)
    for step in range(learner.plan.steps_per_epoch):
        learner.take_step(batches.batch(step))
    guess = (math.log(3) + math.log(6)) / 2
    assert recipe.chance_loss == pytest.approx(start + guess + cover)


def test_clusters_of_places_are_in_the_checkpoint(small_dataset) -> None:
    learner, _ = make_learner(tiny_job("moco", also_learn=["position-clusters"]), small_dataset)
    assert "tasks.position_clusters" in learner.state()["recipe"]


def test_tiles_that_lie_nowhere_have_no_clusters_of_places(small_dataset) -> None:
    content = small_dataset.information.to_json()
    assert unmet_needs(METHODS["position-clusters"], content) == []
    content["scenes"][0]["crs"] = NOWHERE
    (lack,) = unmet_needs(METHODS["position-clusters"], content)
    assert "nothing places these" in lack


def test_what_lacks_is_said(small_dataset, make_dataset, tmp_path) -> None:
    bare = TileDataset(make_dataset(tmp_path / "bare.tiles", count=20))
    bare.information.classes.clear()
    assert unmet_needs(METHODS["dominant-class"], bare.information.to_json())
    with pytest.raises(RequestError, match="land cover is to be learnt"):
        make_learner(tiny_job("moco", also_learn=["dominant-class"]), bare)
    with pytest.raises(RequestError, match="cannot be read"):
        make_learner(tiny_job("map-layer", map_layer="nowhere.tif", **QUIET), small_dataset)
