"""Backbones beside the ResNets: published sizes, names, values; each is exported and used alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

from backend.contract.jobs import TrainJob
from backend.contract.settings import settings_of
from backend.mapping.forward import embed_batch
from backend.networks.backbones import (
    ARCHITECTURES,
    build_backbone,
    compact_transformer,
    swin,
    vision_transformer,
)
from backend.networks.backbones.tilenet import TileNet
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import (
    EncoderInformation,
    FrozenEncoder,
    load_encoder,
    save_encoder,
)
from backend.networks.torchvision_import import torchvision

_models = torchvision.models


def build(
    architecture: str, *, bands: int = 3, tile: int = 32, stem: str = "imagenet"
) -> nn.Module:
    torch.manual_seed(0)
    return build_backbone(architecture, bands=bands, stem=stem, tile_size_px=tile).eval()


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def random_statistics(network: nn.Module) -> None:
    """Running statistics that are no identity, so that a normalisation left out would show."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)


def names_and_sizes(network: nn.Module, *without: str) -> dict[str, torch.Size]:
    state = network.state_dict()
    return {name: t.shape for name, t in state.items() if not name.startswith(without)}


def test_the_job_offers_every_architecture() -> None:
    (setting,) = (s for s in settings_of(TrainJob) if s.name == "architecture")
    assert set(setting.choices) == set(ARCHITECTURES)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_stages_have_the_sides_and_channels_that_are_declared(architecture: str) -> None:
    """20 px is no multiple of most strides: sides are rounded up. The features are the last map's
    mean, and a forward pass in training draws nothing at random."""
    backbone = build(architecture, bands=2, tile=20, stem="medium")
    tiles = torch.randn(2, 2, 20, 20)
    with torch.no_grad():
        stages, features = backbone.stages(tiles), backbone(tiles)
        torch.testing.assert_close(features, stages[-1].mean(dim=(2, 3)))
        backbone.train()
        assert torch.equal(backbone(tiles), backbone(tiles))
    assert features.shape == (2, backbone.feature_dimension)
    expected = [
        (2, channels, -(-20 // stride), -(-20 // stride))
        for channels, stride in zip(backbone.stage_channels, backbone.stage_strides, strict=True)
    ]
    assert [tuple(stage.shape) for stage in stages] == expected


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_exported_encoder_embeds_as_before(architecture: str, tmp_path: Path) -> None:
    information = EncoderInformation(
        method="saumoco", architecture=architecture, stem="medium", embedding_dimension=4,
        projection="linear", unit_norm=True, bands=("red", "nir"), offset=(100.0, 200.0),
        scale=(10.0, 20.0), nodata=None, dtype="uint16", tile_size_px=8, ground_resolution_m=30.0,
        dataset="0123", step=7, seed=4, software="0.1.0",
    )  # fmt: skip
    network = build_encoder(information.shape, seed=4)
    random_statistics(network)
    save_encoder(tmp_path / "encoder.safetensors", information, network)
    loaded = load_encoder(tmp_path / "encoder.safetensors")
    tiles = np.random.default_rng(0).integers(1, 400, (3, 2, 8, 8)).astype(np.uint16)
    before = FrozenEncoder(information, network)
    assert np.array_equal(loaded.embed(tiles), before.embed(tiles))
    features = embed_batch(loaded, tiles, "backbone", batch_size=4)
    assert features.shape == (3, loaded.dimension("backbone"))
    np.testing.assert_allclose(features, before.embed(tiles, "backbone"), rtol=1e-4, atol=1e-5)


def test_fact_30_an_exported_resnet50_loads_into_torchvisions_with_only_fc_missing(
    tmp_path: Path,
) -> None:
    shape = EncoderShape("resnet50", "imagenet", 3, 32, 2)
    information = EncoderInformation(
        method="saumoco", architecture="resnet50", stem="imagenet", embedding_dimension=2,
        projection="linear", unit_norm=True, bands=("red", "green", "blue"), offset=(0.0,) * 3,
        scale=(1.0,) * 3, nodata=None, dtype="uint8", tile_size_px=32, ground_resolution_m=30.0,
        dataset="0123", step=7, seed=4, software="0.1.0",
    )  # fmt: skip
    encoder = build_encoder(shape, seed=0).eval()
    random_statistics(encoder)
    assert parameters(encoder.backbone) == 23_508_032
    save_encoder(tmp_path / "encoder.safetensors", information, encoder)

    weights = safetensors.torch.load_file(tmp_path / "encoder.safetensors")
    trunk = {n.removeprefix("backbone."): t for n, t in weights.items() if "backbone." in n}
    plain = _models.resnet50().eval()
    keys = plain.load_state_dict(trunk, strict=False)
    assert sorted(keys.missing_keys) == ["fc.bias", "fc.weight"]
    assert keys.unexpected_keys == []
    plain.fc = nn.Identity()
    tiles = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(plain(tiles), encoder.features(tiles))


def test_fact_30_vgg16_bn_has_torchvisions_size_names_and_values() -> None:
    backbone = build("vgg16-bn")
    assert parameters(backbone) == 14_723_136
    with torch.device("meta"):
        whole = _models.vgg16_bn(init_weights=False)
    assert names_and_sizes(backbone) == names_and_sizes(whole, "classifier.")

    random_statistics(backbone)
    plain = _models.vgg.make_layers(_models.vgg.cfgs["D"], batch_norm=True).eval()
    plain.load_state_dict(backbone.features.state_dict())
    tiles = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(backbone.stages(tiles)[-1], plain(tiles))


@pytest.mark.parametrize(("bands", "expected"), [(4, 20_873_856), (13, 20_879_040)])
def test_fact_11_tilenet_parameters(bands: int, expected: int) -> None:
    with torch.device("meta"):
        assert parameters(TileNet(bands)) == expected


@pytest.mark.parametrize("side", [49, 50, 64])
def test_fact_11_tilenet_pools_as_released_where_that_applies(side: int) -> None:
    """Means over 4 x 4 pixels of the last map, flattened; never negative."""
    backbone = build("tilenet", bands=4)
    tiles = torch.randn(1, 4, side, side)
    with torch.no_grad():
        features = backbone(tiles)
        released = functional.avg_pool2d(backbone.stages(tiles)[-1], 4).flatten(1)
    assert features.shape == (1, 512)
    torch.testing.assert_close(features, released)
    assert features.min() >= 0
    assert features.max() > 0


def test_tilenet_starts_from_pytorchs_own_weights() -> None:
    """Uniform within 1 / sqrt(inputs of a kernel); torchvision's ResNets are normal, fan-out."""
    for layer in build("tilenet", bands=4).modules():
        if isinstance(layer, nn.Conv2d):
            bound = (layer.in_channels * layer.kernel_size[0] ** 2) ** -0.5
            assert 0.99 * bound < layer.weight.detach().abs().max() <= bound


def test_fact_12_unused_keys_of_an_old_checkpoint_change_nothing() -> None:
    backbone = build("tilenet", bands=4)
    random_statistics(backbone)
    own = backbone.state_dict()
    old = {name.replace("downsample", "shortcut"): values for name, values in own.items()}
    for stage, width in enumerate((64, 128, 256, 512, 512), 1):
        for block in (0, 1):
            old |= {
                f"layer{stage}.{block}.conv3.weight": torch.ones(width, width, 3, 3),
                f"layer{stage}.{block}.conv3.bias": torch.ones(width),
                f"layer{stage}.{block}.bn3.weight": torch.ones(width),
                f"layer{stage}.{block}.bn3.bias": torch.ones(width),
            }
    old |= {"linear.weight": torch.ones(10, 512), "linear.bias": torch.ones(10)}
    counted = [v for n, v in old.items() if not n.endswith(("mean", "var", "tracked"))]
    assert sum(values.numel() for values in counted) == 31_873_290

    with torch.device("meta"):
        loaded = TileNet(4).eval()
    loaded.load_state_dict(loaded.from_published(old), assign=True)
    tiles = torch.randn(2, 4, 12, 12)
    with torch.no_grad():
        assert torch.equal(loaded(tiles), backbone(tiles))


@pytest.mark.parametrize(
    ("tile", "patch"),
    [(8, 2), (31, 2), (32, 4), (50, 4), (63, 4), (64, 8), (127, 8), (128, 16), (224, 16)],
)
def test_patches_of_a_vision_transformer(tile: int, patch: int) -> None:
    assert vision_transformer.patch_size_px(tile) == patch


@pytest.mark.parametrize(
    ("architecture", "with_classifier", "width"),
    [("vit-tiny", 5_717_416, 192), ("vit-small", 22_050_664, 384)],
)
def test_vision_transformers_are_of_deits_sizes(
    architecture: str, with_classifier: int, width: int
) -> None:
    """DeiT's counts for 224 px are with 1000 classes."""
    with torch.device("meta"):
        backbone = build_backbone(architecture, bands=3, stem="medium", tile_size_px=224)
    assert parameters(backbone) == with_classifier - 1000 * (width + 1)


def test_a_vision_transformer_has_torchvisions_names_and_values() -> None:
    backbone = build("vit-tiny", tile=32)
    plain = _models.VisionTransformer(32, 4, 12, 3, 192, 768).eval()
    assert names_and_sizes(backbone) == names_and_sizes(plain, "heads.")
    plain.load_state_dict(backbone.state_dict(), strict=False)
    sequences = []
    plain.encoder.register_forward_hook(lambda module, given, out: sequences.append(out))
    tiles = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        plain(tiles)
        torch.testing.assert_close(backbone(tiles), sequences[0][:, 1:].mean(dim=1))
        # Row by row: patch (2, 5) of 8 x 8 is the token 1 + 2 · 8 + 5.
        torch.testing.assert_close(backbone.stages(tiles)[-1][:, :, 2, 5], sequences[0][:, 22])


def test_a_vision_transformer_pads_tiles_to_whole_patches() -> None:
    odd, whole = build("vit-tiny", bands=2, tile=34), build("vit-tiny", bands=2, tile=36)
    whole.load_state_dict(odd.state_dict())
    tiles = torch.randn(2, 2, 34, 34)
    with torch.no_grad():
        padded = functional.pad(tiles, (0, 2, 0, 2))
        torch.testing.assert_close(odd(tiles), whole(padded))


def test_transformers_say_which_tiles_they_take() -> None:
    with pytest.raises(ValueError, match="made for, 16 x 16 px, not 16 x 20 px"):
        build("vit-tiny", tile=16)(torch.zeros(1, 3, 16, 20))
    for architecture in ("vit-tiny", "swin-tiny"):
        with pytest.raises(ValueError, match="tiles of 8 px and more, not of 7 px"):
            build(architecture, tile=7)


def test_swin_tiny_has_torchvisions_names_and_its_size_but_for_the_windows() -> None:
    """28,288,354 with 1000 classes; a table has 7 · 7 rows for offsets instead of 13 · 13."""
    with torch.device("meta"):
        backbone = build_backbone("swin-tiny", bands=3, stem="medium", tile_size_px=64)
        whole = _models.swin_t()
    heads = 2 * 3 + 2 * 6 + 6 * 12 + 2 * 24
    assert parameters(backbone) == 28_288_354 - 769_000 - (13**2 - 7**2) * heads
    assert names_and_sizes(backbone).keys() == names_and_sizes(whole, "head.").keys()
    assert [swin.patch_size_px(side) for side in (8, 31, 32, 63, 64, 224)] == [1, 1, 2, 2, 4, 4]


def test_swins_smaller_windows_keep_the_bias_of_each_offset() -> None:
    """A 4 x 4 window is a corner of a 7 x 7 one: patches as far apart get the published bias."""
    attention = _models.swin_transformer.ShiftedWindowAttention
    large, small = attention(6, [7, 7], [0, 0], 3), attention(6, [4, 4], [0, 0], 3)
    backbone = build("swin-tiny", tile=8)
    name = "features.1.0.attn.relative_position_bias_table"
    fitted = backbone.from_published({name: large.relative_position_bias_table.detach()})
    small.relative_position_bias_table.data = fitted[name]
    corner = (torch.arange(4)[:, None] * 7 + torch.arange(4)).flatten()
    expected = large.get_relative_position_bias()[0][:, corner][:, :, corner]
    assert torch.equal(small.get_relative_position_bias()[0], expected)


def test_cct_7_has_the_published_size_but_for_places_and_biases() -> None:
    """CCT-7/3x1 for 32 px and ten classes has 3,760,139: with 16 · 16 learned places of 256 and
    a classifier, and without biases of queries, keys and values."""
    backbone = build("cct-7", tile=32)
    assert parameters(backbone) == 3_760_139 - 16 * 16 * 256 - 10 * 257 + 7 * 3 * 256
    assert [compact_transformer.convolutions(side) for side in (4, 32, 33, 64, 65)] == [
        1, 1, 2, 2, 3,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="tiles of 4 px and more, not of 3 px"):
        build("cct-7", tile=3)


def test_cct_7_weighs_places_by_what_it_says_of_each() -> None:
    """By a loop; and it takes tiles of another size than it was made for."""
    backbone = build("cct-7", bands=2, tile=16)
    tiles = torch.randn(2, 2, 12, 20)
    with torch.no_grad():
        backbone.pooling.weight.normal_()
        maps, features = backbone.stages(tiles)[-1], backbone(tiles)
        for sample in range(2):
            vectors = [maps[sample, :, row, col] for row in range(6) for col in range(10)]
            said = torch.stack([backbone.pooling(v)[0] for v in vectors]).exp()
            expected = sum(w * v for w, v in zip(said / said.sum(), vectors, strict=True))
            torch.testing.assert_close(features[sample], expected)
