"""Work cut into shards, each a whole file in one folder, so that many processes can share it.

The folder holds `manifest.json`, which says what the work is and which shards it is cut into. A
shard that is there and fits is not computed again, by whichever process and run it was made.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import socket
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from backend import __version__

from . import files
from .errors import MachineError

MANIFEST, STOP = "manifest.json", "stop"
# A network's file system may show a file to other machines only after a while.
SEEN_WITHIN_SECONDS = 30.0
SAME_FILES = "every worker must see the files under the same paths as here: use a disk they share"


@dataclass(frozen=True)
class Shards:
    """The shards of a work: `content` is what the manifest says, `identity` its digest.

    `content` has `inputs`, files as `file_states` gives them, and `shards`, a list of mappings each
    with a `name` of its own.
    """

    folder: Path
    identity: str
    # What is equal in folder and identity is equal in content; so that shards may be keys.
    content: dict[str, Any] = field(compare=False, repr=False)

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    @functools.cached_property
    def _by_name(self) -> dict[str, dict[str, Any]]:
        return {shard["name"]: shard for shard in self.content["shards"]}

    def shard(self, name: str) -> dict[str, Any]:
        """What the manifest says of a shard."""
        return self._by_name[name]

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"

    def missing(self) -> list[str]:
        """The names of the shards that are not there, or plainly not whole."""
        there = {entry.name for entry in os.scandir(self.folder)}
        return [name for name in self.names if f"{name}.npz" not in there or not self._fits(name)]

    def write(self, name: str, **arrays: np.ndarray) -> None:
        """Write a shard whole. Where two processes write the same one, either's is left."""
        with files.whole_file(self.path(name), shared=True) as temporary:
            np.savez(temporary, identity=np.array(self.identity), **arrays)

    def read(self, name: str) -> dict[str, np.ndarray] | None:
        """The arrays of a shard; None where it is not there, is damaged, or is of other work."""
        try:
            with np.load(self.path(name), allow_pickle=False) as arrays:
                # Each is checked against its sum (CRC-32) as it is read.
                found = {key: arrays[key] for key in arrays.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None
        return found if str(found.pop("identity", "")) == self.identity else None

    def await_file(self, name: str) -> bool:
        """Wait a while for the file of a shard that another machine has written; False without."""
        deadline = time.monotonic() + SEEN_WITHIN_SECONDS
        while not self.path(name).exists():
            if time.monotonic() > deadline:
                return False
            # Listing the folder makes a network's file system look anew.
            os.listdir(self.folder)
            time.sleep(0.2)
        return True

    def stopped(self) -> bool:
        """True once the driver has asked workers to leave what they are at."""
        return (self.folder / STOP).exists()

    def stop(self) -> None:
        """Ask workers to leave what they are at; the next run takes the request back."""
        with contextlib.suppress(OSError):
            (self.folder / STOP).touch()

    def _fits(self, name: str) -> bool:
        """True for a file that ends as it ought to and is of this work; its sums are not tried."""
        try:
            with np.load(self.path(name), allow_pickle=False) as arrays:
                return str(arrays["identity"]) == self.identity
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return False


def file_states(paths: Iterable[str | Path]) -> list[list[Any]]:
    """Absolute path, size and time of change of the files among `paths`."""
    states = []
    for path in paths:
        # Names such as /vsizip/… are no paths, and are left to what opens them.
        with contextlib.suppress(OSError):
            state = os.stat(path)
            states.append([os.path.abspath(path), state.st_size, state.st_mtime_ns])
    return states


@contextlib.contextmanager
def shared_work(
    folder: Path,
    work: Mapping[str, Any],
    inputs: Sequence[list[Any]],
    shards: Sequence[Mapping[str, Any]],
) -> Iterator[Shards]:
    """The shards in `folder`, which is removed on leaving without an error, or without a shard.

    `work` is plain content that, with the inputs and the program's version, decides what the shards
    hold. The shards of the same work that a run before has left are kept, those of other work are
    removed. RequestError where another process has the folder.
    """
    content = dict(work=dict(work), inputs=list(inputs), shards=list(shards), software=__version__)
    identity = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    folder = Path(os.path.abspath(folder))
    folder.mkdir(parents=True, exist_ok=True)
    with files.locked(folder, "another process is at work in"):
        if _identity_in(folder) != identity:
            files.empty(folder)
            files.write_json(folder / MANIFEST, {"identity": identity, **content})
        files.remove(folder / STOP)
        try:
            yield Shards(folder, identity, content)
        except BaseException:
            if not any(folder.glob("[!.]*.npz")):
                _remove(folder)
            raise
        _remove(folder)


def _remove(folder: Path) -> None:
    # A worker that was taken for dead may be writing there still.
    with contextlib.suppress(OSError):
        files.remove(folder)


def _identity_in(folder: Path) -> str | None:
    try:
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["identity"]
    except (OSError, ValueError, KeyError):
        return None


@functools.lru_cache(maxsize=4)
def open_shards(folder: str, identity: str) -> Shards:
    """The shards as a worker finds them. MachineError where it does not see what the driver sees.

    Kept in memory: a worker is asked for many shards of one work.
    """
    here = socket.gethostname()
    if _identity_in(Path(folder)) != identity:
        raise MachineError(f"the worker on {here} does not see {folder}", SAME_FILES)
    content = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
    for path, size, _changed in content["inputs"]:
        if not os.path.exists(path):
            raise MachineError(f"the worker on {here} does not see the file {path}", SAME_FILES)
        if os.path.isfile(path) and os.path.getsize(path) != size:
            raise MachineError(f"the file {path} is another one on {here}", SAME_FILES)
    return Shards(Path(folder), identity, content)
