"""How large an embedding map will be, and how long it will take."""

import json
import time
from dataclasses import dataclass
from typing import Dict, List, Optional

from qgis.core import QgsSettings

from ..number_words import number_words
from ..progress import duration_words
from ..settings import PluginSettings
from ..translation import tr
from .encoders import EncoderHeader, training_rate
from .scenes import SceneChoice

# A training step is a forward and a backward pass, and the latter costs about twice the former.
FORWARD_SHARE = 1 / 3
SPEEDS = PluginSettings.PREFIX + "embedding_speeds"
KEPT_SPEEDS = 50


@dataclass(frozen=True)
class Estimate:
    """Cells of the map, bytes on disk with the vectors laid out, and seconds where known."""

    cells: int
    bytes: int
    seconds: Optional[float]
    is_measured: bool

    def words(self) -> str:
        """The estimate as a sentence."""
        size = self.bytes / 1e9
        if size >= 1:
            size_words = f"{number_words(size, 1)} GB"
        else:
            size_words = f"{number_words(max(1, round(1000 * size)))} MB"
        text = tr("{cells} cells · {size}").format(cells=number_words(self.cells), size=size_words)
        if self.seconds is None:
            return text + " · " + tr("time unknown until the first map by this encoder")
        words = tr("about {time}").format(time=duration_words(self.seconds))
        source = (
            tr("as fast as the last map by this encoder")
            if self.is_measured
            else tr("judged by the speed of its training")
        )
        return f"{text} · {words}, {source}"


def estimate(encoder: EncoderHeader, scene: SceneChoice, stride_px: int) -> Estimate:
    """What a map of `scene` by `encoder` takes."""
    cells = -(-scene.width // stride_px) * -(-scene.height // stride_px)
    # The map and the vectors, float32 each.
    size = 2 * 4 * cells * encoder.embedding_dimension
    measured = _speeds().get(_key(encoder))
    if measured:
        rate, fixed = measured
        return Estimate(cells, size, fixed + cells / rate, True)
    trained = training_rate(encoder.path.parent)
    seconds = None if not trained else cells * FORWARD_SHARE / trained
    return Estimate(cells, size, seconds, False)


class SpeedWatch:
    """Measures how fast a job embeds, apart from what its start and end take."""

    def __init__(self, encoder: EncoderHeader, cells: int) -> None:
        self._encoder, self._cells = encoder, cells
        self._began = time.monotonic()
        self._first: Optional[float] = None
        self._last: Optional[float] = None

    def see(self, percent: float, words: str) -> None:
        """Take in what the job says of its progress: "embedding SCENE: 12 of 40 tiles"."""
        now = time.monotonic()
        if words.startswith("embedding "):
            self._first = self._first or now
        elif self._first is not None and self._last is None:
            self._last = now

    def remember(self) -> None:
        """Keep what was measured; the job is done."""
        now = time.monotonic()
        first, last = self._first or self._began, self._last or now
        if last > first:
            fixed = (now - self._began) - (last - first)
            remember_speed(self._encoder, self._cells / (last - first), fixed)


def remember_speed(encoder: EncoderHeader, rate: float, fixed_seconds: float) -> None:
    """Keep how many cells a second an encoder makes, and how long the rest takes."""
    speeds = _speeds()
    speeds.pop(_key(encoder), None)
    speeds[_key(encoder)] = [round(rate, 2), round(fixed_seconds, 1)]
    latest = dict(list(speeds.items())[-KEPT_SPEEDS:])
    QgsSettings().setValue(SPEEDS, json.dumps(latest))


def _key(encoder: EncoderHeader) -> str:
    """Encoders alike in this are equally fast."""
    return f"{encoder.architecture} {encoder.tile_size_px} {len(encoder.bands)}"


def _speeds() -> Dict[str, List[float]]:
    """What was kept: cells a second, and the seconds of the rest; nothing that does not fit."""
    try:
        kept = json.loads(str(QgsSettings().value(SPEEDS, "") or "{}"))
        return {str(key): [float(rate), float(fixed)] for key, (rate, fixed) in kept.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
