"""One dataclass per job. The fields' metadata drive command line, YAML and Processing alike."""

from .build import BuildJob
from .embed import EmbedJob
from .evaluate import EvaluateJob
from .sample import SampleJob
from .search import SearchJob
from .train import TrainJob

__all__ = [
    "BuildJob",
    "EmbedJob",
    "EvaluateJob",
    "SampleJob",
    "SearchJob",
    "TrainJob",
]
