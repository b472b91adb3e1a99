"""All that the plugin keeps between sessions, in one class under one prefix."""

from qgis.core import QgsSettings


class PluginSettings:
    """The plugin's keys in QGIS's settings, each a property."""

    PREFIX = "near_things/"

    def __init__(self) -> None:
        self._settings = QgsSettings()

    def _text(self, key: str) -> str:
        return str(self._settings.value(self.PREFIX + key, "") or "")

    @property
    def interpreter(self) -> str:
        """Path of the backend's Python as the user set it; empty means the default."""
        return self._text("interpreter")

    @interpreter.setter
    def interpreter(self, path: str) -> None:
        self._settings.setValue(self.PREFIX + "interpreter", path)

    @property
    def environments(self) -> str:
        """Folder of managed environments as the user set it; empty means the default."""
        return self._text("environments")

    @environments.setter
    def environments(self, path: str) -> None:
        self._settings.setValue(self.PREFIX + "environments", path)

    @property
    def workspace(self) -> str:
        """Folder of datasets, runs and maps as the user chose it; empty means the default."""
        return self._text("workspace")

    @workspace.setter
    def workspace(self, path: str) -> None:
        self._settings.setValue(self.PREFIX + "workspace", path)

    @property
    def dock_open(self) -> bool:
        """True where the user left the dock open."""
        return bool(self._settings.value(self.PREFIX + "dock_open", False, type=bool))

    @dock_open.setter
    def dock_open(self, is_open: bool) -> None:
        self._settings.setValue(self.PREFIX + "dock_open", is_open)
