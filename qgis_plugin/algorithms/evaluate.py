"""Evaluate encoder: what a frozen encoder knows, beside three baselines."""

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
)

from ...backend.contract.jobs import EvaluateJob
from . import checks
from .base import BackendAlgorithm


class EvaluateEncoder(BackendAlgorithm):
    """The verb `evaluate`."""

    verb = "evaluate"
    identifier = "evaluateencoder"
    title = "Evaluate encoder"
    section = "Encoders"
    job_class = EvaluateJob
    keywords = ("accuracy", "linear probe", "knn", "report", "confusion matrix", "validation")
    description = (
        "Measures on held-out ground how well an encoder's vectors tell land cover apart: "
        "nearest neighbours, linear classifier, random forest, clustering and retrieval, beside "
        "band statistics, the same encoder untrained, and the commonest class. The report is "
        "listed in the Results Viewer."
    )
    example = (
        "Choose the encoder of a run and the tile dataset that it was trained on; the test "
        "blocks of the dataset were not seen in training."
    )
    helps = {
        "neighbours": "Numbers of neighbours for kNN, separated by spaces",
        "bands": "Names of the images' bands, separated by spaces, where a class folder's files "
        "do not say",
    }

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputHtml("REPORT", "Evaluation report"))
        self.addOutput(QgsProcessingOutputFile("EVALUATION", "All numbers (JSON)"))
        self.addOutput(QgsProcessingOutputNumber("ACCURACY", "Accuracy of the linear classifier"))
        self.addOutput(QgsProcessingOutputString("SUMMARY", "Summary"))

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        dataset = self.parameterAsString(parameters, "DATASET", context)
        folder = self.parameterAsString(parameters, "CLASS_FOLDER", context)
        source = ""
        if bool(dataset) == bool(folder):
            source = "Choose a tile dataset, or a class folder in its place."
        elif folder and not Path(folder).is_dir():
            source = f"There is no folder {folder}."
        return checks.first_problem(
            [
                checks.encoder_problem(self.parameterAsString(parameters, "ENCODER", context)),
                source,
                checks.dataset_problem(dataset),
                self.check_output_folder(reader),
            ]
        )

    def results(self, job, teller, parameters, context):
        folder = Path(job.output)
        record = checks.read_json(folder / "evaluation.json")
        return {
            "OUTPUT": job.output,
            "REPORT": str(folder / "report.html"),
            "EVALUATION": str(folder / "evaluation.json"),
            "ACCURACY": record.get("confusion", {}).get("accuracy"),
            "SUMMARY": " ".join(record.get("summary", [])).replace("\u00a0", " "),
        }
