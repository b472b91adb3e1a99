"""What an entry in the catalogue of methods says: its data needs, settings, presets and source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping, Tuple

from .jobs.train import TrainJob

SENTINEL2_BANDS = (
    "B01",
    "B02",
    "B03",
    "B04",
    "B05",
    "B06",
    "B07",
    "B08",
    "B8A",
    "B09",
    "B10",
    "B11",
    "B12",
)

# What a preset's name ends in that follows a paper or its code.
PUBLISHED = "-published"

# Least side of a tile that gives nine patches of 4 px, 1 px apart, that move in their cells
# (backend.views.grid).
NINE_PATCHES_PX = 18

# The datum of tiles that nothing places on the ground.
NOWHERE_DATUM = "No place on the ground"


@dataclass(frozen=True)
class Needs:
    """What a method asks of a tile dataset.

    `neighbours`: chips wider than a tile. `bands`: names that must all be there, empty for any.
    `least_bands`: least number of bands, whatever their names. `colours`: red, green and blue, by
    name (see `colours.rgb_places`). `stored_neighbours`: neighbours that were imported as tiles of
    their own will do as well. `dates`: least number of dates of one place (see
    `dates.has_dates`). `land_cover` and `labels`: class counts, class column. `place`: tiles lie
    on the ground. `least_tile_px`: least side of a tile.
    """

    neighbours: bool = False
    bands: Tuple[str, ...] = ()
    least_bands: int = 1
    colours: bool = False
    stored_neighbours: bool = False
    dates: int = 1
    land_cover: bool = False
    labels: bool = False
    place: bool = False
    least_tile_px: int = 1


@dataclass(frozen=True)
class Method:
    """One entry: a method with its sound default, or a preset of it.

    `recipe` names the file in backend/methods. `preset` replaces defaults of `job_class`.
    `differences` says, sentence by sentence, where a preset knowingly follows a defect of the
    released code, or departs from it.
    """

    name: str
    title: str
    sentence: str
    recipe: str
    job_class: type = TrainJob
    needs: Needs = Needs()
    preset: Mapping[str, Any] = field(default_factory=dict)
    differences: Tuple[str, ...] = ()
    source: str = ""

    @property
    def is_published(self) -> bool:
        """Whether it is a published recipe, and not a method with its sound default."""
        return self.name.endswith(PUBLISHED)
