"""Pretrain encoder: learn from a tile dataset without labels."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List

from qgis.core import (
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterString,
)

from ...backend.contract.jobs import BuildJob, TrainJob
from ...backend.contract.methods import METHODS, find_method, make_train_job, unmet_needs
from ...backend.contract.settings import Setting, SettingsError, settings_of
from . import checks
from .base import LAST_SETTINGS, BackendAlgorithm
from .method_help import methods_help
from .method_settings import parse_method_settings
from .parameters import in_form_words


class PretrainEncoder(BackendAlgorithm):
    """The verb `train`: what all methods share, and what each adds."""

    verb = "train"
    identifier = "pretrainencoder"
    title = "Pretrain encoder"
    section = "Encoders"
    job_class = TrainJob
    keywords = ("train", "contrastive", "saumoco", "representation", "neural network", "torch")
    description = (
        "Learns from a tile dataset, without labels, an encoder that turns tiles into vectors: "
        "places that look alike come to lie close together. Settings that are left "
        "empty take the values of the chosen method. Cancelling writes a checkpoint, from "
        "which “Resume from the last checkpoint” goes on."
    )
    example = (
        "Choose a tile dataset and a run folder, keep “saumoco”, and set 2,000 steps: some "
        "minutes on a GPU, an hour or so on a CPU. Then map a scene with “Make embedding map”."
    )
    # The rest, and what a method adds, is written as text: a form of all methods' settings would
    # have a hundred fields, most of which mean nothing to the method chosen.
    in_form = (
        "dataset", "steps", "epochs", "batch_size", "architecture", "stem", "learning_rate",
        "precision", "knn_every_steps", "checkpoint_every_steps", "log_every_steps", "tensorboard",
        "output", *LAST_SETTINGS,
    )  # fmt: skip
    # What presets decide, unless the form says otherwise.
    of_the_method = ("steps", "epochs", "batch_size", "architecture", "stem", "learning_rate")
    helps = {
        "steps": "Optimiser steps, in place of epochs; by default as the method has it",
        "epochs": "Passes over the training chips, in place of steps",
    }

    def settings(self) -> List[Setting]:
        """What the form asks for; empty where the method decides."""
        found = []
        for setting in settings_of(TrainJob):
            if setting.name in self.of_the_method:
                setting = replace(setting, default=None, optional=True)
            if setting.name in self.in_form:
                found.append(setting)
        return found

    def initAlgorithm(self, configuration=None) -> None:
        names = list(METHODS)
        parameter = QgsProcessingParameterEnum("METHOD", "Method", names, False, names[0])
        parameter.setUsesStaticStrings(True)
        parameter.setHelp(methods_help(list(METHODS.values())))
        self.addParameter(parameter)
        super().initAlgorithm(configuration)

    def add_inputs(self) -> None:
        parameter = QgsProcessingParameterString(
            "SETTINGS", "Method settings", None, multiLine=True, optional=True
        )
        parameter.setHelp(
            "Further settings as name=value, between spaces or on lines: temperature=0.1 "
            "queue-size=8192. Quotes keep spaces: "
            'initial-weights="my runs/encoder.safetensors". What is left out is as the method or '
            "its preset has it; a wrong name is answered with those there are"
        )
        self.addParameter(parameter)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputFile("ENCODER", "Encoder"))
        self.addOutput(QgsProcessingOutputNumber("LOSS", "Last loss"))

    def read_values(self, reader) -> Dict[str, Any]:
        """What the form says; a preset decides the rest."""
        method = self.parameterAsEnumString(reader.parameters, "METHOD", reader.context)
        text = self.parameterAsString(reader.parameters, "SETTINGS", reader.context)
        written = parse_method_settings(text, settings_of(find_method(method).job_class))
        return {**super().read_values(reader), **written, "method": method}

    def make_job(self, values):
        return make_train_job(values)

    def find_problem(self, reader) -> str:
        parameters, context = reader.parameters, reader.context
        dataset = self.parameterAsString(parameters, "DATASET", context)
        resume = self.parameterAsBoolean(parameters, "RESUME", context)
        return checks.first_problem(
            [
                checks.dataset_problem(dataset),
                self._settings_problem(reader),
                self._needs_problem(dataset, parameters, context),
                self._resume_problem(reader, resume),
                self.check_output_folder(reader, resume=resume),
            ]
        )

    def _settings_problem(self, reader) -> str:
        try:
            self.make_job({**self.read_values(reader), "output": "run"})
        except SettingsError as error:
            return in_form_words(str(error), self.settings())
        return ""

    def _needs_problem(self, dataset: str, parameters, context) -> str:
        method = find_method(self.parameterAsEnumString(parameters, "METHOD", context))
        record = checks.read_json(Path(dataset) / "dataset.json")
        if not record:
            return f"The file {Path(dataset) / 'dataset.json'} cannot be read."
        lacks = unmet_needs(method, record)
        words = in_form_words("; ".join(lacks), settings_of(BuildJob))
        return f"{method.title} does not suit this dataset: {words}." if lacks else ""

    def _resume_problem(self, reader, resume: bool) -> str:
        folder = reader.destination("OUTPUT", "output_folder")
        if resume and not (Path(folder) / "run.json").is_file():
            return (
                "There is no run to resume: name as run folder the one of the run that should "
                "go on."
            )
        return ""

    def results(self, job, teller, parameters, context):
        return {
            "OUTPUT": job.output,
            "ENCODER": str(Path(job.output) / "encoder.safetensors"),
            "LOSS": teller.metrics.get("loss"),
        }

    def stopped_message(self) -> str:
        checkpoints = Path(self._job.output) / "checkpoints"
        if not checkpoints.is_dir() or not any(checkpoints.iterdir()):
            return "Stopped on request, before there was anything to keep."
        return (
            f"Stopped on request. The run folder {self._job.output} keeps the last checkpoint: "
            "run it again with “Resume from the last checkpoint” to go on."
        )
