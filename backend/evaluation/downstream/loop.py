"""Fine-tuning a network on labelled tiles, and what it then says of others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.contract.jobs import FineTuneJob
from backend.data.scenes import valid_pixels
from backend.networks.encoder_file import EncoderInformation
from backend.runtime.errors import RequestError
from backend.views.dihedral import turn
from backend.views.normalise import Normalise

from ..features import batches
from ..labelled import LabelledTiles
from ..measures import confusion_matrix
from .label_rasters import IGNORE
from .task import Task


class Inputs:
    """Tiles as the network takes them: the encoder's bands, normalised as the encoder's were."""

    def __init__(
        self,
        tiles: LabelledTiles,
        information: EncoderInformation,
        bands: list[int],
        device: torch.device,
    ) -> None:
        self._tiles, self._bands, self.device = tiles, bands, device
        # Where the dataset's no-data value is another than the encoder's, NaN says it as well.
        self._foreign = tiles.nodata is not None and tiles.nodata != information.nodata
        self._normalise = Normalise(information.offset, information.scale, information.nodata).to(
            device
        )

    def __call__(self, positions: np.ndarray) -> Tensor:
        """The tiles at some positions, float32 (n, bands, T, T) on the device."""
        pixels = self._tiles.read(positions)[:, self._bands]
        if self._foreign:
            valid = valid_pixels(pixels, self._tiles.nodata)
            pixels = np.where(valid, pixels.astype(np.float32), np.float32(np.nan))
        return self._normalise(torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device))


def batch_positions(
    positions: np.ndarray, size: int, steps: int, *, seed: int
) -> Iterator[np.ndarray]:
    """`steps` batches of at most `size` positions, from one shuffled pass over all after another.

    No batch is smaller than the others: one goes on from a pass's end into the next.
    """
    generator = np.random.default_rng([seed, 5])
    size = min(size, len(positions))
    waiting = positions[:0]
    for _ in range(steps):
        if len(waiting) < size:
            waiting = np.concatenate([waiting, generator.permutation(positions)])
        yield waiting[:size]
        waiting = waiting[size:]


def rate_factor(step: int, *, steps: int, warmup: int) -> float:
    """The learning rate of a step, counted from 0, as a share of the greatest.

    A linear rise over the first `warmup` steps, then half a cosine that would reach 0 after the
    last.
    """
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def turned(tiles: Tensor, truth: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Tiles (B, C, T, T) each under one of the square's eight symmetries, and so their truth.

    Truth (B,) stays as it is; truth (B, T, T) turns with its tile.
    """
    elements = torch.randint(8, (len(tiles),), generator=generator).to(tiles.device)
    if truth.dim() == 3:
        truth = turn(truth[:, None], elements)[:, 0]
    return turn(tiles, elements), truth


def fine_tune(
    network: nn.Module,
    task: Task,
    inputs: Inputs,
    positions: np.ndarray,
    job: FineTuneJob,
    *,
    seed: int,
    advance: Callable[[float], None],
) -> None:
    """Train the network on the tiles at `positions` by cross-entropy; `advance` gets each loss.

    What is drawn depends on `seed` alone, so on the CPU the same call gives the same weights to
    the bit. RequestError where the loss becomes NaN or infinite.
    """
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        parameters, lr=job.learning_rate, weight_decay=job.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: rate_factor(step, steps=job.steps, warmup=min(job.warmup_steps, job.steps)),
    )
    generator = torch.Generator().manual_seed(seed)
    devices = [inputs.device] if inputs.device.type == "cuda" else []
    network.train()
    # Dropout draws from torch's own generator.
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        for chosen in batch_positions(positions, job.batch_size, job.steps, seed=seed):
            tiles = inputs(chosen)
            truth = torch.from_numpy(task.truth[chosen].astype(np.int64)).to(inputs.device)
            if job.augment:
                tiles, truth = turned(tiles, truth, generator)
            loss = functional.cross_entropy(network(tiles).float(), truth, ignore_index=IGNORE)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            value = float(loss.detach())
            if not math.isfinite(value):
                raise RequestError(
                    "the loss became NaN or infinite",
                    f"give a --learning-rate below {job.learning_rate:g}, and look for pixel "
                    "values out of all proportion in the dataset",
                )
            advance(value)


@torch.inference_mode()
def predict(network: nn.Module, inputs: Inputs, positions: np.ndarray) -> np.ndarray:
    """The most likely class of each tile (n,) or of each pixel (n, T, T), int64."""
    network.eval()
    return network(inputs(positions)).argmax(dim=1).cpu().numpy()


def confusion_on(
    network: nn.Module, task: Task, inputs: Inputs, positions: np.ndarray, batch_size: int
) -> np.ndarray:
    """Confusion over the labels of the tiles at `positions`, true classes in rows, int64."""
    classes = len(task.tiles.classes)
    total = np.zeros((classes, classes), np.int64)
    for part in batches(len(positions), batch_size):
        chosen = positions[part]
        truth, predicted = task.truth[chosen], predict(network, inputs, chosen)
        known = truth != IGNORE
        total += confusion_matrix(truth[known].astype(np.int64), predicted[known], classes)
    return total
