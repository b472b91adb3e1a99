"""CPC: settings, and its entry in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..settings import setting
from .photometric import PhotometricTrainJob


@dataclass
class CPCTrainJob(PhotometricTrainJob):
    """CPC: from the upper rows of a tile's patches, tell the lower ones."""

    temperature: float = setting(
        "number", 0.1, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    grid_side: int = setting(
        "integer",
        5,
        "Patches a side of a tile, each half over the next; the paper has 7, of tiles of 256 px",
        label="Patches a side",
        minimum=3,
        maximum=15,
    )
    rows_ahead: int = setting(
        "integer",
        5,
        "Rows from the last one seen to the farthest that is told, as far as there are so many; "
        "the nearest is the second, for the first shares pixels with what is seen",
        minimum=2,
        maximum=14,
    )
    direction: str = setting(
        "choice",
        "random",
        "Where the rows go: in each tile one of the four ways, for seen from above there is no up; "
        "or downwards in all, as in the paper",
        choices=("random", "down"),
        advanced=True,
    )
    hidden_dimension: int = setting(
        "integer", 256, "Width of the network that reads the rows", minimum=2, advanced=True
    )
    context_layers: int = setting(
        "integer", 4, "Layers of that network: so many rows above each are seen", minimum=1,
        maximum=14, advanced=True,
    )  # fmt: skip


METHODS = (
    Method(
        name="cpc",
        title="CPC (legacy)",
        sentence="From the first rows of a tile's patches, tell the later ones among those of all "
        "tiles of the batch. Kept for comparisons: newer methods overtook it.",
        recipe="cpc",
        job_class=CPCTrainJob,
        needs=Needs(),
        # The patches of a tile are small already: no crop and no blur. Colours that are changed in
        # a tile as a whole would tell its patches from all others.
        preset=dict(
            normalisation="percentiles",
            crop_area=1.0,
            blur_probability=0.0,
            jitter_probability=0.0,
            grey_probability=0.0,
            optimiser="adam",
            learning_rate=0.001,
            weight_decay=0.0,
        ),
        source="van den Oord, Li, Vinyals, Representation Learning with Contrastive Predictive "
        "Coding, 2018, arXiv 1807.03748",
    ),
)
