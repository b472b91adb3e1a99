"""One Processing algorithm at work in the background, for the widgets that started it."""

from typing import Any, ClassVar, Dict, List, Optional

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterVectorDestination,
    QgsProcessingUtils,
    QgsProject,
)
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal

from ..translation import tr

Values = Dict[str, Any]


class JobFeedback(QgsProcessingFeedback):
    """Passes on from the worker's thread, as signals, what the algorithm says."""

    told = pyqtSignal(str)
    said = pyqtSignal(str)
    failed = pyqtSignal(str)

    def setProgressText(self, text: str) -> None:
        super().setProgressText(text)
        self.told.emit(text)

    def pushInfo(self, info: str) -> None:
        super().pushInfo(info)
        self.said.emit(info)

    def pushCommandInfo(self, info: str) -> None:
        super().pushCommandInfo(info)
        self.said.emit(info)

    def pushWarning(self, warning: str) -> None:
        super().pushWarning(warning)
        self.said.emit(warning)

    def reportError(self, error: str, fatalError: bool = False) -> None:
        super().reportError(error, fatalError)
        self.said.emit(error)
        self.failed.emit(error)


class AlgorithmJob(QObject):
    """Runs an algorithm as a task; its layers are loaded, styled and grouped when it is done.

    `progressed` gives per cent and what is being done; `said` each line of the log; `finished`
    whether all went well, the results, and else what went wrong as a sentence. It comes once, also
    where the algorithm could not be started, but never before `start` has returned.

    A job has no parent: its task works with what it holds, also while the plugin is unloaded.
    """

    # From `start` to the end, whoever else forgets it.
    _running: ClassVar[List["AlgorithmJob"]] = []

    progressed = pyqtSignal(float, str)
    said = pyqtSignal(str)
    finished = pyqtSignal(bool, dict, str)
    _refused = pyqtSignal(str)

    def __init__(self, identifier: str, parameters: Values, title: str) -> None:
        super().__init__()
        self.title = title
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById(identifier)
        self._parameters = _loaded_destinations(self._algorithm, parameters)
        # QGIS keeps no reference to any of these for us.
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._feedback = JobFeedback()
        self._context.setFeedback(self._feedback)
        self._task: Optional[QgsProcessingAlgRunnerTask] = None
        self._percent, self._words, self._error = 0.0, "", ""
        self._ended = False
        self._feedback.progressChanged.connect(self._take_percent)
        self._feedback.told.connect(self._take_words)
        self._feedback.said.connect(self.said)
        self._feedback.failed.connect(self._take_error)

    @property
    def is_running(self) -> bool:
        """True from `start` until `finished`."""
        return self._task is not None and not self._ended

    def start(self) -> None:
        """Check the parameters, and begin."""
        self._running.append(self)
        self._refused.connect(self._take_refusal, Qt.ConnectionType.QueuedConnection)
        possible, problem = self._algorithm.canExecute()
        if possible:
            possible, problem = self._algorithm.checkParameterValues(
                self._parameters, self._context
            )
        if not possible:
            self._refused.emit(problem)
            return
        self._task = QgsProcessingAlgRunnerTask(
            self._algorithm, self._parameters, self._context, self._feedback
        )
        self._task.setDescription(self.title)
        self._task.executed.connect(self._take_results)
        self._task.taskTerminated.connect(self._take_termination)
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Ask it to stop; what it has done so far it keeps as the algorithm says."""
        self._feedback.cancel()
        if self._task is not None:
            self._task.cancel()

    def _take_percent(self, percent: float) -> None:
        self._percent = percent
        self.progressed.emit(self._percent, self._words)

    def _take_words(self, words: str) -> None:
        self._words = words
        self.progressed.emit(self._percent, self._words)

    def _take_error(self, message: str) -> None:
        self._error = message

    def _take_refusal(self, problem: str) -> None:
        self._end(False, {}, problem)

    def _take_termination(self) -> None:
        self._take_results(False, {})

    def _take_results(self, successful: bool, results: Values) -> None:
        if self._ended:
            return
        if successful:
            load_result_layers(self._context, self._feedback)
            self._end(True, dict(results), "")
        elif self._feedback.isCanceled():
            self._end(False, {}, self._error or tr("Stopped on request."))
        else:
            self._end(
                False,
                {},
                self._error or tr("“{title}” ended without saying why.").format(title=self.title),
            )

    def _end(self, successful: bool, results: Values, message: str) -> None:
        if not self._ended:
            self._ended = True
            self._running.remove(self)
            self.finished.emit(successful, results, message)


def _loaded_destinations(algorithm: Any, parameters: Values) -> Values:
    """The parameters, with the named layer destinations to be loaded into the project."""
    loaded = dict(parameters)
    for definition in algorithm.destinationParameterDefinitions():
        value = loaded.get(definition.name())
        kinds = (QgsProcessingParameterRasterDestination, QgsProcessingParameterVectorDestination)
        if isinstance(definition, kinds) and isinstance(value, str) and value:
            loaded[definition.name()] = QgsProcessingOutputLayerDefinition(
                value, QgsProject.instance()
            )
    return loaded


def load_result_layers(context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
    """Put what an algorithm asked to be loaded into the project, as its dialog would."""
    for path, details in context.layersToLoadOnCompletion().items():
        layer = QgsProcessingUtils.mapLayerFromString(path, context, True, details.layerTypeHint)
        if layer is None:
            feedback.reportError(tr("The layer {path} cannot be opened.").format(path=path))
            continue
        details.setOutputLayerName(layer)
        owned = context.temporaryLayerStore().takeMapLayer(layer)
        details.project.addMapLayer(owned)
        processor = details.postProcessor()
        if processor is not None:
            processor.postProcessLayer(owned, context, feedback)
