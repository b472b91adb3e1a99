"""A form of settings: one row each, its default shown faintly, its help as tooltip."""

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from qgis.core import QgsCoordinateReferenceSystem
from qgis.gui import QgsFileWidget, QgsProjectionSelectionWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ....backend.contract.settings import Setting
from ...algorithms.parameters import crs_text, default_text, parameter_label, split_texts
from ...translation import tr

Group = Tuple[str, Sequence[Setting]]

# Long labels are broken sooner than their fields become too narrow to read.
_FIELD_CHARACTERS = 18


class _Field:
    """One setting's widget; `read` gives its value, None where that is the default."""

    def __init__(self, setting: Setting, changed: Callable[[], None]) -> None:
        self.setting = setting
        default = default_text(setting)
        if setting.kind == "flag":
            self.widget: QWidget = QCheckBox(parameter_label(setting))
            self.widget.setChecked(bool(setting.default))
            self.widget.toggled.connect(changed)
        elif setting.choices and not setting.is_list:
            self.widget = QComboBox()
            # Long names may not make the form wider than the dock.
            self.widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            for choice in setting.choices:
                self.widget.addItem(choice, choice)
            if setting.default is None:
                self.widget.insertItem(0, tr("as the method has it"), None)
            self.widget.setCurrentIndex(max(0, self.widget.findData(setting.default)))
            self.widget.currentIndexChanged.connect(changed)
        elif setting.kind == "crs":
            self.widget = QgsProjectionSelectionWidget()
            none = QgsProjectionSelectionWidget.CrsOption.CrsNotSet
            self.widget.setOptionVisible(none, True)
            self.widget.setCrs(QgsCoordinateReferenceSystem())
            self.widget.crsChanged.connect(changed)
        elif setting.kind in ("file", "raster", "folder"):
            modes = QgsFileWidget.StorageMode
            self.widget = QgsFileWidget()
            is_file = setting.kind != "folder"
            self.widget.setStorageMode(modes.GetFile if is_file else modes.GetDirectory)
            self.widget.lineEdit().setPlaceholderText(default)
            self.widget.fileChanged.connect(changed)
        else:
            self.widget = QLineEdit()
            self.widget.setPlaceholderText(default or tr("default"))
            self.widget.textChanged.connect(changed)
        words = tr("{help} (default: {value})").format(help=setting.help, value=default)
        self.help = words if default else setting.help
        self.widget.setToolTip(self.help)
        self.widget.setAccessibleName(parameter_label(setting))
        self.widget.setAccessibleDescription(self.help)

    def read(self) -> Any:
        widget = self.widget
        if isinstance(widget, QCheckBox):
            return None if widget.isChecked() == bool(self.setting.default) else widget.isChecked()
        if isinstance(widget, QComboBox):
            value = widget.currentData()
            return None if value == self.setting.default else value
        if isinstance(widget, QgsProjectionSelectionWidget):
            return crs_text(widget.crs()) or None
        text = widget.filePath() if isinstance(widget, QgsFileWidget) else widget.text()
        text = text.strip()
        if not text:
            return None
        if self.setting.kind == "number":
            # As people in half of Europe write it.
            return text.replace(",", ".")
        return split_texts(text) if self.setting.is_list else text

    def write(self, value: Any) -> None:
        """Show a value; None and the default leave the field as it is when untouched."""
        widget, default = self.widget, self.setting.default
        is_default = value is None or value == default
        if isinstance(widget, QCheckBox):
            widget.setChecked(bool(default if value is None else value))
        elif isinstance(widget, QComboBox):
            widget.setCurrentIndex(max(0, widget.findData(default if value is None else value)))
        elif isinstance(widget, QgsProjectionSelectionWidget):
            widget.setCrs(QgsCoordinateReferenceSystem(value or ""))
        else:
            items = value if isinstance(value, (list, tuple)) else [value]
            text = "" if is_default else " ".join(map(str, items))
            (widget.setFilePath if isinstance(widget, QgsFileWidget) else widget.setText)(text)


class SettingsForm(QWidget):
    """Rows under headings. What is left as it is has the default and is no value."""

    changed = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._fields: Dict[str, _Field] = {}
        self._body: Optional[QWidget] = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def show_settings(self, groups: Sequence[Group]) -> None:
        """Show other settings, by heading; values of those that were there already stay.

        Settings under the heading "" have none.
        """
        kept = self.values()
        if self._body is not None:
            self._layout.removeWidget(self._body)
            self._body.deleteLater()
        self._fields, self._body = {}, QWidget()
        form = QFormLayout(self._body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for title, settings in groups:
            if not settings:
                continue
            if title:
                heading = QLabel(title)
                font = heading.font()
                font.setBold(True)
                heading.setFont(font)
                form.addRow(heading)
            for setting in settings:
                self._add_row(form, setting)
        self._layout.addWidget(self._body)
        self.set_values({n: v for n, v in kept.items() if n in self._fields})

    def _add_row(self, form: QFormLayout, setting: Setting) -> None:
        field = _Field(setting, lambda *_: self.changed.emit())
        self._fields[setting.name] = field
        if isinstance(field.widget, QCheckBox):
            form.addRow(field.widget)
            return
        label = QLabel(parameter_label(setting))
        label.setToolTip(field.help)
        label.setBuddy(field.widget)
        label.setWordWrap(True)
        field.widget.setMinimumWidth(_FIELD_CHARACTERS * label.fontMetrics().averageCharWidth())
        form.addRow(label, field.widget)

    def values(self) -> Dict[str, Any]:
        """What differs from the defaults: texts, flags and lists of texts, by setting."""
        read = {name: field.read() for name, field in self._fields.items()}
        return {name: value for name, value in read.items() if value is not None}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these values, and the defaults of what they leave out."""
        for name, field in self._fields.items():
            field.write(values.get(name))

    def names(self) -> List[str]:
        """The settings that it shows."""
        return list(self._fields)

    def field(self, name: str) -> QWidget:
        """The widget of a setting."""
        return self._fields[name].widget
