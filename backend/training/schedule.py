"""The learning rate of a step, as a pure function of its number."""

from __future__ import annotations

import math

from backend.contract.jobs import TrainJob
from backend.contract.training_plan import Plan


def learning_rate(job: TrainJob, plan: Plan, step: int) -> float:
    """The learning rate of a step, counted from 0.

    Linear warm-up, then constant, half a cosine that would reach zero after the last step, or
    `decay_factor` once more at each of the epochs `decay_at_epochs`, or, where there are none,
    after every `decay_every_epochs` epochs, counted from epoch `decay_delay_epochs` on.
    """
    warmup = job.warmup_steps or round(job.warmup_epochs * plan.steps_per_epoch)
    if step < warmup:
        return job.learning_rate * (step + 1) / warmup
    if job.schedule == "cosine":
        progress = (step - warmup) / max(1, plan.steps - warmup)
        return job.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
    if job.schedule == "step":
        falls = _falls(job, plan.epoch(step))
        return job.learning_rate * job.decay_factor**falls
    return job.learning_rate


def _falls(job: TrainJob, epoch: int) -> int:
    """How often the step schedule has fallen by an epoch, counted from 0."""
    if job.decay_at_epochs:
        return sum(epoch >= at for at in job.decay_at_epochs)
    return max(0, epoch - job.decay_delay_epochs) // job.decay_every_epochs
