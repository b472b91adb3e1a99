"""How many dates of one place a dataset holds."""

from __future__ import annotations

from typing import Any, Mapping, Tuple

Box = Tuple[float, float, float, float]


def most_dates(dataset: Mapping[str, Any]) -> int:
    """The most dates, its own among them, of scenes that overlap any one scene; 1 at least.

    `dataset` is the content of dataset.json. Scenes of unknown date do not count, and those of
    another CRS do not overlap.
    """
    scenes = [(s, _box(s)) for s in dataset.get("scenes") or () if s.get("date")]
    found = max(1, dataset.get("dates_per_chip") or 1)
    for scene, box in scenes:
        same = {
            other["date"]
            for other, beside in scenes
            if other["crs"] == scene["crs"] and _overlap(box, beside)
        }
        found = max(found, len(same))
    return found


def _box(scene: Mapping[str, Any]) -> Box:
    """(least x, least y, greatest x, greatest y) of a scene in its CRS."""
    a, b, c, d, e, f = scene["transform"]
    corners = [(i, j) for i in (0, scene["width"]) for j in (0, scene["height"])]
    xs = [a * column + b * row + c for column, row in corners]
    ys = [d * column + e * row + f for column, row in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
