"""What instance discrimination and PIRL share: to tell a tile's own entry in a memory bank."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from backend.contract.systems.memory import MemoryTrainJob
from backend.data.dataset import TileDataset
from backend.hooks.memory_bank import MemoryBank
from backend.losses.cross_view import nce, nce_scores
from backend.losses.infonce import infonce

from .chip_rows import chip_rows
from .same_ground import SameGround


@dataclass(frozen=True)
class Draw:
    """Rows of the bank: a batch's `own` (B,), and `others`, (n,) for all or (B, n) for each."""

    own: Tensor
    others: Tensor


class MemoryContrast(nn.Module):
    """A memory bank of all training chips, and the loss of telling one's own entry in it.

    The bank starts as noise: in the first epoch a tile's entry says nothing yet. By "softmax", the
    others are rows drawn without replacement for the whole batch, one's own left out; by "nce",
    as released, they are drawn for each tile, each row by itself.
    """

    def __init__(self, job: MemoryTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        training, row_of = chip_rows(dataset)
        self.register_buffer("row_of", row_of, persistent=False)
        self.register_buffer("chip_of", (row_of >= 0).nonzero()[:, 0], persistent=False)
        self.same_ground = SameGround(dataset) if job.mask_overlapping else None
        self.bank = MemoryBank(
            training,
            job.embedding_dimension,
            momentum=job.bank_momentum,
            start="released",
            seed=job.seed + 3,
        )
        # NCE's constant, 0 until the first batch has set it.
        self.register_buffer("normaliser", torch.zeros(()))
        self._nce = job.objective == "nce"
        self._temperature = job.temperature
        wanted = job.bank_negatives or training
        self.negatives = wanted if self._nce else min(wanted, training - 1)

    def draw(self, chips: Tensor, generator: torch.Generator) -> Draw:
        """The rows that a batch of chips (B,) is compared with."""
        own, population = self.row_of[chips], len(self.bank.vectors)
        if self._nce:
            shape = (len(own), self.negatives)
            drawn = torch.randint(population, shape, generator=generator, device=own.device)
        else:
            shuffled = torch.randperm(population, generator=generator, device=own.device)
            drawn = shuffled[: self.negatives + 1]
        return Draw(own, drawn)

    def loss(self, query: Tensor, draw: Draw) -> Tensor:
        """The loss of queries (B, D) of norm 1, a scalar; the bank takes no gradient."""
        vectors = self.bank.vectors
        if not self._nce:
            own = draw.own[:, None] == draw.others[None, :]
            if self.same_ground is not None:
                own = self.same_ground(self.chip_of[draw.own], self.chip_of[draw.others])
            return infonce(
                query,
                vectors[draw.own],
                vectors[draw.others],
                temperature=self._temperature,
                masked=own,
            )
        rows = torch.cat([draw.own[:, None], draw.others], dim=1)
        scores = nce_scores(query, vectors[rows], temperature=self._temperature)
        first = scores.detach().mean() * len(vectors)
        self.normaliser.copy_(torch.where(self.normaliser > 0, self.normaliser, first))
        return nce(scores, self.normaliser.clone(), len(vectors))

    def measures(self, query: Tensor, draw: Draw) -> dict[str, Tensor]:
        """Mean cosines of queries (B, D), float32, with their own entries and with all entries."""
        vectors = self.bank.vectors
        return dict(
            positive_cosine=(query * vectors[draw.own]).sum(dim=1).mean(),
            negative_cosine=query.mean(dim=0) @ vectors.mean(dim=0),
        )
