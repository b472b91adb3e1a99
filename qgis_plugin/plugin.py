"""The plugin: the provider everywhere; menu, toolbar button and settings page in the window."""

from typing import Any, Optional

from qgis.core import QgsApplication

from .provider import NearThingsProvider
from .translation import drop_translation, load_translation


class NearThingsPlugin:
    """What QGIS loads. Under `qgis_process` there is no window, and `initProcessing` alone runs."""

    def __init__(self, iface: Optional[Any]) -> None:
        self._iface = iface
        self._provider: Optional[NearThingsProvider] = None
        self._window: Optional[Any] = None
        # Before any text is made.
        self._translation = load_translation()

    def initProcessing(self) -> None:
        """Register the provider; QGIS owns it from then on."""
        self._provider = NearThingsProvider()
        QgsApplication.processingRegistry().addProvider(self._provider)
        # Once more, now that models find the algorithms they are made of.
        self._provider.refreshAlgorithms()

    def initGui(self) -> None:
        """Register the provider, and add what the window shows."""
        # Imported here: under qgis_process there may be nothing to draw on.
        from .gui.window import WindowParts

        self.initProcessing()
        self._window = WindowParts(self._iface)
        self._window.add()

    def unload(self) -> None:
        """Undo everything, in reverse."""
        if self._window is not None:
            self._window.remove()
            self._window = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
        drop_translation(self._translation)
        self._translation = None
