"""The page “Train”: methods that lack are grey, runs start, stop and end, cards, comparison."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inputs import dataset_folder
from interface import FakeInterface, spin
from run_folders import (
    end,
    event,
    finished,
    hold,
    launch,
    metric,
    progress,
    say_dead,
    started,
    write_run,
)
from watchdog import watchdog

# A training as the page sees it: record, events, a stop that is obeyed.
TRAINS = """
import pathlib
folder = pathlib.Path(option("--output"))
beside = pathlib.Path(sys.argv[4])
sys.path.insert(0, os.getcwd())
from backend.contract.processes import working_in
with working_in(beside):
    folder.mkdir(parents=True, exist_ok=True)
    job = dict(method=option("--method"), output=str(folder), dataset=option("--dataset"))
    record = dict(job=job, method={}, dataset=dict(name="zion"))
    (folder / "run.json").write_text(json.dumps(record))
    file = open(folder / "events.jsonl", "a", buffering=1)
    def log(event, **values):
        line = json.dumps({"version": 1, "event": event, "time": time.time(), **values})
        file.write(line + "\\n")
    log("started", verb="train", job=job, process_id=os.getpid(), software="1")
    resumed = 20 if "--resume" in sys.argv else 0
    for step in range(1 + resumed, 41):
        log("metric", step=step, values=dict(loss=4 - step / 20, spread=.9))
        log("progress", phase="training", done=step, total=40, unit="step", rate=10.0,
            seconds_left=(40 - step) / 10)
        if (beside / "stop").exists():
            log("finished", status="stopped", exit_status=143, seconds=1.0)
            sys.exit(143)
        while step == 20 and not resumed and not (beside / "stop").exists():
            time.sleep(0.02)
    (folder / "encoder.safetensors").write_bytes(b"")
    log("finished", status="done", exit_status=0, seconds=2.0)
"""


@pytest.fixture
def folder(provider, tmp_path: Path):
    """A work folder for the length of a test, with two datasets."""
    from near_things.qgis_plugin.settings import PluginSettings

    folder = tmp_path / "wörk"
    splits = dict(train=64, validation=8, test=8)
    dataset_folder(folder / "zion.tiles", splits=splits, tile_size_px=8)
    dataset_folder(folder / "alone.tiles", splits=splits, tile_size_px=8, neighbour_radius_px=0)
    PluginSettings().workspace = str(folder)
    yield folder
    PluginSettings().workspace = ""


@pytest.fixture
def make_page(folder):
    """A function that makes the page, in a window of a small screen."""
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.gui.train_page.page import TrainPage

    made = []

    def make():
        session = Session(FakeInterface())
        page = TrainPage(session)
        page.resize(400, 700)
        page.show()
        made.append((session, page))
        return page

    yield make
    for session, page in made:
        page.follower.close()
        session.close()
        page.close()


def choose(page, dataset: str) -> None:
    page.new_run.dataset.setCurrentIndex(page.new_run.dataset.findText(dataset))


def button(widget) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    # A widget that was just put into a layout is shown a moment later.
    assert spin(lambda: widget.isVisibleTo(widget.window()) and widget.isEnabled())
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_methods_that_the_dataset_cannot_feed_are_grey_and_say_why(make_page) -> None:
    from qgis.PyQt.QtCore import Qt

    methods = make_page().new_run.methods
    page_choices = {choice.method.name: choice for choice in methods.choices()}
    # "alone" comes first: tiles without neighbours, one band, no land cover.
    lacks = {name: choice.lack for name, choice in page_choices.items()}
    assert "needs neighbours" in lacks["saumoco"] and "“Neighbour radius”" in lacks["saumoco"]
    assert "needs land cover" in lacks["geokr"]
    assert "needs 2 bands or more" in lacks["cmc"]
    assert lacks["moco"] == ""
    for row, choice in enumerate(methods.choices()):
        enabled = bool(methods.item(row).flags() & Qt.ItemFlag.ItemIsEnabled)
        assert enabled == (not choice.lack)
        spoken = methods.item(row).data(Qt.ItemDataRole.AccessibleTextRole)
        assert choice.method.sentence in spoken and choice.lack in spoken
    assert page_choices["saumoco"].needs == (("neighbours", False),)
    assert methods.choice().method.name == "moco"


def test_a_method_is_advised_for_what_the_dataset_holds(make_page, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.train_page import advice_label

    form = make_page().new_run
    assert "start with <a" in form.advice.text() and ">MoCo</a>: it needs" in form.advice.text()
    assert "64 tiles are few" in form.advice.text()
    form.dataset.setCurrentIndex(form.dataset.findText("zion"))
    assert ">SauMoCo</a>: neighbours are" in form.advice.text()
    form.advice.linkActivated.emit("saumoco")
    assert form.method.name == "saumoco"
    opened = []
    monkeypatch.setattr(advice_label, "open_help", opened.append)
    form.advice.manual.linkActivated.emit("manual")
    assert [page.name for page in opened] == ["choose.md"] and opened[0].is_file()


@pytest.mark.parametrize(
    "holds, name",
    [
        (dict(neighbour_radius_px=0), "moco"),
        (dict(), "saumoco"),
        (dict(classes=[dict(name="forest", target=0)]), "geokr"),
        (dict(neighbour_radius_px=0, classes=[dict(name="forest", target=0)]), "moco"),
        (dict(neighbour_radius_px=0, triplets=9), "tile2vec"),
    ],
)
def test_advice_follows_the_manual(provider, tmp_path, holds, name) -> None:
    from near_things.qgis_plugin.runs.advice import advice_for

    splits = dict(train=4000, validation=8, test=8)
    folder = dataset_folder(tmp_path / "a.tiles", splits=splits, **holds)
    advice = advice_for(json.loads((folder / "dataset.json").read_text()))
    assert advice.name == name and advice.note == ""
    assert advice_for({}) is None


def test_another_dataset_is_judged_anew(make_page) -> None:
    page = make_page()
    choose(page, "zion")
    choices = {choice.method.name: choice for choice in page.new_run.methods.choices()}
    assert choices["saumoco"].lack == "" and choices["saumoco"].needs == (("neighbours", True),)
    # The method that was chosen stays where it can.
    assert page.new_run.method.name == "moco"


def test_only_what_differs_is_passed_on(make_page) -> None:
    form = make_page().new_run
    form.dataset.setCurrentIndex(form.dataset.findText("zion"))
    assert form.methods.select("saumoco")
    assert set(form.values()) == {"dataset", "method"}
    form.steps.setValue(300)
    form.form.field("temperature").setText("0.2")
    stem = form.form.field("stem")
    stem.setCurrentIndex(stem.findData("small"))
    form.form.field("tensorboard").setChecked(False)
    values = form.values()
    assert values.pop("dataset").endswith("zion.tiles")
    assert values == dict(
        method="saumoco", steps=300, temperature="0.2", stem="small", tensorboard=False
    )
    form.form.field("temperature").setText("")
    assert "temperature" not in form.values()


def test_a_wrong_value_is_told_and_start_is_shut(make_page) -> None:
    form = make_page().new_run
    form.form.field("learning_rate").setText("-1")
    assert not form.start.isEnabled()
    assert "“Learning rate” must be at least 0" in form.estimate.text()
    form.form.field("learning_rate").setText("")
    assert form.start.isEnabled()


def test_presets_are_offered_with_what_they_depart_in(make_page) -> None:
    form = make_page().new_run
    form.dataset.setCurrentIndex(form.dataset.findText("zion"))
    form.methods.select("saumoco")
    titles = [form.preset.itemText(n) for n in range(form.preset.count())]
    assert titles[1:] == ["SauMoCo, released NAIP recipe", "SauMoCo, released Sentinel-2 recipe"]
    form.preset.setCurrentIndex(1)
    assert form.values()["method"] == "saumoco-naip-published"
    assert form.differences.isVisibleTo(form) and "the queue is as long" in form.differences.text()
    assert form.form.field("temperature").placeholderText() == "0.07"
    assert "500 epochs" in form.steps.specialValueText()
    # Thirteen bands with names this dataset does not have.
    assert not form.preset.model().item(2).isEnabled()


def test_command_line_is_copied(make_page) -> None:
    from qgis.PyQt.QtWidgets import QApplication

    form = make_page().new_run
    form.steps.setValue(70)
    button(form.copy)
    text = QApplication.clipboard().text()
    assert text.startswith("python -m backend.train ") and "--steps=70" in text
    assert "alone.tiles" in text and "alone-moco" in text and "--learning-rate" not in text


def test_a_run_starts_is_followed_stopped_resumed_and_done(make_page, folder, fake_backend) -> None:
    fake_backend(TRAINS)
    page = make_page()
    choose(page, "zion")
    page.new_run.methods.select("saumoco")
    page.new_run.steps.setValue(40)
    written = []
    page._session.run_written.connect(written.append)
    with watchdog():
        button(page.new_run.start)
        assert spin(lambda: folder / "runs" / "zion-saumoco" in page.cards)
        card = page.cards[folder / "runs" / "zion-saumoco"]
        assert spin(lambda: card.run.history.step == 20)
        assert spin(lambda: "step 20 of 40" in card.figures.text().replace("\xa0", " "))
        assert "Running" in card.state.text() and "about 2 s left" in card.figures.text().replace(
            "\xa0", " "
        )
        assert not card.resume.isVisibleTo(card)
        assert not card.actions_by_name["delete"].isEnabled()
        button(card.stop)
        assert spin(lambda: "Stopped" in card.state.text())
    with watchdog():
        button(card.resume)
        assert spin(lambda: "Done" in card.state.text())
    steps, losses = card.run.history.curves["loss"].arrays()
    assert steps.tolist() == list(range(1, 41)) and losses[-1] == 2.0
    assert written == [str(folder / "runs" / "zion-saumoco")]
    assert "is done" in page._session.iface.bar.currentItem().text()
    assert not card.stop.isVisibleTo(card) and card.map.isVisibleTo(card)
    assert page.new_run.folder().name == "zion-saumoco-2"


def test_a_run_that_fails_before_its_folder_is_a_card_with_its_message(
    make_page, folder, fake_backend
) -> None:
    fake_backend(
        "say('started', verb='train', job={}, process_id=1, software='1')\n"
        "say('error', message='the disk is full', hint='free some space', exit_status=4)\n"
        "finish('failed', 4)"
    )
    page = make_page()
    button(page.new_run.start)
    assert spin(lambda: bool(page.cards))
    card = next(iter(page.cards.values()))
    assert spin(lambda: "Failed" in card.state.text())
    assert card.problem.text() == "The disk is full. Free some space."
    assert not card.resume.isVisibleTo(card) and not card.map.isVisibleTo(card)


def test_a_python_without_torch_shows_its_last_words(make_page, folder, fake_backend) -> None:
    fake_backend(
        "import pathlib\nsys.path.insert(0, os.getcwd())\n"
        "from backend.contract.processes import working_in\n"
        "with working_in(pathlib.Path(sys.argv[4])): import no_such_torch"
    )
    page = make_page()
    button(page.new_run.start)
    assert spin(lambda: bool(page.cards))
    card = next(iter(page.cards.values()))
    assert spin(lambda: "Failed" in card.state.text())
    assert "before it could say why" in card.problem.text()
    assert "No module named 'no_such_torch'" in card.problem.text()


def test_ticked_runs_are_compared(make_page, folder) -> None:
    text = "".join(metric(11, s, loss=4.0 - s / 10, spread=0.9) for s in (10, 20))
    runs = folder / "runs"
    write_run(runs / "one", started(10) + text + progress(12, 20) + finished(13))
    write_run(runs / "two", started(20) + text + finished(21), temperature=0.5)
    page = make_page()
    assert spin(lambda: len(page.cards) == 2)
    assert not page.comparison.isVisibleTo(page)
    for name in ("one", "two"):
        page.cards[runs / name].tick.setChecked(True)
    comparison, table = page.comparison, page.comparison.table
    assert comparison.isVisibleTo(page)
    assert "two: 2 at step 20" in comparison.chart.accessibleDescription()
    header = [table.horizontalHeaderItem(n).text() for n in range(table.columnCount())]
    assert header == ["two", "one"]
    rows = {
        table.verticalHeaderItem(row).text(): [table.item(row, n).text() for n in range(2)]
        for row in range(table.rowCount())
    }
    assert rows["Loss"] == ["2", "2"] and rows["Temperature"] == ["0.5", "–"]
    assert "Batch size" not in rows and rows["Steps"] == ["0", "20"]
    comparison.metric.setCurrentIndex(comparison.metric.findData("spread"))
    assert "two: 0.9" in comparison.chart.accessibleDescription()
    page.cards[runs / "two"].tick.setChecked(False)
    assert table.columnCount() == 1


def test_clone_fills_the_form(make_page, folder) -> None:
    write_run(
        folder / "runs" / "one", started(10) + finished(11), temperature=0.5, stem="small",
        dataset=str(folder / "zion.tiles"), steps=700,
    )  # fmt: skip
    page = make_page()
    assert spin(lambda: bool(page.cards))
    page.cards[folder / "runs" / "one"].actions_by_name["clone"].trigger()
    values = page.new_run.values()
    assert values["dataset"] == str(folder / "zion.tiles") and values["method"] == "saumoco"
    assert (values["steps"], values["temperature"], values["stem"]) == (700, "0.5", "small")
    assert "learning_rate" not in values and page.new_run.form.isVisibleTo(page)


def test_clone_finds_each_method_and_recipe(make_page, folder) -> None:
    from near_things.backend.contract.catalogue import SENTINEL2_BANDS
    from near_things.backend.contract.methods import METHODS

    holds = dict(
        bands=[dict(name=name) for name in SENTINEL2_BANDS], dates_per_chip=2, scenes=[],
        classes=[dict(name="forest", target=0)],
    )  # fmt: skip
    dataset = str(dataset_folder(folder / "all.tiles", splits=dict(train=64), **holds))
    form = make_page().new_run
    for name in METHODS:
        form.take_settings(dict(method=name, dataset=dataset))
        assert form.values()["method"] == name
        offered = [form.preset.itemData(n).method.name for n in range(form.preset.count())]
        assert not [other for other in offered if METHODS[other].recipe != METHODS[name].recipe]


def test_delete_removes_the_run_and_its_card(make_page, folder, monkeypatch) -> None:
    from qgis.PyQt.QtWidgets import QMessageBox

    write_run(folder / "runs" / "one", started(10) + finished(11))
    launch(folder / "runs" / "one", at=1.0)
    page = make_page()
    assert spin(lambda: bool(page.cards))
    delete = page.cards[folder / "runs" / "one"].actions_by_name["delete"]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    delete.trigger()
    assert page.cards
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    delete.trigger()
    assert not page.cards
    assert spin(lambda: not list((folder / "runs").iterdir()))


def test_show_in_map_names_the_run_and_turns_the_page(make_page, folder) -> None:
    run = write_run(folder / "runs" / "one", started(10) + finished(11))
    (run / "encoder.safetensors").touch()
    page = make_page()
    assert spin(lambda: bool(page.cards))
    told = []
    page._session.encoder_wanted.connect(told.append)
    page._session.page_wanted.connect(told.append)
    button(page.cards[run].map)
    assert told == [str(run / "encoder.safetensors"), "explore"]


def test_log_holds_command_warnings_and_the_last_words(make_page, folder) -> None:
    from near_things.qgis_plugin.gui.train_page.log_dialog import LogDialog

    warning = event("warning", 11, message="collapse: all tiles look alike")
    write_run(folder / "runs" / "one", started(10) + warning + finished(12))
    (launch(folder / "runs" / "one", at=1.0) / "log.txt").write_text("128 images in 3 s")
    page = make_page()
    assert spin(lambda: bool(page.cards))
    card = page.cards[folder / "runs" / "one"]
    assert "all tiles look alike" in card.problem.text()
    dialog = LogDialog(card.run)
    text = dialog.text.toPlainText()
    assert "python -m backend.train --dataset=/data/zion.tiles" in text
    assert "collapse" in text and "128 images in 3 s" in text


def test_a_live_run_of_an_earlier_qgis_is_found_and_stopped(make_page, folder) -> None:
    run = write_run(folder / "runs" / "one", started(10) + progress(11, 50))
    process = hold(run)
    try:
        page = make_page()
        assert spin(lambda: bool(page.cards))
        card = page.cards[run]
        assert "Running" in card.state.text()
        button(card.stop)
        assert (run / "stop").exists() and "Stopping" in card.state.text()
        assert card.stop.text() == "Stop now"
    finally:
        end(process)
    assert spin(lambda: "Ended" in card.state.text())
    assert card.resume.isVisibleTo(card) and "from the last checkpoint" in card.problem.text()


def test_large_event_files_do_not_hold_up_the_window(make_page, folder) -> None:
    lines = [progress(11, s, 200_000) + metric(11, s, loss=1.0, spread=0.9) for s in range(20_000)]
    run = write_run(folder / "runs" / "long", started(10) + "".join(lines))
    assert (run / "events.jsonl").stat().st_size > 3e6
    process = hold(run)
    try:
        # Making the page is work of its own; the file is read when it stands.
        page = make_page()
        spin(lambda: False, 0.2)
        with watchdog():
            assert spin(lambda: bool(page.cards), 60)
            page.cards[run].tick.setChecked(True)
            with open(run / "events.jsonl", "a") as file:
                file.write("".join(lines[:100]))
            assert spin(lambda: page.cards[run].run.history.step == 99)
    finally:
        end(process)


def test_estimate_says_where_its_figure_is_from(make_page, folder, fake_backend) -> None:
    fake_backend(
        "assert option('--steps') == '10' and '--no-tensorboard' in sys.argv\n"
        "for s in range(1, 11):\n"
        "    say('metric', step=s, values=dict(loss=1.0, seconds=5 + 0.5 * s))\n"
        "finish()"
    )
    page = make_page()
    form = page.new_run
    assert "No run like this was measured" in form.estimate.text()
    with watchdog():
        button(form.measure)
        assert "Measuring" in form.estimate.text()
        assert spin(lambda: form.measure.isEnabled())
    assert form.estimate.text().startswith("2,000 steps · about 17 min, by a dry run")
    events = started(10) + progress(11, 9, rate=40.0) + finished(12)
    before = write_run(folder / "runs" / "before", events, method="moco")
    record = json.loads((before / "run.json").read_text())
    record["dataset"]["bands"] = ["red"]
    (before / "run.json").write_text(json.dumps(record))
    say_dead(before)
    page.follower.look()
    assert spin(lambda: bool(page.cards))
    assert form.estimate.text() == "2,000 steps · about 50 s, by the rate of the run “before”"


def test_probe_that_fails_tells_why(make_page, fake_backend) -> None:
    fake_backend(
        "say('error', message='no GPU', hint='use cpu', exit_status=4)\nfinish('failed', 4)"
    )
    form = make_page().new_run
    button(form.measure)
    assert spin(lambda: "no GPU" in form.estimate.text())
    assert form.measure.isEnabled()


def test_page_fits_a_small_screen(make_page) -> None:
    page = make_page()
    page.new_run.fold.setChecked(True)
    assert page.minimumSizeHint().width() <= 360


def test_a_started_run_stays_in_view_when_its_figures_come(make_page, folder) -> None:
    from qgis.PyQt.QtWidgets import QScrollArea

    page, area = make_page(), QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(page)
    area.resize(380, 300)
    area.show()
    run = write_run(folder / "runs" / "one", started(10))
    process = hold(run)
    try:
        page._take_start(str(run), "")
        assert spin(lambda: run in page.cards)
        card = page.cards[run]

        def is_seen() -> bool:
            return card.visibleRegion().boundingRect().height() == card.height()

        assert spin(card.chart.isVisible) and spin(is_seen)
        height = card.height()
        with open(run / "events.jsonl", "a", encoding="utf-8") as file:
            file.write(progress(12, 1, 50) + metric(12, 1, loss=1.0))
        assert spin(lambda: "1.000" in card.figures.text())
        assert spin(lambda: card.height() > height and is_seen())
    finally:
        end(process)
        area.takeWidget()
        area.close()


def test_what_is_new_at_the_end_of_a_long_page_is_scrolled_to(application) -> None:
    from near_things.qgis_plugin.gui.train_page.page import bring_into_view
    from qgis.PyQt.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

    area, page = QScrollArea(), QWidget()
    layout = QVBoxLayout(page)
    for _ in range(40):
        layout.addWidget(QLabel("a line"))
    area.setWidgetResizable(True)
    area.setWidget(page)
    area.resize(200, 200)
    area.show()
    assert spin(lambda: area.verticalScrollBar().maximum() > 0)
    card = QLabel("\n".join(["a card"] * 5))
    layout.addWidget(card)
    bring_into_view(card)
    assert spin(lambda: card.visibleRegion().boundingRect().height() == card.height())
    area.close()
