"""What `python -m backend.evaluate` refuses, and that it leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.data.dataset import TileDataset
from backend.evaluate import main

from .evaluating import edit_footprints, edit_information, evaluate, write_encoder


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


def check_error(
    capsys: pytest.CaptureFixture, status: int, expected: int, *texts: str, output: Path
) -> None:
    error = capsys.readouterr().err
    assert status == expected, error
    assert "Traceback" not in error
    for text in texts:
        assert text in error
    assert not output.exists()
    assert not list(output.parent.glob(".partial-*"))


@pytest.mark.parametrize(
    ("edit", "status", "text"),
    [
        (lambda d: edit_information(d, classes=[]), 2, "was built without land cover"),
        (
            lambda d: edit_footprints(d, lambda t: t.__setitem__("split", "train")),
            2,
            "has no test split",
        ),
        (
            lambda d: edit_footprints(d, lambda t: t.__setitem__(["class_1", "class_2"], 0)),
            3,
            "are of one class, Class 0",
        ),
        (
            lambda d: edit_footprints(
                d,
                lambda t: t.__setitem__("split", t["split"].where(t["chip"] < 60, "validation")),
            ),
            3,
            "labelled tiles to test on; at least 10 are needed",
        ),
        (lambda d: (d / "dataset.json").unlink(), 2, "is no tile dataset"),
        (lambda d: (d / "chips.lmdb").write_bytes(b"cut"), 3, "chips.lmdb cannot be read"),
    ],
    ids=["no land cover", "no test split", "one class", "few test tiles", "no dataset", "damaged"],
)
def test_wrong_datasets(
    encoder: Path,
    dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    edit: Callable[[Path], object],
    status: int,
    text: str,
) -> None:
    edit(dataset)
    output = tmp_path / "out"
    found = evaluate("--encoder", encoder, "--dataset", dataset, "--output", output)
    check_error(capsys, found, status, text, output=output)


def test_impure_tiles_are_too_few(
    encoder: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    edit_footprints(dataset, lambda t: t.__setitem__(["class_0", "class_1", "class_2"], 30))
    output = tmp_path / "out"
    found = evaluate("--encoder", encoder, "--dataset", dataset, "--output", output)
    check_error(capsys, found, 3, "has 0 labelled tiles to fit on", "--purity", output=output)


def test_wrong_requests(
    encoder: Path, small_dataset: TileDataset, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    output = tmp_path / "out"
    data = ("--dataset", small_dataset.folder)
    start = ("--encoder", encoder, "--output", output)
    cases = [
        ((), "either a dataset or a class folder"),
        ((*data, "--class-folder", tmp_path), "either a dataset or a class folder"),
        ((*data, "--label-column", "kind"), "have no column kind; --label-column is one of: chip"),
        ((*data, "--device", "cuda:99"), "--device cuda:99"),
    ]
    for arguments, text in cases:
        found = evaluate(*start, *arguments)
        check_error(capsys, found, 4 if "--device" in arguments else 2, text, output=output)
    found = main([str(a) for a in (*start, *data, "--neighbours", "500")])
    check_error(capsys, found, 2, "--neighbours 500 is more than the", output=output)


def test_wrong_encoders(
    encoder: Path, small_dataset: TileDataset, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    output = tmp_path / "out"
    data = ("--dataset", small_dataset.folder, "--output", output)
    other = write_encoder(tmp_path / "bands.safetensors", bands=("b1", "b2", "b3", "swir"))
    check_error(
        capsys,
        evaluate("--encoder", other, *data),
        2,
        "the encoder needs the bands b1, b2, b3, swir",
        "swir is missing",
        output=output,
    )
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(encoder.read_bytes()[:100_000])
    check_error(
        capsys,
        evaluate("--encoder", cut, *data),
        3,
        "cut.safetensors cannot be read",
        output=output,
    )
    missing = tmp_path / "missing.safetensors"
    found = evaluate("--encoder", missing, *data)
    check_error(capsys, found, 2, "there is no encoder", output=output)


def test_output_is_replaced_only_when_asked_and_ours(
    encoder: Path, evaluation: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    output = Path(shutil.copytree(evaluation, tmp_path / "copy"))
    start = ("--encoder", encoder, "--dataset", dataset, "--output")
    (output / "report.html").write_text("old", encoding="utf-8")
    assert evaluate(*start, output) == 2
    assert "the output exists" in capsys.readouterr().err
    assert (output / "report.html").read_text(encoding="utf-8") == "old"
    assert evaluate(*start, output, "--overwrite") == 0
    assert "<!doctype html>" in (output / "report.html").read_text(encoding="utf-8")
    foreign = tmp_path / "photographs"
    foreign.mkdir()
    (foreign / "holiday.jpg").write_bytes(b"dear")
    assert evaluate(*start, foreign, "--overwrite") == 2
    assert "holds files that are not this program's" in capsys.readouterr().err
    assert (foreign / "holiday.jpg").read_bytes() == b"dear"
    assert evaluate(*start, foreign / "holiday.jpg", "--overwrite") == 2
    assert "is a file; the output is a folder" in capsys.readouterr().err
    assert (foreign / "holiday.jpg").read_bytes() == b"dear"
