"""Encoders of band groups, their file, and CIE Lab by its published values."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from backend.networks.encoder import Encoder, EncoderShape, build_encoder
from backend.networks.encoder_file import (
    HEADER_KEY,
    EncoderInformation,
    FrozenEncoder,
    load_encoder,
    read_information,
    save_encoder,
)
from backend.networks.grouped import GroupedEncoder
from backend.networks.weights import initialise
from backend.runtime.errors import DataError, RequestError
from backend.views.lab import HALF_RANGES, MIDDLES, rgb_to_lab, with_lab

# sRGB colours and their CIE L*a*b* under D65 (IEC 61966-2-1, CIE 15), to three decimals.
COLOURS = {
    (0, 0, 0): (0, 0, 0),
    (1, 1, 1): (100, 0, 0),
    (1, 0, 0): (53.241, 80.092, 67.203),
    (0, 1, 0): (87.735, -86.183, 83.179),
    (0, 0, 1): (32.297, 79.188, -107.860),
    (1, 1, 0): (97.139, -21.554, 94.478),
    (0, 1, 1): (91.113, -48.088, -14.131),
    (1, 0, 1): (60.324, 98.234, -60.825),
    (0.5, 0.5, 0.5): (53.389, 0, 0),
}
GROUPED = EncoderShape("resnet18", "small", 4, 8, 12, "mlp", groups=((2,), (0, 3)), lab_places=())
INFORMATION = EncoderInformation(
    method="cmc",
    architecture="resnet18",
    stem="small",
    embedding_dimension=12,
    projection="mlp",
    unit_norm=True,
    bands=("blue", "green", "red", "nir"),
    offset=(0.0,) * 4,
    scale=(400.0,) * 4,
    nodata=None,
    dtype="uint16",
    tile_size_px=8,
    ground_resolution_m=30.0,
    dataset="0123",
    step=7,
    seed=4,
    software="0.1.0",
    groups=((2,), (1, 0, 3)),
    lab_places=(2, 1, 0),
)


def tiles(count: int = 3, bands: int = 4) -> torch.Tensor:
    return torch.rand(count, bands, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("rgb", "lab"), COLOURS.items())
def test_lab_of_published_colours(rgb, lab) -> None:
    ours = rgb_to_lab(torch.tensor(rgb, dtype=torch.float64).view(1, 3, 1, 1)).flatten()
    assert ours.tolist() == pytest.approx(lab, abs=2e-3)


def test_scaled_lab_fills_minus_1_to_1_over_the_colour_cube() -> None:
    """The scaling that CMC's code gives each channel: its middle and half of its range."""
    steps = torch.linspace(0, 1, 33)
    cube = torch.cartesian_prod(steps, steps, steps).T.reshape(1, 3, 33, -1)
    lab = (rgb_to_lab(cube) - torch.tensor(MIDDLES).view(1, 3, 1, 1)) / torch.tensor(
        HALF_RANGES
    ).view(1, 3, 1, 1)
    assert lab.amin(dim=(0, 2, 3)).tolist() == pytest.approx([-1, -1, -1], abs=1e-3)
    assert lab.amax(dim=(0, 2, 3)).tolist() == pytest.approx([1, 1, 1], abs=1e-3)


def test_lab_takes_the_places_of_the_colours_and_leaves_other_bands() -> None:
    pixels = tiles()
    out = with_lab(pixels, (2, 1, 0))
    expected = rgb_to_lab(pixels[:, [2, 1, 0]])
    for number, place in enumerate((2, 1, 0)):
        scaled = (expected[:, number] - MIDDLES[number]) / HALF_RANGES[number]
        assert torch.allclose(out[:, place], scaled)
    assert torch.equal(out[:, 3], pixels[:, 3])


def test_lab_goes_on_beyond_0_and_1_with_finite_gradients() -> None:
    beyond = torch.tensor([-0.3, 0.0, 0.04, 1.0, 1.6]).view(1, 1, 1, 5).repeat(1, 3, 1, 1)
    beyond.requires_grad_()
    lab = rgb_to_lab(beyond)
    lab.sum().backward()
    assert torch.isfinite(lab).all()
    assert torch.isfinite(beyond.grad).all()
    assert (lab[0, 0, 0].diff() > 0).all()


def test_groups_equal_encoders_of_their_own_side_by_side() -> None:
    grouped = build_encoder(GROUPED, seed=3).eval()
    assert isinstance(grouped, GroupedEncoder)
    assert (grouped.feature_dimension, grouped.embedding_dimension) == (1024, 12)
    pixels = tiles()
    embeddings, features = [], []
    for number, group in enumerate(GROUPED.groups):
        alone = Encoder(
            dataclasses.replace(GROUPED, bands=len(group), embedding_dimension=6, groups=()),
            grouped.backbone.parts[number],
            grouped.projection.parts[number],
        ).eval()
        embeddings.append(alone(pixels[:, list(group)]))
        features.append(alone.features(pixels[:, list(group)]))
    assert torch.allclose(grouped.features(pixels), torch.cat(features, dim=1), atol=1e-6)
    # Two halves of norm 1, and the whole of norm 1.
    expected = torch.cat(embeddings, dim=1) / 2**0.5
    assert torch.allclose(grouped(pixels), expected, atol=1e-6)
    assert torch.allclose(grouped(pixels).norm(dim=1), torch.ones(3), atol=1e-6)
    each = grouped.embed_groups([pixels, pixels])
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(each, embeddings, strict=True))


def test_a_group_sees_its_own_bands_alone() -> None:
    grouped = build_encoder(GROUPED, seed=3).eval()
    pixels, other = tiles(), tiles() + 1
    mixed = pixels.clone()
    mixed[:, 2] = other[:, 2]  # the first group's; band 1 is nobody's
    mixed[:, 1] = other[:, 1]
    one, two = grouped(pixels), grouped(mixed)
    # Up to the rounding of the whole's norm.
    assert torch.allclose(one[:, 6:], two[:, 6:], rtol=0, atol=1e-6)
    assert not torch.allclose(one[:, :6], two[:, :6], atol=1e-4)


def test_maps_are_joined_and_described() -> None:
    grouped = build_encoder(GROUPED, seed=3).eval()
    maps = grouped.stages(tiles())
    assert tuple(m.shape[1] for m in maps) == grouped.backbone.stage_channels
    assert tuple(-(-8 // m.shape[2]) for m in maps) == grouped.backbone.stage_strides
    pooled = maps[-1].mean(dim=(2, 3))
    assert torch.allclose(pooled, grouped.features(tiles()), atol=1e-6)


def test_an_embedding_that_the_groups_cannot_share_is_refused() -> None:
    with pytest.raises(ValueError, match="13 cannot be shared by 2 groups"):
        build_encoder(dataclasses.replace(GROUPED, embedding_dimension=13), seed=0)
    none = dataclasses.replace(GROUPED, embedding_dimension=13, projection="none")
    assert build_encoder(none, seed=0)(tiles()).shape == (3, 1024)


def test_the_file_restores_groups_and_colour_space(tmp_path: Path) -> None:
    path = tmp_path / "encoder.safetensors"
    network = build_encoder(INFORMATION.shape, seed=4)
    save_encoder(path, INFORMATION, network)
    assert read_information(path) == INFORMATION
    loaded = load_encoder(path)
    pixels = np.random.default_rng(0).integers(1, 400, (3, 4, 8, 8)).astype(np.uint16)
    expected = FrozenEncoder(INFORMATION, network).embed(pixels)
    np.testing.assert_array_equal(loaded.embed(pixels), expected)
    both = loaded.embed_both(pixels)
    assert both["embedding"].shape == (3, 12)
    assert both["backbone"].shape == (3, loaded.dimension("backbone")) == (3, 1024)
    np.testing.assert_allclose(np.linalg.norm(both["embedding"], axis=1), 1, atol=1e-5)


def test_files_from_before_groups_are_read(tmp_path: Path) -> None:
    path = tmp_path / "old.safetensors"
    plain = dataclasses.replace(INFORMATION, groups=(), lab_places=())
    network = build_encoder(plain.shape, seed=1)
    header = dataclasses.asdict(plain)
    del header["groups"], header["lab_places"]
    safetensors.torch.save_file(
        network.state_dict(), path, metadata={HEADER_KEY: json.dumps(header)}
    )
    assert read_information(path) == plain
    assert type(load_encoder(path)._network) is Encoder


def test_imagenets_kernels_reach_the_bands_of_every_group(tmp_path: Path) -> None:
    """Red, green and blue take their kernels in whichever group; L, a and b take the mean."""
    donor = build_encoder(EncoderShape("resnet18", "imagenet", 3, 32), seed=8).backbone
    path = tmp_path / "weights.pth"
    torch.save(donor.state_dict(), path)
    shape = EncoderShape("resnet18", "imagenet", 4, 32, 8, groups=((2, 1, 0), (3,)))
    grouped = build_encoder(shape, seed=0)
    notes = initialise(grouped, str(path), ("blue", "green", "red", "nir"), download=False)
    visible, infrared = grouped.backbone.parts
    assert torch.equal(visible.conv1.weight, donor.conv1.weight)
    assert torch.allclose(infrared.conv1.weight[:, 0], donor.conv1.weight.sum(dim=1), atol=1e-6)
    assert torch.equal(infrared.layer4[1].conv2.weight, donor.layer4[1].conv2.weight)
    assert len(notes) == 3
    names = ["blue", "green", "red", "nir"]
    assert [seen for _, seen in grouped.parts(names)] == [["red", "green", "blue"], ["nir"]]
    lab = build_encoder(dataclasses.replace(INFORMATION.shape, stem="imagenet"), seed=0)
    assert [seen for _, seen in lab.parts(INFORMATION.bands)] == [["L"], ["a", "b", "nir"]]


def test_no_network_starts_from_a_file_of_groups(tmp_path: Path) -> None:
    path = tmp_path / "encoder.safetensors"
    save_encoder(path, INFORMATION, build_encoder(INFORMATION.shape, seed=4))
    plain = build_encoder(EncoderShape("resnet18", "small", 4, 8), seed=0)
    with pytest.raises(RequestError, match="a network for each of 2 groups"):
        initialise(plain, str(path), INFORMATION.bands, download=False)


def test_weights_that_do_not_fit_the_groups_are_told(tmp_path: Path) -> None:
    path = tmp_path / "encoder.safetensors"
    wrong = dataclasses.replace(INFORMATION, groups=((0,), (1, 2)))
    save_encoder(path, wrong, build_encoder(INFORMATION.shape, seed=4))
    with pytest.raises(DataError, match="do not fit its header"):
        load_encoder(path)
