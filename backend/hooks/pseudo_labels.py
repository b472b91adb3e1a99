"""Labels that a network gives its own training chips, from what it made of each when last seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import torch
from sklearn.metrics import normalized_mutual_info_score
from torch import Tensor, nn

from .memory_bank import MemoryBank
from .stages import Stage


class PseudoLabels(nn.Module):
    """`labels` (chips,) int64 by chip number, made anew by `assign` after some of the steps.

    `bank` holds the vector of each chip as last seen, zero where it never was; `training` are the
    numbers of the chips that are labelled, those that were seen; `after` the steps, counted from 1,
    after which they are. `agreement` is how much the last two labellings have in common (normalised
    mutual information: 1 where one is the other under other names). All of it is in the state_dict.
    """

    stage = Stage.CENTRE

    def __init__(
        self,
        labels: Tensor,
        bank: MemoryBank,
        training: Tensor,
        after: Collection[int],
        assign: Callable[[Tensor, int], Tensor],
    ) -> None:
        """`assign(vectors, step)`: labels (n,) of the chips' vectors (n, D)."""
        super().__init__()
        self.register_buffer("labels", labels)
        self.register_buffer("agreement", torch.zeros(()))
        self.register_buffer("_training", training, persistent=False)
        # In a tuple, so that the bank is no part of this module.
        self._parts = (bank, frozenset(after), assign)
        self.steps = 0

    @torch.no_grad()
    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.steps += 1
        bank, after, assign = self._parts
        if self.steps not in after:
            return
        seen = self._training[bank.vectors[self._training].any(dim=1)]
        found = assign(bank.vectors[seen], self.steps)
        before = self.labels[seen]
        score = normalized_mutual_info_score(before.cpu().numpy(), found.cpu().numpy())
        self.agreement.fill_(float(score))
        self.labels.index_copy_(0, seen, found)

    # The count lives outside the device, so that no step has to wait for it.
    def get_extra_state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]
