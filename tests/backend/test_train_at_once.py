"""Two trainings that are started on one new run folder: one trains, and the other says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend import train
from backend.training import engine
from tests.backend.running import checkpoint, rows
from tests.backend.test_train_resume import arguments, events, start, wait_for_rows


@pytest.mark.parametrize("more", [(), ("--overwrite",)], ids=["new", "overwrite"])
def test_of_two_that_start_at_once_the_later_one_gives_way(
    make_dataset, tmp_path: Path, monkeypatch, capsys, more: tuple[str, ...]
) -> None:
    """The other one begins while this one, which found the place free, makes its learner."""
    dataset = make_dataset(tmp_path / "a.tiles", count=30, bands=2, tile=8, radius=4)
    output = tmp_path / "runs" / "run"
    make_tiles, others = engine.make_tiles, []

    def slowly(*given):
        others.append(start(dataset, output, "--steps", 100_000))
        wait_for_rows(output, 1)
        return make_tiles(*given)

    monkeypatch.setattr(engine, "make_tiles", slowly)
    assert train.main(arguments(dataset, output, *more)) == 2
    (other,) = others
    error = capsys.readouterr().err
    assert f"is being trained already, by process {other.pid}" in error
    assert other.poll() is None
    (output / "stop").touch()
    assert other.wait(60) == 143
    assert events(output)[-1]["status"] == "stopped"
    assert checkpoint(output, len(rows(output)))
    assert list(output.parent.iterdir()) == [output]
