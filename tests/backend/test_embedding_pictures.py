"""What `backend.embed` writes beside a map: pictures, clusters, overviews, several maps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

from backend.embed import main
from backend.mapping.clusters import distinct_colours
from backend.mapping.geotiff import scratch_raster, write_cog
from backend.mapping.principal_components import PrincipalComponents

from .embedding import BANDS, DIMENSION, STRIDE, TILE, landscape, values


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


def test_the_picture_is_the_principal_components_of_the_map(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    pixels[:, :12, :12] = 0
    made = embed(make_scene(tmp_path / "s.tif", pixels, names=BANDS, nodata=0), "--picture")
    with rasterio.open(made.with_name("map é_picture.tif")) as target:
        picture, tags = target.read(), target.tags()
        assert (target.dtypes, target.nodata) == (("uint8",) * 3, 0)
        assert target.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        with rasterio.open(made) as source:
            assert (target.crs, target.transform) == (source.crs, source.transform)
    vectors = values(made).reshape(DIMENSION, -1).T
    valid = np.isfinite(vectors).all(axis=1)
    assert 0 < valid.sum() < valid.size
    components = PrincipalComponents.from_tags(tags)
    covariance = np.cov(vectors[valid].astype(np.float64).T)
    for component, share in zip(components.components, components.explained, strict=True):
        np.testing.assert_allclose(
            covariance @ component, share * np.trace(covariance) * component, atol=1e-9
        )
    expected = np.zeros((valid.size, 3), np.uint8)
    expected[valid] = components.colours(vectors[valid])
    assert np.array_equal(picture.reshape(3, -1).T, expected)
    assert json.loads(tags["pca_low"]) == components.low.tolist()


def test_clusters_have_names_and_colours(embed, make_scene, tmp_path) -> None:
    pixels = landscape()
    pixels[:, :12, :12] = 0
    scene = make_scene(tmp_path / "s.tif", pixels, names=BANDS, nodata=0)
    made = embed(scene, "--clusters", "4")
    path = made.with_name("map é_clusters.tif")
    with rasterio.open(path) as target:
        numbers, colours = target.read(1), target.colormap(1)
        assert target.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert set(np.unique(numbers)) == {0, 1, 2, 3, 4}
    assert np.array_equal(numbers == 0, np.isnan(values(made)[0]))
    assert [colours[n][:3] for n in range(1, 5)] == distinct_colours(4)
    names = path.with_name(path.name + ".aux.xml").read_text(encoding="utf-8")
    assert "<Category>Cluster 4</Category>" in names
    assert 'label="Cluster 4"' in path.with_suffix(".qml").read_text(encoding="utf-8")
    # Each vector is nearer to the mean of its own cluster than to that of any other: Lloyd's
    # condition, which holds exactly where the sample is the whole map.
    vectors = values(made)[:, numbers > 0].T.astype(np.float64)
    labels = numbers[numbers > 0]
    means = np.stack([vectors[labels == n].mean(axis=0) for n in range(1, 5)])
    distances = np.linalg.norm(vectors[:, None] - means, axis=2)
    assert (distances.argmin(axis=1) + 1 == labels).mean() > 0.99
    again = embed(scene, "--clusters", "4", name="again.tif")
    assert np.array_equal(values(again.with_name("again_clusters.tif"))[0], numbers)


def test_several_scenes_make_a_folder_of_maps_with_common_colours(
    encoder, make_scene, tmp_path, capsys
) -> None:
    """Two scenes of the same ground: where they overlap, maps, pictures and clusters agree."""
    pixels = landscape()
    (tmp_path / "other").mkdir()
    first = make_scene(tmp_path / "a.tif", pixels[:, :, :60], names=BANDS)
    second = make_scene(
        tmp_path / "other" / "a.tif",
        pixels[:, :, 32:],
        names=BANDS,
        origin=(300_960.0, 4_200_000.0),
    )
    output = tmp_path / "maps"
    arguments = ["--encoder", str(encoder), "--output", str(output), "--stride-px", "4"]
    arguments += ["--picture", "--clusters", "3", "--edges", "nodata", "--batch-size", "32"]
    assert main([*arguments, "--scenes", str(first), str(second)]) == 0
    kinds = ("", "_picture", "_clusters")
    for kind in kinds:
        left, right = values(output / f"a{kind}.tif"), values(output / f"a_2{kind}.tif")
        # Columns 8 to 14 of the first are 0 to 6 of the second; their edges have no data.
        assert np.array_equal(left[:, 1:-1, 9:14], right[:, 1:-1, 1:6])
        assert np.isfinite(left[:, 1:-1, 9:14].astype(float)).all()
    assert f"embedding map: {output / 'a_2.tif'}" in capsys.readouterr().out
    assert sorted(tmp_path.glob(".*")) == []


def test_a_scene_without_valid_tiles_gets_no_map_beside_others(
    encoder, make_scene, tmp_path, capsys
) -> None:
    good = make_scene(tmp_path / "good.tif", landscape(), names=BANDS, nodata=0)
    empty = make_scene(tmp_path / "empty.tif", np.zeros_like(landscape()), names=BANDS, nodata=0)
    output = tmp_path / "maps"
    arguments = ["--encoder", str(encoder), "--output", str(output), "--batch-size", "32"]
    assert main([*arguments, "--scenes", str(good), str(empty)]) == 0
    assert sorted(path.name for path in output.iterdir()) == ["good.qml", "good.tif"]
    assert "no tile of empty is valid" in capsys.readouterr().err


def test_replacing_a_map_removes_statistics_kept_beside_it(embed, make_scene, tmp_path) -> None:
    scene = make_scene(tmp_path / "s.tif", landscape(), names=BANDS)
    made = embed(scene)
    stale = made.with_name(made.name + ".aux.xml")
    stale.write_text("<PAMDataset/>")
    embed(scene, "--overwrite", "--storage", "uint8")
    assert not stale.exists()
    assert values(made).dtype == np.uint8


@pytest.mark.parametrize(("bands", "dtype"), [(3, "uint8"), (130, "float32")])
def test_large_maps_have_overviews_before_the_full_image(tmp_path, bands, dtype) -> None:
    """The layout of a Cloud-Optimised GeoTIFF: tiled, overviews inside, smallest first."""
    height, width = (700, 520) if bands == 3 else (150, 70)
    pixels = np.random.default_rng(0).integers(1, 200, (bands, height, width)).astype(dtype)
    layout = dict(height=height, width=width, count=bands, dtype=dtype, nodata=0, crs="EPSG:32612")
    with scratch_raster(
        tmp_path / "s.tif", transform=rasterio.Affine(10, 0, 0, 0, -10, 0), **layout
    ) as target:
        target.write(pixels)
    write_cog(tmp_path / "s.tif", tmp_path / "cog.tif", compression="ZSTD", resampling="AVERAGE")
    with rasterio.open(tmp_path / "cog.tif") as cog:
        assert np.array_equal(cog.read(), pixels)
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        side = cog.block_shapes[0][0]
        assert side < height
        assert side**2 * bands * np.dtype(dtype).itemsize <= 8 * 2**20
        count = len(cog.overviews(1))
        assert count >= 1
        # From the full image to the smallest overview, data lie ever nearer to the file's start.
        places = [
            int(cog.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", 1, overview))
            for overview in (None, *range(count))
        ]
        assert places == sorted(places, reverse=True)
    assert [path.name for path in tmp_path.iterdir() if "cog" in path.name] == ["cog.tif"]
