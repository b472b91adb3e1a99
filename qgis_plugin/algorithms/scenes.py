"""Scenes in a form: raster layers, each a scene or a band of one, and scenes written as text."""

from dataclasses import dataclass
from pathlib import Path
from typing import List

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QDate

from ..layers import raster_path
from ..translation import tr
from .parameters import ValueReader

LAYERS = "SCENES"
ONE_SCENE = "ONE_SCENE"
SCENE_FILES = "SCENE_FILES"


@dataclass
class SceneLayers:
    """One scene: its raster layers in the order of their bands."""

    layers: List[QgsRasterLayer]

    @property
    def specification(self) -> str:
        """The scene as the contract writes it: its files joined by '+'."""
        return "+".join(raster_path(layer) for layer in self.layers)

    def name_problem(self) -> str:
        """A path that cannot be told from two; raises for a layer that is no file."""
        for path in map(raster_path, self.layers):
            if "+" in path and len(self.layers) > 1:
                return tr(
                    "The path {path} holds a “+”, which separates the files of one scene. Rename "
                    "the file or its folder, or stack the bands into one file."
                ).format(path=path)
        return ""

    @property
    def finest(self) -> QgsRasterLayer:
        """The layer whose grid is the scene's."""
        return min(self.layers, key=lambda layer: layer.rasterUnitsPerPixelX())

    @property
    def band_count(self) -> int:
        return sum(layer.bandCount() for layer in self.layers)

    def has_band(self, name: str) -> bool:
        """True where a band's description or a file's name holds `name`."""
        texts = [Path(raster_path(layer)).stem for layer in self.layers]
        for layer in self.layers:
            texts += [layer.bandName(n + 1) for n in range(layer.bandCount())]
        return any(name.lower() in text.lower() for text in texts)


def add_scene_parameters(algorithm: QgsProcessingAlgorithm, *, single: bool) -> None:
    """The parameters for scenes; with `single` the layers always make one scene."""
    parameter = QgsProcessingParameterMultipleLayers(
        LAYERS,
        "Scene (one layer, or one for each band, in order)" if single else "Scenes",
        QgsProcessing.SourceType.TypeRaster,
    )
    parameter.setHelp(
        "The raster layer of the scene. Where each band is a file of its own, as Landsat and "
        "Sentinel-2 come: all of them, in the order of the band names"
        if single
        else "Raster layers, each a scene"
    )
    algorithm.addParameter(parameter)
    if single:
        return
    one = QgsProcessingParameterBoolean(ONE_SCENE, "The layers are the bands of one scene", False)
    one.setHelp(
        "For scenes that come as one file per band, as Landsat and Sentinel-2 do: the layers, in "
        "the order listed, are the bands of a single scene"
    )
    algorithm.addParameter(one)
    files = QgsProcessingParameterString(
        SCENE_FILES, "More scenes, as text", None, multiLine=True, optional=True
    )
    files.setHelp(
        "For several scenes of several files each: a scene a line beside the one above, its files "
        "joined by “+”, such as /data/a_b2.tif+/data/a_b3.tif"
    )
    files.setFlags(files.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    algorithm.addParameter(files)


def read_scenes(reader: ValueReader, *, single: bool) -> List[SceneLayers]:
    """The scenes that a form names; layers of scenes written as text are loaded to look at them.

    Raises QgsProcessingException for a scene whose file cannot be loaded, or where there is none.
    """
    algorithm = reader.algorithm
    layers = algorithm.parameterAsLayerList(reader.parameters, LAYERS, reader.context) or []
    one = single or algorithm.parameterAsBoolean(reader.parameters, ONE_SCENE, reader.context)
    scenes = [SceneLayers([layer]) for layer in layers]
    if one and layers:
        scenes = [SceneLayers(list(layers))]
    if not single:
        text = algorithm.parameterAsString(reader.parameters, SCENE_FILES, reader.context)
        for line in filter(None, (part.strip() for part in text.splitlines())):
            names = [line] if Path(line).exists() else line.split("+")
            scenes.append(SceneLayers([_load(name.strip()) for name in names]))
    if not scenes:
        raise QgsProcessingException("Choose at least one scene.")
    return scenes


def _load(path: str) -> QgsRasterLayer:
    layer = QgsRasterLayer(path, Path(path).stem)
    if not layer.isValid():
        raise QgsProcessingException(f"More scenes, as text: {path} is no raster that can be read.")
    return layer


def find_scene_problem(scenes: List[SceneLayers], bands: List[str]) -> str:
    """What is wrong with scenes or their band names, as a sentence; empty when nothing is."""
    for scene in scenes:
        problem = scene.name_problem()
        if problem:
            return problem
        for layer in scene.layers:
            if not layer.crs().isValid():
                return tr(
                    "The layer “{name}” has no CRS, so it has no place on the map. Assign one with "
                    "Raster > Projections > Assign projection."
                ).format(name=layer.name())
        problem = _band_problem(scene, bands)
        if problem:
            return problem
    return ""


def _band_problem(scene: SceneLayers, bands: List[str]) -> str:
    name, count = scene.layers[0].name(), scene.band_count
    if not bands or any("=" in band for band in bands) or len(bands) == count:
        return ""
    missing = [band for band in bands if not scene.has_band(band)]
    if len(bands) < count and not missing:
        return ""
    return (
        f"Band names: {len(bands)} given ({', '.join(bands)}), but the scene “{name}” has "
        f"{count} band{'s' if count != 1 else ''}. Give one name for each band, in their order, "
        "or pick bands by number: blue=2 green=3."
    )


def dates_problem(dates: List[str], scene_count: int) -> str:
    """Dates that are none, or not one for each scene."""
    wrong = [text for text in dates if not QDate.fromString(text, "yyyy-MM-dd").isValid()]
    if wrong:
        return f"Dates: {wrong[0]} is no date; write it as 2013-06-01."
    if dates and len(dates) != scene_count:
        return f"Dates: {len(dates)} given for {scene_count} scene(s); give one for each."
    return ""
