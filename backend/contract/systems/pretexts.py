"""Methods that name what was done to a tile: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import NINE_PATCHES_PX, Method, Needs
from ..settings import setting
from .photometric import PhotometricTrainJob


@dataclass
class RotationTrainJob(PhotometricTrainJob):
    """Absolute rotation: name the quarter turn of a tile."""


@dataclass
class GridTrainJob(PhotometricTrainJob):
    """What methods share that look at a tile's nine patches one by one."""

    hidden_dimension: int = setting(
        "integer", 512, "Width of the hidden layer that reads the patches' features", minimum=2,
        advanced=True,
    )  # fmt: skip


@dataclass
class RelativePositionTrainJob(GridTrainJob):
    """Relative position: say where a patch lies beside the tile's middle."""


@dataclass
class JigsawTrainJob(GridTrainJob):
    """Jigsaw: say in which order a tile's nine patches were put."""

    orders: int = setting("integer", 64, "Orders to tell apart", minimum=2, maximum=10_000)
    narrow_dimension: int = setting(
        "integer", 128, "Numbers that each patch's features are narrowed to", minimum=1,
        advanced=True,
    )  # fmt: skip


_ROTATION = (
    "Gidaris, Singh, Komodakis, Unsupervised Representation Learning by Predicting Image "
    "Rotations, ICLR 2018, arXiv 1803.07728"
)
_POSITION = (
    "Doersch, Gupta, Efros, Unsupervised Visual Representation Learning by Context Prediction, "
    "ICCV 2015, arXiv 1505.05192"
)
_JIGSAW = (
    "Noroozi, Favaro, Unsupervised Learning of Visual Representations by Solving Jigsaw Puzzles, "
    "ECCV 2016, arXiv 1603.09246"
)

# The patches of a tile are small already: no crop, and no blur that would run over their edges.
_GRID: Dict[str, Any] = dict(normalisation="percentiles", crop_area=1.0, blur_probability=0.0)

METHODS = (
    Method(
        name="relative-position",
        title="Relative position",
        sentence="Say on which side of the tile's middle a patch lies. For tiles large enough to "
        "be cut in nine.",
        recipe="relative_position",
        job_class=RelativePositionTrainJob,
        needs=Needs(least_tile_px=NINE_PATCHES_PX),
        preset=_GRID,
        source=_POSITION,
    ),
    Method(
        name="jigsaw",
        title="Jigsaw",
        sentence="Say in which order a tile's nine patches were put. For tiles large enough to be "
        "cut in nine.",
        recipe="jigsaw",
        job_class=JigsawTrainJob,
        needs=Needs(least_tile_px=NINE_PATCHES_PX),
        preset=_GRID,
        source=_JIGSAW,
    ),
    Method(
        name="rotation",
        title="Absolute rotation",
        sentence="Name the quarter turn of a tile. Beware: seen from above there is no up, so it "
        "is shadows and rows that tell; relative rotation is the sounder form.",
        recipe="rotation",
        job_class=RotationTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", turns="none"),
        source=_ROTATION,
    ),
)
