"""What the plugin's tests share: QGIS without a window, the plugin, and a fake of the backend."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# Debian's wrapper named `qgis_process` passes an option that the program does not know.
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# What the user of this machine has set up must not change what the tests see.
os.environ["NEAR_THINGS_ENVIRONMENTS"] = str(REPOSITORY / ".cache" / "no environments")

try:
    import qgis.core  # noqa: F401
except ImportError:
    # The backend's own Python has no QGIS; its tests are elsewhere.
    collect_ignore_glob = ["test_*.py"]

# Events as the backend writes them; a fake's own lines follow.
FAKE_START = """#!/usr/bin/python3
import json, os, signal, sys, time

def say(event, **values):
    line = json.dumps({"version": 1, "event": event, "time": time.time(), **values})
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()

def option(name):
    return next((a.split("=", 1)[1] for a in sys.argv if a.startswith(name + "=")), "")

def progress(done, total, phase="working"):
    say("progress", phase=phase, done=done, total=total, unit="chips", rate=2.0,
        seconds_left=(total - done) / 2)

def finish(status="done", exit_status=0):
    say("finished", status=status, exit_status=exit_status, seconds=0.1)
    sys.exit(exit_status)

verb = sys.argv[3] if sys.argv[2] == "backend.supervised" else sys.argv[2]
"""


@pytest.fixture(scope="session")
def plugin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the repository under the plugin's name, as a QGIS profile does."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "near_things").symlink_to(REPOSITORY)
    return folder


@pytest.fixture(scope="session")
def application(plugin_folder: Path):
    """QGIS's application object, without a window, with Processing."""
    from qgis.testing import start_app

    app = start_app()
    sys.path[:0] = ["/usr/share/qgis/python/plugins", str(plugin_folder)]
    from processing.core.Processing import Processing

    Processing.initialize()
    return app


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real imagery, as the tests of the backend find it (tests/conftest.py)."""
    folder = Path(os.environ.get("NEAR_THINGS_DATA", REPOSITORY.parent / "shared" / "data"))
    if folder.is_dir():
        return folder.resolve()
    message = f"no real imagery in {folder}; name its folder by NEAR_THINGS_DATA"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def provider(application):
    """The registered provider."""
    import near_things
    from qgis.core import QgsApplication

    plugin = near_things.classFactory(None)
    plugin.initProcessing()
    yield QgsApplication.processingRegistry().providerById("nearthings")
    plugin.unload()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave at once: QGIS 3.22 may crash in its own teardown once an algorithm has raised."""
    if "qgis.core" in sys.modules and hasattr(config, "exit_status"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.exit_status)


@pytest.fixture
def fake_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that makes a fake of the backend's Python from what it shall do, in Python."""

    def make(body: str) -> Path:
        python = tmp_path / "été python" / "python"
        python.parent.mkdir(exist_ok=True)
        python.write_text(FAKE_START + body, encoding="utf-8")
        python.chmod(python.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("NEAR_THINGS_PYTHON", str(python))
        return python

    return make


@pytest.fixture
def feedback(provider):
    """A feedback that keeps all that it is told, in `lines` by kind."""
    from qgis.core import QgsProcessingFeedback

    class Feedback(QgsProcessingFeedback):
        def __init__(self) -> None:
            super().__init__(False)
            self.lines: list[tuple[str, str]] = []
            self.cancel_at: float | None = None

        def pushInfo(self, info):
            self.lines.append(("info", info))

        def pushWarning(self, warning):
            self.lines.append(("warning", warning))

        def setProgressText(self, text):
            self.lines.append(("progress", text))

        def pushCommandInfo(self, info):
            self.lines.append(("command", info))

        def isCanceled(self):
            return self.cancel_at is not None and time.monotonic() > self.cancel_at

        def told(self, kind: str) -> list[str]:
            return [text for k, text in self.lines if k == kind]

    return Feedback()


@pytest.fixture
def run(provider, feedback):
    """Run an algorithm as Processing does; QgsProcessingException where it fails."""
    import processing

    def run_(name: str, **parameters):
        return processing.run(f"nearthings:{name}", parameters, feedback=feedback)

    return run_


@pytest.fixture
def project(provider):
    from qgis.core import QgsProject

    project = QgsProject.instance()
    project.clear()
    yield project
    project.clear()


@pytest.fixture
def run_and_load(provider, project):
    """Run an algorithm in a task, in a thread of its own, and load what it made."""
    from processing.gui.Postprocessing import handleAlgorithmResults
    from qgis.core import (
        QgsApplication,
        QgsProcessingAlgRunnerTask,
        QgsProcessingContext,
        QgsProcessingFeedback,
    )
    from qgis.PyQt.QtCore import QCoreApplication

    def run(name: str, parameters: dict) -> dict:
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback(False)
        context.setProject(project)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"nearthings:{name}")
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
        ended = []
        task.executed.connect(lambda ok, results: ended.append((ok, results)))
        QgsApplication.taskManager().addTask(task)
        deadline = time.monotonic() + 60
        while not ended and time.monotonic() < deadline:
            QCoreApplication.processEvents()
            time.sleep(0.01)
        assert ended and ended[0][0], feedback.textLog()
        assert handleAlgorithmResults(algorithm, context, feedback), feedback.textLog()
        # What QGIS puts off, such as removing layers that are nowhere in the tree.
        for _ in range(10):
            QCoreApplication.processEvents()
        return ended[0][1]

    return run


OUR_VARIABLES = ("NEAR_THINGS_PYTHON", "QGIS_CUSTOM_CONFIG_PATH")


@pytest.fixture(scope="module")
def call(plugin_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    """Call qgis_process in a profile of its own, with the plugin enabled."""
    home = tmp_path_factory.mktemp("home")
    environment = {
        # QGIS's testing module names a profile of its own for this process and its children.
        **{n: v for n, v in os.environ.items() if n not in OUR_VARIABLES},
        "HOME": str(home),
        "QGIS_PLUGINPATH": str(plugin_folder),
        "QT_QPA_PLATFORM": "offscreen",
    }

    def call_(*arguments: object, python: Path | None = None) -> subprocess.CompletedProcess:
        own = dict(environment, NEAR_THINGS_PYTHON=str(python)) if python else environment
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=own, timeout=1500)

    assert call_("plugins", "enable", "near_things").returncode == 0
    return call_
