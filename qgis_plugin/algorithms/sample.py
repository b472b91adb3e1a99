"""Write sample landscape: something to try the other algorithms on."""

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterBoolean,
)

from ...backend.contract.jobs import SampleJob
from ..results import NATURAL_COLOURS, load_beside
from .base import BackendAlgorithm


class SampleLandscape(BackendAlgorithm):
    """The verb `sample`."""

    verb = "sample"
    identifier = "samplelandscape"
    title = "Write sample landscape"
    section = "Data"
    job_class = SampleJob
    keywords = ("demo", "synthetic", "example", "test data")
    description = (
        "Writes a synthetic but believable landscape to try everything on: relief, rivers, "
        "fields, forest and settlement, as imagery of two dates and a land-cover layer in "
        "another CRS and on another grid."
    )
    example = (
        "Keep the defaults and run. Then open “Build tile dataset”, choose both scenes and the "
        "land cover, a tile of 32 px and a neighbour radius of 32 px."
    )

    def add_inputs(self) -> None:
        parameter = QgsProcessingParameterBoolean("ADD_TO_MAP", "Add the layers to the map", True)
        parameter.setHelp("Show the scenes and the land cover when they are written")
        self.addParameter(parameter)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputMultipleLayers("SCENES", "Scenes, one for each date"))
        self.addOutput(QgsProcessingOutputRasterLayer("LAND_COVER", "Land cover"))

    def find_problem(self, reader) -> str:
        return self.check_output_folder(reader)

    def results(self, job, teller, parameters, context):
        folder = Path(job.output)
        scenes = [str(path) for path in sorted(folder.glob("scene_*.tif"))]
        land_cover = str(folder / "land_cover.tif")
        if self.parameterAsBoolean(parameters, "ADD_TO_MAP", context):
            # Short: they stand in narrow lists, and differ at the end.
            names = {path: f"Sample {Path(path).stem.partition('_')[2]}" for path in scenes}
            names[land_cover] = "Sample land cover"
            for order, (path, name) in enumerate(names.items()):
                result = self.result_layer(
                    name,
                    order=order,
                    style=NATURAL_COLOURS if path in scenes else "",
                    abstract=self.description,
                )
                load_beside(path, result, "SCENES", context)
        return {"OUTPUT": job.output, "SCENES": scenes, "LAND_COVER": land_cover}
