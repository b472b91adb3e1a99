"""Make embedding map: one vector per map pixel, with a picture and clusters of it."""

from pathlib import Path

from qgis.core import QgsProcessingOutputRasterLayer

from ...backend.contract.jobs import EmbedJob
from ..explore.maps import about_lines, map_tags
from ..results import finish_output, is_loaded, load_beside
from . import checks
from .base import BackendAlgorithm
from .scenes import add_scene_parameters, find_scene_problem, read_scenes


class MakeEmbeddingMap(BackendAlgorithm):
    """The verb `embed`, for one scene a run; QGIS's batch processing does several."""

    verb = "embed"
    identifier = "embeddingmap"
    title = "Make embedding map"
    section = "Maps"
    job_class = EmbedJob
    keywords = ("features", "inference", "pca", "clusters", "k-means", "map", "segmentation")
    description = (
        "Turns a scene into an embedding map: a raster whose bands hold the encoder's vector of "
        "the tile around each map pixel. A colour picture (the first three principal components) "
        "and k-means clusters of it come with it on request. Tiles without enough valid pixels "
        "stay without data."
    )
    example = (
        "With an encoder of 32-px tiles, a stride of 16 px gives one map pixel for each half "
        "tile. Tick the colour picture and ask for 8 clusters to see at once what the encoder "
        "tells apart."
    )
    without = ("scenes", "overwrite")
    helps = {
        "bands": "Names of the bands in their order, separated by spaces; by default the files' "
        "own, or the encoder's where the number of bands is the same",
        "picture": "The first three principal components of the map as colour, in a second raster",
        "clusters": "That many k-means clusters of the map, in another raster; 0 makes none",
    }
    labels = {"clusters": "Number of clusters"}

    def initAlgorithm(self, configuration=None) -> None:
        add_scene_parameters(self, single=True)
        super().initAlgorithm(configuration)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputRasterLayer("PICTURE_LAYER", "Colour picture"))
        self.addOutput(QgsProcessingOutputRasterLayer("CLUSTERS_LAYER", "Clusters"))

    def read_values(self, reader):
        values = super().read_values(reader)
        values["scenes"] = [s.specification for s in read_scenes(reader, single=True)]
        # QGIS has asked already before it names a file that exists.
        values["overwrite"] = True
        return values

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        scenes = read_scenes(reader, single=True)
        bands = next(s for s in self.shown_settings() if s.name == "bands")
        output = reader.destination("OUTPUT", "output_raster")
        return checks.first_problem(
            [
                checks.encoder_problem(self.parameterAsString(parameters, "ENCODER", context)),
                find_scene_problem(scenes, reader.read(bands)),
                checks.raster_output_problem(output, [x for s in scenes for x in s.layers]),
            ]
        )

    def results(self, job, teller, parameters, context):
        output = Path(job.output)
        about = f"Of {' '.join(job.scenes)} by the encoder {job.encoder}"
        # What the map says of itself: encoder, dataset, date, parameters.
        about = f"{about}\n{about_lines(map_tags(output))}".strip()
        result = self.result_layer("Embedding map", job.output, order=2, abstract=about)
        finish_output(job.output, result, context)
        found = {"OUTPUT": job.output}
        beside = [
            ("picture", "Embedding (PCA)", job.picture),
            ("clusters", "Clusters", job.clusters),
        ]
        for order, (suffix, name, wanted) in enumerate(beside):
            if wanted:
                key, path = (
                    f"{suffix.upper()}_LAYER",
                    output.with_name(f"{output.stem}_{suffix}.tif"),
                )
                found[key] = str(path)
                if is_loaded(parameters.get("OUTPUT")):
                    result = self.result_layer(name, job.output, order=order, abstract=about)
                    load_beside(str(path), result, key, context)
        return found
