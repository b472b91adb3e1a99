"""The form of a new run: dataset, method, preset, device, steps, parameters, and how long."""

from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....backend.contract.catalogue import Method
from ....backend.contract.jobs import TrainJob
from ....backend.contract.methods import METHODS, make_train_job, sound_method
from ....backend.contract.settings import SettingsError, settings_of
from ...algorithms.checks import read_json
from ...algorithms.parameters import in_form_words
from ...number_words import number_words
from ...runs.choices import MethodChoice, presets_of
from ...runs.launch import command_line
from ...runs.run import Run
from ...translation import tr
from ..forms.settings_form import Group, SettingsForm
from ..session import Session
from .advice_label import AdviceLabel
from .estimate_line import EstimateLine
from .method_finder import MethodFinder
from .method_list import MethodList

# These have a place of their own in the form, or are the page's business.
APART = ("dataset", "method", "output", "steps", "device", "resume", "overwrite")
DEVICES = ("auto", "cpu", "cuda")
MOST_STEPS = 100_000_000


class NewRunBox(QWidget):
    """`start_wanted` comes when Start is pressed and nothing speaks against it."""

    start_wanted = pyqtSignal()

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs: Sequence[Run] = ()
        self._record: Dict[str, Any] = {}
        self._settings_of = self._advised = ""
        self._make_widgets()
        self._lay_out()
        self.dataset.currentIndexChanged.connect(self._take_dataset)
        self.methods.chosen.connect(self._take_method)
        self.advice.taken.connect(self.methods.select)
        self.preset.currentIndexChanged.connect(self._take_preset)
        self.steps.valueChanged.connect(self._show_estimate)
        self.device.currentIndexChanged.connect(self._show_estimate)
        self.form.changed.connect(self._show_estimate)
        self.fold.toggled.connect(self._show_form)
        self.start.clicked.connect(self._start)
        self.copy.clicked.connect(self._copy)
        session.workspace_changed.connect(self.list_datasets)
        session.dataset_written.connect(self.list_datasets)
        self.list_datasets()

    def _make_widgets(self) -> None:
        self.dataset, self.preset, self.device = QComboBox(), QComboBox(), QComboBox()
        for combo, name in (
            (self.dataset, tr("Tile dataset")),
            (self.preset, tr("Preset")),
            (self.device, tr("Device")),
        ):
            combo.setAccessibleName(name)
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.dataset_words = QLabel()
        self.dataset_words.setWordWrap(True)
        self.methods = MethodList()
        self.finder = MethodFinder(self.methods)
        self.advice = AdviceLabel()
        self.differences = QLabel()
        self.differences.setWordWrap(True)
        titles = (tr("GPU where there is one"), tr("Processor (CPU)"), tr("NVIDIA GPU (CUDA)"))
        for name, title in zip(DEVICES, titles):
            self.device.addItem(title, name)
        self.steps = QSpinBox()
        self.steps.setRange(0, MOST_STEPS)
        self.steps.setSingleStep(500)
        self.steps.setGroupSeparatorShown(True)
        self.steps.setAccessibleName(tr("Steps"))
        self.steps.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the run"))
        self.fold = QToolButton()
        self.fold.setText(tr("▸ Parameters"))
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.form = SettingsForm()
        self.form.hide()
        self.estimate = EstimateLine(self.values)
        self.start = QPushButton(tr("Start"))
        self.start.setDefault(True)
        self.copy = QToolButton()
        self.copy.setText(tr("Copy as command line"))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Tile dataset"), self.dataset)
        form.addRow(self.dataset_words)
        form.addRow(tr("Method"), self.advice.manual)
        form.addRow(self.advice)
        form.addRow(self.finder)
        form.addRow(self.methods)
        form.addRow(tr("Preset"), self.preset)
        self.preset_label = form.labelForField(self.preset)
        form.addRow(self.differences)
        form.addRow(tr("Device"), self.device)
        form.addRow(tr("Steps"), self.steps)
        form.addRow(tr("Name"), self.name)
        bottom = QHBoxLayout()
        bottom.addWidget(self.copy)
        bottom.addStretch(1)
        bottom.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.fold)
        layout.addWidget(self.form)
        layout.addWidget(self.estimate)
        layout.addLayout(bottom)

    def list_datasets(self, chosen: str = "") -> None:
        """Read the datasets anew; the one at `chosen`, else that chosen before, stays chosen."""
        wanted = str(chosen or self.dataset.currentData() or "")
        self.dataset.blockSignals(True)
        self.dataset.clear()
        for path in self._session.workspace.datasets():
            self.dataset.addItem(path.stem, str(path))
        self.dataset.setCurrentIndex(max(0, self.dataset.findData(wanted)))
        self.dataset.blockSignals(False)
        self._take_dataset()

    def show_runs(self, runs: Sequence[Run]) -> None:
        """The runs whose rates the estimate may take."""
        self._runs = runs
        self._show_estimate()

    def _take_dataset(self, *_: object) -> None:
        path = self.dataset.currentData()
        self._record = read_json(Path(path) / "dataset.json") if path else {}
        if not path:
            words = tr("No tile dataset yet: build one on the page “Data”.")
        else:
            bands = self._record.get("bands") or ()
            words = tr("{count} tiles to learn from · {side} px · {bands}").format(
                count=number_words((self._record.get("splits") or {}).get("train", 0)),
                bands=" ".join(str(band.get("name")) for band in bands),
                side=self._record.get("tile_size_px", "?"),
            )
        self.dataset_words.setText(words)
        choice, before = self.methods.choice(), self._advised
        self._advised = self.advice.show_dataset(self._record)
        self.finder.advise(self._advised)
        # What is advised is chosen, until the user chooses otherwise.
        own = choice is not None and choice.method.name != before
        name = choice.method.name if own else self._advised
        self.methods.show_dataset(self._record, name, first=self._advised)

    def _take_method(self) -> None:
        choice = self.methods.choice()
        self.preset.blockSignals(True)
        self.preset.clear()
        if choice is not None:
            self.preset.addItem(tr("Sound defaults"), choice)
            for other in presets_of(choice.method, self._record):
                self.preset.addItem(other.method.title, other)
                index = self.preset.count() - 1
                self.preset.model().item(index).setEnabled(not other.lack)
                words = other.lack or other.method.sentence
                self.preset.setItemData(index, words, Qt.ItemDataRole.ToolTipRole)
        self.preset.blockSignals(False)
        self._take_preset()

    def _take_preset(self, *_: object) -> None:
        method = self.method
        if method is None:
            self._show_estimate()
            return
        self.differences.setText("\n".join(f"• {text}" for text in method.differences))
        self.differences.setVisible(bool(method.differences))
        for part in (self.preset, self.preset_label):
            part.setVisible(self.preset.count() > 1)
        settings = settings_of(method.job_class, dict(method.preset))
        if method.name != self._settings_of:
            self._settings_of = method.name
            self.form.show_settings(_groups(method, settings))
        defaults = {s.name: s.default for s in settings}
        steps, epochs = defaults["steps"], defaults["epochs"]
        if steps:
            words = tr("{count} (default)").format(count=number_words(steps))
        else:
            words = tr("{count} epochs (default)").format(count=number_words(epochs))
        self.steps.setSpecialValueText(words)
        stem = Path(str(self.dataset.currentData() or "run")).stem
        self.name.setPlaceholderText(f"{stem}-{method.name}")
        self._show_estimate()

    @property
    def method(self) -> Optional[Method]:
        """The method or preset as the form stands."""
        choice: Optional[MethodChoice] = self.preset.currentData()
        return None if choice is None or choice.lack else choice.method

    def values(self) -> Dict[str, Any]:
        """What differs from the method's own settings, without the run folder."""
        method = self.method
        values: Dict[str, Any] = dict(dataset=self.dataset.currentData() or "")
        if method is not None:
            values["method"] = method.name
        if self.steps.value():
            values["steps"] = self.steps.value()
        if self.device.currentData() != DEVICES[0]:
            values["device"] = self.device.currentData()
        return {**values, **self.form.values()}

    def problem(self) -> str:
        """Why the training cannot be started, as a sentence; empty where it can."""
        if not self.dataset.currentData():
            return tr("No tile dataset yet: build one on the page “Data”.")
        if self.method is None:
            return tr("None of the methods suits this dataset; the list says what lacks.")
        try:
            make_train_job({**self.values(), "output": "run"})
        except SettingsError as error:
            return in_form_words(str(error), settings_of(self.method.job_class)) + "."
        return ""

    def folder(self) -> Path:
        """A free run folder of the name in the form."""
        name = self.name.text().strip() or self.name.placeholderText()
        return self._session.workspace.new_run(name)

    def take_settings(self, job: Mapping[str, Any]) -> None:
        """Fill the form as the job of a run has it; “Clone” does."""
        method = METHODS.get(str(job.get("method")))
        index = self.dataset.findData(str(job.get("dataset")))
        if index >= 0:
            self.dataset.setCurrentIndex(index)
        if method is None:
            return
        self.methods.select(sound_method(method.name).name)
        presets = [self.preset.itemData(n).method.name for n in range(self.preset.count())]
        if method.name in presets:
            self.preset.setCurrentIndex(presets.index(method.name))
        defaults = {s.name: s.default for s in settings_of(method.job_class, dict(method.preset))}
        changed = {n: v for n, v in job.items() if n in defaults and v != defaults[n]}
        self.steps.setValue(int(changed.get("steps") or 0))
        self.device.setCurrentIndex(max(0, self.device.findData(job.get("device"))))
        self.form.set_values(changed)
        # What was changed should be seen.
        self.fold.setChecked(bool(self.form.values()))

    def _show_form(self, open_: bool) -> None:
        self.fold.setText(tr("▾ Parameters") if open_ else tr("▸ Parameters"))
        self.form.setVisible(open_)

    def _show_estimate(self, *_: object) -> None:
        problem = self.problem()
        self.start.setEnabled(not problem)
        self.copy.setEnabled(not problem)
        self.estimate.show_training(problem, self._record, self._runs)

    def _start(self) -> None:
        if not self.problem():
            self.estimate.stop()
            self.start_wanted.emit()

    def _copy(self) -> None:
        values = {**self.values(), "output": str(self.folder())}
        QApplication.clipboard().setText(command_line(values))
        self._session.tell(tr("The command line is on the clipboard."))


def _groups(method: Method, settings: Sequence[Any]) -> List[Group]:
    shared = {s.name for s in settings_of(TrainJob)}
    shown = [s for s in settings if s.name not in APART]
    own = [s for s in shown if s.name not in shared]
    common = [s for s in shown if s.name in shared]
    return [
        (tr("Training"), [s for s in common if not s.advanced]),
        (method.title, [s for s in own if not s.advanced]),
        (tr("More"), [s for s in (*common, *own) if s.advanced]),
    ]
