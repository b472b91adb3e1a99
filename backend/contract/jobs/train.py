"""The jobs that pretrain an encoder: what every method shares, and one subclass per method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..settings import setting


@dataclass
class TrainJob:
    """Pretrain an encoder on a tile dataset, without labels."""

    dataset: str = setting(
        "folder", "", "Tile dataset to learn from", label="Tile dataset", required=True
    )
    method: str = setting("text", "saumoco", "Method or preset; see `--help` for the list")
    output: str = setting(
        "output_folder", "", "Run folder to write", label="Run folder", required=True
    )
    steps: Optional[int] = setting(
        "integer", 2000, "Optimiser steps; give steps or epochs", optional=True, minimum=1
    )
    epochs: Optional[int] = setting(
        "integer", None, "Passes over the training chips, in place of steps", minimum=1
    )
    batch_size: int = setting("integer", 128, "Samples per step", minimum=2, maximum=65536)
    architecture: str = setting("choice", "resnet18", "Encoder", choices=("resnet18", "resnet50"))
    stem: str = setting(
        "choice",
        "medium",
        "First layers: 'small' keeps the resolution (3x3, stride 1, no pooling), for tiles under "
        "about 24 px; 'medium' halves it (3x3, stride 1, pooling), three times as fast; 'imagenet' "
        "quarters it (7x7, stride 2, pooling)",
        choices=("small", "medium", "imagenet"),
    )
    embedding_dimension: int = setting(
        "integer",
        128,
        "Length of the projected embedding",
        minimum=2,
        maximum=8192,
        advanced=True,
    )
    normalisation: str = setting(
        "choice",
        "dataset",
        "How pixel values are scaled: by each band's mean and deviation in the dataset, divided "
        "by 255, or by the constants that SauMoCo released for Sentinel-2, matched by band name "
        "or in its own wrong order",
        choices=("dataset", "divide-by-255", "saumoco-sentinel2", "saumoco-sentinel2-released"),
        advanced=True,
    )
    optimiser: str = setting(
        "choice",
        "sgd",
        "Optimiser (sgd with Nesterov momentum 0.9, or adamw)",
        choices=("sgd", "adamw"),
        advanced=True,
    )
    learning_rate: float = setting("number", 0.1, "Greatest learning rate", minimum=0.0)
    weight_decay: float = setting(
        "number",
        1e-4,
        "Weight decay",
        minimum=0.0,
        advanced=True,
    )
    schedule: str = setting(
        "choice",
        "cosine",
        "How the learning rate falls: half a cosine to zero, steps, or not at all",
        choices=("cosine", "step", "constant"),
        advanced=True,
    )
    warmup_steps: int = setting(
        "integer",
        0,
        "Steps of linear warm-up",
        minimum=0,
        label="Warm-up steps",
        advanced=True,
    )
    decay_every_epochs: int = setting(
        "integer",
        30,
        "Epochs between falls of the step schedule",
        minimum=1,
        advanced=True,
        label="Epochs between decays",
    )
    decay_factor: float = setting(
        "number",
        0.5,
        "Factor at each fall of the step schedule",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    gradient_clip: float = setting(
        "number",
        1.0,
        "Greatest norm of the gradient; 0 leaves it alone",
        minimum=0.0,
        advanced=True,
    )
    precision: str = setting(
        "choice",
        "float32",
        "Arithmetic of the networks; losses are always float32",
        choices=("float32", "bf16"),
    )
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    checkpoint_every_steps: int = setting(
        "integer",
        200,
        "Steps between checkpoints",
        minimum=1,
        advanced=True,
        label="Steps between checkpoints",
    )
    log_every_steps: int = setting(
        "integer",
        10,
        "Steps between logged metrics",
        minimum=1,
        advanced=True,
        label="Steps between logged metrics",
    )
    knn_every_steps: int = setting(
        "integer",
        0,
        "Steps between kNN accuracies on the land cover of the validation split; 0 never",
        minimum=0,
        label="Steps between kNN accuracies",
    )
    tensorboard: bool = setting(
        "flag",
        True,
        "Write TensorBoard logs",
        advanced=True,
        label="TensorBoard logs",
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    resume: bool = setting(
        "flag",
        False,
        "Go on from the run folder's last checkpoint",
        label="Resume from the last checkpoint",
    )
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )


@dataclass
class SauMoCoTrainJob(TrainJob):
    """SauMoCo: places close to each other should look alike."""

    temperature: float = setting(
        "number", 0.2, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    queue_size: int = setting(
        "integer",
        4096,
        "Negatives kept from earlier steps; 0 means one for each training chip, as published",
        minimum=0,
    )
    key_momentum: float = setting(
        "number",
        0.99,
        "How slowly the key encoder follows the query encoder: it lags by about 1 / (1 - momentum) "
        "steps, which must be far fewer than the run has",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    mask_own_keys: bool = setting(
        "flag",
        True,
        "Leave a chip's own older keys out of its negatives",
        advanced=True,
    )
    neighbour_radius_px: Optional[int] = setting(
        "integer",
        None,
        "Greatest offset of a neighbour; by default what the dataset holds",
        unit="px",
        minimum=0,
    )
    neighbour_step_px: int = setting(
        "integer",
        1,
        "Neighbour offsets are multiples of this",
        unit="px",
        minimum=1,
        advanced=True,
    )
    batch_norm_groups: int = setting(
        "integer",
        4,
        "Groups in which the key encoder's batch normalisation sees a shuffled batch, so that "
        "batch statistics do not give the positive away; 1 is plain batch normalisation",
        minimum=1,
        advanced=True,
        label="Batch normalisation groups",
    )
    queue_start: str = setting(
        "choice",
        "unit",
        "First content of the queue: random unit vectors, or the released uniform cube",
        choices=("unit", "released"),
        advanced=True,
    )
