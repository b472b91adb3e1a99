"""Build tile dataset: cut scenes into chips, with land cover counted per tile."""

from pathlib import Path

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QDate

from ...backend.contract.jobs import BuildJob
from ..results import load_beside
from . import checks
from .base import BackendAlgorithm
from .scenes import add_scene_parameters, find_scene_problem, read_scenes


class BuildTileDataset(BackendAlgorithm):
    """The verb `build`."""

    verb = "build"
    identifier = "buildtiledataset"
    title = "Build tile dataset"
    job_class = BuildJob
    keywords = ("tiles", "chips", "patches", "land cover", "training data", "sampling")
    description = (
        "Cuts scenes into a tile dataset, what encoders learn from. A chip is a tile with its "
        "neighbourhood; where a land-cover layer is given, its classes are counted per tile, on "
        "the scene's own grid. The ground is split into training, validation and test blocks "
        "that share no pixel."
    )
    example = (
        "Four Landsat band files of one scene and a land-cover raster: choose the band layers "
        "in the order blue, green, red, nir, tick “The layers are the bands of one scene”, "
        "write “blue green red nir” as band names, and choose the land cover. With 32-px tiles "
        "of 30-m pixels each tile is 960 m wide."
    )
    without = ("scenes",)
    kinds = {"class_table": "file"}
    helps = {
        "bands": "Names of the bands in their order, separated by spaces: blue green red nir. By "
        "default the files' own names. NAME=INDEX picks one band by its number over all files "
        "of a scene: red=3 nir=4",
        "land_cover": "Land-cover raster, or several; or one polygon layer with a class field",
        "class_table": "A JSON or YAML file, or the name of a built-in table: worldcover, "
        "dynamic-world, esri-annual, corine, clc-plus-backbone, nlcd, cgls-lc100, cci-lc (each "
        "also as NAME-as-globeland30), globeland30; by default the raster's own category names "
        "or palette",
        "dates": "Date of each scene, YYYY-MM-DD, separated by spaces; by default from the "
        "file's tags or name",
    }
    geometries = {"area": QgsProcessing.SourceType.TypeVectorPolygon}

    def initAlgorithm(self, configuration=None) -> None:
        add_scene_parameters(self, single=False)
        super().initAlgorithm(configuration)

    def add_inputs(self) -> None:
        parameter = QgsProcessingParameterBoolean(
            "ADD_TO_MAP", "Add the tile footprints to the map", True
        )
        parameter.setHelp("Show where the tiles were cut, coloured by split")
        self.addParameter(parameter)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputVectorLayer("FOOTPRINTS", "Tile footprints"))
        self.addOutput(QgsProcessingOutputNumber("CHIPS", "Number of chips"))

    def read_values(self, reader):
        values = super().read_values(reader)
        values["scenes"] = [s.specification for s in read_scenes(reader, single=False)]
        return values

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        scenes = read_scenes(reader, single=False)
        values = {s.name: reader.read(s) for s in self.shown_settings() if s.kind == "texts"}
        land_cover = self.parameterAsLayerList(parameters, "LAND_COVER", context) or []
        area = self.parameterAsSource(parameters, "AREA", context)
        crs = self.parameterAsCrs(parameters, "LAND_COVER_CRS", context)
        places = [checks.Place.of_layer(layer, crs) for layer in land_cover]
        wanted = [checks.Place.of_source(area)] if area is not None else []
        tile = self.parameterAsInt(parameters, "TILE_SIZE_PX", context)
        chip = tile + 2 * self.parameterAsInt(parameters, "NEIGHBOUR_RADIUS_PX", context)
        return checks.first_problem(
            [
                find_scene_problem(scenes, values["bands"]),
                _dates_problem(values["dates"], len(scenes)),
                checks.size_problem(scenes, tile, "A tile"),
                checks.size_problem(
                    scenes, chip, "A chip (the tile and a neighbour radius on each side)"
                ),
                self._land_cover_problem(land_cover, parameters, context),
                checks.overlap_problem(scenes, places, context),
                checks.overlap_problem(scenes, wanted, context),
                self.check_output_folder(reader),
            ]
        )

    def _land_cover_problem(self, layers, parameters, context) -> str:
        polygons = [layer for layer in layers if not isinstance(layer, QgsRasterLayer)]
        if polygons and len(layers) > 1:
            return (
                "The land cover is one polygon layer, or rasters; not both, and not several "
                "polygon layers."
            )
        field = self.parameterAsString(parameters, "CLASS_FIELD", context)
        if not polygons:
            return ""
        names = [f.name() for f in polygons[0].fields()]
        if field in names:
            return ""
        found = f"The layer “{polygons[0].name()}” has the fields {', '.join(names)}."
        if not field:
            return f"Class field: name the field that holds the class. {found}"
        return f"Class field: there is no field “{field}”. {found}"

    def results(self, job, teller, parameters, context):
        folder = Path(job.output)
        record = checks.read_json(folder / "dataset.json")
        footprints = f"{folder / 'footprints.gpkg'}|layername=tiles"
        count = record.get("count", 0)
        if self.parameterAsBoolean(parameters, "ADD_TO_MAP", context):
            result = self.result_layer(
                "Tiles",
                str(folder),
                style="footprints",
                abstract=f"{count:,} tiles of {job.tile_size_px} px: {folder}",
            )
            load_beside(footprints, result, "FOOTPRINTS", context)
        return {"OUTPUT": job.output, "FOOTPRINTS": footprints, "CHIPS": count}

    def stopped_message(self) -> str:
        return "Stopped on request. Run it again with the same settings to go on from there."


def _dates_problem(dates, scene_count: int) -> str:
    """Dates that are none, or not one for each scene."""
    wrong = [text for text in dates if not QDate.fromString(text, "yyyy-MM-dd").isValid()]
    if wrong:
        return f"Dates: {wrong[0]} is no date; write it as 2013-06-01."
    if dates and len(dates) != scene_count:
        return f"Dates: {len(dates)} given for {scene_count} scene(s); give one for each."
    return ""
