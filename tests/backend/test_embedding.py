"""`backend.embed` end to end on small scenes: vectors, georeference, tags."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.windows import from_bounds

from backend.embed import main
from backend.mapping import grid
from backend.networks.encoder_file import load_encoder

from .embedding import BANDS, DIMENSION, HEIGHT, STRIDE, TILE, WIDTH, landscape, values


@pytest.fixture(scope="module")
def encoder(make_encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("enc") / "encoder.safetensors", BANDS, tile=TILE)


@pytest.fixture
def embed(encoder: Path, tmp_path: Path) -> Callable[..., Path]:
    """embed(scene, *options, name="map.tif") runs the verb and gives the map's path."""

    def run(scene: Path, *options: str, name: str = "map é.tif") -> Path:
        output = tmp_path / name
        arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--output", str(output)]
        arguments += ["--stride-px", str(STRIDE), "--batch-size", "32", *options]
        assert main(arguments) == 0
        return output

    return run


def per_tile(encoder: Path, tiles: list[np.ndarray], features: str = "embedding") -> np.ndarray:
    """Vectors (n, D) of tiles, straight from the encoder."""
    return load_encoder(encoder).embed(np.stack(tiles), features)


@pytest.mark.parametrize("features", ["embedding", "backbone"])
def test_the_map_is_inference_tile_by_tile(embed, encoder, make_scene, tmp_path, features) -> None:
    pixels = landscape()
    made = values(
        embed(make_scene(tmp_path / "s.tif", pixels, names=BANDS), "--features", features)
    )
    padded = np.pad(pixels, ((0, 0), (8, 8), (8, 8)), mode="reflect")
    tiles = [
        padded[:, 8 + STRIDE * i - 2 :, 8 + STRIDE * j - 2 :][:, :TILE, :TILE]
        for i in range(18)
        for j in range(23)
    ]
    expected = per_tile(encoder, tiles, features).reshape(18, 23, -1)
    assert made.shape == (expected.shape[2], 18, 23)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(made, np.moveaxis(expected, -1, 0), atol=1e-5 * scale)


def test_a_known_point_is_where_it_ought_to_be(embed, encoder, make_scene, tmp_path) -> None:
    """A bright tile at known coordinates is found in the map under the same coordinates."""
    pixels = np.full((3, HEIGHT, WIDTH), 4000, np.uint16)
    pixels[:, 36:44, 52:60] = landscape(8, 8)
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS, origin=(500_000.0, 4_000_000.0))
    made = embed(scene, "--edges", "nodata")
    # The centre of the bright tile: 56 columns and 40 rows of 30 m from the origin.
    x, y = 500_000 + 56 * 30, 4_000_000 - 40 * 30
    with rasterio.open(made) as target:
        assert target.crs.to_epsg() == 32612
        assert target.transform == rasterio.Affine(120, 0, 500_000, 0, -120, 4_000_000)
        # Tiles lie centred on map pixels, 120 m wide: the point is 60 m from four of them.
        row, column = target.index(x + 60, y - 60)
        vector = target.read()[:, row, column]
        centre = target.xy(row, column)
    half = TILE / 2 * 30
    box = (centre[0] - half, centre[1] - half, centre[0] + half, centre[1] + half)
    with rasterio.open(scene) as source:
        window = from_bounds(*box, source.transform)
        assert (window.col_off, window.row_off) == (54, 38)
        tile = source.read(window=window)
    np.testing.assert_allclose(vector, per_tile(encoder, [tile])[0], atol=1e-5)
    differs = np.abs(values(made) - values(made)[:, 2:3, 2:3]).max(axis=0) > 1e-6
    rows, columns = np.nonzero(differs)
    # Only tiles that touch rows 36 to 43, columns 52 to 59: map rows 8 to 11, columns 12 to 15.
    assert (set(rows), set(columns)) == ({8, 9, 10, 11}, {12, 13, 14, 15})


@pytest.mark.parametrize("side", [5, 16])
def test_vectors_do_not_depend_on_the_blocks(embed, make_scene, tmp_path, monkeypatch, side):
    pixels = landscape()
    pixels[:, 20:34, 40:60] = 0
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS, nodata=0)
    options = ("--picture", "--clusters", "3", "--storage", "float32")
    whole = embed(scene, *options, name="whole.tif")
    monkeypatch.setattr(grid, "BLOCK_SIDE_PX", side)
    blocks = embed(scene, *options, name="blocks.tif")
    assert values(whole).tobytes() == values(blocks).tobytes()
    for kind in ("picture", "clusters"):
        first, second = (values(p.with_name(f"{p.stem}_{kind}.tif")) for p in (whole, blocks))
        assert np.array_equal(first, second)


def test_vectors_do_not_depend_on_the_rest_of_the_scene(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    whole = values(embed(make_scene(tmp_path / "s.tif", pixels, names=BANDS), name="whole.tif"))
    top, left = 3 * STRIDE, 5 * STRIDE
    part = make_scene(tmp_path / "p.tif", pixels[:, top : top + 41, left : left + 37], names=BANDS)
    cropped = values(embed(part, "--edges", "nodata", name="part.tif"))
    inside = ~np.isnan(cropped[0])
    # Tiles start at 4 i - 2: rows 1 to 8 of 11 and columns 1 to 7 of 10 lie wholly in the part.
    assert inside[1:9, 1:8].all()
    assert inside.sum() == 8 * 7
    same_place = whole[:, 3 : 3 + inside.shape[0], 5 : 5 + inside.shape[1]]
    assert same_place[:, inside].tobytes() == cropped[:, inside].tobytes()


def test_no_data_in_no_data_out(embed, encoder, make_scene, tmp_path) -> None:
    pixels = landscape()
    pixels[1, 20:40, 30:50] = 0  # one band is enough to make a pixel invalid
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS, nodata=0)
    made = embed(scene, "--minimum-valid-fraction", "0.75")
    result = values(made)
    padded = np.pad(pixels, ((0, 0), (8, 8), (8, 8)), mode="reflect")
    for i in range(18):
        for j in range(23):
            tile = padded[:, 8 + STRIDE * i - 2 :, 8 + STRIDE * j - 2 :][:, :TILE, :TILE]
            enough = (tile != 0).all(axis=0).mean() >= 0.75
            assert np.isfinite(result[:, i, j]).all() == enough
            assert np.isnan(result[:, i, j]).all() == (not enough)
    with rasterio.open(made) as target:
        assert np.isnan(target.nodata)
    # An invalid pixel counts as the band's offset, 5,000, which normalises to 0.
    tile = pixels[:, 14:22, 26:34].copy()
    assert 0 < (tile[1] == 0).sum() < 16
    tile[1][tile[1] == 0] = 5000
    np.testing.assert_allclose(result[:, 4, 7], per_tile(encoder, [tile])[0], atol=1e-5)


def test_the_value_of_no_data_does_not_matter(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    hole = np.zeros(pixels.shape, bool)
    hole[:, 20:33, 30:43] = True
    maps = []
    for name, value in (("zero", 0), ("top", 65535), ("odd", 77)):
        scene = np.where(hole, value, pixels).astype(np.uint16)
        path = make_scene(tmp_path / f"{name}.tif", scene, names=BANDS, nodata=value)
        maps.append(values(embed(path, name=f"map_{name}.tif")))
    floats = np.where(hole, np.nan, pixels).astype(np.float32)
    path = make_scene(tmp_path / "floats.tif", floats, names=BANDS)
    maps.append(values(embed(path, name="map_floats.tif")))
    assert np.isnan(maps[0]).any()
    assert all(other.tobytes() == maps[0].tobytes() for other in maps[1:])


def test_the_encoders_no_data_is_taken_where_the_scene_tells_none(
    make_encoder, make_scene, tmp_path
) -> None:
    encoder = make_encoder(tmp_path / "e.safetensors", BANDS, tile=TILE, nodata=0)
    pixels = landscape()
    pixels[:, :30] = 0
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS)
    output = tmp_path / "map.tif"
    arguments = ["--encoder", str(encoder), "--scenes", str(scene), "--output", str(output)]
    assert main([*arguments, "--stride-px", "4", "--batch-size", "32"]) == 0
    assert np.isnan(values(output)[:, :7]).all()


def test_bytes_are_the_floats_to_half_a_step(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    pixels[:, :20, :20] = 0
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS, nodata=0)
    floats = values(embed(scene, name="floats.tif"))
    with rasterio.open(embed(scene, "--storage", "uint8", name="bytes.tif")) as target:
        raw = target.read()
        scale, offset = np.array(target.scales), np.array(target.offsets)
        assert (target.dtypes[0], target.nodata) == ("uint8", 0)
        assert target.descriptions[:2] == ("emb_000", "emb_001")
    invalid = np.isnan(floats)
    assert invalid.any()
    assert np.array_equal(raw == 0, invalid)
    again = raw * scale[:, None, None] + offset[:, None, None]
    error = np.abs(again - floats)[~invalid]
    steps = np.broadcast_to(scale[:, None, None], raw.shape)[~invalid]
    assert (error <= steps * 0.5001).all()
    # The whole range of bytes is used in every band.
    assert raw.max(axis=(1, 2)).tolist() == [255] * DIMENSION
    assert np.where(raw == 0, 255, raw).min(axis=(1, 2)).tolist() == [1] * DIMENSION


def test_the_map_says_what_it_is(embed, encoder, make_scene, tmp_path) -> None:
    scene = make_scene(tmp_path / "S2_20200131.tif", landscape(), names=BANDS)
    made = embed(scene, "--seed", "3")
    with rasterio.open(made) as target:
        tags = target.tags()
        assert target.descriptions == tuple(f"emb_{n:03d}" for n in range(DIMENSION))
        assert target.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert tags["encoder"] == "saumoco resnet18 green+red+nir step 0"
    assert (tags["method"], tags["features"]) == ("saumoco", "embedding")
    assert (tags["tile_size_px"], tags["stride_px"], tags["edges"]) == ("8", "4", "mirror")
    assert (tags["scene"], tags["date"]) == ("S2_20200131", "2020-01-31")
    assert tags["software"].startswith("Near Things ")
    # The command makes the same map again.
    before = values(made)
    command = shlex.split(tags["command"])
    assert command[:3] == ["python", "-m", "backend.embed"]
    assert main([*command[3:], "--overwrite"]) == 0
    assert values(made).tobytes() == before.tobytes()


def test_bands_are_matched_by_name(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    straight = embed(make_scene(tmp_path / "a.tif", pixels, names=BANDS), name="a_map.tif")
    extra = np.concatenate([pixels[::-1], pixels[:1] // 2])
    turned = make_scene(tmp_path / "b.tif", extra, names=("nir", "red", "green", "blue"))
    assert values(straight).tobytes() == values(embed(turned, name="b_map.tif")).tobytes()
    nameless = make_scene(tmp_path / "c.tif", pixels)
    named = embed(nameless, "--bands", *BANDS, name="c_map.tif")
    assert values(straight).tobytes() == values(named).tobytes()


def test_a_scene_may_be_several_files(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    files = [
        make_scene(tmp_path / f"x_{name}.tif", band[None], names=(name,))
        for name, band in zip(BANDS, pixels, strict=True)
    ]
    joined = embed(Path("+".join(map(str, files))), name="joined_map.tif")
    single = embed(make_scene(tmp_path / "s.tif", pixels, names=BANDS), name="single_map.tif")
    assert values(joined).tobytes() == values(single).tobytes()


def test_nameless_bands_are_taken_in_the_encoders_order_with_a_warning(
    embed, make_scene, tmp_path, capsys
) -> None:
    pixels = landscape()
    made = embed(make_scene(tmp_path / "a.tif", pixels), name="a_map.tif")
    assert "they are taken for the encoder's" in capsys.readouterr().err
    named = embed(make_scene(tmp_path / "b.tif", pixels, names=BANDS), name="b_map.tif")
    assert "warning" not in capsys.readouterr().err
    assert values(made).tobytes() == values(named).tobytes()


def test_unlike_imagery_is_warned_of(embed, make_scene, tmp_path, capsys) -> None:
    pixels = landscape()
    embed(make_scene(tmp_path / "a.tif", pixels, names=BANDS, resolution=24.5), name="a_map.tif")
    assert "warning" not in capsys.readouterr().err
    floats = pixels.astype(np.float32)
    embed(make_scene(tmp_path / "b.tif", floats, names=BANDS, resolution=10), name="b_map.tif")
    warnings = capsys.readouterr().err
    assert "pixels of b are 10 m wide, those the encoder was trained on 30 m" in warnings
    assert "pixels of b are float32, those the encoder was trained on uint16" in warnings
