"""Charts: round ticks, curves thinned without losing peaks, the read-out, keys and words."""

from __future__ import annotations

import math

import numpy
import pytest


@pytest.fixture
def make_chart(application):
    """A function that makes a chart of 400 × 240 px."""
    from near_things.qgis_plugin.gui.charts.line_chart import LineChart

    def make(*curves, **options):
        chart = LineChart(**options)
        chart.resize(400, 240)
        chart.set_series(list(curves), title="Loss", x_label="step")
        return chart

    return make


def curve(name: str, x, y, colour: int = 0):
    from near_things.qgis_plugin.gui.charts.line_chart import Series

    return Series(name, numpy.asarray(x, float), numpy.asarray(y, float), colour)


@pytest.mark.parametrize(
    "low, high, most, expected",
    [
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),
        (0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (3, 17, 4, [5, 10, 15]),
        (-1, 1, 4, [-1, -0.5, 0, 0.5, 1]),
        (0.123, 0.127, 4, [0.123, 0.124, 0.125, 0.126, 0.127]),
        (5, 5, 4, [5]),
    ],
)
def test_ticks_are_round(application, low, high, most, expected) -> None:
    from near_things.qgis_plugin.gui.charts.axis import nice_ticks

    assert nice_ticks(low, high, most) == pytest.approx(expected)


def test_ticks_are_round_few_and_inside_whatever_the_range(application) -> None:
    from near_things.qgis_plugin.gui.charts.axis import nice_ticks

    random = numpy.random.default_rng(0)
    for _ in range(500):
        low = random.normal() * 10.0 ** random.integers(-6, 6)
        high = low + 10 ** random.uniform(-6, 6)
        ticks = nice_ticks(low, high, 6)
        assert len(ticks) <= 7
        step = (high - low) / 6
        assert all(low - step * 1e-6 <= tick <= high + step * 1e-6 for tick in ticks)
        if len(ticks) > 1:
            space = ticks[1] - ticks[0]
            mantissa = space / 10 ** math.floor(math.log10(space) + 1e-6)
            assert min(abs(mantissa - f) for f in (1, 2, 5)) < 1e-3


def test_ticks_of_a_logarithmic_axis(application) -> None:
    from near_things.qgis_plugin.gui.charts.axis import log_ticks

    assert log_ticks(1, 1000, 6) == pytest.approx([1, 10, 100, 1000]) or log_ticks(
        1, 1000, 6
    ) == pytest.approx([1, 3, 10, 30, 100, 300, 1000])
    assert log_ticks(1, 100, 8) == pytest.approx([1, 2, 5, 10, 20, 50, 100])
    assert len(log_ticks(1e-12, 1e12, 6)) <= 7
    assert len(log_ticks(5.1, 5.9, 6)) > 2


def test_labels_tell_ticks_apart(application) -> None:
    from near_things.qgis_plugin.gui.charts.axis import tick_labels

    assert tick_labels([0, 500, 1000, 1500]) == ["0", "500", "1,000", "1,500"]
    assert tick_labels([0, 0.25, 0.5]) == ["0.00", "0.25", "0.50"] or tick_labels(
        [0, 0.2, 0.4]
    ) == ["0.0", "0.2", "0.4"]
    assert tick_labels([0.124, 0.126]) == ["0.124", "0.126"]
    assert tick_labels([0.1, 1, 10, 100]) == ["0.1", "1", "10", "100"]
    assert tick_labels([0, 1e-5]) == ["0", "1e-05"]
    assert tick_labels([]) == []


def test_thinning_keeps_the_ends_and_every_peak(application) -> None:
    from near_things.qgis_plugin.gui.charts.thinning import thinned

    random = numpy.random.default_rng(1)
    x, y = numpy.arange(100_000.0), random.normal(size=100_000)
    y[54_321], y[12_345] = 50.0, -50.0
    short_x, short_y = thinned(x, y, 300)
    assert len(short_x) <= 4 * 300
    assert (short_x[0], short_x[-1]) == (x[0], x[-1])
    assert short_y.max() == 50.0 and short_y.min() == -50.0
    assert (numpy.diff(short_x) > 0).all()
    assert (y[short_x.astype(int)] == short_y).all()
    # Each stretch keeps its own extremes, as a picture of all the points would show them.
    place = numpy.searchsorted(x[-1] * numpy.arange(300) / 300, x, side="right") - 1
    short_place = place[short_x.astype(int)]
    for column in range(300):
        assert y[place == column].max() == short_y[short_place == column].max()
        assert y[place == column].min() == short_y[short_place == column].min()


def test_a_short_curve_is_left_alone(application) -> None:
    from near_things.qgis_plugin.gui.charts.thinning import thinned

    x = numpy.arange(100.0)
    assert thinned(x, x, 100)[0] is x


def test_values_without_a_place_are_left_out(make_chart) -> None:
    chart = make_chart(curve("a", [1, 2, 3, 4], [1, math.nan, -2, math.inf]))
    chart.set_cursor(4)
    assert chart.cursor_x == 3
    chart.set_log(True)
    chart.set_cursor(4)
    assert chart.cursor_x == 1
    assert not chart.grab().isNull()


def test_readout_gives_each_curve_at_its_nearest_point(make_chart) -> None:
    chart = make_chart(
        curve("zion", [0, 100, 200], [3.0, 2.0, 1.0]),
        curve("mesa", [0, 150], [2.5, 1234.0], 1),
    )
    chart.set_cursor(95)
    assert chart.readout() == ["step 100", "zion: 2", "mesa: 1,234"]
    chart.set_cursor(200)
    assert chart.readout() == ["step 200", "zion: 1", "mesa: –"]
    chart.set_cursor(None)
    assert chart.readout() == []


def test_pointer_and_keys_move_the_readout(make_chart) -> None:
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    chart = make_chart(curve("a", [10, 20, 30], [1, 2, 3]))
    chart.show()
    area = chart.plot_area()
    QTest.mouseMove(chart, QPoint(int(area.center().x()), int(area.center().y())))
    QTest.qWait(20)
    assert chart.cursor_x == 20
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.cursor_x == 30
    assert "step 30" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.cursor_x == 10
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.cursor_x == 10
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.cursor_x is None
    chart.hide()


def test_screen_reader_hears_what_is_drawn(make_chart) -> None:
    chart = make_chart(curve("zion", [0, 2000], [4.5, 2.25]))
    assert chart.accessibleName() == "Loss"
    words = chart.accessibleDescription()
    assert "zion: 2.25 at step 2,000" in words and "highest 4.5" in words
    chart.set_series([])
    assert "No values yet" in chart.accessibleDescription()


def test_curve_is_drawn_where_its_values_lie(make_chart) -> None:
    from near_things.qgis_plugin.gui.charts.colours import curve_colour

    chart = make_chart(curve("a", [0, 100], [0, 10]))
    image = chart.grab().toImage()
    area, colour = chart.plot_area(), curve_colour(0, chart.palette()).rgb()

    def has_curve(x: float, y: float) -> bool:
        around = [(x + i, y + j) for i in range(-3, 4) for j in range(-3, 4)]
        return any(image.pixel(int(a), int(b)) == colour for a, b in around)

    middle = area.center()
    assert has_curve(middle.x(), middle.y())
    assert not has_curve(area.left() + 20, area.top() + 20)
    # A twentieth of the height lies free above and below.
    room = area.height() * 0.05 / 1.1
    assert has_curve(area.left() + 1, area.bottom() - room)
    assert has_curve(area.right() - 2, area.top() + room)


def test_no_values_one_value_and_equal_values_are_drawn(make_chart) -> None:
    for curves in ([], [curve("a", [5], [1])], [curve("a", [0, 1], [2, 2])]):
        for compact in (False, True):
            chart = make_chart(*curves, compact=compact)
            assert not chart.grab().isNull()
            chart.set_log(True)
            assert not chart.grab().isNull()


def test_colours_differ_from_the_ground_in_both_themes(application) -> None:
    from near_things.qgis_plugin.gui.charts.colours import curve_colour
    from qgis.PyQt.QtGui import QColor, QPalette

    for ground in ("#ffffff", "#232323"):
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Base, QColor(ground))
        colours = [curve_colour(number, palette) for number in range(7)]
        assert len({colour.name() for colour in colours}) == 7
        for colour in colours:
            assert _contrast(colour, QColor(ground)) >= 3.0, (ground, colour.name())


def _contrast(first, second) -> float:
    """Contrast as WCAG 2 defines it."""

    def luminance(colour) -> float:
        parts = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
            for c in colour.getRgbF()[:3]
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    a, b = sorted((luminance(first), luminance(second)))
    return (b + 0.05) / (a + 0.05)
