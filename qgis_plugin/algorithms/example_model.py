"""The model that comes with the plugin, as an algorithm beside the others."""

from typing import List

from qgis.core import QgsApplication, QgsProcessingModelAlgorithm
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..environment import PLUGIN_FOLDER, interpreter, interpreter_problem
from ..icons import icon
from ..manual import manual_page
from .help import picture

MODEL_FOLDER = PLUGIN_FOLDER / "resources" / "models"


class WholeLine(QgsProcessingModelAlgorithm):
    """From a scene to similar places in one run; the model designer opens the same file."""

    identifier = "wholeline"
    title = "From scene to similar places (model)"
    path = MODEL_FOLDER / "whole_line.model3"

    def __init__(self) -> None:
        super().__init__()
        self.fromFile(str(self.path))

    def createInstance(self, *_: object) -> "WholeLine":
        return type(self)()

    def name(self) -> str:
        return self.identifier

    def displayName(self) -> str:
        return self.title

    def group(self) -> str:
        return "Models"

    def groupId(self) -> str:
        return "models"

    def icon(self) -> QIcon:
        return icon("near_things")

    def tags(self) -> List[str]:
        return ["near things", "model", "example", "workflow", "chain", "self-supervised"]

    def shortHelpString(self) -> str:
        text = super().shortHelpString()
        return text if QgsApplication.platform() == "qgis_process" else picture("wholeline") + text

    def helpUrl(self) -> str:
        return QUrl.fromLocalFile(str(manual_page(self.title))).toString()

    def canExecute(self):
        problem = interpreter_problem(interpreter())
        return not problem, problem
