"""How fast the scatter plot of the plugin is: a frame, a lasso, the selection both ways.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 benchmarks/scatter.py --points 100000

Runs in QGIS's own Python, as the plugin does, on points in memory of which a quarter is selected.
Prints milliseconds, the median of the runs: by the clock, and of this thread's processor time,
which other programs on the machine disturb less.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy

REPOSITORY = Path(__file__).resolve().parents[1]


def measure(name: str, work, runs: int) -> None:
    """Print how long `work` takes."""
    work()
    clock, processor = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.thread_time()
        work()
        clock.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.thread_time() - used))
    print(f"{name:44}{statistics.median(clock):8.1f}{statistics.median(processor):8.1f}")


def make_layer(count: int):
    """A layer in memory with clouds of points, in eight classes."""
    from qgis.core import QgsFeature, QgsVectorLayer

    form = "Point?crs=EPSG:32612&field=pc1:double&field=pc2:double&field=class:string"
    layer = QgsVectorLayer(form, "points", "memory")
    random = numpy.random.default_rng(0)
    classes = random.integers(0, 8, count)
    xy = random.normal(size=(count, 2)) * 0.3 + random.normal(size=(8, 2))[classes]
    features = []
    for (x, y), number in zip(xy.tolist(), classes.tolist(), strict=True):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([x, y, f"class {number}"])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000, help="points (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=15, help="runs of each (default: %(default)s)")
    parser.add_argument("--width", type=int, default=800, help="pixels (default: %(default)s)")
    parser.add_argument("--height", type=int, default=600, help="pixels (default: %(default)s)")
    options = parser.parse_args()

    from qgis.testing import start_app

    start_app()
    folder = tempfile.TemporaryDirectory()
    Path(folder.name, "near_things").symlink_to(REPOSITORY)
    sys.path.insert(0, folder.name)
    from near_things.qgis_plugin.gui.scatter.plot import ScatterPlot
    from qgis.core import QgsProject
    from qgis.PyQt.QtCore import QCoreApplication
    from qgis.PyQt.QtGui import QImage

    layer = make_layer(options.points)
    QgsProject.instance().addMapLayer(layer)
    plot = ScatterPlot()
    done: list = []
    plot.read.connect(lambda: done.append(1))
    start = time.perf_counter()
    plot.show_layer(layer, ("pc1", "pc2"), ("field", "class"))
    while not done:
        QCoreApplication.processEvents()
    read_ms = 1000 * (time.perf_counter() - start)
    view = plot.view
    view.resize(options.width, options.height)
    xy = plot.points.xy
    angles = numpy.linspace(0, 2 * numpy.pi, 200, endpoint=False)
    middle, spread = numpy.median(xy, axis=0), xy.std(axis=0)
    lasso = middle + spread * numpy.stack([numpy.cos(angles), numpy.sin(angles)], axis=1)
    quarter = numpy.arange(len(xy)) % 4 == 0
    image = QImage(options.width, options.height, QImage.Format.Format_ARGB32_Premultiplied)

    def frame() -> None:
        view._forget_picture()
        view.render(image)

    print(
        f"{len(xy):,} points, {options.width} × {options.height} pixels{'clock':>20}{'thread':>8}"
    )
    measure("frame, nothing selected", frame, options.runs)
    layer.selectByIds(plot.points.ids[quarter].tolist())
    measure("frame, a quarter selected", frame, options.runs)
    measure("lasso of 200 corners", lambda: view.points_within(lasso), options.runs)
    measure(
        "plot to layer and back: a quarter",
        lambda: (layer.removeSelection(), plot._select(quarter, "replace")),
        options.runs,
    )
    measure(
        "layer to plot: all", lambda: (layer.removeSelection(), layer.selectAll()), options.runs
    )
    measure(
        "point under the pointer", lambda: view.point_at(view.plot_area().center()), options.runs
    )
    print(f"{'read in the background, once':44}{read_ms:8.1f}")


if __name__ == "__main__":
    main()
