"""Speed: images a second, and how much of the device's arithmetic the model uses."""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Iterator

import torch
from torch.utils.flop_counter import FlopCounterMode

from backend.methods.recipe import Recipe

COUNTED_SAMPLES = 8


def flops_per_sample(recipe: Recipe, bands: int, tile_size_px: int, device: torch.device) -> float:
    """Floating-point operations of one sample's forward and backward pass.

    Counted by torch on a copy of the recipe, in convolutions and matrix products; an addition and
    a multiplication are two.
    """
    recipe = copy.deepcopy(recipe)
    shape = (COUNTED_SAMPLES, bands, tile_size_px, tile_size_px)
    tiles = [torch.zeros(shape, device=device) for _ in recipe.relations]
    # Chip 0 is there in every dataset, however small.
    chips = torch.zeros(COUNTED_SAMPLES, dtype=torch.long, device=device)
    more = {}
    if recipe.asks_for_valid:
        more["valid"] = [torch.ones_like(tile, dtype=torch.bool) for tile in tiles]
    with FlopCounterMode(display=False) as counter:
        recipe(tiles, chips, torch.Generator(device), **more).loss.backward()
    return counter.get_total_flops() / COUNTED_SAMPLES


def measured_peak(device: torch.device, dtype: torch.dtype, seconds: float = 0.1) -> float:
    """Floating-point operations a second that this device reaches in a large matrix product."""
    size = 8192 if device.type == "cuda" else 1024
    left = torch.ones(size, size, device=device, dtype=dtype)
    best, until = 0.0, time.monotonic() + seconds
    while True:
        began = time.monotonic()
        left @ left
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        best = max(best, 2 * size**3 / (time.monotonic() - began))
        if time.monotonic() > until:
            return best


class Speed:
    """Counts images over the seconds of training, those under `paused` left out."""

    def __init__(self, flops_per_image: float, peak: float) -> None:
        self._flops_per_image, self._peak = flops_per_image, peak
        self._began = self._lap_began = time.monotonic()
        self.images = self._lap_images = 0

    def count(self, images: int) -> None:
        """Add the images of one step."""
        self.images += images
        self._lap_images += images

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out the time of the block."""
        before = time.monotonic()
        try:
            yield
        finally:
            away = time.monotonic() - before
            self._began += away
            self._lap_began += away

    def lap(self) -> dict[str, float]:
        """The timing columns of a logged step; the rate is since the last lap."""
        now = time.monotonic()
        rate = self._lap_images / max(now - self._lap_began, 1e-9)
        self._lap_began, self._lap_images = now, 0
        return dict(
            images_per_second=rate,
            model_flop_utilisation=rate * self._flops_per_image / self._peak,
            seconds=now - self._began,
        )

    def summary(self) -> str:
        """One sentence on all steps so far."""
        seconds = max(time.monotonic() - self._began, 1e-9)
        rate = self.images / seconds
        return (
            f"{self.images} images in {seconds:.1f} s: {rate:.0f} images/s; model FLOP "
            f"utilisation {rate * self._flops_per_image / self._peak:.1%} of the "
            f"{self._peak / 1e12:.3g} TFLOP/s measured here in a matrix product"
        )


def measure_speed(
    recipe: Recipe,
    bands: int,
    tile_size_px: int,
    device: torch.device,
    precision: str,
    devices: int = 1,
) -> Speed:
    """A `Speed` for this recipe on so many devices like this one, counting from now."""
    flops = flops_per_sample(recipe, bands, tile_size_px, device)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    return Speed(flops / len(recipe.relations), devices * measured_peak(device, dtype))
