"""The card that sets the backend's environment up: in the dock, and in QGIS's options."""

import html
import os
from pathlib import Path
from typing import Any, List, Optional

from qgis.core import Qgis
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...environment import (
    INTERPRETER_VARIABLE,
    interpreter,
    interpreter_problem,
)
from ...manual import DOCS, open_help
from ...settings import PluginSettings
from ...setup import accelerators, network, pythons
from ...setup.installer import Installation, running
from ...setup.places import environments_folder, managed_environments
from ...setup.preflight import Finding, examine
from ...setup.steps import Plan, find_uv
from ...translation import tr
from .checker import Checker
from .details import DetailsPanel, build_words
from .progress_panel import LogView, ProgressPanel

# What uv fetches where the machine has no Python that is fit.
UV_TAG = "cp311"
HELP = DOCS / "setup.md"


def _label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class SetupCard(QWidget):
    """Finds what the machine has, suggests, sets up, and says what became of it.

    `ready` comes when the backend can be used. `session` is the dock's, where there is one.
    """

    ready = pyqtSignal()

    def __init__(self, session: Optional[Any] = None, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self._installation: Optional[Installation] = None
        self._suggestion: Optional[accelerators.Suggestion] = None
        self._searched = False
        self._findings: List[Finding] = []
        self._existing: Optional[Path] = None
        self._uv = find_uv()
        self._checker = Checker(self._take_check, self)
        self._make_widgets()
        self._lay_out()
        self._python_search = pythons.PythonSearch(self)
        self._python_search.finished.connect(self._take_pythons)
        self._accelerator_search = accelerators.AcceleratorSearch(self)
        self._accelerator_search.finished.connect(self._take_suggestion)
        searches = (self._python_search, self._accelerator_search, self.details.search)
        # Comes while they, as parts of this card, are still there.
        self.destroyed.connect(lambda *_: [search.cancel() for search in searches])
        self._refresh()
        if running() is not None:
            self._watch(running())
        self.look()

    def _make_widgets(self) -> None:
        self.title = _label()
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.title.setFont(font)
        self.introduction = _label(
            tr(
                "Near Things works in a Python of its own with PyTorch. It lies outside QGIS, in "
                "a folder of its own: nothing is installed into QGIS."
            )
        )
        self.found = _label(tr("Looking for Pythons and GPUs…"))
        self.problems = _label()
        self.problems.setTextFormat(Qt.TextFormat.RichText)
        self.set_up = QPushButton(tr("Set up"))
        self.set_up.setDefault(True)
        self.set_up.clicked.connect(self.start)
        self.existing = QPushButton(tr("Use an existing Python…"))
        self.existing.setToolTip(tr("One that has all packages already; it is checked first"))
        self.existing.clicked.connect(self._choose_existing)
        self.more = QToolButton()
        self.more.setText(tr("Details"))
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.toggled.connect(self._open_details)
        self.help = QToolButton()
        self.help.setText(tr("Help"))
        self.help.setAutoRaise(True)
        self.help.setToolTip(tr("How the set-up works, also without a network"))
        self.help.clicked.connect(lambda: open_help(HELP))
        self.details = DetailsPanel()
        self.details.hide()
        self.details.changed.connect(self._examine)
        self.details.environments.changed.connect(self._refresh)
        self.progress = ProgressPanel()
        self.progress.cancelled.connect(self._cancel)
        self.progress.hide()
        self.outcome = _label()
        self.outcome.setTextFormat(Qt.TextFormat.RichText)
        self.outcome.hide()
        self.retry = QPushButton(tr("Retry"))
        self.retry.clicked.connect(self.start)
        self.copy = QPushButton(tr("Copy diagnostics"))
        self.copy.setToolTip(
            tr("Versions, steps and the log's end, without names and logins, to the clipboard")
        )
        self.copy.clicked.connect(self._copy)
        for button in (self.retry, self.copy):
            button.hide()
        self.log = LogView()
        self.log.hide()

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        # One below the other: side by side some languages need more than a narrow dock has.
        buttons.addWidget(self.set_up, 0, Qt.AlignmentFlag.AlignLeft)
        buttons.addWidget(self.existing, 0, Qt.AlignmentFlag.AlignLeft)
        after = QHBoxLayout()
        after.addWidget(self.retry)
        after.addWidget(self.copy)
        after.addStretch(1)
        layout = QVBoxLayout(self)
        for widget in (self.title, self.introduction, self.found, self.problems):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        layout.addWidget(self.outcome)
        layout.addLayout(after)
        layout.addWidget(self.log)
        last = QHBoxLayout()
        last.addWidget(self.more)
        last.addStretch(1)
        last.addWidget(self.help)
        layout.addLayout(last)
        layout.addWidget(self.details)
        layout.addStretch(1)

    # What the machine has.

    def look(self) -> None:
        """Look for Pythons and a GPU, in the background."""
        self._searched = False
        self._python_search.start(pythons.candidates())
        self._accelerator_search.start()

    def _take_pythons(self, found: List[pythons.FoundPython]) -> None:
        self._searched = True
        self.details.set_pythons(found)

    def _take_suggestion(self, suggestion: accelerators.Suggestion) -> None:
        self._suggestion = suggestion
        self.details.set_suggestion(suggestion)

    def _refresh(self) -> None:
        """Say what is there already."""
        current = interpreter()
        self.details.environments.refresh(current)
        managed = next((e for e in managed_environments() if e.interpreter == current), None)
        if interpreter_problem(current):
            self.title.setText(tr("Near Things needs its own Python with PyTorch"))
            self.set_up.setText(tr("Set up"))
        elif managed is not None and not managed.is_current:
            self.title.setText(tr("Newer packages belong to this version of Near Things"))
            self.set_up.setText(tr("Update"))
        else:
            summary = managed.summary if managed is not None else tr("Python: {path}").format(
                path=current
            )  # fmt: skip
            self.title.setText(summary + ("." if managed is not None else ""))
            self.set_up.setText(tr("Set up again") if managed is not None else tr("Set up"))
        self._examine()

    def plan(self) -> Optional[Plan]:
        """What would be set up as the choices stand; None where no Python is fit and uv lacks."""
        chosen = self.details.chosen
        wheels = self.details.wheel_folder
        # uv doesn't read pip's configuration, which says where an administrator keeps packages.
        uses_uv = self._uv is not None and (chosen is None or not network.pip_is_configured())
        if chosen is None and not uses_uv:
            return None
        return Plan(
            root=environments_folder(),
            accelerator=self.details.accelerator,
            python=chosen.path if chosen else None,
            python_tag=chosen.tag if chosen else UV_TAG,
            wheel_folder=wheels,
            uv=self._uv if uses_uv else None,
        )

    def _examine(self) -> None:
        """Say what was found, and what stands in the way."""
        if self._suggestion is None or not self._searched:
            self.set_up.setEnabled(False)
            return
        plan = self.plan()
        chosen = self.details.chosen
        if chosen is not None:
            name = "Python " + ".".join(map(str, chosen.version))
        else:
            name = tr("no Python that is fit")
            if plan is not None:
                name += "; " + tr("uv will fetch Python {version}").format(version="3.11")
        self.found.setText(
            tr("Found: {python}. {reason}").format(python=name, reason=self._suggestion.reason)
            + "\n"
            + build_words(self.details.accelerator)
            + "."
        )
        if plan is None:
            words = tr(
                "Install Python 3.11, 3.12 or 3.13 with its venv module, or name one under Details."
            )
            self._findings = [Finding("stop", words)]
        else:
            self._findings = examine(
                plan.folder,
                plan.accelerator,
                proxy=network.qgis_proxy(),
                wheel_folder=plan.wheel_folder,
            )
        named = os.environ.get(INTERPRETER_VARIABLE)
        if named and interpreter_problem(interpreter()):
            words = tr(
                "The environment variable {name} names {path}, where no Python is: unset it and "
                "start QGIS again."
            ).format(name=INTERPRETER_VARIABLE, path=named)
            self._findings = [Finding("stop", words), *self._findings]
        mark = {"stop": "✗ ", "warning": "⚠ ", "note": ""}
        lines = [mark[finding.level] + html.escape(finding.words) for finding in self._findings]
        self.problems.setText("<br>".join(lines))
        is_idle = self._installation is None
        self.problems.setVisible(bool(lines) and is_idle)
        self.set_up.setEnabled(is_idle and not any(f.level == "stop" for f in self._findings))

    def _open_details(self, is_open: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.details.setVisible(is_open)

    # The set-up.

    def start(self) -> None:
        """Set up what is chosen."""
        plan = self.plan()
        if plan is None or self._installation is not None:
            return
        self.log.text.clear()
        # Not a child of this card: the options dialog may be closed meanwhile.
        installation = Installation(plan)
        self._watch(installation)
        installation.start()

    def _watch(self, installation: Installation) -> None:
        self._installation = installation
        installation.said.connect(self.log.text.appendPlainText)
        installation.finished.connect(self._take_outcome)
        self.progress.watch(installation)
        self._show_running(True)
        for widget in (self.outcome, self.retry, self.copy):
            widget.hide()

    def _show_running(self, is_running: bool) -> None:
        self.progress.setVisible(is_running)
        for widget in (self.set_up, self.existing):
            widget.setVisible(not is_running)
        self.problems.setVisible(not is_running and bool(self._findings))
        self.details.setEnabled(not is_running)
        if is_running:
            self.log.show()

    def _cancel(self) -> None:
        if self._installation is not None:
            self._installation.cancel()

    def _take_outcome(self, is_ready: bool) -> None:
        installation, self._installation = self._installation, None
        self._last = installation
        self._show_running(False)
        self._refresh()
        if is_ready:
            self.outcome.setText(html.escape(installation.environment.summary) + ".")
            self.outcome.show()
            self._say_ready(installation.environment.summary)
            return
        failed = installation.failure
        detail = f"<br><i>{html.escape(failed.detail)}</i>" if failed.detail else ""
        self.outcome.setText(
            f"<b>✗ {html.escape(failed.what)}</b>{detail}<br>→ {html.escape(failed.remedy)}"
        )
        for widget in (self.outcome, self.retry, self.copy):
            widget.show()
        self.set_up.hide()

    def _say_ready(self, summary: str) -> None:
        if self._session is not None:
            self._session.tell(summary, Qgis.MessageLevel.Success)
        self.ready.emit()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._last.diagnostics())
        self.copy.setText(tr("Copied"))

    # A Python that has everything already.

    def _choose_existing(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Python that has PyTorch and the packages"))
        if path:
            self.take_existing(Path(path))

    def take_existing(self, path: Path) -> None:
        """Check a Python of the user's, and take it where all is well."""
        self._existing = path
        self.existing.setEnabled(False)
        self.outcome.setText(tr("Checking… this takes a few seconds."))
        self.outcome.show()
        self._checker.start(path)

    def _take_check(self, text: str, is_well: bool) -> None:
        self.existing.setEnabled(True)
        self.outcome.setText(text)
        if is_well:
            PluginSettings().interpreter = str(self._existing)
            self._refresh()
            self._say_ready(tr("Ready: {path}").format(path=self._existing))

    def close_down(self) -> None:
        """Ask nothing any more; a set-up that runs goes on."""
        self._python_search.cancel()
        self._accelerator_search.cancel()
        self.details.search.cancel()
        self._checker.stop()
        if self._installation is not None:
            self._installation.finished.disconnect(self._take_outcome)
            self._installation.said.disconnect(self.log.text.appendPlainText)
            self._installation = None
