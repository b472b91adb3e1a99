"""The page “Train”: which methods are offered, found, advised and cloned."""

from __future__ import annotations

import json

import pytest
from inputs import REPOSITORY, dataset_folder
from train_page_inputs import choose


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
    assert methods.choice().method.name == "vicreg"


def test_the_list_begins_with_the_usual_methods_and_finds_the_others(make_page) -> None:
    from near_things.qgis_plugin.runs.advice import USUAL

    form = make_page().new_run
    methods, finder = form.methods, form.finder

    def shown() -> list[str]:
        rows = [row for row in range(methods.count()) if not methods.item(row).isHidden()]
        return [methods.choices()[row].method.name for row in rows]

    assert sorted(shown()) == sorted(USUAL)
    finder.words.setText("nine PIECES")
    assert shown() == ["pirl"]
    finder.words.clear()
    finder.all.setChecked(True)
    assert len(shown()) == methods.count() and finder.all.text() == f"All {methods.count()}"
    finder.all.setChecked(False)
    # What is chosen stays in sight.
    assert methods.select("dino") and sorted(shown()) == sorted([*USUAL, "dino"])
    # A method without published recipes asks for no preset.
    assert form.preset.isVisibleTo(form) and form.preset_label.isVisibleTo(form)
    assert methods.select("rotation")
    assert not form.preset.isVisibleTo(form) and not form.preset_label.isVisibleTo(form)


def test_a_method_is_advised_for_what_the_dataset_holds(make_page, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.train_page import advice_label

    form = make_page().new_run
    assert "start with <a" in form.advice.text() and ">VICReg</a>: it needs" in form.advice.text()
    assert "64 tiles are few" in form.advice.text()
    form.dataset.setCurrentIndex(form.dataset.findText("zion"))
    assert form.method.name == "vicreg"
    assert form.methods.select("simclr")
    form.advice.linkActivated.emit("vicreg")
    assert form.method.name == "vicreg"
    opened = []
    monkeypatch.setattr(advice_label, "open_help", opened.append)
    form.advice.manual.linkActivated.emit("manual")
    assert [page.name for page in opened] == ["choose.md"] and opened[0].is_file()


@pytest.mark.parametrize(
    "tiles, holds, name",
    [
        (4000, dict(neighbour_radius_px=0), "vicreg"),
        (4000, dict(), "vicreg"),
        (40_000, dict(), "saumoco"),
        (40_000, dict(neighbour_radius_px=0), "vicreg"),
        (4000, dict(classes=[dict(name="forest", target=0)]), "geokr"),
        (4000, dict(neighbour_radius_px=0, triplets=9), "tile2vec"),
    ],
)
def test_advice_follows_the_manual(provider, tmp_path, tiles, holds, name) -> None:
    from near_things.backend.contract.methods import METHODS
    from near_things.qgis_plugin.runs.advice import USUAL, advice_for

    splits = dict(train=tiles, validation=8, test=8)
    folder = dataset_folder(tmp_path / "a.tiles", splits=splits, **holds)
    advice = advice_for(json.loads((folder / "dataset.json").read_text()))
    assert advice.name == name and advice.note == ""
    assert advice_for({}) is None
    # The manual's first words, and those of its table, name the same methods.
    page = (REPOSITORY / "docs" / "methods" / "choose.md").read_text(encoding="utf-8")
    assert advice.title in page and name in USUAL
    assert all(METHODS[usual].title in page for usual in USUAL)


def test_another_dataset_is_judged_anew(make_page) -> None:
    page = make_page()
    choose(page, "zion")
    choices = {choice.method.name: choice for choice in page.new_run.methods.choices()}
    assert choices["saumoco"].lack == "" and choices["saumoco"].needs == (("neighbours", True),)
    # The method that was chosen stays where it can; what was only advised follows the advice.
    assert page.new_run.method.name == "vicreg"
    assert page.new_run.methods.select("moco")
    choose(page, "alone")
    assert page.new_run.method.name == "moco"


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
