"""Import torchvision also beside a torch that lacks torchvision's compiled operators.

The registry's CPU build of torch comes without `torchvision::nms` and `torchvision::qnms`, and
`import torchvision` registers fake kernels for them, which fails until they are declared. Nothing
here ever calls them. Import torchvision only through this module.
"""

from __future__ import annotations

import torch

_OPERATORS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}

try:
    import torchvision
except RuntimeError:
    _library = torch.library.Library("torchvision", "DEF")
    for _schema in _OPERATORS.values():
        _library.define(_schema)
    import torchvision

__all__ = ["torchvision"]
