"""Numbers as the user's language writes them: 1,500.5 in English, 1.500,5 in German."""

from qgis.PyQt.QtCore import QLocale


def number_words(value: float, decimals: int = 0) -> str:
    """A number with that many decimals, thousands apart."""
    return _locale().toString(float(value), "f", decimals)


def rounded_words(value: float, digits: int = 3) -> str:
    """A number with that many digits that count: "80.8", "1.2e-05"."""
    return _locale().toString(float(value), "g", digits)


def _locale() -> QLocale:
    # QGIS's own, which by default writes no separators: 4000000 is hard to read.
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
    return locale
