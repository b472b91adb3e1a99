"""Shards computed by the workers of a Dask cluster; `distributed` is imported when it is asked for.

The scheduler imports this module too, so it stays light: what computes a shard is named by text and
imported by the worker alone.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import socket
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import errors
from .errors import DataError, JobError, MachineError, RequestError
from .extras import lacking
from .reporter import Phase, Reporter
from .shards import Shards, open_shards

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"
CONNECT_SECONDS = 15.0
FIRST_WORKER_SECONDS = 60.0
# A queue of machines may take a while to send new workers for those that it took away.
NO_WORKER_SECONDS = 600.0
LOOK_FOR_WORKERS_SECONDS = 10.0
ATTEMPTS = 3
POLL_SECONDS = 0.25
SAME_PROGRAM = (
    "start the scheduler and the workers with this Python environment, in this program's folder"
)


def import_distributed() -> ModuleType:
    """The package distributed, with Dask; MachineError where it is not installed."""
    try:
        import distributed
    except ImportError as error:
        raise lacking("distributed", "--scheduler", error, "leave out --scheduler") from error
    return distributed


def check(address: str) -> None:
    """RequestError where nobody answers at the address, MachineError without distributed."""
    distributed = import_distributed()
    if address != LOCAL:
        try:
            # A client goes on trying where there is nobody, and complains at its end.
            place = distributed.comm.get_address_host_port(address)
            socket.create_connection(place, CONNECT_SECONDS).close()
        except (OSError, ValueError) as error:
            raise _no_answer(address) from error


def _no_answer(address: str) -> RequestError:
    return RequestError(
        f"no Dask scheduler answers at {address}",
        "start one with `dask scheduler` and give the address that it prints, such as "
        "tcp://HOST:8786",
    )


@contextlib.contextmanager
def connected(address: str, reporter: Reporter) -> Iterator[Client]:
    """A client of the scheduler at `address`, or of a cluster of this machine's cores for "local".

    RequestError where no scheduler answers, MachineError where it has no worker.
    """
    check(address)
    distributed = import_distributed()
    # What a connection's end has to say is said by our errors.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with contextlib.ExitStack() as held:
        target: Any = address
        if address == LOCAL:
            from dask.system import CPU_COUNT

            target = distributed.LocalCluster(
                n_workers=CPU_COUNT, threads_per_worker=1, memory_limit=0, dashboard_address=":0"
            )
            held.enter_context(target)
        try:
            client = distributed.Client(target, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise _no_answer(address) from error
        held.callback(_close, client)
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
        except TimeoutError as error:
            raise MachineError(
                f"the scheduler at {address} has no worker",
                f"start some with `dask worker {address}`",
            ) from error
        threads = client.nthreads()
        reporter.say(f"{len(threads)} workers with {sum(threads.values())} threads at {address}")
        yield client


def _close(client: Client) -> None:
    # A scheduler that is gone cannot be taken leave of.
    with contextlib.suppress(OSError, TimeoutError):
        client.close(timeout=5)


def compute(
    client: Client,
    shards: Shards,
    work: Callable[[Shards, str], None],
    sizes: Mapping[str, int],
    phase: Phase,
) -> None:
    """Have workers do `work(shards, name)` for each name in `sizes`, and wait for all files.

    Shards of a worker that dies are given to others. One that fails is tried again, ATTEMPTS times
    in all; then the error names it. A stop request cancels what is not done. `phase` advances by
    the size of each shard.
    """
    run = _Run(client, shards, f"{work.__module__}:{work.__qualname__}")
    try:
        for name in sizes:
            run.submit(name)
        while run.waiting:
            for name in run.finished():
                phase.advance(sizes[name])
            phase.advance(0)
    except BaseException:
        run.cancel()
        raise


class _Run:
    """The shards that are with the workers."""

    def __init__(self, client: Client, shards: Shards, work: str) -> None:
        self._client, self._shards, self._work = client, shards, work
        # Keys of another run's shards might be known to the scheduler still.
        self._nonce = uuid.uuid4().hex[:12]
        self._attempts: Counter[str] = Counter()
        self._ended: SimpleQueue[Future] = SimpleQueue()
        self.waiting: dict[str, tuple[str, Future]] = {}
        self._looked = self._with_workers = time.monotonic()

    def submit(self, name: str) -> None:
        """Give a shard to the cluster."""
        self._attempts[name] += 1
        arguments = (self._work, str(self._shards.folder), self._shards.identity, name)
        key = f"{name}-{self._nonce}-{self._attempts[name]}"
        future = self._client.submit(run_shard, *arguments, key=key, pure=False)
        self.waiting[key] = (name, future)
        future.add_done_callback(self._ended.put)

    def finished(self) -> Iterator[str]:
        """The names of shards that have been written since; waits a little for the first."""
        with contextlib.suppress(Empty):
            future = self._ended.get(timeout=POLL_SECONDS)
            while True:
                name, _ = self.waiting.pop(future.key)
                failure = self._failure(name, future)
                if failure is None:
                    yield name
                elif self._attempts[name] < ATTEMPTS and isinstance(failure, MachineError):
                    self.submit(name)
                else:
                    raise failure
                future = self._ended.get_nowait()
        self._look_for_workers()

    def _failure(self, name: str, future: Future) -> JobError | None:
        """What went wrong with a shard, or None. MachineError is worth another try."""
        if future.status == "finished":
            result = future.result()
            if result is None and not self._shards.await_file(name):
                return MachineError(
                    f"a worker wrote shard {name}, and it is not seen in {self._shards.folder}",
                    "the workers and this machine must see one folder under the same path",
                )
            return None if result is None else self._of_worker(name, result)
        if future.status == "error":
            error = future.exception()
            if type(error).__name__ == "KilledWorker":
                # No MachineError, which would be tried again: the scheduler did that.
                raise MachineError(
                    f"each of the workers that computed shard {name} died: {error.last_worker}",
                    "look at the workers' logs; they may need more memory, or --batch-size less",
                )
            reason = str(error).strip().splitlines()[:1] or [""]
            return MachineError(
                f"shard {name} cannot be computed: {type(error).__name__}: {reason[0]}",
                SAME_PROGRAM,
            )
        raise MachineError(
            "the connection to the Dask scheduler is lost",
            "start it and run the same again: the shards that are written are kept",
        )

    def _of_worker(self, name: str, result: Mapping[str, str]) -> JobError:
        kind = getattr(errors, result["kind"])
        times = f" {self._attempts[name]} times" if self._attempts[name] > 1 else ""
        where = f"shard {name} failed{times}, the last time on {result['host']}"
        return kind(f"{where}: {result['message']}", result["hint"])

    def _look_for_workers(self) -> None:
        """MachineError once there has been no worker for long, or no scheduler."""
        now = time.monotonic()
        if now - self._looked < LOOK_FOR_WORKERS_SECONDS:
            return
        self._looked = now
        try:
            there = bool(self._client.nthreads())
        except (OSError, TimeoutError) as error:
            raise MachineError(
                "the connection to the Dask scheduler is lost",
                "start it and run the same again: the shards that are written are kept",
            ) from error
        if there:
            self._with_workers = now
        elif now - self._with_workers > NO_WORKER_SECONDS:
            raise MachineError(
                f"the scheduler has had no worker for {NO_WORKER_SECONDS / 60:.0f} minutes",
                "start some and run the same again: the shards that are written are kept",
            )

    def cancel(self) -> None:
        """Take back what is not done; workers leave what they are at as they see the file."""
        self._shards.stop()
        futures = [future for _, future in self.waiting.values()]
        with contextlib.suppress(Exception):
            self._client.cancel(futures)


def run_shard(work: str, folder: str, identity: str, name: str) -> dict[str, str] | None:
    """On a worker: write one shard by the function named "module:function".

    Gives what went wrong as plain text, since not every exception survives the way back; the
    worker's log has the traceback.
    """
    module, function = work.split(":")
    try:
        getattr(importlib.import_module(module), function)(open_shards(folder, identity), name)
        return None
    except Exception as error:
        if not isinstance(error, JobError):
            traceback.print_exc()
            error = MachineError(f"{type(error).__name__}: {error}", "see the worker's log")
        kind = next(
            one.__name__ for one in (DataError, RequestError, MachineError, JobError)
            if isinstance(error, one)
        )  # fmt: skip
        return dict(kind=kind, message=error.message, hint=error.hint, host=socket.gethostname())


def threads_of_worker() -> int:
    """On a worker: how many shards it computes at a time."""
    return import_distributed().get_worker().state.nthreads
