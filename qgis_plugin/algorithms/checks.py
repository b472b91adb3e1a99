"""What can be known before a run: extents, sizes, outputs. Each answers with a sentence or ""."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsMapLayer,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsRectangle,
    QgsVectorLayer,
)

from ..translation import tr
from .scenes import SceneLayers

# A folder that holds one of these was written by the backend, and may be replaced by it.
OWN_FILES = (
    "dataset.json",
    "run.json",
    "evaluation.json",
    "finetune.json",
    "crops.json",
    "landscape.json",
    "events.jsonl",
)


@dataclass
class Place:
    """What has an extent in a CRS, and a name."""

    name: str
    extent: QgsRectangle
    crs: QgsCoordinateReferenceSystem

    @classmethod
    def of_layer(
        cls, layer: QgsMapLayer, crs: Optional[QgsCoordinateReferenceSystem] = None
    ) -> "Place":
        """The place of a layer; `crs`, where valid, replaces the layer's own."""
        given = crs is not None and crs.isValid()
        return cls(layer.name(), layer.extent(), crs if given else layer.crs())

    @classmethod
    def of_source(cls, source: QgsProcessingFeatureSource) -> "Place":
        return cls(source.sourceName(), source.sourceExtent(), source.sourceCrs())

    def meets(self, other: "Place", context: QgsProcessingContext) -> bool:
        """True where the two may overlap; also where that cannot be found out."""
        transform = QgsCoordinateTransform(other.crs, self.crs, context.transformContext())
        try:
            return transform.transformBoundingBox(other.extent).intersects(self.extent)
        except QgsCsException:
            return True

    def __str__(self) -> str:
        """Its extent for people: "x 301905 to 335745, y 4113015 to 4134015 (EPSG:32612)"."""
        digits = 4 if self.crs.isGeographic() else 0
        west, east = f"{self.extent.xMinimum():.{digits}f}", f"{self.extent.xMaximum():.{digits}f}"
        south = f"{self.extent.yMinimum():.{digits}f}"
        north = f"{self.extent.yMaximum():.{digits}f}"
        return tr("x {west} to {east}, y {south} to {north} ({crs})").format(
            west=west,
            east=east,
            south=south,
            north=north,
            crs=self.crs.authid() or tr("CRS without a code"),
        )


def overlap_problem(
    scenes: Sequence[SceneLayers], others: Sequence[Place], context: QgsProcessingContext
) -> str:
    """None of the places meets a scene: says both extents."""
    places = [Place.of_layer(scene.finest) for scene in scenes]
    if not places or not others:
        return ""
    for other in others:
        if not other.crs.isValid():
            return _without_crs(other)
    if any(place.meets(other, context) for place in places for other in others):
        return ""
    place, other = places[0], others[0]
    return tr(
        "“{name}” does not overlap the scene “{scene}”. The scene covers {place}; “{name}” covers "
        "{other}. Choose a layer of the same place, or put its CRS right."
    ).format(name=other.name, scene=place.name, place=place, other=other)


def _without_crs(place: Place) -> str:
    name = f"“{place.name}”"
    return tr("{name} has no CRS, so it has no place on the map. Assign one.").format(name=name)


def size_problem(
    scenes: Sequence[SceneLayers], side_px: int, what: str, *, all_of_them: bool = False
) -> str:
    """No scene, or with `all_of_them` not every scene, is as large as a square of `side_px`."""
    decisive = min if all_of_them else max
    scene = decisive(scenes, key=lambda s: min(s.finest.width(), s.finest.height())).finest
    width, height = scene.width(), scene.height()
    if side_px <= min(width, height):
        return ""
    return tr(
        "{what} is {side} px wide, larger than the scene “{scene}” ({width} × {height} px)."
    ).format(what=what, side=side_px, scene=scene.name(), width=width, height=height)


def folder_output_problem(path: str, *, overwrite: bool, resume: bool = False) -> str:
    """The output folder holds what must not be lost."""
    folder = Path(path)
    if not path or not folder.exists():
        return ""
    if not folder.is_dir():
        return tr("The output {path} is a file; name a folder.").format(path=path)
    content = [entry.name for entry in folder.iterdir()]
    if not content:
        return ""
    if not any(name in OWN_FILES for name in content):
        return tr(
            "The folder {path} holds other files ({names}…). Name a new folder for the output: it "
            "becomes a folder of its own."
        ).format(path=path, names=", ".join(sorted(content)[:3]))
    if overwrite or resume:
        return ""
    return tr(
        "The output {path} exists. Tick “Replace existing output” to replace it, or name another "
        "folder."
    ).format(path=path)


def read_json(path: Path) -> Dict[str, Any]:
    """The object in a JSON file; empty where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def dataset_problem(folder: str) -> str:
    """The folder is no tile dataset."""
    if not folder or (Path(folder) / "dataset.json").is_file():
        return ""
    return tr(
        "The folder {folder} is no tile dataset: it holds no dataset.json. Make one with “Build "
        "tile dataset”."
    ).format(folder=folder)


def encoder_problem(path: str) -> str:
    """The file is no encoder."""
    if not path:
        return ""
    if not Path(path).is_file():
        return tr(
            "There is no encoder file {path}. “Pretrain encoder” writes one in its run folder."
        ).format(path=path)
    if Path(path).suffix != ".safetensors":
        return tr("The file {path} is no encoder: its name should end in .safetensors.").format(
            path=path
        )
    return ""


def first_problem(problems: List[str]) -> str:
    """The first sentence that says something."""
    return next((problem for problem in problems if problem), "")


def raster_output_problem(path: str, inputs: Sequence[QgsMapLayer], what: str = "") -> str:
    """The output is one of the inputs, which are `what` (the scene by default)."""
    if any(path and Path(layer.source()) == Path(path) for layer in inputs):
        return tr("The output {path} is {what} itself; name another file.").format(
            path=path, what=what or tr("the scene")
        )
    return ""


def apart_problem(one: QgsMapLayer, other: QgsMapLayer, context: QgsProcessingContext) -> str:
    """Two layers do not overlap: says both extents."""
    places = [Place.of_layer(layer) for layer in (one, other)]
    for place in places:
        if not place.crs.isValid():
            return _without_crs(place)
    if places[0].meets(places[1], context):
        return ""
    return tr(
        "“{two}” does not overlap “{one}”. “{one}” covers {one_place}; “{two}” covers {two_place}. "
        "Choose layers of the same place, or put their CRS right."
    ).format(one=places[0].name, two=places[1].name, one_place=places[0], two_place=places[1])


def point_problem(
    point: QgsPointXY,
    crs: QgsCoordinateReferenceSystem,
    layer: QgsMapLayer,
    context: QgsProcessingContext,
) -> str:
    """The point lies outside the layer. A point without a CRS has the layer's."""
    source = crs if crs.isValid() else layer.crs()
    transform = QgsCoordinateTransform(source, layer.crs(), context.transformContext())
    try:
        inside = layer.extent().contains(transform.transform(point))
    except QgsCsException:
        inside = False
    if inside:
        return ""
    place = Place.of_layer(layer)
    return tr("The point {point} lies outside “{name}”, which covers {place}.").format(
        point=f"{point.x():.6g}, {point.y():.6g} ({source.authid()})", name=place.name, place=place
    )


def feature_count(path: str) -> int:
    """Features in the first layer of a vector file."""
    layer = QgsVectorLayer(path, "neighbours", "ogr")
    return layer.featureCount() if layer.isValid() else 0
