"""What a map or a dataset is, in a line for people."""

from pathlib import Path

from qgis.PyQt.QtCore import QDate, QLocale

from ..number_words import rounded_words
from ..results import encoder_group
from ..translation import tr
from .maps import encoder_of
from .preparing import Searchable
from .scenes import scene_of_files


def about_words(target: Searchable) -> str:
    """Such as "run zion · 6 bands · cell 80 m · 14 May 2023": what is known of it."""
    if target.encoder is not None:
        encoder = target.encoder
        side = encoder.tile_size_px * encoder.ground_resolution_m
        parts = [
            _encoder_words(str(encoder.path)),
            _count_words(len(encoder.bands)),
            tr("tile {side} m").format(side=rounded_words(side, 4)),
        ]
    else:
        tags = target.about
        parts = [
            _encoder_words(encoder_of(tags)) or tags.get("method", ""),
            _count_words(len(tags.get("bands", "").split())),
            _cell_words(target.path, tags.get("stride_px", "")),
            _date_words(tags.get("date", "")),
        ]
    return " · ".join(part for part in parts if part)


def _encoder_words(file: str) -> str:
    name = encoder_group(file)
    if not name:
        return ""
    is_run = Path(file).name == "encoder.safetensors"
    return (tr("run {name}") if is_run else tr("encoder {name}")).format(name=name)


def _count_words(bands: int) -> str:
    if bands < 2:
        return tr("1 band") if bands else ""
    return tr("{count} bands").format(count=bands)


def _cell_words(path: Path, stride_px: str) -> str:
    raster = scene_of_files([str(path)])
    if raster is not None and raster.pixel_m:
        return tr("cell {side} m").format(side=rounded_words(raster.pixel_m, 4))
    return tr("a cell every {count} px").format(count=stride_px) if stride_px else ""


def _date_words(text: str) -> str:
    """A date as it is written here; other texts stay as they are."""
    date = QDate.fromString(text, "yyyy-MM-dd")
    if not date.isValid():
        return text
    # As QLocale takes it: a language may want a point after the day. On one line.
    return QLocale().toString(date, tr("d MMMM yyyy")).replace(" ", "\u00a0")
