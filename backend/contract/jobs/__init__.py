"""One dataclass per job. The fields' metadata drive command line, YAML and Processing alike."""

from .build import BuildJob
from .change import ChangeJob
from .classify import ClassifyJob
from .cluster import ClusterJob
from .crop import CropJob
from .embed import EmbedJob
from .estimate import EstimateJob
from .evaluate import EvaluateJob
from .export import ExportJob
from .finetune import FineTuneJob
from .index import IndexJob
from .ingest import IngestJob
from .project import ProjectJob
from .sample import SampleJob
from .search import SearchJob
from .similarity import SimilarityJob
from .train import TrainJob

__all__ = [
    "BuildJob",
    "ChangeJob",
    "ClassifyJob",
    "ClusterJob",
    "CropJob",
    "EmbedJob",
    "EstimateJob",
    "EvaluateJob",
    "ExportJob",
    "FineTuneJob",
    "IndexJob",
    "IngestJob",
    "ProjectJob",
    "SampleJob",
    "SearchJob",
    "SimilarityJob",
    "TrainJob",
]
