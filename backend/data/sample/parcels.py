"""Parcels: blocks of ground between tracks, cut into rows of fields that lie with the terrain.

Which parcel a position lies in follows from the position alone, by hashes, at any scale: fields
of a hundred metres, house lots of twenty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import hashed, smooth_noise


@dataclass
class Blocks:
    """A jittered lattice of block centres, `spacing_m` apart, and each block's direction.

    Arrays are (rows, columns) of the lattice; `first` is the lattice index of element [0, 0].
    `angle` (radians) is the direction of the fields' long side, `length_m` and `width_m` their
    sides.
    """

    name: str
    spacing_m: float
    first: tuple[int, int]
    y: np.ndarray
    x: np.ndarray
    angle: np.ndarray
    length_m: np.ndarray
    width_m: np.ndarray


@dataclass
class Parcels:
    """The parcel at each position: arrays of the positions' shape.

    `block` is the flat index into Blocks, `parcel` a number of its own for each parcel.
    `along_m` and `across_m` are positions within the block, along and across the fields.
    `edge_m` and `block_edge_m` are distances to the parcel's and the block's edge; `border` is a
    number of its own for each pair of neighbouring blocks, that of the nearest border.
    `centre_y` and `centre_x` are the parcel's centre.
    """

    block: np.ndarray
    parcel: np.ndarray
    along_m: np.ndarray
    across_m: np.ndarray
    edge_m: np.ndarray
    block_edge_m: np.ndarray
    border: np.ndarray
    centre_y: np.ndarray
    centre_x: np.ndarray


def block_centres(
    seed: int, name: str, spacing_m: float, half_side_m: float
) -> tuple[tuple[int, int], np.ndarray, np.ndarray]:
    """First lattice index, and y and x of the block centres that cover a square about 0."""
    reach = int(np.ceil(half_side_m / spacing_m)) + 3
    index = np.arange(-reach, reach + 1)
    rows, columns = index[:, None], index[None, :]
    y = (rows + 0.5 + 0.8 * (hashed(seed, f"{name} y", rows, columns) - 0.5)) * spacing_m
    x = (columns + 0.5 + 0.8 * (hashed(seed, f"{name} x", rows, columns) - 0.5)) * spacing_m
    return (-reach, -reach), y, x


def parcels_at(
    seed: int, blocks: Blocks, y: np.ndarray, x: np.ndarray, *, bend_m: float
) -> Parcels:
    """The parcels at rows `y` × columns `x`; edges bend by about `bend_m` as old tracks do."""
    wave = 1.4 * blocks.spacing_m
    down = bend_m * smooth_noise(seed, f"{blocks.name} bend y", y, x, wave) + y[:, None]
    right = bend_m * smooth_noise(seed, f"{blocks.name} bend x", y, x, wave) + x[None, :]
    block, block_edge, border = nearest_block(blocks, down, right)
    down = down - blocks.y.astype(np.float32).ravel()[block]
    right = right - blocks.x.astype(np.float32).ravel()[block]
    angle = blocks.angle.astype(np.float32).ravel()
    cos, sin = np.cos(angle)[block], np.sin(angle)[block]
    along, across = right * cos + down * sin, down * cos - right * sin

    row, row_edge, row_middle = _cut(
        seed, f"{blocks.name} rows", along, blocks.length_m.astype(np.float32).ravel()[block], block
    )
    width = blocks.width_m.astype(np.float32).ravel()[block]
    width = width * (0.6 + 0.9 * hashed(seed, f"{blocks.name} width", block, row))
    column, column_edge, column_middle = _cut(
        seed, f"{blocks.name} columns", across, width, block * 4096 + row
    )
    centre_right = row_middle * cos - column_middle * sin
    centre_down = row_middle * sin + column_middle * cos
    return Parcels(
        block=block,
        parcel=(block * 4096 + row + 2048) * 4096 + column + 2048,
        along_m=along,
        across_m=across,
        edge_m=np.minimum(np.minimum(row_edge, column_edge), block_edge),
        block_edge_m=block_edge,
        border=border,
        centre_y=centre_down - down + y[:, None].astype(np.float32),
        centre_x=centre_right - right + x[None, :].astype(np.float32),
    )


def nearest_block(
    blocks: Blocks, down: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat index of the nearest block centre, distance to the border with the next, and its id."""
    columns = blocks.y.shape[1]
    centre_y = blocks.y.astype(np.float32).ravel()
    centre_x = blocks.x.astype(np.float32).ravel()
    row = np.floor(down / blocks.spacing_m).astype(np.int64) - blocks.first[0]
    column = np.floor(right / blocks.spacing_m).astype(np.int64) - blocks.first[1]
    own = row * columns + column
    best = np.full(down.shape, np.float32(np.inf))
    second = best.copy()
    found, other = own.copy(), own.copy()
    for step in (0, *(r * columns + c for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c)):
        index = own + step
        distance = (down - centre_y[index]) ** 2 + (right - centre_x[index]) ** 2
        nearer = distance < best
        next_best = ~nearer & (distance < second)
        second = np.where(nearer, best, np.where(next_best, distance, second))
        other = np.where(nearer, found, np.where(next_best, index, other))
        best = np.where(nearer, distance, best)
        found = np.where(nearer, index, found)
    apart = np.hypot(centre_y[found] - centre_y[other], centre_x[found] - centre_x[other])
    border = np.minimum(found, other) * blocks.y.size + np.maximum(found, other)
    return found, (second - best) / (2 * np.maximum(apart, 1)), border


def _cut(
    seed: int, name: str, position: np.ndarray, size: np.ndarray, key: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut a line into pieces of about `size`: piece number, distance to its ends, its middle."""

    def boundary(number: np.ndarray) -> np.ndarray:
        shift = np.float32(0.55) * (hashed(seed, name, key, number) - np.float32(0.5))
        return (number.astype(np.float32) + shift) * size

    number = np.floor(position / size).astype(np.int64)
    low, high = boundary(number), boundary(number + 1)
    before, after = position < low, position >= high
    # A shifted boundary moves a position by one piece at most.
    number = number - before + after
    low, high = (
        np.where(before, boundary(number), np.where(after, high, low)),
        np.where(after, boundary(number + 1), np.where(before, low, high)),
    )
    return number, np.minimum(position - low, high - position), (low + high) / 2
