"""One search: pins go in, answers, thumbnails and a heat map come out, without blocking."""

import shutil
import tempfile
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Callable, Optional, Sequence

import numpy as np
from qgis.core import QgsGeometry, QgsPointXY
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtGui import QImage

from .answer import Answer, Answerer, Question
from .ground import measure
from .heat_map import HeatMap
from .pins import Pin, Pins, examples
from .scoring import BLOCK_BYTES
from .thumbnails import ThumbnailMaker
from .vectors import DatasetVectors, Vectors
from .worker import LatestWorker

THUMBNAIL_PX = 96
KEPT_THUMBNAILS = 2000


class Search(QObject):
    """Signals come in the main thread.

    `pins_changed` and `answered` (an Answer, or None where there is no example) follow each change;
    `thumbnail_made` gives position and picture, a null one where there is nothing to show;
    `threshold_changed` comes when the threshold or the area above it is another.
    """

    pins_changed = pyqtSignal()
    answered = pyqtSignal(object)
    asked = pyqtSignal()
    thumbnail_made = pyqtSignal(int, QImage)
    threshold_changed = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(self, vectors: Vectors, group: str, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self.vectors, self.group = vectors, group
        self.ground = measure(vectors)
        self.heat_map = HeatMap(group)
        self.answer: Optional[Answer] = None
        self.question = Question((), apart=round(self.tile_width))
        self._threshold: Optional[float] = None
        self._folder = Path(tempfile.mkdtemp(prefix="near_things_"))
        self._answerer = Answerer(vectors, self.ground, self._folder)
        self._maker = ThumbnailMaker(vectors, THUMBNAIL_PX)
        self._thumbnails: "OrderedDict[int, QImage]" = OrderedDict()
        self._worker, self._painter = LatestWorker(self), LatestWorker(self)
        self._worker.answered.connect(self._take_answer)
        self._worker.failed.connect(self.failed)
        self._painter.told.connect(self._take_thumbnail)
        self._painter.failed.connect(self.failed)
        self._worker.ask(lambda is_superseded, _: warm(vectors.values, is_superseded))

    @property
    def pins(self) -> Pins:
        return self.question.pins

    @property
    def has_scenes(self) -> bool:
        """True where places lie in several scenes."""
        return isinstance(self.vectors, DatasetVectors) and len(self.vectors.scene_names) > 1

    @property
    def can_show_pictures(self) -> bool:
        return self._maker.can_show

    @property
    def tile_width(self) -> float:
        """The width of a tile in metres."""
        corners = self.vectors.corners(int(np.flatnonzero(self.vectors.valid)[0]))
        across = (corners[1] - corners[0]) * self.vectors.metres_per_unit
        return float(np.hypot(*across))

    def close(self) -> None:
        """Give up what runs, and take the heat map away; the search cannot be used any more."""
        self._worker.close()
        self._painter.close()
        self.heat_map.remove()
        # Some systems lock a file as long as it is mapped into memory.
        self.vectors = self._answerer = self._maker = self.answer = None
        self._thumbnails.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def pin_at(self, x: float, y: float, is_example: bool = True) -> Optional[Pin]:
        """A pin on the tile at a point; None where there are no vectors."""
        position = self.vectors.position_at(x, y)
        return None if position is None else self.pin_on(position, is_example)

    def pin_on(self, position: int, is_example: bool = True) -> Pin:
        """A pin in the middle of a place."""
        return Pin(position, *self.vectors.centre(position), is_example)

    def footprint(self, position: int) -> QgsGeometry:
        """The tile of a place, in the vectors' CRS."""
        points = [QgsPointXY(float(x), float(y)) for x, y in self.vectors.corners(position)]
        return QgsGeometry.fromPolygonXY([points])

    def set_pins(self, pins: Sequence[Pin]) -> None:
        """Search from these; what was asked before is given up."""
        self.question = replace(self.question, pins=tuple(pins))
        self.pins_changed.emit()
        self.ask()

    def set_options(self, *, apart: float, other_scenes: bool) -> None:
        """Keep places `apart` metres, and leave out the pins' scenes if asked."""
        question = replace(self.question, apart=apart, other_scenes=other_scenes)
        if question != self.question:
            self.question = question
            self.ask()

    def ask(self) -> None:
        """Search anew."""
        if not examples(self.pins):
            self._worker.forget()
            self._painter.forget()
            self.answer = None
            self.heat_map.remove()
            self.answered.emit(None)
            return
        question = self.question
        self._worker.ask(lambda is_superseded, _: self._answerer.answer(question, is_superseded))
        self.asked.emit()

    @property
    def threshold(self) -> float:
        """The least score that is shown: the user's, else what suits the answer."""
        if self._threshold is not None or self.answer is None:
            return self._threshold or 0.0
        return self.answer.suggested

    def set_threshold(self, threshold: Optional[float]) -> None:
        """Show what is at or above `threshold`; None for what suits each answer."""
        self._threshold = threshold
        self.heat_map.restyle(self.threshold)
        self.threshold_changed.emit()

    def set_dimming(self, dims: bool) -> None:
        """Darken the map where it is unlike, or leave it as it is."""
        self.heat_map.dims = dims
        self.heat_map.restyle(self.threshold)

    def area(self) -> float:
        """The area in m² at or above the threshold."""
        if self.answer is None:
            return 0.0
        return self.ground.area(self.answer.picture, self.threshold)

    def thumbnail(self, position: int) -> Optional[QImage]:
        """The picture of a place, where it has been made."""
        return self._thumbnails.get(position)

    def _take_answer(self, answer: Optional[Answer]) -> None:
        if answer is None or answer.question != self.question:
            return
        self.answer = answer
        self.heat_map.show(answer, self.threshold)
        self.answered.emit(answer)
        self.threshold_changed.emit()
        self._paint([p for p in answer.positions if p not in self._thumbnails])

    def _paint(self, positions: Sequence[int]) -> None:
        def work(is_superseded: Callable[[], bool], tell: Callable[[object], None]) -> None:
            for position in positions:
                if is_superseded():
                    return
                tell((position, self._maker.make(position) or QImage()))

        self._painter.ask(work)

    def _take_thumbnail(self, part: "tuple[int, QImage]") -> None:
        position, image = part
        self._thumbnails[position] = image
        while len(self._thumbnails) > KEPT_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        self.thumbnail_made.emit(position, image)


def warm(values: np.ndarray, is_superseded: Callable[[], bool]) -> None:
    """Have the file read into memory, until the first question comes."""
    step = max(1, BLOCK_BYTES // (values.itemsize * max(1, values.shape[1])))
    for first in range(0, len(values), step):
        if is_superseded():
            return
        # One value of each page of 4096 bytes.
        values[first : first + step].reshape(-1)[::1024].sum()
