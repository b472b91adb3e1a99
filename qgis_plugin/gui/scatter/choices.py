"""Which fields of a layer are the axes, and what the points are coloured by."""

from typing import Optional, Tuple

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QSizePolicy

from ...scatter.points import first_axes, first_class, numeric_fields
from ...translation import tr
from .plot import ONE_COLOUR, Colour
from .sources import VECTORS_PROPERTY, class_rasters, colour_choices


class FieldChoices(QObject):
    """Three boxes for whoever lays them out; `changed` comes when the user chooses."""

    changed = pyqtSignal()

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self.x, self.y = named_box(tr("X axis"), 4), named_box(tr("Y axis"), 4)
        self.colour = named_box(tr("Colour by"), 6)
        for box in (self.x, self.y, self.colour):
            box.currentIndexChanged.connect(self.changed)

    @property
    def axes(self) -> Tuple[str, str]:
        """The fields of the axes; empty where there are none."""
        return self.x.currentData() or "", self.y.currentData() or ""

    @property
    def chosen_colour(self) -> Colour:
        """What the points are coloured by."""
        return tuple(self.colour.currentData() or ONE_COLOUR)

    def set_enabled(self, enabled: bool) -> None:
        """Grey the boxes out where no layer is shown."""
        for box in (self.x, self.y, self.colour):
            box.setEnabled(enabled)

    def offer(self, layer: QgsVectorLayer) -> None:
        """Offer the layer's fields, and choose those that suggest themselves."""
        for box, chosen in zip((self.x, self.y), first_axes(layer)):
            box.blockSignals(True)
            box.clear()
            for name in numeric_fields(layer):
                number = layer.fields().lookupField(name)
                box.addItem(layer.attributeDisplayName(number), name)
            box.setCurrentIndex(box.findData(chosen))
            box.blockSignals(False)
        self.offer_colours(layer, _first_colour(layer))

    def offer_colours(self, layer: QgsVectorLayer, chosen: Colour) -> None:
        """Offer what the points can be coloured by, anew; one colour where `chosen` is gone."""
        self.colour.blockSignals(True)
        self.colour.clear()
        self.colour.addItem(tr("One colour"), ONE_COLOUR)
        for kind, key, name in colour_choices(layer):
            self.colour.addItem(name, (kind, key))
            if (kind, key) == chosen:
                self.colour.setCurrentIndex(self.colour.count() - 1)
        self.colour.blockSignals(False)


def _first_colour(layer: QgsVectorLayer) -> Colour:
    """A field of classes; for vectors without one, the project's land cover, where it has some."""
    name = first_class(layer)
    if name:
        return "field", name
    rasters = class_rasters() if layer.customProperty(VECTORS_PROPERTY) else []
    return ("raster", rasters[0].id()) if rasters else ONE_COLOUR


def named_box(name: str, characters: int) -> QComboBox:
    """A box at least so wide; longer entries are cut, so that the panel stays narrow."""
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(characters)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return box
