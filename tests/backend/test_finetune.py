"""`python -m backend.finetune` on small datasets: what it writes, repeats, learns and refuses."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.contract.jobs import FineTuneJob
from backend.contract.settings import make_job
from backend.data.dataset import TileDataset
from backend.evaluation.downstream import finetuning
from backend.evaluation.downstream.classifier import Classifier
from backend.evaluation.downstream.loop import batch_positions, rate_factor, turned
from backend.finetune import main
from backend.networks.decoder import DecoderShape, build_decoder
from backend.networks.decoder_file import save_decoder
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import read_information, save_encoder
from tests.backend.conftest import write_dataset, write_encoder
from tests.backend.rasters import build, write_raster

QUICK = ("--steps", "2", "--batch-size", "8", "--repeats", "2", "--minimum-class-tiles", "2")
BANDS = ("b1", "b2", "b3", "b4")


def finetune(*arguments: object) -> int:
    return main([str(a) for a in arguments])


def read(folder: Path) -> dict:
    return json.loads((folder / "finetune.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder é") / "encoder.safetensors", BANDS)


@pytest.fixture(scope="module")
def classified(
    tmp_path_factory: pytest.TempPathFactory, encoder: Path, small_dataset: TileDataset
) -> list[Path]:
    """The folders of the same fine-tuning, done twice."""
    folder = tmp_path_factory.mktemp("fine tuning")
    for name in ("one", "two"):
        arguments = ("--encoder", encoder, "--dataset", small_dataset.folder)
        shares = ("--label-fractions", "50%", "1")
        assert finetune(*arguments, "--output", folder / name, *shares, *QUICK) == 0
    return [folder / "one", folder / "two"]


def scene_of_two_classes() -> tuple[np.ndarray, np.ndarray]:
    """A scene (2, 96, 96) and its classes: where the first band is above the second, 2, else 1."""
    generator = np.random.default_rng(5)
    coarse = generator.integers(0, 2, (24, 24))
    kinds = np.kron(coarse, np.ones((4, 4), int))
    pixels = generator.integers(90, 110, (2, 96, 96))
    pixels[0] += np.where(kinds, 60, 0)
    return pixels.astype("uint8"), (kinds + 1).astype("uint8")


@pytest.fixture(scope="module")
def labelled_scene(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tile dataset of that scene with its land cover, an encoder for it, and the label raster."""
    folder = tmp_path_factory.mktemp("labelled scène")
    pixels, kinds = scene_of_two_classes()
    scene = write_raster(folder / "scene.tif", pixels, names=["b1", "b2"])
    labels = write_raster(folder / "labels.tif", kinds, nodata=0)
    table = folder / "classes.json"
    table.write_text(
        json.dumps([dict(name="Low", codes=[1]), dict(name="High", codes=[2])]), encoding="utf-8"
    )
    more = ("--land-cover", labels, "--class-table", table, "--test-fraction", "0.3")
    tiles = folder / "scene.tiles"
    assert build(scene, tiles, *more, validation_fraction=0, count=60) == 0
    encoder = write_encoder(
        folder / "encoder.safetensors", ("b1", "b2"), dtype="uint8", offset=110.0, scale=30.0
    )
    return dict(tiles=tiles, encoder=encoder, labels=labels, table=table, folder=folder)


@pytest.fixture(scope="module")
def segmented(labelled_scene: dict[str, Path]) -> Path:
    output = labelled_scene["folder"] / "segmented"
    data = ("--encoder", labelled_scene["encoder"], "--dataset", labelled_scene["tiles"])
    more = ("--task", "segmentation", "--steps", "25", "--repeats", "1", "--batch-size", "16")
    assert finetune(*data, *more, "--output", output, "--label-fractions", "1") == 0
    return output


def test_results_are_of_every_start_and_share(
    classified: list[Path], small_dataset: TileDataset
) -> None:
    record = read(classified[0])
    found = [(r["start"], r["fraction"]) for r in record["results"]]
    starts = {start for start, _ in found}
    assert {"pretrained", "random"} <= starts
    assert sorted(found) == sorted((s, f) for s in starts for f in (0.5, 1.0))
    counts = [c["fit"] for c in record["data"]["classes"]]
    assert sum(counts) == small_dataset.information.splits["train"]
    for result in record["results"]:
        wanted = [int(result["fraction"] * n + 0.5) for n in counts]
        assert result["tiles"] == sum(wanted)
        assert len(result["confusions"]) == 2
        for confusion in result["confusions"]:
            tests = [c["test"] for c in record["data"]["classes"]]
            assert np.sum(confusion, axis=1).tolist() == tests


def test_imagenet_is_measured_or_said_to_be_left_out(classified: list[Path]) -> None:
    record = read(classified[0])
    measured = any(r["start"] == "imagenet" for r in record["results"])
    said = any(note.startswith("ImageNet weights are left out") for note in record["notes"])
    assert measured != said


def test_same_job_gives_the_same_numbers_to_the_bit(classified: list[Path]) -> None:
    one, two = (read(folder) for folder in classified)
    assert one["results"] == two["results"]
    assert one["summary"] == two["summary"]


def test_report_is_one_file_with_a_chart_and_the_numbers(classified: list[Path]) -> None:
    page = (classified[0] / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1 and 'src="http' not in page and "$" not in page
    best = read(classified[0])["results"][-1]["scores"]["overall_accuracy"]["mean"]
    assert f"{100 * best:.1f}" in page


def test_segmentation_learns_a_function_of_the_pixels(segmented: Path) -> None:
    record = read(segmented)
    full = [r for r in record["results"] if r["fraction"] == 1]
    for result in full:
        accuracy = result["scores"]["overall_accuracy"]["mean"]
        assert accuracy > record["majority"]["overall_accuracy"] + 0.2, result["start"]
    pixels = sum(c["test"] for c in record["data"]["classes"])
    assert pixels == record["data"]["tiles"]["test"] * 8 * 8
    page = (segmented / "report.html").read_text(encoding="utf-8")
    assert page.count("<figcaption>Truth") == min(6, record["data"]["tiles"]["test"])


def test_a_label_raster_that_is_the_land_cover_gives_the_same(
    segmented: Path, labelled_scene: dict[str, Path]
) -> None:
    output = labelled_scene["folder"] / "by file"
    data = ("--encoder", labelled_scene["encoder"], "--dataset", labelled_scene["tiles"])
    labels = ("--labels", labelled_scene["labels"], "--class-table", labelled_scene["table"])
    more = ("--task", "segmentation", "--steps", "25", "--repeats", "1", "--batch-size", "16")
    more += ("--starts", "random", "--label-fractions", "1")
    assert finetune(*data, *labels, *more, "--output", output) == 0
    (mine,) = read(output)["results"]
    (other,) = (
        r for r in read(segmented)["results"] if (r["start"], r["fraction"]) == ("random", 1)
    )
    assert mine["confusions"] == other["confusions"]


def test_a_trained_decoder_goes_with_the_pretrained_start_alone(
    labelled_scene: dict[str, Path], tmp_path: Path
) -> None:
    information = read_information(labelled_scene["encoder"])
    backbone = build_encoder(information.shape, seed=0).backbone
    shape = DecoderShape(backbone.stage_channels, backbone.stage_strides, outputs=2, width=32)
    decoder = tmp_path / "decoder.safetensors"
    save_decoder(decoder, information, build_decoder(shape, seed=77))
    data = ("--encoder", labelled_scene["encoder"], "--dataset", labelled_scene["tiles"])
    more = ("--task", "segmentation", "--steps", "1", "--repeats", "1", "--label-fractions", "1")
    results = {}
    for name, option in (("without", ()), ("with", ("--decoder", decoder))):
        assert finetune(*data, *more, *option, "--output", tmp_path / name) == 0
        results[name] = {r["start"]: r["final_losses"] for r in read(tmp_path / name)["results"]}
    assert results["with"]["random"] == results["without"]["random"]
    assert results["with"]["pretrained"] != results["without"]["pretrained"]


def test_a_frozen_encoder_stays_as_it_is_and_a_free_one_does_not() -> None:
    tiles = torch.randn(4, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    for frozen in (True, False):
        encoder = build_encoder(EncoderShape("resnet18", "imagenet", 2, 8, 4), seed=1)
        before = {name: value.clone() for name, value in encoder.state_dict().items()}
        network = Classifier(encoder, 3, head_on="backbone", frozen=frozen, seed=0).train()
        network(tiles).sum().backward()
        assert all((p.grad is None) == frozen for p in encoder.backbone.parameters())
        same = all(torch.equal(v, before[n]) for n, v in encoder.state_dict().items())
        assert same == frozen  # the running statistics


def test_head_on_the_projection_is_linear_in_the_features() -> None:
    encoder = build_encoder(EncoderShape("resnet18", "imagenet", 2, 8, 4), seed=1)
    network = Classifier(encoder, 3, head_on="projection", frozen=False, seed=0).eval()
    tiles = torch.randn(2, 2, 8, 8, generator=torch.Generator().manual_seed(0))
    features = encoder.features(tiles)
    expected = network.head(features @ encoder.projection.weight.T + encoder.projection.bias)
    torch.testing.assert_close(network(tiles), expected)


def test_batches_are_of_one_size_and_meet_every_tile_equally_often() -> None:
    positions = np.arange(100, 110)
    drawn = list(batch_positions(positions, 4, 5, seed=3))
    assert [len(batch) for batch in drawn] == [4] * 5
    assert sorted(np.concatenate(drawn)) == sorted([*positions, *positions])
    again = list(batch_positions(positions, 4, 5, seed=3))
    assert all((one == two).all() for one, two in zip(drawn, again, strict=True))


def test_learning_rate_rises_then_falls_by_half_a_cosine() -> None:
    rates = [rate_factor(step, steps=12, warmup=2) for step in range(12)]
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[7] == pytest.approx(0.5)
    assert rates[11] == pytest.approx(0.5 * (1 + np.cos(np.pi * 0.9)))


def test_truth_turns_with_its_tile() -> None:
    truth = torch.arange(5 * 36).view(5, 6, 6)
    tiles = truth[:, None].float()
    turned_tiles, turned_truth = turned(tiles, truth, torch.Generator().manual_seed(4))
    assert torch.equal(turned_tiles[:, 0].long(), turned_truth)
    assert not torch.equal(turned_truth, truth)


def _vit(path: Path, labelled: dict[str, Path]) -> Path:
    information = replace(
        read_information(labelled["encoder"]), architecture="vit-tiny", tile_size_px=16
    )
    save_encoder(path, information, build_encoder(information.shape, seed=0))
    return path


Change = Callable[[Path, dict[str, Path]], list[object]]
WRONG: dict[str, tuple[Change, int, str]] = {
    "fraction": (lambda p, d: ["--label-fractions", "1.5"], 2, "no share of the training tiles"),
    "bands": (
        lambda p, d: ["--encoder", write_encoder(p / "e.safetensors", ("b1", "swir"))],
        2,
        "swir is missing",
    ),
    "few tiles": (lambda p, d: ["--label-fractions", "0.01"], 2, "at least 2 are needed"),
    "output": (lambda p, d: ["--output", p], 2, "the output exists"),
    "tile size": (
        lambda p, d: ["--encoder", _vit(p / "vit.safetensors", d)],
        2,
        "takes tiles of 16 px alone",
    ),
    "decoder of classes": (
        lambda p, d: ["--task", "classification", "--decoder", "d.safetensors"],
        2,
        "--decoder is for pixels",
    ),
    "table": (lambda p, d: ["--class-table", "worldcover"], 2, "--labels, which is not given"),
    "no file": (lambda p, d: ["--labels", p / "none.tif"], 2, "none.tif"),
    "start": (lambda p, d: ["--starts", "moon"], 2, "--starts moon is unknown"),
    "decoder of no start": (
        lambda p, d: ["--starts", "random", "--decoder", "d.safetensors"],
        2,
        "--decoder is for the pretrained start",
    ),
    "column": (lambda p, d: ["--label-column", "split"], 2, "one for each pixel"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_one_line(
    name: str, labelled_scene: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, status, message = WRONG[name]
    tmp_path.joinpath("some file").touch()
    output = tmp_path / "out"
    data = ["--encoder", labelled_scene["encoder"], "--dataset", labelled_scene["tiles"]]
    more = ["--task", "segmentation", "--output", output, "--steps", "1"]
    found = finetune(*data, *more, *change(tmp_path, labelled_scene))
    lines = [n for n in capsys.readouterr().err.splitlines() if not n.startswith("warning")]
    assert found == status, lines
    assert len(lines) == 1 and message in lines[0], lines
    assert not output.exists() and not list(tmp_path.glob(".partial*"))


def test_a_share_that_leaves_a_class_one_tile_is_refused_with_one_that_works(
    encoder: Path, small_dataset: TileDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--encoder", encoder, "--dataset", small_dataset.folder, "--output", tmp_path / "out")
    assert finetune(*data, *QUICK, "--label-fractions", "0.1") == 2
    said = capsys.readouterr().err
    assert "leaves 1 of the 14 training tiles of Class 0" in said and "0.108 and more" in said


def test_a_dataset_without_labels_is_refused(
    encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_dataset(tmp_path / "plain.tiles")
    content = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    (folder / "dataset.json").write_text(json.dumps({**content, "classes": []}), encoding="utf-8")
    data = ("--encoder", encoder, "--dataset", folder, "--output", tmp_path / "out")
    assert finetune(*data) == 2
    assert "built without land cover" in capsys.readouterr().err
    assert finetune(*data, "--task", "segmentation") == 2
    assert "names no land-cover files" in capsys.readouterr().err


def test_a_stopped_job_leaves_nothing(
    encoder: Path, small_dataset: TileDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = finetuning.confusion_on

    def stop_then_measure(*arguments: object) -> np.ndarray:
        signal.raise_signal(signal.SIGTERM)
        return measure(*arguments)

    monkeypatch.setattr(finetuning, "confusion_on", stop_then_measure)
    data = ("--encoder", encoder, "--dataset", small_dataset.folder, "--output", tmp_path / "out")
    assert finetune(*data, *QUICK) == 143
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value, scale, status", [(np.inf, 1, 0), (1e3, 1e-37, 2)])
def test_infinite_pixels_are_no_data_and_too_large_ones_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: float, scale: float, status: int
) -> None:
    chips = np.random.default_rng(0).random((64, 4, 24, 24), np.float32)
    chips[:, 2, 12, 12] = value
    folder = write_dataset(tmp_path / "large.tiles", chips=chips, dtype="float32")
    encoder = write_encoder(tmp_path / "encoder.safetensors", BANDS, offset=0, scale=scale)
    output = tmp_path / "out"
    given = ("--encoder", encoder, "--dataset", folder, "--output", output, *QUICK)
    assert finetune(*given) == status
    assert output.exists() == (status == 0)
    assert ("the loss became NaN or infinite" in capsys.readouterr().err) == (status == 2)


def test_defaults_are_those_of_the_documentation() -> None:
    job = make_job(FineTuneJob, dict(encoder="e", dataset="d", output="o"))
    assert (job.steps, job.batch_size, job.repeats, job.learning_rate) == (100, 16, 3, 0.001)
