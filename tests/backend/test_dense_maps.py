"""Dense maps: beside the feature map of the whole scene, in blocks and in one, and refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from backend.embed import main
from backend.mapping import dense
from backend.networks.backbones import build_backbone
from backend.networks.backbones.reach import reach_of, with_stride
from backend.networks.encoder import build_encoder
from backend.networks.encoder_file import load_encoder, read_information, save_encoder

from .embedding import BANDS, landscape, values

HEIGHT, WIDTH, TILE, STRIDE = 40, 56, 16, 8


@pytest.fixture(scope="module")
def encoder(make_encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """TileNet's cells lie 16 px apart: at a stride of 8 px its last layers are dilated."""
    path = make_encoder(tmp_path_factory.mktemp("enc") / "e.safetensors", BANDS, tile=TILE)
    information = dataclass_with(path, architecture="tilenet")
    save_encoder(path, information, build_encoder(information.shape, seed=0))
    return path


def dataclass_with(path: Path, **changed: object):
    return dataclasses.replace(read_information(path), **changed)


def run(encoder: Path, scene: Path, output: Path, *options: str) -> int:
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--output", str(output)]
    arguments += ["--stride-px", str(STRIDE), "--mode", "dense", "--features", "backbone"]
    return main([*arguments, *options])


def test_dense_vectors_are_means_of_the_whole_scenes_feature_map(
    encoder, make_scene, tmp_path, monkeypatch, capsys
) -> None:
    pixels = landscape(HEIGHT, WIDTH)
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS)
    assert run(encoder, scene, tmp_path / "whole.tif") == 0
    assert "of 35 tiles" in capsys.readouterr().err
    whole = values(tmp_path / "whole.tif")
    frozen = load_encoder(encoder)
    # Far enough beyond the scene for its mirrored pixels to fill what a cell sees.
    padded = np.pad(pixels, ((0, 0), (132, 140), (132, 140)), mode="reflect").astype(np.float32)
    for i, j in ((0, 0), (2, 3), (4, 6)):
        # A window that begins eight cells before the tile: its ninth cell is the tile's own.
        top, left = (n * STRIDE - 4 + 132 - 128 for n in (i, j))
        window = frozen.normalised(padded[None, :, top : top + 256, left : left + 256])
        with torch.inference_mode():
            cell = frozen.backbone.stages(window)[-1][0, :, 8, 8].numpy()
        scale = np.abs(cell).max()
        np.testing.assert_allclose(whole[:, i, j], cell, atol=1e-4 * scale)
    # In blocks of three by three map pixels: no seam.
    made = dense.DenseForward.__init__

    def in_small_blocks(self: dense.DenseForward, *given: object) -> None:
        made(self, *given)
        self.block_side = 3

    monkeypatch.setattr(dense.DenseForward, "__init__", in_small_blocks)
    assert run(encoder, scene, tmp_path / "blocks.tif") == 0
    np.testing.assert_allclose(
        values(tmp_path / "blocks.tif"), whole, atol=1e-5 * np.abs(whole).max()
    )
    with rasterio.open(tmp_path / "whole.tif") as target:
        tags = target.tags()
    assert (tags["mode"], tags["agreement_tiles"]) == ("dense", "35")
    assert (
        -1 <= float(tags["agreement_cosine_minimum"]) <= float(tags["agreement_cosine_mean"]) <= 1
    )


def test_what_cannot_be_shared_is_refused(encoder, make_encoder, make_scene, tmp_path, capsys):
    scene = make_scene(tmp_path / "s.tif", landscape(HEIGHT, WIDTH), names=BANDS)
    assert run(encoder, scene, tmp_path / "m.tif", "--stride-px", "15") == 2
    assert "--mode dense gains nothing at --stride-px 15" in capsys.readouterr().err
    path = make_encoder(tmp_path / "vit.safetensors", BANDS, tile=TILE)
    information = dataclass_with(path, architecture="vit-tiny")
    save_encoder(path, information, build_encoder(information.shape, seed=0))
    assert run(path, scene, tmp_path / "m.tif") == 2
    assert "vit-tiny is no network of convolutions alone" in capsys.readouterr().err
    assert not (tmp_path / "m.tif").exists()


def test_agreement_of_known_vectors() -> None:
    tiles = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = dense.Agreement.between(np.array([[3.0, 0.0], [1.0, 1.0]]), tiles)
    assert (found.count, found.least, found.mean, found.chance) == pytest.approx(
        (2, 0.5**0.5, (1 + 0.5**0.5) / 2, 0)
    )


@pytest.mark.parametrize(("architecture", "stem"), [("resnet18", "medium"), ("vgg16-bn", "medium")])
def test_a_backbone_sees_as_far_as_its_reach_and_no_farther(architecture: str, stem: str) -> None:
    torch.manual_seed(0)
    network = build_backbone(architecture, bands=1, stem=stem, tile_size_px=64).eval()
    reach = reach_of(network)
    finer = with_stride(network, reach.stride // 2)
    assert reach_of(finer).before == reach.before and reach_of(finer).stride == reach.stride // 2
    cell = -(-reach.before // reach.stride)
    side = cell * reach.stride + reach.after + 2
    pixels = torch.randn(1, 1, side, side)
    with torch.inference_mode():
        first = network.stages(pixels)[-1][0, :, cell, cell]
        assert torch.allclose(finer.stages(pixels)[-1][0, :, 2 * cell, 2 * cell], first, atol=1e-4)
        other = pixels.clone()
        other[..., -1, :] += 100.0  # one row farther than it sees
        other[..., : cell * reach.stride - reach.before, :] += 100.0
        assert torch.allclose(network.stages(other)[-1][0, :, cell, cell], first, atol=1e-4)
