"""Files and folders that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import RequestError

LOCK = "lock"
# macOS allows 256 by default, and each reading thread has all files of a scene open.
OPEN_FILES = 4096


def partial_path(path: Path) -> Path:
    """Where `path` is written before it is whole: a hidden name beside it, same suffix."""
    return path.with_name(f".partial-{path.name}")


def _own_partial_path(path: Path) -> Path:
    """The same under a name that no other process takes."""
    return partial_path(path.with_name(f"{uuid.uuid4().hex}-{path.name}"))


def remove(path: Path) -> None:
    """Remove a file or a folder, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def empty(folder: Path) -> None:
    """Remove all that is in a folder but its lock."""
    for path in folder.iterdir():
        if path.name != LOCK:
            remove(path)


@contextlib.contextmanager
def locked(folder: Path, taken: str) -> Iterator[None]:
    """Hold a lock on a folder that the system drops when the process ends, however it ends.

    RequestError with `taken`, such as "another process is building into", where another holds it.
    """
    try:
        import fcntl
    except ImportError:
        # Windows, where a file that is open cannot be written by another in any case.
        yield
        return
    with open(folder / LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RequestError(f"{taken} {folder}", "wait for it, or stop it") from error
        yield


def check_output(path: Path, *, overwrite: bool, marker: str = "") -> None:
    """RequestError where `path` exists and may not be replaced, or its folder cannot be made.

    `marker` names a file that every output folder of its kind holds: a folder that holds other
    things, and not this, is never replaced, nor is a file.
    """
    if path.exists() and not overwrite:
        raise RequestError(
            f"the output exists: {path}", "give another --output, or --overwrite to replace it"
        )
    if marker and path.is_file():
        raise RequestError(f"{path} is a file; the output is a folder", "give another --output")
    if marker and path.is_dir() and any(path.iterdir()) and not (path / marker).exists():
        raise RequestError(
            f"{path} holds files that are not this program's, so it is not replaced",
            "give another --output",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"the folder {path.parent} cannot be made: {error.strerror}") from error
    if not os.access(path.parent, os.W_OK):
        raise RequestError(f"the folder {path.parent} cannot be written to")


def allow_open_files() -> None:
    """Let this process have OPEN_FILES files open at a time, or as many as the system permits."""
    try:
        import resource
    except ImportError:
        # Windows, which allows thousands.
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def put_in_place(temporary: Path, path: Path) -> None:
    """Rename what is whole to its place, replacing what was there."""
    if path.is_dir() and not path.is_symlink():
        # A folder cannot be replaced in one step: move the old one aside first.
        old = path.with_name(f".replaced-{path.name}")
        remove(old)
        path.rename(old)
        temporary.rename(path)
        remove(old)
    else:
        os.replace(temporary, path)


@contextlib.contextmanager
def whole_file(path: Path, *, shared: bool = False) -> Iterator[Path]:
    """Yield a path to write to; on leaving without an error it is synced and becomes `path`.

    With `shared`, several processes may write the same file at a time, each under a name of its
    own; what a killed one leaves is then not removed by the next.
    """
    temporary = _own_partial_path(path) if shared else partial_path(path)
    remove(temporary)
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename is None:
            # A failed write does not say where; who reads of a full disk wants to know.
            error.filename = str(path)
        remove(temporary)
        raise


@contextlib.contextmanager
def whole_folder(path: Path, *, shared: bool = False) -> Iterator[Path]:
    """Yield a folder to write to; on leaving without an error it becomes `path`.

    `shared` as in `whole_file`.
    """
    temporary = _own_partial_path(path) if shared else partial_path(path)
    remove(temporary)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        put_in_place(temporary, path)
    except BaseException:
        remove(temporary)
        raise


@contextlib.contextmanager
def whole_files(path: Path) -> Iterator[Path]:
    """Yield a folder to write files to; on leaving without an error all move beside `path`.

    The file of `path`'s own name moves last, so that where it is, the others are. What other
    programs keep beside a file that is replaced (statistics, journals) is removed: it would be
    taken for the new file's.
    """
    folder = partial_path(path)
    remove(folder)
    folder.mkdir(parents=True)
    try:
        yield folder
        made = sorted(file.name for file in folder.iterdir())
        for name in sorted(made, key=lambda name: name == path.name):
            for suffix in (".aux.xml", "-wal", "-shm", "-journal"):
                if name + suffix not in made:
                    remove(path.with_name(name + suffix))
            os.replace(folder / name, path.with_name(name))
    finally:
        remove(folder)


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole: UTF-8, indented, keys in the order given."""
    with whole_file(path) as temporary:
        temporary.write_text(
            json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
            encoding="utf-8",
        )
