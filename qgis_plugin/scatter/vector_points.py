"""Vectors of an embedding map or a dataset as a layer: two principal components, and what is known.

An embedding map's cells become points, a dataset's tiles their outlines.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from .points import plain
from .principal_components import GoOn, Stopped, fit, project, sample

MOST_POINTS = 100_000
# Shares of the whole work, for the progress.
_FITTED, _PROJECTED = 0.5, 0.6
_EVERY = 2000


@dataclass(frozen=True)
class WrittenPoints:
    """The layer's file, the two shares of variance, and colours "#rrggbb" of the classes."""

    path: Path
    explained: Tuple[float, float]
    count: int
    colours: Dict[str, str] = field(default_factory=dict)


@dataclass
class _Table:
    """Attributes by name, a value for each position asked for."""

    columns: Dict[str, List[Any]]
    types: Dict[str, str]
    colours: Dict[str, str] = field(default_factory=dict)


def write_points(vectors: Any, path: Path, go_on: GoOn, most: int = MOST_POINTS) -> WrittenPoints:
    """Write `path`, a GeoPackage, from `vectors` (explore.vectors); for a worker's thread.

    Components are those of all vectors; of more than `most` a part, drawn at random, is written.
    Raises ValueError where there is no vector, OSError where the file cannot be written.
    """
    components = fit(vectors.values, vectors.valid, lambda share: go_on(_FITTED * share))
    positions = sample(vectors.valid, most)
    xy = project(vectors.values, positions, components)
    finite = numpy.isfinite(xy).all(axis=1)
    positions, xy = positions[finite], xy[finite]
    if not go_on(_PROJECTED):
        raise Stopped
    is_map = hasattr(vectors, "stride_px")
    table = _of_map(vectors, positions) if is_map else _of_dataset(vectors, positions)
    for number, name in enumerate(("pc1", "pc2")):
        table.columns[name] = xy[:, number].tolist()
        # Without this length a layer in memory rounds to five digits.
        table.types[name] = "double(0,0)"
    geometries = _centres(vectors, positions) if is_map else _outlines(vectors, positions)
    crs = QgsCoordinateReferenceSystem(vectors.crs)
    _write(path, geometries, table, crs, "Point" if is_map else "Polygon", go_on)
    return WrittenPoints(path, tuple(components.explained), len(positions), table.colours)


def _centres(vectors: Any, positions: numpy.ndarray) -> List[QgsGeometry]:
    row, column = numpy.divmod(positions, vectors.grid.width)
    x, y = vectors.grid.to_map(column + 0.5, row + 0.5)
    return [QgsGeometry.fromPointXY(QgsPointXY(*point)) for point in zip(x.tolist(), y.tolist())]


def _outlines(vectors: Any, positions: numpy.ndarray) -> List[QgsGeometry]:
    return [
        QgsGeometry.fromPolygonXY([[QgsPointXY(*p) for p in vectors.corners(number).tolist()]])
        for number in positions.tolist()
    ]


def _of_map(vectors: Any, positions: numpy.ndarray) -> _Table:
    row, column = numpy.divmod(positions, vectors.grid.width)
    columns = {"cell_row": row.tolist(), "cell_column": column.tolist()}
    return _Table(columns, dict.fromkeys(columns, "integer"))


def _of_dataset(vectors: Any, positions: numpy.ndarray) -> _Table:
    """Chip, scene, split, and the class that covers most of the tile, from the dataset itself."""
    columns: Dict[str, List[Any]] = {
        "chip": positions.tolist(),
        "scene": [vectors.scene_names[vectors.scene(number)] for number in positions.tolist()],
    }
    types = {"chip": "integer", "scene": "string(254)"}
    folder = Path(vectors.source["path"]).parent
    footprints = QgsVectorLayer(f"{folder / 'footprints.gpkg'}|layername=tiles", "tiles", "ogr")
    if not footprints.isValid():
        return _Table(columns, types)
    classes = _classes(folder)
    rows = _rows(footprints, ["split", *[one["column"] for one in classes]])
    known = [rows.get(number, []) for number in positions.tolist()]
    columns["split"] = [row[0] if row else None for row in known]
    types["split"] = "string(20)"
    if classes:
        names = [one["name"] for one in classes]
        columns["class"] = [_largest(row[1:], names) for row in known]
        types["class"] = "string(254)"
    return _Table(columns, types, {one["name"]: one["colour"] for one in classes})


def _classes(folder: Path) -> List[Dict[str, Any]]:
    record = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    return list(record.get("classes", []))


def _rows(layer: QgsVectorLayer, names: Sequence[str]) -> Dict[int, List[Any]]:
    """By chip, the values of the fields that the layer has, None for the others."""
    fields: QgsFields = layer.fields()
    chip, places = fields.lookupField("chip"), [fields.lookupField(name) for name in names]
    request = QgsFeatureRequest()
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes([place for place in (chip, *places) if place >= 0])
    rows = {}
    for feature in layer.getFeatures(request):
        values = feature.attributes()
        rows[values[chip]] = [plain(values[n]) if n >= 0 else None for n in places]
    return rows


def _largest(counts: Sequence[Any], names: Sequence[str]) -> Any:
    """The name of the greatest count, the first of several; None where all are 0."""
    numbers = [count or 0 for count in counts]
    most = max(numbers, default=0)
    return names[numbers.index(most)] if most > 0 else None


def _write(
    path: Path,
    geometries: Sequence[QgsGeometry],
    table: _Table,
    crs: QgsCoordinateReferenceSystem,
    kind: str,
    go_on: GoOn,
) -> None:
    # A layer in memory makes fields and geometry type by name, the same in Qt 5 and 6.
    form = "&".join(f"field={name}:{table.types[name]}" for name in table.columns)
    template = QgsVectorLayer(f"{kind}?{form}", "template", "memory")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", path.stem
    writer = QgsVectorFileWriter.create(
        str(path),
        template.fields(),
        template.wkbType(),
        crs,
        QgsCoordinateTransformContext(),
        options,
    )
    if writer.hasError():
        raise OSError(writer.errorMessage())
    rows = zip(*table.columns.values())
    for number, (geometry, row) in enumerate(zip(geometries, rows)):
        share = _PROJECTED + (1 - _PROJECTED) * number / len(geometries)
        if number % _EVERY == 0 and not go_on(share):
            del writer
            path.unlink()
            raise Stopped
        feature = QgsFeature(template.fields())
        feature.setGeometry(geometry)
        feature.setAttributes(list(row))
        if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise OSError(writer.errorMessage())
    del writer
