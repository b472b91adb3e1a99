"""The class table editor: codes, names, what they count for, colours."""

import copy
from pathlib import Path
from typing import Callable, List, Optional

from qgis.gui import QgsColorButton
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...algorithms.land_cover import built_in_tables
from ...tiles.class_tables import (
    ClassRow,
    EditedTable,
    built_in_path,
    merge,
    parse_codes,
    read_table,
    spare_colour,
)
from ...translation import tr

CODE, NAME, TARGET, COLOUR = range(4)


class ClassTableDialog(QDialog):
    """Edits a copy of a table. `result_table` is the table, or `built_in` the name of one that
    cannot be edited and is used as it is. `note` says what the user should know of the codes."""

    def __init__(
        self,
        table: EditedTable,
        from_layer: Callable[[], EditedTable],
        layer_name: str,
        parent: Optional[QWidget] = None,
        *,
        note: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Classes of {layer}").format(layer=layer_name))
        self._from_layer = from_layer
        self.result_table = copy.deepcopy(table)
        self.built_in = ""
        self.start = QComboBox()
        self.start.setAccessibleName(tr("Fill from"))
        self.start.addItem(tr("this table"))
        self.start.addItem(tr("the layer's own classes and colours"), None)
        for name in built_in_tables():
            self.start.addItem(name, name)
        self.start.activated.connect(self._fill_from)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(tr("Classes"))
        self.table.setHorizontalHeaderLabels(
            [tr("Codes"), tr("Name"), tr("Counts as"), tr("Colour")]
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        for column, mode in (
            (CODE, QHeaderView.ResizeMode.ResizeToContents),
            (NAME, QHeaderView.ResizeMode.Stretch),
            (TARGET, QHeaderView.ResizeMode.Stretch),
            (COLOUR, QHeaderView.ResizeMode.ResizeToContents),
        ):
            header.setSectionResizeMode(column, mode)
        self.table.itemChanged.connect(self._take_item)
        self.nodata = QLineEdit()
        self.nodata.setToolTip(tr("Codes that mean no data, separated by commas"))
        self.nodata.textEdited.connect(self._take_nodata)
        self.unknown = QComboBox()
        self.unknown.addItem(tr("an error: the build stops and names them"), "error")
        self.unknown.addItem(tr("left out: they belong to no class"), "ignore")
        self.unknown.activated.connect(self._take_unknown)
        form = QFormLayout()
        form.addRow(tr("No-data codes"), self.nodata)
        form.addRow(tr("Codes not listed are"), self.unknown)
        self.note = QLabel(note)
        self.note.setWordWrap(True)
        self.note.setVisible(bool(note))
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self._top())
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addLayout(self._row_buttons())
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self.resize(620, 520)
        self.show_table()

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Fill from")))
        row.addWidget(self.start, 1)
        self.import_button = self._button(row, tr("Import…"), self._import)
        self.export_button = self._button(row, tr("Export…"), self._export)
        return row

    def _row_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.merge_button = self._button(row, tr("Merge selected rows"), self.merge_selected)
        self.merge_button.setToolTip(tr("Count the codes of the selected rows as one class"))
        self.add_button = self._button(row, tr("Add row"), self.add_row)
        self.remove_button = self._button(row, tr("Remove rows"), self.remove_selected)
        row.addStretch(1)
        return row

    def _button(self, row: QHBoxLayout, text: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda *_: action())
        row.addWidget(button)
        return button

    def show_table(self) -> None:
        """Show the table as it stands."""
        table = self.result_table
        self.table.blockSignals(True)
        self.table.setRowCount(len(table.rows))
        for number, row in enumerate(table.rows):
            code = QTableWidgetItem(row.codes_text)
            code.setFlags(code.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            state = Qt.CheckState.Checked if row.included else Qt.CheckState.Unchecked
            code.setCheckState(state)
            code.setToolTip(tr("Unticked codes belong to no class and are not counted"))
            self.table.setItem(number, CODE, code)
            self.table.setItem(number, NAME, QTableWidgetItem(row.name))
            self.table.setItem(number, TARGET, QTableWidgetItem(row.target))
            button = QgsColorButton()
            button.setColor(QColor(row.colour))
            button.setAccessibleName(tr("Colour of {name}").format(name=row.name))
            button.colorChanged.connect(lambda colour, one=row: self._take_colour(one, colour))
            self.table.setCellWidget(number, COLOUR, button)
        self.table.blockSignals(False)
        self.nodata.setText(", ".join(map(str, table.nodata)))
        self.unknown.setCurrentIndex(1 if table.unknown == "ignore" else 0)
        self._check()

    def _take_item(self, item: QTableWidgetItem) -> None:
        row = self.result_table.rows[item.row()]
        text = item.text().strip()
        if item.column() == CODE:
            row.codes = parse_codes(text)
            row.included = item.checkState() == Qt.CheckState.Checked
        elif item.column() == NAME:
            if row.target == row.name:
                # A class that was not merged keeps the name of its row.
                row.target = text
                self.table.blockSignals(True)
                self.table.item(item.row(), TARGET).setText(text)
                self.table.blockSignals(False)
            row.name = text
        elif item.column() == TARGET:
            row.target = text
        self._check()

    def _take_colour(self, row: ClassRow, colour: QColor) -> None:
        row.colour = colour.name()

    def _take_nodata(self, text: str) -> None:
        self.result_table.nodata = parse_codes(text)
        self._check()

    def _take_unknown(self, *_: object) -> None:
        self.result_table.unknown = self.unknown.currentData()

    def _check(self) -> None:
        problem = "" if self.built_in else self.result_table.problem()
        if self.built_in:
            self.problem.setText(
                tr("“{name}” is used as it is: its layers have a band for each class.").format(
                    name=self.built_in
                )
            )
        else:
            count = len(self.result_table.class_names)
            self.problem.setText(problem or tr("{count} classes").format(count=count))
        for widget in (self.table, self.nodata, self.unknown, self.add_button):
            widget.setEnabled(not self.built_in)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)

    def _selected(self) -> List[ClassRow]:
        numbers = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.result_table.rows[number] for number in numbers]

    def merge_selected(self) -> None:
        """Count the selected rows as one class, named and coloured as the first."""
        rows = self._selected()
        if len(rows) < 2:
            self.problem.setText(tr("Select two rows or more to merge them."))
            return
        merge(rows, rows[0].target)
        self.show_table()

    def add_row(self) -> None:
        """A new class without codes."""
        number = len(self.result_table.rows)
        name = tr("New class")
        self.result_table.rows.append(ClassRow([], name, spare_colour(number)))
        self.show_table()
        self.table.scrollToBottom()

    def remove_selected(self) -> None:
        """Take the selected rows out of the table."""
        gone = [id(row) for row in self._selected()]
        rows = [row for row in self.result_table.rows if id(row) not in gone]
        self.result_table.rows = rows
        self.show_table()

    def _fill_from(self, index: int) -> None:
        name = self.start.itemData(index)
        if index == 0:
            return
        if name is None:
            self.use(self._from_layer())
        else:
            self.use_built_in(name)

    def use(self, table: EditedTable) -> None:
        """Edit this table from now on."""
        self.built_in, self.result_table = "", copy.deepcopy(table)
        self.show_table()

    def use_built_in(self, name: str) -> None:
        """Edit a built-in table, or use it as it is where it cannot be edited."""
        try:
            self.use(read_table(built_in_path(name)))
        except ValueError:
            self.built_in = name
            self._check()

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Class table"), "", tr("Class tables") + " (*.json)"
        )
        if path:
            self.import_file(path)

    def import_file(self, path: str) -> None:
        """Edit the table in a file; says so where it is none."""
        try:
            self.use(read_table(Path(path)))
        except ValueError as error:
            self.problem.setText(str(error))

    def _export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Class table"), "", tr("Class tables") + " (*.json)"
        )
        if path:
            self.export_file(path)

    def export_file(self, path: str) -> None:
        """Write the table to a file that the backend, and this dialog, read."""
        target = Path(path if path.endswith(".json") else f"{path}.json")
        try:
            self.result_table.write(target)
        except OSError as error:
            self.problem.setText(
                tr("{path} cannot be written: {reason}.").format(path=target, reason=error.strerror)
            )
