"""Which device a job runs on, and how values get there."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .errors import MachineError, RequestError


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" is the first CUDA device, or the CPU.

    RequestError for a name that is none; MachineError for a GPU that is not there.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cpu", "cuda"):
        raise RequestError(f"--device {name} is unknown", "use auto, cpu, cuda or cuda:N")
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise MachineError(
                f"--device {name} asks for a GPU, and torch finds none",
                "use --device cpu, or see `python -m backend.doctor`",
            )
        if device.index is not None and device.index >= torch.cuda.device_count():
            raise MachineError(
                f"--device {name} is not there: torch finds {torch.cuda.device_count()} GPU(s)"
            )
    return device


def to_device(array: np.ndarray | Tensor, device: torch.device) -> Tensor:
    """The values, of any shape and type, on the device, without waiting for it."""
    tensor = torch.from_numpy(array) if isinstance(array, np.ndarray) else array
    if device.type == "cuda" and tensor.device.type == "cpu" and not tensor.is_pinned():
        tensor = tensor.pin_memory()
    return tensor.to(device, non_blocking=True)
