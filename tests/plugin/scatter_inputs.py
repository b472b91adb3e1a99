"""Small inputs for the tests of the scatter plot."""

from __future__ import annotations

from pathlib import Path

import numpy
from exploring import write_map_vectors
from interface import spin
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


def embedding_map(path: Path, vectors: numpy.ndarray, about: dict | None = None) -> Path:
    """What stands for an embedding map, and its vectors (rows, columns, D), laid out beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tag = '<Item name="schema">near-things-embedding-map</Item>'
    path.write_text(f"<GDALMetadata>{tag}</GDALMetadata>", encoding="utf-8")
    state = path.stat()
    source = dict(path=str(path), bytes=state.st_size, changed=int(state.st_mtime))
    write_map_vectors(path.with_suffix(".vectors"), vectors, source=source, about=about)
    return path


ROWS = [
    (0.0, 0.0, "Forest"),
    (1.0, 0.0, "Forest"),
    (0.0, 1.0, "Water"),
    (1.0, 1.0, "Rock"),
    (None, 1.0, "Water"),
]


def window_layers() -> list:
    """The layers of the project."""
    from qgis.core import QgsProject

    return list(QgsProject.instance().mapLayers().values())


def shown(plot, layer, axes=("pc1", "pc2"), colour=("field", "class")):
    """Show a layer, and wait until it has been read."""
    done: list = []
    plot.read.connect(lambda: done.append(1))
    plot.show_layer(layer, axes, colour)
    assert spin(lambda: bool(done))
    return layer


def place(view, x: float, y: float):
    """The position of the widget at which a point of the plane is seen."""
    from qgis.PyQt.QtCore import QPoint

    columns, rows = view.frame.to_pixels(numpy.array([x]), numpy.array([y]))
    area = view.plot_area()
    return QPoint(round(area.left() + columns[0]), round(area.top() + rows[0]))


def drag(view, corners, *, modifier=None) -> None:
    """Press at the first corner, move along the others, and let go at the last."""
    from qgis.PyQt.QtCore import QEvent, QPointF, Qt
    from qgis.PyQt.QtGui import QMouseEvent
    from qgis.PyQt.QtTest import QTest
    from qgis.PyQt.QtWidgets import QApplication

    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, left, modifier or none, corners[0])
    for corner in corners[1:]:
        # QTest.mouseMove holds no button.
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(corner),
            QPointF(view.mapToGlobal(corner)),
            Qt.MouseButton.NoButton,
            left,
            modifier or none,
        )
        QApplication.sendEvent(view, event)
    QTest.mouseRelease(view, left, modifier or none, corners[-1])


def around(view, x1: float, y1: float, x2: float, y2: float) -> list:
    """A lasso about a rectangle of the plane."""
    return [place(view, x, y) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1))]


def selected(layer) -> set:
    """Both coordinates of the selected features."""
    return {(f["pc1"], f["pc2"]) for f in layer.selectedFeatures()}
