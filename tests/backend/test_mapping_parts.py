"""The parts of mapping: grid, tiles, statistics, colours and styles, each against brute force."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from backend.data.scenes import open_scene
from backend.mapping import grid as grid_module
from backend.mapping import styles
from backend.mapping.clusters import Clusters, distinct_colours
from backend.mapping.grid import MapGrid, mirrored
from backend.mapping.principal_components import PrincipalComponents
from backend.mapping.statistics import Extremes, Moments, Sample
from backend.mapping.tiles import TileReader, network_input

SIZES = st.integers(1, 40)


@given(length=st.integers(2, 12), reach=st.integers(0, 30))
def test_mirrored_indices_are_those_of_numpy(length: int, reach: int) -> None:
    padded = np.pad(np.arange(length), reach, mode="reflect")
    assert np.array_equal(mirrored(np.arange(-reach, length + reach), length), padded)


def test_a_single_row_mirrors_to_itself() -> None:
    assert mirrored(np.array([-3, 0, 2]), 1).tolist() == [0, 0, 0]


@given(height=SIZES, width=SIZES, tile=SIZES, stride=SIZES)
def test_the_map_covers_the_scene_and_tiles_are_centred(height, width, tile, stride) -> None:
    grid = MapGrid(height, width, tile, stride)
    assert grid.height * stride >= height > (grid.height - 1) * stride
    assert grid.width * stride >= width > (grid.width - 1) * stride
    for index in range(3):
        tile_centre = grid.tile_start(index) + tile / 2
        pixel_centre = (index + 0.5) * stride
        # Half a pixel up and left where stride and tile are not both even or both odd.
        assert pixel_centre - tile_centre == (0.5 if (stride - tile) % 2 else 0.0)


@given(height=SIZES, width=SIZES, stride=st.integers(1, 5), side=st.integers(1, 9))
def test_blocks_hold_each_map_pixel_once(height, width, stride, side) -> None:
    grid = MapGrid(height, width, 4, stride)
    seen = np.zeros((grid.height, grid.width), int)
    for rows, columns in grid.blocks(side):
        seen[rows.start : rows.stop, columns.start : columns.stop] += 1
    assert (seen == 1).all()


def test_blocks_stay_within_memory() -> None:
    for tile, stride, bands, dimension in ((32, 16, 4, 128), (224, 64, 13, 2048), (8, 1, 3, 16)):
        side = MapGrid(100_000, 100_000, tile, stride).block_side(2 * bands, 4 * dimension)
        pixels = ((side - 1) * stride + tile) ** 2 * 2 * bands
        assert pixels <= grid_module.BLOCK_BYTES
        assert side**2 * 4 * dimension <= grid_module.BLOCK_BYTES
        assert side >= 16


def test_the_maps_transform_keeps_the_origin() -> None:
    transform = MapGrid(64, 64, 8, 4).transform(Affine(30, 0, 500, 0, -30, 900))
    assert transform == Affine(120, 0, 500, 0, -120, 900)


def scene_with_holes(make_scene, folder: Path, *, height: int = 37, width: int = 29):
    """A scene of two bands whose every pixel differs, with no data in some places of a band."""
    pixels = np.arange(1, 2 * height * width + 1, dtype=np.uint16).reshape(2, height, width)
    pixels[0, 10:18, 12:20] = 0
    pixels[1, 30:, :] = 0
    path = make_scene(folder / "scene.tif", pixels, names=("a", "b"), nodata=0)
    return pixels, open_scene(str(path))


@pytest.mark.parametrize(("tile", "stride"), [(8, 4), (7, 4), (6, 9), (5, 1), (29, 10)])
@pytest.mark.parametrize("edges", ["mirror", "nodata"])
def test_tiles_are_those_cut_from_the_padded_scene(
    make_scene, tmp_path, tile, stride, edges
) -> None:
    pixels, scene = scene_with_holes(make_scene, tmp_path)
    _, height, width = pixels.shape
    grid = MapGrid(height, width, tile, stride)
    reader = TileReader(scene, grid, ["a", "b"], edges=edges, minimum_valid_fraction=0.6)
    reach = 20
    padded = np.pad(pixels, ((0, 0), (reach, reach), (reach, reach)), mode="reflect")
    for rows, columns in grid.blocks(3):
        block = reader.block(rows, columns)
        tiles = block.tiles(np.arange(block.wanted.size))
        for number, (i, j) in enumerate((i, j) for i in rows for j in columns):
            top, left = grid.tile_start(i), grid.tile_start(j)
            cut = padded[:, top + reach :, left + reach :][:, :tile, :tile]
            whole = 0 <= top <= height - tile and 0 <= left <= width - tile
            touches = top < height and left < width
            enough = (cut != 0).all(axis=0).mean() >= 0.6
            expected = enough and (whole if edges == "nodata" else touches)
            assert block.wanted.flat[number] == expected
            if expected:
                assert np.array_equal(np.isnan(tiles[number]), cut == 0)
                assert np.array_equal(np.nan_to_num(tiles[number]), cut)


def test_no_data_goes_in_as_nan_whatever_its_value() -> None:
    tiles = np.array([[[[7, 255], [0, 3]]]], np.uint8)
    assert np.array_equal(network_input(tiles, 255.0), [[[[7, np.nan], [0, 3]]]], equal_nan=True)
    assert np.array_equal(network_input(tiles, None), tiles)
    # A no-data value that float32 cannot hold as it is: compared in the pixels' own type.
    low = np.array([-3.4e38, 1.0])
    assert np.isnan(network_input(low, -3.4e38)).tolist() == [True, False]


def test_moments_in_pieces_are_those_of_the_whole() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(1000, [1, 5, 0.1], (501, 3)).astype(np.float32)
    moments, extremes = Moments(3), Extremes(3)
    for piece in np.split(vectors, [0, 1, 40, 40, 300]):
        moments.add(piece)
        extremes.add(piece)
    assert moments.count == 501
    whole = vectors.astype(np.float64)
    np.testing.assert_allclose(moments.mean, whole.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(
        moments.covariance, np.cov(whole.T, bias=True), rtol=1e-9, atol=1e-11
    )
    np.testing.assert_allclose(moments.deviation, whole.std(axis=0), rtol=1e-9)
    assert np.array_equal(extremes.minimum, whole.min(axis=0))
    assert np.array_equal(extremes.maximum, whole.max(axis=0))


def test_the_sample_depends_on_positions_not_on_their_order() -> None:
    vectors = np.random.default_rng(0).normal(size=(1000, 2)).astype(np.float32)
    positions = np.arange(1000) + 2**40
    whole, pieces, other = Sample(50, 2, 7), Sample(50, 2, 7), Sample(50, 2, 8)
    whole.add(vectors, positions)
    other.add(vectors, positions)
    for part in np.split(np.random.default_rng(1).permutation(1000), [3, 90, 91, 700]):
        pieces.add(vectors[part], positions[part])
    assert whole.vectors.shape == (50, 2)
    assert np.array_equal(whole.vectors, pieces.vectors)
    assert not np.array_equal(whole.vectors, other.vectors)


def test_the_sample_is_uniform() -> None:
    """Each of 40 positions is among 10 of them in a quarter of 2,000 seeds, within 5 sigma."""
    hits = np.zeros(40)
    for seed in range(2000):
        sample = Sample(10, 1, seed)
        sample.add(np.arange(40.0)[:, None], np.arange(40))
        hits[sample.vectors[:, 0].astype(int)] += 1
    assert np.abs(hits - 500).max() < 5 * np.sqrt(2000 * 0.25 * 0.75)


def test_a_small_stream_is_sampled_whole() -> None:
    sample = Sample(10, 1, 0)
    sample.add(np.arange(4.0)[:, None], np.arange(4))
    assert sorted(sample.vectors[:, 0]) == [0, 1, 2, 3]


def fitted_components(vectors: np.ndarray) -> PrincipalComponents:
    moments = Moments(vectors.shape[1])
    moments.add(vectors)
    return PrincipalComponents.fit(moments, vectors)


def test_principal_components_are_those_of_a_singular_value_decomposition() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(400, 6)) * [9, 5, 3, 1, 0.5, 0.1] + 4
    found = fitted_components(vectors)
    centred = vectors - vectors.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    for component, axis in zip(found.components, axes, strict=False):
        assert abs(component @ axis) == pytest.approx(1, abs=1e-9)
        assert component[np.abs(component).argmax()] > 0
    np.testing.assert_allclose(found.explained, (singular**2 / (singular**2).sum())[:3])
    low, high = np.percentile(found.project(vectors), (2, 98), axis=0)
    np.testing.assert_allclose([found.low, found.high], [low, high])


def test_colours_span_the_percentiles_and_leave_zero_to_no_data() -> None:
    vectors = np.random.default_rng(0).normal(size=(1000, 4)) * [4, 3, 2, 1]
    found = fitted_components(vectors)
    colours = found.colours(vectors)
    assert colours.dtype == np.uint8
    assert colours.min() == 1
    assert colours.max() == 255
    # Two percent lie at or below the low end and as many at or above the high end.
    assert (colours == 1).mean(axis=0) == pytest.approx([0.02] * 3, abs=0.004)
    ends = found.mean + np.stack([found.low, found.high]) @ found.components
    assert found.colours(ends).tolist() == [[1, 1, 1], [255, 255, 255]]


def test_components_come_back_from_tags() -> None:
    found = fitted_components(np.random.default_rng(0).normal(size=(50, 5)))
    again = PrincipalComponents.from_tags(found.to_tags())
    for name in ("mean", "components", "explained", "low", "high"):
        assert np.array_equal(getattr(again, name), getattr(found, name))


def test_vectors_that_do_not_vary_are_grey() -> None:
    vectors = np.ones((5, 2))
    assert fitted_components(vectors).colours(vectors).tolist() == [[128] * 3] * 5


def test_clusters_find_separate_groups_and_number_them_by_size() -> None:
    generator = np.random.default_rng(0)
    sizes = (30, 100, 60)
    labels = np.repeat([2, 0, 1], sizes)
    vectors = np.eye(3)[labels] * 10 + generator.normal(0, 0.5, (190, 3))
    clusters = Clusters.fit(vectors.astype(np.float32), 3, seed=0)
    assert np.array_equal(clusters.assign(vectors), labels + 1)
    assert clusters.names == ["Cluster 1", "Cluster 2", "Cluster 3"]
    again = Clusters.fit(vectors.astype(np.float32), 3, seed=0)
    assert np.array_equal(again.centres, clusters.centres)


def test_there_are_no_more_clusters_than_different_vectors() -> None:
    vectors = np.repeat(np.eye(2), 4, axis=0)
    assert len(Clusters.fit(vectors, 5, seed=0)) == 2


def test_colours_are_distinct() -> None:
    colours = np.array(distinct_colours(255))
    assert len(np.unique(colours, axis=0)) == 255
    first = colours[:12].astype(int)
    apart = np.abs(first[:, None] - first[None]).sum(axis=-1)[~np.eye(12, dtype=bool)]
    assert apart.min() > 60


def test_styles_say_what_is_shown(tmp_path: Path) -> None:
    layer = tmp_path / "NDVI & more.tif"
    styles.write_style(styles.colour_composite((7, 2, 5), (0, 1, 2), (10, 11, 12)), layer)
    renderer = ElementTree.parse(tmp_path / "NDVI & more.qml").find("pipe/rasterrenderer")
    assert [renderer.get(f"{n}Band") for n in ("red", "green", "blue")] == ["7", "2", "5"]
    assert renderer.findtext("blueContrastEnhancement/maxValue") == "12.0"

    palette = styles.paletted(["Wood", "<Lake>"], [(1, 2, 3), (255, 0, 16)])
    entries = [
        (e.get("value"), e.get("color"), e.get("label")) for e in palette.iter("paletteEntry")
    ]
    assert entries == [("1", "#010203", "Wood"), ("2", "#ff0010", "<Lake>")]

    items = list(styles.ramp(0.0, 1.0).iter("item"))
    assert [float(items[0].get("value")), float(items[-1].get("value"))] == [0, 1]


@pytest.mark.parametrize("count", [1, 3, 5, 7, 20, 1000])
def test_rank_classes_hold_each_rank_once(count: int) -> None:
    ranges = list(styles.outlines_by_rank(count).iter("range"))
    assert 1 <= len(ranges) <= 5
    ranks = np.arange(1, count + 1)
    inside = [(ranks > float(r.get("lower"))) & (ranks < float(r.get("upper"))) for r in ranges]
    assert (np.sum(inside, axis=0) == 1).all()
