"""Patches and masks, the masked error, and a transformer that sees some patches alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.losses.masked_error import masked_error
from backend.networks.backbones import build_backbone
from backend.networks.backbones.places import place_vectors
from backend.networks.masked_transformer import PatchDecoder, encode_visible
from backend.views.patches import (
    draw_block_mask,
    draw_visible,
    patchify,
    visible_count,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("patches", "ratio", "keep", "mask"),
    [(196, 0.75, 49, 147), (225, 0.75, 56, 169), (144, 0.75, 36, 108), (256, 0.6, 102, 154)],
)
def test_fact_5_5_1_counts(patches: int, ratio: float, keep: int, mask: int) -> None:
    assert visible_count(patches, ratio) == keep
    valid = torch.ones(50, patches, dtype=torch.bool)
    visible = draw_visible(valid, ratio, seeded())
    assert visible.shape == (50, keep) and patches - keep == mask
    assert (visible.diff(dim=1) > 0).all()
    # Every patch is as likely as any other: 50 draws of ever new generators.
    many = torch.cat([draw_visible(valid, ratio, seeded(s)) for s in range(40)])
    share = torch.bincount(many.flatten(), minlength=patches) / len(many)
    assert (share - keep / patches).abs().max() < 5 * (0.25 / len(many)) ** 0.5


def unpatchify(patches: torch.Tensor, patch_px: int, size: tuple[int, int]) -> torch.Tensor:
    """(B, N, C·p·p) back to (B, C, *size), without the padding."""
    rows, columns = (-(-side // patch_px) for side in size)
    tiles = patches.unflatten(2, (-1, patch_px, patch_px)).unflatten(1, (rows, columns))
    tiles = tiles.permute(0, 3, 1, 4, 2, 5).flatten(4, 5).flatten(2, 3)
    return tiles[..., : size[0], : size[1]]


@pytest.mark.parametrize("channels", [1, 3, 4, 13, 224])
@pytest.mark.parametrize("size", [(8, 8), (8, 12), (10, 7)])
def test_fact_5_5_3_patches_and_back(channels: int, size: tuple[int, int]) -> None:
    tiles = torch.rand(2, channels, *size, generator=seeded())
    patches = patchify(tiles, 4)
    assert patches.shape == (2, -(-size[0] // 4) * -(-size[1] // 4), 16 * channels)
    assert torch.equal(unpatchify(patches, 4, size), tiles)
    # Second patch of the first row, first channel, its rows one after the other.
    expected = np.zeros((4, 4))
    block = tiles[0, 0, :4, 4:8].numpy()
    expected[: block.shape[0], : block.shape[1]] = block
    assert np.array_equal(patches[0, 1, :16].view(4, 4).numpy(), expected.astype(np.float32))


def test_fact_5_5_10_patches_without_data_are_seen_last() -> None:
    valid = torch.ones(30, 16, dtype=torch.bool)
    valid[:, :10] = False
    visible = draw_visible(valid, 0.75, seeded())
    assert (visible >= 10).all()
    # Two valid ones where four are to be seen: both of them are.
    valid[:, :14] = False
    visible = draw_visible(valid, 0.75, seeded())
    assert ((visible >= 14).sum(dim=1) == 2).all()


def test_blocks_are_whole_and_as_many_in_each_tile() -> None:
    mask = draw_block_mask(20, 10, 4, 0.6, seeded())
    assert mask.shape == (20, 1, 10, 10)
    for row in (0, 4, 8):
        for column in (0, 4, 8):
            block = mask[:, 0, row : row + 4, column : column + 4].flatten(1)
            assert (block.all(dim=1) | ~block.any(dim=1)).all()
    corners = mask[:, 0, ::4, ::4].flatten(1).sum(dim=1)
    assert (corners == 9 - int(9 * 0.4)).all()


def test_fact_5_5_2_hidden_pixels_alone_count() -> None:
    generator = seeded()
    prediction, target = torch.rand(2, 3, 6, 5, generator=generator, dtype=torch.float64)
    counts = torch.rand(3, 6, 5, generator=generator) < 0.4
    for kind, power in (("squared", 2), ("absolute", 1)):
        told = prediction.clone().requires_grad_()
        loss = masked_error(told, target, counts, kind=kind)
        errors = [
            abs(float(p) - float(t)) ** power
            for p, t, c in zip(
                prediction.flatten(), target.flatten(), counts.flatten(), strict=True
            )
            if c
        ]
        assert loss.item() == pytest.approx(sum(errors) / len(errors), abs=1e-12)
        loss.backward()
        assert not told.grad[~counts].any() and told.grad[counts].abs().min() > 0
        other = torch.where(counts, prediction, prediction + 9)
        assert masked_error(other, target, counts, kind=kind).item() == loss.item()


def test_fact_5_5_8_where_nothing_counts_the_error_is_0() -> None:
    told = torch.rand(2, 3, requires_grad=True)
    loss = masked_error(told, torch.full((2, 3), torch.inf), torch.zeros(2, 3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0 and not told.grad.any()
    with pytest.raises(ValueError, match="no such error"):
        masked_error(told, told, torch.ones(2, 3, dtype=torch.bool), kind="cubed")


def test_masked_error_is_float32_under_autocast() -> None:
    told, target = torch.rand(2, 4, 5, generator=seeded())
    with torch.autocast("cpu", torch.bfloat16):
        loss = masked_error(told.bfloat16(), target, torch.ones(4, 5, dtype=torch.bool))
    assert loss.dtype == torch.float32


@pytest.fixture(scope="module")
def transformer():
    torch.manual_seed(0)
    return build_backbone("vit-tiny", bands=3, stem="medium", tile_size_px=16).eval()


def test_seen_whole_the_transformer_is_that_of_the_features(transformer) -> None:
    tiles = torch.randn(2, 3, 16, 16, generator=seeded())
    everything = torch.arange(64).expand(2, -1)
    with torch.no_grad():
        vectors = encode_visible(transformer, tiles, everything)
        assert torch.allclose(vectors.mean(dim=1), transformer(tiles), atol=1e-5)


def test_fact_5_5_6_hidden_pixels_do_not_leak(transformer) -> None:
    generator = seeded()
    tiles = torch.randn(2, 3, 16, 16, generator=generator)
    visible = draw_visible(torch.ones(2, 64, dtype=torch.bool), 0.75, generator)
    hidden = torch.ones(2, 64, 1).scatter(1, visible[:, :, None], 0.0).expand(-1, -1, 12)
    noise = torch.randn(2, 64, 12, generator=generator)
    other = unpatchify(torch.where(hidden.bool(), noise, patchify(tiles, 2)), 2, (16, 16))
    assert not torch.equal(other, tiles)
    with torch.no_grad():
        assert torch.equal(
            encode_visible(transformer, tiles, visible), encode_visible(transformer, other, visible)
        )


def test_fact_5_5_4_the_decoder_puts_vectors_back_where_they_came_from() -> None:
    """With no blocks and no norm, each value is that of its own patch's vector and place."""
    decoder = PatchDecoder(5, 16, 7, width=32, layers=1, seed=0).eval()
    decoder.blocks, decoder.norm = torch.nn.Identity(), torch.nn.Identity()
    vectors = torch.randn(2, 4, 5, generator=seeded())
    visible = draw_visible(torch.ones(2, 16, dtype=torch.bool), 0.75, seeded(1))
    with torch.no_grad():
        values = decoder(vectors, visible)
        for sample in range(2):
            for number in range(16):
                seen = (visible[sample] == number).nonzero()
                vector = decoder.hidden[0, 0]
                if len(seen):
                    vector = decoder.narrow(vectors[sample, seen[0, 0]])
                expected = decoder.values(vector + decoder.places[0, number])
                assert torch.allclose(values[sample, number], expected, atol=1e-5)


def test_places_are_sines_and_cosines_of_column_and_row() -> None:
    places = place_vectors((3, 3), 8).numpy()
    for row in range(3):
        for column in range(3):
            rates = [1.0, 1 / 100]
            expected = [
                *np.sin([column * r for r in rates]), *np.cos([column * r for r in rates]),
                *np.sin([row * r for r in rates]), *np.cos([row * r for r in rates]),
            ]  # fmt: skip
            assert places[3 * row + column] == pytest.approx(expected, abs=1e-6)
    with pytest.raises(ValueError, match="multiple of 4"):
        place_vectors((3, 3), 6)
