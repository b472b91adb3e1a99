"""Small pictures of places: from the scene's files in true or false colour, all with one stretch.

To be used in one thread, which opens the files anew: QGIS's providers stay in their thread.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from qgis.core import Qgis, QgsDataProvider, QgsProviderRegistry, QgsRectangle
from qgis.PyQt.QtGui import QImage

from ...backend.contract.colours import colour_bands
from .vectors import DatasetVectors, Vectors

# Wide, for the places that are most alike are often the brightest or the darkest of all.
PERCENTILES = (0.5, 99.5)
# Forests and water are dark beside rock and snow; below 1 they are lifted.
GAMMA = 0.7
# Windows from which the stretch is found, and how many pixels wide each is read.
SAMPLED_WINDOWS, SAMPLED_PX = 96, 8
TYPES = {
    Qgis.DataType.Byte: "u1",
    Qgis.DataType.UInt16: "u2",
    Qgis.DataType.Int16: "i2",
    Qgis.DataType.UInt32: "u4",
    Qgis.DataType.Int32: "i4",
    Qgis.DataType.Float32: "f4",
    Qgis.DataType.Float64: "f8",
}


@dataclass(frozen=True)
class ColourBand:
    """A band of a file, from 1."""

    file: str
    band: int


def scene_colours(about: Dict[str, str], beside: Path) -> List[ColourBand]:
    """The bands to show as red, green and blue by what a map says of itself; empty where unknown.

    Files that are named without their folder are looked for `beside` too.
    """
    files = [_found(name, beside) for name in about.get("scene_files", "").split("+") if name]
    names, places = about.get("bands", "").split(), about.get("band_sources", "").split()
    if not files or None in files or not names:
        return []
    if len(places) != len(names):
        # A map from before it was kept: a file for each band, or all in one file.
        several = len(files) == len(names)
        places = [f"{n}:1" if several else f"0:{n + 1}" for n in range(len(names))]
    bands = [
        ColourBand(str(files[int(file)]), int(band))
        for file, band in (place.split(":") for place in places)
    ]
    return [bands[n] for n in colour_bands(names)]


def _found(name: str, beside: Path) -> Optional[Path]:
    for path in (Path(name), beside / name, beside / Path(name).name):
        if path.is_file():
            return path
    return None


class ThumbnailMaker:
    """Makes square pictures of the tiles at positions of `vectors`."""

    def __init__(self, vectors: Vectors, side: int) -> None:
        self._vectors, self._side = vectors, side
        beside = Path(vectors.source.get("path", "")).parent
        self._colours = scene_colours(vectors.about, beside)
        self._providers: Dict[str, QgsDataProvider] = {}
        self._stretch: Optional[Tuple[np.ndarray, np.ndarray]] = None

    @property
    def can_show(self) -> bool:
        """False where the scene's files are not known, or no longer there."""
        return isinstance(self._vectors, DatasetVectors) or bool(self._colours)

    def make(self, position: int) -> Optional[QImage]:
        """The picture of a position's tile; None where there is nothing to show."""
        if isinstance(self._vectors, DatasetVectors):
            share = self._vectors.thumbnails[position] / 255
            return as_image(np.rint(255 * share**GAMMA).astype(np.uint8))
        if not self._colours:
            return None
        if self._stretch is None:
            self._stretch = self._find_stretch()
        low, high = self._stretch
        share = ((self._read(position, self._side) - low) / (high - low)).clip(0, 1)
        known = np.isfinite(share).all(axis=-1, keepdims=True)
        colours = np.where(known, 255 * share**GAMMA, 0).round().astype(np.uint8)
        # Beyond the scene's edge there is nothing to see.
        return as_image(np.concatenate([colours, np.uint8(255) * known], axis=-1))

    def _read(self, position: int, side: int) -> np.ndarray:
        """Pixels (side, side, 3) float32 of a position's tile; NaN where there are none."""
        corners = self._vectors.corners(position)
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        extent = QgsRectangle(west, south, east, north)
        return np.stack([self._block(c, extent, side) for c in self._colours], axis=-1)

    def _block(self, colour: ColourBand, extent: QgsRectangle, side: int) -> np.ndarray:
        provider = self._providers.get(colour.file)
        if provider is None:
            provider = QgsProviderRegistry.instance().createProvider(
                "gdal", colour.file, QgsDataProvider.ProviderOptions()
            )
            self._providers[colour.file] = provider
        block = provider.block(colour.band, extent, side, side)
        if not block.isValid() or block.dataType() not in TYPES:
            return np.full((side, side), np.nan, np.float32)
        values = np.frombuffer(bytes(block.data()), TYPES[block.dataType()])
        result = values.reshape(side, side).astype(np.float32)
        if block.hasNoDataValue():
            result[result == np.float32(block.noDataValue())] = np.nan
        return result

    def _find_stretch(self) -> Tuple[np.ndarray, np.ndarray]:
        """Least and greatest value (3,) shown in all pictures, from tiles all over the map."""
        known = np.flatnonzero(self._vectors.valid)
        chosen = known[np.linspace(0, len(known) - 1, SAMPLED_WINDOWS).astype(int)]
        pixels = np.concatenate([self._read(int(p), SAMPLED_PX).reshape(-1, 3) for p in chosen])
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        if len(pixels) == 0:
            return np.zeros(3, np.float32), np.ones(3, np.float32)
        low, high = np.percentile(pixels, PERCENTILES, axis=0)
        return low, np.maximum(high, low + 1e-6)


def as_image(pixels: np.ndarray) -> QImage:
    """A picture of pixels (height, width, 3) uint8, or (height, width, 4) with opacity."""
    height, width, bands = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    formats = QImage.Format
    kind = formats.Format_RGB888 if bands == 3 else formats.Format_RGBA8888
    return QImage(data, width, height, bands * width, kind).copy()


def find_missing(about: Dict[str, str], beside: Path) -> Sequence[str]:
    """The scene's files that are not there."""
    names = [name for name in about.get("scene_files", "").split("+") if name]
    return [name for name in names if _found(name, beside) is None]
