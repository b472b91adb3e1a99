"""A build as the page asks for it: checked, and turned into a form's values or a command line."""

import shlex
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsProcessingContext,
    QgsRasterLayer,
)

from ...backend.contract.jobs import BuildJob, EstimateJob
from ...backend.contract.settings import make_job, settings_of, to_arguments
from ..algorithms import checks
from ..algorithms.scenes import find_scene_problem
from ..translation import tr
from .bands import Band, band_settings, bands_problem
from .scene_sources import SceneSource, difference

Values = Dict[str, Any]


@dataclass
class BuildRequest:
    """What the page holds. `more` are settings of the contract by name, beyond those named here."""

    scenes: Sequence[SceneSource]
    bands: Sequence[Band]
    tile_size_px: int
    neighbour_radius_px: int
    count: int
    land_cover: str = ""
    class_field: str = ""
    class_table: str = ""
    area: str = ""
    output: str = ""
    more: Values = field(default_factory=dict)

    @property
    def chip_px(self) -> int:
        return self.tile_size_px + 2 * self.neighbour_radius_px

    @property
    def chip_bytes(self) -> int:
        """Bytes of a chip's pixels."""
        wanted = sum(band.wanted for band in self.bands)
        return wanted * self.chip_px**2 * self.scenes[0].bytes_per_pixel

    def values(self) -> Values:
        """The settings of the job, by the contract's names."""
        bands, wavelengths = band_settings(self.bands)
        dates = [scene.date for scene in self.scenes]
        return {
            **self.more,
            "scenes": [scene.specification for scene in self.scenes],
            "bands": bands,
            "wavelengths": wavelengths,
            # The backend takes one for each scene, or none.
            "dates": dates if all(dates) else [],
            "land_cover": [self.land_cover] if self.land_cover else [],
            "class_field": self.class_field if self.land_cover else "",
            "class_table": self.class_table if self.land_cover else "",
            "area": self.area,
            "tile_size_px": self.tile_size_px,
            "neighbour_radius_px": self.neighbour_radius_px,
            "count": self.count,
            "output": self.output,
        }

    def estimate_arguments(self, footprints: str = "") -> List[str]:
        """The arguments of `backend.estimate`. Raises SettingsError."""
        # Where a dataset will lie changes nothing of it.
        values = {**self.values(), "output": "", "footprints": footprints}
        return to_arguments(make_job(EstimateJob, values))

    def command(self) -> str:
        """The command line that does the same in a shell. Raises SettingsError."""
        arguments = to_arguments(make_job(BuildJob, self.values()))
        return shlex.join(["python", "-m", "backend.build", *arguments])

    def parameters(self) -> Values:
        """The parameters of the algorithm “Build tile dataset”."""
        values = self.values()
        scenes = values.pop("scenes")
        parameters: Values = {}
        for setting in settings_of(BuildJob):
            value = values.get(setting.name)
            if value is None or value == [] or value == "":
                continue
            if setting.kind in ("texts", "integers"):
                # With a comma at its end a single text that holds spaces stays whole.
                value = ", ".join(map(str, value)) + ","
            parameters[setting.name.upper()] = value
        first = self.scenes[0]
        single = all(len(scene.layers) == 1 for scene in self.scenes)
        chosen = [scene.layers[0] for scene in self.scenes] if single else first.layers
        parameters["SCENES"] = [layer.id() for layer in chosen]
        parameters["ONE_SCENE"] = not single
        parameters["SCENE_FILES"] = "" if single else "\n".join(scenes[1:])
        return parameters


def find_problem(request: BuildRequest, land_cover: Sequence[QgsMapLayer]) -> str:
    """What speaks against the build before anything runs, as a sentence; empty when nothing."""
    scenes = list(request.scenes)
    if not scenes:
        return tr("Scenes: tick at least one scene.")
    others = [difference(scenes[0], scene) for scene in scenes[1:]]
    tile = checks.size_problem(scenes, request.tile_size_px, tr("A tile"))
    chip = checks.size_problem(
        scenes, request.chip_px, tr("A tile with its neighbours (the radius on each side)")
    )
    crs = request.more.get("land_cover_crs")
    places = [checks.Place.of_layer(layer, _crs(crs)) for layer in land_cover]
    return checks.first_problem(
        [
            find_scene_problem(scenes, []),
            *others,
            bands_problem(request.bands),
            tile and f"{tile} {tr('Choose a smaller tile.')}",
            chip and f"{chip} {tr('Choose a smaller radius.')}",
            checks.overlap_problem(scenes, places, QgsProcessingContext()),
        ]
    )


def _crs(text: Any) -> Any:
    return QgsCoordinateReferenceSystem(text) if text else None


def notes(request: BuildRequest, land_cover: Sequence[QgsMapLayer]) -> List[str]:
    """What the user should know of the scenes, though nothing is wrong."""
    found = []
    if request.scenes and request.scenes[0].finest.crs().isGeographic():
        found.append(
            tr(
                "The scene is in degrees: its pixels are wider in one direction on the ground. "
                "Metres are measured at its centre."
            )
        )
    dated = [bool(scene.date) for scene in request.scenes]
    if any(dated) and not all(dated):
        found.append(tr("Dates are written only when each ticked scene has one."))
    for layer in land_cover:
        if isinstance(layer, QgsRasterLayer) and layer.bandCount() > 1:
            words = tr("Of “{name}” the first band is read as classes.")
            found.append(words.format(name=layer.name()))
    return found
