"""Logistic regression over any number of classes, on a device: a linear probe in a few steps.

Minimises, as scikit-learn does with the same C, for n features x_i and classes y_i

    1/n Σ_i −log softmax(x_i W + b)_{y_i} + |W|² / (2 C n)

by L-BFGS (Liu and Nocedal 1989) whose first guess of the inverse Hessian is that of the feature's
second moments: (XᵀX / (n k) + I / (C n))⁻¹ for k classes (after Böhning 1992). Features that go
together then cost no more steps than features that do not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
import torch

MEMORY = 10
MOST_STEPS = 300
# The greatest entry of the gradient at which the fit is done.
TOLERANCE = 1e-4


class Standardised:
    """Features (n, D) less their means and over their deviations, and the like of others."""

    def __init__(self, features: np.ndarray, device: torch.device | str) -> None:
        self._device = device
        values = self._on_device(features)
        self._mean = values.mean(dim=0, dtype=torch.float64)
        centred = values - self._mean.to(values.dtype)
        deviation = centred.square().mean(dim=0, dtype=torch.float64).sqrt()
        # A feature that is the same for all says nothing, and stays as it is.
        flat = deviation <= 10 * torch.finfo(values.dtype).eps * self._mean.abs()
        self._deviation = torch.where(flat, 1.0, deviation)
        self.values = self._with_one(centred.div_(self._deviation.to(values.dtype)))

    def _on_device(self, features: np.ndarray) -> torch.Tensor:
        floats = features if features.dtype == np.float64 else np.asarray(features, np.float32)
        return torch.from_numpy(np.ascontiguousarray(floats)).to(self._device)

    def _with_one(self, values: torch.Tensor) -> torch.Tensor:
        """With a column of ones, whose weight is b."""
        return torch.cat([values, values.new_ones(len(values), 1)], dim=1)

    def like(self, features: np.ndarray) -> torch.Tensor:
        """Other features (m, D) by the same means and deviations, with ones: (m, D + 1)."""
        values = self._on_device(features)
        values = (values - self._mean.to(values.dtype)) / self._deviation.to(values.dtype)
        return self._with_one(values)


class SoftmaxRegression:
    """Fits to features (n, D) and labels (n,), for one C after the other.

    Each fit starts from the last: a path from strong to weak regularisation takes few steps.
    """

    def __init__(
        self, features: np.ndarray, labels: np.ndarray, *, device: torch.device | str = "cpu"
    ) -> None:
        self._scale = Standardised(features, device)
        self._values = self._scale.values
        self._classes, places = np.unique(labels, return_inverse=True)
        self._labels = torch.from_numpy(places.reshape(-1, 1)).to(device)
        self._minus = -self._values.new_ones(len(places), 1)
        count, width = self._values.shape
        moments = (self._values.T @ self._values).double() / count
        self._moments = moments / len(self._classes)
        self._penalised = torch.ones(width, dtype=torch.float64, device=device)
        self._penalised[-1] = 0.0
        self.weights = torch.zeros(len(self._classes), width, dtype=torch.float64, device=device)
        self.steps = 0

    def fit(self, regularisation: float) -> SoftmaxRegression:
        """Fit with C = `regularisation`, from where the last fit ended."""
        count, classes = len(self._values), len(self._classes)
        # Two classes: scikit-learn penalises one vector w of log-odds, here there are ±w/2.
        strength = (2 if classes == 2 else 1) / (regularisation * count)
        penalty = strength * self._penalised
        factor = torch.linalg.cholesky(self._moments + torch.diag(penalty + 1e-9))

        def loss_of(weights: torch.Tensor) -> tuple[float, torch.Tensor]:
            logits = torch.nn.functional.linear(self._values, weights.to(self._values.dtype))
            logarithms = logits.log_softmax(dim=1)
            loss = -logarithms.gather(1, self._labels).mean(dtype=torch.float64)
            error = logarithms.exp_().scatter_add_(1, self._labels, self._minus)
            # Errors are turned, and not the features: they are fewer.
            gradient = (error.T @ self._values).double() / count + penalty * weights
            return float(loss + 0.5 * (penalty * weights.square()).sum()), gradient

        self.weights, self.steps = _minimise(
            loss_of, self.weights, lambda gradient: torch.cholesky_solve(gradient.T, factor).T
        )
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The class of each of `features` (m, D)."""
        values = self._scale.like(features)
        chosen = (values @ self.weights.to(values.dtype).T).argmax(dim=1)
        return self._classes[chosen.cpu().numpy()]


def _minimise(loss_of, weights: torch.Tensor, solve) -> tuple[torch.Tensor, int]:
    """L-BFGS from `weights`, with `solve` as the first guess of the inverse Hessian."""
    pairs: deque[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = deque(maxlen=MEMORY)
    loss, gradient = loss_of(weights)
    for step in range(MOST_STEPS):
        if float(gradient.abs().max()) <= TOLERANCE:
            return weights, step
        direction = -_product(pairs, gradient, solve)
        slope = float((direction * gradient).sum())
        size = 1.0
        while True:
            moved = weights + size * direction
            new_loss, new_gradient = loss_of(moved)
            if new_loss <= loss + 1e-4 * size * slope:
                break
            size /= 2
            if size < 1e-6:
                # Nothing lower that these numbers can tell: this is the minimum.
                return weights, step
        difference, bend = moved - weights, new_gradient - gradient
        if float((difference * bend).sum()) > 0:
            pairs.append((difference, bend, 1 / (difference * bend).sum()))
        weights, loss, gradient = moved, new_loss, new_gradient
    return weights, MOST_STEPS


def _product(
    pairs: Sequence[tuple[torch.Tensor, torch.Tensor, torch.Tensor]],
    gradient: torch.Tensor,
    solve,
) -> torch.Tensor:
    """The inverse Hessian that the last steps tell, times the gradient (two-loop recursion)."""
    result, shares = gradient, []
    for difference, bend, inverse in reversed(pairs):
        shares.append(inverse * (difference * result).sum())
        result = result - shares[-1] * bend
    result = solve(result)
    if pairs:
        difference, bend, inverse = pairs[-1]
        result = result / (inverse * (bend * solve(bend)).sum())
    for (difference, bend, inverse), share in zip(pairs, reversed(shares), strict=True):
        result = result + (share - inverse * (bend * result).sum()) * difference
    return result
