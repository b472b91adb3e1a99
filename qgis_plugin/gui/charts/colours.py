"""Colours of curves that people with colour-blindness tell apart, for light and dark themes."""

from qgis.PyQt.QtGui import QColor, QPalette

# After Okabe and Ito (2008), their yellow left out; the dark theme's are lighter.
_ON_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#b2478f", "#b07d00", "#3f87b8", "#555555")
_ON_DARK = ("#56b4e9", "#ff8c42", "#2fd0a0", "#e08cc2", "#f0c040", "#9bd1f5", "#c0c0c0")

# In lightness, of 255. QGIS's theme “Night Mapping” has black on nearly black.
_LEAST_CONTRAST = 96


def is_dark(palette: QPalette) -> bool:
    """True where light text stands on a dark ground."""
    return palette.color(QPalette.ColorRole.Base).lightness() < 128


def curve_colour(number: int, palette: QPalette) -> QColor:
    """The colour of the curve of that number, from 0; they come round again."""
    colours = _ON_DARK if is_dark(palette) else _ON_LIGHT
    return QColor(colours[number % len(colours)])


def ink(palette: QPalette) -> QColor:
    """The text's colour, or one that can be read where a theme leaves that to its style sheet."""
    text = palette.color(QPalette.ColorRole.WindowText)
    ground = palette.color(QPalette.ColorRole.Base)
    if abs(text.lightness() - ground.lightness()) >= _LEAST_CONTRAST:
        return text
    return QColor("#e6e6e6") if is_dark(palette) else QColor("#1a1a1a")


def between(first: QColor, second: QColor, share: float) -> QColor:
    """The mixture of two colours: `first` at share 0, `second` at 1."""
    pairs = zip(first.getRgbF()[:3], second.getRgbF()[:3])
    return QColor.fromRgbF(*(a + share * (b - a) for a, b in pairs))
