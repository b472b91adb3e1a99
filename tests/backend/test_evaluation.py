"""`python -m backend.evaluate` on small tile datasets: what its record holds."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import geopandas
import numpy as np
import pytest

from backend.contract.jobs import EvaluateJob
from backend.data.dataset import TileDataset
from backend.evaluation import features
from backend.runtime.command_line import parse_job

from .evaluating import edit_footprints, evaluate, write_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory, small_dataset: TileDataset) -> Path:
    path = tmp_path_factory.mktemp("encoder à") / "encoder.safetensors"
    return write_encoder(path, dataset=small_dataset.information.fingerprint)


@pytest.fixture
def dataset(small_dataset: TileDataset, tmp_path: Path) -> Path:
    """A copy of the small dataset that a test may change."""
    return Path(shutil.copytree(small_dataset.folder, tmp_path / "copy.tiles"))


@pytest.fixture(scope="module")
def evaluation(
    tmp_path_factory: pytest.TempPathFactory, encoder: Path, small_dataset: TileDataset
) -> Path:
    """The output folder of one evaluation of the small dataset."""
    output = tmp_path_factory.mktemp("évaluation one") / "out"
    arguments = ("--encoder", encoder, "--dataset", small_dataset.folder, "--output", output)
    assert evaluate(*arguments) == 0
    return output


@pytest.fixture(scope="module")
def record(evaluation: Path) -> dict:
    return json.loads((evaluation / "evaluation.json").read_text(encoding="utf-8"))


def result_of(record: dict, kind: str, of: str | None = None) -> dict:
    return next(r for r in record["results"] if r["kind"] == kind and r["features"] == of)


def test_counts_and_parts_are_those_of_the_dataset(
    record: dict, small_dataset: TileDataset
) -> None:
    table = small_dataset.table()
    for number, kind in enumerate(record["data"]["classes"]):
        own = table[f"class_{number}"] > 0
        assert kind["name"] == f"Class {number}"
        assert kind["fit"] == int((own & (table["split"] == "train")).sum())
        assert kind["test"] == int((own & (table["split"] == "test")).sum())
    assert record["data"]["fingerprint"] == small_dataset.information.fingerprint
    assert record["data"]["unseen_ground"] is True
    assert record["summary"][0].startswith("On ground the encoder has never seen")


def test_every_result_has_every_measure(record: dict) -> None:
    classifiers = {
        "knn_3", "knn_5", "logistic_regression", "random_forest", "random_forest_random_splits",
    }  # fmt: skip
    kinds = {(r["kind"], r["features"]) for r in record["results"]}
    assert kinds == {
        ("encoder", "embedding"),
        ("encoder", "backbone"),
        ("random encoder", "embedding"),
        ("random encoder", "backbone"),
        ("band statistics", None),
        ("majority class", None),
    }
    for result in record["results"]:
        assert set(result["measures"]) == classifiers | {"k_means", "retrieval"}
        for measure in classifiers:
            assert set(result["measures"][measure]) == {"accuracy", "balanced_accuracy"}
        for quantities in result["measures"].values():
            for numbers in quantities.values():
                assert len(numbers["values"]) == 2
                assert numbers["mean"] == pytest.approx(np.mean(numbers["values"]))
                deviation = np.std(numbers["values"], ddof=1)
                assert numbers["standard_deviation"] == pytest.approx(deviation)
    dimensions = {(r["kind"], r["features"]): r["dimension"] for r in record["results"]}
    assert dimensions["encoder", "embedding"] == 16
    assert dimensions["random encoder", "backbone"] == 512
    assert dimensions["band statistics", None] == 4 * len(features.STATISTICS)


def test_protocol_is_recorded(record: dict) -> None:
    assert record["protocol"]["seeds"] == [0, 1]
    assert record["protocol"]["trees"] == 10
    words = " ".join(record["protocol"]["words"])
    assert "10 trees" in words and "held-out blocks" in words and "80/20" in words
    assert record["encoder"]["identity"] == "saumoco resnet18 b1+b2+b3+b4 step 3"


def test_majority_class_is_counted_by_hand(record: dict, small_dataset: TileDataset) -> None:
    table = small_dataset.table()
    label = table[[f"class_{n}" for n in range(3)]].to_numpy().argmax(axis=1)
    most = np.bincount(label[table["split"] == "train"]).argmax()
    expected = (label[table["split"] == "test"] == most).mean()
    majority = result_of(record, "majority class")["measures"]
    assert majority["random_forest"]["accuracy"]["values"] == [expected, expected]
    assert majority["knn_5"]["balanced_accuracy"]["mean"] == pytest.approx(1 / 3)


def test_confusion_rows_are_true_classes(record: dict) -> None:
    confusion = record["confusion"]
    matrix = np.array(confusion["matrix"])
    assert matrix.sum(axis=1).tolist() == [c["test"] for c in record["data"]["classes"]]
    assert confusion["recall"] == pytest.approx((np.diag(matrix) / matrix.sum(axis=1)).tolist())
    fitted = result_of(record, "encoder", "backbone")["fitted_on_all_tiles"]
    accuracy = fitted["logistic_regression"]["accuracy"]
    assert confusion["accuracy"] == accuracy == np.trace(matrix) / matrix.sum()


def test_texture_that_an_encoder_sees_is_told_apart(record: dict) -> None:
    # Classes of the small dataset are waves; even random filters tell them better than guessing.
    majority = result_of(record, "majority class")["measures"]["logistic_regression"]["accuracy"]
    random = result_of(record, "random encoder", "backbone")["measures"]["logistic_regression"]
    assert random["accuracy"]["mean"] > majority["mean"] + 0.2


def test_same_job_gives_the_same_file(record: dict, tmp_path: Path) -> None:
    again = tmp_path / "again"
    job = record["job"]
    assert (
        evaluate("--encoder", job["encoder"], "--dataset", job["dataset"], "--output", again) == 0
    )
    second = json.loads((again / "evaluation.json").read_text(encoding="utf-8"))
    assert {**second, "made": 0, "job": 0} == {**record, "made": 0, "job": 0}
    assert (again / "report.html").is_file()


def test_recorded_command_and_record_make_the_job_again(evaluation: Path, record: dict) -> None:
    job, _ = parse_job("evaluate", EvaluateJob, ["--config", str(evaluation / "evaluation.json")])
    assert job == EvaluateJob(**record["job"])
    words = shlex.split(record["made"]["command"])
    assert words[:3] == ["python", "-m", "backend.evaluate"]
    assert parse_job("evaluate", EvaluateJob, words[3:])[0] == job


def test_one_kind_of_features_alone(encoder: Path, dataset: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    arguments = ("--encoder", encoder, "--dataset", dataset, "--output", output)
    assert evaluate(*arguments, "--features", "embedding") == 0
    record = json.loads((output / "evaluation.json").read_text(encoding="utf-8"))
    assert {r["features"] for r in record["results"]} == {"embedding", None}
    assert record["confusion"]["result"] == "Encoder, embedding"


def test_labels_from_a_column(encoder: Path, dataset: Path, tmp_path: Path) -> None:
    def add_column(table: geopandas.GeoDataFrame) -> None:
        names = np.array(["forêt", "<rock>", "water"])[table["chip"] % 3].astype(object)
        names[table.index[table["split"] == "train"][0]] = None
        table["kind"] = names

    edit_footprints(dataset, add_column)
    output = tmp_path / "out"
    arguments = ("--encoder", encoder, "--dataset", dataset, "--output", output)
    assert evaluate(*arguments, "--label-column", "kind") == 0
    record = json.loads((output / "evaluation.json").read_text(encoding="utf-8"))
    assert [c["name"] for c in record["data"]["classes"]] == ["<rock>", "forêt", "water"]
    assert record["data"]["tiles"]["left_out"] == {"no value in kind": 1}
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "&lt;rock&gt;" in page and "<rock>" not in page


def test_class_without_tiles_to_fit_on_is_reported(
    encoder: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    def hide(table: geopandas.GeoDataFrame) -> None:
        table.loc[(table["split"] == "train") & (table["class_2"] > 0), "class_2"] = 0

    edit_footprints(dataset, hide)
    output = tmp_path / "out"
    assert evaluate("--encoder", encoder, "--dataset", dataset, "--output", output) == 0
    record = json.loads((output / "evaluation.json").read_text(encoding="utf-8"))
    missing = record["data"]["classes"][2]
    assert missing["fit"] == 0 and missing["test"] > 0
    expected = f"Class 2: held-out tiles, but none to fit on; these {missing['test']} tiles"
    assert any(note.startswith(expected) for note in record["notes"])
    assert expected in capsys.readouterr().err
    assert record["confusion"]["recall"][2] == 0.0
    assert record["confusion"]["precision"][2] is None


def test_notes_of_what_does_not_fit(
    small_dataset: TileDataset, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    encoder = write_encoder(
        tmp_path / "other.safetensors",
        tile_size_px=16,
        ground_resolution_m=10.0,
        dtype="uint8",
        offset=(5000.0, 5000.0, 100.0, 5000.0),
        scale=(1000.0, 1000.0, 20.0, 1000.0),
    )
    output = tmp_path / "out"
    arguments = ("--encoder", encoder, "--dataset", small_dataset.folder, "--output", output)
    assert evaluate(*arguments) == 0
    warnings = capsys.readouterr().err
    assert "trained on tiles of 16 px; these have 8 px" in warnings
    assert "trained on pixels of 10 m; these are of 30 m" in warnings
    assert "trained on pixels of type uint8; these are uint16" in warnings
    assert "pixel values lie far from those the encoder was trained on: b3" in warnings
    record = json.loads((output / "evaluation.json").read_text(encoding="utf-8"))
    assert len(record["notes"]) == 4
    assert record["data"]["unseen_ground"] is False
    assert record["summary"][0].startswith("On held-out tiles,")
