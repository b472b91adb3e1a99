"""Which build of PyTorch suits the machine: with CUDA or without, and why."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Mapping, Optional

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..translation import tr
from .answers import Question
from .versions import numbers

# PyTorch 2.13 of the lock file is built with CUDA 13.0: from the CUDA toolkit's release notes.
LEAST_DRIVER = (580,)
LEAST_CAPABILITY = (7, 5)
QUERY = [
    "--query-gpu=name,driver_version,compute_cap,memory.total",
    "--format=csv,noheader,nounits",
]
QUERY_SECONDS = 15.0


@dataclass(frozen=True)
class Gpu:
    """One NVIDIA GPU as nvidia-smi tells; `memory` in MiB."""

    name: str
    driver: str
    capability: str
    memory: int


@dataclass(frozen=True)
class Suggestion:
    """The build to take ("cpu" or "cuda"), what was found, and the reason, as a sentence."""

    accelerator: str
    reason: str
    gpu: Optional[Gpu] = None


def parse_query(output: str) -> List[Gpu]:
    """The GPUs in nvidia-smi's answer to QUERY; lines that are none are left out."""
    gpus = []
    for line in output.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if len(fields) == 4 and numbers(fields[1]):
            memory = int(fields[3]) if fields[3].isdigit() else 0
            gpus.append(Gpu(fields[0], fields[1], fields[2], memory))
    return gpus


def suggest(gpus: List[Gpu], system: str = sys.platform) -> Suggestion:
    """The build for these GPUs, with the reason."""
    if system == "darwin":
        return Suggestion("cpu", tr("PyTorch for macOS has one build."))
    if not gpus:
        return Suggestion("cpu", tr("No NVIDIA GPU with a driver was found → CPU build suggested."))
    gpu = max(gpus, key=lambda g: (numbers(g.capability), g.memory))
    found = tr("{name}, driver {driver}").format(name=gpu.name, driver=gpu.driver)
    if numbers(gpu.driver) < LEAST_DRIVER:
        why = tr("the GPU build needs driver {least} or later; update it to use the GPU").format(
            least=LEAST_DRIVER[0]
        )
        return Suggestion("cpu", tr("{found}: {why} → CPU build suggested.").format(
            found=found, why=why
        ), gpu)  # fmt: skip
    if numbers(gpu.capability) and numbers(gpu.capability) < LEAST_CAPABILITY:
        why = tr(
            "its compute capability {has} is below the {least} that the GPU build needs"
        ).format(has=gpu.capability, least="%d.%d" % LEAST_CAPABILITY)
        return Suggestion("cpu", tr("{found}: {why} → CPU build suggested.").format(
            found=found, why=why
        ), gpu)  # fmt: skip
    return Suggestion("cuda", tr("{found} → GPU build suggested.").format(found=found), gpu)


def query_program(
    environment: Mapping[str, str] = os.environ, system: str = sys.platform
) -> Optional[Path]:
    """Where nvidia-smi lies; None where the machine has none."""
    if system == "darwin":
        return None
    if system == "win32":
        windows = Path(environment.get("SYSTEMROOT", r"C:\Windows"))
        programs = Path(environment.get("PROGRAMFILES", r"C:\Program Files"))
        places = [windows / "System32", programs / "NVIDIA Corporation" / "NVSMI"]
        name = "nvidia-smi.exe"
    else:
        places = [Path(part) for part in environment.get("PATH", "").split(os.pathsep) if part]
        places += [Path("/usr/bin"), Path("/usr/local/bin"), Path("/usr/lib/wsl/lib")]
        places.append(Path("/run/current-system/sw/bin"))
        name = "nvidia-smi"
    return next((place / name for place in places if (place / name).is_file()), None)


class AcceleratorSearch(QObject):
    """Asks nvidia-smi; `finished` gives a Suggestion."""

    finished = pyqtSignal(object)

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._question: Optional[Question] = None

    def start(self) -> None:
        """Ask; where there is no nvidia-smi the answer comes at once."""
        self.cancel()
        program = query_program()
        if program is None:
            self.finished.emit(suggest([]))
            return
        self._question = Question(program, QUERY, seconds=QUERY_SECONDS, parent=self)
        self._question.answered.connect(self._take)
        self._question.start()

    def cancel(self) -> None:
        """Ask no longer."""
        if self._question is not None:
            self._question.cancel()
            self._question = None

    def _take(self, exit_status: Optional[int], output: str) -> None:
        self._question = None
        self.finished.emit(suggest(parse_query(output) if exit_status == 0 else []))
