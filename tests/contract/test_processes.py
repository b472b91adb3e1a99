"""The process that works in a folder: seen alive, seen dead however it died, asked to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backend.contract import processes

REPOSITORY = Path(__file__).resolve().parents[2]
WORKER = """
import os, sys, time
from pathlib import Path
from backend.contract.processes import working_in
with working_in(Path(sys.argv[1])):
    if "helper" in sys.argv and os.fork() == 0:
        time.sleep(60)
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def worker(tmp_path: Path):
    """A function that starts a process that works in `tmp_path` until its stdin is closed."""
    started = []

    def start(*arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        process.communicate()


def test_nothing_is_known_of_a_folder_nobody_worked_in(tmp_path: Path) -> None:
    assert processes.is_alive(tmp_path) is None
    assert processes.is_alive(tmp_path / "absent") is None
    (tmp_path / "process.json").write_text("torn {")
    assert processes.read_record(tmp_path) == {} and processes.is_alive(tmp_path) is None


def test_a_process_is_seen_alive_until_it_ends(worker, tmp_path: Path) -> None:
    process = worker()
    assert process.stdout.readline() == "ready\n"
    assert processes.read_record(tmp_path)["process_id"] == process.pid
    # Asking again and again takes nothing from it.
    assert [processes.is_alive(tmp_path) for _ in range(3)] == [True] * 3
    process.communicate()
    assert processes.is_alive(tmp_path) is False


@pytest.mark.parametrize("arguments", [(), ("helper",)])
def test_a_killed_process_is_seen_dead_also_where_its_helper_lives(
    worker, tmp_path: Path, arguments
) -> None:
    process = worker(*arguments)
    assert process.stdout.readline() == "ready\n"
    assert processes.is_alive(tmp_path) is True
    os.kill(process.pid, signal.SIGKILL)
    process.wait(20)
    assert processes.is_alive(tmp_path) is False


def test_a_number_that_another_program_has_now_is_not_alive(worker, tmp_path: Path) -> None:
    process = worker()
    process.communicate()
    record = processes.read_record(tmp_path)
    # This very process has the number now.
    (tmp_path / "process.json").write_text(json.dumps(dict(record, process_id=os.getpid())))
    assert processes.is_alive(tmp_path) is False


def test_a_second_process_is_refused(worker, tmp_path: Path) -> None:
    first = worker()
    assert first.stdout.readline() == "ready\n"
    second = worker()
    _, errors = second.communicate(timeout=30)
    assert second.returncode == 1 and "FolderTaken" in errors
    assert processes.read_record(tmp_path)["process_id"] == first.pid


def test_without_locks_and_on_another_computer_nothing_is_known(
    worker, tmp_path: Path, monkeypatch
) -> None:
    process = worker()
    assert process.stdout.readline() == "ready\n"
    with monkeypatch.context() as patch:
        patch.setattr(socket, "gethostname", lambda: "elsewhere")
        assert processes.is_alive(tmp_path) is None
    process.communicate()

    def refuse(*_, **__):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(processes, "_lock", refuse)
    with processes.working_in(tmp_path):
        assert processes.read_record(tmp_path)["locked"] is False
        assert processes.is_alive(tmp_path) is None


def test_a_request_to_stop_is_a_file(tmp_path: Path) -> None:
    processes.ask_to_stop(tmp_path)
    assert (tmp_path / processes.STOP_FILE).exists()
    processes.take_back_stop(tmp_path)
    processes.take_back_stop(tmp_path)
    assert not (tmp_path / processes.STOP_FILE).exists()
