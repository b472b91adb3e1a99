"""LARS by a loop in float64, and the warm-up in epochs."""

from __future__ import annotations

import pytest
import torch

from backend.contract.methods import make_train_job
from backend.contract.training_plan import make_plan
from backend.training.lars import Lars
from backend.training.optimisers import make_optimiser
from backend.training.schedule import learning_rate


def test_steps_equal_the_formula() -> None:
    generator = torch.Generator().manual_seed(0)
    matrix, bias = (
        torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()
        for shape in ((3, 4), (4,))
    )
    optimiser = Lars([matrix, bias], lr=0.3, weight_decay=0.1)
    expected = [matrix.detach().clone(), bias.detach().clone()]
    velocities = [torch.zeros(3, 4).double(), torch.zeros(4).double()]
    for _ in range(3):
        gradients = [torch.randn(w.shape, generator=generator).double() for w in expected]
        matrix.grad, bias.grad = (g.clone() for g in gradients)
        optimiser.step()
        update = gradients[0] + 0.1 * expected[0]
        update = update * 0.001 * expected[0].norm() / update.norm()
        for number, change in enumerate((update, gradients[1])):
            velocities[number] = 0.9 * velocities[number] + change
            expected[number] = expected[number] - 0.3 * velocities[number]
        assert torch.allclose(matrix, expected[0], atol=1e-12)
        assert torch.allclose(bias, expected[1], atol=1e-12)


def test_zero_weights_and_zero_gradients_stay_finite() -> None:
    weights = torch.zeros(2, 2, requires_grad=True)
    optimiser = Lars([weights], lr=1.0)
    weights.grad = torch.ones(2, 2)
    optimiser.step()
    assert torch.equal(weights, -torch.ones(2, 2))
    weights.grad = torch.zeros(2, 2)
    optimiser.step()
    assert torch.isfinite(weights).all()


def test_a_job_may_ask_for_it_and_its_state_is_kept() -> None:
    network = torch.nn.Linear(3, 2)
    job = make_train_job(
        dict(method="simclr", dataset="a", output="b", optimiser="lars", learning_rate=0.5)
    )
    optimiser = make_optimiser(job, network)
    network(torch.ones(1, 3)).sum().backward()
    optimiser.step()
    again = make_optimiser(job, network)
    again.load_state_dict(optimiser.state_dict())
    for parameter in network.parameters():
        assert torch.equal(
            again.state[parameter]["velocity"], optimiser.state[parameter]["velocity"]
        )


@pytest.mark.parametrize(("step", "share"), [(0, 1 / 20), (19, 1.0), (20, 1.0)])
def test_warm_up_may_be_given_in_epochs(step: int, share: float) -> None:
    job = make_train_job(
        dict(
            method="simclr", dataset="a", output="b", epochs=10, batch_size=10, warmup_epochs=2,
            schedule="constant", learning_rate=0.4,
        )
    )  # fmt: skip
    plan = make_plan(job, 100)
    assert learning_rate(job, plan, step) == pytest.approx(0.4 * share)
