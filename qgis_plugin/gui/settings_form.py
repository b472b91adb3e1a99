"""A form made of the contract's settings: one field for each, with its unit, range and help."""

from typing import Any, Dict, List, Optional, Sequence

from qgis.core import QgsCoordinateReferenceSystem
from qgis.gui import QgsProjectionSelectionWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QDoubleValidator, QIntValidator
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from ...backend.contract.settings import Setting
from ..algorithms.parameters import crs_text, split_texts
from ..translation import tr

MOST = 2**31 - 1


class SettingsForm(QWidget):
    """Fields for settings of simple kinds; `changed` comes when any of them does."""

    changed = pyqtSignal()

    def __init__(self, settings: Sequence[Setting], parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.settings = list(settings)
        self.fields: Dict[str, QWidget] = {}
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        # Long labels go above their fields, so that the form stays narrow.
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for setting in self.settings:
            field = self._make_field(setting)
            field.setToolTip(f"{setting.help}.")
            field.setAccessibleName(setting.label)
            self.fields[setting.name] = field
            if setting.kind == "flag":
                layout.addRow(field)
            else:
                layout.addRow(setting.label, field)

    def _make_field(self, setting: Setting) -> QWidget:
        if setting.kind == "flag":
            box = QCheckBox(setting.label)
            box.setChecked(bool(setting.default))
            box.toggled.connect(lambda *_: self.changed.emit())
            return box
        if setting.choices:
            choice = QComboBox()
            choice.addItems(setting.choices)
            choice.setCurrentText(setting.default)
            choice.currentIndexChanged.connect(lambda *_: self.changed.emit())
            return choice
        if setting.kind == "crs":
            crs = QgsProjectionSelectionWidget()
            crs.setOptionVisible(QgsProjectionSelectionWidget.CrsOption.CrsNotSet, True)
            crs.setCrs(QgsCoordinateReferenceSystem())
            crs.crsChanged.connect(lambda *_: self.changed.emit())
            return crs
        if setting.kind in ("integer", "number") and not setting.optional:
            return self._number(setting)
        line = QLineEdit()
        line.setPlaceholderText(tr("automatic"))
        if setting.kind == "integer":
            line.setValidator(QIntValidator(int(setting.minimum or 0), MOST, line))
        elif setting.kind == "number":
            line.setValidator(QDoubleValidator(line))
        line.textChanged.connect(lambda *_: self.changed.emit())
        return line

    def _number(self, setting: Setting) -> QWidget:
        if setting.kind == "integer":
            spin: Any = QSpinBox()
            low, high = int(setting.minimum or 0), int(setting.maximum or MOST)
        else:
            spin = QDoubleSpinBox()
            spin.setDecimals(2)
            spin.setSingleStep(0.05)
            low = setting.minimum if setting.minimum is not None else -1e9
            high = setting.maximum if setting.maximum is not None else 1e9
        spin.setRange(low, high)
        spin.setGroupSeparatorShown(setting.name != "seed")
        spin.setValue(setting.default)
        if setting.unit:
            spin.setSuffix(f" {setting.unit}")
        spin.valueChanged.connect(lambda *_: self.changed.emit())
        return spin

    def values(self) -> Dict[str, Any]:
        """The settings that differ from what the contract gives by default."""
        found = {}
        for setting in self.settings:
            value = self._value(setting)
            if value != setting.default and value is not None:
                found[setting.name] = value
        return found

    def _value(self, setting: Setting) -> Any:
        field = self.fields[setting.name]
        if isinstance(field, QCheckBox):
            return field.isChecked()
        if isinstance(field, QComboBox):
            return field.currentText()
        if isinstance(field, QgsProjectionSelectionWidget):
            return crs_text(field.crs())
        if isinstance(field, (QSpinBox, QDoubleSpinBox)):
            return round(field.value(), 6)
        return _from_text(setting, field.text().strip())

    def set_value(self, name: str, value: Any) -> None:
        """Fill in one field."""
        field = self.fields[name]
        if isinstance(field, QCheckBox):
            field.setChecked(bool(value))
        elif isinstance(field, QComboBox):
            field.setCurrentText(value)
        elif isinstance(field, QgsProjectionSelectionWidget):
            field.setCrs(QgsCoordinateReferenceSystem(value))
        elif isinstance(field, (QSpinBox, QDoubleSpinBox)):
            field.setValue(value)
        else:
            field.setText(str(value))


def _from_text(setting: Setting, text: str) -> Any:
    """What was written in a field; None where it is empty or no number."""
    if not text:
        return None
    if setting.is_list:
        items: List[str] = split_texts(text)
        if setting.kind != "integers":
            return items
        return [int(item) for item in items if item.lstrip("-").isdigit()] or None
    if setting.kind not in ("integer", "number"):
        return text
    try:
        return (int if setting.kind == "integer" else float)(text.replace(",", "."))
    except ValueError:
        return None
