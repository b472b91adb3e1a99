"""What the algorithms that write tile datasets share: the footprints on the map."""

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
)

from ..results import load_beside
from . import checks
from .base import BackendAlgorithm


class TileDatasetAlgorithm(BackendAlgorithm):
    """A verb that writes a tile dataset."""

    def add_inputs(self) -> None:
        parameter = QgsProcessingParameterBoolean(
            "ADD_TO_MAP", "Add the tile footprints to the map", True
        )
        parameter.setHelp("Show where the tiles lie, coloured by split")
        self.addParameter(parameter)

    def add_outputs(self) -> None:
        self.addOutput(QgsProcessingOutputVectorLayer("FOOTPRINTS", "Tile footprints"))
        self.addOutput(QgsProcessingOutputNumber("CHIPS", "Number of chips"))

    def results(self, job: Any, teller, parameters, context):
        folder = Path(job.output)
        record = checks.read_json(folder / "dataset.json")
        footprints = f"{folder / 'footprints.gpkg'}|layername=tiles"
        count, tile = record.get("count", 0), record.get("tile_size_px", job.tile_size_px)
        if self.parameterAsBoolean(parameters, "ADD_TO_MAP", context):
            result = self.result_layer(
                "Tiles",
                str(folder),
                style="footprints",
                abstract=f"{count:,} tiles of {tile} px: {folder}",
            )
            load_beside(footprints, result, "FOOTPRINTS", context)
        return {"OUTPUT": job.output, "FOOTPRINTS": footprints, "CHIPS": count}
