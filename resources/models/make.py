"""Makes `whole_line.model3` anew: python3 resources/models/make.py, with QGIS's own Python.

The model is what QGIS's model designer opens; here it is written as code, so that a parameter
that is renamed does not have to be sought in its XML.
"""

import os
import sys
import tempfile
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterPoint,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QPointF

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = Path(__file__).with_name("whole_line.model3")

HELP = {
    "ALG_DESC": "The whole line in one run: cuts a scene into tiles with land cover, pretrains an "
    "encoder on them, measures it, makes an embedding map of the scene, clusters it with names "
    "from the land cover, and maps how much every place is like one that you choose.",
    "ALG_CREATOR": "Near Things developers",
    "SCENE": "One raster with all bands of the scene",
    "LAND_COVER": "Raster of land-cover classes over the scene",
    "CLASS_TABLE": "Class table of the land cover, such as nlcd or worldcover; empty where the "
    "raster names its classes itself",
    "POINT": "Place on the map that the similarity map is made for",
    "EXAMPLES": "In the toolbox: choose scene and land cover of the sample landscape, and click on "
    "a town. Open the model in the model designer to see how the steps hang together, and save a "
    "copy to change it.",
}


def integer(name: str, label: str, default: int, least: int, *, advanced: bool = False):
    """A whole number that the model asks for."""
    kinds = QgsProcessingParameterNumber.Type
    parameter = QgsProcessingParameterNumber(
        name, label, kinds.Integer, default, False, least, 1_000_000
    )
    if advanced:
        flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
        parameter.setFlags(parameter.flags() | flag)
    return parameter


def inputs() -> list:
    """What the model asks for, in the order of its form."""
    return [
        QgsProcessingParameterRasterLayer("SCENE", "Scene"),
        QgsProcessingParameterRasterLayer("LAND_COVER", "Land cover"),
        QgsProcessingParameterString("CLASS_TABLE", "Class table", None, False, True),
        QgsProcessingParameterPoint("POINT", "Place to compare with"),
        integer("TILE_SIZE_PX", "Tile size (px)", 32, 4),
        integer("COUNT", "Number of tiles", 2000, 8),
        integer("STEPS", "Training steps", 1000, 1),
        integer("CLUSTERS", "Number of clusters", 8, 2),
        integer("NEIGHBOUR_RADIUS_PX", "Neighbour radius (px)", 32, 1, advanced=True),
        integer("BATCH_SIZE", "Batch size", 64, 2, advanced=True),
        integer("STRIDE_PX", "Stride of the map (px)", 16, 1, advanced=True),
    ]


def asked(name: str):
    """A value from the model's form."""
    return [QgsProcessingModelChildParameterSource.fromModelParameter(name)]


def made(child: str, output: str):
    """What an earlier step made."""
    return [QgsProcessingModelChildParameterSource.fromChildOutput(child, output)]


def fixed(value):
    """One value for all runs."""
    return [QgsProcessingModelChildParameterSource.fromStaticValue(value)]


# Step, its algorithm, its parameters, and the outputs that the model gives: name and label.
STEPS = (
    (
        "build",
        "buildtiledataset",
        {
            "SCENES": asked("SCENE"),
            "LAND_COVER": asked("LAND_COVER"),
            "CLASS_TABLE": asked("CLASS_TABLE"),
            "TILE_SIZE_PX": asked("TILE_SIZE_PX"),
            "NEIGHBOUR_RADIUS_PX": asked("NEIGHBOUR_RADIUS_PX"),
            "COUNT": asked("COUNT"),
            "ALLOW_FEWER": fixed(True),
            "ADD_TO_MAP": fixed(False),
        },
        {"OUTPUT": ("TILES", "Tile dataset")},
    ),
    (
        "train",
        "pretrainencoder",
        {
            "DATASET": made("build", "OUTPUT"),
            "STEPS": asked("STEPS"),
            "BATCH_SIZE": asked("BATCH_SIZE"),
        },
        {"OUTPUT": ("RUN", "Run")},
    ),
    (
        "evaluate",
        "evaluateencoder",
        {
            "ENCODER": made("train", "ENCODER"),
            "DATASET": made("build", "OUTPUT"),
            "REPEATS": fixed(1),
        },
        {"OUTPUT": ("EVALUATION", "Evaluation")},
    ),
    (
        "embed",
        "embeddingmap",
        {
            "ENCODER": made("train", "ENCODER"),
            "SCENES": asked("SCENE"),
            "STRIDE_PX": asked("STRIDE_PX"),
            "PICTURE": fixed(True),
        },
        {"OUTPUT": ("EMBEDDING", "Embedding map")},
    ),
    (
        "cluster",
        "clustermap",
        {
            "EMBEDDING": made("embed", "OUTPUT"),
            "CLUSTERS": asked("CLUSTERS"),
            "LAND_COVER": asked("LAND_COVER"),
            "CLASS_TABLE": asked("CLASS_TABLE"),
        },
        {"OUTPUT": ("CLUSTERS", "Clusters")},
    ),
    (
        "similarity",
        "similaritymap",
        {"EMBEDDING": made("embed", "OUTPUT"), "POINTS": asked("POINT")},
        {"OUTPUT": ("SIMILARITY", "Similarity map")},
    ),
)


def make_model() -> QgsProcessingModelAlgorithm:
    """The model, its boxes laid out from top to bottom."""
    model = QgsProcessingModelAlgorithm("From scene to similar places", "Models", "modelwholeline")
    model.setHelpContent(HELP)
    for row, parameter in enumerate(inputs()):
        component = QgsProcessingModelParameter(parameter.name())
        component.setPosition(QPointF(150, 80 + 70 * row))
        model.addModelParameter(parameter, component)
    model.setParameterOrder([parameter.name() for parameter in inputs()])
    for row, (step, algorithm, values, outputs) in enumerate(STEPS):
        child = QgsProcessingModelChildAlgorithm(f"nearthings:{algorithm}")
        child.setChildId(step)
        child.setDescription(child.algorithm().displayName())
        child.setPosition(QPointF(480, 80 + 130 * row))
        for name, sources in values.items():
            if child.algorithm().parameterDefinition(name) is None:
                raise SystemExit(f"{algorithm} has no parameter {name}")
            child.addParameterSources(name, sources)
        results = {}
        for output, (name, label) in outputs.items():
            result = QgsProcessingModelOutput(name, label)
            result.setChildId(step)
            result.setChildOutputName(output)
            result.setPosition(QPointF(780, 80 + 130 * row))
            results[name] = result
        child.setModelOutputs(results)
        model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    return model


def main() -> None:
    """Write the model."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QgsApplication([], False)
    application.initQgis()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "near_things").symlink_to(REPOSITORY)
        sys.path.insert(0, folder)
        import near_things

        plugin = near_things.classFactory(None)
        plugin.initProcessing()
        if not make_model().toFile(str(MODEL)):
            raise SystemExit(f"{MODEL} cannot be written")
    print(MODEL)


if __name__ == "__main__":
    main()
    # QGIS may crash in its own teardown.
    sys.stdout.flush()
    os._exit(0)
