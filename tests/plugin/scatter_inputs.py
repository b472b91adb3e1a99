"""Small inputs for the tests of the scatter plot."""

from __future__ import annotations

from pathlib import Path

import numpy
from exploring import write_map_vectors
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


def embedding_map(path: Path, vectors: numpy.ndarray) -> Path:
    """What stands for an embedding map, and its vectors (rows, columns, D), laid out beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tag = '<Item name="schema">near-things-embedding-map</Item>'
    path.write_text(f"<GDALMetadata>{tag}</GDALMetadata>", encoding="utf-8")
    state = path.stat()
    source = dict(path=str(path), bytes=state.st_size, changed=int(state.st_mtime))
    write_map_vectors(path.with_suffix(".vectors"), vectors, source=source)
    return path
