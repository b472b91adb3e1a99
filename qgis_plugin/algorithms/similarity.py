"""Map similarity: how much every place is like examples, and unlike counter-examples."""

from typing import List

from qgis.core import QgsProcessingOutputNumber, QgsRasterLayer

from ...backend.contract.jobs import SimilarityJob
from ..results import finish_output
from . import checks
from .base import BackendAlgorithm
from .parameters import crs_text

_QUERIES = ("POINTS", "EXAMPLES")
_POINT_NAMES = ("POINTS", "COUNTER_POINTS")


class MapSimilarity(BackendAlgorithm):
    """The verb `similarity`."""

    verb = "similarity"
    identifier = "similaritymap"
    title = "Map similarity"
    section = "Maps"
    job_class = SimilarityJob
    keywords = ("heat map", "look alike", "examples", "counter-examples", "cosine", "threshold")
    description = (
        "Gives each place of an embedding map a score: how much it is like the examples, and "
        "unlike the counter-examples. With all vectors scaled to length 1 the score is the mean "
        "of the cosines with the examples, less the mean of the cosines with the counter-examples "
        "where those are above 0. Places at or above a threshold become polygons with their area "
        "on request. A tile dataset has no map to colour: its tiles are ranked by “Find similar "
        "places”, and with counter-examples by “Find similar” in the panel, step Explore."
    )
    example = (
        "Choose an embedding map, press … beside “Example point” and click on the map. Look at the "
        "result, take a threshold just above what is not meant, and run again with the areas."
    )
    without = ("point_crs", "overwrite")
    labels = {
        "points": "Example point",
        "examples": "Layer of examples",
        "counter_points": "Counter-example point",
        "counter_examples": "Layer of counter-examples",
    }
    helps = {
        "points": "A place that is meant. Several places: a layer of examples",
        "examples": "Points or polygons that are meant; the selected ones, or all",
        "counter_points": "A place that is not meant, though the map shows it as similar",
        "counter_examples": "Points or polygons that are not meant; the selected ones, or all",
    }

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of areas"))
        self.addOutput(QgsProcessingOutputNumber("AREA_KM2", "Size of all areas (km²)"))

    def read_values(self, reader):
        values = super().read_values(reader)
        layer = self.parameterAsRasterLayer(reader.parameters, "EMBEDDING", reader.context)
        for name in _POINT_NAMES:
            values.pop(name.lower(), None)
            if reader.given(name):
                arguments = (reader.parameters, name, reader.context)
                point = self.parameterAsPoint(*arguments, layer.crs())
                values[name.lower()] = [f"{point.x()!r},{point.y()!r}"]
                values["point_crs"] = crs_text(layer.crs())
        # QGIS has asked already before it names a file that exists.
        values["overwrite"] = True
        return values

    def find_problem(self, reader) -> str:
        if not any(reader.given(name) for name in _QUERIES):
            return "Say what is meant: an example point, or a layer of examples."
        if reader.given("AREAS") and not reader.given("THRESHOLD"):
            return (
                "Threshold: areas reach up to a threshold; give one such as 0.8, or leave the "
                "areas out."
            )
        return checks.first_problem(self._point_problems(reader))

    def _point_problems(self, reader) -> List[str]:
        layer = self.parameterAsRasterLayer(reader.parameters, "EMBEDDING", reader.context)
        if not isinstance(layer, QgsRasterLayer):
            return []
        problems = []
        for name in _POINT_NAMES:
            if reader.given(name):
                arguments = (reader.parameters, name, reader.context)
                point, crs = self.parameterAsPoint(*arguments), self.parameterAsPointCrs(*arguments)
                problems.append(checks.point_problem(point, crs, layer, reader.context))
        return problems

    def results(self, job, teller, parameters, context):
        about = f"In {job.embedding}. {self.description.partition('. ')[2].partition('. ')[0]}."
        found = {"OUTPUT": job.output}
        result = self.result_layer("Similarity", job.output, order=1, abstract=about)
        finish_output(job.output, result, context)
        if job.areas:
            found["AREAS"] = job.areas
            found["COUNT"] = int(teller.metrics.get("areas", 0))
            found["AREA_KM2"] = teller.metrics.get("area_km2", 0.0)
            name = f"Similarity of {job.threshold:g} or more"
            result = self.result_layer(name, job.areas, order=0, abstract=about)
            finish_output(job.areas, result, context)
        return found
