"""The collapse monitor: says in words when a network maps everything to the same place."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from torch import Tensor
from torch.nn import functional

from backend.contract.jobs import TrainJob
from backend.methods.recipe import Recipe
from backend.runtime.reporter import Reporter

WINDOW = 20
# A healthy embedding spreads about 1/√D in each of its D dimensions; one tenth of it is collapse.
LEAST_SPREAD = 0.1
CHANCE_TOLERANCE = 0.01
# Nats: a prototype that is told with 95 % certainty.
LEAST_UNCERTAINTY = 0.05
# What to change whatever the method, and by those of its settings that bear on it.
REMEDIES = ("a lower --learning-rate", "a longer --warmup-steps")
AGAINST_NARROWNESS = dict(
    temperature="a higher --temperature", variance_weight="a higher --variance-weight"
)
AGAINST_GUESSING = dict(
    neighbour_radius_px="a smaller --neighbour-radius-px",
    teacher_temperature="a lower --teacher-temperature",
    epsilon="a lower --epsilon",
)


def spread(embedding: Tensor) -> Tensor:
    """Mean over dimensions of the standard deviation over the batch, times √D; a scalar.

    For the directions of `embedding` (B, D): about 1 where they are uniform on the sphere, 0
    where all are the same.
    """
    directions = functional.normalize(embedding, dim=1)
    return directions.std(dim=0, correction=0).mean() * math.sqrt(embedding.shape[1])


class CollapseMonitor:
    """Looks at each logged step; warns once for each sign of collapse that lasts."""

    def __init__(
        self, reporter: Reporter, recipe: Recipe, job: TrainJob, settled_after: int
    ) -> None:
        """`settled_after`: steps before which nothing is judged, since every run starts narrow."""
        self._reporter, self._recipe, self._settled_after = reporter, recipe, settled_after
        self._narrow, self._guessing = (
            [words for name, words in remedies.items() if hasattr(job, name)]
            for remedies in (AGAINST_NARROWNESS, AGAINST_GUESSING)
        )
        self._lasting: Counter[str] = Counter()

    def watch(self, step: int, values: Mapping[str, float]) -> None:
        """Take in what is logged of a step: "loss", "spread" and the method's own measures."""
        if step <= self._settled_after:
            return
        loss, spread_ = values["loss"], values["spread"]
        self._judge(
            "spread",
            spread_ < LEAST_SPREAD,
            f"at step {step} the embeddings spread only {spread_:.3f} of what a healthy run shows "
            "(1), so all tiles look alike to the encoder",
            "more varied scenes",
            *self._narrow,
        )
        # Of some methods it changes on the way, as when clusters come to be told as well.
        chance = self._recipe.chance_loss
        self._judge(
            "chance",
            bool(chance) and abs(loss - chance) < CHANCE_TOLERANCE * chance,
            f"at step {step} the loss has stood at {loss:.2f}, which is guessing ({chance or 0:.2f}"
            f"), for {WINDOW} logged steps",
            *self._guessing,
        )
        if "teacher_entropy" in values:
            # Together they are the loss of telling a view's prototype: near 0 where none is unsure,
            # and none is wrong, in spite of changed views.
            told = values["teacher_entropy"] + values["divergence"]
            self._judge(
                "one prototype",
                told < LEAST_UNCERTAINTY,
                f"at step {step} all views have gone to one prototype for {WINDOW} logged steps "
                f"(entropy {values['teacher_entropy']:.3f}, divergence {values['divergence']:.3f})",
                "a higher --teacher-temperature",
                "a higher --centre-momentum",
            )

    def _judge(self, sign: str, shows: bool, message: str, *remedies: str) -> None:
        """Count for how many logged steps a sign has shown; told once, when they are enough."""
        if self._lasting[sign] >= WINDOW:
            return
        self._lasting[sign] = self._lasting[sign] + 1 if shows else 0
        if self._lasting[sign] == WINDOW:
            *others, last = (*REMEDIES, *remedies)
            self._reporter.warning(f"collapse: {message}. Try {', '.join(others)}, or {last}")
