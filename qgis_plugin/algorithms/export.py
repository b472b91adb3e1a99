"""Export vectors: an embedding map as points and numbers for other programs."""

from pathlib import Path

from qgis.core import QgsProcessingOutputFile, QgsProcessingOutputNumber

from ...backend.contract.jobs import ExportJob
from ..results import finish_output
from .base import BackendAlgorithm


class ExportVectors(BackendAlgorithm):
    """The verb `export`."""

    verb = "export"
    identifier = "exportvectors"
    title = "Export vectors"
    section = "Maps"
    job_class = ExportJob
    keywords = ("table", "numpy", "npy", "geopackage", "geoparquet", "STAC", "features", "python")
    description = (
        "Writes the vectors of an embedding map for other programs: points in the middle of its "
        "cells, and beside them an array for numpy with a row for each point; on request both in "
        "one GeoParquet file, and a STAC item that describes them."
    )
    example = (
        "Choose an embedding map and run. In Python, numpy.load(“cells.npy”) gives the vectors; "
        "the column “vector” of a point is the number of its row."
    )
    without = ("overwrite",)
    files = {"geoparquet": "GeoParquet (*.parquet)", "stac": "STAC item (*.json)"}

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputFile("VECTORS", "Vectors (npy)"))
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of cells"))

    def read_values(self, reader):
        # QGIS has asked already before it names a file that exists.
        return {**super().read_values(reader), "overwrite": True}

    def results(self, job, teller, parameters, context):
        about = f"Middles of the cells of {job.embedding}"
        result = self.result_layer("Cells", job.output, abstract=about)
        finish_output(job.output, result, context)
        more = {"GEOPARQUET": job.geoparquet, "STAC": job.stac}
        return {
            **{name: path for name, path in more.items() if path},
            "OUTPUT": job.output,
            "VECTORS": str(Path(job.output).with_suffix(".npy")),
            "COUNT": int(teller.metrics.get("cells", 0)),
        }
