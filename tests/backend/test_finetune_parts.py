"""The parts of fine-tuning: shares of labels, scores, labels of pixels, decoders."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
import torch
import torchvision
from affine import Affine
from safetensors.torch import load_file
from sklearn import metrics

from backend.contract.jobs import FineTuneJob
from backend.contract.settings import make_job
from backend.data.dataset import TileDataset
from backend.evaluation.downstream.label_rasters import IGNORE, pixel_classes
from backend.evaluation.downstream.outcome import Outcome
from backend.evaluation.downstream.scores import mean_and_deviation, scores
from backend.evaluation.downstream.segmenter import open_decoder
from backend.evaluation.downstream.starts import Starts
from backend.evaluation.downstream.subsets import choose_fractions, nested_subset, parse_fractions
from backend.evaluation.downstream.summary import comparison, summary
from backend.evaluation.downstream.task import make_task, without_rare
from backend.evaluation.labelled import LabelledTiles
from backend.evaluation.measures import confusion_matrix
from backend.networks.decoder import DecoderShape, build_decoder
from backend.networks.decoder_file import save_decoder
from backend.networks.encoder import build_encoder
from backend.networks.encoder_file import read_information
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter
from tests.backend.conftest import ORIGIN, RESOLUTION_M, write_dataset, write_encoder
from tests.backend.rasters import write_raster

OTHERS = 1 - np.eye(3, dtype=np.int64)


def job(dataset: Path, **values: object) -> FineTuneJob:
    return make_job(FineTuneJob, dict(encoder="e", dataset=str(dataset), output="o") | values)


def table_of(folder: Path, codes: dict[str, list[int]], **more: object) -> str:
    """A class table in a file."""
    path = folder / "classes.json"
    rows = [dict(name=name, codes=of_class) for name, of_class in codes.items()]
    path.write_text(json.dumps({"classes": rows, **more}), encoding="utf-8")
    return str(path)


def test_shares_are_read_as_numbers_and_per_cent() -> None:
    assert parse_fractions(["1", "50%", "0.01", "0.5", "1 %"]) == [0.01, 0.5, 1.0]
    for wrong in ("0", "-0.1", "101%", "all", "nan", "inf"):
        with pytest.raises(RequestError, match="no share"):
            parse_fractions([wrong])


def test_subsets_of_one_seed_are_nested_and_of_each_class_alike() -> None:
    labels = np.random.default_rng(0).choice(3, 500, p=[0.7, 0.2, 0.1])
    counts = np.bincount(labels)
    drawn = [nested_subset(labels, fraction, seed=4) for fraction in (0.05, 0.1, 0.5, 1.0)]
    for fraction, smaller, larger in zip((0.05, 0.1, 0.5), drawn, drawn[1:], strict=False):
        assert np.isin(smaller, larger).all() and len(smaller) < len(larger)
        of_class = np.bincount(labels[smaller], minlength=3)
        assert (np.abs(of_class - fraction * counts) <= 0.5).all()
    assert (drawn[-1] == np.arange(500)).all()
    assert not np.array_equal(drawn[0], nested_subset(labels, 0.05, seed=5))


def test_default_shares_leave_two_tiles_of_every_class_and_say_what_is_left_out() -> None:
    fractions, said = choose_fractions([], [300, 15], ["Forest", "Water"])
    assert fractions == [0.1, 0.5, 1.0]
    assert "1 % of the 15 training tiles of Water" in said
    assert choose_fractions([], [200, 150], ["a", "b"]) == ([0.01, 0.1, 0.5, 1.0], "")


def test_the_share_that_an_error_names_is_enough() -> None:
    for least in range(2, 60):
        with pytest.raises(RequestError) as caught:
            choose_fractions(["0.001"], [1000, least], ["a", "b"])
        named = caught.value.hint.split()[3]
        assert choose_fractions([named], [1000, least], ["a", "b"])[0] == [float(named)]


def test_scores_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(2)
    truth = generator.choice(5, 400, p=[0.5, 0.3, 0.15, 0.05, 0])
    # Class 4 never occurs and is predicted; class 5 neither; class 3 is never predicted.
    guess = np.where(generator.random(400) < 0.6, truth, generator.choice([0, 1, 2, 4], 400))
    guess[guess == 3] = 0
    found = scores(confusion_matrix(truth, guess, 6))
    occur = np.unique(truth)
    assert found["overall_accuracy"] == pytest.approx(metrics.accuracy_score(truth, guess))
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, guess, labels=occur, zero_division=0
    )
    iou = metrics.jaccard_score(truth, guess, labels=occur, average=None)
    np.testing.assert_allclose(found["f1"][:4], f1)
    np.testing.assert_allclose(found["iou"][:4], iou)
    np.testing.assert_allclose(found["recall"][:4], recall)
    np.testing.assert_allclose(found["precision"][:3], precision[:3])
    assert found["precision"][3] is None and found["f1"][4:] == found["iou"][4:] == [None, None]
    assert found["macro_f1"] == pytest.approx(
        metrics.f1_score(truth, guess, labels=occur, average="macro")
    )
    assert found["mean_iou"] == pytest.approx(iou.mean())


def test_mean_and_deviation_leave_unknown_values_out() -> None:
    assert mean_and_deviation([1.0, None, 3.0])["mean"] == 2.0
    assert mean_and_deviation([1.0, None, 3.0])["standard_deviation"] == pytest.approx(2**0.5)
    nothing = dict(mean=None, standard_deviation=None, values=[None])
    assert mean_and_deviation([None]) == nothing


def test_differences_within_the_deviations_are_level() -> None:
    def outcome(*right: int) -> Outcome:
        matrices = [np.array([[n, 100 - n], [100 - n, n]]) for n in right]
        return Outcome("random", "", 1.0, 1, matrices)

    level = comparison(outcome(70, 80), outcome(72, 82), "macro_f1")
    above = comparison(outcome(90, 91), outcome(72, 73), "macro_f1")
    below = comparison(outcome(72, 73), outcome(90, 91), "macro_f1")
    assert (level, above, below) == ("level", "above", "below")


def test_sentences_say_what_few_labels_are_worth(small_dataset: TileDataset) -> None:
    task = make_task(job(small_dataset.folder, minimum_class_tiles=0), small_dataset, Reporter())

    def outcomes(**right: list[int]) -> list[Outcome]:
        """Per cent right in each of three classes, with a tenth and with all of the labels."""
        return [
            Outcome(start, start, fraction, 4, [np.diag([n] * 3) + (50 - n // 2) * OTHERS])
            for start, numbers in right.items()
            for fraction, n in zip((0.1, 1.0), numbers, strict=True)
        ]

    found = summary(task, outcomes(pretrained=[80, 90], random=[60, 80]), unseen=True)
    assert found[0].startswith("On ground the encoder has never seen")
    assert "90\u00a0% (pretrained encoder), 80\u00a0% (random weights)" in found[0]
    assert "beats random weights with 10\u00a0% of the labels and all labels" in found[-1]
    assert "with 10\u00a0% of the labels is as good as random weights with all" in found[-1]
    found = summary(task, outcomes(pretrained=[80, 80], random=[80, 80]), unseen=False)
    assert "level with 10" in found[-1] and "as good as" not in found[-1]
    found = summary(task, outcomes(pretrained=[10, 10], random=[10, 10]), unseen=False)
    assert found[-1].startswith("No start gets more right")


def test_classes_with_few_training_tiles_are_left_out(small_dataset: TileDataset) -> None:
    found = make_task(job(small_dataset.folder, minimum_class_tiles=13), small_dataset, Reporter())
    assert [c.name for c in found.tiles.classes] == ["Class 0", "Class 1", "Class 2"]
    few = make_task(job(small_dataset.folder, minimum_class_tiles=0), small_dataset, Reporter())
    counts = few.tiles.counts(few.tiles.fit)
    with pytest.raises(DataError, match="fewer than two classes"):
        make_task(
            job(small_dataset.folder, minimum_class_tiles=int(counts.max()) + 1),
            small_dataset,
            Reporter(),
        )


def without(tiles: LabelledTiles, kind: int) -> LabelledTiles:
    """Tiles of which a class keeps 4 training tiles."""
    own = np.flatnonzero((tiles.labels == kind) & ~tiles.is_test)
    kept = np.setdiff1d(np.arange(len(tiles)), own[4:])
    return replace(
        tiles,
        labels=tiles.labels[kept],
        is_test=tiles.is_test[kept],
        groups=tiles.groups[kept],
        read=lambda positions: tiles.read(kept[positions]),
    )


def test_tiles_keep_their_pixels_and_classes_where_a_rare_class_goes(tmp_path: Path) -> None:
    dataset = TileDataset(write_dataset(tmp_path / "more.tiles", count=120, radius=2))
    task = make_task(job(dataset.folder, minimum_class_tiles=0), dataset, Reporter())
    before = without(task.tiles, 1)
    after, notes = without_rare(before, 5)
    assert [c.name for c in after.classes] == ["Class 0", "Class 2"]
    kept = np.flatnonzero(before.labels != 1)
    assert (after.labels == before.labels[kept] // 2).all()
    assert (after.is_test == before.is_test[kept]).all()
    some = np.array([0, 7, len(after) - 1])
    np.testing.assert_array_equal(after.read(some), before.read(kept[some]))
    assert "Class 1 (4)" in notes[0]


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> TileDataset:
    """16 chips of 16 px, tiles of 8 px, on the 30 m grid of the fixtures."""
    folder = tmp_path_factory.mktemp("pixel labels")
    return TileDataset(write_dataset(folder / "t.tiles", count=16, radius=4, classes=2))


def places(dataset: TileDataset) -> tuple[np.ndarray, np.ndarray]:
    """x and y (16, 8, 8) of the centres of the tiles' pixels, from the footprints alone."""
    bounds = dataset.table("tiles").bounds
    inner = (np.arange(8) + 0.5) * RESOLUTION_M
    x = bounds["minx"].to_numpy()[:, None, None] + inner[None, None, :]
    y = bounds["maxy"].to_numpy()[:, None, None] - inner[None, :, None]
    return np.broadcast_arrays(x, y)


def stripes(easting: np.ndarray, northing: np.ndarray) -> np.ndarray:
    """A class 0 … 5 at each point of EPSG:32612: patches of 210 m by 330 m."""
    column = np.floor((easting - ORIGIN[0]) / 210.0).astype(int)
    row = np.floor((ORIGIN[1] - northing) / 330.0).astype(int)
    return (column + 2 * row) % 6


@pytest.mark.parametrize(
    ("crs", "step"), [("EPSG:32612", 10.0), ("EPSG:32612", 70.0), ("EPSG:4326", 1e-4)]
)
def test_labels_are_of_the_layer_pixel_under_the_centre_of_each_pixel(
    tiles: TileDataset, tmp_path: Path, crs: str, step: float
) -> None:
    """Layers finer and coarser than the image, of the same and of another CRS."""
    to_layer = pyproj.Transformer.from_crs("EPSG:32612", crs, always_xy=True)
    to_utm = pyproj.Transformer.from_crs(crs, "EPSG:32612", always_xy=True)
    x, y = places(tiles)
    u, v = to_layer.transform(x, y)
    west, north = u.min() - 3.3 * step, v.max() + 2.7 * step
    width, height = int((u.max() - west) / step) + 4, int((north - v.min()) / step) + 4
    grid = Affine(step, 0, west, 0, -step, north)
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    layer = stripes(*to_utm.transform(*(grid * (columns, rows))))
    path = write_raster(
        tmp_path / "layer.tif", (10 * layer + 10).astype("uint8"), transform=grid, crs=crs
    )
    # Merged classes: 10 and 20 are one; 60 is ignored.
    codes = {"A": [10, 20], "B": [30], "C": [40], "D": [50]}
    table = table_of(tmp_path, codes, ignore=[60])
    request = job(tiles.folder, task="segmentation", labels=[str(path)], class_table=table)
    found, _ = pixel_classes(request, tiles, np.arange(16), Reporter())
    inner_columns, inner_rows = ~grid * (u, v)
    expected = layer[np.floor(inner_rows).astype(int), np.floor(inner_columns).astype(int)]
    expected = np.array([0, 0, 1, 2, 3, IGNORE])[expected]
    assert len(np.unique(expected)) == 5
    np.testing.assert_array_equal(found, expected)


def test_a_known_point_and_what_lies_outside_the_layer(tiles: TileDataset, tmp_path: Path) -> None:
    """One marked layer pixel is found at the one tile pixel that lies in it."""
    values = np.ones((20, 20), "uint8")
    values[9, 6] = 2  # of the scene: row 9, column 6; in tile 0, whose corner is (4, 4): (5, 2)
    values[10, 10] = 0
    path = write_raster(tmp_path / "layer.tif", values, nodata=0)
    table = table_of(tmp_path, {"Plain": [1], "Marked": [2]})
    request = job(tiles.folder, task="segmentation", labels=[str(path)], class_table=table)
    found, _ = pixel_classes(request, tiles, np.arange(16), Reporter())
    assert np.argwhere(found == 1).tolist() == [[0, 5, 2]]
    assert found[0, 6, 6] == IGNORE
    assert (found[0] == 0).sum() == 62
    # Tile 5 begins at row 20 and column 20, where the layer has ended.
    assert (found[5] == IGNORE).all()


def test_unlabelled_tiles_are_left_out_and_classes_that_occur_are_numbered(
    tiles: TileDataset, tmp_path: Path
) -> None:
    values = np.full((64, 64), 3, "uint8")
    values[:, 32:] = 7
    values[:16, :16] = 0  # all of chip 0
    path = write_raster(tmp_path / "layer.tif", values, nodata=0)
    table = table_of(tmp_path, {"Never": [1], "Three": [3], "Nor": [5], "Seven": [7]})
    request = job(tiles.folder, task="segmentation", labels=[str(path)], class_table=table)
    task = make_task(request, tiles, Reporter())
    assert [c.name for c in task.tiles.classes] == ["Three", "Seven"]
    parts = sum(tiles.information.splits[name] for name in ("train", "test"))
    assert len(task.tiles) == parts - 1 and sum(task.tiles.left_out.values()) == 1
    chips = np.concatenate([tiles.numbers("train"), tiles.numbers("test")])
    chips = chips[chips != 0]
    np.testing.assert_array_equal(task.truth[:, 0, 0], chips % 4 >= 2)
    np.testing.assert_array_equal(task.tiles.read(np.array([2])), tiles.tiles(chips[[2]]))


def test_labels_of_one_class_and_labels_elsewhere_are_refused(
    tiles: TileDataset, tmp_path: Path
) -> None:
    table = table_of(tmp_path, {"One": [1], "Two": [2]})
    values = np.ones((64, 64), "uint8")
    path = write_raster(tmp_path / "layer.tif", values)
    request = job(tiles.folder, task="segmentation", labels=[str(path)], class_table=table)
    with pytest.raises(DataError, match="are of one class, One"):
        make_task(request, tiles, Reporter())
    far = Affine(30.0, 0.0, 500_000.0, 0.0, -30.0, 4_000_000.0)
    path = write_raster(tmp_path / "far.tif", values, transform=far)
    request = job(tiles.folder, task="segmentation", labels=[str(path)], class_table=table)
    with pytest.raises(DataError, match="does not overlap"):
        make_task(request, tiles, Reporter())


def test_probability_bands_give_the_class_of_the_greatest_share(
    tiles: TileDataset, tmp_path: Path
) -> None:
    shares = np.random.default_rng(3).dirichlet([1, 1, 1], (64, 64)).transpose(2, 0, 1)
    path = write_raster(tmp_path / "shares.tif", shares.astype("float32"))
    table = tmp_path / "bands.json"
    rows = [dict(name="A", bands=[1, 3]), dict(name="B", bands=[2])]
    table.write_text(json.dumps({"classes": rows, "whole": 1}), encoding="utf-8")
    request = job(tiles.folder, task="segmentation", labels=[str(path)], class_table=str(table))
    found, _ = pixel_classes(request, tiles, np.array([0]), Reporter())
    expected = shares[1] > shares[0] + shares[2]
    np.testing.assert_array_equal(found[0], expected[4:12, 4:12])


def test_a_decoder_of_another_network_is_refused_and_of_another_run_is_told(
    tmp_path: Path,
) -> None:
    path = write_encoder(tmp_path / "encoder.safetensors", ("b1",))
    information = read_information(path)
    encoder = build_encoder(information.shape, seed=0)
    backbone = encoder.backbone
    shape = DecoderShape(backbone.stage_channels, backbone.stage_strides, outputs=1, width=4)
    own = tmp_path / "decoder.safetensors"
    save_decoder(own, information, build_decoder(shape, seed=0))
    assert open_decoder(str(own), encoder, information)[1] == ""
    other = replace(information, step=99)
    assert "beside another encoder" in open_decoder(str(own), encoder, other)[1]
    strange = replace(shape, stage_channels=(8, 8), stage_strides=(2, 4))
    save_decoder(own, information, build_decoder(strange, seed=0))
    with pytest.raises(RequestError, match="reads feature maps of"):
        open_decoder(str(own), encoder, information)


def test_the_imagenet_start_is_the_published_weights_where_they_are_on_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    path = write_encoder(tmp_path / "encoder.safetensors", ("red", "green", "blue", "nir"))
    information = read_information(path)
    request = job(tmp_path, encoder=str(path))
    missing = Starts(request, information)
    assert missing.names == ["pretrained", "random"]
    assert "ImageNet weights are left out" in missing.notes[0]
    with pytest.raises(RequestError, match="nothing to start from"):
        Starts(replace(request, starts=["imagenet"]), information)

    published = torchvision.models.resnet18().state_dict()
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(published, folder / "resnet18-f37072fd.pth")
    starts = Starts(request, information)
    assert starts.names == ["pretrained", "random", "imagenet"]
    name = "layer1.0.conv1.weight"
    found = {
        start: starts.encoder(start, seed=5).backbone.state_dict()[name] for start in starts.names
    }
    assert torch.equal(found["imagenet"], published[name])
    own = build_encoder(information.shape, seed=5).backbone.state_dict()[name]
    assert torch.equal(found["random"], own)
    assert torch.equal(found["pretrained"], load_file(path)[f"backbone.{name}"])
