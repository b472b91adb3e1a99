"""From QGIS's layers to files that the backend can open."""

from pathlib import Path
from typing import Optional

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .translation import tr

# Formats of vector files that the backend reads as they are.
VECTOR_SUFFIXES = ("gpkg", "shp", "geojson", "json", "fgb", "gml", "kml", "sqlite")
# QGIS's exports leave alone what has a compatible format: with this there is none.
NO_FORMAT = ["none"]


def raster_path(layer: QgsRasterLayer) -> str:
    """What GDAL opens to read the pixels of `layer`.

    Raises QgsProcessingException for layers that are no files, such as web map services.
    """
    if layer.providerType() != "gdal":
        raise QgsProcessingException(
            tr(
                "The layer “{name}” is no raster file: it comes from the provider “{provider}”. "
                "Save it as a GeoTIFF first (Export > Save as)."
            ).format(name=layer.name(), provider=layer.providerType())
        )
    source = layer.source()
    # A name such as GPKG:file:layer is needed whole; of "file|option:…" the file alone.
    return source if _part("gdal", source, "layerName") else _part("gdal", source, "path") or source


def _part(provider: str, source: str, name: str) -> str:
    """A part of a layer's source; empty where it has none (QGIS may say so with a null variant)."""
    value = QgsProviderRegistry.instance().decodeUri(provider, source).get(name)
    return value if isinstance(value, str) else ""


def is_plain_file(layer: QgsVectorLayer) -> bool:
    """True where the file behind `layer` holds what `layer` shows: it alone, unfiltered, and
    without edits that are not saved."""
    if layer.providerType() != "ogr" or layer.subsetString() or layer.isModified():
        return False
    path = vector_file(layer)
    if not Path(path).is_file() or Path(path).suffix[1:].lower() not in VECTOR_SUFFIXES:
        return False
    return len(QgsProviderRegistry.instance().querySublayers(path)) == 1


def vector_file(layer: QgsVectorLayer) -> str:
    """The file behind `layer`, without the layer's name in it."""
    return _part(layer.providerType(), layer.source(), "path") or layer.source()


def vector_path(
    layer: QgsVectorLayer,
    context: QgsProcessingContext,
    feedback: Optional[QgsProcessingFeedback],
) -> str:
    """A file that holds what `layer` shows, and nothing else.

    Layers in memory, filtered layers, layers with edits that are not saved, and layers of files and
    databases that hold several are written to a temporary GeoPackage. Without `feedback` nothing is
    written: the answer then only names the layer.
    """
    if is_plain_file(layer):
        return vector_file(layer)
    if feedback is None:
        return layer.name()
    path = QgsProcessingUtils.convertToCompatibleFormat(
        layer, False, "layer", NO_FORMAT, "gpkg", context, feedback
    )
    if not path or not Path(path).exists():
        raise QgsProcessingException(
            tr("The layer “{name}” could not be written to a temporary GeoPackage.").format(
                name=layer.name()
            )
        )
    feedback.pushInfo(f"The layer “{layer.name()}” was written to {path}")
    return path


def layer_path(
    layer: QgsMapLayer, context: QgsProcessingContext, feedback: Optional[QgsProcessingFeedback]
) -> str:
    """The file of a raster or vector layer; see `raster_path` and `vector_path`."""
    if isinstance(layer, QgsRasterLayer):
        return raster_path(layer)
    if isinstance(layer, QgsVectorLayer):
        return vector_path(layer, context, feedback)
    raise QgsProcessingException(
        tr("The layer “{name}” is neither raster nor vector.").format(name=layer.name())
    )
