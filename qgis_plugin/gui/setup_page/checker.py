"""Runs `backend.doctor` with an interpreter, without blocking."""

import html
import json
from pathlib import Path
from typing import Any, Callable, Dict, Optional

from qgis.PyQt.QtCore import QProcess, QTimer
from qgis.PyQt.QtWidgets import QWidget

from ...environment import interpreter_problem
from ...process import end_tree, prepared_process
from ...translation import tr

CHECK_SECONDS = 180


def findings_words(findings: Dict[str, Any]) -> str:
    """What `backend.doctor --json` found, as HTML."""
    lines = [f"<p><b>{html.escape(str(findings.get('summary', '')))}</b></p>"]
    for check in findings.get("checks", []):
        mark = "✓" if check.get("ok") else "✗"
        line = (
            f"{mark} {html.escape(str(check.get('name')))}: {html.escape(str(check.get('detail')))}"
        )
        remedy = html.escape(str(check.get("remedy") or ""))
        lines.append(f"<p>{line}{f'<br>→ {remedy}' if remedy else ''}</p>")
    return "".join(lines)


class Checker:
    """One check at a time; `answer` is called with HTML, and with whether all is well.

    With `owner`, the widget that shows the answer, a check ends too.
    """

    def __init__(self, answer: Callable[[str, bool], None], owner: QWidget) -> None:
        self._answer = answer
        # A page of QGIS's options gets no close event: it is deleted with the dialog.
        owner.destroyed.connect(lambda *_: self.stop())
        self._process: Optional[QProcess] = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._give_up)

    def start(self, python: Path) -> None:
        """Check `python`; a check that still runs is given up."""
        self.stop()
        problem = interpreter_problem(python)
        if problem:
            self._answer(f"<p>✗ {html.escape(problem)}</p>", False)
            return
        self._process = prepared_process(python)
        self._process.setArguments(["-m", "backend.doctor", "--json"])
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._timer.start(1000 * CHECK_SECONDS)
        self._process.start()

    def stop(self) -> None:
        """End the check that runs, if one does, without an answer."""
        self._timer.stop()
        if self._process is not None:
            process, self._process = self._process, None
            process.blockSignals(True)
            if process.state() != QProcess.ProcessState.NotRunning:
                end_tree(process)
                process.waitForFinished(2000)
            process.deleteLater()

    def _finished(self, *_: object) -> None:
        output = bytes(self._process.readAllStandardOutput()).decode("utf-8", "replace")
        errors = bytes(self._process.readAllStandardError()).decode("utf-8", "replace")
        try:
            findings = json.loads(output)
        except ValueError:
            findings = None
        if not isinstance(findings, dict):
            last = html.escape("\n".join(errors.strip().splitlines()[-5:])).replace("\n", "<br>")
            words = tr("This Python could not run the check.")
            self._end(f"<p>✗ {words}</p><p>{last}</p>", False)
            return
        self._end(findings_words(findings), bool(findings.get("ok")))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(f"<p>✗ {html.escape(self._process.errorString())}</p>", False)

    def _give_up(self) -> None:
        words = tr("No answer within {seconds} s.").format(seconds=CHECK_SECONDS)
        self._end(f"<p>✗ {words}</p>", False)

    def _end(self, text: str, is_well: bool) -> None:
        self.stop()
        self._answer(text, is_well)
