"""What all algorithms share: parameters from the contract, checks, the child process, results."""

import shlex
import uuid
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ...backend.contract.settings import (
    OUTPUT_KINDS,
    Setting,
    SettingsError,
    make_job,
    settings_of,
    to_arguments,
)
from ..environment import interpreter, interpreter_problem
from ..icons import icon
from ..manual import manual_page
from ..process import BackendProcess, Outcome, verb_arguments
from ..progress import ProgressTeller
from ..results import ResultLayer, encoder_group, layer_stem
from . import checks
from .help import help_text
from .parameters import ANY_FILE, ValueReader, in_form_words, make_parameter

Values = Dict[str, Any]

# What every form ends with, in this order.
LAST_SETTINGS = ("device", "seed", "resume", "overwrite")


class BackendAlgorithm(QgsProcessingAlgorithm):
    """A verb of the backend as a Processing algorithm.

    A subclass names the verb and its job, and adds what a form needs beyond the settings.
    `without` lists the settings that have no parameter of their own; `kinds`, `labels` and `helps`
    replace those of the contract, by setting; `files` are filters of output files. `late` are
    settings that come after the others.
    """

    verb = ""
    identifier = ""
    title = ""
    section = ""
    job_class: type = object
    keywords: Sequence[str] = ()
    description = ""
    example = ""
    without: Sequence[str] = ()
    kinds: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}
    helps: Mapping[str, str] = {}
    geometries: Mapping[str, int] = {}
    files: Mapping[str, str] = {}
    late: Sequence[str] = ()

    def __init__(self) -> None:
        super().__init__()
        self._values: Values = {}
        self._job: Any = None
        self._run = uuid.uuid4().hex

    def createInstance(self) -> "BackendAlgorithm":
        return type(self)()

    def name(self) -> str:
        return self.identifier

    def displayName(self) -> str:
        return self.title

    def group(self) -> str:
        return self.section

    def groupId(self) -> str:
        return self.section.lower()

    def shortDescription(self) -> str:
        return self.description.partition(". ")[0].rstrip(".") + "."

    def tags(self) -> List[str]:
        return ["near things", "embedding", "self-supervised", *self.keywords]

    def icon(self) -> QIcon:
        return icon(self.verb)

    def shortHelpString(self) -> str:
        return help_text(self)

    def helpUrl(self) -> str:
        return QUrl.fromLocalFile(str(manual_page(self.title))).toString()

    def canExecute(self):
        problem = interpreter_problem(interpreter())
        return not problem, problem

    def initAlgorithm(self, configuration: Optional[Dict[str, Any]] = None) -> None:
        destinations = []
        for setting in self.shown_settings():
            name = setting.name
            parameter = make_parameter(
                setting,
                kind=self.kinds.get(name, ""),
                label=self.labels.get(name, ""),
                help=self.helps.get(name, ""),
                files=self.files.get(name, ANY_FILE),
                **({"geometry": self.geometries[name]} if name in self.geometries else {}),
            )
            if setting.kind in OUTPUT_KINDS:
                destinations.append(parameter)
            else:
                self.addParameter(parameter)
                self.add_after(setting)
        self.add_inputs()
        for parameter in destinations:
            self.addParameter(parameter)
        self.add_outputs()

    def checkParameterValues(self, parameters: Dict[str, Any], context: QgsProcessingContext):
        ok, message = super().checkParameterValues(parameters, context)
        if not ok:
            return ok, message
        try:
            problem = self.find_problem(ValueReader(self, parameters, context))
        except (QgsProcessingException, SettingsError) as error:
            problem = in_form_words(str(error), self.settings())
        return not problem, problem

    def prepareAlgorithm(
        self,
        parameters: Dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        # Layers belong to the main thread, in which this runs; processAlgorithm may not.
        check = ValueReader(self, parameters, context)
        problem = interpreter_problem(interpreter()) or self.find_problem(check)
        if problem:
            raise QgsProcessingException(problem)
        self._values = self.read_values(ValueReader(self, parameters, context, feedback))
        return True

    def processAlgorithm(
        self,
        parameters: Dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Dict[str, Any]:
        # Destinations are noted in the context of this thread: in another they would be lost.
        reader = ValueReader(self, parameters, context, feedback)
        try:
            self._job = self.make_job({**self._values, **self.read_destinations(reader)})
        except SettingsError as error:
            raise QgsProcessingException(in_form_words(str(error), self.settings())) from error
        teller = ProgressTeller(feedback)
        self._warn_of_temporary_folder(feedback)
        feedback.pushCommandInfo(self.command())
        child = BackendProcess(
            interpreter(),
            verb_arguments(self.verb, to_arguments(self._job)),
            on_event=teller.take,
            on_line=teller.take_line,
            is_cancelled=feedback.isCanceled,
        )
        outcome = child.run()
        if not outcome.done:
            raise QgsProcessingException(self._explain(outcome, feedback))
        return self.results(self._job, teller, parameters, context)

    def add_after(self, setting: Setting) -> None:
        """Parameters that belong beside a setting's own."""

    def add_inputs(self) -> None:
        """Parameters beyond the settings."""

    def add_outputs(self) -> None:
        """Outputs beyond the destinations."""

    def settings(self) -> List[Setting]:
        """All settings of the job."""
        return settings_of(self.job_class)

    def shown_settings(self) -> List[Setting]:
        """The settings that have a parameter of their own, in the order of the form."""
        shown = [s for s in self.settings() if s.name not in self.without]
        order = {name: number for number, name in enumerate((*self.late, *LAST_SETTINGS), start=1)}
        return sorted(shown, key=lambda setting: order.get(setting.name, 0))

    def read_values(self, reader: ValueReader) -> Values:
        """The job's settings from the form's values, without outputs; a default is left out."""
        values = {}
        for setting in self.shown_settings():
            if setting.kind not in OUTPUT_KINDS:
                value = reader.read(setting, self.kinds.get(setting.name, ""))
                if value is not None:
                    values[setting.name] = value
        return values

    def read_destinations(self, reader: ValueReader) -> Values:
        """The job's outputs."""
        outputs = [s for s in self.shown_settings() if s.kind in OUTPUT_KINDS]
        return {s.name: reader.destination(s.name.upper(), s.kind) for s in outputs}

    def make_job(self, values: Values) -> Any:
        """The job of these values. Raises SettingsError."""
        return make_job(self.job_class, values)

    def find_problem(self, reader: ValueReader) -> str:
        """What speaks against the run before it starts, as a sentence; empty when nothing does."""
        return ""

    def results(
        self,
        job: Any,
        teller: ProgressTeller,
        parameters: Dict[str, Any],
        context: QgsProcessingContext,
    ) -> Dict[str, Any]:
        """The outputs of a run that is done."""
        return {"OUTPUT": job.output}

    def result_layer(self, name: str, path: str = "", **details: Any) -> ResultLayer:
        """A result of this run; with `path`, its file's name becomes part of the layer's name."""
        stem = layer_stem(path) if path else ""
        details.setdefault("group", encoder_group(getattr(self._job, "encoder", "")))
        # What is made from a map lies beside it.
        details.setdefault("beside", getattr(self._job, "embedding", ""))
        return ResultLayer(
            f"{name}: {stem}" if stem else name, run=self._run, command=self.command(), **details
        )

    def command(self) -> str:
        """The command line that does the same in a shell."""
        return shlex.join(["python", "-m", f"backend.{self.verb}", *to_arguments(self._job)])

    def check_output_folder(self, reader: ValueReader, *, resume: bool = False) -> str:
        """See checks.folder_output_problem; for the algorithms whose output is a folder."""
        path = reader.destination("OUTPUT", "output_folder")
        overwrite = self.parameterAsBoolean(reader.parameters, "OVERWRITE", reader.context)
        return checks.folder_output_problem(path, overwrite=overwrite, resume=resume)

    def _warn_of_temporary_folder(self, feedback: QgsProcessingFeedback) -> None:
        output = Path(self._job.output)
        if Path(QgsProcessingUtils.tempFolder()) in output.parents:
            feedback.pushWarning(f"{output} is temporary: it is deleted when QGIS closes.")

    def _explain(self, outcome: Outcome, feedback: QgsProcessingFeedback) -> str:
        if outcome.finished == "stopped" or feedback.isCanceled():
            return self.stopped_message()
        return in_form_words(outcome.explain(), self.settings())

    def stopped_message(self) -> str:
        """What to say when the user cancelled."""
        return "Stopped on request; nothing was written."
