"""Runs read from their folders: state, curves, torn lines, ends of every kind, starts that fail."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from run_folders import (
    end,
    event,
    finished,
    hold,
    launch,
    metric,
    progress,
    say_dead,
    started,
    write_run,
)


@pytest.fixture
def read(provider):
    """A function that reads a run folder to its end."""
    from near_things.qgis_plugin.runs.run import Run

    def read_(folder: Path, run=None):
        run = run or Run(folder)
        while run.read():
            pass
        return run

    return read_


@pytest.fixture
def live():
    """A function that lets a process work in a folder for the length of the test."""
    processes = []

    def live_(folder: Path):
        processes.append(hold(folder))
        return processes[-1]

    yield live_
    for process in processes:
        end(process)


def values(run, name: str) -> list:
    steps, numbers = run.history.curves[name].arrays()
    return list(zip(steps.tolist(), numbers.tolist(), strict=True))


def test_a_run_that_is_done_tells_all_of_itself(read, tmp_path: Path) -> None:
    text = started(10) + metric(11, 10, loss=4.5, spread=0.9) + progress(12, 2000)
    run = read(write_run(tmp_path / "zion", text + metric(13, 20, loss=4.0) + finished(14)))
    assert run.state.value == "done"
    assert (run.name, run.method_title, run.dataset, run.device) == (
        "zion", "SauMoCo", "zion", "CPU",
    )  # fmt: skip
    assert (run.history.step, run.history.total, run.history.rate) == (2000, 2000, 4.0)
    assert values(run, "loss") == [(10, 4.5), (20, 4.0)]
    assert run.history.last("loss") == 4.0 and run.history.last("knn_accuracy") is None
    assert not run.can_resume


def test_state_follows_process_and_last_event(read, live, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", started(10) + progress(11, 5))
    process = live(folder)
    run = read(folder)
    assert run.state.value == "running" and not run.can_resume
    end(process)
    assert read(folder, run).state.value == "lost" and run.can_resume
    with open(folder / "events.jsonl", "a") as file:
        file.write(finished(12, "stopped"))
    assert read(folder, run).state.value == "stopped" and run.can_resume


def test_a_number_in_use_by_another_program_is_no_sign_of_life(read, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", started(10, os.getpid()))
    say_dead(folder, os.getpid())
    assert read(folder).state.value == "lost"


def test_failure_tells_message_and_hint(read, tmp_path: Path) -> None:
    error = event("error", 11, message="NaN at step 3", hint="lower it", exit_status=2)
    run = read(write_run(tmp_path / "run", started(10) + error + finished(12, "failed")))
    assert (run.state.value, run.message, run.hint) == ("failed", "NaN at step 3", "lower it")


def test_lines_that_arrive_in_pieces_are_put_together(read, live, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    live(folder)
    text = (started(1) + metric(2, 10, loss=3.0) + progress(3, 10)).encode()
    run = read(folder)
    for first in range(0, len(text), 7):
        with open(folder / "events.jsonl", "ab") as file:
            file.write(text[first : first + 7])
        read(folder, run)
    assert values(run, "loss") == [(10, 3.0)] and run.history.step == 10


def test_torn_and_foreign_lines_are_passed_over(read, tmp_path: Path) -> None:
    torn = metric(2, 20, loss=2.0)[:25] + "\n"
    odd = '[1]\nno json\n{"event": "metric", "values": 7}\n{"event": "finished"}\n\xff\n'
    text = started(1) + metric(2, 10, loss=3.0) + torn + odd + metric(3, 30, loss=1.0)
    run = read(write_run(tmp_path / "run", text + finished(4)))
    assert values(run, "loss") == [(10, 3.0), (30, 1.0)]
    assert run.state.value == "done"


def test_steps_taken_again_after_a_resume_replace_the_old(read, tmp_path: Path) -> None:
    first = started(1) + "".join(metric(2, s, loss=float(s)) for s in (10, 20, 30))
    again = started(9) + metric(10, 20, loss=0.2) + progress(11, 20) + metric(12, 30, loss=0.3)
    run = read(write_run(tmp_path / "run", first + again))
    assert values(run, "loss") == [(10, 10.0), (20, 0.2), (30, 0.3)]


def test_a_replaced_file_is_read_anew(read, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", started(1) + metric(2, 10, loss=3.0) + finished(3))
    run = read(folder)
    other = tmp_path / "other"
    other.write_text(started(5) + metric(6, 5, loss=9.0) + progress(7, 5) * 20)
    other.replace(folder / "events.jsonl")
    assert values(read(folder, run), "loss") == [(5, 9.0)]


def test_a_large_file_is_read_in_pieces(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.runs.run import Run

    text = started(1) + "".join(metric(2, s, loss=1.0) for s in range(1, 2001)) + finished(3)
    run = Run(write_run(tmp_path / "run", text))
    pieces = 1
    while run.read(10_000):
        assert run.state.value == "waiting"
        pieces += 1
    assert pieces == len(text) // 10_000 + 1
    assert len(run.history.curves["loss"]) == 2000 and run.state.value == "done"


def test_without_locks_the_age_of_the_last_event_decides(read, tmp_path: Path) -> None:
    fresh = write_run(tmp_path / "fresh", started(time.time()) + progress(time.time(), 5))
    stale = write_run(tmp_path / "stale", started(10) + progress(time.time() - 3600, 5))
    assert read(fresh).state.value == "running"
    assert read(stale).state.value == "lost"


def test_a_start_is_waiting_until_its_folder_says_more(read, live, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    beside = launch(folder)
    run = read(folder)
    assert run.state.value == "waiting" and run.method_title == "SauMoCo" and run.dataset == "zion"
    live(beside)
    assert read(folder, run).state.value == "waiting"
    write_run(folder, started(time.time() + 1) + progress(time.time() + 2, 5))
    assert read(folder, run).state.value == "running"


def test_a_start_that_fails_before_its_folder_says_why(read, tmp_path: Path) -> None:
    beside = launch(tmp_path / "run")
    say_dead(beside)
    error = event("error", 5, message="no dataset", hint="choose one", exit_status=2)
    (beside / "events.jsonl").write_text(started(4) + error + finished(6, "failed"))
    run = read(tmp_path / "run")
    assert (run.state.value, run.message, run.hint) == ("failed", "no dataset", "choose one")
    assert not run.can_resume


def test_a_start_that_dies_without_a_word_shows_its_log(read, tmp_path: Path) -> None:
    beside = launch(tmp_path / "run")
    say_dead(beside)
    (beside / "log.txt").write_text("Traceback…\nModuleNotFoundError: No module named 'torch'\n")
    run = read(tmp_path / "run")
    assert run.state.value == "failed" and run.log().endswith("No module named 'torch'")


def test_a_python_that_does_not_start_is_told(read, tmp_path: Path) -> None:
    launch(tmp_path / "refused", error="The backend could not be started")
    assert read(tmp_path / "refused").message == "The backend could not be started"
    launch(tmp_path / "silent", at=time.time() - 60)
    assert read(tmp_path / "silent").state.value == "failed"


def test_a_resume_that_fails_is_told_though_the_run_was_stopped_before(
    read, tmp_path: Path
) -> None:
    folder = write_run(tmp_path / "run", started(10) + progress(11, 50) + finished(12, "stopped"))
    beside = launch(folder)
    run = read(folder)
    assert run.state.value == "waiting" and run.history.step == 50
    say_dead(beside)
    error = event("error", 5, message="another dataset", hint="", exit_status=3)
    (beside / "events.jsonl").write_text(error + finished(6, "failed"))
    assert read(folder, run).state.value == "failed"
    assert run.message == "another dataset" and run.can_resume


@pytest.fixture
def start(provider):
    """A function that starts a training; returns what went wrong."""
    from interface import spin
    from near_things.qgis_plugin.runs.launch import Starter

    starters = []

    def start_(python: Path, values: dict) -> str:
        starter = Starter()
        starters.append(starter)
        problems = []
        starter.started.connect(lambda _output, problem: problems.append(problem))
        starter.start(python, values)
        assert spin(lambda: bool(problems))
        return problems[0]

    return start_


def test_training_is_started_with_what_differs_alone(start, fake_backend, tmp_path: Path) -> None:
    from interface import spin
    from near_things.qgis_plugin.runs.launch import command_line

    python = fake_backend(
        "print(json.dumps(dict(arguments=sys.argv[1:], env=dict(os.environ))), file=sys.stderr)"
    )
    values = dict(dataset="/a b/zion.tiles", method="saumoco", steps=5, output=str(tmp_path / "é"))
    assert start(python, values) == ""
    beside = tmp_path / ".launch-é"
    assert spin(lambda: (beside / "log.txt").read_text().endswith("\n"))
    said = json.loads((beside / "log.txt").read_text())
    assert said["arguments"] == [
        "-m", "backend.detached", "--leave", str(beside), "train", "--events=jsonl",
        "--dataset=/a b/zion.tiles", "--method=saumoco", f"--output={tmp_path / 'é'}", "--steps=5",
    ]  # fmt: skip
    assert "PYTHONHOME" not in said["env"] and said["env"]["PYTHONUTF8"] == "1"
    assert command_line(values).startswith(
        "python -m backend.train '--dataset=/a b/zion.tiles' --method=saumoco"
    )


def test_a_python_that_is_none_is_recorded(start, read, tmp_path: Path) -> None:
    problem = start(tmp_path / "absent", dict(output=str(tmp_path / "run")))
    assert "could not be started" in problem
    assert read(tmp_path / "run").message == problem


def test_a_folder_that_cannot_be_written_is_told(start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    problem = start(Path("/usr/bin/python3"), dict(output=str(tmp_path / "file" / "run")))
    assert problem.endswith("cannot be written: Not a directory.")


IGNORES = """
import os, signal, sys, time
from pathlib import Path
sys.path.insert(0, {repository!r})
from backend.contract.processes import working_in
os.setsid()
seen = open({signals!r}, "a", buffering=1)
signal.signal(signal.SIGTERM, lambda *_: {on_term})
if os.fork() == 0:
    open({helper!r}, "w").write(str(os.getpid()))
    time.sleep(600)
with working_in(Path({folder!r})):
    print("ready", flush=True)
    while not ({obeys} and os.path.exists({folder!r} + "/stop")):
        time.sleep(0.02)
"""


@pytest.mark.parametrize(
    "obeys, on_term, stages",
    [
        (True, "None", ["asked"]),
        (False, "os._exit(0)", ["asked", "terminated"]),
        (False, "seen.write('term\\n')", ["asked", "terminated", "killed"]),
    ],
)
def test_stopping_asks_then_terminates_then_kills_the_whole_tree(
    read, tmp_path: Path, obeys, on_term, stages
) -> None:
    import subprocess
    import sys

    from near_things.qgis_plugin.runs.ending import Stop
    from run_folders import REPOSITORY

    folder = write_run(tmp_path / "run", started(10) + progress(11, 5))
    helper, signals = tmp_path / "helper", tmp_path / "signals"
    code = IGNORES.format(
        repository=str(REPOSITORY), folder=str(folder), helper=str(helper),
        signals=str(signals), obeys=obeys, on_term=on_term,
    )  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    run = read(folder)
    now = [0.0]
    stop = Stop(run, grace_seconds=60, terminate_seconds=15, clock=lambda: now[0])
    assert run.is_stopping
    seen = ["asked"]
    deadline = time.monotonic() + 20
    while read(folder, run).state.is_live and time.monotonic() < deadline:
        stop.advance()
        if stop.stage.value != seen[-1]:
            seen.append(stop.stage.value)
        time.sleep(0.1)
        # Far from a deadline nothing happens, however often it is asked.
        now[0] += 0.0 if obeys else 20.0
    assert process.wait(10) is not None
    assert run.state.value == "lost" and seen == stages
    if seen[-1] == "killed":
        assert signals.read_text().startswith("term")
        assert _ends(int(helper.read_text()))
    else:
        os.kill(int(helper.read_text()), signal.SIGKILL)


def _ends(number: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_a_stop_never_touches_a_process_that_does_not_hold_the_lock(
    read, live, tmp_path: Path
) -> None:
    from near_things.qgis_plugin.runs.ending import Stop, live_process

    folder = write_run(tmp_path / "run", started(10) + progress(11, 5))
    process = live(folder)
    run = read(folder)
    assert live_process(run) == process.pid
    stop = Stop(run, grace_seconds=0)
    end(process)
    say_dead(folder, os.getpid())
    stop.hurry()
    stop.advance()
    assert stop.stage.value == "asked" and live_process(run) is None


def test_slow_steps_get_more_grace(read, live, tmp_path: Path) -> None:
    from near_things.qgis_plugin.runs.ending import Stop

    folder = write_run(tmp_path / "run", started(10) + progress(11, 5, rate=0.02))
    live(folder)
    now = [0.0]
    stop = Stop(read(folder), grace_seconds=60, clock=lambda: now[0])
    now[0] = 240.0
    stop.advance()
    assert stop.stage.value == "asked"


def test_deleting_takes_run_and_launch_but_no_live_run(read, live, tmp_path: Path) -> None:
    from near_things.qgis_plugin.runs.ending import forget_files

    folder = write_run(tmp_path / "run", started(10) + progress(11, 5))
    beside = launch(folder, at=5.0)
    process = live(folder)
    run = read(folder)
    assert forget_files(run) is None and folder.exists()
    end(process)
    grave = forget_files(run)
    assert not folder.exists() and not beside.exists()
    assert sorted(p.name for p in grave.iterdir()) == [".launch-run", "run"]


def test_workspace_lists_runs_that_have_only_been_started(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.workspace import Workspace

    workspace = Workspace(tmp_path)
    write_run(tmp_path / "runs" / "b")
    launch(tmp_path / "runs" / "b")
    launch(tmp_path / "runs" / "a")
    (tmp_path / "runs" / ".deleted-x-1").mkdir()
    (tmp_path / "runs" / ".partial-y").mkdir()
    assert [path.name for path in workspace.runs()] == ["a", "b"]
    assert workspace.new_run("a").name == "a-2"


def test_estimate_takes_the_rate_of_a_run_that_is_alike(read, tmp_path: Path) -> None:
    from near_things.qgis_plugin.runs.rates import estimate_from_runs

    folder = write_run(tmp_path / "zion", started(1) + progress(2, 50, rate=8.0) + finished(3))
    say_dead(folder)
    runs = [read(folder)]
    dataset = dict(tile_size_px=8, bands=[{}, {}], splits=dict(train=20))
    values = dict(dataset="/other.tiles", output="/x", steps=4000)
    estimate = estimate_from_runs(values, dataset, runs)
    assert (estimate.seconds, estimate.steps, estimate.run) == (500.0, 4000, "zion")
    for changes in (dict(architecture="resnet50"), dict(batch_size=64), dict(method="moco")):
        assert estimate_from_runs({**values, **changes}, dataset, runs) is None
    assert estimate_from_runs(values, dict(dataset, tile_size_px=16), runs) is None
    assert estimate_from_runs(values, dict(dataset, bands=[{}]), runs) is None
    (folder / "process.json").write_text(json.dumps(dict(host="elsewhere")))
    assert estimate_from_runs(values, dataset, runs) is None


def test_probe_leaves_out_its_first_steps(provider) -> None:
    from near_things.qgis_plugin.runs.rates import ProbeClock, probe_values

    clock = ProbeClock()
    for step, seconds in enumerate([9.0, 10.0, 11.0, 12.0, 12.5, 13.0, 13.5], start=1):
        clock.take(dict(event="metric", step=step, values=dict(seconds=seconds)))
        assert (clock.seconds_per_step() is None) == (step <= 4)
    assert clock.seconds_per_step() == pytest.approx(0.5)
    probe = probe_values(dict(method="moco", epochs=3, batch_size=64), Path("/tmp/x"))
    assert probe["steps"] == 10 and probe["batch_size"] == 64 and "epochs" not in probe
