"""Fine-tune encoder: how few labels it needs, beside the same network from other starts."""

from dataclasses import replace
from pathlib import Path
from typing import List

from qgis.core import (
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputString,
)

from ...backend.contract.jobs.finetune import STARTS, FineTuneJob
from ...backend.contract.settings import Setting
from . import checks
from .base import BackendAlgorithm
from .land_cover import class_table_help, class_table_problem, polygon_problem

# Fields that mean something for one task alone.
_OF_CLASSIFICATION = {"LABEL_COLUMN": "Label column"}
_OF_SEGMENTATION = {"LABELS": "Label layers", "DECODER": "Decoder"}


class FineTuneEncoder(BackendAlgorithm):
    """The verb `finetune`."""

    verb = "finetune"
    identifier = "finetuneencoder"
    title = "Fine-tune encoder"
    section = "Encoders"
    job_class = FineTuneJob
    keywords = ("transfer", "few labels", "segmentation", "classification", "report", "accuracy")
    description = (
        "Trains an encoder further on labels, with few of them and with all, and measures it on "
        "held-out ground beside the same network that starts from random weights and from "
        "ImageNet's: what pretraining saves in labels. The report is listed in the Results Viewer."
    )
    example = (
        "Choose the encoder of a run and the tile dataset that it was trained on, and write “10% "
        "100%” as label fractions. The task segmentation asks for a class of each pixel, from the "
        "land cover that the dataset was built with."
    )
    kinds = {"class_table": "file"}
    helps = {
        "starts": "What the encoder starts from; imagenet is left out where its weights are not on "
        "this machine",
        "label_fractions": "Shares of the training tiles to learn from, separated by spaces, such "
        "as 0.1 or 10%; each holds the smaller ones. By default those of 0.01, 0.1, 0.5 and 1 that "
        "leave 2 tiles of every class",
        "labels": "Rasters of classes, or one polygon layer with a class field, that label the "
        "pixels; by default the land cover that the dataset was built with (segmentation)",
        "class_table": class_table_help()
        + "; by default the raster's own category names or palette. It belongs to the label layers",
        "class_field": "Field that holds the class where the labels are a polygon layer",
        "labels_crs": "CRS of the label layers, to put right one that carries a wrong one "
        "(EPSG:26912)",
    }

    def settings(self) -> List[Setting]:
        """All settings of the job; what the encoder starts from is ticked, not written."""
        found = super().settings()
        return [replace(s, choices=STARTS) if s.name == "starts" else s for s in found]

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputHtml("REPORT", "Fine-tuning report"))
        self.addOutput(QgsProcessingOutputFile("FINETUNE", "All numbers (JSON)"))
        self.addOutput(QgsProcessingOutputString("SUMMARY", "Summary"))

    def find_problem(self, reader) -> str:
        dataset = reader.text("DATASET")
        task = self.parameterAsEnumString(reader.parameters, "TASK", reader.context)
        return checks.first_problem(
            [
                checks.encoder_problem(reader.text("ENCODER")),
                checks.dataset_problem(dataset),
                _task_problem(reader, task),
                _fractions_problem(reader.text("LABEL_FRACTIONS")),
                self._labels_problem(reader),
                _classes_problem(reader, task, dataset),
                self.check_output_folder(reader),
            ]
        )

    def _labels_problem(self, reader) -> str:
        layers = self.parameterAsLayerList(reader.parameters, "LABELS", reader.context) or []
        table, decoder = reader.text("CLASS_TABLE"), reader.text("DECODER")
        if table and not layers:
            return "Class table: it explains label layers, and none is chosen."
        if decoder and not Path(decoder).is_file():
            return f"Decoder: there is no file {decoder}."
        field = reader.text("CLASS_FIELD")
        return polygon_problem(layers, field, "labels") or class_table_problem(table)

    def results(self, job, teller, parameters, context):
        folder = Path(job.output)
        record = checks.read_json(folder / "finetune.json")
        return {
            "OUTPUT": job.output,
            "REPORT": str(folder / "report.html"),
            "FINETUNE": str(folder / "finetune.json"),
            "SUMMARY": " ".join(record.get("summary", [])).replace("\u00a0", " "),
        }


def _task_problem(reader, task: str) -> str:
    """A field is filled in that belongs to the other task."""
    foreign = _OF_SEGMENTATION if task == "classification" else _OF_CLASSIFICATION
    other = "segmentation" if task == "classification" else "classification"
    for name, label in foreign.items():
        if reader.given(name):
            return f"{label}: it is for {other}. Leave it empty, or choose {other} as task."
    return ""


def _fractions_problem(text: str) -> str:
    """A share that is none."""
    for share in _shares(text):
        number = share[:-1] if share.endswith("%") else share
        try:
            value = float(number) / (100 if share.endswith("%") else 1)
        except ValueError:
            value = 0.0
        if not 0 < value <= 1:
            return (
                f"Label fractions: {share} is no share of the training tiles. Write numbers above "
                "0 and up to 1, such as 0.1, or 10%."
            )
    return ""


def _shares(text: str) -> List[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _classes_problem(reader, task: str, dataset: str) -> str:
    """The dataset says no class of its tiles, and the form does not either."""
    record = checks.read_json(Path(dataset) / "dataset.json")
    given = "LABEL_COLUMN" if task == "classification" else "LABELS"
    if record.get("classes") or reader.given(given):
        return ""
    if task == "classification":
        remedy = "build it with “Land cover”, or name the column that holds the class"
    else:
        remedy = "choose label layers, or build it with “Land cover”"
    return f"The dataset {dataset} has no classes to learn: {remedy}."
