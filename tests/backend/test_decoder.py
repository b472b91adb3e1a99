"""The decoder: as published on the published backbones, and right on any other."""

from __future__ import annotations

import pytest
import safetensors.torch
import torch
from torch import Tensor
from torch.nn import functional

from backend.networks.backbones import build_backbone
from backend.networks.decoder import Decoder, DecoderShape, build_decoder, with_outputs
from backend.networks.decoder_file import load_decoder, save_decoder
from backend.networks.encoder_file import EncoderInformation
from backend.runtime.errors import DataError, RequestError

RESNET50 = DecoderShape((64, 256, 512, 1024, 2048), (2, 4, 8, 16, 32), 3)
VGG16 = DecoderShape((64, 128, 256, 512, 512), (2, 4, 8, 16, 32), 3)


def parameters(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(("shape", "expected"), [(RESNET50, 24_945_027), (VGG16, 3_929_859)])
def test_fact_48_parameter_counts(shape: DecoderShape, expected: int) -> None:
    with torch.device("meta"):
        assert parameters(Decoder(shape)) == expected


@pytest.mark.parametrize(("architecture", "shape"), [("resnet50", RESNET50), ("vgg16-bn", VGG16)])
def test_fact_46_the_published_skips_are_those_of_the_backbones(architecture, shape) -> None:
    with torch.device("meta"):
        backbone = build_backbone(architecture, bands=3, stem="imagenet", tile_size_px=64)
        maps = backbone.stages(torch.zeros(1, 3, 64, 64))
    assert tuple(backbone.stage_channels) == shape.stage_channels
    assert tuple(backbone.stage_strides) == shape.stage_strides
    assert [m.shape[1:] for m in maps] == [
        (channels, 64 // stride, 64 // stride)
        for channels, stride in zip(shape.stage_channels, shape.stage_strides, strict=True)
    ]


def random_maps(shape: DecoderShape, height: int, width: int) -> list[Tensor]:
    """Feature maps as a backbone gives them, sides rounded up; float64."""
    return [
        torch.randn(2, channels, -(-height // stride), -(-width // stride), dtype=torch.float64)
        for channels, stride in zip(shape.stage_channels, shape.stage_strides, strict=True)
    ]


def by_hand(decoder: Decoder, maps: list[Tensor]) -> Tensor:
    """The published steps written out, for sizes that are multiples of all strides."""
    x = maps[-1]
    for number, step in enumerate(decoder.steps):
        convolution, normalisation, _relu = step
        x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        x = functional.conv2d(x, convolution.weight, convolution.bias, padding=1)
        mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), False, keepdim=True)
        x = (x - mean) / (variance + normalisation.eps).sqrt()
        x = x * normalisation.weight[:, None, None] + normalisation.bias[:, None, None]
        x = x.clamp(min=0)
        if number + 2 <= len(maps):
            x = x + maps[-2 - number]
    return functional.conv2d(x, decoder.output.weight, decoder.output.bias, padding=1)


def test_fact_46_the_decoder_equals_its_steps_written_out() -> None:
    shape = DecoderShape((4, 5, 6), (2, 4, 8), 3, width=7)
    decoder = build_decoder(shape, seed=0).double()
    maps = random_maps(shape, 32, 16)
    result = decoder(maps, (32, 16))
    assert result.shape == (2, 3, 32, 16)
    assert torch.allclose(result, by_hand(decoder, maps), atol=1e-10)


def test_fact_46_the_output_is_linear() -> None:
    decoder = build_decoder(DecoderShape((4, 8), (2, 4), 2), seed=0).double()
    maps = random_maps(decoder.shape, 16, 16)
    with torch.no_grad():
        decoder.output.weight *= 50
    result = decoder(maps, (16, 16))
    assert result.min() < 0
    assert result.max() > 1


@pytest.mark.parametrize(
    "shape",
    [
        DecoderShape((4, 4, 6, 8, 10), (1, 1, 2, 4, 8), 3),  # a ResNet with the small stem
        DecoderShape((4, 6, 8, 10, 12), (1, 2, 4, 8, 16), 3),  # the medium stem, TileNet
        DecoderShape((4, 6, 8, 10), (4, 8, 16, 32), 3),  # Swin
        DecoderShape((6, 6, 6, 6), (8, 8, 8, 8), 3),  # a vision transformer
        DecoderShape((6,), (16,), 3),
    ],
)
@pytest.mark.parametrize("size", [(64, 64), (50, 50), (33, 47)])
def test_maps_of_any_strides_come_back_to_the_size_of_the_tile(shape, size) -> None:
    decoder = build_decoder(shape, seed=0).double()
    assert decoder(random_maps(shape, *size), size).shape == (2, 3, *size)
    # One doubling for each halving, besides the steps at one resolution.
    finest = decoder._plan[-1]
    assert finest == (32, 1, None)


def test_channels_double_where_no_map_sets_their_number() -> None:
    decoder = build_decoder(DecoderShape((6, 6), (16, 16), 3), seed=0)
    assert decoder._plan == [
        (6, 16, 0),
        (256, 8, None),
        (128, 4, None),
        (64, 2, None),
        (32, 1, None),
    ]


def test_without_skips_only_the_last_map_matters() -> None:
    for skips in (True, False):
        shape = DecoderShape((4, 8), (2, 4), 2, skips=skips)
        decoder = build_decoder(shape, seed=0).double()
        maps = random_maps(shape, 16, 16)
        before = decoder(maps, (16, 16))
        maps[0] = maps[0] + 1
        assert torch.equal(decoder(maps, (16, 16)), before) != skips


def test_another_output_keeps_the_steps() -> None:
    decoder = build_decoder(DecoderShape((4, 8), (2, 4), 2), seed=0)
    other = with_outputs(decoder, 5, seed=1)
    assert other.output.weight.shape[0] == 5
    ours, theirs = decoder.steps.state_dict(), other.steps.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    with torch.no_grad():
        other.steps[0][0].weight.zero_()
    assert decoder.steps[0][0].weight.any()


@pytest.fixture
def information() -> EncoderInformation:
    return EncoderInformation(
        method="multitask", architecture="tiny", stem="medium", embedding_dimension=8,
        projection="none", unit_norm=True, bands=("red", "nir"), offset=(0.0, 0.0),
        scale=(255.0, 255.0), nodata=None, dtype="uint8", tile_size_px=16,
        ground_resolution_m=5.0, dataset="fingerprint", step=7, seed=3, software="test",
    )  # fmt: skip


def test_a_decoder_comes_back_from_its_file(tmp_path, information) -> None:
    path = tmp_path / "decoder.safetensors"
    decoder = build_decoder(DecoderShape((4, 8), (2, 4), 2, width=5), seed=0).eval()
    save_decoder(path, information, decoder)
    header, again = load_decoder(path)
    assert header.shape == decoder.shape
    assert (header.method, header.bands, header.step) == ("multitask", ("red", "nir"), 7)
    maps = [m.float() for m in random_maps(decoder.shape, 16, 16)]
    assert torch.equal(again.eval()(maps, (16, 16)), decoder(maps, (16, 16)))


def test_a_wrong_decoder_file_is_told(tmp_path, information, make_encoder) -> None:
    with pytest.raises(RequestError, match="there is no decoder"):
        load_decoder(tmp_path / "none.safetensors")
    encoder = make_encoder(tmp_path / "encoder.safetensors", ["red"])
    with pytest.raises(DataError, match="is no decoder"):
        load_decoder(encoder)
    path = tmp_path / "decoder.safetensors"
    save_decoder(path, information, build_decoder(DecoderShape((4,), (2,), 2), seed=0))
    with safetensors.safe_open(path, framework="np") as file:
        header = file.metadata()
    content = path.read_bytes()
    path.write_bytes(content.replace(b'{\\"shape', b'x\\"shape'))
    with pytest.raises(DataError, match="cannot be read"):
        load_decoder(path)
    path.write_bytes(content)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(DataError, match="cannot be read"):
        load_decoder(path)
    path.write_bytes(safetensors.torch.save({"other": torch.zeros(2)}, metadata=header))
    with pytest.raises(DataError, match="is damaged"):
        load_decoder(path)
