"""The page “Train”: cards of runs, their comparison, log and removal."""

from __future__ import annotations

from interface import spin
from run_folders import end, event, finished, hold, launch, metric, progress, started, write_run
from train_page_inputs import button
from watchdog import watchdog


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
