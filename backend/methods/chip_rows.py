"""What methods with a memory bank share: which of its rows is a chip's."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.data.dataset import TileDataset


def chip_rows(dataset: TileDataset) -> tuple[int, Tensor]:
    """The number of training chips, and by chip number (N,) int64 the row of each; -1 for others.

    Rows are numbered in the order of the chips.
    """
    training = torch.tensor(dataset.numbers("train"))
    rows = torch.full((len(dataset),), -1)
    rows[training] = torch.arange(len(training))
    return len(training), rows
