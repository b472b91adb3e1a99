"""The first three principal components of an embedding map as colour."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from .statistics import Moments

PERCENTILES = (2.0, 98.0)


@dataclass(frozen=True)
class PrincipalComponents:
    """A projection (D) -> (3), and the range of each component that spans the colours.

    `mean` (D,), `components` (3, D) in rows of length 1 (zeros where D < 3), `explained` the share
    of the variance that each explains, `low` and `high` (3,) the values shown darkest and
    brightest.
    """

    mean: np.ndarray
    components: np.ndarray
    explained: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, moments: Moments, sample: np.ndarray) -> PrincipalComponents:
        """Exact components of all vectors; the range is the percentiles 2 and 98 of a sample.

        A component's sign is that which makes its greatest element positive, so that the same
        vectors always give the same colours.
        """
        values, columns = np.linalg.eigh(moments.covariance)
        components = np.zeros((3, len(values)))
        explained = np.zeros(3)
        found = min(3, len(values))
        components[:found] = columns.T[::-1][:found]
        explained[:found] = values[::-1][:found] / max(values.sum(), np.finfo(float).tiny)
        greatest = np.abs(components).argmax(axis=1)
        signs = np.where(components[np.arange(3), greatest] < 0, -1.0, 1.0)
        components *= signs[:, None]
        low, high = np.percentile((sample - moments.mean) @ components.T, PERCENTILES, axis=0)
        return cls(moments.mean, components, explained, low, high)

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """The components (n, 3) of vectors (n, D)."""
        return (vectors - self.mean) @ self.components.T

    def colours(self, vectors: np.ndarray) -> np.ndarray:
        """uint8 (n, 3) in 1..255 of vectors (n, D); 0 is left for no data."""
        width = np.where(self.high > self.low, self.high - self.low, 1.0)
        # A component that does not vary is shown mid-grey.
        middle = np.where(self.high > self.low, 0.0, 0.5)
        share = (self.project(vectors) - self.low) / width + middle
        return (1 + np.rint(254 * share.clip(0, 1))).astype(np.uint8)

    def to_tags(self) -> dict[str, str]:
        """Tags of a picture from which its projection can be made again."""
        return {
            "pca_mean": json.dumps(self.mean.tolist()),
            "pca_components": json.dumps(self.components.tolist()),
            "pca_explained": json.dumps(self.explained.tolist()),
            "pca_low": json.dumps(self.low.tolist()),
            "pca_high": json.dumps(self.high.tolist()),
        }

    @classmethod
    def from_tags(cls, tags: dict[str, str]) -> PrincipalComponents:
        """The inverse of `to_tags`; KeyError where a tag is missing."""
        names = ("mean", "components", "explained", "low", "high")
        return cls(*(np.array(json.loads(tags[f"pca_{name}"])) for name in names))
