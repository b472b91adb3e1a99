"""Remove folders of tens of thousands of files in the background."""

import os
import shutil
from pathlib import Path
from typing import Callable, List, Sequence

from qgis.core import QgsApplication, QgsTask

from ..translation import tr
from .places import MARKER, REMOVED

# QGIS forgets tasks that nobody holds.
_tasks: List[QgsTask] = []


class RemovalTask(QgsTask):
    """Deletes folders; what is locked stays, and goes at the next occasion."""

    def __init__(self, folders: Sequence[Path], done: Callable[[], None]) -> None:
        super().__init__(tr("Remove environment"), QgsTask.Flag.CanCancel)
        self._folders, self._done = list(folders), done

    def run(self) -> bool:
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        return True

    def finished(self, result: bool) -> None:
        _tasks.remove(self)
        self._done()


def remove_folders(folders: Sequence[Path], done: Callable[[], None] = lambda: None) -> None:
    """Delete `folders`; they count no longer from now on, and are gone when `done` is called."""
    renamed = []
    for folder in folders:
        if folder.name.endswith(REMOVED):
            renamed.append(folder)
            continue
        target = folder.with_name(folder.name + REMOVED)
        try:
            # Without its marker it isn't ready, also where the name cannot be changed.
            if (folder / MARKER).exists():
                (folder / MARKER).unlink()
            if target.exists():
                target = folder.with_name(f"{folder.name}.{os.getpid()}{REMOVED}")
            folder.rename(target)
        except OSError:
            # In use, on Windows: what can be deleted is deleted under its old name.
            target = folder
        renamed.append(target)
    task = RemovalTask(renamed, done)
    _tasks.append(task)
    QgsApplication.taskManager().addTask(task)
