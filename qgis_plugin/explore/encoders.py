"""What an encoder file says of itself, read without PyTorch."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

# A header is some kilobytes; a longer one is no encoder of ours.
LONGEST_HEADER = 16 * 2**20


@dataclass(frozen=True)
class EncoderHeader:
    """The part of backend.networks.encoder_file's header that a form needs."""

    path: Path
    method: str
    architecture: str
    bands: Tuple[str, ...]
    tile_size_px: int
    ground_resolution_m: float
    embedding_dimension: int
    step: int

    @property
    def name(self) -> str:
        """What the user calls it: its run, or its file."""
        path = self.path
        return path.parent.name if path.name == "encoder.safetensors" else path.stem


def read_header(path: Path) -> Optional[EncoderHeader]:
    """The header of an encoder; None where the file is none of ours.

    A safetensors file begins with the header's length, 8 bytes little-endian, and the header: JSON.
    """
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > LONGEST_HEADER:
                return None
            content = json.loads(file.read(length))
        values = json.loads(content["__metadata__"]["near_things"])
        return EncoderHeader(
            path=path,
            method=values["method"],
            architecture=values["architecture"],
            bands=tuple(values["bands"]),
            tile_size_px=int(values["tile_size_px"]),
            ground_resolution_m=float(values["ground_resolution_m"]),
            embedding_dimension=int(values["embedding_dimension"]),
            step=int(values["step"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run_record(run: Path) -> Dict[str, Any]:
    """The `run.json` of a run; empty where it cannot be read."""
    return _json(run / "run.json")


def dataset_of_run(run: Path) -> Optional[Path]:
    """The tile dataset that a run learnt from, where it is still there."""
    named = run_record(run).get("job", {}).get("dataset")
    folder = Path(named) if named else None
    return folder if folder is not None and (folder / "dataset.json").is_file() else None


def dataset_record(folder: Path) -> Dict[str, Any]:
    """The `dataset.json` of a tile dataset; empty where it cannot be read."""
    return _json(folder / "dataset.json")


def training_rate(run: Path) -> Optional[float]:
    """Tiles a second that a run trained on, the median of what it measured; None where unknown."""
    try:
        with open(run / "metrics.csv", encoding="utf-8", newline="") as file:
            texts: List[str] = [row.get("images_per_second") or "" for row in csv.DictReader(file)]
        rates = sorted(float(text) for text in texts if text)
    except (OSError, ValueError):
        return None
    return rates[len(rates) // 2] if rates else None


def _json(path: Path) -> Dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
