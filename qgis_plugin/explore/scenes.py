"""Which scenes an encoder can be put over: those it learnt from, and the project's layers."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

from qgis.core import QgsMapLayer, QgsProcessingException, QgsProject, QgsRasterLayer

from ..layers import raster_path
from ..number_words import rounded_words
from ..results import is_made_raster
from ..translation import tr
from .encoders import EncoderHeader, dataset_of_run, dataset_record
from .maps import map_tags


@dataclass(frozen=True)
class SceneChoice:
    """A scene: its files, the names of their bands in order where known, and its size.

    `given_names` are names to pass on, where the files do not tell them themselves.
    """

    name: str
    files: Tuple[str, ...]
    width: int
    height: int
    band_count: int
    band_names: Tuple[str, ...] = ()
    given_names: Tuple[str, ...] = ()
    pixel_m: Optional[float] = None

    def problem(self, encoder: EncoderHeader) -> str:
        """Why the encoder cannot be put over the scene, as a sentence; else empty."""
        wanted = ", ".join(encoder.bands)
        names = self.given_names or self.band_names
        if set(encoder.bands) <= set(names) or self.band_count == len(encoder.bands):
            return ""
        has = ", ".join(names) if names else tr("{n} bands without names").format(n=self.band_count)
        return tr(
            "The encoder needs the bands {wanted}; {scene} has {has}. Choose a scene with these "
            "bands, or train an encoder on the scene."
        ).format(wanted=wanted, scene=self.name, has=has)

    def remark(self, encoder: EncoderHeader) -> str:
        """What the user should know though it does not stop the map; else empty."""
        names = self.given_names or self.band_names
        if not set(encoder.bands) <= set(names):
            return tr("The bands have no names; they are taken in this order: {bands}.").format(
                bands=", ".join(encoder.bands)
            )
        pixel, learnt = self.pixel_m, encoder.ground_resolution_m
        if pixel and abs(pixel / learnt - 1) > 0.2:
            return tr(
                "Pixels are {pixel} m wide here; the encoder learnt from {learnt} m. Vectors can "
                "be trusted less."
            ).format(pixel=rounded_words(pixel, 4), learnt=rounded_words(learnt, 4))
        return ""


def scenes_of_run(run: Path) -> List[SceneChoice]:
    """The scenes that a run's encoder learnt from, whose files are still there."""
    folder = dataset_of_run(run)
    if folder is None:
        return []
    record = dataset_record(folder)
    names = tuple(band["name"] for band in record.get("bands", []))
    given = tuple(record.get("job", {}).get("bands") or ())
    found = []
    for scene in record.get("scenes", []):
        files = [_beside(file, folder) for file in scene["files"]]
        if None in files:
            continue
        found.append(
            SceneChoice(
                name=tr("{scene} (the encoder learnt from it)").format(scene=scene["name"]),
                files=tuple(map(str, files)),
                width=int(scene["width"]),
                height=int(scene["height"]),
                band_count=len(names),
                band_names=names,
                given_names=given,
                pixel_m=record.get("ground_resolution_m"),
            )
        )
    return found


def _beside(file: str, folder: Path) -> Optional[Path]:
    for path in (Path(file), folder.parent / file):
        if path.is_file():
            return path.absolute()
    return None


def scenes_of_project(project: QgsProject, encoder: EncoderHeader) -> List[SceneChoice]:
    """The project's rasters that may be scenes.

    Layers of one band each on one grid in one folder are the bands of one scene, as Landsat and
    Sentinel-2 come, where there are as many as the encoder has bands.
    """
    layers = [layer for layer in project.mapLayers().values() if is_scene_layer(layer)]
    found = [scene_of_layer(layer) for layer in layers if layer.bandCount() > 1]
    groups: Dict[Tuple, List[QgsRasterLayer]] = {}
    for layer in layers:
        if layer.bandCount() == 1:
            key = (Path(raster_path(layer)).parent, layer.width(), layer.height(),
                   layer.extent().toString(3))  # fmt: skip
            groups.setdefault(key, []).append(layer)
    for group in groups.values():
        if len(group) == len(encoder.bands):
            found.append(_scene_of_bands(sorted(group, key=lambda layer: raster_path(layer))))
    return sorted(found, key=lambda scene: scene.name.casefold())


def is_scene_layer(layer: QgsMapLayer) -> bool:
    """True for a raster file that is neither an embedding map nor what was made from one."""
    if not isinstance(layer, QgsRasterLayer) or not layer.isValid():
        return False
    try:
        path = Path(raster_path(layer))
    except QgsProcessingException:
        return False
    return (
        not is_made_raster(layer)
        and not map_tags(path)
        and not path.stem.endswith(("_picture", "_clusters"))
    )


def scene_of_layer(layer: QgsRasterLayer) -> SceneChoice:
    """A raster layer as a scene."""
    return SceneChoice(
        name=layer.name(),
        files=(raster_path(layer),),
        width=layer.width(),
        height=layer.height(),
        band_count=layer.bandCount(),
        band_names=tuple(_band_name(layer, n + 1) for n in range(layer.bandCount())),
        pixel_m=_pixel_m(layer),
    )


def scene_of_files(files: Sequence[str]) -> Optional[SceneChoice]:
    """Files, one scene together; None where one cannot be opened."""
    options = QgsRasterLayer.LayerOptions(False)
    layers = [QgsRasterLayer(file, Path(file).stem, "gdal", options) for file in files]
    if not layers or not all(layer.isValid() for layer in layers):
        return None
    return scene_of_layer(layers[0]) if len(layers) == 1 else _scene_of_bands(layers)


def _scene_of_bands(layers: Sequence[QgsRasterLayer]) -> SceneChoice:
    finest = max(layers, key=lambda layer: layer.width())
    return SceneChoice(
        name=tr("{name} ({count} files)").format(name=_common_name(layers), count=len(layers)),
        files=tuple(raster_path(layer) for layer in layers),
        width=finest.width(),
        height=finest.height(),
        band_count=sum(layer.bandCount() for layer in layers),
        band_names=tuple(
            _band_name(layer, n + 1) for layer in layers for n in range(layer.bandCount())
        ),
        pixel_m=_pixel_m(finest),
    )


def _common_name(layers: Sequence[QgsRasterLayer]) -> str:
    """What the names of bands begin with: "landsat8" for landsat8_b2 and landsat8_b3."""
    names = [layer.name() for layer in layers]
    common = re.sub(r"[\W_]+[bB]?0*$", "", os.path.commonprefix(names))  # noqa: RUF071
    return common if len(common) > 2 else names[0]


def _band_name(layer: QgsRasterLayer, band: int) -> str:
    """A band's description: QGIS shows it as "Band 1: red"."""
    return layer.bandName(band).partition(": ")[2].split(" ")[0]


def _pixel_m(layer: QgsRasterLayer) -> Optional[float]:
    """A pixel's width where the CRS counts in metres."""
    from qgis.core import QgsUnitTypes

    metres = QgsUnitTypes.DistanceUnit.DistanceMeters
    return layer.rasterUnitsPerPixelX() if layer.crs().mapUnits() == metres else None
