"""The page “Train”: the form of a new run, its estimate and its command line."""

from __future__ import annotations

import json

from interface import spin
from run_folders import finished, progress, say_dead, started, write_run
from train_page_inputs import button
from watchdog import watchdog


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
    assert "“Learning rate” must be at least 0" in form.estimate.label.text()
    form.form.field("learning_rate").setText("")
    assert form.start.isEnabled()


def test_command_line_is_copied(make_page) -> None:
    from qgis.PyQt.QtWidgets import QApplication

    form = make_page().new_run
    form.steps.setValue(70)
    button(form.copy)
    text = QApplication.clipboard().text()
    assert text.startswith("python -m backend.train ") and "--steps=70" in text
    assert "alone.tiles" in text and "alone-vicreg" in text and "--learning-rate" not in text


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


def test_estimate_says_where_its_figure_is_from(make_page, folder, fake_backend) -> None:
    fake_backend(
        "assert option('--steps') == '10' and '--no-tensorboard' in sys.argv\n"
        "for s in range(1, 11):\n"
        "    say('metric', step=s, values=dict(loss=1.0, seconds=5 + 0.5 * s))\n"
        "finish()"
    )
    page = make_page()
    form = page.new_run
    assert "No run like this was measured" in form.estimate.label.text()
    with watchdog():
        button(form.estimate.measure)
        assert "Measuring" in form.estimate.label.text()
        assert spin(lambda: form.estimate.measure.isEnabled())
    assert form.estimate.label.text().startswith("2,000 steps · about 17 min, by a dry run")
    events = started(10) + progress(11, 9, rate=40.0) + finished(12)
    before = write_run(folder / "runs" / "before", events, method="vicreg")
    record = json.loads((before / "run.json").read_text())
    record["dataset"]["bands"] = ["red"]
    (before / "run.json").write_text(json.dumps(record))
    say_dead(before)
    page.follower.look()
    assert spin(lambda: bool(page.cards))
    assert form.estimate.label.text() == "2,000 steps · about 50 s, by the rate of the run “before”"


def test_probe_that_fails_tells_why(make_page, fake_backend) -> None:
    fake_backend(
        "say('error', message='no GPU', hint='use cpu', exit_status=4)\nfinish('failed', 4)"
    )
    form = make_page().new_run
    button(form.estimate.measure)
    assert spin(lambda: "no GPU" in form.estimate.label.text())
    assert form.estimate.measure.isEnabled()


def test_page_fits_a_small_screen(make_page) -> None:
    page = make_page()
    page.new_run.fold.setChecked(True)
    assert page.minimumSizeHint().width() <= 360
