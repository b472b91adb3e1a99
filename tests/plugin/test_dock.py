"""The dock's shell: set-up or pages, the session, the work folder, and jobs in the background."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from interface import FakeInterface, spin


@pytest.fixture
def interface(provider):
    return FakeInterface()


@pytest.fixture
def work_folder(provider, tmp_path: Path):
    """A work folder for the length of a test."""
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "wörk folder")
    yield tmp_path / "wörk folder"
    PluginSettings().workspace = ""


@pytest.fixture
def dock(interface, work_folder):
    from near_things.qgis_plugin.gui.window import WindowParts

    parts = WindowParts(interface)
    parts.add()
    interface.window.show()
    yield parts.dock
    parts.remove()
    interface.window.close()


def test_dock_has_three_pages_once_it_is_shown(dock) -> None:
    assert dock.tabs is None
    dock.setUserVisible(True)
    titles = [dock.tabs.tabText(n) for n in range(dock.tabs.count())]
    assert titles == ["① Data", "② Train", "③ Explore"]
    dock.session.show_page("explore")
    assert dock.tabs.currentIndex() == 2


def test_the_sample_is_offered_beside_layers_of_ones_own(dock, interface, fake_backend) -> None:
    from qgis.core import QgsProject

    fake_backend("sys.stdin.read()\nfinish('stopped', 130)")
    dock.setUserVisible(True)
    dock.session.show_page("train")
    started: list = []
    dock.session.try_sample = lambda start=dock.session.try_sample: (
        started.append(start()) or started[0]
    )
    dock.sample_action.trigger()
    assert dock.tabs.currentIndex() == 0 and not dock.sample_action.isEnabled()
    assert interface.bar.currentItem().text() == "Writing the sample landscape…"
    (job,) = started
    assert spin(lambda: job.is_running)
    job.cancel()
    assert spin(dock.sample_action.isEnabled)
    assert QgsProject.instance().mapLayers() == {}


def test_button_of_the_toolbar_opens_and_closes_the_dock(interface, dock) -> None:
    from near_things.qgis_plugin.settings import PluginSettings
    from qgis.PyQt.QtWidgets import QToolButton

    # The first is the toolbar's own, for what has no room.
    button = interface.toolbar.findChildren(QToolButton)[-1]
    button.defaultAction().trigger()
    assert dock.isVisible() and PluginSettings().dock_open
    button.defaultAction().trigger()
    assert not dock.isVisible() and not PluginSettings().dock_open


def test_without_a_backend_the_dock_says_so_and_later_shows_the_pages(
    interface, dock, monkeypatch, fake_backend
) -> None:
    from qgis.PyQt.QtWidgets import QLabel

    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    dock.setUserVisible(True)
    assert dock.tabs is None
    words = " ".join(label.text() for label in dock.findChildren(QLabel))
    assert "Near Things needs its own Python with PyTorch" in words
    assert dock.setup is not None
    fake_backend("finish()")
    dock.refresh()
    assert dock.tabs is not None and dock.tabs.isVisible() and dock.setup is None


def test_set_up_in_the_dock_leads_to_the_pages(dock, interface, monkeypatch, tmp_path) -> None:
    from near_things.qgis_plugin import environment
    from near_things.qgis_plugin.setup import accelerators, locks, places, pythons
    from setup_fakes import make_fake_python

    python = make_fake_python(tmp_path / "fake")
    monkeypatch.delenv("NEAR_THINGS_PYTHON", raising=False)
    monkeypatch.setenv("NEAR_THINGS_ENVIRONMENTS", str(tmp_path / "environments"))
    monkeypatch.setattr(environment, "default_interpreter", lambda: tmp_path / "none")
    monkeypatch.setattr(pythons, "candidates", lambda: [python])
    monkeypatch.setattr(accelerators, "query_program", lambda: None)
    dock.setUserVisible(True)
    card = dock.setup
    card._uv = None
    assert spin(card.set_up.isEnabled)
    card.set_up.click()
    assert spin(lambda: dock.tabs is not None and dock.tabs.isVisible())
    assert "Ready: PyTorch" in interface.bar.currentItem().text()
    # A later version of the plugin, with another lock file: the old environment serves on.
    now = locks.lock_hash
    monkeypatch.setattr(places, "lock_hash", lambda accelerator: "0" + now(accelerator)[1:])
    assert environment.is_outdated(environment.interpreter())
    dock.tabs = None
    dock.refresh()
    assert dock.tabs is not None
    assert "Newer packages belong" in interface.bar.currentItem().text()


def test_work_folder_is_chosen_and_kept(dock, tmp_path: Path) -> None:
    dock.setUserVisible(True)
    changes: list = []
    dock.session.workspace_changed.connect(lambda: changes.append(1))
    dock.session.choose_workspace(str(tmp_path / "other"))
    assert dock.session.workspace.folder == tmp_path / "other" and changes == [1]


def test_work_folder_lies_beside_the_project(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.workspace import workspace_folder
    from qgis.core import QgsProject

    project = QgsProject.instance()
    try:
        project.setFileName(str(tmp_path / "área.qgz"))
        assert workspace_folder() == tmp_path / "Near Things"
    finally:
        project.clear()
    assert workspace_folder().name == "Near Things" and workspace_folder().parent != tmp_path


def test_workspace_lists_what_is_there_and_names_what_is_free(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.workspace import Workspace

    for name in ("b.tiles", "A.tiles"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dataset.json").write_text("{}")
    (tmp_path / "half.tiles").mkdir()
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "m.tif").write_bytes(b"")
    workspace = Workspace(tmp_path)
    assert [path.name for path in workspace.datasets()] == ["A.tiles", "b.tiles"]
    assert [path.name for path in workspace.runs()] == ["one"]
    assert [path.name for path in workspace.maps()] == ["m.tif"]
    assert workspace.new_dataset("b") == tmp_path / "b-2.tiles"
    assert workspace.new_run("zion: a/b") == tmp_path / "runs" / "zion_ a_b"
    assert workspace.new_map(" ") == tmp_path / "maps" / "unnamed.tif"


def finished(job) -> list:
    """What a job said at its end, once it has ended."""
    ends: list = []
    job.finished.connect(lambda *values: ends.append(values))
    assert spin(lambda: bool(ends), 60)
    return ends


def test_sample_landscape_becomes_layers(interface, dock, work_folder, fake_backend) -> None:
    from inputs import write_raster
    from qgis.core import QgsProject

    for name in ("scene_2023-05-14", "land_cover"):
        write_raster(work_folder / "made" / f"{name}.tif", bands=1)
    fake_backend(
        "import shutil\n"
        "progress(1, 2, 'drawing')\n"
        f"shutil.copytree({str(work_folder / 'made')!r}, option('--output'))\n"
        "finish()"
    )
    dock.setUserVisible(True)
    samples: list = []
    dock.session.sample_written.connect(lambda *paths: samples.append(paths))
    job = dock.session.try_sample()
    progress: list = []
    job.progressed.connect(lambda *values: progress.append(values))
    try:
        assert [end[0] for end in finished(job)] == [True]
        names = {layer.name() for layer in QgsProject.instance().mapLayers().values()}
        assert names == {
            "Sample 2023-05-14",
            "Sample land cover",
        }
        assert interface.active.name() == "Sample land cover"
    finally:
        QgsProject.instance().clear()
    folder = work_folder / "sample landscape"
    assert samples == [([str(folder / "scene_2023-05-14.tif")], str(folder / "land_cover.tif"))]
    assert any("drawing: 1 of 2" in words for _, words in progress)


def test_the_sample_asks_for_no_transformation(provider) -> None:
    from near_things.qgis_plugin.gui.session import SAMPLE_CRS, settle_transformations
    from qgis.core import QgsCoordinateReferenceSystem, QgsProject

    project = QgsProject.instance()
    scenes, land_cover = (QgsCoordinateReferenceSystem(name) for name in SAMPLE_CRS)
    try:
        project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
        assert not project.transformContext().hasTransform(land_cover, scenes)
        settle_transformations()
        context = project.transformContext()
        assert context.hasTransform(land_cover, scenes)
        assert context.hasTransform(land_cover, project.crs())
    finally:
        project.clear()


def test_a_job_that_fails_says_why_and_one_that_cannot_start_too(
    dock, work_folder, fake_backend
) -> None:
    fake_backend(
        "say('error', message='the disk is full', hint='free some', exit_status=4)\n"
        "finish('failed', 4)"
    )
    dock.setUserVisible(True)
    job = dock.session.start(
        "nearthings:samplelandscape", {"OUTPUT": str(work_folder / "s")}, "Sample"
    )
    successful, _, message = finished(job)[0]
    assert not successful and "the disk is full" in message and "free some" in message
    job = dock.session.start("nearthings:pretrainencoder", {"DATASET": "/absent"}, "Train")
    successful, _, message = finished(job)[0]
    assert not successful and message


def test_a_job_is_stopped_by_its_bar(dock, work_folder, fake_backend) -> None:
    from near_things.qgis_plugin.gui.job_bar import JobBar

    fake_backend(
        "progress(1, 4)\nsys.stdin.read()\n"
        "say('error', message='stopped', hint='', exit_status=143)\nfinish('stopped', 143)"
    )
    dock.setUserVisible(True)
    job = dock.session.start(
        "nearthings:samplelandscape", {"OUTPUT": str(work_folder / "s")}, "Sample"
    )
    bar = JobBar()
    bar.watch(job)
    assert spin(lambda: bar.bar.value() == 25)
    bar.stop.click()
    successful, _, message = finished(job)[0]
    assert not successful and "Stopped on request" in message
    assert bar.isHidden() and not job.is_running


def test_messages_leave_with_the_page_or_the_next_success(dock, interface) -> None:
    from qgis.core import Qgis

    dock.setUserVisible(True)
    session, levels = dock.session, Qgis.MessageLevel

    def told() -> list:
        return [item.text() for item in interface.bar.items()]

    session.tell("run a is done", levels.Success, "Show", lambda: None)
    session.tell("run b did not end well", levels.Warning, "Show log", lambda: None)
    session.show_page("explore")
    # A warning stays until it is read or overtaken.
    assert told() == ["run b did not end well"]
    session.tell("run c is done", levels.Success, "Show", lambda: None)
    assert told() == ["run c is done"]
    # What the user has put away himself is no trouble later.
    interface.bar.clearWidgets()
    spin(lambda: False, 0.1)
    session.show_page("data")
    session.tell("run d is done", levels.Success)
    assert told() == ["run d is done"]
    session.tell("run e did not end well", levels.Warning, "Show log", lambda: None)
    dock.close_session()
    assert told() == []


def test_a_failure_offers_the_set_up_or_another_try(dock, interface, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.options import PAGE_NAME
    from qgis.PyQt.QtWidgets import QPushButton

    dock.setUserVisible(True)
    tried = []
    dock.session.tell_failure("the disk is full", lambda: tried.append(1))
    button = interface.bar.currentItem().findChild(QPushButton)
    assert button.text() == "Try again"
    button.click()
    assert tried == [1] and not interface.bar.items()
    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    dock.session.tell_failure("Near Things needs a Python", lambda: tried.append(2))
    button = interface.bar.currentItem().findChild(QPushButton)
    assert button.text() == "Set up…"
    button.click()
    assert tried == [1] and interface.shown == [PAGE_NAME]


def test_the_plugin_is_unloaded_while_jobs_run(
    interface, work_folder, fake_backend, monkeypatch
) -> None:
    """What the window held is gone before the tasks end; nothing calls it any more."""
    from near_things.qgis_plugin.explore.preparing import PrepareJob, Searchable, _Task
    from near_things.qgis_plugin.gui.algorithm_job import AlgorithmJob
    from near_things.qgis_plugin.gui.job_bar import JobBar
    from near_things.qgis_plugin.gui.window import WindowParts
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QCoreApplication, QEvent

    # It stops when asked, but speaks until it does.
    fake_backend(
        "import threading\n"
        "threading.Thread(target=lambda: (sys.stdin.read(), os._exit(143)), daemon=True).start()\n"
        "while True:\n    progress(1, 4)\n    time.sleep(0.01)"
    )
    complaints = []
    monkeypatch.setattr(sys, "excepthook", lambda *error: complaints.append(error))
    monkeypatch.setattr(threading, "excepthook", complaints.append)
    parts = WindowParts(interface)
    parts.add()
    interface.window.show()
    parts.dock.setUserVisible(True)
    session = parts.dock.session
    job = session.start("nearthings:samplelandscape", {"OUTPUT": str(work_folder / "s")}, "Sample")
    bar = JobBar(parts.dock)
    bar.watch(job)
    prepare = PrepareJob(Searchable("map", work_folder / "map.tif"), session)
    assert not prepare.start()
    told, destroyed = [], []
    session.destroyed.connect(lambda: destroyed.append("session"))
    prepare.destroyed.connect(lambda: destroyed.append("prepare"))
    job.progressed.connect(lambda *_: told.append("job"))
    prepare.progressed.connect(lambda *_: told.append("prepare"))
    assert spin(lambda: {"job", "prepare"} <= set(told))
    prepare.cancel()
    parts.remove()
    # As the event loop does, but before the tasks have ended.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert sorted(destroyed) == ["prepare", "session"]
    del job, session, prepare
    assert spin(lambda: not QgsApplication.taskManager().activeTasks())
    spin(lambda: False, 0.2)
    assert not complaints and not AlgorithmJob._running and not _Task._running
    interface.window.close()
