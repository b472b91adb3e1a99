"""Layers of the moment: on the map while QGIS runs, and no part of a project that is saved."""

from qgis.core import QgsMapLayer
from qgis.PyQt.QtXml import QDomDocument, QDomElement

UNSAVED_PROPERTY = "near_things/unsaved"
# QGIS asks at its end whether layers of temporary files may be lost, but not of these.
NOT_ASKED_FOR = "skipMemoryLayersCheck"


def mark_unsaved(layer: QgsMapLayer) -> None:
    """Leave the layer out of what is saved."""
    layer.setCustomProperty(UNSAVED_PROPERTY, True)
    layer.setCustomProperty(NOT_ASKED_FOR, 1)


def leave_out(layer: QgsMapLayer, element: QDomElement, document: QDomDocument) -> None:
    """Take what is marked out of a project that is being written (QgsProject.writeMapLayer)."""
    if not layer.customProperty(UNSAVED_PROPERTY):
        return
    # QGIS adds the element whatever it is, and reads those of the name "maplayer" alone.
    element.setTagName("near-things-unsaved")
    while element.hasChildNodes():
        element.removeChild(element.firstChild())
    # The layer tree and its order are written already.
    for tag in ("layer-tree-layer", "item"):
        nodes = document.elementsByTagName(tag)
        for node in [nodes.at(number).toElement() for number in range(nodes.count())]:
            if layer.id() in (node.attribute("id"), node.text()):
                node.parentNode().removeChild(node)
