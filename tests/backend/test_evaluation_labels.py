"""Where labels, parts and features come from: land cover, class folders, encoders, statistics."""

from __future__ import annotations

import io
import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
import torch

from backend.data.dataset import TileDataset
from backend.data.ingest import sentinel2
from backend.evaluate import main
from backend.evaluation import class_folder, dataset_labels, features, protocol
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import EncoderInformation, FrozenEncoder, save_encoder
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

# Tiles of each class in the whole of EuroSAT (Helber et al. 2019).
EUROSAT = dict(
    AnnualCrop=3000, Forest=3000, HerbaceousVegetation=3000, Highway=2500, Industrial=2500,
    Pasture=2000, PermanentCrop=2500, Residential=3000, River=2500, SeaLake=3000,
)  # fmt: skip


def information(**changes: object) -> EncoderInformation:
    values = dict(
        method="saumoco",
        architecture="resnet18",
        stem="small",
        embedding_dimension=8,
        projection="linear",
        unit_norm=True,
        bands=("red", "green", "blue"),
        offset=(100.0,) * 3,
        scale=(50.0,) * 3,
        nodata=None,
        dtype="uint8",
        tile_size_px=8,
        ground_resolution_m=10.0,
        dataset="0" * 64,
        step=0,
        seed=0,
        software="test",
    )
    return EncoderInformation(**{**values, **changes})


def write_image(path: Path, pixels: np.ndarray, **profile: object) -> None:
    """Write pixels (bands, H, W) as the suffix says."""
    drivers = {".jpg": "JPEG", ".png": "PNG", ".tif": "GTiff"}
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = pixels.shape
    with rasterio.open(
        path, "w", driver=drivers[path.suffix], count=count, height=height, width=width,
        dtype=pixels.dtype, **profile,
    ) as file:  # fmt: skip
        file.write(pixels)


def write_class_folder(folder: Path, *, classes: int = 2, count: int = 60, bands: int = 3) -> Path:
    """PNG images whose brightness tells the class."""
    generator = np.random.default_rng(0)
    for kind in range(classes):
        for number in range(count):
            mean = 60 + 60 * kind
            pixels = generator.normal(mean, 10, (bands, 8, 8)).clip(0, 255).astype("uint8")
            write_image(folder / f"kind {kind}" / f"é{number}.png", pixels)
    return folder


def read_folder(
    folder: Path,
    bands: tuple[str, ...] = (),
    wanted: tuple[str, ...] = ("a", "b"),
    said: io.StringIO | None = None,
):
    return class_folder.labelled_tiles_of_folder(
        folder,
        bands=list(bands),
        encoder_bands=list(wanted),
        reporter=Reporter(as_events=True, stdout=said or io.StringIO()),
    )


def test_dominant_class_by_hand() -> None:
    counts = np.array(
        [
            [60, 40, 0],  # exactly the purity
            [59, 41, 0],  # just under it
            [0, 0, 100],
            [0, 0, 0],  # no land cover here
            [0, 30, 0],  # pure, but most of the tile has no land cover
            [10, 10, 80],
        ]
    )
    assert dataset_labels.dominant_class(counts, 0.6).tolist() == [0, -1, 2, -1, -1, 2]
    assert dataset_labels.dominant_class(counts, 0.8).tolist() == [-1, -1, 2, -1, -1, 2]


def test_tiles_of_a_dataset_are_its_anchor_tiles(small_dataset: TileDataset) -> None:
    tiles = dataset_labels.labelled_tiles_of_dataset(small_dataset, label_column="", purity=0.6)
    table = small_dataset.table()
    used = table[table["split"].isin(["train", "test"])].reset_index(drop=True)
    assert len(tiles) == len(used)
    for position in (0, 7, len(tiles) - 1):
        number = int(used.loc[position, "chip"])
        expected = small_dataset.chips[number][0, :, 8:16, 8:16]
        assert (tiles.read(np.array([position]))[0] == expected).all()
        assert tiles.labels[position] == number % 3
    assert set(tiles.fit) | set(tiles.test) == set(range(len(tiles)))
    assert not set(tiles.fit) & set(tiles.test)
    assert (used["split"] == "test").tolist() == tiles.is_test.tolist()


def test_rare_classes_are_left_out_of_both_parts(make_dataset, tmp_path: Path) -> None:
    """Of three classes in turn, the third is turned into the first in all test tiles but one."""
    dataset = TileDataset(make_dataset(tmp_path / "rare.tiles", count=90))
    table = dataset.table()
    test = table.index[(table["split"] == "test") & (table["class_2"] > 0)][1:]
    assert len(test) > 0
    table.loc[test, "class_0"], table.loc[test, "class_2"] = table.loc[test, "class_2"], 0
    table.to_file(dataset.folder / "footprints.gpkg", layer="tiles", driver="GPKG")
    every, some = (
        dataset_labels.labelled_tiles_of_dataset(
            dataset, label_column="", purity=0.6, minimum_class_tiles=least
        )
        for least in (1, 2)
    )
    assert every.counts(every.test)[2] == 1
    assert [c.name for c in some.classes] == [c.name for c in every.classes[:2]]
    assert (some.counts(some.fit) == every.counts(every.fit)[:2]).all()
    assert (some.counts(some.test) == every.counts(every.test)[:2]).all()
    assert some.left_out["class of fewer than 2 tiles"] == len(every) - len(some)


def test_near_tiles_and_dates_of_one_place_share_a_group() -> None:
    west = np.array([0.0, 5.0, 5.0, 100.0, -200.0])  # the third is another date of the second
    table = geopandas.GeoDataFrame(geometry=shapely.box(west, 0, west + 10, 10))
    groups = dataset_labels._ground_groups(table, blocks_per_tile=4)
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups.tolist())) == 3


def test_fact_24_eurosat_split_sizes_by_construction() -> None:
    fit_total = test_total = 0
    for name, count in EUROSAT.items():
        names = [f"{name}_{n}.jpg" for n in range(1, count + 1)]
        fit, test = class_folder.split_names(names)
        assert not set(fit) & set(test)
        assert set(fit) | set(test) == set(names)
        # The order in which the disk lists names does not matter.
        assert class_folder.split_names(names[::-1]) == (fit, test)
        assert len(fit) == int(0.8 * count)
        fit_total, test_total = fit_total + len(fit), test_total + len(test)
    assert (fit_total, test_total) == (21_600, 5_400)


def test_split_never_changes() -> None:
    # The order of Random(42).shuffle over ten sorted names, as any Python 3 gives it.
    fit, test = class_folder.split_names([f"{n}.jpg" for n in range(10)])
    assert fit == [f"{n}.jpg" for n in (7, 3, 2, 8, 5, 6, 9, 4)]
    assert test == ["0.jpg", "1.jpg"]


def test_class_folder_gives_each_image_its_class(tmp_path: Path) -> None:
    tiles = read_folder(write_class_folder(tmp_path / "two kinds é"))
    assert [c.name for c in tiles.classes] == ["kind 0", "kind 1"]
    assert tiles.counts(tiles.fit).tolist() == [48, 48]
    assert tiles.counts(tiles.test).tolist() == [12, 12]
    assert tiles.bands == ["red", "green", "blue"]
    assert tiles.ground_resolution_m is None
    brightness = tiles.read(np.arange(len(tiles))).mean(axis=(1, 2, 3))
    assert ((brightness > 90) == (tiles.labels == 1)).all()
    assert read_folder(tmp_path / "two kinds é").provenance == tiles.provenance


def test_bands_by_file_by_option_and_by_count(tmp_path: Path) -> None:
    pixels = np.zeros((2, 8, 8), "uint16")
    for number in range(60):
        pixels[:] = number
        for kind in ("a", "b"):
            write_image(tmp_path / "plain" / kind / f"{number}.tif", pixels, crs="EPSG:32612",
                        transform=rasterio.Affine(20, 0, 0, 0, -20, 0))  # fmt: skip
    said = io.StringIO()
    plain = read_folder(tmp_path / "plain", wanted=("nir", "red"), said=said)
    assert plain.bands == ["nir", "red"]
    assert "taken for the encoder's, in this order: nir, red (--bands" in said.getvalue()
    assert plain.ground_resolution_m == 20.0
    said = io.StringIO()
    assert read_folder(tmp_path / "plain", bands=("x", "y"), said=said).bands == ["x", "y"]
    assert "no names" not in said.getvalue()
    with pytest.raises(RequestError, match="--bands names 3 bands; the images have 2"):
        read_folder(tmp_path / "plain", bands=("x", "y", "z"))
    with pytest.raises(RequestError, match="the images have 2 bands without names"):
        read_folder(tmp_path / "plain", wanted=("nir",))
    named = tmp_path / "plain" / "a" / "0.tif"
    for path in (tmp_path / "plain").rglob("*.tif"):
        with rasterio.open(path, "r+") as file:
            file.descriptions = ("B8A", "B04")
    assert named.is_file() and read_folder(tmp_path / "plain").bands == ["B8A", "B04"]


def test_bands_of_eurosat_are_known_by_name(real_data: Path, tmp_path: Path) -> None:
    """Its 13 bands have no names and hold B8A last; an encoder may have it after B08."""
    for file in (real_data / "eurosat_ms_sample").glob("*.tif"):
        for number in range(20):
            copy = tmp_path / file.stem.split("_")[0] / f"{file.stem}_{number}.tif"
            copy.parent.mkdir(exist_ok=True)
            copy.symlink_to(file)
    said = io.StringIO()
    tiles = read_folder(tmp_path, wanted=tuple(sentinel2.BANDS), said=said)
    assert tiles.bands == list(sentinel2.EUROSAT_ORDER)
    assert tiles.ground_resolution_m == pytest.approx(10.0, abs=0.02)
    assert "no names" not in said.getvalue()
    described = information(
        bands=tuple(sentinel2.BANDS), offset=(1000.0,) * 13, scale=(500.0,) * 13, dtype="uint16"
    )
    encoder = FrozenEncoder(described, build_encoder(described.shape, seed=0))
    indices = encoder.band_indices(tiles.bands, tiles.name)
    assert indices == [*range(8), 12, *range(8, 12)]


def test_images_beside_the_class_folders_are_told_of(tmp_path: Path) -> None:
    folder = write_class_folder(tmp_path / "kinds")
    write_image(folder / "preview.png", np.zeros((3, 30, 20), "uint8"))
    said = io.StringIO()
    assert len(read_folder(folder, said=said)) == 120
    assert "preview.png" in said.getvalue()


def test_wrong_class_folders(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="there is no folder"):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "empty" / "a").mkdir(parents=True)
    with pytest.raises(RequestError, match="holds no images"):
        read_folder(tmp_path / "empty")
    write_image(tmp_path / "flat" / "1.png", np.zeros((3, 8, 8), "uint8"))
    with pytest.raises(RequestError, match="has no class folders with images"):
        read_folder(tmp_path / "flat")
    with pytest.raises(DataError, match="are of one class, kind 0"):
        read_folder(write_class_folder(tmp_path / "one", classes=1))
    with pytest.raises(DataError, match="4 labelled tiles to test on; at least 10"):
        read_folder(write_class_folder(tmp_path / "few", count=9))
    odd = write_class_folder(tmp_path / "odd", count=5) / "kind 1" / "odd.png"
    write_image(odd, np.zeros((3, 9, 9), "uint8"))
    with pytest.raises(DataError, match=r"odd.png is 9 × 9 px, 3 band\(s\), uint8; .* 8 × 8 px"):
        read_folder(tmp_path / "odd")
    write_image(tmp_path / "wide" / "a" / "1.png", np.zeros((3, 8, 9), "uint8"))
    with pytest.raises(DataError, match=r"1\.png is not square: 9 × 8 px"):
        read_folder(tmp_path / "wide")
    odd.write_bytes(b"not an image")
    with pytest.raises(DataError, match=r"odd.png cannot be read"):
        read_folder(tmp_path / "odd")


def test_class_folder_through_the_verb(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    folder = write_class_folder(tmp_path / "kinds", classes=3)
    encoder = tmp_path / "encoder.safetensors"
    network = build_encoder(EncoderShape("resnet18", "small", 3, 32, 8), seed=0)
    save_encoder(encoder, information(), network)
    start = ["--encoder", str(encoder), "--class-folder", str(folder), "--repeats", "1"]
    quick = ["--trees", "5", "--neighbours", "3"]
    assert main([*start, "--output", str(tmp_path / "out"), *quick]) == 0
    record = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert record["data"]["tiles"] == {"fit": 144, "test": 36, "left_out": {}}
    # Brightness is all there is to see: all features see it, and the majority class does not.
    assert len(record["results"]) == 6
    for result in record["results"]:
        accuracy = result["measures"]["logistic_regression"]["accuracy"]
        assert accuracy["standard_deviation"] is None  # one repeat has none
        if result["kind"] == "majority class":
            assert accuracy["mean"] == pytest.approx(1 / 3)
        else:
            assert accuracy["mean"] > 0.9
    capsys.readouterr()
    named = [*start, "--bands", "nir", "red", "green", "--output", str(tmp_path / "other"), *quick]
    assert main(named) == 2
    error = capsys.readouterr().err
    assert (
        "needs the bands red, green, blue; kinds has nir, red, green, so blue is missing" in error
    )
    assert not (tmp_path / "other").exists()


def test_infinite_pixels_are_no_data(tmp_path: Path) -> None:
    """As in float imagery that was divided by zero: each image but the first has some."""
    generator = np.random.default_rng(0)
    for kind in range(2):
        for number in range(60):
            pixels = generator.normal(60 + 60 * kind, 10, (3, 8, 8)).astype("float32")
            pixels[:, 0, : number % 4] = np.inf
            pixels[0, 1, : number % 3] = -np.inf
            write_image(tmp_path / "kinds" / str(kind) / f"{number}.tif", pixels)
    encoder = tmp_path / "encoder.safetensors"
    described = information(dtype="float32")
    save_encoder(encoder, described, build_encoder(described.shape, seed=0))
    start = ["--encoder", str(encoder), "--class-folder", str(tmp_path / "kinds")]
    quick = ["--repeats", "1", "--trees", "5", "--neighbours", "3"]
    assert main([*start, "--output", str(tmp_path / "out"), *quick]) == 0
    tiles = read_folder(tmp_path / "kinds", wanted=("red", "green", "blue"))
    assert np.isfinite(tiles.stretch).all()
    assert np.isfinite(features.band_statistics(tiles.read(np.arange(120)), None)).all()


def test_band_statistics_against_brute_force() -> None:
    generator = np.random.default_rng(1)
    tiles = generator.integers(0, 100, (5, 3, 6, 6)).astype("uint16")
    tiles[1, 0, :3] = 65535
    tiles[2, 1] = 65535  # a band of a tile without a valid pixel
    found = features.band_statistics(tiles, 65535.0).reshape(5, 3, -1)
    for number in range(5):
        for band in range(3):
            valid = [float(v) for v in tiles[number, band].ravel() if v != 65535]
            if not valid:
                assert np.isnan(found[number, band]).all()
                continue
            expected = [
                np.mean(valid), np.std(valid), min(valid), *np.percentile(valid, [25, 50, 75]),
                max(valid),
            ]  # fmt: skip
            np.testing.assert_allclose(found[number, band], expected, rtol=1e-6)
    whole = features.band_statistics(tiles[:1], None)
    np.testing.assert_allclose(whole, features.band_statistics(tiles[:1], 65535.0), rtol=1e-6)


def test_fact_24_vectors_equal_single_tiles_and_leave_the_encoder_as_it_was(
    small_dataset: TileDataset,
) -> None:
    tiles = dataset_labels.labelled_tiles_of_dataset(small_dataset, label_column="", purity=0.6)
    described = information(
        bands=("b3", "b1"), offset=(5000.0, 4000.0), scale=(900.0, 1100.0), dtype="uint16"
    )
    network = build_encoder(EncoderShape("resnet18", "small", 2, 32, 8), seed=3)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    encoder = FrozenEncoder(described, network)
    with Reporter(as_events=True, stdout=io.StringIO()).phase("encode", 1, "tiles") as phase:
        vectors = features.encoder_vectors(encoder, tiles, [2, 0], batch_size=17, phase=phase)
    assert vectors["embedding"].shape == (len(tiles), 8)
    assert vectors["backbone"].shape == (len(tiles), 512)
    for position in (0, 16, 17, len(tiles) - 1):
        pixels = tiles.read(np.array([position]))[:, [2, 0]]
        for kind in ("embedding", "backbone"):
            alone = encoder.embed(pixels, kind)[0]
            np.testing.assert_allclose(vectors[kind][position], alone, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors["embedding"], axis=1), 1, atol=1e-5)
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("unit_norm", [True, False])
def test_an_embedding_that_is_the_features_is_measured_once(unit_norm: bool) -> None:
    described = information(projection="none", embedding_dimension=512, unit_norm=unit_norm)
    assert features.kinds_of_features("both", described) == ["backbone"]
    assert features.kinds_of_features("embedding", described) == ["embedding"]
    assert features.kinds_of_features("both", information()) == ["embedding", "backbone"]

    pixels = np.random.default_rng(0).uniform(50, 150, (3, 3, 8, 8)).astype(np.float32)
    vectors = FrozenEncoder(described, build_encoder(described.shape, seed=0)).embed_both(pixels)
    norms = np.linalg.norm(vectors["backbone"], axis=1, keepdims=True) if unit_norm else 1
    np.testing.assert_allclose(vectors["embedding"] * norms, vectors["backbone"], rtol=1e-5)


def test_nodata_of_the_tiles_is_put_to_the_encoder_as_nodata(make_dataset, tmp_path: Path) -> None:
    dataset = TileDataset(make_dataset(tmp_path / "holes.tiles", nodata=0.0, radius=0))
    tiles = dataset_labels.labelled_tiles_of_dataset(dataset, label_column="", purity=0.6)
    read = tiles.read

    def with_holes(positions: np.ndarray) -> np.ndarray:
        pixels = read(positions).copy()
        pixels[:, :, :2] = 0
        return pixels

    tiles.read = with_holes
    names = ("b1", "b2", "b3", "b4")
    vectors = []
    # An encoder that knows the same no-data value, and one that knows another.
    for nodata in (0.0, 65535.0):
        described = information(
            bands=names, offset=(5000.0,) * 4, scale=(900.0,) * 4, nodata=nodata
        )
        encoder = FrozenEncoder(described, build_encoder(described.shape, seed=3))
        with Reporter(as_events=True, stdout=io.StringIO()).phase("encode", 1, "tiles") as phase:
            found = features.encoder_vectors(
                encoder, tiles, [0, 1, 2, 3], batch_size=64, phase=phase
            )
        vectors.append(found["backbone"])
    np.testing.assert_allclose(vectors[0], vectors[1], rtol=1e-5, atol=1e-6)


def test_subsample_keeps_four_fifths_of_every_class() -> None:
    labels = np.repeat([0, 1, 2], [50, 10, 1])
    first, again, other = (protocol.subsample(labels, seed=seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert not np.array_equal(first, other)
    assert np.bincount(labels[first]).tolist() == [40, 8, 1]
    assert len(set(first.tolist())) == len(first)


def test_random_splits_are_of_the_test_part_alone() -> None:
    test = np.arange(100, 150)
    fit, held = protocol.random_split(test, seed=5)
    assert len(fit) == 40 and len(held) == 10
    assert sorted([*fit, *held]) == test.tolist()


def test_fact_25_shuffled_labels_give_chance_for_every_probe(small_dataset: TileDataset) -> None:
    tiles = dataset_labels.labelled_tiles_of_dataset(small_dataset, label_column="", purity=0.6)
    generator = np.random.default_rng(0)
    # 2000 tiles whose features hold the class, under labels that do not.
    tiles.labels = generator.integers(0, 3, 2000)
    tiles.is_test = np.arange(2000) % 2 == 0
    tiles.groups = np.arange(2000)
    vectors = np.eye(3)[generator.integers(0, 3, 2000)] + 0.1 * generator.normal(size=(2000, 3))
    settings = protocol.Settings([5], repeats=1, trees=20, seed=0)
    result = protocol.Result("shuffled", "encoder", "embedding", 3)
    protocol.measure_repeat(result, vectors, tiles, settings, seed=0)
    # Four standard errors of 1000 draws at 1/3 are 6 points (of 200, for the random splits, 13).
    for measure in ("knn_5", "logistic_regression", "random_forest"):
        assert abs(result.mean(measure, "accuracy") - 1 / 3) < 0.06
    assert abs(result.mean("random_forest_random_splits", "accuracy") - 1 / 3) < 0.14
    assert abs(result.mean("k_means", "adjusted_rand_index")) < 0.02
    chance = 1 / 3
    assert abs(result.mean("retrieval", "mean_average_precision") - chance) < 0.03
