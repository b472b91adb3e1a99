"""The panel “Find similar”: the places found, what they must keep to, threshold, keep."""

from typing import Any, List, Optional

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsPointXY, QgsRectangle
from qgis.PyQt.QtCore import QEvent, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...explore.answer import Answer
from ...explore.keeping import KeptSearch
from ...explore.search import Search
from ...number_words import number_words
from ...translation import tr
from .map_tool import FindSimilarTool
from .marks import Marks
from .pin_editor import PinEditor
from .places_view import PlacesView

SLIDER_STEPS = 1000
# The heat map follows the slider at most so often.
SLIDER_MS = 40
# A place that is flown to fills about this share of the map's width at least.
FLIGHT_SHARE = 0.04


def area_words(square_metres: float) -> str:
    """An area as people write it: "12.4 km²", "3,400 m²"."""
    if square_metres >= 1e5:
        square_kilometres = square_metres / 1e6
        digits = 0 if square_kilometres >= 100 else 1 if square_kilometres >= 10 else 2
        return f"{number_words(square_kilometres, digits)} km²"
    return f"{number_words(square_metres)} m²"


class SearchPanel(QWidget):
    """Made for one map or dataset. `closed` comes when the user leaves it."""

    closed = pyqtSignal()
    keep_wanted = pyqtSignal(str)

    def __init__(self, session: Any, search: Search, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session, self.search = session, search
        self._canvas = session.iface.mapCanvas()
        self.editor = PinEditor(search)
        self.marks = Marks(self._canvas, search)
        self.tool = FindSimilarTool(self._canvas, search, self.editor, self.marks)
        self._make_widgets()
        self._lay_out()
        self._slider_timer = QTimer(self)
        self._slider_timer.setSingleShot(True)
        self._slider_timer.setInterval(SLIDER_MS)
        self._slider_timer.timeout.connect(self._take_slider)
        self._connect()
        self._show_answer(None)

    def start(self) -> None:
        """Take the map's pointer."""
        self._canvas.setMapTool(self.tool)
        self.point.setChecked(True)

    def look_at(self) -> None:
        """Move the map to what is searched where nothing of it is in view."""
        west, south, east, north = self.search.vectors.grid.bounds()
        corners = [QgsPointXY(x, y) for x in (west, east) for y in (south, north)]
        box = _box(self.marks.place.to_map(corners))
        if box is not None and not self._canvas.extent().intersects(box):
            self._canvas.setExtent(box)
            self._canvas.refresh()

    def restore(self, kept: KeptSearch) -> None:
        """Take pins, rules and threshold of a kept search."""
        for widget in (self.keep_apart, self.apart, self.other_scenes):
            widget.blockSignals(True)
        self.keep_apart.setChecked(kept.apart > 0)
        if kept.apart > 0:
            self.apart.setValue(round(kept.apart))
        self.other_scenes.setChecked(kept.other_scenes)
        for widget in (self.keep_apart, self.apart, self.other_scenes):
            widget.blockSignals(False)
        self.search.set_threshold(kept.threshold)
        self._take_rules()
        found = [self.search.pin_at(pin["x"], pin["y"], pin["example"]) for pin in kept.pins]
        self.search.set_pins([pin for pin in found if pin is not None])

    def close_search(self) -> None:
        """Leave the map as it was before."""
        self.tool.close()
        self.marks.close()
        self.search.close()
        # The canvas and the page are their parents, and stay.
        self.tool.deleteLater()
        self.search.deleteLater()
        # QGIS does not draw anew for a layer that is gone already when it hears of it.
        self._canvas.refresh()

    def event(self, event: Any) -> bool:
        # Within the panel the keys are ours; QGIS's own shortcuts would take them first.
        keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
        if event.type() == QEvent.Type.ShortcutOverride and any(map(event.matches, keys)):
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.editor.stack.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.editor.stack.redo()
        else:
            super().keyPressEvent(event)

    def _make_widgets(self) -> None:
        search = self.search
        self.back = QToolButton()
        self.back.setIcon(QgsApplication.getThemeIcon("/mActionArrowLeft.svg"))
        self.back.setAutoRaise(True)
        self.back.setToolTip(tr("Back to the page; the search is put away"))
        self.back.setAccessibleName(tr("Back"))
        self.title = QLabel(
            "<b>{}</b>".format(tr("Find similar · {name}").format(name=search.vectors.name))
        )
        self.point = QPushButton(tr("Point on the map"))
        self.point.setCheckable(True)
        self.point.setToolTip(tr("Use the pointer on the map for this search"))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.keep_apart = QCheckBox(tr("Places at least"))
        self.keep_apart.setToolTip(
            tr("Neighbouring tiles see the same ground: they are always alike")
        )
        self.keep_apart.setChecked(True)
        self.apart = QSpinBox()
        self.apart.setRange(1, 1_000_000)
        self.apart.setSuffix(" m")
        self.apart.setGroupSeparatorShown(True)
        self.apart.setValue(max(1, round(search.tile_width)))
        self.apart.setSingleStep(max(1, round(search.tile_width / 2)))
        self.apart.setAccessibleName(tr("Least distance between places, in metres"))
        self.other_scenes = QCheckBox(tr("Other scenes only"))
        self.other_scenes.setVisible(search.has_scenes)
        self.places = PlacesView()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setAccessibleName(tr("Threshold of similarity"))
        self.slider.setToolTip(tr("The map shows what is at least so similar"))
        self.area = QLabel()
        self.dim = QCheckBox(tr("Dim the rest"))
        self.dim.setToolTip(tr("Darken the map where it is less alike than the threshold"))
        self.dim.setChecked(search.heat_map.dims)
        self.undo, self.redo, self.clear = QToolButton(), QToolButton(), QToolButton()
        self.keep = QPushButton(tr("Keep…"))
        self.keep.setToolTip(tr("Write places, heat map, areas and pins as layers"))

    def _lay_out(self) -> None:
        for button, picture, name in (
            (self.undo, "/mActionUndo.svg", tr("Undo")),
            (self.redo, "/mActionRedo.svg", tr("Redo")),
            (self.clear, "/mActionDeleteSelected.svg", tr("Remove all pins")),
        ):
            button.setIcon(QgsApplication.getThemeIcon(picture))
            button.setAccessibleName(name)
            button.setAutoRaise(True)
        self.undo.setToolTip(tr("Undo (Ctrl+Z)"))
        self.redo.setToolTip(tr("Redo (Ctrl+Shift+Z)"))
        self.clear.setToolTip(tr("Remove all pins"))
        top = QHBoxLayout()
        top.addWidget(self.back)
        top.addWidget(self.title, 1)
        for button in (self.undo, self.redo, self.clear):
            top.addWidget(button)
        rules = QHBoxLayout()
        rules.addWidget(self.keep_apart)
        rules.addWidget(self.apart)
        rules.addWidget(QLabel(tr("apart")))
        rules.addStretch(1)
        rules.addWidget(self.other_scenes)
        threshold = QHBoxLayout()
        threshold.addWidget(QLabel(tr("Show")))
        threshold.addWidget(self.slider, 1)
        threshold.addWidget(self.area)
        bottom = QHBoxLayout()
        bottom.addWidget(self.point)
        bottom.addWidget(self.dim)
        bottom.addStretch(1)
        bottom.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.words)
        layout.addWidget(self.places, 1)
        layout.addLayout(rules)
        layout.addLayout(threshold)
        layout.addLayout(bottom)

    def _connect(self) -> None:
        search, stack = self.search, self.editor.stack
        self.back.clicked.connect(self.closed)
        self.point.clicked.connect(self._toggle_tool)
        self._canvas.mapToolSet.connect(self._follow_tool)
        self.keep_apart.toggled.connect(self._take_rules)
        self.apart.valueChanged.connect(self._take_rules)
        self.other_scenes.toggled.connect(self._take_rules)
        self.slider.valueChanged.connect(lambda _: self._slider_timer.start())
        for button, act, signal in (
            (self.undo, stack.undo, stack.canUndoChanged),
            (self.redo, stack.redo, stack.canRedoChanged),
        ):
            button.clicked.connect(act)
            button.setEnabled(False)
            signal.connect(button.setEnabled)
        self.clear.clicked.connect(self.editor.clear)
        self.dim.toggled.connect(search.set_dimming)
        self.keep.clicked.connect(self._ask_name)
        self.places.pointed.connect(self._point_at)
        self.places.chosen.connect(self.fly_to)
        self.places.taken.connect(self._take_place)
        self.tool.missed.connect(self.words.setText)
        search.answered.connect(self._show_answer)
        search.failed.connect(self.words.setText)
        search.thumbnail_made.connect(self.places.show_thumbnail)
        search.threshold_changed.connect(self._show_threshold)

    def fly_to(self, position: int) -> None:
        """Move the map to a place, nearer where it would be too small to see, and flash it."""
        footprint = self.search.footprint(position)
        corners = [QgsPointXY(p) for p in footprint.vertices()]
        box = _box(self.marks.place.to_map(corners))
        if box is None:
            return
        extent = QgsRectangle(self._canvas.extent())
        share = box.width() / extent.width() if extent.width() else 1.0
        if share < FLIGHT_SHARE:
            extent.scale(max(share / FLIGHT_SHARE, 1e-6))
        half_width, half_height = extent.width() / 2, extent.height() / 2
        middle = box.center()
        self._canvas.setExtent(
            QgsRectangle(
                middle.x() - half_width,
                middle.y() - half_height,
                middle.x() + half_width,
                middle.y() + half_height,
            )
        )
        self._canvas.refresh()
        self._flash(position)

    def _flash(self, position: int) -> None:
        crs = self.search.ground.crs
        if not crs.isValid():
            crs = QgsCoordinateReferenceSystem(self._canvas.mapSettings().destinationCrs())
        self._canvas.flashGeometries([self.search.footprint(position)], crs)

    def _point_at(self, position: int) -> None:
        if position < 0:
            self.marks.highlight(None)
        elif position != self.marks.highlighted:
            self.marks.highlight(position)
            self._flash(position)

    def _take_place(self, position: int, kind: str) -> None:
        pin = self.search.pin_on(position, kind != "counter-example")
        if kind == "new":
            self.editor.start_from(pin)
        else:
            self.editor.add(pin)

    def _take_rules(self, *_: object) -> None:
        self.apart.setEnabled(self.keep_apart.isChecked())
        self.search.set_options(
            apart=float(self.apart.value()) if self.keep_apart.isChecked() else 0.0,
            other_scenes=self.other_scenes.isChecked(),
        )

    def _take_slider(self) -> None:
        answer = self.search.answer
        if answer is not None:
            share = self.slider.value() / SLIDER_STEPS
            self.search.set_threshold(answer.low + share * (answer.high - answer.low))

    def _toggle_tool(self, checked: bool) -> None:
        if checked:
            self._canvas.setMapTool(self.tool)
        else:
            self._canvas.unsetMapTool(self.tool)

    def _follow_tool(self, tool: Any, _: Any = None) -> None:
        self.point.setChecked(tool is self.tool)

    def _show_answer(self, answer: Optional[Answer]) -> None:
        self.marks.highlight(None)
        self.places.show_answer(answer, self.search.thumbnail)
        for widget in (self.slider, self.keep):
            widget.setEnabled(answer is not None)
        self.clear.setEnabled(bool(self.search.pins))
        if answer is None:
            self.area.setText("")
            self.words.setText(self._hint())
            self._canvas.refresh()
            return
        seconds = sum(answer.seconds.values())
        words = tr("{count} places of {total}, in {seconds} s.").format(
            count=len(answer.positions),
            total=number_words(self.search.vectors.valid.sum()),
            seconds=number_words(max(seconds, 0.01), 2),
        )
        if not self.search.can_show_pictures:
            words += " " + tr(
                "The scene's files are not where they were, so there are no pictures."
            )
        elif len(self.search.pins) == 1:
            words += " " + tr("Shift-click adds an example, Ctrl-click a counter-example.")
        self.words.setText(words)

    def _hint(self) -> str:
        if self.search.pins:
            return tr("There are only counter-examples. Shift-click a place to add an example.")
        return tr(
            "Click a place on the map: the map shows where it looks like that, and the places most "
            "like it appear here."
        )

    def _show_threshold(self) -> None:
        answer = self.search.answer
        if answer is None:
            return
        threshold, span = self.search.threshold, answer.high - answer.low
        self.slider.blockSignals(True)
        share = (threshold - answer.low) / span if span > 0 else 0.0
        self.slider.setValue(round(SLIDER_STEPS * min(max(share, 0.0), 1.0)))
        self.slider.blockSignals(False)
        self.area.setText(f"≥ {number_words(threshold, 2)} · {area_words(self.search.area())}")

    def _ask_name(self) -> None:
        name, accepted = QInputDialog.getText(
            self, tr("Keep this search"), tr("Name"), text=self.search.vectors.name
        )
        if accepted and name.strip():
            self.keep_wanted.emit(name.strip())


def _box(points: List[QgsPointXY]) -> Optional[QgsRectangle]:
    """The box about points; None for none."""
    if not points:
        return None
    xs, ys = [point.x() for point in points], [point.y() for point in points]
    return QgsRectangle(min(xs), min(ys), max(xs), max(ys))
