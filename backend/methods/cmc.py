"""CMC: contrastive multiview coding.

Tian, Krishnan, Isola, "Contrastive Multiview Coding", ECCV 2020, arXiv 1906.05849.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.colours import rgb_places
from backend.contract.systems.cmc import CMCTrainJob
from backend.contract.systems.masked_transformers import SatMAETrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.memory_bank import MemoryBank
from backend.losses.cross_view import cross_view_softmax, nce, nce_scores
from backend.runtime.errors import RequestError
from backend.views.normalisation import check_unit_range
from backend.views.photometric import PhotometricViews

from .chip_rows import chip_rows
from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround

# What groups call red, green and blue once they are turned into lightness and colours.
LAB = ("L", "a", "b")


class CMC(Recipe):
    """The views of a tile are groups of its bands, each with an encoder of its own.

    For every ordered pair of groups, the embedding of one is trained to tell that of the other
    for the same tile among those of other tiles: of the batch and of a memory bank, which holds
    an embedding of every training chip for each group. The encoder that is exported joins all.
    """

    measures = ("positive_cosine", "negative_cosine")

    def __init__(self, job: CMCTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        names, lab_places = _colour_space(job, dataset.band_names)
        if lab_places:
            check_unit_range(job.normalisation, information, "the Lab colour space is")
        self.groups = groups_of_bands(job, names, bool(lab_places))
        self.view = PhotometricViews(job, information)
        self.encoder = start_encoder(
            job,
            information,
            embedding_dimension=job.embedding_dimension * len(self.groups),
            projection=job.projection,
            groups=self.groups,
            lab_places=lab_places,
        )
        training, row_of = chip_rows(dataset)
        self.banks = nn.ModuleList(
            MemoryBank(
                training,
                job.embedding_dimension,
                momentum=job.bank_momentum,
                start="released" if job.objective == "nce" else "empty",
                seed=job.seed + number,
                kept=f"embeddings_{number}",
            )
            for number in range(len(self.groups))
        )
        self.hooks = tuple(self.banks)
        self.register_buffer("row_of", row_of, persistent=False)
        self.register_buffer("chip_of", (row_of >= 0).nonzero()[:, 0], persistent=False)
        self.same_ground = SameGround(dataset) if job.mask_overlapping else None
        # NCE's constant for each pair of groups, 0 until the first batch has set it.
        self.register_buffer("normalisers", torch.zeros(len(self.groups), len(self.groups)))
        self.pairs = list(itertools.permutations(range(len(self.groups)), 2))
        self._negatives, self._temperature = job.bank_negatives, job.temperature
        self._nce = job.objective == "nce"
        if self._nce and job.bank_negatives == 0:
            raise RequestError(
                "--objective nce tells a tile from entries of the memory bank, and "
                "--bank-negatives is 0",
                "give --bank-negatives, or use --objective softmax",
            )
        if not self._nce:
            others = job.batch_size + min(job.bank_negatives, training)
            self.chance_loss = len(self.pairs) * math.log(others)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        framed = self.view.framed(tiles[0], generator)
        views = [self.view.coloured(framed, generator) for _ in self.groups]
        embeddings = self.encoder.embed_groups(views)
        rows = self.row_of[chips]
        contrast = self._by_nce if self._nce else self._by_softmax
        loss = contrast(embeddings, rows, generator)

        kept = {f"embeddings_{n}": e.detach() for n, e in enumerate(embeddings)}
        first, second, *_ = (e.float() for e in kept.values())
        measures = dict(
            positive_cosine=(first * second).sum(dim=1).mean(),
            negative_cosine=first.mean(dim=0) @ second.mean(dim=0),
        )
        return Outcome(
            loss, torch.cat(list(kept.values()), dim=1).float(), measures, dict(kept, rows=rows)
        )

    def _by_softmax(
        self, embeddings: Sequence[Tensor], rows: Tensor, generator: torch.Generator
    ) -> Tensor:
        """One draw from the banks, of different rows, for the whole batch; a tile's own row,
        those of its ground, and rows that were never written do not count."""
        population = len(self.banks[0].vectors)
        shuffled = torch.randperm(population, generator=generator, device=rows.device)
        drawn = shuffled[: self._negatives]
        own, mates = rows[:, None] == drawn[None, :], None
        if self.same_ground is not None:
            chips = self.chip_of[rows]
            own = self.same_ground(chips, self.chip_of[drawn])
            mates = self.same_ground.mates(chips)
        total = embeddings[0].new_zeros((), dtype=torch.float32)
        for query, other in self.pairs:
            stored = self.banks[other].vectors[drawn]
            total = total + cross_view_softmax(
                embeddings[query],
                embeddings[other],
                stored,
                temperature=self._temperature,
                masked=own | ~stored.any(dim=1),
                masked_mates=mates,
            )
        return total

    def _by_nce(
        self, embeddings: Sequence[Tensor], rows: Tensor, generator: torch.Generator
    ) -> Tensor:
        """As released: the positive is the bank's; negatives are drawn for each tile, uniformly
        and each by itself."""
        population = len(self.banks[0].vectors)
        shape = (len(rows), self._negatives)
        drawn = torch.randint(population, shape, generator=generator, device=rows.device)
        drawn = torch.cat([rows[:, None], drawn], dim=1)
        total = embeddings[0].new_zeros((), dtype=torch.float32)
        for query, other in self.pairs:
            candidates = self.banks[other].vectors[drawn]
            scores = nce_scores(embeddings[query], candidates, temperature=self._temperature)
            normaliser = self.normalisers[query, other]
            first = scores.detach().mean() * population
            normaliser.copy_(torch.where(normaliser > 0, normaliser, first))
            total = total + nce(scores, normaliser.clone(), population)
        return total


def _colour_space(job: CMCTrainJob, names: Sequence[str]) -> tuple[list[str], tuple[int, ...]]:
    """The names of the bands as groups see them, and the places turned into L, a and b, if any."""
    places = rgb_places(names)
    asked = {name.strip() for text in job.band_groups for name in text.split("+")}
    if job.colour_space == "auto":
        lab = places is not None and len(names) == 3 and asked <= set(LAB)
    else:
        lab = job.colour_space == "lab"
    if not lab:
        return list(names), ()
    if places is None:
        raise RequestError(
            f"--colour-space lab needs red, green and blue; the dataset has {', '.join(names)}",
            "use --colour-space bands, or name the bands when building the dataset",
        )
    seen = list(names)
    for place, name in zip(places, LAB, strict=True):
        seen[place] = name
    return seen, places


def groups_of_bands(
    job: CMCTrainJob | SatMAETrainJob, names: Sequence[str], lab: bool = False
) -> tuple[tuple[int, ...], ...]:
    """The places of each group's bands; RequestError where there are no two groups of known
    bands, or a band is in two of them."""
    listed = f"the bands are {', '.join(names)}"
    if not job.band_groups:
        groups = _default_groups(names, lab)
    else:
        groups = [[name.strip() for name in text.split("+")] for text in job.band_groups]
    for name in itertools.chain(*groups):
        if name not in names:
            raise RequestError(f"--band-groups names {name!r}; {listed}", "name bands joined by +")
    used = list(itertools.chain(*groups))
    twice = sorted({name for name in used if used.count(name) > 1})
    if len(groups) < 2 or twice:
        what = f"{twice[0]} is in two groups" if twice else f"there is one group of bands; {listed}"
        raise RequestError(
            f"{job.method} learns from two or more groups that share no band; {what}",
            "give --band-groups, such as red+green+blue nir",
        )
    return tuple(tuple(names.index(name) for name in group) for group in groups)


def _default_groups(names: Sequence[str], lab: bool) -> list[list[str]]:
    """Lightness, colour, others; or colours and others; or halves. Groups without bands go."""
    places = rgb_places(names)
    if lab:
        first = [[LAB[0]], [LAB[1], LAB[2]]]
    elif places is not None and len(names) > 3:
        first = [[names[place] for place in places]]
    else:
        middle = (len(names) + 1) // 2
        first = [list(names[:middle])]
    others = [name for name in names if name not in itertools.chain(*first)]
    return [group for group in (*first, others) if group]


def recipe(job: CMCTrainJob, dataset: TileDataset) -> CMC:
    """The recipe as the job sets it."""
    return CMC(job, dataset)
