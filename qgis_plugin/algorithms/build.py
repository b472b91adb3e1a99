"""Build tile dataset: cut scenes into chips, with land cover counted per tile."""

from qgis.core import QgsProcessing

from ...backend.contract.jobs import BuildJob
from . import checks
from .land_cover import class_table_help, land_cover_problem
from .scenes import add_scene_parameters, dates_problem, find_scene_problem, read_scenes
from .tile_datasets import TileDatasetAlgorithm


class BuildTileDataset(TileDatasetAlgorithm):
    """The verb `build`."""

    verb = "build"
    identifier = "buildtiledataset"
    title = "Build tile dataset"
    section = "Data"
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
        "class_table": class_table_help()
        + "; by default the raster's own category names or palette",
        "dates": "Date of each scene, YYYY-MM-DD, separated by spaces; by default from the "
        "file's tags or name",
    }
    geometries = {"area": QgsProcessing.SourceType.TypeVectorPolygon}

    def initAlgorithm(self, configuration=None) -> None:
        add_scene_parameters(self, single=False)
        super().initAlgorithm(configuration)

    def read_values(self, reader):
        values = super().read_values(reader)
        values["scenes"] = [s.specification for s in read_scenes(reader, single=False)]
        return values

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        scenes = read_scenes(reader, single=False)
        values = {s.name: reader.read(s) for s in self.shown_settings() if s.kind == "texts"}
        area = self.parameterAsSource(parameters, "AREA", context)
        wanted = [checks.Place.of_source(area)] if area is not None else []
        tile = self.parameterAsInt(parameters, "TILE_SIZE_PX", context)
        chip = tile + 2 * self.parameterAsInt(parameters, "NEIGHBOUR_RADIUS_PX", context)
        return checks.first_problem(
            [
                find_scene_problem(scenes, values["bands"]),
                dates_problem(values["dates"], len(scenes)),
                checks.size_problem(scenes, tile, "A tile"),
                checks.size_problem(
                    scenes, chip, "A chip (the tile and a neighbour radius on each side)"
                ),
                land_cover_problem(reader, scenes),
                checks.overlap_problem(scenes, wanted, context),
                self.check_output_folder(reader),
            ]
        )

    def stopped_message(self) -> str:
        return "Stopped on request. Run it again with the same settings to go on from there."
