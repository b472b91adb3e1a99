"""`decoder.safetensors`: a decoder that was trained beside an encoder, and what it is."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch

from backend.runtime.errors import DataError
from backend.runtime.files import whole_file

from .decoder import Decoder, DecoderShape, build_decoder
from .encoder_file import HEADER_KEY, EncoderInformation, read_header

SCHEMA = "near-things-decoder"
VERSION = 1


@dataclass(frozen=True)
class DecoderInformation:
    """What the header says: the layers, and the run and step of the encoder they belong to.

    The decoder reads feature maps of `architecture` (with `stem`, for tiles of `tile_size_px`).
    """

    shape: DecoderShape
    method: str
    architecture: str
    stem: str
    bands: tuple[str, ...]
    tile_size_px: int
    dataset: str  # fingerprint of the tile dataset
    step: int
    seed: int
    software: str
    schema: str = SCHEMA
    version: int = VERSION


def save_decoder(path: Path, encoder: EncoderInformation, decoder: Decoder) -> None:
    """Write the decoder's weights, and the header with what `encoder` says of the run, whole."""
    shared = {f.name for f in dataclasses.fields(DecoderInformation)} - {"schema", "version"}
    values = {n: v for n, v in dataclasses.asdict(encoder).items() if n in shared}
    information = DecoderInformation(shape=decoder.shape, **values)
    header = {HEADER_KEY: json.dumps(dataclasses.asdict(information))}
    weights = {name: t.detach().cpu().contiguous() for name, t in decoder.state_dict().items()}
    with whole_file(path) as temporary:
        temporary.write_bytes(safetensors.torch.save(weights, metadata=header))


def load_decoder(path: str | Path) -> tuple[DecoderInformation, Decoder]:
    """A decoder on the CPU and its header; RequestError or DataError say what is wrong with it."""
    path = Path(path)
    content = read_header(path, "decoder")
    if content.get("schema") != SCHEMA or content.get("version") != VERSION:
        raise DataError(
            f"{path} is no decoder of this program's version {VERSION}",
            "give the decoder.safetensors of a run",
        )
    try:
        shape = DecoderShape(**_with_tuples(content.pop("shape")))
        information = DecoderInformation(shape=shape, **_with_tuples(content))
        decoder = build_decoder(shape, seed=0)
        decoder.load_state_dict(safetensors.torch.load_file(path))
    except (safetensors.SafetensorError, TypeError, KeyError, ValueError, RuntimeError) as error:
        raise DataError(f"the decoder {path} is damaged: {error}") from error
    return information, decoder


def _with_tuples(content: dict) -> dict:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in content.items()}
