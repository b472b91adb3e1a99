"""The job that pretrains an encoder: what every method shares. Methods add theirs in ../systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting

# What a map may teach, alone or beside any method.
MAP_TASKS = ("land-cover", "dominant-class", "position-clusters", "map-layer")


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
    architecture: str = setting(
        "choice",
        "resnet18",
        "Encoder; a transformer (vit, swin, cct) wants adamw and a learning rate of about 0.001",
        choices=(
            "resnet18",
            "resnet34",
            "resnet50",
            "vgg16-bn",
            "tilenet",
            "vit-tiny",
            "vit-small",
            "swin-tiny",
            "cct-7",
        ),
    )
    stem: str = setting(
        "choice",
        "medium",
        "First layers of a ResNet: 'small' keeps the resolution (3x3, stride 1, no pooling), for "
        "tiles under about 24 px; 'medium' halves it (3x3, stride 1, pooling), three times as "
        "fast; 'imagenet' quarters it (7x7, stride 2, pooling)",
        choices=("small", "medium", "imagenet"),
    )
    initial_weights: str = setting(
        "text",
        "random",
        "What the encoder starts from: random, imagenet, or the path of a file: a torchvision "
        "state_dict (.pth, .safetensors) or an encoder.safetensors; its first layer is fitted to "
        "the bands",
    )
    download_weights: bool = setting(
        "flag",
        False,
        "Fetch ImageNet weights that are not on this machine",
        advanced=True,
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
        "How pixel values are scaled: by each band's mean and deviation in the dataset; so that "
        "its 2nd and 98th percentiles become 0 and 1; divided by 255 or by 10,000; or by the "
        "constants that SauMoCo released for Sentinel-2, matched by band name or in its own wrong "
        "order",
        choices=(
            "dataset",
            "percentiles",
            "divide-by-255",
            "divide-by-10000",
            "saumoco-sentinel2",
            "saumoco-sentinel2-released",
        ),
        advanced=True,
    )
    optimiser: str = setting(
        "choice",
        "sgd",
        "Optimiser: SGD with momentum 0.9, Adam, Adam with decoupled weight decay, or LARS, which "
        "fits each layer's rate to its weights, for batches of thousands",
        choices=("sgd", "adam", "adamw", "lars"),
        advanced=True,
    )
    sgd_momentum: float = setting(
        "number",
        0.9,
        "Momentum of SGD",
        minimum=0.0,
        maximum=0.999,
        advanced=True,
        label="Momentum of SGD",
    )
    nesterov: bool = setting("flag", True, "Nesterov's form of SGD's momentum", advanced=True)
    adam_beta1: float = setting(
        "number",
        0.9,
        "Decay of Adam's mean gradient",
        minimum=0.0,
        maximum=0.9999,
        advanced=True,
        label="Adam's first beta",
    )
    adam_beta2: float = setting(
        "number",
        0.999,
        "Decay of Adam's mean squared gradient",
        minimum=0.0,
        maximum=0.99999,
        advanced=True,
        label="Adam's second beta",
    )
    learning_rate: float = setting("number", 0.03, "Greatest learning rate", minimum=0.0)
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
    warmup_epochs: float = setting(
        "number",
        0.0,
        "The same in passes over the training chips, where there are no warm-up steps",
        minimum=0.0,
        label="Warm-up epochs",
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
    decay_delay_epochs: int = setting(
        "integer",
        0,
        "Epochs before the first such span begins",
        minimum=0,
        advanced=True,
        label="Epochs before decays",
    )
    decay_at_epochs: List[int] = setting(
        "integers",
        [],
        "Epochs at which the step schedule falls, in place of even spans",
        minimum=1,
        advanced=True,
        label="Epochs of decays",
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
    also_learn: List[str] = setting(
        "texts",
        [],
        "What to learn from the map beside the method, by one more loss: land-cover (the share of "
        "each class), dominant-class, position-clusters (in which part of the dataset a tile "
        "lies), map-layer (mean and deviation of a raster layer)",
        choices=MAP_TASKS,
        advanced=True,
        label="Also learn from the map",
    )
    also_weight: float = setting(
        "number", 1.0, "Weight of what is learnt beside the method; 0 leaves it out", minimum=0.0,
        advanced=True, label="Weight of the map",
    )  # fmt: skip
    position_clusters: int = setting(
        "integer",
        100,
        "Parts of the dataset for position-clusters; at most a tenth of its training tiles",
        minimum=2,
        advanced=True,
    )
    map_layer: Optional[str] = setting(
        "raster",
        None,
        "Raster layer for map-layer, such as a digital elevation model",
        advanced=True,
    )
    precision: str = setting(
        "choice",
        "float32",
        "Arithmetic of the networks; losses are always float32",
        choices=("float32", "bf16"),
    )
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    residency: str = setting(
        "choice",
        "auto",
        "Where the chips are while training: on the device, in memory (read once), or on disk "
        "(only the pixels of tiles are read, ahead of the step); auto is the device where that is "
        "a GPU with room for them, else the disk. Tiles are the same from each",
        choices=("auto", "device", "memory", "disk"),
        advanced=True,
    )
    compile: str = setting(
        "choice",
        "none",
        "Have torch compile the encoders, which takes a minute or more at the start: default, or "
        "cuda-graphs, which pays for small tiles on a GPU. Losses then differ in their last digits",
        choices=("none", "default", "cuda-graphs"),
        advanced=True,
    )
    profile: bool = setting(
        "flag",
        False,
        "Write a trace of a few steps and a page on what each part of a step takes, into the run "
        "folder's profile",
        advanced=True,
    )
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
