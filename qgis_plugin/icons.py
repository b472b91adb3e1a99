"""The plugin's own icons, loaded by path."""

from qgis.PyQt.QtGui import QIcon

from .environment import PLUGIN_FOLDER

ICON_FOLDER = PLUGIN_FOLDER / "resources" / "icons"


def icon_path(name: str) -> str:
    """The SVG file of an icon: `near_things`, or the name of a verb."""
    return str(ICON_FOLDER / f"{name}.svg")


def icon(name: str) -> QIcon:
    """The icon of that name; see `icon_path`."""
    return QIcon(icon_path(name))
