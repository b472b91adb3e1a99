"""The shards of a work, computed by a cluster where they are missing, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from . import cluster, files
from .errors import DataError
from .reporter import Reporter
from .shards import Shards


@dataclass(frozen=True)
class Computation:
    """`work(shards, name)` is what a worker does; `sizes` has the `unit`s of each shard."""

    scheduler: str
    shards: Shards
    work: Callable[[Shards, str], None]
    sizes: Mapping[str, int]
    doing: str  # of the phase that is shown
    unit: str
    reporter: Reporter

    def run(self, wanted: Iterable[str]) -> None:
        """Have workers compute those of the wanted shards that are not there."""
        missing = set(self.shards.missing())
        names = [name for name in wanted if name in missing]
        if len(missing) < len(self.sizes):
            kept = len(self.sizes) - len(missing)
            self.reporter.say(f"{kept} of {len(self.sizes)} shards are there from before")
        if names:
            self._compute(names)

    def read(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of a shard; one that is damaged is computed anew."""
        found = self.shards.read(name)
        if found is None:
            self.reporter.say(f"shard {name} is damaged: it is computed anew")
            files.remove(self.shards.path(name))
            self._compute([name])
            found = self.shards.read(name)
        if found is None:
            raise DataError(
                f"the shard {self.shards.path(name)} cannot be read, though it was just made",
                "check that disk, and run the same again",
            )
        return found

    def _compute(self, names: list[str]) -> None:
        wanted = {name: self.sizes[name] for name in names}
        total = sum(self.sizes.values())
        before = total - sum(wanted.values())
        with (
            cluster.connected(self.scheduler, self.reporter) as client,
            self.reporter.phase(self.doing, total, self.unit, done=before) as phase,
        ):
            cluster.compute(client, self.shards, self.work, wanted, phase)
