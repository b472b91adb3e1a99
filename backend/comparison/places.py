"""Changed places: polygons of changed cells with their area and how much they changed."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np

from backend.mapping.areas import ground_areas
from backend.mapping.connected_areas import connected_areas
from backend.runtime.reporter import Reporter

from .pair import MapPair


def find_places(
    distances: Path,
    pair: MapPair,
    threshold: float,
    *,
    minimum_cells: int,
    minimum_area_m2: float,
    reporter: Reporter,
) -> geopandas.GeoDataFrame:
    """The places of cells that touch by their sides and whose distance is above `threshold`.

    `distances` is the raster of them. Gives `change` (number, the largest place first), `cells`,
    `area_m2` (on the ellipsoid), `mean_distance`, `max_distance` and polygons.
    """
    frame = connected_areas(
        distances,
        lambda values: values > threshold,
        pair.windows(),
        reporter,
        doing="drawing changed places",
    )
    frame = frame.rename(columns=dict(pixels="cells", mean="mean_distance", highest="max_distance"))
    frame["area_m2"] = ground_areas(frame.geometry.to_numpy(), pair.before.crs)
    frame = frame[(frame["cells"] >= minimum_cells) & (frame["area_m2"] >= minimum_area_m2)]
    frame = frame.sort_values(["area_m2", "max_distance"], ascending=False, kind="stable")
    frame = frame.reset_index(drop=True)
    frame.insert(0, "change", np.arange(1, len(frame) + 1))
    return frame[["change", "cells", "area_m2", "mean_distance", "max_distance", "geometry"]]
