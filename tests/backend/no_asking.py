"""A guard that refuses what makes a host wait for its GPU. It works on the CPU as well."""

from __future__ import annotations

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from backend.views import blur, colour, crops, dihedral

# What gives a number to Python, or a shape that depends on values.
ASKING = (
    "aten::_local_scalar_dense",
    "aten::equal",
    "aten::is_nonzero",
    "aten::masked_select",
    "aten::nonzero",
    "aten::_unique2",
    "aten::unique_dim",
    "aten::repeat_interleave.Tensor",
)


class NoAsking(TorchDispatchMode):
    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        name = operation._schema.name
        assert name not in ASKING, f"{name} waits for the device"
        if name in ("aten::index", "aten::index_put_"):
            chosen = [i.dtype for i in arguments[1] if i is not None]
            assert torch.bool not in chosen, f"{name} by a mask waits for the device"
        return operation(*arguments, **(named or {}))


def take_the_ways_of_a_gpu(patch: pytest.MonkeyPatch) -> None:
    """Switch off what views do otherwise on the CPU, which may be asked at no cost."""
    for module in (blur, colour, crops, dihedral):
        patch.setattr(module, "counting_is_cheap", lambda device: False)
