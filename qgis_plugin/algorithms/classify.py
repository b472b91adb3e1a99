"""Classify from labels: a class map from an embedding map and a few labels, with its accuracy."""

from pathlib import Path
from typing import List

from qgis.core import (
    NULL,
    QgsCategorizedSymbolRenderer,
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputString,
    QgsProcessingParameterField,
    QgsVectorLayer,
)

from ...backend.contract.jobs import ClassifyJob
from ..results import finish_output, is_loaded, load_beside
from . import checks
from .base import BackendAlgorithm

_SCORES = {
    "ACCURACY": ("accuracy", "Overall accuracy on ground left out"),
    "BALANCED_ACCURACY": ("balanced_accuracy", "Balanced accuracy on ground left out"),
    "MACRO_F1": ("macro_f1", "Macro F1 on ground left out"),
}


class ClassifyFromLabels(BackendAlgorithm):
    """The verb `classify`."""

    verb = "classify"
    identifier = "classifymap"
    title = "Classify from labels"
    section = "Maps"
    job_class = ClassifyJob
    keywords = (
        "supervised classification", "land cover map", "few labels", "training samples",
        "logistic regression", "random forest", "knn", "accuracy", "confusion matrix", "confidence",
    )  # fmt: skip
    description = (
        "Makes a class map of an embedding map from a few labels: points or polygons with a class "
        "field. With it come the confidence of each cell and a report of how right the map is on "
        "ground that was left out (spatial cross-validation, confusion matrix, each class's "
        "accuracy). Classes take the colours of the label layer where it is shown by categories "
        "of that field."
    )
    example = (
        "Digitise ten points for each class in places far from each other, write the class into "
        "a text field, choose the layer as labels and the field as class field. Look at the "
        "confidence map, add labels where it is low, and run again."
    )
    without = ("label_field", "colours", "overwrite")
    labels = {"labels": "Labels", "label_field": "Class field"}
    helps = {
        "labels": "Points or polygons of known class in any CRS; the selected ones, or all",
        "classifier": "What learns from the labels\n"
        "logistic: Logistic regression; the safe choice for embeddings\n"
        "knn: The nearest labels vote\n"
        "random-forest: Suits raw bands and rough mixtures",
        "confidence": "The winning class's probability, 0 to 1, in another raster",
    }

    def add_after(self, setting) -> None:
        if setting.name != "labels":
            return
        field = next(s for s in self.settings() if s.name == "label_field")
        parameter = QgsProcessingParameterField(
            "LABEL_FIELD", self.labels["label_field"], None, "LABELS"
        )
        parameter.setHelp(field.help)
        self.addParameter(parameter)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputRasterLayer("CONFIDENCE_LAYER", "Confidence map"))
        self.addOutput(QgsProcessingOutputHtml("REPORT", "Accuracy report"))
        self.addOutput(QgsProcessingOutputFile("NUMBERS", "All numbers (JSON)"))
        for name, (_, label) in _SCORES.items():
            self.addOutput(QgsProcessingOutputNumber(name, label))
        self.addOutput(QgsProcessingOutputString("SUMMARY", "Summary"))

    def read_values(self, reader):
        values = super().read_values(reader)
        field = reader.text("LABEL_FIELD")
        values["label_field"] = field
        values["colours"] = class_colours(reader.source_layer("LABELS"), field)
        # QGIS has asked already before it names a file that exists.
        values["overwrite"] = True
        return values

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        layer = reader.source_layer("LABELS") if reader.given("LABELS") else None
        embedding = self.parameterAsRasterLayer(parameters, "EMBEDDING", context)
        if layer is None or embedding is None:
            # The backend says what is wrong with a file that is no layer.
            return ""
        output = reader.destination("OUTPUT", "output_raster")
        folds = self.parameterAsInt(parameters, "FOLDS", context)
        few = "Cross-validation folds: 1 leaves nothing to learn from. Write 2 or more, or 0."
        return checks.first_problem(
            [
                _field_problem(layer, reader.text("LABEL_FIELD")),
                "Embedding map: it has one band; vectors need two or more."
                if embedding.bandCount() < 2
                else "",
                checks.apart_problem(embedding, layer, context),
                few if folds == 1 else "",
                checks.raster_output_problem(output, [embedding], "the embedding map"),
            ]
        )

    def results(self, job, teller, parameters, context):
        output = Path(job.output)
        numbers, report, confidence = (
            output.with_name(f"{output.stem}_{name}")
            for name in ("accuracy.json", "report.html", "confidence.tif")
        )
        record = checks.read_json(numbers)
        summary = " ".join(record.get("summary", [])).replace("\u00a0", " ")
        about = f"Of {job.embedding} from the labels {job.labels}. {summary}"
        result = self.result_layer("Classes", job.output, order=0, abstract=about)
        finish_output(job.output, result, context)
        found = {"OUTPUT": job.output, "REPORT": str(report), "NUMBERS": str(numbers)}
        if job.confidence:
            found["CONFIDENCE_LAYER"] = str(confidence)
            if is_loaded(parameters.get("OUTPUT")):
                result = self.result_layer("Confidence", job.output, order=1, abstract=about)
                load_beside(str(confidence), result, "CONFIDENCE_LAYER", context)
        scores = (record.get("spatial") or {}).get("scores", {})
        for name, (key, _) in _SCORES.items():
            if key in scores:
                found[name] = scores[key]["value"]
        return {**found, "SUMMARY": summary}


def _field_problem(layer: QgsVectorLayer, field: str) -> str:
    """The labels have no such field."""
    names = [f.name() for f in layer.fields()]
    if field in names:
        return ""
    return (
        f"Class field: there is no field “{field}”. The layer “{layer.name()}” has the fields "
        f"{', '.join(names)}."
    )


def class_colours(layer: QgsVectorLayer, field: str) -> List[str]:
    """The colours that a layer shows the classes of `field` in, as the job takes them.

    Empty where it is not shown by categories of that field.
    """
    renderer = layer.renderer() if layer is not None else None
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return []
    if renderer.classAttribute().strip('"') != field:
        return []
    found = []
    for category in renderer.categories():
        values = category.value()
        for value in values if isinstance(values, list) else [values]:
            # An empty value stands for all others.
            if value is None or value == NULL or str(value).strip() == "":
                continue
            text = _class_text(value)
            label = category.label().strip()
            name = f" {label}" if label and label != text else ""
            found.append(f"{text}={category.symbol().color().name()}{name}")
    return found


def _class_text(value) -> str:
    """A value of a field as the backend names it: 3.0 is 3."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
