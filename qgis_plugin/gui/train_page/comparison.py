"""The ticked runs side by side: one chart with all curves, and a table of what differs."""

from typing import List, Optional, Sequence

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...runs.run import Run
from ...runs.words import differences, final_figures, metric_titles
from ...translation import tr
from ..charts.line_chart import LineChart, Series

_ROWS_SHOWN = 12


class Comparison(QWidget):
    """Hidden while no run is ticked."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._runs: List[Run] = []
        self.metric = QComboBox()
        self.metric.setAccessibleName(tr("Metric"))
        self.metric.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for name, title in metric_titles().items():
            self.metric.addItem(title, name)
        explained = {
            "knn_accuracy": tr("Share of validation tiles whose land cover their neighbours tell"),
            "spread": tr("How far apart the embeddings lie: about 1 is healthy, near 0 collapsed"),
        }
        for name, words in explained.items():
            place = self.metric.findData(name)
            self.metric.setItemData(place, words, Qt.ItemDataRole.ToolTipRole)
        self.metric.currentIndexChanged.connect(self.draw)
        self.log = QCheckBox(tr("Logarithmic"))
        self.chart = LineChart()
        self.log.toggled.connect(self.chart.set_log)
        self.chart.setMinimumHeight(15 * self.fontMetrics().height())
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("What differs between the runs"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        row = QHBoxLayout()
        row.addWidget(self.metric, 1)
        row.addWidget(self.log)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.chart)
        layout.addWidget(self.table)
        self.hide()

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Compare these runs."""
        self._runs = list(runs)
        self.setVisible(bool(self._runs))
        self.draw()

    def draw(self, *_: object) -> None:
        """Draw chart and table as the runs are now."""
        name, series = self.metric.currentData(), []
        for number, run in enumerate(self._runs):
            curve = run.history.curves.get(name)
            if curve:
                series.append(Series(run.name, *curve.arrays(), number))
        self.chart.set_series(series, title=self.metric.currentText(), x_label=tr("step"))
        self._fill_table()

    def _fill_table(self) -> None:
        settings = differences(self._runs) if len(self._runs) > 1 else []
        rows = [*final_figures(self._runs), *settings]
        self.table.setRowCount(len(rows))
        self.table.setColumnCount(len(self._runs))
        self.table.setHorizontalHeaderLabels([run.name for run in self._runs])
        self.table.setVerticalHeaderLabels([title for title, _values in rows])
        for row, (_title, values) in enumerate(rows):
            for column, text in enumerate(values):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        mode = QHeaderView.ResizeMode.ResizeToContents
        if len(self._runs) <= 2:
            mode = QHeaderView.ResizeMode.Stretch
        self.table.horizontalHeader().setSectionResizeMode(mode)
        # Narrow as the dock is, the values need more room than their titles.
        self.table.verticalHeader().setMaximumWidth(18 * self.fontMetrics().averageCharWidth())
        for row, (title, _values) in enumerate(rows):
            self.table.verticalHeaderItem(row).setToolTip(title)
        self.table.resizeRowsToContents()
        height = self.table.horizontalHeader().sizeHint().height() + 4
        height += sum(self.table.rowHeight(row) for row in range(min(len(rows), _ROWS_SHOWN)))
        self.table.setFixedHeight(height + self.table.horizontalScrollBar().sizeHint().height())
