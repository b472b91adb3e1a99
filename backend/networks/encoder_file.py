"""`encoder.safetensors`: weights, and in the header all that inference needs."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch

from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import whole_file
from backend.views.normalise import Normalise

from .encoder import Encoder, EncoderShape, build_encoder

SCHEMA = "near-things-encoder"
VERSION = 1
HEADER_KEY = "near_things"


@dataclass(frozen=True)
class EncoderInformation:
    """What the header says. `offset` and `scale` are per band, in the order of `bands`.

    `groups` and `lab_places` are those of `EncoderShape`; files from before them have neither.
    """

    method: str
    architecture: str
    stem: str
    embedding_dimension: int
    projection: str
    unit_norm: bool
    bands: tuple[str, ...]
    offset: tuple[float, ...]
    scale: tuple[float, ...]
    nodata: float | None
    dtype: str  # of the pixels it was trained on
    tile_size_px: int
    ground_resolution_m: float
    dataset: str  # fingerprint of the tile dataset
    step: int
    seed: int
    software: str
    schema: str = SCHEMA
    version: int = VERSION
    groups: tuple[tuple[int, ...], ...] = ()
    lab_places: tuple[int, ...] = ()

    @property
    def shape(self) -> EncoderShape:
        """The layers of the encoder."""
        return EncoderShape(
            architecture=self.architecture,
            stem=self.stem,
            bands=len(self.bands),
            tile_size_px=self.tile_size_px,
            embedding_dimension=self.embedding_dimension,
            projection=self.projection,
            unit_norm=self.unit_norm,
            groups=self.groups,
            lab_places=self.lab_places,
        )

    @property
    def identity(self) -> str:
        """A short name for messages and metadata: method, architecture, bands, step."""
        return f"{self.method} {self.architecture} {'+'.join(self.bands)} step {self.step}"


class FrozenEncoder:
    """An encoder ready for use: normalisation and network in evaluation mode on a device."""

    def __init__(
        self, information: EncoderInformation, network: Encoder, device: torch.device | str = "cpu"
    ) -> None:
        self.information = information
        self.device = torch.device(device)
        self._normalise = Normalise(information.offset, information.scale, information.nodata).to(
            self.device
        )
        self._network = network.to(self.device).eval()

    @classmethod
    def untrained(
        cls, information: EncoderInformation, *, seed: int, device: torch.device | str = "cpu"
    ) -> FrozenEncoder:
        """The same encoder with random weights: the baseline that training must beat."""
        return cls(information, build_encoder(information.shape, seed=seed), device)

    def dimension(self, features: str) -> int:
        """Length of the vectors that `embed` gives for "embedding" or "backbone"."""
        if features == "backbone":
            return self._network.feature_dimension
        return self.information.embedding_dimension

    @torch.inference_mode()
    def embed(self, tiles: np.ndarray, features: str = "embedding") -> np.ndarray:
        """Vectors of tiles in one forward pass.

        `tiles` is (B, bands, H, W) in pixel values, bands in the order of `information.bands`.
        Gives float32: "embedding" (B, D), of norm 1 where `information.unit_norm` says so, or
        "backbone" (B, F), the pooled features.
        """
        return self.embed_normalised(self.normalised(tiles), features).cpu().numpy()

    @torch.inference_mode()
    def embed_both(self, tiles: np.ndarray) -> dict[str, np.ndarray]:
        """The "embedding" and the "backbone" features of tiles (see `embed`) from one pass."""
        pooled = self._network.features(self.normalised(tiles))
        vectors = {"embedding": self._network.project(pooled), "backbone": pooled}
        return {name: values.float().cpu().numpy() for name, values in vectors.items()}

    @torch.inference_mode()
    def normalised(self, pixels: np.ndarray) -> torch.Tensor:
        """Pixel values (B, bands, H, W) as the network takes them, float32 on the device."""
        return self._normalise(torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device))

    @torch.inference_mode()
    def embed_normalised(self, tiles: torch.Tensor, features: str = "embedding") -> torch.Tensor:
        """As `embed`, of tiles from `normalised`; the vectors stay on the device."""
        return self.project(self._network.features(tiles), features)

    @torch.inference_mode()
    def project(self, pooled: torch.Tensor, features: str = "embedding") -> torch.Tensor:
        """Vectors, float32 on the device, of pooled features (B, F)."""
        return (pooled if features == "backbone" else self._network.project(pooled)).float()

    @property
    def backbone(self) -> torch.nn.Module:
        """The network's backbone, in evaluation mode on the device."""
        return self._network.backbone

    def band_indices(self, available: list[str], where: str) -> list[int]:
        """Positions of the encoder's bands in `available`; RequestError names those missing."""
        missing = [name for name in self.information.bands if name not in available]
        if missing:
            raise RequestError(
                f"the encoder needs the bands {', '.join(self.information.bands)}; "
                f"{where} has {', '.join(available)}, so {', '.join(missing)} is missing",
                "name the bands with --bands, or train an encoder on these bands",
            )
        return [available.index(name) for name in self.information.bands]


def save_encoder(path: Path, information: EncoderInformation, network: Encoder) -> None:
    """Write weights and header whole."""
    header = {HEADER_KEY: json.dumps(dataclasses.asdict(information))}
    weights = {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()}
    with whole_file(path) as temporary:
        # By way of memory: safetensors' own writer makes files that only their owner may read.
        temporary.write_bytes(safetensors.torch.save(weights, metadata=header))


def read_header(path: Path, kind: str) -> dict[str, Any]:
    """What the header of a file of ours says, {} where it says nothing.

    `kind` is "encoder" or "decoder". RequestError where there is no such file, DataError where it
    is damaged.
    """
    if not path.is_file():
        raise RequestError(f"there is no {kind} {path}", f"give the {kind}.safetensors of a run")
    try:
        with safetensors.safe_open(path, framework="np") as file:
            content = json.loads((file.metadata() or {}).get(HEADER_KEY, "{}"))
        if not isinstance(content, dict):
            raise ValueError("its header is no JSON object")
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise DataError(
            f"the {kind} {path} cannot be read: {error}",
            "it may be cut short: copy it again, or resume its run to export it anew",
        ) from error
    return content


def read_information(path: Path) -> EncoderInformation:
    """The header of an encoder file; RequestError or DataError say what is wrong with it."""
    content = read_header(path, "encoder")
    if not content:
        raise DataError(f"{path} is no encoder of this program: its header does not describe one")
    if content.get("schema") != SCHEMA or content.get("version") != VERSION:
        raise DataError(
            f"the encoder {path} is of version {content.get('version')}; this program reads "
            f"version {VERSION}",
            "train it again, or use the version of the program that made it",
        )
    known = {f.name for f in dataclasses.fields(EncoderInformation)}
    values = {name: _tuples(value) for name, value in content.items() if name in known}
    try:
        return EncoderInformation(**values)
    except TypeError as error:
        raise DataError(f"the header of {path} is damaged: {error}") from error


def _tuples(value: Any) -> Any:
    """JSON's lists as tuples, at any depth."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def load_encoder(path: str | Path, device: torch.device | str = "cpu") -> FrozenEncoder:
    """Load an encoder on to a device."""
    path = Path(path)
    information = read_information(path)
    try:
        network = build_encoder(information.shape, seed=0)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"the encoder that {path} describes cannot be made: {error}",
            "its header is damaged, or of a newer version of this program",
        ) from error
    try:
        network.load_state_dict(safetensors.torch.load_file(path))
    except (safetensors.SafetensorError, RuntimeError) as error:
        raise DataError(f"the weights in {path} do not fit its header: {error}") from error
    return FrozenEncoder(information, network, device)
