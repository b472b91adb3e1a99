"""What learns: the recipe and its optimiser on a device, one step at a time, and its state."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from backend.contract.jobs import TrainJob
from backend.contract.methods import find_method
from backend.contract.training_plan import Plan
from backend.data.dataset import TileDataset
from backend.data.relations import step_seed
from backend.hooks.stages import run_hooks
from backend.methods.recipe import Outcome, make_recipe
from backend.networks.rows import share_out
from backend.runtime.device import to_device
from backend.runtime.parts import part
from backend.views.normalisation import offset_and_scale
from backend.views.normalise import Normalise

from .batches import Batch
from .checkpoints import random_states, restore_random_states
from .collapse import spread
from .compilation import compile_networks
from .optimisers import make_optimiser
from .processes import Processes
from .schedule import learning_rate


class Learner:
    """`take_step` is the whole of training; everything else brings it there and back."""

    def __init__(
        self,
        job: TrainJob,
        dataset: TileDataset,
        plan: Plan,
        device: torch.device,
        processes: Processes = Processes(),  # noqa: B008 (it is frozen)
    ) -> None:
        information = dataset.information
        random.seed(job.seed)
        np.random.seed(job.seed % 2**32)
        torch.manual_seed(job.seed)
        self._fabric = Fabric(
            accelerator=device.type,
            devices=[device.index or 0] if device.type == "cuda" else 1,
            precision="bf16-mixed" if job.precision == "bf16" else "32-true",
        )
        self.job, self.plan, self.device = job, plan, self._fabric.device
        self.offset, self.scale = offset_and_scale(job.normalisation, information)
        self.normalise = Normalise(self.offset, self.scale, information.nodata).to(self.device)
        self.recipe = make_recipe(find_method(job.method).recipe, job, dataset)
        self.recipe.to(memory_format=torch.channels_last).train()
        self._processes = processes
        if processes.count > 1:
            share_out(self.recipe)
        compile_networks(self.recipe, job.compile, self.device)
        self._network, self._optimiser = self._fabric.setup(
            self.recipe, make_optimiser(job, self.recipe)
        )
        self._generator = torch.Generator(self.device)
        self._finite = torch.ones((), dtype=torch.bool, device=self.device)

    def take_step(self, batch: Batch) -> tuple[Outcome, Tensor]:
        """One step of the optimiser and of the hooks; gives the outcome and the gradient's norm."""
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(self.job, self.plan, batch.step)
        self._generator.manual_seed(step_seed(seed=self.job.seed, step=batch.step))

        if self.job.compile == "cuda-graphs":
            torch.compiler.cudagraph_mark_step_begin()
        with part("input"):
            pixels = [to_device(view, self.device) for view in batch.tiles]
        tiles = [self.input_of(view) for view in pixels]
        more = {}
        if self.recipe.asks_for_valid:
            more["valid"] = [~self.normalise.no_data(view) for view in pixels]
        # Not by Fabric's wrapper, which under bf16 rounds the tiles before the views see them.
        with part("forward"), self._fabric.autocast():
            outcome = self.recipe(
                tiles, to_device(batch.chips, self.device), self._generator, **more
            )
        with part("backward"):
            self._optimiser.zero_grad(set_to_none=True)
            self._fabric.backward(outcome.loss)
            self._processes.average_gradients(self.recipe.parameters())
        with part("optimiser"):
            norm = self._fabric.clip_gradients(
                self._network,
                self._optimiser,
                max_norm=self.job.gradient_clip or math.inf,
                error_if_nonfinite=False,
            )
            self._optimiser.step()
        with part("hooks"):
            run_hooks(self.recipe.hooks, outcome.kept)
        self._finite &= torch.isfinite(outcome.loss.detach() + norm)
        return outcome, norm

    def input_of(self, pixels: Tensor) -> Tensor:
        """Network input of pixel values (B, bands, T, T) on the device."""
        with part("views"):
            return self.normalise(pixels)

    def is_finite(self) -> bool:
        """False once a loss or a gradient was NaN or infinite. Waits for the device."""
        return bool(self._finite)

    def values(self, batch: Batch, outcome: Outcome, norm: Tensor) -> dict[str, float]:
        """The numbers to log of a step, by column."""
        return dict(
            epoch=self.plan.epoch(batch.step),
            loss=float(outcome.loss.detach()),
            learning_rate=learning_rate(self.job, self.plan, batch.step),
            gradient_norm=float(norm),
            spread=float(spread(outcome.embedding)),
            **{name: float(value) for name, value in outcome.measures.items()},
        )

    def columns(self) -> list[str]:
        """The columns that `values` may fill, in order, and that of the online kNN."""
        common = ["epoch", "loss", "learning_rate", "gradient_norm", "spread"]
        return [*common, *self.recipe.measures, "knn_accuracy"]

    def state(self) -> dict[str, Any]:
        """All that training changes: tensors and plain values. The schedule is the step's alone."""
        return dict(
            recipe=self.recipe.state_dict(),
            optimiser=self._optimiser.state_dict(),
            random=random_states(),
        )

    def load_state(self, state: dict[str, Any]) -> None:
        """Go back to a state; KeyError, ValueError or RuntimeError where it does not fit."""
        self.recipe.load_state_dict(state["recipe"])
        self._optimiser.load_state_dict(state["optimiser"])
        restore_random_states(state["random"])
