"""Networks compiled by torch, where a job asks for it."""

from __future__ import annotations

import os
import shutil

import torch
from torch import nn

from backend.networks.encoder import Encoder
from backend.runtime.errors import MachineError, RequestError

_COMPILERS = ("g++", "clang++", "c++", "cl")
# What torch is asked for, by the job's word.
OPTIONS = {"default": dict(mode="default"), "cuda-graphs": dict(mode="reduce-overhead")}


def compile_networks(recipe: nn.Module, how: str, device: torch.device) -> None:
    """Have torch compile the backbone of each encoder at its first pass; "none" does nothing.

    "cuda-graphs" also records what it launches, which pays where tiles are so small that a GPU
    waits for Python. RequestError or MachineError where this machine cannot.
    """
    if how == "none":
        return
    if how == "cuda-graphs" and device.type != "cuda":
        raise RequestError(
            "--compile cuda-graphs needs a GPU, and this run is on the CPU",
            "use --compile default, or leave it out",
        )
    if device.type == "cpu" and not _finds_compiler():
        raise MachineError(
            "--compile needs a C++ compiler on the CPU, and there is none",
            "install one, such as g++, or leave --compile out",
        )
    for module in recipe.modules():
        if isinstance(module, Encoder):
            module.backbone.compile(**OPTIONS[how])


def _finds_compiler() -> bool:
    return "CXX" in os.environ or any(map(shutil.which, _COMPILERS))
