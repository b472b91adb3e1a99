"""All that the plugin keeps between sessions, in one class under one prefix."""

from qgis.core import QgsSettings


class PluginSettings:
    """The plugin's keys in QGIS's settings, each a property."""

    PREFIX = "near_things/"

    def __init__(self) -> None:
        self._settings = QgsSettings()

    @property
    def interpreter(self) -> str:
        """Path of the backend's Python as the user set it; empty means the default."""
        return str(self._settings.value(self.PREFIX + "interpreter", "") or "")

    @interpreter.setter
    def interpreter(self, path: str) -> None:
        self._settings.setValue(self.PREFIX + "interpreter", path)
