"""Land cover among the project's layers, and the classes that their symbology shows."""

from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np
from qgis.core import (
    QgsAbstractFeatureSource,
    QgsCategorizedSymbolRenderer,
    QgsFeatureRequest,
    QgsMapLayer,
    QgsProcessingException,
    QgsProject,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..algorithms.land_cover import built_in_tables
from ..layers import raster_path
from .class_tables import EditedTable, built_in_path, expanded, read_table, table_of_categories
from .scene_sources import WHOLE_NUMBERS, is_classes

Category = Tuple[Any, str, str]

# The side of the picture of a layer in which its codes are looked for.
LOOK_PX = 1500
# More values of a field than this are no classes.
MOST_VALUES = 250


def find_land_cover(project: QgsProject) -> List[QgsMapLayer]:
    """Layers that may be land cover: rasters shown as classes first, then other rasters of one
    band of whole numbers, then polygon layers."""
    classes, numbers, polygons = [], [], []
    for node in project.layerTreeRoot().findLayers():
        layer = node.layer()
        if isinstance(layer, QgsRasterLayer) and layer.isValid() and _is_file(layer):
            if is_classes(layer):
                classes.append(layer)
            elif layer.bandCount() == 1 and layer.dataProvider().dataType(1) in WHOLE_NUMBERS:
                numbers.append(layer)
        elif isinstance(layer, QgsVectorLayer) and _is_polygons(layer):
            polygons.append(layer)
    return classes + numbers + polygons


def _is_polygons(layer: QgsVectorLayer) -> bool:
    return layer.isValid() and layer.geometryType() == QgsWkbTypes.GeometryType.PolygonGeometry


def _is_file(layer: QgsRasterLayer) -> bool:
    try:
        return bool(raster_path(layer))
    except QgsProcessingException:
        return False


def class_field_of(layer: QgsVectorLayer) -> str:
    """The field that the layer is coloured by, else the first that reads like a class."""
    names = [field.name() for field in layer.fields()]
    renderer = layer.renderer()
    if isinstance(renderer, QgsCategorizedSymbolRenderer) and renderer.classAttribute() in names:
        return renderer.classAttribute()
    for word in ("class", "landcover", "land_cover", "code", "type", "kind"):
        found = next((name for name in names if word in name.lower()), "")
        if found:
            return found
    return names[0] if names else ""


def raster_categories(layer: QgsRasterLayer) -> List[Category]:
    """(code, label, colour) of a raster's attribute table or paletted renderer; empty without."""
    table = attribute_table_categories(layer)
    renderer = layer.renderer()
    if table or renderer.type() != "paletted":
        return table
    return [(one.value, one.label, one.color.name()) for one in renderer.classes()]


def attribute_table_categories(layer: QgsRasterLayer) -> List[Category]:
    """(code, label, colour) of a raster's attribute table; empty without, and before QGIS 3.30."""
    table = layer.attributeTable(1) if hasattr(layer, "attributeTable") else None
    renderer = table.createRenderer(layer.dataProvider(), 1) if table is not None else None
    if renderer is None or renderer.type() != "paletted":
        return []
    return [(one.value, one.label, one.color.name()) for one in renderer.classes()]


def raster_nodata(provider: QgsRasterDataProvider) -> List[float]:
    """The values of the first band that mean no data."""
    values = [provider.sourceNoDataValue(1)] if provider.sourceHasNoDataValue(1) else []
    for span in provider.userNoDataValues(1):
        if span.min() == span.max():
            values.append(span.min())
    return values


def sample_step(width: int, height: int) -> float:
    """Of how many pixels on each side `codes_in` sees one: 1 where it sees all of the raster."""
    return max(1.0, max(width, height) / LOOK_PX)


def codes_in(
    provider: QgsRasterDataProvider, extent: QgsRectangle, width: int, height: int
) -> List[Any]:
    """The codes in a picture of the raster, at most LOOK_PX wide; see `sample_step`.

    Slow: call it from a task.
    """
    shrink = sample_step(width, height)
    columns, rows = max(1, int(width / shrink)), max(1, int(height / shrink))
    block = provider.block(1, extent, columns, rows)
    size = {1: "u1", 2: "u2", 3: "i2", 4: "u4", 5: "i4", 6: "f4", 7: "f8"}.get(
        int(block.dataType())
    )
    if size is None or not block.isValid():
        return []
    values = np.unique(np.frombuffer(bytes(block.data()), size))
    if block.hasNoDataValue():
        values = values[values != block.noDataValue()]
    return [value for value in values.tolist() if value == value]


def polygon_categories(layer: QgsVectorLayer, field: str) -> List[Category]:
    """(value, label, colour) of a layer that is coloured by `field`; empty for another."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer) or renderer.classAttribute() != field:
        return []
    found: List[Category] = []
    for one in renderer.categories():
        values = one.value() if isinstance(one.value(), list) else [one.value()]
        for value in values:
            # The category of all other values has no value of its own.
            if value not in (None, "") and str(value) != "NULL":
                label = one.label() or str(value)
                found.append((_as_code(value), label, one.symbol().color().name()))
    return found


def field_values(
    source: QgsAbstractFeatureSource, field: str, is_cancelled: Callable[[], bool] = lambda: False
) -> List[Any]:
    """The values of a field, without nothing. Slow on large layers: call it from a task.

    Looks no further once there are more than classes would have.
    """
    if source.fields().indexFromName(field) < 0:
        return []
    request = QgsFeatureRequest()
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    values: Set[Any] = set()
    for feature in source.getFeatures(request.setSubsetOfAttributes([field], source.fields())):
        value = feature[field]
        if str(value) not in ("", "NULL"):
            values.add(_as_code(value))
        if len(values) > MOST_VALUES or is_cancelled():
            break
    return sorted(values, key=str)


def _as_code(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else str(value)


def raster_table(layer: QgsRasterLayer, present: Optional[Sequence[Any]]) -> EditedTable:
    """The class table that a raster's symbology makes; `present` as in `table_of_categories`."""
    return table_of_categories(
        raster_categories(layer),
        nodata=raster_nodata(layer.dataProvider()),
        present=present,
        title=layer.name(),
    )


def built_in_table(layer: QgsRasterLayer, present: Sequence[Any]) -> Optional[EditedTable]:
    """A built-in table that the layer is named after, where it names all codes in `present` and the
    layer's own symbology names none."""
    if not present:
        return None
    if any(label.strip() != f"{value:g}" for value, label, _ in raster_categories(layer)):
        return None
    stem = Path(raster_path(layer)).stem.lower().replace("_", "-")
    for name in built_in_tables():
        if stem.startswith(name):
            try:
                table = read_table(built_in_path(name))
            except ValueError:
                continue
            known = set(table.nodata)
            known.update(code for row in table.rows for code in expanded(row.codes))
            if {int(value) for value in present} <= known:
                return table
    return None


def polygon_table(layer: QgsVectorLayer, field: str, values: Sequence[Any]) -> EditedTable:
    """The class table of a polygon layer; `values` are those of its class field."""
    categories = polygon_categories(layer, field)
    known: Dict[str, bool] = {str(value): True for value, _, _ in categories}
    categories += [(v, _value_name(v), "") for v in values if str(v) not in known]
    return table_of_categories(categories, title=layer.name())


def _value_name(value: Any) -> str:
    return f"class {value}" if str(value).lstrip("-").isdigit() else str(value)
