"""How many samples, steps and epochs a training has, as pure functions of its job."""

from __future__ import annotations

from dataclasses import dataclass

from .jobs import TrainJob


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
