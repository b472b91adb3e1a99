"""Every line of the plugin is held to what Qt 6 and QGIS 4 take."""

from __future__ import annotations

from pathlib import Path

import pytest
from qt6_check import known_classes, problems_in, problems_of_files

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def classes(application):
    return known_classes()


def test_the_plugin_is_ready_for_qt_6(application) -> None:
    files = [
        REPOSITORY / "__init__.py",
        *sorted((REPOSITORY / "qgis_plugin").rglob("*.py")),
        *sorted((REPOSITORY / "tests" / "plugin").glob("*.py")),
        *sorted((REPOSITORY / "docs" / "screenshots").glob("*.py")),
    ]
    # The samples of what is wrong stand in this very file, as texts.
    assert list(problems_of_files(files)) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("from PyQt5.QtCore import Qt", "PyQt5.QtCore is imported"),
        ("import sip", "sip is imported"),
        ("from qgis.PyQt import sip", "sip is imported"),
        ("from qgis.PyQt.QtGui import QAction", "QAction comes from QtWidgets"),
        ("from qgis.PyQt.QtCore import QRegExp", "QRegularExpression"),
        ("a = Qt.AlignLeft", "Qt.AlignLeft wants its scope: AlignmentFlag.AlignLeft"),
        ("a = Qt.AlignLeft | Qt.AlignTop", "AlignmentFlag.AlignTop"),
        ("a = QtCore.Qt.red", ""),
        ("a = QMessageBox.Ok", "StandardButton.Ok"),
        ("a = QProcess.NotRunning", "ProcessState.NotRunning"),
        ("a = QSizePolicy.Expanding", "Policy.Expanding"),
        ("a = QgsTask.CanCancel", "Flag.CanCancel"),
        ("a = QgsProcessing.TypeRaster", "SourceType.TypeRaster"),
        ("a = QgsProcessingParameterNumber.Integer", "Type.Integer"),
        ("a = QgsProcessingParameterDefinition.FlagAdvanced", "Flag.FlagAdvanced"),
        ("a = Qgis.Info", "MessageLevel.Info"),
        ("def f(p: QProcess):\n    return p.NotRunning", "ProcessState.NotRunning"),
        ("def f():\n    d = QDialog()\n    return d.exec() == d.Accepted", "DialogCode.Accepted"),
        ("class A(QDialog):\n    def f(self):\n        return self.Accepted", "DialogCode"),
        (
            "class A(QDialog):\n    pass\nclass B(A):\n    def f(self):\n        self.Accepted",
            "Dialog",
        ),
        ("a = QPainter(b).Antialiasing", "RenderHint.Antialiasing"),
        ("dialog.exec_()", "exec_ is gone: exec()"),
        ("a = metrics.width('text')", "horizontalAdvance"),
        ("a = event.globalPos()", "globalPosition"),
        ("a = e.globalPos() if big else e.globalPosition()", "globalPosition"),
        # What is right.
        ("a = e.globalPosition() if hasattr(e, 'globalPosition') else e.globalPos()", ""),
        (
            "try:\n    from qgis.PyQt.QtGui import QUndoStack\nexcept ImportError:\n"
            "    from qgis.PyQt.QtWidgets import QUndoStack",
            "",
        ),
        ("a = Qt.AlignmentFlag.AlignLeft", ""),
        ("a = QDialog.DialogCode.Accepted", ""),
        ("a = QMessageBox.StandardButton.Ok", ""),
        ("a = Qgis.MessageLevel.Info", ""),
        ("from qgis.PyQt.QtWidgets import QAction", ""),
        ("def f(p: QProcess):\n    return p.ProcessState.NotRunning", ""),
        ("a = widget.width()", ""),
        ("a = QVariant.Type.Int", ""),
        ("a = QgsProcessing.TEMPORARY_OUTPUT", ""),
    ],
)
def test_the_check_can_fail(classes, line: str, words: str) -> None:
    found = problems_in(line, classes)
    assert bool(found) == bool(words), found
    if words:
        assert any(words in problem for problem in found), found
