"""Run folders as the backend writes them, for tests of what follows them."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# Holds the folder's lock as a training does, until it is killed or its stdin is closed.
HOLDER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from backend.contract.processes import working_in
with working_in(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""
JOB = dict(
    dataset="/data/zion.tiles", method="saumoco", architecture="resnet18", stem="medium",
    batch_size=128,
    steps=2000, precision="float32", device="auto", initial_weights="random",
    embedding_dimension=128, learning_rate=0.03,
)  # fmt: skip


def event(name: str, at: float, **values) -> str:
    return json.dumps({"version": 1, "event": name, "time": at, **values}) + "\n"


def started(at: float, number: int = 1) -> str:
    return event("started", at, verb="train", job={}, process_id=number, software="1")


def progress(at: float, done: int, total: int = 2000, rate: float = 4.0) -> str:
    return event(
        "progress", at, phase="training", done=done, total=total, unit="step", rate=rate,
        seconds_left=(total - done) / rate,
    )  # fmt: skip


def metric(at: float, step: int, **values: float) -> str:
    return event("metric", at, step=step, values=values)


def finished(at: float, status: str = "done") -> str:
    return event("finished", at, status=status, exit_status=0, seconds=3.0)


def write_run(folder: Path, events: str = "", **job) -> Path:
    """A run folder with run.json and these events."""
    folder.mkdir(parents=True)
    record = dict(
        schema="near-things-run",
        version=1,
        job=dict(JOB, output=str(folder), **job),
        method=dict(name="saumoco", title="SauMoCo"),
        dataset=dict(name="zion", bands=["red", "nir"], tile_size_px=8, training_chips=20),
        device=dict(name="cpu", model="CPU"),
    )
    (folder / "run.json").write_text(json.dumps(record))
    (folder / "events.jsonl").write_text(events)
    return folder


def say_dead(folder: Path, number: int = 1) -> None:
    """The record of a process of this computer that holds its lock no more."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "process.lock").touch()
    record = dict(process_id=number, host=socket.gethostname(), started=1.0, locked=True)
    (folder / "process.json").write_text(json.dumps(record))


def hold(folder: Path) -> subprocess.Popen:
    """A process that works in the folder; the caller ends it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), str(REPOSITORY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def end(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def launch(run: Path, at: float | None = None, error: str = "", **job) -> Path:
    """What QGIS records of a start."""
    folder = run.with_name(f".launch-{run.name}")
    folder.mkdir(parents=True, exist_ok=True)
    record = dict(
        time=time.time() if at is None else at, job=dict(JOB, output=str(run), **job),
        arguments=[], error=error,
    )  # fmt: skip
    (folder / "launch.json").write_text(json.dumps(record))
    return folder
