"""A network that gives each pixel a class: an encoder, and a decoder over its feature maps."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from backend.networks.decoder import Decoder, DecoderShape, build_decoder, with_outputs
from backend.networks.decoder_file import load_decoder
from backend.networks.encoder import Encoder
from backend.networks.encoder_file import EncoderInformation
from backend.runtime.errors import RequestError


class Segmenter(nn.Module):
    """Tiles (B, bands, T, T), normalised, to logits (B, classes, T, T).

    The decoder doubles the resolution step by step and takes the encoder's finer maps in, as in a
    U-Net (Ronneberger et al. 2015), but by a sum, as in Li, Chen, Shi (JSTARS 2021). `frozen` keeps
    the encoder as it is, its normalisation statistics included.
    """

    def __init__(self, encoder: Encoder, decoder: Decoder, *, frozen: bool) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(not frozen)
        self.decoder, self.frozen = decoder, frozen

    def train(self, mode: bool = True) -> Segmenter:
        super().train(mode)
        self.encoder.train(mode and not self.frozen)
        return self

    def forward(self, tiles: Tensor) -> Tensor:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            stages = self.encoder.stages(tiles)
        return self.decoder(stages, tuple(tiles.shape[2:]))


def make_segmenter(
    encoder: Encoder,
    classes: int,
    *,
    width: int,
    trained: Decoder | None,
    frozen: bool,
    seed: int,
) -> Segmenter:
    """A segmenter whose decoder starts from `trained` but for its last layer, or at random."""
    if trained is not None:
        return Segmenter(encoder, with_outputs(trained, classes, seed=seed), frozen=frozen)
    backbone = encoder.backbone
    shape = DecoderShape(
        backbone.stage_channels, backbone.stage_strides, outputs=classes, width=width
    )
    return Segmenter(encoder, build_decoder(shape, seed=seed), frozen=frozen)


def open_decoder(
    path: str, encoder: Encoder, information: EncoderInformation
) -> tuple[Decoder, str]:
    """The decoder in a file, and a warning where it was trained beside another encoder, or "".

    RequestError where it does not read feature maps of this encoder's kind.
    """
    described, decoder = load_decoder(Path(path))
    backbone, shape = encoder.backbone, decoder.shape
    own = (tuple(backbone.stage_channels), tuple(backbone.stage_strides))
    if (tuple(shape.stage_channels), tuple(shape.stage_strides)) != own:
        raise RequestError(
            f"the decoder {path} reads feature maps of a {described.architecture} with stem "
            f"{described.stem}; the encoder is a {information.architecture} with stem "
            f"{information.stem}",
            "give the decoder.safetensors of the encoder's own run",
        )
    run = ("method", "dataset", "step", "seed")
    if any(getattr(described, name) != getattr(information, name) for name in run):
        return decoder, f"the decoder {path} was trained beside another encoder than this one"
    return decoder, ""
