"""Texts in the user's language."""

from qgis.PyQt.QtCore import QCoreApplication

# The one context of all our texts; a translation file names it too.
CONTEXT = "NearThings"


def tr(text: str) -> str:
    """`text` in the language of QGIS's window, or as it is where there is no translation."""
    return QCoreApplication.translate(CONTEXT, text)
