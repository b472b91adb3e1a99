"""Tile2Vec and its variant by cross-entropy: their settings, and their entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional

from ..catalogue import Method, Needs
from ..settings import setting
from .neighbourhood import DistantTrainJob


@dataclass
class _TripletTrainJob(DistantTrainJob):
    """What Tile2Vec and its variant share."""

    embedding_dimension: Optional[int] = setting(
        "integer",
        None,
        "Length of a linear projection of the pooled features; by default there is none, as "
        "published: the features are the embedding",
        minimum=2,
        maximum=8192,
        advanced=True,
    )
    norm_weight: float = setting(
        "number",
        0.0,
        "Weight of the penalty on the norms of embeddings, which sets their scale",
        minimum=0.0,
        advanced=True,
        label="Weight of norms",
    )
    norm_reduction: str = setting(
        "choice",
        "mean",
        "How the norms of a batch are summed up: their mean, their sum, or the released Frobenius "
        "norm, whose weight against the rest grows with the batch size",
        choices=("mean", "sum", "frobenius"),
        advanced=True,
        label="Reduction of norms",
    )
    separate_passes: bool = setting(
        "flag",
        False,
        "Pass anchors, neighbours and distant tiles through the network one after another, as the "
        "released code does, so that batch normalisation sees each by itself",
        advanced=True,
    )


@dataclass
class Tile2VecTrainJob(_TripletTrainJob):
    """Tile2Vec: a tile should lie nearer to its neighbour than to a distant tile."""

    margin: float = setting(
        "number",
        10.0,
        "How much nearer the neighbour should lie than the distant tile, in embedding space",
        minimum=0.0,
    )


@dataclass
class Tile2VecBCETrainJob(_TripletTrainJob):
    """A variant of Tile2Vec: tell pairs of neighbours from pairs of distant tiles."""

    head: str = setting(
        "choice",
        "dot",
        "What scores a pair: the cosine; the absolute differences; a hidden layer on both "
        "embeddings, or on their absolute differences",
        choices=("dot", "absdiff", "mlp", "mlp-absdiff"),
        label="Pair head",
    )
    hidden_units: int = setting(
        "integer",
        256,
        "Width of the hidden layer of the heads mlp and mlp-absdiff",
        minimum=1,
        maximum=65536,
        advanced=True,
    )
    randomise: str = setting(
        "choice",
        "none",
        "The hidden layer of the head: trained, kept at its random start, or drawn anew in each "
        "step (of mlp-absdiff alone)",
        choices=("none", "fixed", "per_step"),
        advanced=True,
        label="Randomised hidden layer",
    )
    temperature: float = setting(
        "number",
        0.1,
        "Temperature of the cosine at the start; it is learned",
        minimum=0.001,
        maximum=100.0,
        advanced=True,
    )


_SOURCE = (
    "Jean et al., Tile2Vec: Unsupervised Representation Learning for Spatially Distributed Data, "
    "AAAI 2019, arXiv 1805.02855"
)

_DEFAULT: Dict[str, Any] = dict(optimiser="adam", learning_rate=1e-3, weight_decay=0.0)

METHODS = (
    Method(
        name="tile2vec",
        title="Tile2Vec",
        sentence="A tile should lie nearer to its neighbour than to a distant tile. Embeddings are "
        "of any length: small differences of degree show in it.",
        recipe="tile2vec",
        job_class=Tile2VecTrainJob,
        needs=Needs(neighbours=True, stored_neighbours=True),
        # At a batch of 50 this is the balance of the released weight of 0.01 on Frobenius norms:
        # 0.01 · √50.
        preset=dict(_DEFAULT, norm_weight=0.07),
        source=_SOURCE,
    ),
    Method(
        name="tile2vec-published",
        title="Tile2Vec, released recipe",
        sentence="Tile2Vec with the settings of its released code for aerial images (50-px tiles, "
        "neighbours within 100 px, TileNet, 50 epochs): for comparison with the paper.",
        recipe="tile2vec",
        job_class=Tile2VecTrainJob,
        needs=Needs(neighbours=True, stored_neighbours=True),
        preset=dict(
            steps=None,
            epochs=50,
            batch_size=50,
            architecture="tilenet",
            normalisation="divide-by-255",
            optimiser="adam",
            adam_beta1=0.5,
            learning_rate=1e-3,
            weight_decay=0.0,
            schedule="constant",
            gradient_clip=0.0,
            margin=10.0,
            norm_weight=0.01,
            norm_reduction="frobenius",
            minimum_offset_px=0,
            distant="random-record",
            distant_neighbours=True,
            separate_passes=True,
        ),
        differences=(
            "As released, distant tiles are those of random records, however near these lie to the "
            "anchor.",
            "As released, the penalty on norms is the Frobenius norm of a whole batch, so that its "
            "weight against the margin grows with the root of the batch size.",
            "As released, anchors, neighbours and distant tiles are normalised as batches of their "
            "own, three times a step.",
            "Unlike the released code, a chip is never its own distant record, and neighbours are "
            "drawn anew in each epoch in place of once (but where triplets were imported).",
            "Unlike the released code, anchors lie at least the neighbour radius inside their "
            "scene, where it mirrors the scene's border (but where triplets were imported).",
            "Unlike the released code, the last maps are pooled whole, in place of by 4 by 4 "
            "pixels: the same for tiles of 49 to 64 px, and possible for others.",
            "Unlike the released code, equal embeddings give a gradient of zero in place of NaN.",
        ),
        source=_SOURCE,
    ),
    Method(
        name="tile2vec-bce",
        title="Tile2Vec by cross-entropy (inspired by Jung and Jeon, not a reproduction)",
        sentence="Tells pairs of neighbours from pairs of distant tiles, in place of Tile2Vec's "
        "margin. Inspired by Jung and Jeon 2021, not a reproduction.",
        recipe="tile2vec_bce",
        job_class=Tile2VecBCETrainJob,
        needs=Needs(neighbours=True, stored_neighbours=True),
        preset=_DEFAULT,
        differences=(
            "Inspired by the paper, not a reproduction: that Tile2Vec's triplet loss is replaced "
            "by a binary cross-entropy, and that layers are randomised, is the paper's; its head, "
            "its randomised layers, its settings and its figures are not known here, and those of "
            "this variant are this program's own.",
            "Of these, the dot head scores (cosine - 1/2) / temperature at the start, so that not "
            "every pair of non-negative features begins as neighbours.",
        ),
        source="Inspired by Jung and Jeon, Self-supervised learning with randomised layers for "
        "remote sensing, Electronics Letters 57(6), 2021; " + _SOURCE,
    ),
)
