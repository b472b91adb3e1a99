"""`backend.export`: points and vectors against the map itself, sampling, errors."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest

from backend.export import main
from tests.backend.maps import EAST, NORTH, PIXEL, STRIDE, write_map

ROWS, COLUMNS, DIMENSION = 20, 33, 5


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    result = np.random.default_rng(1).normal(size=(ROWS, COLUMNS, DIMENSION)).astype(np.float32)
    result[4:6, 10:30] = np.nan
    return result


@pytest.fixture
def embedding(vectors: np.ndarray, tmp_path: Path) -> Path:
    return write_map(tmp_path / "carte é.tif", vectors)


def run(embedding: Path, output: Path, *more: object) -> int:
    return main(["--embedding", str(embedding), "--output", str(output), *map(str, more)])


@pytest.mark.parametrize("count", [1000, 100])
def test_rows_are_the_vectors_of_their_points(
    embedding, vectors, tmp_path, monkeypatch, count: int
) -> None:
    monkeypatch.setattr("backend.mapping.embedding_map.READ_BYTES", 1)
    output = tmp_path / "cells.gpkg"
    assert run(embedding, output, "--count", count, "--seed", 3) == 0
    cells, found = geopandas.read_file(output, layer="cells"), np.load(tmp_path / "cells.npy")
    valid = np.isfinite(vectors).all(axis=-1)
    assert len(cells) == len(found) == min(count, valid.sum())
    assert found.dtype == np.float32 and cells["vector"].tolist() == list(range(len(found)))
    side = STRIDE * PIXEL
    columns = ((cells.geometry.x - EAST) / side - 0.5).to_numpy()
    rows = ((NORTH - cells.geometry.y) / side - 0.5).to_numpy()
    np.testing.assert_allclose(rows, cells["row"], atol=1e-6)
    np.testing.assert_allclose(columns, cells["column"], atol=1e-6)
    assert (vectors[cells["row"], cells["column"]] == found).all()
    assert len(set(zip(cells["row"], cells["column"], strict=True))) == len(cells)
    assert set(cells["scene"]) == {"the scene"} and cells.crs.to_epsg() == 32612


def test_a_seed_decides_the_sample(embedding, tmp_path, capsys) -> None:
    made = []
    for number, seed in enumerate((0, 0, 1)):
        output = tmp_path / f"{number}.gpkg"
        assert run(embedding, output, "--count", 50, "--seed", seed) == 0
        made.append(np.load(output.with_suffix(".npy")))
    assert (made[0] == made[1]).all() and not (made[0] == made[2]).all()
    assert "50 of 620 cells are exported" in capsys.readouterr().err


def test_a_wrong_request_is_one_line(embedding, tmp_path, capsys) -> None:
    assert run(embedding, tmp_path / "a.csv") == 2
    assert "must end in .gpkg" in capsys.readouterr().err
    (tmp_path / "a.npy").touch()
    assert run(embedding, tmp_path / "a.gpkg") == 2
    assert "a.npy" in capsys.readouterr().err
    nothing = write_map(tmp_path / "no.tif", np.full((4, 4, 2), np.nan, np.float32))
    assert run(nothing, tmp_path / "b.gpkg") == 3
    assert "has no data" in capsys.readouterr().err
    assert not (tmp_path / "b.gpkg").exists() and not (tmp_path / "b.npy").exists()
