"""The optimisers a job can ask for."""

from __future__ import annotations

import torch
from torch import nn

from backend.contract.jobs import TrainJob

from .lars import Lars


def make_optimiser(job: TrainJob, network: nn.Module) -> torch.optim.Optimizer:
    """An optimiser of the parameters that require a gradient; the rate is set at each step.

    Weight decay is on all of them, normalisation and biases included, as SauMoCo has it; under
    LARS those have none.
    """
    parameters = [p for p in network.parameters() if p.requires_grad]
    if job.optimiser == "lars":
        return Lars(parameters, lr=job.learning_rate, weight_decay=job.weight_decay)
    common = dict(lr=job.learning_rate, weight_decay=job.weight_decay, fused=True)
    if job.optimiser == "sgd":
        # Nesterov's form is one of momentum; torch refuses it where there is none.
        nesterov = job.nesterov and job.sgd_momentum > 0
        return torch.optim.SGD(parameters, momentum=job.sgd_momentum, nesterov=nesterov, **common)
    kind = torch.optim.Adam if job.optimiser == "adam" else torch.optim.AdamW
    return kind(parameters, betas=(job.adam_beta1, job.adam_beta2), **common)
