"""A Dask scheduler in this process, and workers that are processes of their own and can be killed.

Also what such workers are given to do that fails.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from backend.runtime.shards import Shards

REPOSITORY = Path(__file__).resolve().parents[2]


def whole_shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*.npz"))


class Crew:
    """Workers of one thread each, without a nanny that would start them again."""

    def __init__(self, scheduler: object) -> None:
        self.scheduler, self.address = scheduler, scheduler.address
        self.processes: dict[str, subprocess.Popen] = {}

    def fill_up(self, count: int) -> None:
        """Start workers until `count` are alive, and wait for them."""
        while sum(p.poll() is None for p in self.processes.values()) < count:
            name = f"worker{len(self.processes)}"
            command = ["dask", "worker", self.address, "--no-nanny", "--nthreads=1"]
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command, f"--name={name}", "--no-dashboard"],
                cwd=REPOSITORY,
                env=dict(os.environ, OMP_NUM_THREADS="1"),
                stderr=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + 60
        while len(self.scheduler.workers) < count:
            assert time.monotonic() < deadline, "the workers do not come"
            time.sleep(0.05)

    def busy(self) -> list[str]:
        """Names of workers that have something to do."""
        return [w.name for w in list(self.scheduler.workers.values()) if w.processing]

    @contextlib.contextmanager
    def killed_midway(self, folder: Path) -> Iterator[dict]:
        """Within it a busy worker is killed once the first shard is in `folder`.

        Gives what was found then: the worker's name, and how many shards there were.
        """
        found: dict = {}

        def kill() -> None:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                shards, busy = whole_shards(folder), self.busy()
                if shards and busy:
                    self.processes[busy[0]].send_signal(signal.SIGKILL)
                    found.update(name=busy[0], shards=len(shards))
                    return
                time.sleep(0.002)

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            yield found
        finally:
            thread.join()
        assert self.processes[found["name"]].wait(10) == -signal.SIGKILL

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()


@contextlib.contextmanager
def started(count: int) -> Iterator[Crew]:
    """A crew of `count`; the test is skipped where distributed is not installed."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `distributed`")
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        crew = Crew(cluster.scheduler)
        try:
            crew.fill_up(count)
            yield crew
        finally:
            crew.close()


def stop_at_first_shard(folder: Path) -> threading.Thread:
    """Ask this process to stop once there is a shard in `folder`."""

    def stop() -> None:
        deadline = time.monotonic() + 120
        while not whole_shards(folder) and time.monotonic() < deadline:
            time.sleep(0.002)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


def fail(_shared: Shards, name: str) -> None:
    raise OSError(f"no luck with {name}")


def write(shared: Shards, name: str) -> None:
    shared.write(name, content=np.arange(3))


def write_nothing(_shared: Shards, _name: str) -> None:
    pass


def kill_worker(_shared: Shards, _name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
