"""Initial weights from elsewhere, ImageNet's or a file's, fitted to the bands at hand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from backend.runtime.errors import DataError, MachineError, RequestError

from .encoder import Encoder
from .encoder_file import HEADER_KEY, read_information
from .torchvision_import import torchvision

# torchvision's name of each architecture. Its first ImageNet weights, not its later ones: those
# classify better, but what they learned carries over less well (Kornblith et al. 2021).
TORCHVISION_NAMES = {
    "resnet18": "ResNet18_Weights",
    "resnet34": "ResNet34_Weights",
    "resnet50": "ResNet50_Weights",
    "vgg16-bn": "VGG16_BN_Weights",
    "swin-tiny": "Swin_T_Weights",
}
_CLASSIFIERS = ("fc.", "classifier.", "heads.", "head.")
_COLOURS = {"b04": "red", "b03": "green", "b02": "blue", "r": "red", "g": "green", "b": "blue"}
_RGB = ("red", "green", "blue")


@dataclass(frozen=True)
class _Source:
    """A state_dict of a backbone, what messages call it, and the bands it was made for."""

    name: str
    weights: dict[str, Tensor]
    bands: tuple[str, ...] | None = None


def initialise(
    encoder: Encoder, initial_weights: str, band_names: Sequence[str], *, download: bool
) -> list[str]:
    """Give the encoder's backbone its initial weights; sentences that say what was done.

    `initial_weights` is "random" (nothing is done), "imagenet", or the path of a torchvision
    state_dict (.pth, .safetensors) or of an encoder.safetensors. `band_names`: the encoder's bands
    in their order. With `download`, ImageNet's weights are fetched where torch's cache lacks them.

    RequestError where there are no such weights, DataError where they cannot be read or do not fit
    the backbone, MachineError where they cannot be fetched. The projection is left as it is.
    """
    if initial_weights == "random":
        return []
    architecture = encoder.shape.architecture
    if initial_weights == "imagenet":
        source = _imagenet(architecture, download)
    else:
        source = _from_file(Path(initial_weights), architecture)
    layers = [
        _start(backbone, names, source, architecture)
        for backbone, names in encoder.parts(band_names)
    ]
    projection = "" if encoder.shape.projection == "none" else "; its projection starts at random"
    return [f"the backbone starts from {source.name}{projection}", *layers]


def _start(
    backbone: nn.Module, band_names: Sequence[str], source: _Source, architecture: str
) -> str:
    """Give one backbone the weights of the source; a sentence on its first layer."""
    weights = source.weights
    if hasattr(backbone, "from_published"):
        weights = backbone.from_published(weights)
    weights = {n: v for n, v in weights.items() if not n.startswith(_CLASSIFIERS)}
    own = backbone.state_dict()
    # Files from before torch counted the batches of a normalisation lack the counts.
    weights |= {n: v for n, v in own.items() if n.endswith("batches_tracked") and n not in weights}
    weights, first_layer = _fit_first_layer(backbone, weights, source.bands, band_names)
    _check_fit(own, weights, f"{source.name} cannot start a {architecture}")
    backbone.load_state_dict(weights)
    return first_layer


def _imagenet(architecture: str, download: bool) -> _Source:
    """ImageNet's weights from torch's cache, or fetched into it."""
    if architecture not in TORCHVISION_NAMES:
        raise RequestError(
            f"there are no ImageNet weights of {architecture}",
            f"there are of {', '.join(TORCHVISION_NAMES)}; or give --initial-weights a file",
        )
    weights = getattr(torchvision.models, TORCHVISION_NAMES[architecture]).IMAGENET1K_V1
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    name = f"ImageNet weights ({path.name})"
    if path.is_file():
        return _Source(name, _read_torch(path), _RGB)
    if not download:
        size = weights.meta.get("_file_size")
        raise RequestError(
            f"the ImageNet weights of {architecture} are not on this machine: {path} is missing"
            + (f" ({size:.0f} MiB)" if size else ""),
            f"--download-weights fetches it; or put it there from {weights.url}",
        )
    try:
        content = weights.get_state_dict(
            map_location="cpu", progress=sys.stderr.isatty(), check_hash=True, weights_only=True
        )
    except OSError as error:
        raise MachineError(
            f"{path.name} could not be fetched: {error}", f"put it there by hand: {path}"
        ) from error
    except RuntimeError as error:
        raise DataError(f"{path.name} was not received whole: {error}", "try again") from error
    return _Source(name, content, _RGB)


def _from_file(path: Path, architecture: str) -> _Source:
    """The state_dict in a file; of an encoder of our own, the backbone's part."""
    if not path.is_file():
        raise RequestError(
            f"there is no file {path} for --initial-weights",
            "give random, imagenet, or the path of a .pth or .safetensors file",
        )
    if path.suffix != ".safetensors":
        return _Source(str(path), _read_torch(path))
    try:
        weights = safetensors.torch.load_file(path)
        with safetensors.safe_open(path, framework="np") as file:
            own = HEADER_KEY in (file.metadata() or {})
    except (safetensors.SafetensorError, OSError) as error:
        raise DataError(f"the weights {path} cannot be read: {error}") from error
    if not own:
        return _Source(str(path), weights)
    information = read_information(path)
    if information.architecture != architecture:
        raise RequestError(
            f"{path} is a {information.architecture}, and a {architecture} is to start from it",
            f"give --architecture {information.architecture}",
        )
    if information.groups:
        raise RequestError(
            f"{path} has a network for each of {len(information.groups)} groups of bands, and one "
            "network is to start from it",
            "give the encoder of another method, or a torchvision state_dict",
        )
    part = "backbone."
    weights = {n.removeprefix(part): v for n, v in weights.items() if n.startswith(part)}
    return _Source(f"{path} ({information.identity})", weights, information.bands)


def _read_torch(path: Path) -> dict[str, Tensor]:
    """A state_dict written by torch.save; nothing but tensors is ever read from it."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        first_line = str(error).strip().splitlines()[:1]
        raise DataError(
            f"the weights {path} cannot be read: {' '.join(first_line)}",
            "it may be cut short, or hold more than tensors: save its state_dict alone",
        ) from error
    tensors = isinstance(content, dict) and all(torch.is_tensor(v) for v in content.values())
    if not tensors or not content:
        raise DataError(
            f"{path} holds no state_dict: names and tensors", "save the network's state_dict alone"
        )
    return content


def _fit_first_layer(
    backbone: nn.Module,
    weights: dict[str, Tensor],
    source_bands: Sequence[str] | None,
    band_names: Sequence[str],
) -> tuple[dict[str, Tensor], str]:
    """The weights with their first layer for our bands, and a sentence on what became of it."""
    name, layer = next((n, m) for n, m in backbone.named_modules() if isinstance(m, nn.Conv2d))
    kernel = weights.get(f"{name}.weight")
    own = layer.weight
    if kernel is None or kernel.dim() != 4 or len(kernel) != len(own):
        # Not this architecture's: the check of the fit says so.
        return weights, ""
    if kernel.shape[2:] != own.shape[2:]:
        theirs, ours = ("x".join(map(str, k.shape[2:])) for k in (kernel, own))
        return {**weights, **layer.state_dict(prefix=f"{name}.")}, (
            f"the first layer starts at random: its kernels are {ours}, the given ones {theirs}"
        )
    if source_bands is None and kernel.shape[1] == 3:
        source_bands = _RGB
    fitted, sentence = fit_bands(kernel, source_bands, band_names)
    return weights | {f"{name}.weight": fitted}, f"the first layer: {sentence}"


def fit_bands(
    kernel: Tensor, source_bands: Sequence[str] | None, band_names: Sequence[str]
) -> tuple[Tensor, str]:
    """Kernels (out, m, h, w) as (out, n, h, w) for our bands, and a sentence on each band's part.

    A band that both know gets its kernel, any other the mean of all m; all are scaled by m / n,
    and what then differs in their sum is spread evenly, so that the response to a picture of one
    value in all bands is what it was. `source_bands` None: as many bands are taken to be ours in
    order, others to be unknown.
    """
    if source_bands is None:
        if kernel.shape[1] == len(band_names):
            return kernel, "the file does not name its bands; they are taken to be ours, in order"
        source_bands = [""] * kernel.shape[1]
    known = [_canonical(band) for band in source_bands]
    wanted = [_canonical(band) for band in band_names]
    if sorted(known) == sorted(wanted):
        return kernel[:, [known.index(w) for w in wanted]], "each band keeps its kernels"
    mean = kernel.mean(dim=1)
    fitted = torch.stack(
        [kernel[:, known.index(w)] if w in known else mean for w in wanted], dim=1
    ) * (len(known) / len(wanted))
    lost = kernel.sum(dim=1, keepdim=True) - fitted.sum(dim=1, keepdim=True)
    fitted = fitted + lost / len(wanted)
    copied = [n for n, w in zip(band_names, wanted, strict=True) if w in known]
    others = [n for n in band_names if n not in copied]
    parts = []
    if copied:
        parts.append(f"{', '.join(copied)} take their kernels")
    if others:
        parts.append(f"{', '.join(others)} the mean of all {len(known)}")
    return fitted, "; ".join(parts) + f"; scaled by {len(known)}/{len(wanted)}"


def _canonical(band: str) -> str:
    """One name for one band: Sentinel-2's and single letters as colours, in lower case."""
    return _COLOURS.get(band.lower(), band.lower())


def _check_fit(own: dict[str, Tensor], weights: dict[str, Tensor], failure: str) -> None:
    """DataError that names the first keys which the weights lack, or have besides or otherwise."""
    problems = []
    for keys, text in (
        ([n for n in own if n not in weights], "it lacks"),
        ([n for n in weights if n not in own], "it has besides"),
        (
            [n for n in own if n in weights and own[n].shape != weights[n].shape],
            "of another size is",
        ),
    ):
        if keys:
            more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
            problems.append(f"{text} {', '.join(keys[:3])}{more}")
    if problems:
        raise DataError(f"{failure}: {'; '.join(problems)}", "give weights of that architecture")
