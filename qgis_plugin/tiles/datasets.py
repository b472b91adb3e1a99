"""Tile datasets on disk, as a list shows them; and their removal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List

from ..algorithms.checks import read_json
from .estimates import size_words
from .scene_sources import count_words

# What the backend writes into a dataset's folder, and what SQLite keeps beside a file.
OWN_FILES = (
    "chips.lmdb",
    "footprints.gpkg",
    "footprints.gpkg-wal",
    "footprints.gpkg-shm",
    "footprints.gpkg-journal",
    "dataset.json",
    "events.jsonl",
)


@dataclass
class DatasetSummary:
    """A dataset in a list. `classes` are rows of dataset.json: column, name, colour."""

    folder: Path
    chips: int = 0
    bands: List[str] = field(default_factory=list)
    scenes: int = 0
    tile_px: int = 0
    resolution_m: float = 0.0
    size_bytes: int = 0
    classes: List[Dict[str, Any]] = field(default_factory=list)
    record: Dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.folder.name

    def words(self) -> str:
        """One line: "4,000 chips · 4 bands · 590 MB · 2 scenes"."""
        scenes = "1 scene" if self.scenes == 1 else f"{self.scenes:,} scenes"
        return (
            f"{self.chips:,} chips · {count_words(len(self.bands))} · "
            f"{size_words(self.size_bytes)} · {scenes}"
        )

    def information(self) -> List[str]:
        """What there is to know, a line each."""
        record = self.record
        radius = record.get("neighbour_radius_px", 0)
        splits = record.get("splits", {})
        lines = [
            f"Folder: {self.folder}",
            f"Chips: {self.chips:,} ("
            + ", ".join(f"{name} {count:,}" for name, count in splits.items())
            + ")",
            f"Tile: {self.tile_px} px = {self.tile_px * self.resolution_m:,.0f} m; neighbours "
            f"within {radius} px = {radius * self.resolution_m:,.0f} m",
            f"Bands: {', '.join(self.bands)} ({record.get('dtype', '')})",
        ]
        for scene in record.get("scenes", [])[:20]:
            date = f", {scene['date']}" if scene.get("date") else ""
            lines.append(f"Scene: {scene['name']}{date}, {scene['width']} × {scene['height']} px")
        if self.classes:
            lines.append(f"Classes: {', '.join(str(one['name']) for one in self.classes)}")
        lines.append(f"On disk: {size_words(self.size_bytes)}")
        lines.append(f"Written by: {record.get('software', '')}")
        return lines


def read_summary(folder: Path) -> DatasetSummary:
    """What dataset.json says; a dataset that is damaged has no chips."""
    record = read_json(folder / "dataset.json")
    size = 0
    for name in OWN_FILES:
        path = folder / name
        size += path.stat().st_size if path.is_file() else 0
    return DatasetSummary(
        folder,
        chips=int(record.get("count", 0)),
        bands=[str(band.get("name", "")) for band in record.get("bands", [])],
        scenes=len(record.get("scenes", [])),
        tile_px=int(record.get("tile_size_px", 0)),
        resolution_m=float(record.get("ground_resolution_m") or 0.0),
        size_bytes=size,
        classes=list(record.get("classes", [])),
        record=record,
    )


def remove_dataset(folder: Path) -> str:
    """Remove a dataset's own files, and its folder where nothing else lies in it.

    Gives a sentence where something stays behind; raises OSError where a file cannot be removed.
    """
    for name in OWN_FILES:
        path = folder / name
        if path.is_file():
            path.unlink()
    others = sorted(path.name for path in folder.iterdir())
    if others:
        return f"The folder {folder} stays: it holds other files ({', '.join(others[:3])})."
    folder.rmdir()
    return ""
