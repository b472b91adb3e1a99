"""Scenes among the project's raster layers: single files, and band files put together."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

from qgis.core import Qgis, QgsProcessingException, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QDate

from ..algorithms.scenes import SceneLayers
from ..layers import raster_path
from ..number_words import rounded_words
from ..results import is_made_raster
from ..translation import tr
from .bands import Band, band_token, description_of, named_bands, token_order, without_token
from .ground import pixel_size_m

DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d{1,5}(?!\d))")
WHOLE_NUMBERS = (
    Qgis.DataType.Byte,
    Qgis.DataType.UInt16,
    Qgis.DataType.Int16,
    Qgis.DataType.UInt32,
    Qgis.DataType.Int32,
)


@dataclass
class SceneSource(SceneLayers):
    """A scene that the project offers; `layers` in the order of their bands."""

    name: str = ""
    date: str = ""
    bands: List[Band] = field(default_factory=list)
    resolution_m: float = 0.0

    @property
    def key(self) -> str:
        """What stays the same when layers are looked through again."""
        return self.specification

    @property
    def data_type(self) -> int:
        """QGIS's number of the first band's type."""
        return self.layers[0].dataProvider().dataType(1)

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of one pixel of one band."""
        return self.layers[0].dataProvider().dataTypeSize(1)


def is_classes(layer: QgsRasterLayer) -> bool:
    """True for a raster that is shown as classes: land cover, not imagery."""
    return layer.bandCount() == 1 and layer.renderer().type() == "paletted"


def file_layers(project: QgsProject) -> List[QgsRasterLayer]:
    """The project's raster layers that are files, in the order of the layer tree."""
    layers = []
    for node in project.layerTreeRoot().findLayers():
        layer = node.layer()
        if isinstance(layer, QgsRasterLayer) and layer.isValid() and _is_file(layer):
            layers.append(layer)
    return layers


def _is_file(layer: QgsRasterLayer) -> bool:
    try:
        return bool(raster_path(layer))
    except QgsProcessingException:
        return False


def find_scenes(
    layers: Sequence[QgsRasterLayer], *, without: Optional[Path] = None
) -> List[SceneSource]:
    """The scenes that layers make, in the layers' order.

    Layers of one band whose files differ only in the band's name make one scene (LC08_…_B2,
    LC08_…_B3). Rasters shown as classes are left out, and so is what the plugin made: scores, and
    what lies in the folder `without`.
    """
    groups: Dict[Tuple[str, ...], List[QgsRasterLayer]] = {}
    seen = set()
    for layer in layers:
        path = raster_path(layer)
        if is_classes(layer) or is_made_raster(layer) or path in seen:
            continue
        if without is not None and _within(path, without):
            continue
        seen.add(path)
        groups.setdefault(_group_of(layer, path), []).append(layer)
    return [_make_scene(group) for group in groups.values()]


def _within(path: str, folder: Path) -> bool:
    return folder in Path(path).parents


def _group_of(layer: QgsRasterLayer, path: str) -> Tuple[str, ...]:
    """Equal for the band files of one scene, else of the layer alone."""
    stem = Path(path).stem
    if layer.bandCount() > 1 or not band_token(stem):
        return (layer.id(),)
    return str(Path(path).parent), without_token(stem).lower(), layer.crs().authid()


def _make_scene(layers: List[QgsRasterLayer]) -> SceneSource:
    stems = [Path(raster_path(layer)).stem for layer in layers]
    if len(layers) > 1:
        order = sorted(range(len(layers)), key=lambda n: token_order(band_token(stems[n])))
        layers, stems = [layers[n] for n in order], [stems[n] for n in order]
    texts = [
        [description_of(layer.bandName(n + 1)) for n in range(layer.bandCount())]
        for layer in layers
    ]
    scene = SceneSource(layers)
    scene.name = layers[0].name() if len(layers) == 1 else _common_name(stems)
    scene.date = guess_date(layers)
    scene.bands = named_bands(stems, texts)
    scene.resolution_m = pixel_size_m(scene.finest)
    return scene


def _common_name(stems: Sequence[str]) -> str:
    """What the names of band files have in common."""
    return without_token(stems[0]).replace("*", "").strip("_-. ") or stems[0]


def guess_date(layers: Sequence[QgsRasterLayer]) -> str:
    """YYYY-MM-DD from the layers' temporal properties, else from their files' names; or empty."""
    for layer in layers:
        properties = layer.temporalProperties()
        begin = properties.fixedTemporalRange().begin()
        if properties.isActive() and begin.isValid():
            return begin.date().toString("yyyy-MM-dd")
    for layer in layers:
        for year, _, month, day in DATE_IN_NAME.findall(Path(raster_path(layer)).stem):
            text = f"{year}-{month}-{day}"
            if QDate.fromString(text, "yyyy-MM-dd").isValid():
                return text
    return ""


def is_like(first: SceneSource, other: SceneSource) -> bool:
    """True where two scenes can go into one dataset: bands, type and pixel size agree."""
    return difference(first, other) == ""


def difference(first: SceneSource, other: SceneSource) -> str:
    """Why two scenes cannot go into one dataset, as a sentence; empty where they can."""
    low, high = sorted((first.resolution_m, other.resolution_m))
    if first.band_count != other.band_count:
        has = count_words(first.band_count), count_words(other.band_count)
        words = tr(
            "The scenes differ in bands: “{first}” has {one}, “{other}” {two}. Untick one of them."
        )
    elif first.data_type != other.data_type:
        has = type_words(first), type_words(other)
        words = tr(
            "The scenes differ in data type: “{first}” has {one}, “{other}” {two}. Convert one "
            "(Raster > Conversion > Translate), or untick it."
        )
    elif low > 0 and high / low > 1.05:
        has = tuple(f"{rounded_words(one.resolution_m, 4)} m" for one in (first, other))
        words = tr(
            "The scenes differ in pixel size: “{first}” has {one}, “{other}” {two}. A tile is cut "
            "in pixels: untick one."
        )
    else:
        return ""
    return words.format(first=first.name, one=has[0], other=other.name, two=has[1])


def count_words(bands: int) -> str:
    """The number of bands in words."""
    return tr("1 band") if bands == 1 else tr("{count} bands").format(count=bands)


def type_words(scene: SceneSource) -> str:
    """The type of a scene's values for people: "16-bit whole numbers"."""
    bits = 8 * scene.bytes_per_pixel
    whole = scene.data_type in WHOLE_NUMBERS
    return (tr("{bits}-bit whole numbers") if whole else tr("{bits}-bit numbers")).format(bits=bits)


def first_choice(scenes: Sequence[SceneSource]) -> List[str]:
    """The keys of the scenes to tick at first: those like the first one of several bands."""
    several = [scene for scene in scenes if scene.band_count > 1]
    if not several:
        return [scene.key for scene in scenes[:1]]
    return [scene.key for scene in several if is_like(several[0], scene)]
