"""Where vectors come from, as the layers made from them say it, and the group they belong in."""

from typing import Any

from qgis.core import QgsProject

from ..results import ResultLayer, encoder_group, group_of_file
from .maps import about_lines, picture_of
from .vectors import Vectors


def group_of(vectors: Vectors) -> str:
    """The group of the map's layer or its picture in the project, else that of the encoder."""
    project = QgsProject.instance()
    for path in (vectors.path, picture_of(vectors.path)):
        group = group_of_file(str(path), project)
        if group:
            return group
    return encoder_group(vectors.encoder)


def result_of(vectors: Vectors, name: str, run: str, told: str, **details: Any) -> ResultLayer:
    """A layer made from vectors: `told` is what it is, before what its map or encoder says.

    `run` and `details` are those of ResultLayer. Without a `command` there is that of the map.
    """
    details.setdefault("command", vectors.about.get("command", ""))
    details.setdefault("group", group_of(vectors))
    abstract = f"{told}\n{about_lines(vectors.about)}".strip()
    return ResultLayer(name, run, abstract=abstract, **details)
