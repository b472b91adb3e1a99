"""Relief: uplift against rivers that cut in, the stream-power law on a coarse grid.

Rivers erode in proportion to the square root of their catchment and to their slope (Howard 1994),
solved implicitly from the mouth upwards (Braun and Willett 2013), so that ridges branch and
valleys join as real ones do.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .noise import fractal_noise, hashed, smooth_noise

CELL_M = 40.0
MARGIN_CELLS = 48
_NEIGHBOURS = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
# Catchment that the main river brings with it from beyond the grid, m².
INFLOW_M2 = 2.5e8
LARGEST_FALL_M = 5e-3
_EROSION_STEPS = 24


@dataclass
class CoarseGrid:
    """The grid that the land is planned on: 40 m cells, reaching 1.9 km beyond the scene.

    `y` and `x` are the cells' centres in metres south and east of the scene's centre.
    """

    y: np.ndarray
    x: np.ndarray
    scene: tuple[slice, slice]

    @classmethod
    def around(cls, side_m: float) -> CoarseGrid:
        """The grid about a square scene with sides of `side_m`."""
        inner = int(np.ceil(side_m / CELL_M))
        count = inner + 2 * MARGIN_CELLS
        centres = (np.arange(count) - (count - 1) / 2) * CELL_M
        inside = slice(MARGIN_CELLS, MARGIN_CELLS + inner)
        return cls(centres, centres.copy(), (inside, inside))

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.y), len(self.x)

    def rows(self, y: np.ndarray) -> np.ndarray:
        """Fractional rows of positions `y`."""
        return (y - self.y[0]) / CELL_M

    def columns(self, x: np.ndarray) -> np.ndarray:
        """Fractional columns of positions `x`."""
        return (x - self.x[0]) / CELL_M


@dataclass
class Drainage:
    """Where water goes. Cells are numbered row by row.

    `filled` has no hollows: it falls from every cell to its `receiver`; the mouth is its own.
    `order` lists the cells from the mouth upwards; `catchment_m2` is what drains through a cell.
    """

    filled: np.ndarray
    receiver: np.ndarray
    order: np.ndarray
    catchment_m2: np.ndarray


def flood(elevation: np.ndarray, mouth: int) -> np.ndarray:
    """`elevation` with every hollow raised until it drains to cell `mouth` (Barnes et al. 2014).

    Raised ground keeps a fall of up to LARGEST_FALL_M a cell, so that water finds its way over it;
    a random one, or rivers would cross the filled hollows in straight parallel lines.
    """
    rows, columns = elevation.shape
    width = columns + 2
    # A rim of cells that count as done spares the test for the grid's edge.
    level = np.pad(elevation.astype(np.float64), 1).ravel().tolist()
    done = np.pad(np.zeros(elevation.shape, bool), 1, constant_values=True).ravel().tolist()
    steps = [row * width + column for row, column in _NEIGHBOURS]
    chance = hashed(0, "fall", np.arange(len(level)))
    falls = (LARGEST_FALL_M * (0.02 + 0.98 * chance**3)).tolist()
    start = (mouth // columns + 1) * width + mouth % columns + 1
    done[start] = True
    waiting = [(level[start], start)]
    while waiting:
        height, cell = heapq.heappop(waiting)
        for step in steps:
            neighbour = cell + step
            if not done[neighbour]:
                done[neighbour] = True
                floor = height + falls[neighbour]
                if level[neighbour] < floor:
                    level[neighbour] = floor
                heapq.heappush(waiting, (level[neighbour], neighbour))
    return np.array(level).reshape(rows + 2, width)[1:-1, 1:-1]


def steepest_descent(elevation: np.ndarray) -> np.ndarray:
    """The neighbour that each cell falls to most steeply, (cells,); its own number for none.

    Directions by the Rho8 method (Fairfield and Leymarie 1991).
    """
    rows, columns = elevation.shape
    own = np.arange(rows * columns).reshape(rows, columns)
    best, receiver = np.zeros(elevation.shape), own.copy()
    padded = np.pad(elevation, 1, constant_values=np.inf)
    for down, right in _NEIGHBOURS:
        beside = padded[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
        # Eight directions alone would comb even slopes into parallel gullies; random diagonals
        # between 1 and 2 cells long lead water down the true slope on average (Rho8).
        chance = hashed(0, "Rho8", own, down, right) if down and right else np.float32(1)
        slope = (elevation - beside) / (2 - chance)
        steeper = slope > best
        best[steeper] = slope[steeper]
        receiver[steeper] = own[steeper] + down * columns + right
    return receiver.ravel()


def drain(elevation: np.ndarray, mouth: int, inflow: int) -> Drainage:
    """Route water over `elevation` to the cell `mouth`, with `INFLOW_M2` entering at `inflow`."""
    filled = elevation
    receiver = steepest_descent(filled)
    hollows = np.flatnonzero(receiver == np.arange(receiver.size))
    if hollows.size > 1 or hollows[0] != mouth:
        filled = flood(elevation, mouth)
        receiver = steepest_descent(filled)
    order = np.argsort(filled, axis=None, kind="stable")
    area = np.full(receiver.size, CELL_M**2)
    area[inflow] += INFLOW_M2
    area, below = area.tolist(), receiver.tolist()
    for cell in reversed(order.tolist()):
        if below[cell] != cell:
            area[below[cell]] += area[cell]
    return Drainage(filled, receiver, order, np.array(area).reshape(elevation.shape))


def _eroded(elevation: np.ndarray, flow: Drainage, uplift: np.ndarray) -> np.ndarray:
    """One implicit step of uplift and erosion; `uplift` is in metres per step, K·dt = 1."""
    rows, columns = elevation.shape
    cell = np.arange(rows * columns)
    down = np.abs(flow.receiver // columns - cell // columns)
    across = np.abs(flow.receiver % columns - cell % columns)
    distance = CELL_M * np.maximum(np.hypot(down, across), 1)
    factor = (np.sqrt(flow.catchment_m2.ravel()) / distance).tolist()
    height = (flow.filled + uplift).ravel().tolist()
    below = flow.receiver.tolist()
    for number in flow.order.tolist():
        if below[number] != number:
            fall = factor[number]
            height[number] = (height[number] + fall * height[below[number]]) / (1 + fall)
        else:
            height[number] = float(elevation.flat[number])
    return np.array(height).reshape(rows, columns)


def _mountains(seed: int, grid: CoarseGrid, shift: tuple[float, float]) -> np.ndarray:
    """How mountainous the land is, about -2 … 2; `shift` (metres) moves the window on it."""
    y, x = grid.y + shift[0], grid.x + shift[1]
    return fractal_noise(seed, "mountains", y, x, 5200.0, octaves=3, persistence=0.4)


def _best_window(seed: int, grid: CoarseGrid) -> tuple[float, float]:
    """A window of the endless noise with lowland at its centre and mountains at a side.

    Of 48 windows the one whose quantiles in the scene come nearest to a mixed landscape's.
    """
    best, found = np.inf, (0.0, 0.0)
    middle = (np.abs(grid.y) < 1200)[:, None] & (np.abs(grid.x) < 1200)[None, :]
    for number in range(48):
        shift = (number // 7 * 26_000.0, number % 7 * 26_000.0)
        field = _mountains(seed, grid, shift)
        inside = np.quantile(field[grid.scene], (0.1, 0.5, 0.9))
        misfit = np.abs(inside - (-1.3, -0.2, 1.2)).sum() + 2 * np.abs(field[middle].mean() + 0.9)
        if misfit < best:
            best, found = misfit, shift
    return found


def make_relief(seed: int, grid: CoarseGrid) -> tuple[np.ndarray, int, int]:
    """Elevation in metres, and the cells where the main river ends and begins."""
    mountains = _mountains(seed, grid, _best_window(seed, grid))
    mouth, inflow = _gates(mountains)
    valley = _main_valley(seed, grid, mouth, inflow)
    steep = np.clip((mountains + 0.55) / 1.7 - 0.5 * valley, 0, 1.2)
    rough = fractal_noise(seed, "rough", grid.y, grid.x, 800.0, octaves=4, persistence=0.6)
    harder = 1 + 0.35 * smooth_noise(seed, "rock hardness", grid.y, grid.x, 1200.0)
    uplift = (3.0 + 14.0 * (1 - valley) + 54.0 * steep**1.5) * np.clip(harder, 0.3, 2)
    apart = np.hypot(*_offsets(grid.shape, mouth))
    elevation = 60.0 * mountains + 30.0 * rough - 120.0 * valley + 0.005 * CELL_M * apart
    elevation = elevation.astype(np.float64)
    elevation.flat[mouth] = elevation.min() - 5.0
    for _ in range(_EROSION_STEPS):
        elevation = _eroded(elevation, drain(elevation, mouth, inflow), uplift)
    # Soil creep rounds the hills, the more where the ground is soft; it spares the high crests.
    creep = ndimage.gaussian_filter(elevation, 2.0)
    soft = np.clip(1.1 - steep, 0.35, 1)
    elevation = elevation * (1 - soft) + creep * soft + (1 + 6 * steep) * rough
    return 410.0 + elevation - elevation.flat[mouth], mouth, inflow


def _offsets(shape: tuple[int, int], cell: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (rows, 1) and columns (1, columns) from a cell."""
    rows, columns = np.arange(shape[0]), np.arange(shape[1])
    return (rows - cell // shape[1])[:, None], (columns - cell % shape[1])[None, :]


def _gates(mountains: np.ndarray) -> tuple[int, int]:
    """Cells on the grid's rim where the main river leaves (the lowest) and enters (opposite)."""
    rows, columns = mountains.shape
    rim = np.zeros(mountains.shape, bool)
    rim[[0, -1], :] = rim[:, [0, -1]] = True
    mouth = int(np.where(rim, mountains, np.inf).argmin())
    opposite = (rows - 1 - mouth // columns) * columns + columns - 1 - mouth % columns
    near = np.hypot(*_offsets(mountains.shape, opposite)) < 0.3 * max(rows, columns)
    return mouth, int(np.where(rim & near, mountains, np.inf).argmin())


def _main_valley(seed: int, grid: CoarseGrid, mouth: int, inflow: int) -> np.ndarray:
    """1 along a winding line from `inflow` past the scene's centre to `mouth`, 0 away from it."""
    columns = grid.shape[1]
    bends = [fractal_noise(seed, f"bends {k}", grid.y, grid.x, 1300.0, octaves=2) for k in "yx"]
    y, x = grid.y[:, None] + 330.0 * bends[0], grid.x[None, :] + 330.0 * bends[1]
    ends = [(grid.y[cell // columns], grid.x[cell % columns]) for cell in (inflow, mouth)]
    distance = np.full(grid.shape, np.inf)
    middle = (450.0, -300.0)
    for begin, end in ((ends[0], middle), (middle, ends[1])):
        along = np.array(end) - begin
        length = np.hypot(*along)
        part = ((y - begin[0]) * along[0] + (x - begin[1]) * along[1]) / length**2
        part = np.clip(part, 0, 1)
        apart = np.hypot(y - begin[0] - part * along[0], x - begin[1] - part * along[1])
        distance = np.minimum(distance, apart)
    return np.exp(-((distance / 520.0) ** 2)).astype(np.float32)
