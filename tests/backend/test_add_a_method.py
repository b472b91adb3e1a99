"""A method is one file and one entry in the catalogue: a toy, by the same way as every other."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import backend.methods
from backend import train
from backend.contract.catalogue import Method, Needs
from backend.contract.methods import METHODS
from backend.data.dataset import TileDataset
from backend.networks.encoder_file import load_encoder

# The whole of the method: two networks' worth of lines, no loop, no device, no files.
RECIPE = '''
"""Toy: a tile's embedding, turned any way, should tell the mean of each of its bands."""

from torch import nn

from backend.data.relations import Itself
from backend.methods.recipe import Outcome, Recipe, start_encoder
from backend.views.dihedral import turn_at_random


class Toy(Recipe):
    measures = ("error",)

    def __init__(self, job, dataset):
        super().__init__()
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, dataset.information)
        self.head = nn.Linear(self.encoder.embedding_dimension, len(dataset.band_names))

    def forward(self, tiles, chips, generator):
        embedding = self.encoder(turn_at_random(tiles[0], generator))
        error = self.head(embedding) - tiles[0].mean(dim=(2, 3))
        measures = dict(error=error.detach().abs().mean())
        return Outcome(error.square().mean(), embedding.detach(), measures)


def recipe(job, dataset):
    return Toy(job, dataset)
'''
ENTRY = Method(
    name="toy",
    title="Toy",
    sentence="A tile should tell the mean of each of its bands.",
    recipe="toy",
    needs=Needs(bands=("red",)),
    source="none",
)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The two things that a newcomer adds: backend/methods/toy.py, and its entry."""
    folder = tmp_path / "methods"
    folder.mkdir()
    (folder / "toy.py").write_text(RECIPE, encoding="utf-8")
    monkeypatch.setattr(backend.methods, "__path__", [*backend.methods.__path__, str(folder)])
    monkeypatch.setitem(METHODS, ENTRY.name, ENTRY)
    yield
    sys.modules.pop("backend.methods.toy", None)
    vars(backend.methods).pop("toy", None)


def arguments(dataset: Path, output: Path, *more: str) -> list[str]:
    return [
        "--dataset", str(dataset), "--output", str(output), "--method", "toy", "--steps", "3",
        "--batch-size", "4", "--embedding-dimension", "8", "--learning-rate", "0.01",
        "--log-every-steps", "1", "--device", "cpu", "--no-tensorboard", *more,
    ]  # fmt: skip


def test_a_new_method_trains_exports_and_resumes(toy, make_dataset, tmp_path: Path) -> None:
    folder = make_dataset(tmp_path / "small.tiles", count=20, bands=["red", "nir"], radius=0)
    run = tmp_path / "run"
    assert train.main(arguments(folder, run)) == 0
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    assert all(float(row["error"]) > 0 for row in rows)
    assert json.loads((run / "run.json").read_text("utf-8"))["job"]["method"] == "toy"

    encoder = load_encoder(run / "encoder.safetensors")
    assert (encoder.information.method, encoder.information.step) == ("toy", 3)
    vectors = encoder.embed(TileDataset(folder).tiles(np.arange(5)))
    assert vectors.shape == (5, 8)
    written = (run / "encoder.safetensors").read_bytes()
    assert train.main(["--output", str(run), "--resume"]) == 0
    assert (run / "encoder.safetensors").read_bytes() == written


def test_its_needs_are_told_and_its_entry_is_in_the_help(
    toy, make_dataset, tmp_path: Path, capsys
) -> None:
    folder = make_dataset(tmp_path / "blue.tiles", count=20, bands=["blue"], radius=0)
    assert train.main(arguments(folder, tmp_path / "run")) == 2
    assert "toy cannot learn from" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        train.main(["--help"])
    assert ENTRY.sentence in capsys.readouterr().out


def test_without_its_file_and_entry_there_is_no_such_method(tmp_path: Path, capsys) -> None:
    assert train.main(arguments(tmp_path / "a.tiles", tmp_path / "run")) == 2
    assert "unknown method 'toy'" in capsys.readouterr().err
