"""Cut scenes into crops: 8-bit images with GeoKR's label files."""

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
)

from ...backend.contract.jobs import CropJob
from ..results import load_beside
from . import checks
from .base import BackendAlgorithm
from .land_cover import class_table_help, label_table_problem, land_cover_problem
from .scenes import add_scene_parameters, dates_problem, find_scene_problem, read_scenes


class CropScenes(BackendAlgorithm):
    """The verb `crop`."""

    verb = "crop"
    identifier = "cropscenes"
    title = "Cut scenes into crops"
    section = "Data"
    job_class = CropJob
    keywords = ("GeoKR", "GlobeLand30", "image chips", "8 bit", "GeoTIFF", "labels", "export")
    description = (
        "Cuts scenes into overlapping 8-bit image crops (GeoTIFF) and writes the land cover of "
        "each as a label file, as GeoKR's released code reads them: to exchange data with it. "
        "Crops that are dark, without contrast or bright with cloud are left out. To train here, "
        "use “Build tile dataset”: it keeps the scenes' own values."
    )
    example = (
        "Choose the red, green and blue band layers of a Landsat scene in this order, tick “The "
        "layers are the bands of one scene”, write “red green blue” as band names, choose the "
        "NLCD layer as land cover and write nlcd-as-globeland30 as class table."
    )
    without = ("scenes",)
    kinds = {"class_table": "file"}
    helps = {
        "bands": "Names of the bands in their order, separated by spaces: red green blue. By "
        "default the files' own names. NAME=INDEX picks one band by its number over all files of "
        "a scene. Readers that know three colours take the first three for red, green and blue",
        "rules": "sound, or released, with the known defects of the released code: crops moved "
        "inwards at the border keep the name, georeference and label of the place they were moved "
        "from; the same window may be written twice; hardly any crop fails the contrast test",
        "land_cover": "Land-cover raster, or several; or one polygon layer with a class field",
        "class_table": class_table_help()
        + ". Label files need the classes of GlobeLand30; by default the raster's own category "
        "names or palette",
        "dates": "Date of each scene, YYYY-MM-DD, separated by spaces; by default from the "
        "file's tags or name",
    }

    def initAlgorithm(self, configuration=None) -> None:
        add_scene_parameters(self, single=False)
        super().initAlgorithm(configuration)

    def add_inputs(self) -> None:
        parameter = QgsProcessingParameterBoolean(
            "ADD_TO_MAP", "Add the crop footprints to the map", True
        )
        parameter.setHelp("Show where the crops lie: those kept, and why others were left out")
        self.addParameter(parameter)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputVectorLayer("CROPS", "Crop footprints"))
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of crops"))
        self.addOutput(QgsProcessingOutputNumber("KEPT", "Number of crops kept"))

    def read_values(self, reader):
        values = super().read_values(reader)
        values["scenes"] = [s.specification for s in read_scenes(reader, single=False)]
        return values

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        scenes = read_scenes(reader, single=False)
        values = {s.name: reader.read(s) for s in self.shown_settings() if s.kind == "texts"}
        side = self.parameterAsInt(parameters, "CROP_SIZE_PX", context)
        labelled = self.parameterAsBoolean(parameters, "LABEL_FILES", context)
        return checks.first_problem(
            [
                find_scene_problem(scenes, values["bands"]),
                dates_problem(values["dates"], len(scenes)),
                checks.size_problem(scenes, side, "A crop", all_of_them=True),
                land_cover_problem(reader, scenes),
                label_table_problem(reader.text("CLASS_TABLE")) if labelled else "",
                self.check_output_folder(reader),
            ]
        )

    def results(self, job, teller, parameters, context):
        folder = Path(job.output)
        record = checks.read_json(folder / "crops.json")
        footprints = f"{folder / 'crops.gpkg'}|layername=crops"
        count, kept = record.get("crops", 0), record.get("kept", 0)
        if self.parameterAsBoolean(parameters, "ADD_TO_MAP", context):
            result = self.result_layer(
                "Crops",
                str(folder),
                style="crops",
                abstract=f"{kept:,} of {count:,} crops of {job.crop_size_px} px kept: {folder}",
            )
            load_beside(footprints, result, "CROPS", context)
        return {"OUTPUT": job.output, "CROPS": footprints, "COUNT": count, "KEPT": kept}

    def stopped_message(self) -> str:
        return "Stopped on request. Run it again with the same settings to go on from there."
