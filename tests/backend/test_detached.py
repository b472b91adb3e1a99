"""Verbs that outlive who starts them: seen alive, stopped by a file, leader of their group."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.contract import processes
from backend.runtime import stopping
from backend.runtime.errors import Stopped

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_file_is_a_stop_request_while_it_is_looked_for(tmp_path: Path) -> None:
    file = tmp_path / "stop"
    with stopping.listening(), stopping.by_file(file):
        assert not stopping.requested()
        stopping.raise_if_requested()
        file.touch()
        with pytest.raises(Stopped) as stopped:
            stopping.raise_if_requested()
        assert stopped.value.exit_status == 128 + signal.SIGTERM
    assert not file.exists()
    file.touch()
    assert not stopping.requested()


def test_verb_gets_its_arguments_group_folder_and_stop_file(tmp_path: Path) -> None:
    code = (
        "import runpy, sys, os, pathlib\n"
        "from backend.runtime import stopping\n"
        "def run(name, **_):\n"
        "    print(name, sys.argv, os.getpgrp() == os.getpid(), stopping.requested())\n"
        "    pathlib.Path(folder, 'stop').touch()\n"
        "    print(stopping.requested())\n"
        "runpy.run_module = run\n"
        "folder = sys.argv[1]\n"
        "from backend import detached; detached.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), "train", "--steps=3"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert done.stdout.splitlines() == [
        "backend.train ['train', '--steps=3'] True False",
        "True",
    ], done.stderr
    assert processes.is_alive(tmp_path) is False
    assert not (tmp_path / "stop").exists()


def test_exit_status_and_output_are_the_verbs_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.detached", str(tmp_path), "search", "--events=jsonl"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert done.returncode == 2
    assert '"event": "finished"' in done.stdout.splitlines()[-1]


def test_with_leave_the_verb_goes_on_after_its_starter_has_ended(tmp_path: Path) -> None:
    code = (
        "import runpy, sys, os, time, pathlib\n"
        "def run(name, **_):\n"
        "    while not stopping.requested(): time.sleep(0.02)\n"
        "    pathlib.Path(folder, 'group').write_text(str(os.getpgrp() == os.getpid()))\n"
        "from backend.runtime import stopping\n"
        "runpy.run_module = run\n"
        "folder = sys.argv[2]\n"
        "from backend import detached; detached.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--leave", str(tmp_path), "train"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY,
        timeout=60,
    )
    assert done.returncode == 0
    until = time.monotonic() + 20
    while not processes.is_alive(tmp_path) and time.monotonic() < until:
        time.sleep(0.05)
    assert processes.is_alive(tmp_path)
    processes.ask_to_stop(tmp_path)
    while processes.is_alive(tmp_path) and time.monotonic() < until:
        time.sleep(0.05)
    assert (tmp_path / "group").read_text() == "True"
