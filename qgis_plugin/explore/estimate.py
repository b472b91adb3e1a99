"""How large an embedding map will be, and how long it will take."""

import json
from dataclasses import dataclass
from typing import Optional

from qgis.core import QgsSettings

from ..progress import duration_words
from ..settings import PluginSettings
from ..translation import tr
from .encoders import EncoderHeader, training_rate
from .scenes import SceneChoice

# A training step is a forward and a backward pass, and the latter costs about twice the former.
FORWARD_SHARE = 1 / 3
RATES = PluginSettings.PREFIX + "embedding_rates"
KEPT_RATES = 50


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
        text = tr("{cells} cells · {size}").format(
            cells=f"{self.cells:,}",
            size=f"{size:.1f} GB" if size >= 1 else f"{max(1, round(1000 * size)):,} MB",
        )
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
    measured = _rates().get(_key(encoder))
    if measured:
        return Estimate(cells, size, cells / measured, True)
    trained = training_rate(encoder.path.parent)
    seconds = None if not trained else cells * FORWARD_SHARE / trained
    return Estimate(cells, size, seconds, False)


def remember_rate(encoder: EncoderHeader, cells: int, seconds: float) -> None:
    """Keep how fast a map was made, start and end included."""
    if seconds <= 0 or cells <= 0:
        return
    rates = _rates()
    rates.pop(_key(encoder), None)
    rates[_key(encoder)] = round(cells / seconds, 2)
    latest = dict(list(rates.items())[-KEPT_RATES:])
    QgsSettings().setValue(RATES, json.dumps(latest))


def _key(encoder: EncoderHeader) -> str:
    """Encoders alike in this are equally fast."""
    return f"{encoder.architecture} {encoder.tile_size_px} {len(encoder.bands)}"


def _rates() -> dict:
    try:
        rates = json.loads(str(QgsSettings().value(RATES, "") or "{}"))
    except ValueError:
        return {}
    return rates if isinstance(rates, dict) else {}
