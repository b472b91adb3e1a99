"""Tell the user of Processing what the backend's events say."""

import time
from typing import Any, Dict, List

from qgis.core import QgsProcessingFeedback

from .number_words import number_words, rounded_words
from .translation import tr

Event = Dict[str, Any]

# A line of progress in the log at most this often, and later only after some more of the work.
LINE_SECONDS = 5.0
LINE_SHARE = 0.02
LINE_SECONDS_AT_MOST = 60.0


def duration_words(seconds: float) -> str:
    """A length of time as people say it: "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def progress_words(event: Event) -> str:
    """One line for a progress event: "cutting: 12 of 40 chips · 8.5 a second · about 3 s left".

    Phase and unit are the backend's own words.
    """
    done, phase, unit = event["done"], event["phase"], event["unit"]
    total = number_words(event["total"])
    if not done:
        return f"{phase}: {total} {unit}"
    parts = [
        f"{phase}: " + tr("{n} of {total}").format(n=number_words(done), total=f"{total} {unit}")
    ]
    if event.get("rate") and done < event["total"]:
        rate = event["rate"]
        shown = number_words(rate) if rate >= 10 else rounded_words(rate, 2)
        parts.append(tr("{rate} a second").format(rate=shown))
    if event.get("seconds_left") and done < event["total"]:
        left = duration_words(event["seconds_left"])
        parts.append(tr("about {time} left").format(time=left))
    return " · ".join(parts)


class ProgressTeller:
    """Pass events on to a feedback, without a flood of lines; keeps artifacts and metrics."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback
        self._phase = ""
        self._told_at = 0.0
        self._told_share = 0.0
        self.artifacts: Dict[str, List[str]] = {}
        self.metrics: Dict[str, float] = {}

    def take(self, event: Event) -> None:
        """Tell what `event` says."""
        teller = getattr(self, "_take_" + event["event"], None)
        if teller is not None:
            teller(event)

    def take_line(self, line: str) -> None:
        """Free text of the backend; the errors in it come as events too."""
        if not line.startswith(("error: ", "stopped: ", "warning: ")):
            self._feedback.pushInfo(line)

    def _take_progress(self, event: Event) -> None:
        share = event["done"] / event["total"] if event["total"] else 1.0
        self._feedback.setProgress(100.0 * share)
        now = time.monotonic()
        since = now - self._told_at
        new_phase = event["phase"] != self._phase
        due = since > LINE_SECONDS and share - self._told_share > LINE_SHARE
        if new_phase or due or since > LINE_SECONDS_AT_MOST:
            self._phase, self._told_at, self._told_share = event["phase"], now, share
            loss = self.metrics.get("loss")
            measured = f" · loss {loss:.4g}" if loss is not None else ""
            self._feedback.setProgressText(progress_words(event) + measured)

    def _take_metric(self, event: Event) -> None:
        self.metrics.update(event["values"])

    def _take_artifact(self, event: Event) -> None:
        self.artifacts.setdefault(event["role"], []).append(event["path"])
        role = event["role"]
        self._feedback.pushInfo(f"{role[:1].upper()}{role[1:]}: {event['path']}")

    def _take_warning(self, event: Event) -> None:
        self._feedback.pushWarning(event["message"])
