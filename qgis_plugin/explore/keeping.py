"""Keep a search: places, areas and pins as a GeoPackage, the heat map as a raster, and a record.

```
NAME/search.json       what was searched, the pins, the rules, the threshold
NAME/search.gpkg       layers `places`, `areas`, `pins`
NAME/similarity.tif    the scores
```
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Tuple

import numpy as np
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsVectorFileWriter,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from ..workspace import file_name
from .answer import Answer
from .ground import Ground
from .patches import find_patches
from .pins import numbered, to_json
from .vectors import Grid, Vectors

SCHEMA = "near-things-search"
VERSION = 1
RECORD = "search.json"
LAYERS = ("pins", "places", "areas")
# QGIS names the types of fields by Qt 6's names since 3.38.
if Qgis.QGIS_VERSION_INT >= 33800:
    INTEGER, REAL, TEXT = QMetaType.Type.Int, QMetaType.Type.Double, QMetaType.Type.QString
else:
    INTEGER, REAL, TEXT = QVariant.Type.Int, QVariant.Type.Double, QVariant.Type.String


class KeepingError(Exception):
    """A search cannot be kept or opened again; the text says why, as a sentence."""


@dataclass(frozen=True)
class KeptSearch:
    """What `search.json` says: the folder that was searched, and the file it was laid out from."""

    vectors: Path
    source: str
    pins: List[Dict[str, Any]]
    apart: float
    other_scenes: bool
    threshold: float


def keep(
    folder: Path, vectors: Vectors, ground: Ground, answer: Answer, threshold: float, crs_wkt: str
) -> None:
    """Write a search into a new folder, which appears when it is whole. Any thread may do it.

    `crs_wkt` is the vectors' CRS; CRS objects stay in their thread. Raises KeepingError, OSError.
    """
    temporary = folder.with_name(f".partial-{folder.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        crs = QgsCoordinateReferenceSystem(crs_wkt) if crs_wkt else QgsCoordinateReferenceSystem()
        package = temporary / "search.gpkg"
        _write(package, "places", _PLACES, _places(vectors, answer), crs, polygons=True)
        areas = _areas(vectors.grid, ground, answer.picture, threshold)
        _write(package, "areas", _AREAS, areas, crs, polygons=True)
        _write(package, "pins", _PINS, _pins(answer), crs, polygons=False)
        shutil.copyfile(answer.raster, temporary / "similarity.tif")
        beside = answer.raster.with_name(answer.raster.name + ".aux.xml")
        if beside.exists():
            shutil.copyfile(beside, temporary / "similarity.tif.aux.xml")
        question = answer.question
        record = dict(
            schema=SCHEMA,
            version=VERSION,
            vectors=str(vectors.folder),
            source=vectors.source.get("path", ""),
            about=vectors.about,
            pins=to_json(question.pins),
            apart_m=question.apart,
            other_scenes=question.other_scenes,
            threshold=threshold,
        )
        text = json.dumps(record, indent=1, ensure_ascii=False)
        (temporary / RECORD).write_text(text + "\n", encoding="utf-8")
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_kept(folder: Path) -> KeptSearch:
    """The search kept in a folder. Raises KeepingError."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["schema"] != SCHEMA or record["version"] != VERSION:
            raise KeepingError(f"{folder} was kept by another version of Near Things.")
        return KeptSearch(
            vectors=Path(record["vectors"]),
            source=str(record["source"]),
            pins=list(record["pins"]),
            apart=float(record["apart_m"]),
            other_scenes=bool(record["other_scenes"]),
            threshold=float(record["threshold"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeepingError(f"The search in {folder} cannot be read: {error}.") from error


def kept_searches(folder: Path) -> List[Path]:
    """The searches kept in a folder, by name."""
    found = [path.parent for path in folder.glob(f"*/{RECORD}") if path.parent.name[:1] != "."]
    return sorted(found, key=lambda path: path.name.casefold())


def free_folder(folder: Path, name: str) -> Path:
    """Where a search of this name can be kept; a number makes the name free."""
    name = file_name(name)
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{name}-{number}", number + 1
    return path


Rows = Iterable[Tuple[QgsGeometry, List[Any]]]
_PLACES = (
    ("rank", INTEGER),
    ("similarity", REAL),
    ("position", INTEGER),
    ("scene", TEXT),
    ("x", REAL),
    ("y", REAL),
)
_AREAS = (("area_km2", REAL), ("threshold", REAL))
_PINS = (("number", INTEGER), ("kind", TEXT), ("position", INTEGER))


def _places(vectors: Vectors, answer: Answer) -> Rows:
    found = zip(answer.positions, answer.similarities)
    for rank, (position, similarity) in enumerate(found, start=1):
        points = [QgsPointXY(float(x), float(y)) for x, y in vectors.corners(position)]
        scene = vectors.scene_names[vectors.scene(position)]
        values = [rank, similarity, position, scene, *vectors.centre(position)]
        yield QgsGeometry.fromPolygonXY([points]), values


def _pins(answer: Answer) -> Rows:
    for number, pin in numbered(answer.question.pins):
        kind = "example" if pin.is_example else "counter-example"
        point = QgsGeometry.fromPointXY(QgsPointXY(pin.x, pin.y))
        yield point, [number, kind, pin.position]


def _areas(grid: Grid, ground: Ground, picture: np.ndarray, threshold: float) -> Rows:
    """A polygon for each patch of cells at or above the threshold."""
    for patch in find_patches(picture >= threshold, ground.cell_areas):
        rings = [
            [QgsPointXY(*grid.to_map(float(column), float(row))) for column, row in ring]
            for ring in (patch.outline, *patch.holes)
        ]
        yield QgsGeometry.fromPolygonXY(rings), [patch.area / 1e6, threshold]


def _write(
    path: Path,
    layer: str,
    columns: Iterable[Tuple[str, Any]],
    rows: Rows,
    crs: QgsCoordinateReferenceSystem,
    *,
    polygons: bool,
) -> None:
    """Add a layer to a GeoPackage."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", layer
    if path.exists():
        actions = QgsVectorFileWriter.ActionOnExistingFile
        options.actionOnExistingFile = actions.CreateOrOverwriteLayer
    fields = QgsFields()
    for name, kind in columns:
        fields.append(QgsField(name, kind))
    types = QgsWkbTypes.Type
    writer = QgsVectorFileWriter.create(
        str(path),
        fields,
        types.Polygon if polygons else types.Point,
        crs,
        QgsCoordinateTransformContext(),
        options,
    )
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise KeepingError(f"{path} cannot be written: {writer.errorMessage()}")
    for geometry, values in rows:
        feature = QgsFeature(fields)
        feature.setGeometry(geometry)
        # The first column of a GeoPackage is its own number.
        feature.setAttributes([None, *values] if fields.indexOf("fid") == 0 else values)
        if not writer.addFeature(feature):
            raise KeepingError(f"{path} cannot be written: {writer.errorMessage()}")
    del writer
