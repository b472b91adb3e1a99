"""The runtime of every verb: exit statuses, events, whole files, stop signals."""

from __future__ import annotations

import errno
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.contract.settings import setting
from backend.runtime import files, stopping
from backend.runtime.command_line import run_verb
from backend.runtime.errors import DataError, MachineError, RequestError


@dataclass
class Job:
    """A job for tests."""

    output: str = setting("output_folder", "", "Where to write", required=True)
    count: int = setting("integer", 2, "How many", minimum=1)


def run(work, *arguments: str) -> int:
    return run_verb("test", Job, work, ["--output", "x", *arguments])


def events_in(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_events_begin_and_end_and_agree_with_the_exit_status(capsys, tmp_path) -> None:
    def work(job, reporter):
        reporter.log_to(tmp_path / "events.jsonl")
        with reporter.phase("Counting", 3, "things") as phase:
            for _ in range(3):
                phase.advance()
        reporter.metric(1, {"loss": 0.5})
        reporter.artifact("thing", tmp_path / "thing")
        reporter.warning("careful")

    assert run(work, "--events", "jsonl") == 0
    printed = capsys.readouterr().out
    events = events_in(printed)
    assert events[0]["event"] == "started"
    assert events[0]["job"] == {"output": "x", "count": 2}
    assert events[-1]["event"] == "finished"
    assert (events[-1]["status"], events[-1]["exit_status"]) == ("done", 0)
    progress = [e for e in events if e["event"] == "progress"]
    assert progress[-1]["done"] == progress[-1]["total"] == 3
    # The file holds the same events, those before it was named included.
    assert (tmp_path / "events.jsonl").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RequestError("no band 'nir'", "name it"), 2, "error: no band 'nir'; name it"),
        (DataError("a.tif is cut short"), 3, "error: a.tif is cut short"),
        (MachineError("no GPU"), 4, "error: no GPU"),
        (OSError(errno.ENOSPC, "No space left on device", "a.tif"), 4, "the disk is full"),
        (OSError(errno.EMFILE, "Too many open files", "a.tif"), 4, "ulimit -n 4096"),
        (MemoryError(), 4, "memory is used up"),
        (FileNotFoundError(errno.ENOENT, "x", "b.tif"), 2, "there is no file b.tif"),
    ],
)
def test_errors_are_one_line_with_their_exit_status(capsys, error, status, words) -> None:
    def work(job, reporter):
        raise error

    assert run(work, "--events", "jsonl") == status
    captured = capsys.readouterr()
    assert words in captured.err and len(captured.err.strip().splitlines()) == 1
    last = events_in(captured.out)[-2:]
    assert [e["event"] for e in last] == ["error", "finished"]
    assert last[0]["exit_status"] == last[1]["exit_status"] == status


def test_verbose_shows_the_traceback_and_a_defect_always_does(capsys) -> None:
    def wrong(job, reporter):
        raise RequestError("no band")

    assert run(wrong, "--verbose") == 2
    assert "Traceback" in capsys.readouterr().err

    def defect(job, reporter):
        raise ZeroDivisionError("oops")

    assert run(defect) == 1
    assert "Traceback" in capsys.readouterr().err


def test_wrong_options_exit_with_2(capsys) -> None:
    def work(job, reporter):
        raise AssertionError("must not run")

    assert run(work, "--count", "0") == 2
    assert "--count must be at least 1" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        run(work, "--cuont", "3")
    assert stopped.value.code == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_between_two_units_of_work(capsys, number) -> None:
    done = []

    def work(job, reporter):
        with reporter.phase("Counting", 10, "things") as phase:
            for i in range(10):
                if i == 3:
                    os.kill(os.getpid(), number)
                done.append(i)
                phase.advance()

    before = signal.getsignal(number)
    assert run(work, "--events", "jsonl") == 128 + number
    assert done == [0, 1, 2, 3]
    captured = capsys.readouterr()
    last = events_in(captured.out)[-1]
    assert (last["status"], last["exit_status"]) == ("stopped", 128 + number)
    assert signal.getsignal(number) is before
    assert not stopping.requested()


def test_help_names_every_setting_with_unit_and_default(capsys) -> None:
    from backend.contract.jobs import BuildJob
    from backend.contract.settings import settings_of

    with pytest.raises(SystemExit) as stopped:
        run_verb("build", BuildJob, lambda job, reporter: None, ["--help"])
    assert stopped.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for s in settings_of(BuildJob):
        assert s.option in text, s.option
    assert "(default 32 px)" in text and "(required)" in text


class TestWholeFiles:
    def test_a_file_appears_only_when_it_is_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "a b é.txt"
        with files.whole_file(path) as temporary:
            temporary.write_text("new")
            assert not path.exists()
        assert path.read_text() == "new"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_failure_leaves_what_was_there(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("old")

        def fail() -> None:
            with files.whole_file(path) as temporary:
                temporary.write_text("half")
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            fail()
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_folder_replaces_the_old_one_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "folder"
        path.mkdir()
        (path / "old").touch()
        with files.whole_folder(path) as temporary:
            (temporary / "new").touch()
            assert (path / "old").exists()
        assert [p.name for p in path.iterdir()] == ["new"]
        assert list(tmp_path.iterdir()) == [path]

    def test_json_refuses_what_json_has_not(self, tmp_path: Path) -> None:
        path = tmp_path / "a.json"
        with pytest.raises(ValueError, match="JSON"):
            files.write_json(path, {"loss": float("nan")})
        assert not path.exists()
        files.write_json(path, {"é": [1, None]})
        assert json.loads(path.read_text(encoding="utf-8")) == {"é": [1, None]}

    def test_an_existing_output_is_refused_unless_overwritten(self, tmp_path: Path) -> None:
        with pytest.raises(RequestError, match="the output exists"):
            files.check_output(tmp_path, overwrite=False)
        files.check_output(tmp_path, overwrite=True)
        files.check_output(tmp_path / "new" / "deep", overwrite=False)
        (tmp_path / "file").touch()
        with pytest.raises(RequestError, match="cannot be made"):
            files.check_output(tmp_path / "file" / "x" / "y", overwrite=False)

    def test_a_folder_of_other_things_is_never_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").touch()
        with pytest.raises(RequestError, match="not this program's"):
            files.check_output(tmp_path, overwrite=True, marker="run.json")
        (tmp_path / "run.json").touch()
        files.check_output(tmp_path, overwrite=True, marker="run.json")
