"""Find similar places: the nearest neighbours of given ones, and a map of similarity."""

from qgis.core import QgsProcessingOutputNumber, QgsRasterLayer

from ...backend.contract.jobs import SearchJob
from ..results import finish_output, is_loaded, load_beside
from . import checks
from .base import BackendAlgorithm
from .parameters import crs_text


class FindSimilarPlaces(BackendAlgorithm):
    """The verb `search`."""

    verb = "search"
    identifier = "findsimilar"
    title = "Find similar places"
    section = "Maps"
    job_class = SearchJob
    keywords = ("nearest neighbours", "similarity", "retrieval", "query", "look alike")
    description = (
        "Finds the places most like given ones, in an embedding map or a tile dataset: a layer "
        "of neighbours with rank and similarity and, from an embedding map, a map of similarity. "
        "Search from a point on the map, from a layer of examples, or from a chip of a dataset."
    )
    example = (
        "Choose an embedding map, press … beside “Point” and click on the map. With examples "
        "selected in a layer, tick “Selected features only” to search from them."
    )
    without = ("point_crs", "overwrite")
    late = ("dataset", "encoder", "chip")
    labels = {"points": "Point", "examples": "Examples"}
    helps = {
        "points": "Place on the map to search from. Several places: a layer of examples",
        "examples": "Points or polygons to search from; the selected ones, or all",
        "encoder": "Encoder that embeds the dataset's tiles; an embedding map needs none",
    }

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputNumber("COUNT", "Number of neighbours found"))

    def read_values(self, reader):
        values = super().read_values(reader)
        values.pop("points", None)
        if reader.given("POINTS"):
            arguments = (reader.parameters, "POINTS", reader.context)
            point = self.parameterAsPoint(*arguments)
            values["points"] = [f"{point.x()!r},{point.y()!r}"]
            values["point_crs"] = crs_text(self.parameterAsPointCrs(*arguments))
        # QGIS has asked already before it names a file that exists.
        values["overwrite"] = True
        return values

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        where = [name for name in ("EMBEDDING", "DATASET") if reader.given(name)]
        queries = [name for name in ("POINTS", "EXAMPLES", "CHIP") if reader.given(name)]
        if len(where) != 1:
            return "Choose an embedding map to search, or a tile dataset in its place."
        if not queries:
            return "Say what to search from: a point, a layer of examples, or a chip number."
        if "CHIP" in queries and where == ["EMBEDDING"]:
            return "Chip number: an embedding map has no chips; search from a point or examples."
        if where == ["DATASET"] and not reader.given("ENCODER"):
            return "Encoder: a tile dataset is searched through an encoder; choose one."
        if where == ["DATASET"] and reader.given("SIMILARITY"):
            return "Similarity map: it needs an embedding map to search, not a tile dataset."
        if where == ["EMBEDDING"]:
            problem = self._point_problem(reader)
        else:
            dataset = self.parameterAsString(parameters, "DATASET", context)
            problem = checks.dataset_problem(dataset)
        encoder = self.parameterAsString(parameters, "ENCODER", context)
        return problem or checks.encoder_problem(encoder)

    def _point_problem(self, reader) -> str:
        arguments = (reader.parameters, "POINTS", reader.context)
        layer = self.parameterAsRasterLayer(reader.parameters, "EMBEDDING", reader.context)
        if not reader.given("POINTS") or not isinstance(layer, QgsRasterLayer):
            return ""
        return checks.point_problem(
            self.parameterAsPoint(*arguments),
            self.parameterAsPointCrs(*arguments),
            layer,
            reader.context,
        )

    def results(self, job, teller, parameters, context):
        about = f"In {job.embedding or job.dataset}"
        found = {"OUTPUT": job.output, "COUNT": checks.feature_count(job.output)}
        result = self.result_layer("Neighbours", job.output, order=1, abstract=about)
        finish_output(job.output, result, context)
        if is_loaded(parameters.get("OUTPUT")):
            result = self.result_layer("Searched from", order=0, abstract=about)
            load_beside(f"{job.output}|layername=queries", result, "OUTPUT", context)
        if job.similarity:
            found["SIMILARITY"] = job.similarity
            result = self.result_layer("Similarity", job.similarity, order=2, abstract=about)
            finish_output(job.similarity, result, context)
        return found
