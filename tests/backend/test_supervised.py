"""Verbs under supervision: their own process group, stopped when stdin is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backend import supervised
from backend.runtime import stopping
from backend.runtime.errors import Stopped

REPOSITORY = Path(__file__).resolve().parents[2]


def closed_pipe() -> int:
    """The reading end of a pipe into which something was written, closed at the other end."""
    reading, writing = os.pipe()
    os.write(writing, b"x" * 2000)
    os.close(writing)
    return reading


def test_closed_stdin_is_a_stop_request() -> None:
    with stopping.listening():
        assert not stopping.requested()
        supervised.stop_when_closed(closed_pipe())
        with pytest.raises(Stopped) as stopped:
            stopping.raise_if_requested()
    assert stopped.value.exit_status == 128 + signal.SIGTERM


def test_closed_stdin_ends_a_process_that_does_not_listen_yet() -> None:
    code = "from backend import supervised; supervised.stop_when_closed(0)"
    done = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, cwd=REPOSITORY)
    assert done.returncode == 143


def test_verb_gets_its_arguments_and_its_own_group() -> None:
    code = (
        "import runpy, sys, os\n"
        "runpy.run_module = lambda name, **_: print(name, sys.argv, os.getpgrp() == os.getpid())\n"
        "from backend import supervised; supervised.main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "train", "--steps=3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as child:
        # stdin stays open until the verb has ended: to close it is to stop the verb.
        said = child.stdout.read()
    assert said.strip() == "backend.train ['train', '--steps=3'] True"


def test_exit_status_and_output_are_the_verbs_own() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "backend.supervised", "search", "--k=0", "--output=a.gpkg"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as child:
        # The parent's end of stdin stays open: nothing asks the verb to stop.
        assert child.wait(timeout=120) == 2
        assert "--k must be between 1 and 1e+06; it is 0" in child.stderr.read()
