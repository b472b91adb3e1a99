"""The tie between a scatter plot and a layer's selection, which alone says what is selected."""

from typing import Any, Optional

import numpy
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal, pyqtSlot

from .view import ADD, REMOVE, REPLACE

# Edits come one by one; the points are read anew once they pause so long.
_PAUSE_MS = 400
_BEHAVIOURS = {
    REPLACE: QgsVectorLayer.SelectBehavior.SetSelection,
    ADD: QgsVectorLayer.SelectBehavior.AddToSelection,
    REMOVE: QgsVectorLayer.SelectBehavior.RemoveFromSelection,
}


class LayerLink(QObject):
    """Follows one layer.

    Whoever selects, the plot or any tool of QGIS, asks the layer; the plot shows what the layer
    says. So there is no loop to guard against. `selection_changed` says that it did, `edited` that
    features or their attributes changed, `gone` that the layer is being removed.
    """

    selection_changed = pyqtSignal()
    edited = pyqtSignal()
    gone = pyqtSignal()

    def __init__(self, layer: QgsVectorLayer, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self.layer: Optional[QgsVectorLayer] = layer
        self._asked: Optional[numpy.ndarray] = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.edited)
        self._signals = [
            (layer.selectionChanged, self._tell_selection),
            (layer.willBeDeleted, self._let_go),
        ]
        changes = (
            layer.featureAdded,
            layer.featuresDeleted,
            layer.attributeValueChanged,
            layer.attributeAdded,
            layer.attributeDeleted,
            layer.afterCommitChanges,
            layer.afterRollBack,
            layer.subsetStringChanged,
            layer.dataSourceChanged,
            layer.rendererChanged,
        )
        self._signals += [(signal, self._wait) for signal in changes]
        for signal, slot in self._signals:
            signal.connect(slot)

    def close(self) -> None:
        """Follow no longer."""
        self._pause.stop()
        if self.layer is not None:
            for signal, slot in self._signals:
                signal.disconnect(slot)
            self.layer = None
        self._signals = []

    def selected(self, ids: numpy.ndarray) -> numpy.ndarray:
        """Which of the ascending `ids` (n,) are selected, (n,) bool."""
        count = self.layer.selectedFeatureCount()
        # The commonest answers need no list of a hundred thousand numbers.
        if count == 0 or count == self.layer.featureCount():
            return numpy.full(len(ids), count > 0)
        # Once only: another listener may have selected something else, and is told of next.
        chosen, self._asked = self._asked, None
        if chosen is None or len(chosen) != count:
            chosen = numpy.array(self.layer.selectedFeatureIds(), numpy.int64)
        mask = numpy.zeros(len(ids), bool)
        if len(ids):
            places = numpy.searchsorted(ids, chosen).clip(0, len(ids) - 1)
            mask[places[ids[places] == chosen]] = True
        return mask

    def select(self, ids: numpy.ndarray, how: str) -> None:
        """Select features, or add them to the selection, or take them from it."""
        # What replaces a selection is known to be it, for the answer that comes meanwhile.
        self._asked = ids if how == REPLACE else None
        self.layer.selectByIds(ids.tolist(), _BEHAVIOURS[how])
        self._asked = None

    # Without arguments: PyQt would turn a hundred thousand numbers into Python's for nothing.
    @pyqtSlot()
    def _tell_selection(self) -> None:
        self.selection_changed.emit()

    def _wait(self, *_: Any) -> None:
        self._pause.start()

    def _let_go(self) -> None:
        self._pause.stop()
        self.layer = None
        self._signals = []
        self.gone.emit()
