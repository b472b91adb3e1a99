"""Small inputs for the tests of the scatter plot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer


def points_layer(
    rows: list[tuple], *, fields: str = "field=pc1:double&field=pc2:double&field=class:string"
) -> QgsVectorLayer:
    """A layer in the project, in memory: a feature for each row of attributes."""
    layer = QgsVectorLayer(f"Point?crs=EPSG:32612&{fields}", "points", "memory")
    features = []
    for number, row in enumerate(rows):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(300000 + 30 * number, 4100000 - 15)))
        feature.setAttributes(list(row))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    QgsProject.instance().addMapLayer(layer)
    return layer


def vectors_folder(path: Path, values: numpy.ndarray, valid: numpy.ndarray, width: int) -> Path:
    """A folder of vectors (n, D) of a map of `width` cells, as the backend lays them out."""
    path.mkdir(parents=True)
    numpy.save(path / "vectors.npy", values.astype(numpy.float32))
    numpy.save(path / "valid.npy", valid)
    record = dict(
        schema="near-things-vectors",
        version=1,
        count=len(values),
        dimension=values.shape[1],
        crs="",
        crs_code="EPSG:32612",
        software="",
        kind="map",
        source={"path": "", "bytes": 0, "changed": 0},
        height=len(values) // width,
        width=width,
        transform=[30.0, 0.0, 300000.0, 0.0, -30.0, 4100000.0],
        tile_size_px=2,
        stride_px=1,
        about={},
    )
    (path / "index.json").write_text(json.dumps(record), encoding="utf-8")
    return path
