"""The outlines of patches of cells in a mask, by numpy.

QGIS's union of rectangles does the same, and keeps Python's lock for seconds meanwhile.
"""

from dataclasses import dataclass
from typing import Dict, List, Tuple

import numpy as np

# Directions along cells' sides, rows counted downwards: east, south, west, north.
EAST, SOUTH, WEST, NORTH = 0, 1, 2, 3


@dataclass
class Patch:
    """Cells that touch by their sides.

    `outline` (n, 2) is a closed ring of (column, row) of cell corners; `holes` are rings too.
    `area` is in the unit of the areas given.
    """

    outline: np.ndarray
    holes: List[np.ndarray]
    area: float


def find_patches(mask: np.ndarray, cell_areas: np.ndarray) -> List[Patch]:
    """The patches of True cells (height, width), the largest first.

    `cell_areas` (height,) is the area of a cell of each row.
    """
    labels = label_cells(mask)
    if not labels.any():
        return []
    areas = np.bincount(labels.ravel(), weights=np.repeat(cell_areas, mask.shape[1]))
    found: Dict[int, Patch] = {}
    holes: List[Tuple[int, np.ndarray]] = []
    for label, ring in _rings(mask, labels):
        # Clockwise on the screen, so positive where rows count downwards, about the patch itself.
        if _signed_area(ring) > 0:
            found[label] = Patch(ring, [], float(areas[label]))
        else:
            holes.append((label, ring))
    for label, ring in holes:
        found[label].holes.append(ring)
    return sorted(found.values(), key=lambda patch: -patch.area)


def label_cells(mask: np.ndarray) -> np.ndarray:
    """The number of each cell's patch (height, width), from 1; 0 where the mask is False."""
    parents = [0]

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    labels = np.zeros(mask.shape, np.int64)
    above: List[Tuple[int, int, int]] = []
    for row, line in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
        runs = []
        first = 0
        for left, right in zip(edges[::2].tolist(), edges[1::2].tolist()):
            number = len(parents)
            parents.append(number)
            while first < len(above) and above[first][1] <= left:
                first += 1
            at = first
            while at < len(above) and above[at][0] < right:
                parents[root(number)] = root(above[at][2])
                at += 1
            runs.append((left, right, number))
            labels[row, left:right] = number
        above = runs
    roots = np.array([root(number) for number in range(len(parents))])
    return np.unique(roots, return_inverse=True)[1][labels]


def _rings(mask: np.ndarray, labels: np.ndarray) -> List[Tuple[int, np.ndarray]]:
    """Each ring of the patches' sides, the patch on its right hand, with the patch's number."""
    tails, directions, owners = _sides(mask, labels)
    width = mask.shape[1] + 1
    steps = np.array([1, width, -1, -width])
    side_at = np.full(4 * width * (mask.shape[0] + 1), -1, np.int64)
    side_at[4 * tails + directions] = np.arange(len(tails))
    heads = tails + steps[directions]
    following = np.full(len(tails), -1, np.int64)
    # Where patches touch by a corner alone, the sharpest turn stays with the patch's own cell.
    for turn in (3, 0, 1):
        found = side_at[4 * heads + (directions + turn) % 4]
        following = np.where(found >= 0, found, following)
    turns = directions[following] != directions
    rings, seen = [], np.zeros(len(tails), bool)
    next_side, is_corner, head = following.tolist(), turns.tolist(), heads.tolist()
    for start in range(len(tails)):
        if seen[start]:
            continue
        side, corners = start, []
        while not seen[side]:
            seen[side] = True
            if is_corner[side]:
                corners.append(head[side])
            side = next_side[side]
        corners.append(corners[0])
        rows, columns = np.divmod(np.array(corners), width)
        rings.append((int(owners[start]), np.stack([columns, rows], axis=1)))
    return rings


def _sides(mask: np.ndarray, labels: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cells' sides towards False: number of the corner they begin at, direction, patch."""
    padded = np.pad(mask, 1)
    inner = padded[1:-1, 1:-1]
    width = mask.shape[1] + 1
    kinds = (
        (EAST, padded[:-2, 1:-1], (0, 0)),
        (SOUTH, padded[1:-1, 2:], (0, 1)),
        (WEST, padded[2:, 1:-1], (1, 1)),
        (NORTH, padded[1:-1, :-2], (1, 0)),
    )
    tails, directions, owners = [], [], []
    for direction, beside, (down, across) in kinds:
        rows, columns = np.nonzero(inner & ~beside)
        tails.append((rows + down) * width + columns + across)
        directions.append(np.full(len(rows), direction))
        owners.append(labels[rows, columns])
    return np.concatenate(tails), np.concatenate(directions), np.concatenate(owners)


def _signed_area(ring: np.ndarray) -> float:
    """The area of a closed ring by the shoelace formula."""
    x, y = ring[:, 0].astype(float), ring[:, 1].astype(float)
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
