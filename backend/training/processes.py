"""Processes that train together, started by torchrun: joined, kept in step, and parted."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn

from backend.contract.jobs import TrainJob
from backend.networks.rows import communicating
from backend.runtime.device import choose_device
from backend.runtime.errors import RequestError


@dataclass(frozen=True)
class Processes:
    """This process among those of the training; of one alone, rank 0 of 1."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and tells."""
        return self.rank == 0

    def any(self, here: bool) -> bool:
        """Whether it is so in any process; all get the same answer."""
        if self.count == 1:
            return here
        # On the CPU, so that no GPU is waited for.
        flag = torch.tensor([int(here)])
        with communicating():
            dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag)

    def agree(self, number: int) -> bool:
        """Whether all processes have the same number."""
        if self.count == 1:
            return True
        both = torch.tensor([number, -number])
        with communicating():
            dist.all_reduce(both, dist.ReduceOp.MAX)
        return bool(both[0] == -both[1])

    def wait(self) -> None:
        """Return once all processes are here."""
        self.any(False)

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every process the mean of all processes' gradients."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        # In the order of the parameters: that of a set may differ between processes.
        for dtype in dict.fromkeys(gradient.dtype for gradient in gradients):
            alike = [gradient for gradient in gradients if gradient.dtype == dtype]
            flat = torch.cat([gradient.flatten() for gradient in alike])
            with communicating():
                dist.all_reduce(flat)
            flat /= self.count
            parts = flat.split([gradient.numel() for gradient in alike])
            torch._foreach_copy_(
                alike, [p.view(g.shape) for p, g in zip(parts, alike, strict=True)]
            )


def own_device(job: TrainJob) -> torch.device:
    """The device of this process: under torchrun, the GPU of its place on the machine."""
    place, count = int(os.environ.get("LOCAL_RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    device = choose_device(job.device)
    if count == 1 or device.type == "cpu":
        return device
    if ":" in job.device:
        raise RequestError(
            f"--device {job.device} names one GPU for {count} processes",
            "give --device cuda: each process takes the GPU of its place on its machine",
        )
    return choose_device(f"cuda:{place}")


@contextlib.contextmanager
def joined(job: TrainJob, device: torch.device) -> Iterator[Processes]:
    """Join the processes that torchrun has started, for the length of the block.

    RequestError for what cannot be done together; MachineError where the others do not come.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    if job.compile != "none":
        raise RequestError(
            f"--compile {job.compile} is for one process, and torchrun has started {count}",
            "leave out --compile",
        )
    if device.type == "cuda":
        torch.cuda.set_device(device)
    with communicating():
        dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(dist.get_rank(), count)
    finally:
        dist.destroy_process_group()
