"""Project vectors to a plane: the points of a scatter plot, by PCA or UMAP."""

from qgis.core import QgsProcessingOutputNumber

from ...backend.contract.jobs import ProjectJob
from ..results import finish_output
from . import checks
from .base import BackendAlgorithm
from .land_cover import class_table_help, class_table_problem, polygon_problem


class ProjectVectors(BackendAlgorithm):
    """The verb `project`."""

    verb = "project"
    identifier = "projectvectors"
    title = "Project vectors to a plane"
    section = "Maps"
    job_class = ProjectJob
    keywords = ("UMAP", "PCA", "principal components", "scatter plot", "t-SNE", "points")
    description = (
        "Projects the vectors of an embedding map or a tile dataset to a plane: points on the "
        "map with two coordinates more, which the scatter plot shows. Points that lie close "
        "together there stand for land that the encoder finds alike."
    )
    example = (
        "Choose an embedding map and “umap”, and a land-cover layer to colour the points by. "
        "Then choose the layer in the scatter plot."
    )
    without = ("overwrite",)
    kinds = {"class_table": "file"}
    labels = {"clusters": "Clusters of the map"}
    helps = {
        "class_table": class_table_help()
        + "; by default the raster's own category names or palette",
        "class_field": "Field that holds the class where the land cover is a polygon layer",
        "encoder": "Encoder that embeds the dataset's tiles; an embedding map needs none",
    }

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of points"))

    def read_values(self, reader):
        # QGIS has asked already before it names a file that exists.
        return {**super().read_values(reader), "overwrite": True}

    def find_problem(self, reader) -> str:
        where = [name for name in ("EMBEDDING", "DATASET") if reader.given(name)]
        if len(where) != 1:
            return "Choose an embedding map to project, or a tile dataset in its place."
        arguments = (reader.parameters, "LAND_COVER", reader.context)
        layers = self.parameterAsLayerList(*arguments) or []
        table = reader.text("CLASS_TABLE")
        if reader.given("CLUSTERS") and reader.given("K"):
            return "Number of clusters: clusters are given already; leave one of the two empty."
        if table and not layers:
            return "Class table: it explains a land-cover layer, and none is chosen."
        if where == ["DATASET"]:
            return self._dataset_problem(reader, bool(layers))
        return checks.first_problem(
            [
                "Encoder: an embedding map needs none." if reader.given("ENCODER") else "",
                polygon_problem(layers, reader.text("CLASS_FIELD"), "land cover"),
                class_table_problem(table),
            ]
        )

    def _dataset_problem(self, reader, has_land_cover: bool) -> str:
        if has_land_cover:
            return "Land cover: a dataset's tiles have the classes that it was built with."
        if reader.given("CLUSTERS"):
            return "Clusters of the map: a dataset has none; give a number of clusters."
        if not reader.given("ENCODER"):
            return "Encoder: a tile dataset is projected through an encoder; choose one."
        return checks.first_problem(
            [
                checks.dataset_problem(reader.text("DATASET")),
                checks.encoder_problem(reader.text("ENCODER")),
            ]
        )

    def results(self, job, teller, parameters, context):
        about = f"{job.method.upper()} of {job.embedding or job.dataset}"
        for axis in ("pc1", "pc2"):
            share = teller.metrics.get(f"explained_{axis}")
            if share is not None:
                about += f"\n{axis}: {share:.0%} of the variance"
        result = self.result_layer(f"Points ({job.method.upper()})", job.output, abstract=about)
        finish_output(job.output, result, context)
        return {"OUTPUT": job.output, "COUNT": int(teller.metrics.get("points", 0))}
