"""The page “Train”: runs start, stop, resume, fail and are found again."""

from __future__ import annotations

from interface import spin
from run_folders import end, hold, metric, progress, started, write_run
from train_page_inputs import TRAINS, button, choose
from watchdog import watchdog


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


def test_a_started_run_is_kept_in_view_until_its_figures_have_come(
    make_page, folder, monkeypatch
) -> None:
    """Its card grows by some lines then; from then on it is for the reader to scroll."""
    from near_things.qgis_plugin.gui.train_page import page as module

    page, shown = make_page(), []
    monkeypatch.setattr(module, "bring_into_view", shown.append)
    run = write_run(folder / "runs" / "one", started(10))
    process = hold(run)
    try:
        page._take_start(str(run), "")
        assert spin(lambda: run in page.cards)
        card = page.cards[run]
        assert spin(card.chart.isVisible) and set(shown) == {card}
        before, height = len(shown), card.height()
        for step, loss in ((1, 1.0), (2, 0.5)):
            with open(run / "events.jsonl", "a", encoding="utf-8") as file:
                file.write(progress(11 + step, step, 50) + metric(11 + step, step, loss=loss))
            assert spin(lambda loss=loss: f"{loss:.3f}" in card.figures.text())
            assert len(shown) == before + 1
        assert spin(lambda: card.height() > height)
    finally:
        end(process)


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
