"""iBOT: DINO, and the same for hidden patches.

Zhou, Wei, Wang, Shen, Xie, Yuille, Kong, "iBOT: Image BERT Pre-Training with Online Tokenizer",
ICLR 2022, arXiv 2111.07832.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.assignments import IBOTTrainJob
from backend.data.dataset import TileDataset
from backend.hooks.prototypes import Centre
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.networks.masked_transformer import (
    at_patches,
    encode_hidden,
    encode_visible,
    patch_count,
)
from backend.views.draws import chosen
from backend.views.patch_blocks import draw_hidden_blocks

from .dino import DINO, entropy_of, narrowed, project
from .multi_crop import LARGE_VIEWS, each_view
from .patch_transformer import vision_transformer_of
from .recipe import Outcome


class IBOT(DINO):
    """A student tells, from large views with hidden patches, what its teacher, which sees them,
    makes of each patch; and what DINO tells of whole views.

    Patches and views share projector and prototypes; each has a centre. The vision transformer's
    patches are pooled to a view's vector.
    """

    measures = (*DINO.measures, "view_loss", "patch_loss", "patch_entropy")

    def __init__(self, job: IBOTTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        backbone = vision_transformer_of(job, self.student["encoder"])
        self.hidden = nn.Parameter(torch.zeros(backbone.feature_dimension))
        self.patch_centre = Centre(
            len(self.centre.centre), job.centre_momentum, kept="patch_scores"
        )
        self.hooks = (*self.hooks, self.patch_centre)
        # Both losses guess at ln(prototypes).
        self.chance_loss = 2 * self.chance_loss
        self._side = math.isqrt(patch_count(backbone))

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        job = self._job
        views = self.views(tiles[0], generator)
        large = torch.cat(views[:LARGE_VIEWS])
        hidden = draw_hidden_blocks(len(large), self._side, job.mask_ratio, generator)
        numbers = hidden.int().argsort(dim=1, descending=True)[
            :, : round(job.mask_ratio * self._side**2)
        ]
        # The other views stay whole, as what the encoder is used on later.
        masked = chosen(len(large), job.masked_share, generator)
        hidden = hidden & masked[:, None]

        patches = encode_hidden(self.student["encoder"].backbone, large, hidden, self.hidden)
        vectors = list(narrowed(self.student, patches.mean(dim=1)).chunk(LARGE_VIEWS))
        small = views[LARGE_VIEWS:]
        if small:
            vectors += each_view(lambda given: project(self.student, given), small)
        told = narrowed(self.student, at_patches(patches, numbers).flatten(0, 1))
        with torch.no_grad():
            everything = torch.arange(self._side**2, device=large.device).expand(len(large), -1)
            seen = encode_visible(self.teacher["encoder"].backbone, large, everything)
            scores = self.teacher["prototypes"](narrowed(self.teacher, seen.mean(dim=1)))
            asked = at_patches(seen, numbers).flatten(0, 1)
            patch_scores = self.teacher["prototypes"](narrowed(self.teacher, asked))
            targets = self.patch_centre.targets(patch_scores, job.teacher_temperature)
        view_loss, entropy = self.view_loss(vectors, scores)
        patch_loss = soft_cross_entropy(
            self.student["prototypes"](told) / job.temperature,
            targets,
            weights=masked.repeat_interleave(numbers.shape[1]),
        )
        measures = dict(
            teacher_entropy=entropy,
            divergence=view_loss.detach() - entropy,
            view_loss=view_loss.detach(),
            patch_loss=patch_loss.detach(),
            patch_entropy=entropy_of(targets),
        )
        return Outcome(
            view_loss + patch_loss,
            vectors[0].detach(),
            measures,
            kept=dict(scores=scores, patch_scores=patch_scores),
        )


def recipe(job: IBOTTrainJob, dataset: TileDataset) -> IBOT:
    """The recipe as the job sets it."""
    return IBOT(job, dataset)
