"""Places within tiles: tracked views, matched cells; DenseCL, region contrast, GLCNet, VICRegL."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from backend.contract.methods import METHODS, make_train_job
from backend.losses.infonce import infonce
from backend.losses.moments import vicreg
from backend.methods.dense_matching import (
    cell_diagonal,
    dense_stages,
    gather_cells,
    match_by_features,
    match_by_place,
)
from backend.methods.glcnet import mean_and_variance
from backend.methods.vicregl import match_by_distance
from backend.networks.backbones import ARCHITECTURES, build_backbone
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.feature_pyramid import FeaturePyramid
from backend.runtime.errors import RequestError
from backend.views.dihedral import turn
from backend.views.photometric import PhotometricViews
from backend.views.tracked import TrackedViews, as_cells, cell_places, tile_places
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

SIDE = 4
NUMBERS = torch.arange(SIDE * SIDE).view(1, 1, SIDE, SIDE)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def make(method: str, dataset, **values):
    given = {"batch_size": 8, "steps": 20, "dense_cells": 2, **values}
    if method in ("densecl", "region-contrast"):
        given = {"queue_size": 24, **given}
    return make_learner(tiny_job(method, **given), dataset)


def test_fact_5_1_19_matched_places_are_the_mirrored_columns() -> None:
    """Without a change the matched cell is the same; with a mirror it is the mirrored one."""
    places = tile_places(torch.zeros(1, 1, 8, 8))
    cells = cell_places(places, SIDE, SIDE)
    for element in range(8):
        turned = turn(places, torch.tensor([element]))
        numbers, distances = match_by_place(cell_places(turned, SIDE, SIDE), cells)
        expected = turn(NUMBERS, torch.tensor([element])).flatten(1)
        assert torch.equal(numbers, expected)
        assert distances.max() < 1e-6


def test_fact_5_1_19_matched_features_are_the_mirrored_columns() -> None:
    maps = torch.randn(2, 16, SIDE, SIDE, generator=seeded())
    assert torch.equal(
        match_by_features(as_cells(maps), as_cells(3 * maps)),
        NUMBERS.flatten(1).expand(2, -1),
    )
    numbers = match_by_features(as_cells(maps.flip(3)), as_cells(maps))
    assert torch.equal(numbers, NUMBERS.flip(3).flatten(1).expand(2, -1))
    found = gather_cells(as_cells(maps), numbers)
    assert torch.equal(found, as_cells(maps.flip(3)))


@pytest.mark.parametrize("spread", [0.03, 0.003])
def test_fact_5_1_19_cells_that_look_alike_match_themselves_under_autocast(spread: float) -> None:
    """Of 49 cells; rounded to bfloat16, all of their cosines are 1."""
    common = torch.randn(1, 1, 32, generator=seeded())
    cells = common + spread * torch.randn(2, 49, 32, generator=seeded(1))
    with torch.autocast("cpu", torch.bfloat16):
        numbers = match_by_features(cells, cells)
        mirrored = match_by_features(cells, cells.flip(1))
    assert torch.equal(numbers, torch.arange(49).expand(2, -1))
    assert torch.equal(mirrored, torch.arange(49).flip(0).expand(2, -1))


def test_a_views_pixels_are_those_of_its_places(small_dataset) -> None:
    """Of a tile that is a ramp, a view shows at each pixel the ramp's value at that place."""
    job = make_train_job(
        dict(method="moco", dataset="a", output="b", crop_area=0.3, jitter_probability=0,
             grey_probability=0, blur_probability=0)
    )  # fmt: skip
    places = tile_places(torch.zeros(50, 1, 8, 8))
    ramp = 3 * places[:, :1] - 2 * places[:, 1:] + 0.25
    view, seen = TrackedViews(PhotometricViews(job, small_dataset.information))(ramp, seeded())
    assert seen.shape == (50, 2, 8, 8) and seen.min() > 0 and seen.max() < 1
    assert torch.allclose(view, 3 * seen[:, :1] - 2 * seen[:, 1:] + 0.25, atol=1e-5)
    # Views differ in what they show of the tile.
    assert seen.flatten(2).std(dim=0).min() > 0.05


def test_the_diagonal_of_a_cell_is_measured_in_the_tile() -> None:
    places = tile_places(torch.zeros(2, 1, 8, 8))
    half = torch.cat([places[:1], places[:1] / 2])
    assert cell_diagonal(half, 4, 4).tolist() == pytest.approx([2**0.5 / 4, 2**0.5 / 8], rel=1e-6)


@pytest.mark.parametrize(
    ("architecture", "cells", "count", "expected"),
    [("resnet18", 4, 1, [3]), ("resnet18", 4, 2, [3, 4]), ("resnet18", 40, 1, [0]),
     ("resnet18", 1, 1, [4]), ("vit-tiny", 4, 2, [3])],
)  # fmt: skip
def test_the_compared_map_is_the_coarsest_of_enough_cells(
    architecture: str, cells: int, count: int, expected: list
) -> None:
    """A ResNet-18 with the medium stem has maps of 32, 16, 8, 4 and 2 px of a 32-px tile."""
    encoder = build_encoder(EncoderShape(architecture, "medium", 1, 32), seed=0)
    assert dense_stages(encoder, 32, cells, count) == expected


@pytest.mark.parametrize("method", ["densecl", "region-contrast"])
def test_dense_loss_equals_a_loop_over_cells(method: str, small_dataset) -> None:
    """Each cell of the query against the cell of its key and the queue, own rows left out."""
    learner, batches = make(method, small_dataset, dense_levels=1)
    recipe, batch = learner.recipe, batches.batch(0)
    learner.take_step(batch)
    queue = recipe.cell_queues[0]
    negatives, owners = queue.keys.double().clone(), queue.chips.clone()
    seen, matches = [], []
    vectors, match = recipe.vectors, recipe.match
    recipe.vectors = lambda *given: seen.append(vectors(*given)) or seen[-1]
    recipe.match = lambda *given: matches.append(match(*given)) or matches[-1]
    recipe._job.batch_norm_groups = 1
    chips = torch.from_numpy(batch.chips)
    tiles = [learner.input_of(torch.from_numpy(batch.tiles[0]))]
    outcome = recipe(tiles, chips, seeded())
    # The keys' batch was shuffled on its way: its embeddings say how.
    order = (outcome.kept["keys"] @ seen[1][0].T).argmax(dim=1)
    query, keys = seen[0][2].double(), seen[1][2].double()[order]
    numbers, counts = matches[0]
    losses = []
    for i in range(8):
        others = negatives[owners != chips[i]]
        assert len(others) == len(negatives) - 1
        for cell in range(query.shape[1]):
            if counts[i, cell]:
                positive = query[i, cell] @ keys[i, numbers[i, cell]] / 0.2
                logits = torch.cat([positive[None], others @ query[i, cell] / 0.2])
                losses.append((logits.logsumexp(0) - positive).item())
    expected = sum(losses) / len(losses)
    assert outcome.measures["dense_loss"].item() == pytest.approx(expected, rel=1e-4)
    whole = infonce(
        seen[0][0], outcome.kept["keys"], recipe.queue.keys, temperature=0.2,
        masked=chips[:, None] == recipe.queue.chips,
    )  # fmt: skip
    assert outcome.loss.item() == pytest.approx((whole.item() + expected) / 2, rel=1e-4)
    assert outcome.measures["matched_share"] == counts.float().mean()
    assert method == "region-contrast" or counts.all()
    mean = functional.normalize(keys.mean(dim=1), dim=1)
    assert torch.allclose(outcome.kept["cells_0"].double(), mean, atol=1e-5)


def test_every_level_has_a_head_and_a_queue_of_its_own(small_dataset) -> None:
    learner, batches = make("region-contrast", small_dataset)
    recipe = learner.recipe
    assert recipe.stages == [1] and len(recipe.cell_queues) == 1
    learner, batches = make("region-contrast", small_dataset, dense_cells=4)
    recipe = learner.recipe
    assert recipe.stages == [0, 1] and len(recipe.leader["heads"]) == 2
    learner.take_step(batches.batch(0))
    first, second = recipe.cell_queues
    assert (first.chips[:8] >= 0).all() and torch.equal(first.chips, second.chips)
    assert not torch.equal(first.keys[:8], second.keys[:8])


def test_densecls_published_preset_holds_the_released_values() -> None:
    job = make_train_job(dict(method="densecl-published", dataset="a", output="b"))
    assert METHODS["densecl-published"].differences
    assert (job.learning_rate, job.batch_size, job.epochs) == (0.03, 256, 200)
    assert (job.queue_size, job.key_momentum, job.temperature) == (65536, 0.999, 0.2)
    assert (job.dense_weight, job.embedding_dimension) == (0.5, 128)


def tiles_of(learner, batches) -> list[torch.Tensor]:
    return [learner.input_of(torch.from_numpy(batches.batch(0).tiles[0]))]


def test_glcnets_whole_vector_is_mean_and_variance() -> None:
    maps = torch.randn(3, 5, 4, 4, generator=seeded())
    found = mean_and_variance(maps)
    for tile in range(3):
        for channel in range(5):
            values = maps[tile, channel].flatten()
            mean = values.sum() / 16
            variance = ((values - mean) ** 2).sum() / 16
            assert found[tile, channel].item() == pytest.approx(mean.item(), abs=1e-6)
            assert found[tile, 5 + channel].item() == pytest.approx(variance.item(), abs=1e-6)


@pytest.mark.parametrize("element", range(8))
def test_glcnets_regions_show_the_same_ground(small_dataset, element: int) -> None:
    """Of a map that is a ramp over the ground, regions of both views have the same mean."""
    learner, _ = make("glcnet", small_dataset, dense_cells=4, regions=16)
    places = tile_places(torch.zeros(5, 1, 8, 8))
    turned = turn(places, torch.full((5,), element))
    ramps = torch.cat([places, turned]).sum(dim=1, keepdim=True)
    vectors, found = learner.recipe.regions(ramps, places, turned, seeded())
    first, second = vectors.chunk(2)
    assert found.all() and found.shape == (5, 16)
    # Windows of 3 px about a pixel of a cell's middle, for cells of 2 px: half a pixel off.
    assert (first - second).abs().max() <= 2 * 0.5 / 8 + 1e-6
    assert first.std() > 0.2


def test_glcnets_regions_that_the_other_view_lacks_do_not_count(small_dataset) -> None:
    """The second view shows the lower half alone, so that half of the cells are not in it."""
    learner, _ = make("glcnet", small_dataset, dense_cells=4, regions=16)
    recipe = learner.recipe
    places = tile_places(torch.zeros(2, 1, 8, 8))
    lower = torch.stack([0.5 + places[:, 0] / 2, places[:, 1]], dim=1)
    decoded = torch.randn(4, 3, 8, 8, generator=seeded())
    _, found = recipe.regions(decoded, places, lower, seeded())
    assert found.sum(dim=1).tolist() == [8, 8]
    # Where only as many are compared, they are those that are found.
    recipe._regions = 8
    _, found = recipe.regions(decoded, places, lower, seeded())
    assert found.all()
    vectors = torch.randn(8, 5, generator=seeded(1))
    counts = torch.tensor([1.0, 0, 1, 1])
    kept = [0, 2, 3]
    logits = functional.normalize(vectors, dim=1) @ functional.normalize(vectors, dim=1).T / 0.5
    logits = logits.fill_diagonal_(-torch.inf)
    pairs = [(i, (i + 4) % 8) for i in (*kept, *(k + 4 for k in kept))]
    expected = sum((logits[i].logsumexp(0) - logits[i, j]).item() for i, j in pairs) / len(pairs)
    assert recipe.contrast(vectors, counts).item() == pytest.approx(expected, abs=1e-5)


def test_glcnet_exports_its_decoder(small_dataset) -> None:
    learner, batches = make("glcnet", small_dataset)
    recipe = learner.recipe
    assert recipe.extras == {"decoder": recipe.decoder}
    before = recipe.decoder.output.weight.detach().clone()
    learner.take_step(batches.batch(0))
    assert not torch.equal(recipe.decoder.output.weight, before)


def test_vicregls_local_loss_is_that_of_the_best_pairs(small_dataset) -> None:
    learner, _ = make("vicregl", small_dataset, matches=2)
    recipe = learner.recipe
    one, other = torch.randn(2, 3, 4, 5, generator=seeded()).double()
    numbers = torch.tensor([[0, 1, 2, 3], [3, 2, 1, 0], [1, 1, 1, 1]])
    distances = torch.tensor([[0.4, 0.1, 0.3, 0.2], [0, 1, 2, 3], [9.0, 8, 1, 2]])
    pairs = [(0, 1), (0, 3), (1, 0), (1, 1), (2, 2), (2, 3)]
    first = torch.stack([one[tile, cell] for tile, cell in pairs])
    second = torch.stack([other[tile, numbers[tile, cell]] for tile, cell in pairs])
    expected, _ = vicreg(first, second)
    found = recipe.local_loss(one, other, numbers, distances)
    assert found.item() == pytest.approx(expected.item(), rel=1e-9)


def test_vicregl_is_the_weighted_sum_of_its_parts(small_dataset) -> None:
    learner, batches = make("vicregl", small_dataset, dense_weight=0.4)
    outcome = learner.recipe(tiles_of(learner, batches), torch.arange(8), seeded())
    parts = outcome.measures
    local = (parts["place_loss"] + parts["feature_loss"]) / 2
    expected = 0.6 * parts["whole_loss"] + 0.4 * local
    assert outcome.loss.item() == pytest.approx(expected.item(), rel=1e-5)
    nearest, distances = match_by_distance(torch.eye(3)[None], torch.eye(3)[None, [2, 0, 1]])
    assert nearest.tolist() == [[1, 2, 0]] and distances.max() == 0


def test_presets_of_dense_methods_hold_the_published_values() -> None:
    def job(name: str):
        assert METHODS[name].differences
        return make_train_job(dict(method=name, dataset="a", output="b"))

    glcnet, local = job("glcnet-published"), job("vicregl-published")
    assert (glcnet.temperature, glcnet.dense_weight, glcnet.regions) == (0.5, 0.5, 4)
    assert (glcnet.optimiser, glcnet.learning_rate, glcnet.epochs) == ("adam", 1e-3, 400)
    assert (glcnet.batch_size, glcnet.positives_in_sum) == (256, False)
    assert (local.dense_weight, local.matches, local.epochs) == (0.25, 20, 300)
    assert local.learning_rate == pytest.approx(0.2 * local.batch_size / 256)


def shrunk(weights: torch.Tensor, values: np.ndarray) -> np.ndarray:
    """A 1 x 1 convolution, without its bias."""
    return np.einsum("oc,bchw->bohw", weights[:, :, 0, 0].numpy(), values)


def test_a_feature_pyramid_is_what_its_paper_says() -> None:
    """In float64 by loops: coarser maps are repeated and added, and 3 x 3 convolutions follow."""
    pyramid = FeaturePyramid((9, 3, 4, 5), (1, 2, 3), 6, seed=0).double().requires_grad_(False)
    sizes = {1: 7, 2: 4, 3: 2}
    maps = [torch.zeros(2, 9, 14, 14).double()] + [
        torch.randn(2, channels, sizes[n], sizes[n], generator=seeded(n), dtype=torch.float64)
        for n, channels in ((1, 3), (2, 4), (3, 5))
    ]
    found, carried = pyramid(maps), None
    for place, stage in reversed(list(enumerate(pyramid.stages))):
        side = sizes[stage]
        inner, last = (
            getattr(pyramid.layers, name)[place][0] for name in ("inner_blocks", "layer_blocks")
        )
        value = shrunk(inner.weight, maps[stage].numpy()) + inner.bias.numpy()[:, None, None]
        if carried is not None:
            nearest = np.arange(side) * carried.shape[2] // side
            value = value + carried[:, :, nearest][:, :, :, nearest]
        carried = value
        padded = np.pad(value, [(0, 0), (0, 0), (1, 1), (1, 1)])
        expected = sum(
            shrunk(last.weight[:, :, i : i + 1, j : j + 1], padded[:, :, i:, j:][..., :side, :side])
            for i in range(3)
            for j in range(3)
        )
        expected = expected + last.bias.numpy()[:, None, None]
        assert np.allclose(found[stage].numpy(), expected, rtol=0, atol=1e-12)
    again = FeaturePyramid((9, 3, 4, 5), (1, 2, 3), 6, seed=0).state_dict()
    assert all(torch.equal(v, again[n].double()) for n, v in pyramid.state_dict().items())


@pytest.mark.parametrize("method", ["densecl", "region-contrast", "vicregl"])
def test_places_may_be_those_of_a_feature_pyramid(method: str, small_dataset) -> None:
    """All of it learns, its follower follows, and the encoder that is exported has none of it."""
    learner, batches = make(method, small_dataset, feature_pyramid=12, dense_cells=4)
    recipe = learner.recipe
    plain = make(method, small_dataset)[0].recipe.encoder.state_dict()
    assert plain.keys() == recipe.encoder.state_dict().keys()
    pyramid = recipe.pyramid if method == "vicregl" else recipe.leader["pyramid"]
    before = {name: value.clone() for name, value in pyramid.state_dict().items()}
    learner.take_step(batches.batch(0))
    # Of the coarser maps the last convolutions are nobody's, where one map alone is compared.
    used = [name for name in before if not name.startswith("layers.layer_blocks.1")]
    assert all((pyramid.state_dict()[name] != before[name]).any() for name in used)
    if method != "vicregl":
        for name, value in recipe.follower["pyramid"].state_dict().items():
            expected = 0.99 * before[name] + 0.01 * pyramid.state_dict()[name]
            assert torch.allclose(value, expected, atol=1e-6)


def test_a_feature_pyramid_needs_maps_of_several_sizes(small_dataset, monkeypatch) -> None:
    def small(*, bands: int, stem: str, tile_size_px: int):
        return build_backbone("vit-tiny", bands=bands, stem=stem, tile_size_px=tile_size_px)

    monkeypatch.setitem(ARCHITECTURES, "tiny", small)
    with pytest.raises(RequestError, match="joins maps of several sizes"):
        make("densecl", small_dataset, feature_pyramid=12)
