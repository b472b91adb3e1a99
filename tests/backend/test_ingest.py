"""`backend.ingest` on arrays and on class folders: pixels, order, classes, splits, bytes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.contract.methods import find_method, unmet_needs
from backend.data.dataset import TileDataset
from backend.data.ingest.splitting import choose, deal, split_at_random
from backend.evaluation.dataset_labels import labelled_tiles_of_dataset
from backend.search.__main__ import main as search
from tests.backend.ingesting import ingest, write_arrays


def warnings_of(folder: Path) -> str:
    """All warnings in a dataset's events."""
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    assert events[-1]["event"] == "finished"
    return "\n".join(event["message"] for event in events if event["event"] == "warning")


def test_arrays_keep_their_pixels_and_their_order(tmp_path: Path) -> None:
    tiles = write_arrays(tmp_path / "tiles é")
    assert ingest(tmp_path / "tiles é", tmp_path / "a.tiles", bands=["red", "green", "blue"]) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    assert dataset.band_names == ["red", "green", "blue"]
    # In the order of the numbers: 10tile.npy is the tenth, not the second.
    assert dataset.table()["file"].tolist() == [f"{n}tile.npy" for n in range(1, 13)]
    for number, tile in enumerate(tiles):
        np.testing.assert_array_equal(dataset.chips[number][0], np.moveaxis(tile, 2, 0))
    training = np.stack(tiles)[dataset.numbers("train")].astype(float)
    for band, one in enumerate(dataset.information.bands):
        assert one.statistics["mean"] == pytest.approx(training[..., band].mean())
    warned = warnings_of(tmp_path / "a.tiles")
    assert "not spatial" in warned and "recorded as 1 m" in warned


def test_bands_may_come_first_and_be_picked(tmp_path: Path) -> None:
    """Tile2Vec's labelled tiles have a fifth band that is no imagery."""
    tiles = write_arrays(tmp_path / "tiles", shape=(5, 8, 8))
    wanted = ["red=1", "green=2", "blue=3", "nir=4"]
    options = dict(layout="bands-rows-columns", bands=wanted)
    assert ingest(tmp_path / "tiles", tmp_path / "a.tiles", **options) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    assert dataset.band_names == ["red", "green", "blue", "nir"]
    np.testing.assert_array_equal(dataset.chips[3][0], tiles[3][:4])


def test_two_axes_are_one_band_and_big_endian_is_read(tmp_path: Path) -> None:
    tiles = [np.arange(64).reshape(8, 8).astype(">u2") * n for n in range(1, 8)]
    for number, tile in enumerate(tiles):
        np.save(tmp_path / f"{number}.npy", tile)
    assert ingest(tmp_path, tmp_path / "a.tiles") == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    assert dataset.information.dtype == "uint16" and dataset.band_names == ["band_1"]
    np.testing.assert_array_equal(dataset.chips[5][0, 0], tiles[5])


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({}, (250, 0)),
        ({"tile_size_px": 50}, (50, 100)),
        ({"neighbour_radius_px": 100}, (50, 100)),
        ({"tile_size_px": 50, "neighbour_radius_px": 100}, (50, 100)),
    ],
)
def test_fact_1a_a_record_of_250_px_is_a_tile_of_50_and_twice_100(
    tmp_path: Path, options: dict, sizes: tuple[int, int]
) -> None:
    tiles = write_arrays(tmp_path / "naip", count=4, shape=(250, 250, 1))
    assert ingest(tmp_path / "naip", tmp_path / "a.tiles", **options) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    information = dataset.information
    assert (information.tile_size_px, information.neighbour_radius_px) == sizes
    assert information.chip_size_px == 250
    tile, radius = sizes
    middle = tiles[2][radius : radius + tile, radius : radius + tile, 0]
    np.testing.assert_array_equal(dataset.tile(2)[0], middle)
    lacks = unmet_needs(find_method("saumoco"), information.to_json())
    assert bool(lacks) == (radius == 0)


def test_labels_make_classes_of_whole_tiles(tmp_path: Path) -> None:
    """y.npy lies among the tiles, as Tile2Vec's does, and is no tile."""
    write_arrays(tmp_path / "tiles", count=120)
    values = np.random.default_rng(0).choice([1.0, 24.0, 61.0], 120)
    np.save(tmp_path / "tiles" / "y.npy", values)
    labels = tmp_path / "tiles" / "y.npy"
    assert ingest(tmp_path / "tiles", tmp_path / "a.tiles", labels=labels, tile_size_px=4) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    table, chips = dataset.table(), dataset.table("chips")
    assert len(dataset) == 120
    assert table["label"].tolist() == [f"class {value:.0f}" for value in values]
    for column, code in (("class_1", 1), ("class_24", 24), ("class_61", 61)):
        np.testing.assert_array_equal(table[column], np.where(values == code, 16, 0))
        np.testing.assert_array_equal(chips[column], np.where(values == code, 64, 0))
    by_itself = labelled_tiles_of_dataset(dataset, label_column="", purity=0.6)
    by_column = labelled_tiles_of_dataset(dataset, label_column="label", purity=0.6)
    np.testing.assert_array_equal(by_itself.labels, by_column.labels)
    assert by_itself.label_source == "class of the whole tile, from the label file y.npy"
    assert "a random 20%" in by_itself.test_source
    assert len(by_itself) == 120 - dataset.information.splits["validation"]
    # No two tiles are taken for neighbours on the ground.
    assert len(np.unique(by_itself.groups)) == len(by_itself)


@pytest.mark.parametrize("names", [["wheat", "oats"], ["041", "7"], ["41", "7"]])
def test_labels_may_be_text_a_line_each(tmp_path: Path, names: list[str]) -> None:
    write_arrays(tmp_path / "tiles")
    lines = names * 6
    (tmp_path / "labels.txt").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    labels = tmp_path / "labels.txt"
    assert ingest(tmp_path / "tiles", tmp_path / "a.tiles", labels=labels) == 0
    found = TileDataset(tmp_path / "a.tiles").table()["label"].tolist()
    expected = {"041": "class 41", "41": "class 41", "7": "class 7"}
    assert found == [expected.get(name, name) for name in lines]


def test_a_class_table_merges_labels(tmp_path: Path) -> None:
    write_arrays(tmp_path / "tiles")
    np.save(tmp_path / "y.npy", np.array([41, 42, 43, 11] * 3))
    table = {"nodata": [11], "classes": [{"name": "Forest", "codes": ["41-42"]}]}
    table["classes"].append({"name": "Mixed", "codes": [43], "colour": "#123456"})
    (tmp_path / "table.json").write_text(json.dumps(table), encoding="utf-8")
    options = dict(labels=tmp_path / "y.npy", class_table=tmp_path / "table.json")
    assert ingest(tmp_path / "tiles", tmp_path / "a.tiles", **options) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    labels = dataset.table()["label"]
    assert labels.fillna("").tolist() == ["Forest", "Forest", "Mixed", ""] * 3
    assert [one.colour for one in dataset.information.classes][1] == "#123456"


def write_images(folder: Path, counts: dict[str, int], side: int = 8) -> None:
    """Colour images CLASS/CLASS_N.png, each of one colour: (class, N, 7)."""
    for place, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for number in range(1, count + 1):
            colour = np.full((side, side, 3), (place, number, 7), np.uint8)
            Image.fromarray(colour).save(folder / name / f"{name}_{number}.png")


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, Path("eurosat") / file.relative_to(folder))
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_class_folders(tmp_path: Path, packed: bool) -> None:
    """A class named as a column of the footprints is, keeps clear of it."""
    counts = {"Forest": 30, "Sea Lake": 20, "label": 10}
    write_images(tmp_path / "images", counts)
    source = tmp_path / "images"
    if packed:
        source = zipped(source, tmp_path / "eurosat é.zip")
    assert ingest(source, tmp_path / "a.tiles", ground_resolution_m=10) == 0
    dataset = TileDataset(tmp_path / "a.tiles")
    information, table = dataset.information, dataset.table()
    assert dataset.band_names == ["red", "green", "blue"]
    assert [c.name for c in information.classes] == list(counts)
    assert [c.column for c in information.classes] == ["forest", "sea_lake", "class_label"]
    assert table["label"].value_counts().to_dict() == counts
    assert (table["class_label"] == np.where(table["label"] == "label", 64, 0)).all()
    for number in (0, 12, 35, 59):
        place, within = table["label"][number], int(table["file"][number].rpartition("_")[2][:-4])
        expected = [list(counts).index(place), within, 7]
        assert dataset.chips[number][0, :, 3, 3].tolist() == expected
    # 70, 10 and 20 % of every class.
    shares = table.groupby(["label", "split"]).size().unstack()
    for name, count in counts.items():
        for split, share in (("train", 0.7), ("validation", 0.1), ("test", 0.2)):
            assert abs(shares.loc[name, split] - share * count) <= 1
    assert information.splits == {"train": 42, "validation": 6, "test": 12}
    assert information.ground_resolution_m == 10
    assert "recorded as 1 m" not in warnings_of(tmp_path / "a.tiles")


def test_a_part_of_each_class_is_taken_and_bytes_repeat(tmp_path: Path) -> None:
    write_images(tmp_path / "images", {"a": 30, "b": 15})
    for name, seed in (("one", 3), ("two", 3), ("three", 4)):
        output = tmp_path / name / "x.tiles"
        assert ingest(tmp_path / "images", output, count=15, seed=seed) == 0
    files = ("chips.lmdb", "footprints.gpkg", "dataset.json")
    one, two, three = (
        [(tmp_path / name / "x.tiles" / file).read_bytes() for file in files]
        for name in ("one", "two", "three")
    )
    assert one == two
    assert all(a != b for a, b in zip(one, three, strict=True))
    table = TileDataset(tmp_path / "one" / "x.tiles").table()
    assert table["label"].value_counts().to_dict() == {"a": 10, "b": 5}


def test_images_beside_the_class_folders_are_left_out_with_a_warning(tmp_path: Path) -> None:
    write_images(tmp_path / "images", {"a": 10, "b": 10})
    Image.new("RGB", (99, 9)).save(tmp_path / "images" / "preview.png")
    (tmp_path / "images" / "a" / "notes.txt").write_text("not an image")
    (tmp_path / "images" / "__MACOSX").mkdir()
    (tmp_path / "images" / "__MACOSX" / "._a.png").write_text("not one either")
    assert ingest(tmp_path / "images", tmp_path / "x.tiles") == 0
    assert len(TileDataset(tmp_path / "x.tiles")) == 20
    assert "preview.png" in warnings_of(tmp_path / "x.tiles")


def test_eurosat_from_its_zip_file(real_data: Path, tmp_path: Path) -> None:
    output = tmp_path / "euro.tiles"
    options = dict(count=40, ground_resolution_m=10)
    assert ingest(real_data / "eurosat_rgb_16200.zip", output, **options) == 0
    dataset = TileDataset(output)
    assert len(dataset.information.classes) == 10 and len(dataset) == 40
    assert dataset.table()["label"].value_counts().between(2, 6).all()
    row = dataset.table().iloc[17]
    with (
        zipfile.ZipFile(real_data / "eurosat_rgb_16200.zip") as archive,
        archive.open(row["file"]) as file,
    ):
        expected = np.asarray(Image.open(file)).astype(int)
    # Decoders of JPEG differ in how they interpolate colour.
    found = np.moveaxis(dataset.chips[17][0], 0, 2).astype(int)
    assert abs(found - expected).mean() < 3 < expected.std()


def test_fact_2a_triplet_0_has_its_neighbour_at_minus_2_plus_37(
    real_data: Path, tmp_path: Path
) -> None:
    """So 48 × 13 pixels of anchor and neighbour are the same; axis 0 is the row."""
    source = real_data / "tile2vec_naip" / "example_tiles"
    assert ingest(source, tmp_path / "t.tiles") == 0
    dataset = TileDataset(tmp_path / "t.tiles")
    table = dataset.table()
    assert len(dataset) == 60 and dataset.information.tile_size_px == 50
    assert dataset.band_names == ["red", "green", "blue", "nir"]
    assert table["triplet"].tolist() == [n // 3 for n in range(60)]
    assert table["role"].tolist() == ["anchor", "neighbour", "distant"] * 20
    anchor, neighbour, distant = (dataset.chips[n][0] for n in range(3))
    np.testing.assert_array_equal(anchor[:, :48, 37:], neighbour[:, 2:, :13])
    assert not np.array_equal(anchor[:, :48, 37:], distant[:, 2:, :13])
    stored = np.load(source / "13distant.npy")
    np.testing.assert_array_equal(dataset.chips[41][0], np.moveaxis(stored, 2, 0))
    # A triplet is never divided between splits.
    assert (table.groupby("triplet")["split"].nunique() == 1).all()
    assert ingest(source, tmp_path / "few.tiles", count=10) == 0
    assert (TileDataset(tmp_path / "few.tiles").table().groupby("triplet").size() == 3).all()


def test_dealing_keeps_the_shares_in_every_stratum_and_in_all() -> None:
    generator = np.random.default_rng(0)
    strata = generator.integers(0, 7, 500)
    hands = deal(strata, np.ones(500, int), [0.7, 0.1, 0.2], seed=1)
    assert np.bincount(hands).tolist() == [350, 50, 100]
    for stratum in range(7):
        mine = np.bincount(hands[strata == stratum], minlength=3)
        assert abs(mine - np.array([0.7, 0.1, 0.2]) * mine.sum()).max() <= 1.5
    assert not np.array_equal(hands, deal(strata, np.ones(500, int), [0.7, 0.1, 0.2], seed=2))
    assert 2 not in deal(strata, np.ones(500, int), [0.9, 0.1, 0.0], seed=1)
    units = np.arange(500) // 5
    split = split_at_random(strata, units, [0.5, 0.25, 0.25], seed=0)
    assert all(len(np.unique(split[units == unit])) == 1 for unit in range(100))
    for count in (1, 33, 499, 500, 900):
        assert len(choose(strata, None, count, seed=0)) == min(count, 500)
    assert len(choose(strata, units, 33, seed=0)) == 30


def test_tiles_without_a_place_are_searched_by_chip_and_by_their_own_plane(
    make_encoder, tmp_path: Path, capsys
) -> None:
    write_arrays(tmp_path / "tiles", count=9)
    assert ingest(tmp_path / "tiles", tmp_path / "a.tiles", bands=["a", "b", "c"]) == 0
    encoder = make_encoder(tmp_path / "encoder.safetensors", ("a", "b", "c"), dtype="uint8")
    common = ["--dataset", tmp_path / "a.tiles", "--encoder", encoder, "--k", 3, "--device", "cpu"]
    for number, query in enumerate((["--chip", 4], ["--point", "20,-20"])):
        output = tmp_path / f"{number}.gpkg"
        assert search([str(item) for item in [*common, *query, "--output", output]]) == 0
    capsys.readouterr()
    for query, message in (
        (["--point", "20,20"], "lies in no tile"),
        (["--point", "20,20", "--point-crs", "EPSG:4326"], "searched by --chip"),
    ):
        words = [*common, *query, "--output", tmp_path / "none.gpkg"]
        assert search([str(item) for item in words]) == 2
        assert message in capsys.readouterr().err
