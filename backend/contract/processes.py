"""The process that works in a folder: who it is, whether it lives, and how to ask it to stop.

It holds a lock that the system drops when it ends, however it ends, so a process number that was
given to another program since is never taken for it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

RECORD_FILE = "process.json"
LOCK_FILE = "process.lock"
# A file of this name asks the process to stop, as SIGTERM does; Windows has no signals.
STOP_FILE = "stop"

# A look at a lock holds it for a moment on Windows: the process itself tries for so long.
_CLAIM_SECONDS = 2.0
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class FolderTaken(Exception):
    """Another process works in the folder."""


def _lock(file: Any, *, shared: bool) -> bool:
    """Lock an open file without waiting; False where another holds it. OSError where impossible."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            # Not flock, whose locks live on in forked helpers.
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.lockf(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """For the block, this process is the one that works in `folder`; FolderTaken if another is."""
    with open(folder / LOCK_FILE, "a+b") as file:
        locked, deadline = True, time.monotonic() + _CLAIM_SECONDS
        try:
            while not _lock(file, shared=False):
                if time.monotonic() > deadline:
                    raise FolderTaken(str(folder))
                time.sleep(0.05)
        except OSError:
            # A file system without locks: whoever asks has to go by the age of the last event.
            locked = False
        record = dict(
            process_id=os.getpid(), host=socket.gethostname(), started=time.time(), locked=locked
        )
        (folder / RECORD_FILE).write_text(json.dumps(record), encoding="utf-8")
        yield


def read_record(folder: Path) -> Dict[str, Any]:
    """What process.json says: process_id, host, started (seconds since 1970), locked."""
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def is_alive(folder: Path) -> Optional[bool]:
    """Whether the process that last worked in `folder` still does; None where it cannot be known.

    That is so where none has said it does, on file systems without locks, and for a process of
    another computer, whose locks may not be seen from here. Never ask for a folder that this very
    process works in: POSIX drops all its locks on a file when it closes one.
    """
    record = read_record(folder)
    if not record.get("locked") or record.get("host") != socket.gethostname():
        return None
    try:
        with open(folder / LOCK_FILE, "r+b") as file:
            return not _lock(file, shared=True)
    except OSError:
        return None


def ask_to_stop(folder: Path) -> None:
    """Ask the process that works in `folder` to keep what it has and end."""
    (folder / STOP_FILE).touch()


def take_back_stop(folder: Path) -> None:
    """Remove a request to stop, if there is one."""
    with contextlib.suppress(FileNotFoundError):
        (folder / STOP_FILE).unlink()
