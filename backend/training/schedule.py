"""The learning rate and the batches of a step, as pure functions of the step's number."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend.contract.jobs import TrainJob


@dataclass(frozen=True)
class Plan:
    """How many samples, steps and epochs a run has.

    The last batch of an epoch is smaller where the batch size does not divide the samples. One
    of a single sample is left out: batch normalisation needs two.
    """

    samples: int
    batch_size: int
    steps: int

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(self.samples, self.batch_size)

    def epoch(self, step: int) -> int:
        """The epoch of a step, both counted from 0."""
        return step // self.steps_per_epoch

    def batch(self, step: int) -> slice:
        """The places, within the shuffled epoch, of a step's samples."""
        first = step % self.steps_per_epoch * self.batch_size
        return slice(first, min(first + self.batch_size, self.samples))


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Batches in one pass over `samples`."""
    whole, rest = divmod(samples, batch_size)
    return whole + (rest >= 2)


def make_plan(job: TrainJob, samples: int) -> Plan:
    """The plan of a job on a dataset of `samples` training chips."""
    steps = job.steps or job.epochs * steps_per_epoch(samples, job.batch_size)
    return Plan(samples, job.batch_size, steps)


def learning_rate(job: TrainJob, plan: Plan, step: int) -> float:
    """The learning rate of a step, counted from 0.

    Linear warm-up, then constant, half a cosine that would reach zero after the last step, or
    `decay_factor` once more at each of the epochs `decay_at_epochs`, or, where there are none,
    after every `decay_every_epochs` epochs, counted from epoch `decay_delay_epochs` on.
    """
    if step < job.warmup_steps:
        return job.learning_rate * (step + 1) / job.warmup_steps
    if job.schedule == "cosine":
        progress = (step - job.warmup_steps) / max(1, plan.steps - job.warmup_steps)
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
