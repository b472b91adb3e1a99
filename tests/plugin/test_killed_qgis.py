"""A training started in QGIS lives on when QGIS is killed; another QGIS finds and ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from interface import FakeInterface, spin

REPOSITORY = Path(__file__).resolve().parents[2]
STEPS = 3000

# Written by the backend's own tests' helper: 64 chips of 8 px.
DATASET = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("chips", sys.argv[1])
chips = importlib.util.module_from_spec(spec)
spec.loader.exec_module(chips)
chips.write_dataset(Path(sys.argv[2]), count=64, bands=2, tile=8, radius=4)
"""

# A QGIS that starts the training from the page, and waits to be killed.
FIRST_QGIS = """
import sys, time
sys.path[:0] = [sys.argv[1], sys.argv[2], "/usr/share/qgis/python/plugins"]
from qgis.testing import start_app
application = start_app()
import near_things
from interface import FakeInterface, spin
near_things.classFactory(None).initProcessing()
from near_things.qgis_plugin.settings import PluginSettings
PluginSettings().workspace = sys.argv[3]
from near_things.qgis_plugin.gui.session import Session
from near_things.qgis_plugin.gui.train_page.page import TrainPage
page = TrainPage(Session(FakeInterface()))
form = page.new_run
assert form.methods.select("saumoco")
form.steps.setValue(int(sys.argv[4]))
form.device.setCurrentIndex(form.device.findData("cpu"))
form.form.set_values(dict(batch_size=8, queue_size=16, embedding_dimension=8,
                          architecture="tilenet", tensorboard=False, log_every_steps=1))
assert form.problem() == "", form.problem()
form.start.click()
spin(lambda: any(c.run.history.step > 3 for c in page.cards.values()), 120)
print("running", flush=True)
spin(lambda: False, 600)
"""


@pytest.fixture
def work_folder(provider, tmp_path: Path):
    """A work folder with a real dataset, for the length of a test."""
    from near_things.qgis_plugin.environment import interpreter, interpreter_problem
    from near_things.qgis_plugin.settings import PluginSettings

    python = interpreter()
    if interpreter_problem(python):
        pytest.skip(interpreter_problem(python))
    folder = tmp_path / "wörk"
    folder.mkdir()
    subprocess.run(
        [python, "-c", DATASET, REPOSITORY / "tests/backend/conftest.py", folder / "tiny.tiles"],
        check=True,
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    PluginSettings().workspace = str(folder)
    yield folder
    PluginSettings().workspace = ""


@pytest.mark.slow
def test_a_training_survives_the_death_of_qgis(work_folder, plugin_folder, tmp_path) -> None:
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.gui.train_page.page import TrainPage

    home = tmp_path / "home"
    home.mkdir()
    first = subprocess.Popen(
        [sys.executable, "-c", FIRST_QGIS, REPOSITORY / "tests/plugin", plugin_folder,
         work_folder, str(STEPS)],
        stdout=subprocess.PIPE,
        env={**os.environ, "HOME": str(home), "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )  # fmt: skip
    number = None
    try:
        lines = iter(first.stdout.readline, b"")
        assert any(line == b"running\n" for line in lines), "the first QGIS started no training"
        # The whole session of the first QGIS dies, as it does when a desktop session crashes.
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(20)

        session = Session(FakeInterface())
        page = TrainPage(session)
        page.show()
        run_folder = work_folder / "runs" / "tiny-saumoco"
        assert spin(lambda: run_folder in page.cards)
        card = page.cards[run_folder]
        assert spin(lambda: "Running" in card.state.text())
        from near_things.qgis_plugin.runs.ending import live_process

        number = live_process(card.run)
        assert number is not None
        step = card.run.history.step
        assert step < STEPS and spin(lambda: card.run.history.step > step, 60)

        card.stop.click()
        assert spin(lambda: "Stopped" in card.state.text(), 60)
        stopped = card.run.history.step
        checkpoints = sorted(path.name for path in (run_folder / "checkpoints").iterdir())
        assert checkpoints[-1] == f"step-{stopped:09d}.pt"
        assert live_process(card.run) is None

        # Resumed to the end; the run has few steps left, so that this takes seconds.
        shorten(run_folder, stopped + 5)
        assert card.resume.isVisibleTo(page)
        card.resume.click()
        assert spin(lambda: "Done" in card.state.text(), 120), card.state.text()
        steps, _losses = card.run.history.curves["loss"].arrays()
        assert steps.tolist() == list(range(1, stopped + 6))
        assert card.run.encoder is not None
        page.follower.close()
        session.close()
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
        if number is not None:
            end(number)


def shorten(run_folder: Path, steps: int) -> None:
    """Let the run be one of fewer steps."""
    import json

    path = run_folder / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["job"]["steps"] = steps
    path.write_text(json.dumps(record), encoding="utf-8")


def end(number: int) -> None:
    """End the training if the test failed while it ran."""
    for _ in range(20):
        try:
            os.killpg(number, signal.SIGKILL)
        except ProcessLookupError:
            return
        time.sleep(0.1)
