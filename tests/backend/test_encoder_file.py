"""encoder.safetensors: what is written comes back, and what is wrong with a file is said."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import (
    HEADER_KEY,
    EncoderInformation,
    FrozenEncoder,
    load_encoder,
    read_information,
    save_encoder,
)
from backend.runtime.errors import DataError, RequestError

INFORMATION = EncoderInformation(
    method="saumoco",
    architecture="resnet18",
    stem="small",
    embedding_dimension=8,
    projection="linear",
    unit_norm=True,
    bands=("red", "nir"),
    offset=(100.0, 200.0),
    scale=(10.0, 20.0),
    nodata=0.0,
    dtype="uint16",
    tile_size_px=8,
    ground_resolution_m=30.0,
    dataset="0123",
    step=7,
    seed=4,
    software="0.1.0",
)


@pytest.fixture
def encoder_file(tmp_path: Path) -> Path:
    path = tmp_path / "été" / "encoder.safetensors"
    path.parent.mkdir()
    save_encoder(path, INFORMATION, build_encoder(INFORMATION.shape, seed=4))
    return path


def tiles(count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(1, 400, (count, 2, 8, 8)).astype(np.uint16)


def test_header_and_vectors_come_back(encoder_file: Path) -> None:
    assert read_information(encoder_file) == INFORMATION
    loaded = load_encoder(encoder_file)
    before = FrozenEncoder(INFORMATION, build_encoder(INFORMATION.shape, seed=4))
    assert np.array_equal(loaded.embed(tiles()), before.embed(tiles()))


def test_vectors_are_the_networks_own_on_normalised_pixels(encoder_file: Path) -> None:
    frozen = load_encoder(encoder_file)
    network = build_encoder(INFORMATION.shape, seed=4).eval()
    values = torch.from_numpy(tiles().astype(np.float32))
    values = (values - torch.tensor([100.0, 200.0]).view(1, 2, 1, 1)) / torch.tensor(
        [10.0, 20.0]
    ).view(1, 2, 1, 1)
    with torch.no_grad():
        features = network.features(values)
        embedding = network(values)
    np.testing.assert_allclose(frozen.embed(tiles(), "backbone"), features, atol=1e-5)
    np.testing.assert_allclose(frozen.embed(tiles()), embedding, atol=1e-6)
    assert frozen.dimension("backbone") == 512
    assert frozen.dimension("embedding") == 8


def test_no_data_embeds_as_the_bands_offset(encoder_file: Path) -> None:
    frozen = load_encoder(encoder_file)
    empty, middle = np.zeros((1, 2, 8, 8), np.uint16), np.empty((1, 2, 8, 8), np.uint16)
    middle[:, 0], middle[:, 1] = 100, 200
    assert np.array_equal(frozen.embed(empty), frozen.embed(middle))
    assert np.isfinite(frozen.embed(empty)).all()


def test_bands_are_matched_by_name(encoder_file: Path) -> None:
    frozen = load_encoder(encoder_file)
    assert frozen.band_indices(["nir", "blue", "red"], "here") == [2, 0]
    with pytest.raises(RequestError, match=r"scene\.tif has blue, red, so nir is missing"):
        frozen.band_indices(["blue", "red"], "scene.tif")


@pytest.mark.parametrize("size", [0, 5, 900, -100])
def test_a_file_cut_short_is_told(encoder_file: Path, size: int) -> None:
    content = encoder_file.read_bytes()
    encoder_file.write_bytes(content[:size])
    with pytest.raises(DataError, match="cannot be read") as caught:
        load_encoder(encoder_file)
    assert "cut short" in caught.value.hint


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (b'{\\"method', b'x\\"method', "cannot be read"),
        (b"[100.0, 200.0]", b"[100.0; 200.0]", "cannot be read"),
        (b"small", b"sm\xffll", "cannot be read"),
        (b"tile_size_px", b"tile_size_qx", "is damaged"),
        (b"resnet18", b"resnot18", "no such architecture: resnot18"),
    ],
)
def test_a_damaged_header_is_told(
    encoder_file: Path, right: bytes, wrong: bytes, words: str
) -> None:
    content = encoder_file.read_bytes()
    assert content.count(right) >= 1
    encoder_file.write_bytes(content.replace(right, wrong, 1))
    with pytest.raises(DataError, match=words):
        load_encoder(encoder_file)


def test_a_header_that_is_no_object_is_told(encoder_file: Path) -> None:
    safetensors.torch.save_file({"x": torch.zeros(2)}, encoder_file, {HEADER_KEY: "[1]"})
    with pytest.raises(DataError, match="cannot be read"):
        load_encoder(encoder_file)


def test_another_version_is_told(encoder_file: Path) -> None:
    header = dict(dataclasses.asdict(INFORMATION), version=99)
    weights = safetensors.torch.load_file(encoder_file)
    safetensors.torch.save_file(weights, encoder_file, {HEADER_KEY: json.dumps(header)})
    with pytest.raises(DataError, match="version 99; this program reads version 1"):
        load_encoder(encoder_file)


def test_a_safetensors_file_of_someone_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    safetensors.torch.save_file({"x": torch.zeros(2)}, path)
    with pytest.raises(DataError, match="no encoder of this program"):
        load_encoder(path)
    with pytest.raises(RequestError, match="there is no encoder"):
        load_encoder(tmp_path / "none.safetensors")


def test_weights_that_do_not_fit_the_header_are_told(encoder_file: Path) -> None:
    network = build_encoder(EncoderShape("resnet18", "small", 3, 32, 8), seed=0)
    save_encoder(encoder_file, INFORMATION, network)
    with pytest.raises(DataError, match="do not fit its header"):
        load_encoder(encoder_file)


def test_untrained_differs_by_seed_and_from_the_trained(encoder_file: Path) -> None:
    one, other = (FrozenEncoder.untrained(INFORMATION, seed=s).embed(tiles()) for s in (1, 2))
    assert np.abs(one - other).max() > 1e-2
    assert np.abs(one - load_encoder(encoder_file).embed(tiles())).max() > 1e-2
