"""SauMoCo's settings: several neighbours, their shape and distances, and the released recipes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from backend.contract.catalogue import SENTINEL2_BANDS
from backend.contract.methods import METHODS, make_train_job
from backend.data.relations import Itself, Near, chip_words, make_ground
from backend.methods.recipe import make_recipe
from backend.methods.saumoco import SauMoCo
from backend.runtime.errors import RequestError


def make(dataset, **values) -> SauMoCo:
    common = dict(dataset="a", output="r", batch_size=8, queue_size=24, embedding_dimension=4)
    return make_recipe("saumoco", make_train_job({**common, **values}), dataset)


class MeanPixel(nn.Module):
    """It projects to the bands' means, which are the same however a tile is turned or grouped."""

    projection = nn.Identity()

    def features(self, tiles: torch.Tensor) -> torch.Tensor:
        return tiles.mean(dim=(2, 3))

    def forward(self, tiles: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.features(tiles), dim=1)


@pytest.mark.parametrize("neighbours", [1, 3])
def test_fact_5_7_7_the_key_is_the_mean_of_projections_and_then_of_length_1(
    small_dataset, neighbours: int
) -> None:
    recipe = make(small_dataset, neighbours=neighbours)
    assert len(recipe.relations) == neighbours + 1
    recipe.encoder = recipe.key_encoder = MeanPixel()
    generator = torch.Generator().manual_seed(3)
    tiles = torch.randn(neighbours + 1, 8, 4, 8, 8, generator=generator) + 0.3
    outcome = recipe(tiles.unbind(), torch.arange(8), torch.Generator().manual_seed(0))
    means = tiles[1:].double().mean(dim=(3, 4)).numpy()
    total = means.sum(axis=0)
    expected = total / np.sqrt((total**2).sum(axis=1, keepdims=True))
    assert outcome.kept["keys"].numpy() == pytest.approx(expected, abs=1e-6)
    if neighbours > 1:
        # The mean of directions is another one: a long projection counts no more there.
        directions = means / np.sqrt((means**2).sum(axis=2, keepdims=True))
        other = directions.sum(axis=0)
        other = other / np.sqrt((other**2).sum(axis=1, keepdims=True))
        assert not np.allclose(expected, other, atol=0.01)


def test_each_neighbour_has_places_of_its_own(small_dataset) -> None:
    recipe = make(small_dataset, neighbours=3)
    assert recipe.relations == (Itself(), *[Near(8, minimum_offset_px=1)] * 3)
    ground = make_ground(small_dataset)
    places = []
    for tile, relation in enumerate(recipe.relations[1:], 1):
        words = chip_words(64, relation.words, seed=0, epoch=0, tile=tile)
        chips, offsets = relation.draw(words, np.arange(64), ground)
        assert np.array_equal(chips, np.arange(64))
        places.append(offsets)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert (places[one] == places[other]).all(axis=1).mean() < 0.1


def test_neighbourhoods_in_pixels_and_on_the_ground(small_dataset) -> None:
    """Chips of 30 m pixels that hold 8 px around their tiles."""

    def near(**values) -> Near:
        return make(small_dataset, **values).relations[1]

    assert near() == Near(8, minimum_offset_px=1)
    assert near(neighbour_radius_m=240) == near(neighbour_radius_px=8) == near()
    assert near(neighbour_radius_m=239.9).radius_px == 7
    assert near(minimum_offset_m=61).minimum_offset_px == 3
    assert near(minimum_offset_m=60).minimum_offset_px == 2
    # The anchor's own place, where it is asked for.
    assert near(minimum_offset_px=0) == near(minimum_offset_m=0.0) == Near(8)
    assert near(neighbour_radius_px=0) == Near(0)
    asked = dict(neighbour_shape="disc", minimum_offset_px=4, neighbour_step_px=2)
    assert near(**asked) == Near(8, 2, "disc", 4)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (dict(neighbour_radius_px=9), "--neighbour-radius-px 9 is more than the 8 px"),
        (
            dict(neighbour_radius_m=270.0),
            r"--neighbour-radius-m 270 \(9 px of 30 m\) is more than the 8 px",
        ),
        (
            dict(neighbour_radius_px=8, neighbour_radius_m=240.0),
            "--neighbour-radius-px 8 and --neighbour-radius-m 240 say the same thing twice",
        ),
        (
            dict(minimum_offset_px=1, minimum_offset_m=1.0),
            "--minimum-offset-px 1 and --minimum-offset-m 1 say",
        ),
        (
            dict(neighbour_step_px=9),
            "--neighbour-step-px 9 leaves no neighbour: no offset of 1 to 8 px is a multiple of 9",
        ),
        (dict(minimum_offset_px=9), "--minimum-offset-px 9 leaves no neighbour: no offset of 9 to"),
        (
            dict(minimum_offset_m=150.0, neighbour_radius_px=4, neighbour_shape="disc"),
            r"--minimum-offset-m 150 \(5 px of 30 m\) leaves no neighbour",
        ),
    ],
)
def test_neighbourhoods_that_cannot_be_are_refused(small_dataset, values, words: str) -> None:
    with pytest.raises(RequestError, match=words) as refused:
        make(small_dataset, **values)
    assert refused.value.hint


@pytest.mark.parametrize("name", ["saumoco-naip-published", "saumoco-sentinel2-published"])
def test_released_recipes_hold_all_that_the_released_code_does(name: str) -> None:
    job = make_train_job(dict(method=name, dataset="a", output="r"))
    assert (job.neighbours, job.neighbour_shape, job.minimum_offset_px) == (1, "square", 0)
    assert (job.nesterov, job.warmup_steps, job.precision) == (True, 0, "float32")
    assert (job.decay_delay_epochs, job.decay_at_epochs) == (0, [])
    assert (job.architecture, job.stem, job.initial_weights) == ("resnet18", "imagenet", "random")
    assert job.queue_start == "released"
    assert any("queue is as long as the dataset" in d for d in METHODS[name].differences)


def test_only_the_released_recipe_applies_constants_to_the_wrong_bands() -> None:
    wrong = {
        name
        for name in METHODS
        if name.startswith(("saumoco", "tile2vec"))
        and make_train_job(dict(method=name, dataset="a", output="r")).normalisation
        == "saumoco-sentinel2-released"
    }
    assert wrong == {"saumoco-sentinel2-published"}
    method = METHODS["saumoco-sentinel2-published"]
    assert method.needs.bands == SENTINEL2_BANDS
    assert len(SENTINEL2_BANDS) == 13
    # A grid of 6 px (60 m), -16 … 15 steps of it.
    job = make_train_job(dict(method=method.name, dataset="a", output="r"))
    assert (job.neighbour_step_px, job.neighbour_radius_px) == (6, 96)
