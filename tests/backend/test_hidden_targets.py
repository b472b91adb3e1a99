"""SimMIM, inpainting, colourisation: what is told, what is seen, and what must not be."""

from __future__ import annotations

import pytest
import torch

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.losses.edges import edge_error
from backend.methods.colourisation import chroma_of
from backend.methods.simmim import band_means
from backend.networks.backbones import ARCHITECTURES
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.runtime.errors import RequestError
from backend.training.learner import Learner
from backend.views.lab import HALF_RANGES, rgb_to_lab
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone


@pytest.fixture(autouse=True)
def small_networks(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)
    monkeypatch.setitem(
        ARCHITECTURES,
        "vit-tiny",
        lambda *, bands, stem, tile_size_px: VisionTransformer(bands, tile_size_px, 24, 2),
    )


@pytest.fixture(scope="module")
def coloured(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("coloured") / "coloured.tiles"
    bands = ["nir", "blue", "green", "red", "swir"]
    return TileDataset(make_dataset(folder, count=30, bands=bands, radius=0))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def run(learner: Learner, tiles: torch.Tensor, valid: torch.Tensor | None = None):
    if valid is None:
        valid = torch.ones_like(tiles, dtype=torch.bool)
    return learner.recipe([tiles], torch.arange(len(tiles)), seeded(), valid=[valid])


def test_fact_5_5_11_edges_do_not_see_a_constant_but_see_a_shift() -> None:
    target = torch.randn(2, 2, 9, 9, generator=seeded()).double()
    everywhere = torch.ones(2, 1, 9, 9, dtype=torch.bool)
    assert edge_error(target + 3, target, everywhere).item() == pytest.approx(0, abs=1e-20)
    step = torch.zeros(1, 1, 9, 9).double()
    step[..., 4:] = 1
    assert edge_error(step.roll(1, 3), step, everywhere[:1]) > 0


def test_edges_equal_a_loop_and_leave_out_what_is_beside_no_data() -> None:
    told, target = (torch.randn(1, 1, 6, 5, generator=seeded(n)).double() for n in (1, 2))
    counts = torch.ones(1, 1, 6, 5, dtype=torch.bool)
    counts[0, 0, 1, 1] = False
    kernel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    errors = {"x": [], "y": []}
    for row in range(1, 5):
        for column in range(1, 4):
            if not counts[0, 0, row - 1 : row + 2, column - 1 : column + 2].all():
                continue
            for axis in "xy":
                difference = 0.0
                for i in range(3):
                    for j in range(3):
                        weight = kernel[i][j] if axis == "x" else kernel[j][i]
                        place = (0, 0, row - 1 + i, column - 1 + j)
                        difference += weight * (told[place] - target[place]).item()
                errors[axis].append(difference**2)
    expected = sum(sum(e) / len(e) for e in errors.values())
    assert len(errors["x"]) == 12 - 4
    assert edge_error(told, target, counts).item() == pytest.approx(expected, rel=1e-12)
    assert edge_error(told, target, torch.zeros_like(counts)) == 0


def test_the_chroma_is_that_of_lab() -> None:
    rgb = torch.rand(2, 3, 4, 4, generator=seeded())
    lab = rgb_to_lab(rgb)
    expected = torch.stack([lab[:, 1] / HALF_RANGES[1], lab[:, 2] / HALF_RANGES[2]], dim=1)
    torch.testing.assert_close(chroma_of(rgb), expected)
    grey = torch.rand(1, 1, 4, 4, generator=seeded()).expand(1, 3, 4, 4)
    assert chroma_of(grey).abs().max() < 1e-4


@pytest.mark.parametrize(
    ("kind", "seen"),
    [("auto", (0, 4)), ("other-bands", (0, 4)), ("lightness", (3,)), ("both", (3, 0, 4))],
)
def test_fact_5_5_6_colours_do_not_leak(kind: str, seen: tuple, coloured: TileDataset) -> None:
    """Bands are nir, blue, green, red, swir. Other colours of the same lightness, or any where that
    is not seen, leave what is told as it is."""
    job = tiny_job("colourisation", batch_size=4, colour_from=kind, crop_area=1.0, turns="none")
    learner, _ = make_learner(job, coloured)
    recipe = learner.recipe.eval()
    assert recipe.encoder.shape.groups == (seen,)
    tiles = torch.rand(3, 5, 8, 8, generator=seeded())
    other = tiles.clone()
    if kind in ("auto", "other-bands"):
        other[:, 1:4] = torch.rand(3, 3, 8, 8, generator=seeded(1))
    else:
        # Grey of the luminance, which has the same lightness; in Lab all of these are L and 0, 0.
        lightness = rgb_to_lab(tiles[:, [3, 2, 1]])[:, :1]
        luminance = torch.where(
            lightness > 8, ((lightness + 16) / 116) ** 3, lightness * (3 / 29) ** 3
        )
        grey = torch.where(
            luminance > 0.0031308, 1.055 * luminance ** (1 / 2.4) - 0.055, 12.92 * luminance
        )
        other[:, 1:4] = grey
    with torch.no_grad():
        one, two = (recipe.encoder(values) for values in (tiles, other))
        assert (one - two).abs().max() < 1e-4
        assert run(learner, tiles).loss != run(learner, other).loss
    tiles[:, 0 if 0 in seen else 3] += 0.2
    with torch.no_grad():
        assert (recipe.encoder(tiles) - one).abs().max() > 1e-4


def test_colourisation_asks_for_colours_and_for_something_to_see(
    small_dataset, make_dataset, tmp_path
) -> None:
    assert unmet_needs(METHODS["colourisation"], small_dataset.information.to_json())
    bands = ["red", "green", "blue"]
    rgb = TileDataset(make_dataset(tmp_path / "rgb.tiles", count=20, bands=bands, radius=0))
    learner, batches = make_learner(tiny_job("colourisation", batch_size=4), rgb)
    assert learner.recipe.encoder.shape.groups == ((0,),)
    outcome, norm = learner.take_step(batches.batch(0))
    assert torch.isfinite(outcome.loss) and norm > 0
    with pytest.raises(RequestError, match="beside red, green and blue, and there are none"):
        make_learner(tiny_job("colourisation", colour_from="both"), rgb)


def test_fact_5_5_2_inpainting_looks_at_the_hole_alone(small_dataset) -> None:
    job = tiny_job("inpainting", batch_size=4, crop_area=1.0, turns="none", hole_area=0.2)
    learner, _ = make_learner(job, small_dataset)
    recipe = learner.recipe
    holes = recipe.holes(300, 16, seeded())
    share = holes.float().mean(dim=(1, 2, 3))
    assert 0.12 < share.min() < share.max() < 0.5
    rows, columns = holes.any(dim=3).sum(dim=2), holes.any(dim=2).sum(dim=2)
    assert torch.equal(rows * columns, holes.sum(dim=(2, 3)))
    told: list = []
    decode, seen = recipe.decoder.forward, []
    recipe.decoder.forward = lambda *given: told.append(decode(*given)) or told[-1]
    stages = recipe.encoder.stages
    recipe.encoder.stages = lambda given: seen.append(given) or stages(given)
    tiles = torch.randn(4, 4, 8, 8, generator=seeded()) + 9
    (gradient,) = torch.autograd.grad(run(learner, tiles).loss, told[0])
    hole = recipe.holes(4, 8, seeded())
    assert torch.equal(gradient != 0, hole.expand_as(gradient))
    # The learned value starts at 0, and tiles here are about 9.
    assert torch.equal(seen[0] == 0, hole.expand_as(seen[0]))


def test_band_means_are_of_what_counts() -> None:
    patches = torch.tensor([[[1.0, 3.0, 10.0, 99.0], [5.0, 5.0, 7.0, 7.0]]])
    counts = torch.tensor([[[True, True, True, False], [True, True, False, False]]])
    means, held = band_means(patches, counts, bands=2)
    assert means.tolist() == [[[2.0, 10.0], [5.0, 0.0]]]
    assert held.tolist() == [[[True, True], [True, False]]]


@pytest.mark.parametrize("method", ["simmim", "masked-mean-colour"])
def test_fact_5_5_2_simmim_looks_at_hidden_patches_alone(method: str, small_dataset) -> None:
    job = make_train_job(
        dict(dataset="a", output="b", method=method, batch_size=4, crop_area=1.0, turns="none")
    )
    learner = Learner(job, small_dataset, make_plan(job, 38), torch.device("cpu"))
    recipe, told = learner.recipe, []
    recipe.head.register_forward_hook(lambda module, given, out: told.append(out))
    tiles = torch.randn(4, 4, 8, 8, generator=seeded())
    (gradient,) = torch.autograd.grad(run(learner, tiles).loss, told[0])
    asked = (gradient != 0).any(dim=2)
    # 4 x 4 patches of 2 px: of four blocks of 2 x 2 one stays, or of sixteen patches eight.
    assert (asked.sum(dim=1) == {"simmim": 12, "masked-mean-colour": 8}[method]).all()
    values = {"simmim": 4 * 4, "masked-mean-colour": 4}[method]
    assert told[0].shape == (4, 16, values)
    nothing = torch.zeros_like(tiles, dtype=torch.bool)
    assert run(learner, tiles, nothing).loss == 0


def test_presets_hold_the_papers_values() -> None:
    base = dict(dataset="a", output="b")
    simmim = make_train_job(dict(base, method="simmim-published"))
    assert (simmim.mask_ratio, simmim.block_patches, simmim.epochs) == (0.6, 2, 800)
    assert (simmim.batch_size, simmim.learning_rate) == (2048, 4e-4)
    colours = make_train_job(dict(base, method="colourisation-published"))
    assert (colours.architecture, colours.epochs, colours.batch_size) == ("resnet18", 50, 32)
    # SGD: a tenth of the loss at ten times the rate; decay is part of the gradient.
    assert colours.learning_rate == pytest.approx(10 * 0.01)
    assert colours.weight_decay == pytest.approx(1e-5 / 10)
