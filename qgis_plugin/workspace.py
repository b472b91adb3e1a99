"""The folder that holds what the user makes: tile datasets, runs and maps."""

import re
from pathlib import Path
from typing import Iterable, List

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QStandardPaths

from .runs.launch import PREFIX, launch_folder
from .settings import PluginSettings

FOLDER_NAME = "Near Things"
DATASET_SUFFIX = ".tiles"


def workspace_folder() -> Path:
    """The folder the user chose, else one beside the saved project, else one in the documents."""
    chosen = PluginSettings().workspace
    if chosen:
        return Path(chosen).expanduser()
    home = QgsProject.instance().absolutePath()
    if not home:
        location = QStandardPaths.StandardLocation.DocumentsLocation
        home = QStandardPaths.writableLocation(location) or str(Path.home())
    return Path(home) / FOLDER_NAME


def file_name(name: str) -> str:
    """`name` without what some file system refuses; "unnamed" where nothing is left."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]+', "_", name).strip(" .") or "unnamed"


class Workspace:
    """What lies in the folder, found anew at each call: other programs write there too.

    ```
    folder/NAME.tiles/          tile datasets (backend.build, backend.ingest)
    folder/runs/NAME/           runs (backend.train)
    folder/maps/NAME.tif        embedding maps (backend.embed) and what is made from them
    ```
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def datasets(self) -> List[Path]:
        """The tile datasets, by name."""
        return _by_name(path.parent for path in self.folder.glob(f"*{DATASET_SUFFIX}/dataset.json"))

    def runs(self) -> List[Path]:
        """The folders of runs, by name, also of those that have not begun to write there.

        Of a run that QGIS started there is a hidden `.launch-NAME` first; see runs/launch.py.
        """
        folders = [path for path in (self.folder / "runs").glob("*") if path.is_dir()]
        names = {path.name for path in folders if not path.name.startswith(".")}
        names |= {p.name[len(PREFIX) :] for p in folders if p.name.startswith(PREFIX)}
        return _by_name(self.folder / "runs" / name for name in names)

    def maps(self) -> List[Path]:
        """The rasters among the maps, by name."""
        return _by_name((self.folder / "maps").glob("*.tif"))

    def new_dataset(self, name: str) -> Path:
        """Where a dataset of this name can be written; a number makes the name free."""
        return _free(self.folder, file_name(name), DATASET_SUFFIX)

    def new_run(self, name: str) -> Path:
        """Where a run of this name can be written; a number makes the name free."""
        return _free(self.folder / "runs", file_name(name), "")

    def new_map(self, name: str, suffix: str = ".tif") -> Path:
        """Where a map of this name can be written, or what is made from one; a number makes the
        name free."""
        return _free(self.folder / "maps", file_name(name), suffix)


def _by_name(paths: Iterable[Path]) -> List[Path]:
    return sorted(paths, key=lambda path: path.name.casefold())


def _free(folder: Path, name: str, suffix: str) -> Path:
    path, number = folder / f"{name}{suffix}", 2
    while path.exists() or launch_folder(path).exists():
        path, number = folder / f"{name}-{number}{suffix}", number + 1
    return path
