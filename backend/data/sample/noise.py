"""Smooth random fields without edges: any window of them comes out the same however it is cut.

Random numbers are hashes of lattice coordinates, so a field needs no memory of its own and a strip
of the scene can be drawn without its neighbours.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

# Mean over positions of the summed squares of the cubic B-spline's weights is 151/315 along one
# axis; along both, the field's standard deviation is that times the lattice's.
_SMOOTHING = 151 / 315
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_STEP = np.uint64(0x9E3779B97F4A7C15)


def _mixed(bits: np.ndarray) -> np.ndarray:
    """The finaliser of the SplitMix64 generator (Steele et al. 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX[0]
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX[1]
    return bits ^ (bits >> np.uint64(31))


def hashed(seed: int, name: str, *keys: np.ndarray | int) -> np.ndarray:
    """Uniform random numbers in [0, 1), float32, one for each combination of integer `keys`.

    `name` tells apart the uses of one seed; keys broadcast against each other.
    """
    with np.errstate(over="ignore"):
        bits = _mixed(np.asarray((seed << 32) ^ zlib.crc32(name.encode()), np.uint64))
        for key in keys:
            bits = _mixed((bits ^ np.asarray(key).astype(np.int64).astype(np.uint64)) + _STEP)
    return (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)


def spline_weights(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First lattice index (N,) and the four weights (4, N) of the cubic B-spline at `positions`."""
    first = np.floor(positions).astype(np.int64)
    t = (positions - first).astype(np.float32)
    t2, t3 = t**2, t**3
    weights = np.stack([(1 - t) ** 3, 3 * t3 - 6 * t2 + 4, 1 + 3 * (t + t2 - t3), t3])
    return first - 1, weights / np.float32(6)


def upsampled(
    lattice: np.ndarray, rows: np.ndarray, columns: np.ndarray, *, first: tuple[int, int] = (0, 0)
) -> np.ndarray:
    """Cubic B-spline over `lattice` at fractional `rows` × `columns`, float32.

    `first` is the row and column of element [0, 0]. Beyond its edge the lattice continues as its
    edge does.
    """
    lattice = lattice.astype(np.float32, copy=False)
    index, weights = spline_weights(np.asarray(rows, np.float64))
    index = np.clip(index - first[0] + np.arange(4)[:, None], 0, lattice.shape[0] - 1)
    along = sum(weights[k][:, None] * lattice[index[k]] for k in range(4))
    index, weights = spline_weights(np.asarray(columns, np.float64))
    index = np.clip(index - first[1] + np.arange(4)[:, None], 0, lattice.shape[1] - 1)
    return sum(along[:, index[k]] * weights[k] for k in range(4))


def smooth_noise(
    seed: int, name: str, y: np.ndarray, x: np.ndarray, wavelength_m: float
) -> np.ndarray:
    """A smooth field of mean 0 and standard deviation 1 at the rows `y` and columns `x` (metres).

    `wavelength_m` is the lattice's spacing; features are about twice as wide.
    """
    rows, columns = np.asarray(y) / wavelength_m, np.asarray(x) / wavelength_m
    top, left = int(np.floor(rows.min())) - 1, int(np.floor(columns.min())) - 1
    bottom, right = int(np.floor(rows.max())) + 3, int(np.floor(columns.max())) + 3
    lattice = hashed(seed, name, np.arange(top, bottom)[:, None], np.arange(left, right)[None, :])
    lattice = (lattice - np.float32(0.5)) * np.float32(np.sqrt(12) / _SMOOTHING)
    return upsampled(lattice, rows, columns, first=(top, left))


def fractal_noise(
    seed: int,
    name: str,
    y: np.ndarray,
    x: np.ndarray,
    wavelength_m: float,
    *,
    octaves: int,
    persistence: float = 0.5,
) -> np.ndarray:
    """Sum of `octaves` noises, each of half the wavelength and `persistence` times the height.

    Scaled to a standard deviation of 1.
    """
    total, power = 0, 0.0
    for octave in range(octaves):
        height = persistence**octave
        total = total + np.float32(height) * smooth_noise(
            seed, f"{name} {octave}", y, x, wavelength_m / 2**octave
        )
        power += height**2
    return total / np.float32(np.sqrt(power))


@dataclass(frozen=True)
class Window:
    """Evenly spaced rows `y` × columns `x`, in metres, to draw the noises of one seed on."""

    seed: int
    y: np.ndarray
    x: np.ndarray

    def smooth(self, name: str, wavelength_m: float) -> np.ndarray:
        """`smooth_noise` on the window."""
        return smooth_noise(self.seed, name, self.y, self.x, wavelength_m)

    def fractal(
        self, name: str, wavelength_m: float, *, octaves: int, persistence: float = 0.5
    ) -> np.ndarray:
        """`fractal_noise` on the window."""
        return fractal_noise(
            self.seed,
            name,
            self.y,
            self.x,
            wavelength_m,
            octaves=octaves,
            persistence=persistence,
        )

    def hashed(self, name: str, *keys: np.ndarray | int) -> np.ndarray:
        """`hashed` with the window's seed."""
        return hashed(self.seed, name, *keys)
