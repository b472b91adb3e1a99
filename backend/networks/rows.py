"""A batch's rows shared out among processes: each computes its part, and all get the whole.

Every process of a training holds the same batch, the same networks and the same random numbers.
What is costly, the forward and backward pass of the backbones, each does for its own rows alone;
the outputs are gathered, and all that follows (heads, losses, queues, assignments) is computed by
every process from the whole batch. So a method need not know of it, and its loss is that of one
process. Batch normalisation within the backbones takes its statistics over the rows of all
processes.

A process's gradient of a backbone's weights comes from its own rows; it is multiplied by the number
of processes, so that the mean over the processes is the gradient of the whole batch, for these
weights as for those whose gradient every process has whole.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn.modules.batchnorm import _BatchNorm

from backend.runtime.errors import MachineError

_alone = False  # nothing is shared out
_sharing = False  # this process computes its own rows, and no others


def process_count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


@contextlib.contextmanager
def communicating() -> Iterator[None]:
    """For what the processes do together: MachineError where one of them is there no more.

    torch has no class of error for that which all its ways of communicating share.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        said = str(error).splitlines()[0]
        raise MachineError(
            f"another process of this training has ended or is out of reach: {said}",
            "see what it said; the same command with --resume goes on from the last checkpoint",
        ) from error


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """For the block, each process computes all rows that it is given."""
    global _alone
    before, _alone = _alone, True
    try:
        yield
    finally:
        _alone = before


@contextlib.contextmanager
def _own_rows() -> Iterator[None]:
    global _sharing
    _sharing = True
    try:
        yield
    finally:
        _sharing = False


def by_rows(batches: int = 1) -> Callable[[Callable], Callable]:
    """For a function of a network, `batches` tensors of as many rows, and what is alike for all.

    The function must treat each row by itself, batch normalisation apart, and give a tensor of as
    many rows, or a list of such. Batches with less than a row for each process are not shared out.
    """

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def shared(network: nn.Module, *given: Tensor) -> Tensor | list[Tensor]:
            count, rows = process_count(), len(given[0])
            if count == 1 or _alone or _sharing or rows < count:
                return function(network, *given)
            rank = dist.get_rank()
            own = [tensor.tensor_split(count)[rank] for tensor in given[:batches]]
            with _own_rows(), _own_random_numbers(network, rank):
                outputs = function(network, *own, *given[batches:])
            if isinstance(outputs, Tensor):
                return _Gather.apply(outputs, rows)
            return [_Gather.apply(output, rows) for output in outputs]

        return shared

    return decorate


@contextlib.contextmanager
def _own_random_numbers(network: nn.Module, rank: int) -> Iterator[None]:
    """For the block, torch's own generator gives each process other numbers.

    Dropout must differ between rows; after the block all processes are at one state again. Where a
    network draws nothing, the generator is left alone.
    """
    if not any(_draws(module) for module in network.modules()):
        yield
        return
    seed = int(torch.randint(2**62, ()))
    # The GPU of this process alone: to ask the others would take memory of each.
    gpus = [torch.cuda.current_device()] if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed + rank)
        yield


def _draws(module: nn.Module) -> bool:
    """Whether a module draws random numbers: dropout, or stochastic depth."""
    return module.training and getattr(module, "p", 0) > 0


class _Gather(Function):
    """The rows of all processes, in order. Backward: this process's rows, times the processes."""

    @staticmethod
    def forward(ctx, own: Tensor, rows: int) -> Tensor:
        count, rank = dist.get_world_size(), dist.get_rank()
        sizes = [len(part) for part in torch.empty(rows, 0).tensor_split(count)]
        ctx.first, ctx.last, ctx.count = sum(sizes[:rank]), sum(sizes[: rank + 1]), count
        # All send as many rows: the first processes have one more than the last where it does not
        # divide.
        padded = own.new_zeros((sizes[0], *own.shape[1:]))
        padded[: len(own)] = own
        parts = [torch.empty_like(padded) for _ in range(count)]
        with communicating():
            dist.all_gather(parts, padded)
        return torch.cat([part[:size] for part, size in zip(parts, sizes, strict=True)])

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient[ctx.first : ctx.last] * ctx.count, None


class _Sum(Function):
    """The sum of a tensor over all processes, and of its gradients."""

    @staticmethod
    def forward(ctx, own: Tensor) -> Tensor:
        total = own.clone()
        with communicating():
            dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        with communicating():
            dist.all_reduce(total)
        return total


class GlobalBatchNorm(_BatchNorm):
    """Batch normalisation whose statistics are those of the rows of all processes, in float32.

    As `torch.nn.SyncBatchNorm`, which the CPU lacks, and only where rows are shared out.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of dimensions from two on."""

    def forward(self, input: Tensor) -> Tensor:
        if not (_sharing and self.training):
            return super().forward(input)
        values = input.float()
        axes = [0, *range(2, input.dim())]
        shape = [1, -1, *[1] * (input.dim() - 2)]
        own = torch.full((1,), values.numel() / values.shape[1], device=values.device)
        totals = _Sum.apply(torch.cat([values.sum(axes), own]))
        count, mean = totals[-1].detach(), totals[:-1] / totals[-1].detach()
        centred = values - mean.view(shape)
        variance = _Sum.apply(centred.square().sum(axes)) / count
        if self.track_running_stats:
            self._follow(mean.detach(), variance.detach() * count / (count - 1))
        normal = centred * (variance + self.eps).rsqrt().view(shape)
        if self.affine:
            normal = normal * self.weight.view(shape) + self.bias.view(shape)
        return normal.to(input.dtype)

    @torch.no_grad()
    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics, as torch's does."""
        self.num_batches_tracked += 1
        share = self.momentum
        if share is None:
            share = 1.0 / float(self.num_batches_tracked)
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


@functools.cache
def _sharing_class(kind: type) -> type:
    """A class of backbones like `kind` whose forward passes are shared out by rows.

    A class, and not a method of one object: copies of a network share out as well.
    """
    methods = {name: by_rows()(getattr(kind, name)) for name in ("forward", "stages")}
    return type(kind.__name__, (kind,), methods)


def share_out(recipe: nn.Module) -> None:
    """Let the backbones of a recipe be computed by rows. It changes them in place."""
    for module in list(recipe.modules()):
        # Of backbones side by side, each is shared out.
        if hasattr(module, "stage_channels") and not hasattr(module, "part_dimension"):
            for part in module.modules():
                if isinstance(part, _BatchNorm):
                    part.__class__ = GlobalBatchNorm
            module.__class__ = _sharing_class(type(module))
