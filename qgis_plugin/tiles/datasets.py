"""Tile datasets on disk, as a list shows them; and their removal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List

from ..algorithms.checks import read_json
from ..number_words import number_words
from ..translation import tr
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
        chips = tr("{count} chips").format(count=number_words(self.chips))
        scenes = tr("{count} scenes").format(count=number_words(self.scenes))
        scenes = tr("1 scene") if self.scenes == 1 else scenes
        bands = count_words(len(self.bands))
        return " · ".join([chips, bands, size_words(self.size_bytes), scenes])

    def information(self) -> List[str]:
        """What there is to know, a line each."""
        record = self.record
        radius = record.get("neighbour_radius_px", 0)
        splits = record.get("splits", {})
        shares = ", ".join(f"{name} {number_words(count)}" for name, count in splits.items())
        lines = [
            tr("Folder: {folder}").format(folder=self.folder),
            tr("Chips: {count} ({splits})").format(count=number_words(self.chips), splits=shares),
            tr("Tile: {tile} px = {tile_m} m; neighbours within {radius} px = {radius_m} m").format(
                tile=self.tile_px,
                tile_m=number_words(self.tile_px * self.resolution_m),
                radius=radius,
                radius_m=number_words(radius * self.resolution_m),
            ),
            tr("Bands: {bands}").format(
                bands=f"{', '.join(self.bands)} ({record.get('dtype', '')})"
            ),
        ]
        for scene in record.get("scenes", [])[:20]:
            date = f", {scene['date']}" if scene.get("date") else ""
            what = f"{scene['name']}{date}, {scene['width']} × {scene['height']} px"
            lines.append(tr("Scene: {scene}").format(scene=what))
        if self.classes:
            names = ", ".join(str(one["name"]) for one in self.classes)
            lines.append(tr("Classes: {names}").format(names=names))
        lines.append(tr("On disk: {size}").format(size=size_words(self.size_bytes)))
        lines.append(tr("Written by: {software}").format(software=record.get("software", "")))
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
        return tr("The folder {folder} stays: it holds other files ({names}).").format(
            folder=folder, names=", ".join(others[:3])
        )
    folder.rmdir()
    return ""
