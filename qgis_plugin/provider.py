"""The provider: Near Things in the Processing toolbox, the model designer and qgis_process."""

from typing import List

from qgis.core import QgsApplication, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.build import BuildTileDataset
from .algorithms.change import FindChanges
from .algorithms.classify import ClassifyFromLabels
from .algorithms.cluster import ClusterEmbeddingMap
from .algorithms.crop import CropScenes
from .algorithms.embed import MakeEmbeddingMap
from .algorithms.evaluate import EvaluateEncoder
from .algorithms.example_model import WholeLine
from .algorithms.export import ExportVectors
from .algorithms.finetune import FineTuneEncoder
from .algorithms.ingest import ImportTiles
from .algorithms.project import ProjectVectors
from .algorithms.sample import SampleLandscape
from .algorithms.search import FindSimilarPlaces
from .algorithms.similarity import MapSimilarity
from .algorithms.train import PretrainEncoder
from .icons import icon, icon_path

# In the order of the work.
ALGORITHMS = (
    SampleLandscape,
    BuildTileDataset,
    ImportTiles,
    CropScenes,
    PretrainEncoder,
    EvaluateEncoder,
    FineTuneEncoder,
    MakeEmbeddingMap,
    FindSimilarPlaces,
    MapSimilarity,
    ClusterEmbeddingMap,
    ClassifyFromLabels,
    FindChanges,
    ProjectVectors,
    ExportVectors,
)


class NearThingsProvider(QgsProcessingProvider):
    """Every verb of the backend as an algorithm."""

    ID = "nearthings"

    def id(self) -> str:
        return self.ID

    def name(self) -> str:
        return "Near Things"

    def icon(self) -> QIcon:
        return icon("near_things")

    def svgIconPath(self) -> str:
        return icon_path("near_things")

    def loadAlgorithms(self) -> None:
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
        # A model finds its steps by the registry, which has them once this provider is in it.
        if QgsApplication.processingRegistry().providerById(self.ID) is not None:
            self.addAlgorithm(WholeLine())

    def supportedOutputRasterLayerExtensions(self) -> List[str]:
        return ["tif"]

    def supportedOutputVectorLayerExtensions(self) -> List[str]:
        return ["gpkg"]

    def defaultRasterFileExtension(self) -> str:
        return "tif"

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:
        return "gpkg"

    def supportsNonFileBasedOutput(self) -> bool:
        return False
