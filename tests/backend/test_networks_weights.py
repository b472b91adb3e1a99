"""Initial weights: what a file holds reaches the backbone; bands are matched by name."""

from __future__ import annotations

import urllib.error
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional

from backend import train
from backend.networks.encoder import Encoder, EncoderShape, build_encoder
from backend.networks.encoder_file import load_encoder
from backend.networks.torchvision_import import torchvision
from backend.networks.weights import TORCHVISION_NAMES, fit_bands, initialise
from backend.runtime.errors import DataError, MachineError, RequestError

FILE_NAME = "resnet18-f37072fd.pth"


def make(stem: str = "imagenet", bands: int = 3, architecture: str = "resnet18") -> Encoder:
    return build_encoder(EncoderShape(architecture, stem, bands, 16, 2), seed=1).eval()


@pytest.fixture(scope="module")
def published() -> nn.Module:
    """Stands for the network that was trained on ImageNet."""
    torch.manual_seed(7)
    network = torchvision.models.resnet18().eval()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
    return network


@pytest.fixture(scope="module")
def cache(published: nn.Module, tmp_path_factory) -> Path:
    """torch's cache with that network in it, as older files are: without counts of batches."""
    folder = tmp_path_factory.mktemp("hub é")
    (folder / "checkpoints").mkdir()
    weights = {n: t for n, t in published.state_dict().items() if "num_batches" not in n}
    torch.save(weights, folder / "checkpoints" / FILE_NAME)
    return folder


@pytest.fixture
def no_network(monkeypatch) -> None:
    def refuse(*_arguments, **_options):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", refuse)


def features(network: nn.Module, tiles: Tensor) -> Tensor:
    with torch.no_grad():
        if isinstance(network, Encoder):
            return network.features(tiles)
        pooled = nn.Sequential(*list(network.children())[:-1])
        return pooled(tiles).flatten(1)


def test_imagenet_weights_come_from_torchs_cache(
    published: nn.Module, cache: Path, no_network, monkeypatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(cache))
    encoder = make()
    projection = encoder.projection.weight.clone()
    notes = initialise(encoder, "imagenet", ["blue", "green", "red"], download=False)
    tiles = torch.randn(2, 3, 20, 20)
    # The dataset's order is blue, green, red; the network's red, green, blue.
    torch.testing.assert_close(features(encoder, tiles), features(published, tiles.flip(1)))
    assert torch.equal(encoder.projection.weight, projection)
    assert notes == [
        f"the backbone starts from ImageNet weights ({FILE_NAME}); its projection starts at random",
        "the first layer: each band keeps its kernels",
    ]


@pytest.mark.parametrize("bands", [["B02", "B03", "B04", "B08"], ["red", "nir"], ["b1"]])
def test_a_grey_picture_gives_the_features_that_it_gave(
    published: nn.Module, cache: Path, monkeypatch, bands: list[str]
) -> None:
    """The same values in every band, whatever their number and names."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(cache))
    encoder = make(bands=len(bands))
    initialise(encoder, "imagenet", bands, download=False)
    grey = torch.randn(2, 1, 20, 20)
    expected = features(published, grey.expand(-1, 3, -1, -1))
    torch.testing.assert_close(features(encoder, grey.expand(-1, len(bands), -1, -1)), expected)


def test_first_layer_copies_colours_by_name_and_means_for_others() -> None:
    kernel = torch.randn(5, 3, 7, 7, dtype=torch.float64)
    fitted, sentence = fit_bands(kernel, ("red", "green", "blue"), ["B08", "B04", "B03", "B02"])
    for place, expected in enumerate([kernel.mean(dim=1), *kernel.unbind(1)]):
        torch.testing.assert_close(fitted[:, place], 0.75 * expected)
    assert sentence == "B04, B03, B02 take their kernels; B08 the mean of all 3; scaled by 3/4"
    # Bands of no known name: a mean each.
    fitted, _sentence = fit_bands(kernel, ("red", "green", "blue"), [f"b{n}" for n in range(6)])
    torch.testing.assert_close(fitted, 0.5 * kernel.mean(dim=1, keepdim=True).expand_as(fitted))
    # Where one colour alone is there, what is lost of the sum is spread evenly.
    fitted, _sentence = fit_bands(kernel, ("red", "green", "blue"), ["red", "nir"])
    torch.testing.assert_close(fitted.sum(1), kernel.sum(1))
    torch.testing.assert_close(
        fitted[:, 0] - fitted[:, 1], 1.5 * (kernel[:, 0] - kernel.mean(dim=1))
    )
    picture, ones = torch.full((1, 2, 9, 9), 3.0), torch.full((1, 3, 9, 9), 3.0)
    torch.testing.assert_close(
        functional.conv2d(picture.double(), fitted), functional.conv2d(ones.double(), kernel)
    )


def test_a_file_that_names_no_bands_is_taken_in_order() -> None:
    kernel = torch.randn(5, 4, 3, 3)
    fitted, sentence = fit_bands(kernel, None, ["a", "b", "c", "d"])
    assert torch.equal(fitted, kernel)
    assert "in order" in sentence
    fitted, _sentence = fit_bands(kernel, None, ["a", "b"])
    torch.testing.assert_close(fitted, 2 * kernel.mean(dim=1, keepdim=True).expand_as(fitted))


def test_other_stems_keep_their_random_first_layer(
    published: nn.Module, cache: Path, monkeypatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(cache))
    encoder, before = make("medium", 4), make("medium", 4)
    notes = initialise(encoder, "imagenet", ["red", "green", "blue", "nir"], download=False)
    assert notes[1] == "the first layer starts at random: its kernels are 3x3, the given ones 7x7"
    assert torch.equal(encoder.backbone.conv1.weight, before.backbone.conv1.weight)
    own, given = encoder.backbone.state_dict(), published.state_dict()
    assert all(torch.equal(own[name], given[name]) for name in own if name != "conv1.weight")


def test_imagenet_weights_are_never_fetched_unasked(
    tmp_path: Path, no_network, monkeypatch
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(RequestError, match=rf"{FILE_NAME} is missing \(45 MiB\)") as caught:
        initialise(make(), "imagenet", ["r", "g", "b"], download=False)
    assert "--download-weights" in caught.value.hint


def test_weights_are_fetched_where_that_is_asked_for(
    published: nn.Module, tmp_path: Path, monkeypatch
) -> None:
    """By torchvision, with its checksum, and as tensors alone."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    place = "torchvision.models._api.load_state_dict_from_url"
    asked = {}

    def fetch(url: str, **options):
        asked.update(options, url=url)
        return published.state_dict()

    monkeypatch.setattr(place, fetch)
    encoder = make()
    initialise(encoder, "imagenet", ["r", "g", "b"], download=True)
    assert torch.equal(encoder.backbone.conv1.weight, published.conv1.weight)
    assert asked["url"].endswith(FILE_NAME)
    assert (asked["weights_only"], asked["check_hash"]) == (True, True)

    for fault, expected in (
        (urllib.error.URLError("no route"), MachineError),
        (RuntimeError("invalid hash value"), DataError),
    ):

        def fail(*_arguments, fault=fault, **_options):
            raise fault

        monkeypatch.setattr(place, fail)
        with pytest.raises(expected, match=FILE_NAME):
            initialise(encoder, "imagenet", ["r", "g", "b"], download=True)


@pytest.mark.parametrize("architecture", ["tilenet", "vit-tiny"])
def test_architectures_without_imagenet_weights_are_told(architecture: str) -> None:
    with pytest.raises(RequestError, match=f"no ImageNet weights of {architecture}"):
        initialise(make(architecture=architecture), "imagenet", ["r", "g", "b"], download=True)


def test_torchvision_has_the_weights_that_are_named() -> None:
    for name in TORCHVISION_NAMES.values():
        assert getattr(torchvision.models, name).IMAGENET1K_V1.url


def test_swin_tiny_starts_from_published_weights(tmp_path: Path) -> None:
    """At tiles of 64 px and more its patches are as published; its tables are cut."""
    torch.manual_seed(2)
    published = torchvision.models.swin_t().state_dict()
    path = tmp_path / "swin.pth"
    torch.save(published, path)
    encoder = build_encoder(EncoderShape("swin-tiny", "medium", 3, 64, 2), seed=0)
    notes = initialise(encoder, str(path), ["red", "green", "blue"], download=False)
    assert notes[1] == "the first layer: each band keeps its kernels"
    own = encoder.backbone.state_dict()
    differing = {name for name in own if not torch.equal(own[name], published[name])}
    assert differing == {name for name in own if ".relative_position_" in name}


def test_a_file_is_a_state_dict_or_an_encoder_of_ours(
    published: nn.Module, tmp_path: Path, make_encoder
) -> None:
    plain = tmp_path / "plain.safetensors"
    safetensors.torch.save_file(published.state_dict(), plain)
    encoder = make()
    initialise(encoder, str(plain), ["red", "green", "blue"], download=False)
    assert torch.equal(encoder.backbone.conv1.weight, published.conv1.weight)

    ours = make_encoder(tmp_path / "encoder.safetensors", ["nir", "red", "B03"], seed=5)
    before = load_encoder(ours)._network
    notes = initialise(encoder, str(ours), ["green", "nir", "red"], download=False)
    tiles = torch.randn(2, 3, 20, 20)
    torch.testing.assert_close(encoder.eval().features(tiles), before.features(tiles[:, [1, 2, 0]]))
    assert "saumoco resnet18 nir+red+B03 step 0" in notes[0]

    other = make(architecture="tilenet")
    with pytest.raises(RequestError, match="is a resnet18, and a tilenet is to start from it"):
        initialise(other, str(ours), ["a", "b", "c"], download=False)


def test_weights_that_do_not_fit_are_told_by_their_first_keys(
    published: nn.Module, tmp_path: Path
) -> None:
    weights = {
        name: values[:5] if name == "layer2.0.conv1.weight" else values
        for name, values in published.state_dict().items()
        if not name.startswith("layer4.1.")
    }
    path = tmp_path / "part.pth"
    torch.save(weights | {"extra.weight": torch.zeros(2)}, path)
    encoder = make()
    before = encoder.backbone.layer1[0].conv1.weight.clone()
    expected = (
        r"part\.pth cannot start a resnet18: it lacks layer4\.1\.conv1\.weight, "
        r"layer4\.1\.bn1\.weight, layer4\.1\.bn1\.bias and 7 more; "
        r"it has besides extra\.weight; of another size is layer2\.0\.conv1\.weight"
    )
    with pytest.raises(DataError, match=expected):
        initialise(encoder, str(path), ["r", "g", "b"], download=False)
    assert torch.equal(encoder.backbone.layer1[0].conv1.weight, before)
    torch.save({"conv1.weight": torch.zeros(2)}, path)
    with pytest.raises(DataError, match="cannot start a resnet18: it lacks bn1"):
        initialise(encoder, str(path), ["r", "g", "b"], download=False)


class Mischief:
    def __reduce__(self):
        return (Path.touch, (Path("mischief"),))


def test_files_that_hold_no_weights_are_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"conv1.weight": Mischief()}, "code.pth")
    Path("text.pth").write_text("no weights")
    Path("cut.safetensors").write_bytes(b"\x10\0\0")
    encoder = make()
    for name in ("code.pth", "text.pth", "cut.safetensors"):
        with pytest.raises(DataError, match=f"{name} cannot be read"):
            initialise(encoder, name, ["r", "g", "b"], download=False)
    assert not Path("mischief").exists()
    torch.save({"state_dict": {}}, "nested.pth")
    with pytest.raises(DataError, match="holds no state_dict"):
        initialise(encoder, "nested.pth", ["r", "g", "b"], download=False)
    with pytest.raises(RequestError, match="there is no file imagnet"):
        initialise(encoder, "imagnet", ["r", "g", "b"], download=False)


def test_training_starts_from_a_file_and_says_so(
    make_dataset, make_encoder, tmp_path: Path, capsys
) -> None:
    dataset = make_dataset(tmp_path / "d.tiles", count=20, bands=("red", "nir"), tile=8, radius=4)
    start = make_encoder(tmp_path / "start.safetensors", ["red", "nir"], seed=9)
    arguments = [
        "--dataset", dataset, "--output", tmp_path / "run", "--steps", 1, "--batch-size", 4,
        "--queue-size", 4, "--embedding-dimension", 4, "--stem", "imagenet", "--device", "cpu",
        "--no-tensorboard", "--learning-rate", 0, "--initial-weights", start,
    ]  # fmt: skip
    assert train.main([str(value) for value in arguments]) == 0
    assert f"the backbone starts from {start}" in capsys.readouterr().err
    before, after = (
        safetensors.torch.load_file(p) for p in (start, tmp_path / "run/encoder.safetensors")
    )
    kernels = [name for name in before if name.startswith("backbone.") and "conv" in name]
    assert len(kernels) == 17
    assert all(torch.equal(before[name], after[name]) for name in kernels)


def test_a_dataset_of_tiles_too_small_for_a_transformer_is_refused(
    make_dataset, tmp_path: Path, capsys
) -> None:
    dataset = make_dataset(tmp_path / "d.tiles", count=20, bands=2, tile=4, radius=2)
    arguments = ["--dataset", dataset, "--output", tmp_path / "run", "--batch-size", 4,
                 "--architecture", "vit-tiny", "--device", "cpu"]  # fmt: skip
    assert train.main([str(value) for value in arguments]) == 2
    assert "takes tiles of 8 px and more, not of 4 px" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
