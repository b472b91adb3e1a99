"""Soft cross-entropy and consistency against GeoKR's check values and against loops in float64."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from backend.losses.soft_cross_entropy import CONSISTENCIES, consistency, soft_cross_entropy

RELEASED = dict(reduction="samples-and-classes")


def fixture() -> tuple[Tensor, Tensor, Tensor]:
    """Student logits, targets and teacher logits, (2, 8) float64."""
    student, targets, teacher = (torch.zeros(2, 8, dtype=torch.float64) for _ in range(3))
    student[0, 0], student[1, 1] = 2, 1
    targets[0, :2], targets[1, 2:6] = 0.5, 0.25
    teacher[0, 0], teacher[1, 7] = 1, 2
    return student.requires_grad_(), targets, teacher


def released_consistency(student: Tensor, teacher: Tensor) -> Tensor:
    return consistency(student, teacher, form="ce-student-teacher", **RELEASED)


def entropy(p: Tensor) -> float:
    return float(-(p[p > 0] * p[p > 0].log()).sum())


def test_fact_19_values_of_the_released_losses() -> None:
    student, targets, teacher = fixture()
    of_class = soft_cross_entropy(student, targets, **RELEASED)
    agreement = released_consistency(student, teacher)
    assert of_class.item() == pytest.approx(0.2462797975, abs=1e-9)
    assert agreement.item() == pytest.approx(0.2638224937, abs=1e-9)
    assert (of_class + agreement).item() == pytest.approx(0.5101022912, abs=1e-9)
    for row, (one, other) in enumerate([(1.66646792, 1.76048967), (2.27400884, 2.46067023)]):
        each = slice(row, row + 1)
        assert soft_cross_entropy(student[each], targets[each]).item() == pytest.approx(one)
        value = consistency(
            student[each], teacher[each], form="ce-student-teacher", reduction="samples"
        )
        assert value.item() == pytest.approx(other)


def test_fact_20_gradients_of_the_released_losses() -> None:
    student, targets, teacher = fixture()
    (gradient,) = torch.autograd.grad(soft_cross_entropy(student, targets, **RELEASED), student)
    expected = torch.tensor([0.00084495, -0.02690642, *[0.00434358] * 6], dtype=torch.float64)
    assert torch.allclose(gradient[0], expected, atol=1e-8)
    (gradient,) = torch.autograd.grad(released_consistency(student, teacher), student)
    expected = torch.tensor([-0.01561358, *[0.00223051] * 7], dtype=torch.float64)
    assert torch.allclose(gradient[0], expected, atol=1e-8)


def test_fact_21_divergences_differ_from_the_cross_entropies() -> None:
    student, targets, teacher = fixture()
    log_p = student.log_softmax(1).detach()
    first = sum(entropy(row) for row in targets) / 2
    divergence = soft_cross_entropy(student, targets).item() - first
    assert divergence == pytest.approx(0.9305176096, abs=1e-9)
    values = {
        form: consistency(student, teacher, form=form, reduction="samples").item()
        for form in CONSISTENCIES
    }
    assert values["kl-student-teacher"] == pytest.approx(0.2937147696, abs=1e-9)
    own = sum(entropy(row) for row in log_p.exp()) / 2
    assert values["ce-student-teacher"] == pytest.approx(values["kl-student-teacher"] + own)
    assert abs(values["ce-student-teacher"] - values["kl-student-teacher"]) > 0.1


@pytest.mark.parametrize("form", CONSISTENCIES)
def test_fact_21_each_consistency_equals_a_loop(form: str) -> None:
    generator = torch.Generator().manual_seed(3)
    student, teacher = torch.randn(2, 5, 4, generator=generator, dtype=torch.float64) * 3
    total = 0.0
    for s, t in zip(student.tolist(), teacher.tolist(), strict=True):
        p = [math.exp(x) / sum(map(math.exp, s)) for x in s]
        q = [math.exp(x) / sum(map(math.exp, t)) for x in t]
        for a, b in zip(p, q, strict=True):
            total += {
                "kl-teacher-student": b * math.log(b / a),
                "kl-student-teacher": a * math.log(a / b),
                "mse": (a - b) ** 2,
                "ce-student-teacher": -a * math.log(b),
                "none": 0.0,
            }[form]
    value = consistency(student, teacher, form=form, reduction="samples")
    assert value.item() == pytest.approx(total / 5, abs=1e-12)
    value = consistency(student, teacher, form=form, **RELEASED)
    assert value.item() == pytest.approx(total / 20, abs=1e-12)


@pytest.mark.parametrize(("classes", "value"), [(8, 0.2599301927), (10, 0.2302585093)])
def test_fact_22_a_uniform_teacher_teaches_nothing(classes: int, value: float) -> None:
    generator = torch.Generator().manual_seed(0)
    student = torch.randn(6, classes, generator=generator, dtype=torch.float64).requires_grad_()
    loss = released_consistency(student, torch.zeros(6, classes))
    assert loss.item() == pytest.approx(value, abs=1e-10)
    (gradient,) = torch.autograd.grad(loss, student)
    assert gradient.abs().max() < 1e-15


def test_fact_23_the_released_consistency_ends_in_one_class() -> None:
    _, _, teacher = fixture()
    agreed = released_consistency(teacher.requires_grad_(), teacher)
    expected = sum(entropy(row) for row in teacher.detach().softmax(1)) / 2 / 8
    assert agreed.item() == pytest.approx(expected, abs=1e-12)
    least = float((-teacher.detach().log_softmax(1)).min(dim=1).values.mean()) / 8
    one_hot = 1e3 * torch.nn.functional.one_hot(teacher.argmax(1), 8).double()
    assert released_consistency(one_hot, teacher).item() == pytest.approx(least, abs=1e-9)
    assert least < agreed.item()
    # The sound forms are least, at 0, where the two agree.
    for form in ("kl-teacher-student", "kl-student-teacher", "mse"):
        student = teacher.detach().clone().requires_grad_()
        loss = consistency(student, teacher, form=form, reduction="samples")
        (gradient,) = torch.autograd.grad(loss, student)
        assert abs(loss.item()) < 1e-15
        assert gradient.abs().max() < 1e-12
        assert consistency(one_hot, teacher, form=form, reduction="samples").item() > 0.1


@pytest.mark.parametrize("reduction", ["samples", "samples-and-classes"])
def test_fact_24_no_land_cover_no_loss(reduction: str) -> None:
    student, targets, _ = fixture()
    for weights in (None, torch.zeros(2)):
        for y in (torch.zeros_like(targets), targets) if weights is not None else (0 * targets,):
            loss = soft_cross_entropy(student, y, weights=weights, reduction=reduction)
            (gradient,) = torch.autograd.grad(loss, student)
            assert loss.item() == 0
            assert not gradient.any()


def test_fact_24_a_weightless_sample_counts_for_nothing() -> None:
    student, targets, _ = fixture()
    weights = torch.tensor([1.0, 0.0])
    alone = soft_cross_entropy(student[:1], targets[:1]).item()
    assert soft_cross_entropy(student, targets, weights=weights).item() == pytest.approx(alone)
    # As released, it makes the mean smaller.
    released = soft_cross_entropy(student, targets, weights=weights, **RELEASED).item()
    assert released == pytest.approx(alone / 2 / 8)


@pytest.mark.parametrize("form", CONSISTENCIES)
def test_fact_25_no_gradient_reaches_the_teacher(form: str) -> None:
    student, targets, teacher = fixture()
    teacher.requires_grad_()
    loss = soft_cross_entropy(student, targets)
    loss = loss + consistency(student, teacher, form=form, reduction="samples")
    of_student, of_teacher = torch.autograd.grad(loss, [student, teacher], allow_unused=True)
    assert of_teacher is None
    again = soft_cross_entropy(student, targets)
    again = again + consistency(student, teacher.detach(), form=form, reduction="samples")
    assert torch.equal(torch.autograd.grad(again, student)[0], of_student)


def test_losses_are_float32_under_autocast_and_finite_at_extremes() -> None:
    student = torch.tensor([[200.0, -200.0, 0.0]], dtype=torch.bfloat16, requires_grad=True)
    teacher, targets = -student.detach(), torch.tensor([[0.0, 1.0, 0.0]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        values = [soft_cross_entropy(student, targets)]
        values += [consistency(student, teacher, form=f, **RELEASED) for f in CONSISTENCIES]
    assert all(value.dtype == torch.float32 and value.isfinite() for value in values)
    assert values[0].item() == pytest.approx(400)


def test_unknown_forms_raise() -> None:
    student, targets, teacher = fixture()
    with pytest.raises(ValueError, match="no such consistency: cosine"):
        consistency(student, teacher, form="cosine", reduction="samples")
    with pytest.raises(ValueError, match="no such reduction: sum"):
        soft_cross_entropy(student, targets, reduction="sum")
