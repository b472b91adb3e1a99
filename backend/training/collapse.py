"""The collapse monitor: says in words when a network maps everything to the same place."""

from __future__ import annotations

import math
from collections import deque

from torch import Tensor
from torch.nn import functional

from backend.runtime.reporter import Reporter

WINDOW = 20
# A healthy embedding spreads about 1/√D in each of its D dimensions; one tenth of it is collapse.
LEAST_SPREAD = 0.1
CHANCE_TOLERANCE = 0.01


def spread(embedding: Tensor) -> Tensor:
    """Mean over dimensions of the standard deviation over the batch, times √D; a scalar.

    For the directions of `embedding` (B, D): about 1 where they are uniform on the sphere, 0
    where all are the same.
    """
    directions = functional.normalize(embedding, dim=1)
    return directions.std(dim=0, correction=0).mean() * math.sqrt(embedding.shape[1])


class CollapseMonitor:
    """Looks at each logged step; warns once for each sign of collapse that lasts."""

    def __init__(self, reporter: Reporter, chance_loss: float | None, settled_after: int) -> None:
        """`settled_after`: steps before which nothing is judged, since every run starts narrow."""
        self._reporter, self._chance_loss = reporter, chance_loss
        self._settled_after = settled_after
        self._losses: deque[float] = deque(maxlen=WINDOW)
        self._spreads: deque[float] = deque(maxlen=WINDOW)
        self._warned: set[str] = set()

    def watch(self, step: int, loss: float, spread_: float) -> None:
        """Take in the loss and the spread of a step."""
        if step <= self._settled_after:
            return
        self._losses.append(loss)
        self._spreads.append(spread_)
        if len(self._losses) < WINDOW:
            return
        if max(self._spreads) < LEAST_SPREAD:
            self._warn(
                "spread",
                f"collapse: at step {step} the embeddings spread only {spread_:.3f} of what a "
                "healthy run shows (1), so all tiles look alike to the encoder. Try a lower "
                "--learning-rate, a longer --warmup-steps, more varied scenes, or, where the "
                "method has one, a higher --temperature",
            )
        chance = self._chance_loss
        if chance and all(abs(past - chance) < CHANCE_TOLERANCE * chance for past in self._losses):
            self._warn(
                "chance",
                f"collapse: at step {step} the loss has stood at {loss:.2f}, which is guessing "
                f"({chance:.2f}), for {WINDOW} logged steps. Try a lower --learning-rate, a longer "
                "--warmup-steps, or a smaller --neighbour-radius-px",
            )

    def _warn(self, kind: str, message: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            self._reporter.warning(message)
