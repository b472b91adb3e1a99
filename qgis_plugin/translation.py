"""Texts in the user's language."""

from pathlib import Path
from typing import Optional

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

# The one context of all our texts; a translation file names it too.
CONTEXT = "NearThings"
FOLDER = Path(__file__).resolve().parents[1] / "resources" / "i18n"


def tr(text: str) -> str:
    """`text` in the language of QGIS's window, or as it is where there is no translation."""
    return QCoreApplication.translate(CONTEXT, text)


def language() -> str:
    """The language of QGIS's window, such as `de` or `pt_BR`: the one set, else the system's."""
    settings = QgsSettings()
    chosen = ""
    if settings.value("locale/overrideFlag", False, type=bool):
        chosen = str(settings.value("locale/userLocale", "") or "")
    return chosen or QLocale.system().name()


def load_translation() -> Optional[QTranslator]:
    """Have `tr` speak QGIS's language; None where there is no such translation, nor a need.

    Keep the answer, and give it to `drop_translation` in the end.
    """
    for name in (language(), language().partition("_")[0]):
        translator = QTranslator()
        if translator.load(str(FOLDER / f"near_things_{name}.qm")):
            QCoreApplication.installTranslator(translator)
            return translator
    return None


def drop_translation(translator: Optional[QTranslator]) -> None:
    """Speak as before `load_translation`."""
    if translator is not None:
        QCoreApplication.removeTranslator(translator)
