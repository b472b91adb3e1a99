"""Cluster embedding map: places that look alike to the encoder, in groups with names."""

from qgis.core import QgsProcessingOutputNumber

from ...backend.contract.jobs import ClusterJob
from ..results import finish_output
from . import checks
from .base import BackendAlgorithm
from .land_cover import class_table_help, class_table_problem, polygon_problem


class ClusterEmbeddingMap(BackendAlgorithm):
    """The verb `cluster`."""

    verb = "cluster"
    identifier = "clustermap"
    title = "Cluster embedding map"
    section = "Maps"
    job_class = ClusterJob
    keywords = ("k-means", "unsupervised", "classification", "segmentation", "groups")
    description = (
        "Groups the pixels of an embedding map into k-means clusters: places in one cluster look "
        "alike to the encoder. Where a land-cover layer is given, each cluster is named after the "
        "class that it lies on most."
    )
    example = (
        "Choose an embedding map and ask for 8 clusters. With a land-cover layer the legend reads "
        "“3 · mostly shrubland” in place of “Cluster 3”."
    )
    without = ("overwrite",)
    kinds = {"class_table": "file"}
    helps = {
        "class_table": class_table_help()
        + "; by default the raster's own category names or palette",
        "class_field": "Field that holds the class where the land cover is a polygon layer",
    }

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of clusters made"))

    def read_values(self, reader):
        # QGIS has asked already before it names a file that exists.
        return {**super().read_values(reader), "overwrite": True}

    def find_problem(self, reader) -> str:
        arguments = (reader.parameters, "LAND_COVER", reader.context)
        layers = self.parameterAsLayerList(*arguments) or []
        table = reader.text("CLASS_TABLE")
        if table and not layers:
            return "Class table: it explains a land-cover layer, and none is chosen."
        return checks.first_problem(
            [
                polygon_problem(layers, reader.text("CLASS_FIELD"), "land cover"),
                class_table_problem(table),
            ]
        )

    def results(self, job, teller, parameters, context):
        about = f"k-means clusters of {job.embedding}"
        result = self.result_layer("Clusters", job.output, abstract=about)
        finish_output(job.output, result, context)
        return {"OUTPUT": job.output, "COUNT": int(teller.metrics.get("clusters", job.clusters))}
