"""What MoCo and its like share: the queue of keys, as a job asks for it."""

from __future__ import annotations

from backend.contract.systems.key_queue import KeyQueueTrainJob
from backend.data.dataset import DatasetInformation
from backend.hooks.queue import Queue
from backend.runtime.errors import RequestError


def queue_of(
    job: KeyQueueTrainJob,
    information: DatasetInformation,
    *,
    start: str,
    kept: str = "keys",
    seed: int = 0,
) -> Queue:
    """The queue, started and fed as `Queue` says; RequestError where it is shorter than a batch.

    `seed` is added to the job's."""
    size = job.queue_size or information.splits["train"]
    if size < job.batch_size:
        raise RequestError(
            f"--queue-size {size} is less than --batch-size {job.batch_size}",
            "a queue holds at least one batch of keys: make it several times as long",
        )
    return Queue(size, job.embedding_dimension, start=start, seed=job.seed + seed, kept=kept)
