"""Whether a dataset holds several dates of one place."""

from __future__ import annotations

from typing import Any, Mapping, Tuple

Box = Tuple[float, float, float, float]


def has_dates(dataset: Mapping[str, Any], count: int) -> bool:
    """Whether some scene and those that overlap it are of `count` dates or more.

    `dataset` is the content of dataset.json. Scenes of unknown date do not count, and those of
    another CRS do not overlap. Quick for thousands of scenes: a form asks it at each change.
    """
    if count <= (dataset.get("dates_per_chip") or 1):
        return True
    dated = [s for s in dataset.get("scenes") or () if s.get("date")]
    if len({scene["date"] for scene in dated}) < count:
        return False
    scenes = sorted(((_box(s), s["crs"], s["date"]) for s in dated), key=lambda scene: scene[0])
    found = [{date} for _, _, date in scenes]
    for one, (box, crs, date) in enumerate(scenes):
        for other in range(one + 1, len(scenes)):
            beside, its_crs, its_date = scenes[other]
            if beside[0] >= box[2]:
                break  # all that follow begin even farther east
            if crs == its_crs and box[1] < beside[3] and beside[1] < box[3]:
                found[one].add(its_date)
                found[other].add(date)
                if max(len(found[one]), len(found[other])) >= count:
                    return True
    return False


def _box(scene: Mapping[str, Any]) -> Box:
    """(least x, least y, greatest x, greatest y) of a scene in its CRS."""
    a, b, c, d, e, f = scene["transform"]
    corners = [(i, j) for i in (0, scene["width"]) for j in (0, scene["height"])]
    xs = [a * column + b * row + c for column, row in corners]
    ys = [d * column + e * row + f for column, row in corners]
    return min(xs), min(ys), max(xs), max(ys)
