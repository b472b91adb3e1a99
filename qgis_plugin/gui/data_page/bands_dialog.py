"""The bands of a scene in a table: which are taken, their names and wavelengths."""

from pathlib import Path
from typing import List, Optional

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...layers import raster_path
from ...tiles.bands import Band, bands_problem, plain_name
from ...tiles.scene_sources import SceneSource
from ...translation import tr

NUMBER, NAME, WAVELENGTH, FILE = range(4)


class BandsDialog(QDialog):
    """Edits a copy of the bands; `bands()` gives it."""

    def __init__(
        self, scene: SceneSource, bands: List[Band], parent: Optional[QWidget] = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Bands of {scene}").format(scene=scene.name))
        words = QLabel(
            tr(
                "Encoders know bands by name: give the same band the same name in all your "
                "scenes. The wavelength is for your records."
            )
        )
        words.setWordWrap(True)
        self.table = QTableWidget(len(bands), 4)
        self.table.setAccessibleName(tr("Bands"))
        self.table.setHorizontalHeaderLabels(
            [tr("Band"), tr("Name"), tr("Wavelength (µm)"), tr("File")]
        )
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(FILE, QHeaderView.ResizeMode.Stretch)
        files = [
            (Path(raster_path(layer)).name)
            for layer in scene.layers
            for _ in range(layer.bandCount())
        ]
        for row, band in enumerate(bands):
            self._fill_row(row, band, files[row] if row < len(files) else "")
        self.table.itemChanged.connect(lambda *_: self._check())
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self.resize(520, 360)
        self._check()

    def _fill_row(self, row: int, band: Band, file: str) -> None:
        number = QTableWidgetItem(str(band.number))
        number.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        wanted = Qt.CheckState.Checked if band.wanted else Qt.CheckState.Unchecked
        number.setCheckState(wanted)
        length = f"{band.wavelength_um:g}" if band.wavelength_um else ""
        name_of_file = QTableWidgetItem(file)
        name_of_file.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.table.setItem(row, NUMBER, number)
        self.table.setItem(row, NAME, QTableWidgetItem(band.name))
        self.table.setItem(row, WAVELENGTH, QTableWidgetItem(length))
        self.table.setItem(row, FILE, name_of_file)

    def bands(self) -> List[Band]:
        """The bands as the table stands."""
        return [
            Band(
                row + 1,
                plain_name(self.table.item(row, NAME).text()),
                _wavelength(self.table.item(row, WAVELENGTH).text()),
                self.table.item(row, NUMBER).checkState() == Qt.CheckState.Checked,
            )
            for row in range(self.table.rowCount())
        ]

    def _check(self) -> None:
        problem = bands_problem(self.bands())
        for row in range(self.table.rowCount()):
            text = self.table.item(row, WAVELENGTH).text().strip()
            if text and _wavelength(text) is None and not problem:
                problem = tr(
                    "Band {number}: “{text}” is no wavelength. Write micrometres, such as 0.865."
                ).format(number=row + 1, text=text)
        self.problem.setText(problem)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)


def _wavelength(text: str) -> Optional[float]:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value < 1e6 else None
