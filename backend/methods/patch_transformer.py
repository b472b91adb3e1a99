"""What methods share that hide a vision transformer's patches."""

from __future__ import annotations

from backend.contract.jobs import TrainJob
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.networks.encoder import Encoder
from backend.runtime.errors import RequestError


def vision_transformer_of(job: TrainJob, encoder: Encoder) -> VisionTransformer:
    """The encoder's backbone; RequestError where it is no vision transformer."""
    if not isinstance(encoder.backbone, VisionTransformer):
        raise RequestError(
            f"{job.method} hides patches from a vision transformer, and --architecture "
            f"{job.architecture} is none",
            "use --architecture vit-tiny or vit-small, or --method masked-pixels",
        )
    return encoder.backbone


def check_decoder_width(width: int) -> None:
    """RequestError for a width that the heads of 32 of a light transformer do not divide."""
    if width % 32:
        raise RequestError(f"--decoder-width {width} is no multiple of 32", "use 128, say")
