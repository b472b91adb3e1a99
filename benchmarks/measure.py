"""What the benchmarks b1 … b8 share: interleaved timing, and results as JSON and a Markdown table.

    report = Report("b0_example", "What is compared", options(__doc__))
    report.compare("case", "tiles/s", {"ours": work, "peer": other}, amount=256, limit="peer")
    report.missing("torchgeo", "is not installed")
    report.write()

A way's work is a function without arguments that does the same amount of the same work as every
other way in its case. All ways of a case take turns in one process, so that what else the machine
does falls on all of them; medians are reported. The first call of each is kept apart (`cold`).
Ratios are between medians of one run; figures of different runs are not compared.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
# Scripts run from the repository without being installed.
sys.path.insert(0, str(REPOSITORY))

RESULTS = REPOSITORY / "benchmarks" / "results"
LEAST_REPEATS = 5
VERSIONS = (
    "torch", "torchvision", "numpy", "lmdb", "rasterio", "scikit-learn", "lightning-fabric",
    "kornia", "lightly", "torchgeo", "faiss-cpu", "usearch", "dask", "distributed", "terratorch",
)  # fmt: skip

Work = Callable[[], Any]


def parser(description: str) -> argparse.ArgumentParser:
    """A parser with the options that all benchmarks have; add your own."""
    result = argparse.ArgumentParser(description=description.strip().splitlines()[0])
    result.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    result.add_argument("--repeats", type=int, default=7, help="timed calls of each way")
    result.add_argument("--threads", type=int, default=None, help="threads of torch on the CPU")
    result.add_argument("--output", type=Path, default=RESULTS, help="folder for the results")
    return result


def options(description: str, **defaults: Any) -> argparse.Namespace:
    """The options all benchmarks have, parsed; `defaults` replaces those of `parser`."""
    result = parser(description)
    result.set_defaults(**defaults)
    return result.parse_args()


def peer(name: str) -> ModuleType | None:
    """A peer's module; None where it is not installed or does not import."""
    try:
        return importlib.import_module(name)
    except Exception as error:
        print(f"{name} is left out: {type(error).__name__}: {error}", file=sys.stderr)
        return None


def evict(*paths: Path) -> None:
    """Ask the system to forget what it holds of these files in memory, as far as it does so."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in paths:
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def synchroniser(device: str) -> Callable[[], None]:
    """A function that waits for all work on the device."""
    if not device.startswith("cuda"):
        return lambda: None
    import torch

    return lambda: torch.cuda.synchronize(device)


def memory_copy_rate(megabytes: int = 256) -> float:
    """Bytes a second that one thread copies from memory to memory (best of 5): a roof."""
    import numpy as np

    source = np.ones(megabytes * 2**20, np.uint8)
    target = np.empty_like(source)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - began)
    return source.nbytes / min(times)


class Seconds(float):
    """What a work gives back that timed itself, to leave out what is not to be compared."""


def interleave(
    ways: Mapping[str, Work],
    repeats: int,
    synchronise: Callable[[], None],
    before: Callable[[], None] | None = None,
) -> dict[str, list[float]]:
    """Seconds of each call of each way, in turns; the order is reversed every other round.

    `before` runs before each call and is not timed.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(repeats + 1):
        turn = list(ways.items())
        for name, work in turn if number % 2 == 0 else turn[::-1]:
            if before is not None:
                before()
            synchronise()
            began = time.perf_counter()
            result = work()
            synchronise()
            taken = time.perf_counter() - began
            seconds[name].append(float(result) if isinstance(result, Seconds) else taken)
    return seconds


@dataclass
class Row:
    """One way in one case. Rates are amount per second; `ratio` is the first way's rate over it."""

    case: str
    way: str
    unit: str
    rate: float | None
    slowest: float | None = None
    fastest: float | None = None
    cold: float | None = None  # the rate of the first call in this process
    ratio: float | None = None
    limit: float | None = None  # what the machine allows, same unit
    limit_name: str = ""
    share: float | None = None  # rate / limit
    note: str = ""


@dataclass
class Report:
    """The results of one benchmark. `settings` are written with them."""

    name: str
    title: str
    arguments: argparse.Namespace
    rows: list[Row] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.arguments.threads:
            import torch

            torch.set_num_threads(self.arguments.threads)

    def compare(
        self,
        case: str,
        unit: str,
        ways: Mapping[str, Work],
        *,
        amount: float | Mapping[str, float],
        limit: str | tuple[str, float] | None = None,
        repeats: int | None = None,
        before: Callable[[], None] | None = None,
    ) -> dict[str, float]:
        """Time all ways of a case and keep a row for each; gives the median rates.

        The first way is ours: the others' `ratio` says how many times as fast it is. `amount` is
        how much one call does, in the unit without "/s". `limit` is the name of a way that is the
        roof, or a name and a rate. `before` runs before each call and is not timed, such as
        `evict` for a file that is to be read cold.
        """
        repeats = max(LEAST_REPEATS, repeats or self.arguments.repeats)
        seconds = interleave(ways, repeats, synchroniser(self.arguments.device), before)
        amounts = amount if isinstance(amount, Mapping) else dict.fromkeys(ways, amount)
        rates = {
            name: amounts[name] / statistics.median(times[1:]) for name, times in seconds.items()
        }
        limit_name, limit_rate = (
            (limit, rates[limit]) if isinstance(limit, str) else limit or ("", None)
        )
        ours = next(iter(rates.values()))
        for name, times in seconds.items():
            self.add(
                Row(
                    case, name, unit, rates[name],
                    slowest=amounts[name] / max(times[1:]),
                    fastest=amounts[name] / min(times[1:]),
                    cold=amounts[name] / times[0],
                    ratio=ours / rates[name],
                    limit=limit_rate,
                    limit_name=limit_name,
                    share=rates[name] / limit_rate if limit_rate else None,
                )
            )  # fmt: skip
        return rates

    def add(self, row: Row) -> None:
        """Keep a row and show it."""
        self.rows.append(row)
        rate = "–" if row.rate is None else f"{row.rate:,.4g} {row.unit}"
        share = "" if row.share is None else f", {row.share:.0%} of {row.limit_name}"
        print(f"{row.case} · {row.way}: {rate}{share}{' ' + row.note if row.note else ''}")

    def missing(self, way: str, why: str, case: str = "") -> None:
        """Name a peer that could not take part."""
        self.add(Row(case, way, "", None, note=why))

    def ratio(self, case: str, way: str) -> float | None:
        """How many times as fast as `way` ours is in a case; None where that was not measured."""
        found = [row for row in self.rows if (row.case, row.way) == (case, way)]
        return found[0].ratio if found else None

    def note(self, text: str) -> None:
        """A sentence under the table."""
        self.notes.append(text)
        print(text)

    def write(self) -> None:
        """Write NAME.json and NAME.md; on CUDA NAME_cuda.json and NAME_cuda.md."""
        device = self.arguments.device
        stem = self.name + ("_cuda" if device.startswith("cuda") else "")
        machine = describe_machine(device)
        content = dict(
            benchmark=self.name,
            title=self.title,
            command=command(),
            machine=machine,
            settings=self.settings,
            rows=[asdict(row) for row in self.rows],
            notes=self.notes,
        )
        folder = self.arguments.output
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stem}.json").write_text(
            json.dumps(content, indent=1, default=str) + "\n", encoding="utf-8"
        )
        (folder / f"{stem}.md").write_text(self._markdown(machine), encoding="utf-8")
        print(f"written to {folder / stem}.json and .md")

    def _markdown(self, machine: Mapping[str, Any]) -> str:
        versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
        lines = [
            f"### {self.title}",
            "",
            "| case | way | median | slowest – fastest | first call | ours is | share of limit |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_markdown_row(row) for row in self.rows]
        lines += ["", *self.notes, ""] if self.notes else [""]
        lines += [f"`{command()}` on {machine['processor']}, {machine['threads']} threads "
                  f"({versions})."]  # fmt: skip
        return "\n".join(lines) + "\n"


def _markdown_row(row: Row) -> str:
    if row.rate is None:
        return f"| {row.case} | {row.way} | {row.note or '–'} | | | | |"
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}×"
    share = "" if row.share is None else f"{row.share:.0%} of {row.limit_name} ({row.limit:,.4g})"
    spread = "" if row.slowest is None else f"{row.slowest:,.4g} – {row.fastest:,.4g}"
    cold = "" if row.cold is None else f"{row.cold:,.4g}"
    rate = f"{row.rate:,.4g} {row.unit}"
    return f"| {row.case} | {row.way} | {rate} | {spread} | {cold} | {ratio} | {share} |"


def command() -> str:
    """The command line of this process, as it would be typed in the repository."""
    script = Path(sys.argv[0])
    if script.is_absolute() and script.is_relative_to(REPOSITORY):
        script = script.relative_to(REPOSITORY)
    return shlex.join(["python", str(script), *sys.argv[1:]])


def describe_machine(device: str) -> dict[str, Any]:
    """Processor or card, cores, threads and the versions of all that takes part."""
    import torch

    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
                break
    if device.startswith("cuda"):
        processor = f"{torch.cuda.get_device_name(device)} beside {processor}"
    versions = {"python": platform.python_version()}
    for name in VERSIONS:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return dict(
        processor=processor,
        cores=os.cpu_count(),
        threads=torch.get_num_threads(),
        system=platform.platform(),
        versions=versions,
    )
