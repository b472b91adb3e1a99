"""QGIS must never load what deep learning needs: the plugin imports without any of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FORBIDDEN = (
    "torch", "torchvision", "rasterio", "geopandas", "pyogrio", "shapely", "pyproj", "lmdb",
    "lightning_fabric", "lightning", "safetensors", "sklearn", "matplotlib", "tensorboard", "tqdm",
    "pandas", "PIL", "jsonargparse", "faiss", "umap", "numba",
)  # fmt: skip

CODE = """
import importlib.abc, sys
forbidden = set(sys.argv[2:])

class Guard(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in forbidden:
            raise RuntimeError("imported " + name)

sys.meta_path.insert(0, Guard())
sys.path.insert(0, sys.argv[1])
from qgis.testing import start_app
app = start_app()
from qgis.core import QgsApplication
before = list(sys.path)
import near_things
plugin = near_things.classFactory(None)
plugin.initProcessing()
import near_things.qgis_plugin.gui.window
algorithms = QgsApplication.processingRegistry().providerById("nearthings").algorithms()
texts = [a.shortHelpString() + a.displayName() + str(a.tags()) for a in algorithms]
copies = [a.create() for a in algorithms]
assert sys.path == before, "the plugin changed sys.path"
loaded = forbidden & {name.split(".")[0] for name in sys.modules}
assert not loaded, loaded
ours = [n for n in sys.modules if n.split(".")[0] == "backend"]
assert not ours, ours
declared = near_things.qgis_plugin.provider.ALGORITHMS
absent = {one.identifier for one in declared} - {a.name() for a in copies}
print("absent algorithms:", sorted(absent))
"""


def test_plugin_loads_without_any_installed_package(plugin_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(plugin_folder), *FORBIDDEN],
        capture_output=True,
        text=True,
    )
    assert "absent algorithms: []" in done.stdout, done.stderr


def test_guard_of_the_test_above_works(plugin_folder: Path) -> None:
    code = CODE.replace("import near_things\n", "import tqdm\n", 1)
    done = subprocess.run(
        [sys.executable, "-c", code, str(plugin_folder), *FORBIDDEN],
        capture_output=True,
        text=True,
    )
    assert "imported tqdm" in done.stderr and "absent" not in done.stdout


def test_qgis_may_load_the_plugin() -> None:
    import configparser

    from qgis.core import Qgis

    parser = configparser.ConfigParser()
    root = Path(__file__).resolve().parents[2]
    parser.read(root / "metadata.txt", encoding="utf-8")
    general = parser["general"]
    least = tuple(int(n) for n in general["qgisMinimumVersion"].split("."))
    assert least <= (Qgis.QGIS_VERSION_INT // 10000, Qgis.QGIS_VERSION_INT // 100 % 100)
    assert general["qgisMaximumVersion"] == "4.99"
    assert general["hasProcessingProvider"] == "yes"
    assert (root / general["icon"]).is_file()


def test_icons_are_well_formed(provider) -> None:
    from xml.dom import minidom

    from near_things.qgis_plugin.provider import ALGORITHMS

    root = Path(__file__).resolve().parents[2]
    for name in ["near_things", *(algorithm.verb for algorithm in ALGORITHMS)]:
        svg = minidom.parse(str(root / "resources" / "icons" / f"{name}.svg")).documentElement
        assert svg.getAttribute("viewBox") == "0 0 24 24", name
