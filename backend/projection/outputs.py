"""The layer of points, coloured by what is known of them, with a record of how it was made."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely

from backend import __version__
from backend.contract.jobs import ProjectJob
from backend.contract.settings import to_arguments
from backend.mapping import styles
from backend.mapping.layer_files import writing_layers
from backend.search.target import Target

from .attributes import Kinds

LAYER = "points"
FIELDS = {"pca": ("pc1", "pc2"), "umap": ("umap1", "umap2")}


def write_points(
    path: Path,
    job: ProjectJob,
    target: Target,
    positions: np.ndarray,
    centres: np.ndarray,
    plane: np.ndarray,
    kinds: Mapping[str, Kinds],
    explained: Mapping[str, float],
) -> None:
    """Write a GeoPackage with the layer `points`: coordinates, class, cluster, and whence.

    `centres` (n, 2) are places on the ground, `plane` (n, 2) those in the plane; `explained` is
    each component's share of the variance.
    """
    points = geopandas.GeoDataFrame(
        {
            **dict(zip(FIELDS[job.method], plane.T, strict=True)),
            **{field: one.values for field, one in kinds.items()},
            **target.columns(positions),
        },
        geometry=shapely.points(centres),
        crs=target.crs,
    )
    record = {
        "schema": "near-things-points",
        "method": job.method,
        "source": target.description,
        "count": str(len(points)),
        **{f"explained_{name}": f"{share:.6f}" for name, share in explained.items()},
        "software": f"Near Things {__version__}",
        "command": shlex.join(["python", "-m", "backend.project", *to_arguments(job)]),
    }
    field = next((name for name in ("class", "cluster") if name in kinds), "")
    style = styles.points_by_kind(field, kinds[field].colours if field else {})
    with writing_layers(path):
        # Version 1.2 is read without a warning by every GDAL that QGIS 3.22 and later come with.
        points.to_file(
            path,
            layer=LAYER,
            driver="GPKG",
            dataset_options={"VERSION": "1.2"},
            layer_metadata=record,
        )
        table = styles.layer_styles({LAYER: style})
        pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG")
