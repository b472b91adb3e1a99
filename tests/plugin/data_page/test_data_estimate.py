"""The estimate on the page Data: asked for, superseded, failed."""

from __future__ import annotations

from pathlib import Path

from data_page_inputs import ANSWER, landsat, settled, show
from interface import spin


def test_layers_fill_the_form_and_their_estimate_comes(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    assert page.form.isVisible() and not page.empty.isVisible()
    (scene,) = page.scenes.chosen()
    assert scene.name == "LC08_20130601" and page.scenes.bands_label.text() == "green, red"
    assert page.tile.words.text() == "= 960 m · 92.2 ha"
    assert page.radius.words.text() == "= 1.4 km"
    assert settled(page)
    assert page.build.line.text() == "4,000 chips · 148 MB · about 2 min"
    assert "At most 5,000 chips fit" in page.build.line.toolTip()
    assert page.build.build.isEnabled()


def test_tiles_and_radius_are_what_the_estimate_is_asked_of(page, fake_backend, tmp_path) -> None:
    asked = tmp_path / "asked"
    fake_backend(f"open({str(asked)!r}, 'w').write(repr(sys.argv))\n{ANSWER}")
    show(page, *landsat(tmp_path))
    page.tile.spin.setValue(16)
    page.radius.spin.setValue(8)
    page.count.spin.setValue(123)
    page.more.set_values({"seed": 5, "sampling": "grid", "land_cover_crs": "EPSG:26912"})
    assert settled(page)
    for option in ("--tile-size-px=16", "--neighbour-radius-px=8", "--count=123", "--seed=5",
                   "--sampling=grid", "--land-cover-crs=EPSG:26912", "--bands=green",
                   "--dates=2013-06-01"):  # fmt: skip
        assert option in asked.read_text(), option
    page.more.field("seed").setText("-5")
    assert spin(lambda: "“Seed” must be at least 0" in page.build.line.text())
    assert not page.build.build.isEnabled()


def test_too_many_tiles_offer_the_number_that_fits(page, fake_backend, tmp_path: Path) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    page.count.spin.setValue(9000)
    assert settled(page)
    assert page.build.line.text() == "9,000 chips are asked for, and 5,000 fit."
    assert not page.build.build.isEnabled() and page.build.fewer.text() == "Take 5,000"
    QTest.mouseClick(page.build.fewer, Qt.MouseButton.LeftButton)
    assert page.count.value() == 5000 and settled(page)
    assert page.build.build.isEnabled() and not page.build.fewer.isVisible()


def test_a_later_change_supersedes_an_estimate(page, fake_backend, tmp_path: Path) -> None:
    slow = "if '--count=4000' in sys.argv:\n    time.sleep(600)\n"
    fake_backend(slow + ANSWER)
    show(page, *landsat(tmp_path))
    estimator = page.build.estimator
    assert spin(lambda: estimator._process is not None and estimator._process.processId() > 0)
    number = int(estimator._process.processId())
    page.count.spin.setValue(10)
    assert settled(page)
    assert page.build.line.text().startswith("10 chips")
    # The fake does not listen; it is ended after its grace.
    assert spin(lambda: not Path(f"/proc/{number}").exists(), 15)


def test_a_build_does_not_wait_for_its_estimate(page, fake_backend, tmp_path: Path) -> None:
    fake_backend("sys.stdin.read()\nfinish('stopped', 130)")
    show(page, *landsat(tmp_path))
    assert spin(lambda: page.build.estimator.is_running)
    assert page.build.line.text().endswith("measuring the time…")
    page.build.build.click()
    assert page.build.is_building and not page.build.estimator.is_running
    assert page.build.line.text() == "4,000 chips · 131 MB"
    assert spin(lambda: page.build.job.is_running)
    page.build.bar.stop.click()
    assert spin(lambda: not page.build.is_building, 90)


def test_an_estimate_that_dies_is_told(page, fake_backend, tmp_path: Path) -> None:
    fake_backend("print('boom', file=sys.stderr)\nos.kill(os.getpid(), 9)")
    show(page, *landsat(tmp_path))
    assert settled(page)
    assert "ended before it could say why: boom" in page.build.line.text()
    assert not page.build.build.isEnabled()


def test_without_a_backend_the_line_says_so(page, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    show(page, *landsat(tmp_path))
    assert settled(page)
    assert "There is no file at /absent/python" in page.build.line.text()
