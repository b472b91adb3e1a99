"""Points as discs in an image, by numpy: a hundred thousand in some milliseconds."""

from typing import Tuple

import numpy

NOTHING = -1


def place(
    columns: numpy.ndarray, rows: numpy.ndarray, shape: Tuple[int, int], margin: int
) -> numpy.ndarray:
    """int32 (height, width): the number of the last point in each pixel, NOTHING where none is.

    `columns` and `rows` (n,) float are in pixels. The image has `margin` pixels more on each side,
    so that discs reach in from outside; `crop` takes them away.
    """
    height, width = shape[0] + 2 * margin, shape[1] + 2 * margin
    image = numpy.full(height * width, NOTHING, numpy.int32)
    # Negative numbers, and floats that no int32 holds, are great ones without sign.
    with numpy.errstate(invalid="ignore"):
        column = numpy.floor(columns + margin).astype(numpy.int32)
        row = numpy.floor(rows + margin).astype(numpy.int32)
    seen = (column.view(numpy.uint32) < width) & (row.view(numpy.uint32) < height)
    numbers = numpy.flatnonzero(seen)
    # Of repeated places numpy keeps the last.
    image[row[numbers] * numpy.int64(width) + column[numbers]] = numbers
    return image.reshape(height, width)


def crop(image: numpy.ndarray, margin: int) -> numpy.ndarray:
    """The image without its margin."""
    return image[margin : len(image) - margin, margin : image.shape[1] - margin]


def grow(image: numpy.ndarray, steps: int, before: int = 0) -> numpy.ndarray:
    """Each point spread to a disc, the greater number on top.

    A step spreads by one pixel, to four neighbours and to eight in turns: nearly circles; `before`
    counts the steps taken before. The work goes with the pixels, not with the points. What leaves
    a row enters the next one, which a margin of as many pixels as there are steps keeps out of
    sight.
    """
    narrow, (height, width) = image.ravel(), image.shape
    for step in range(before, before + steps):
        wide = narrow.copy()
        numpy.maximum(wide[1:], narrow[:-1], out=wide[1:])
        numpy.maximum(wide[:-1], narrow[1:], out=wide[:-1])
        tall, source = (wide.copy(), wide) if step % 2 else (wide, narrow)
        numpy.maximum(tall[width:], source[:-width], out=tall[width:])
        numpy.maximum(tall[:-width], source[width:], out=tall[:-width])
        narrow = tall
    return narrow.reshape(height, width)


def paint(
    pixels: numpy.ndarray, image: numpy.ndarray, table: numpy.ndarray, radius: int
) -> numpy.ndarray:
    """Paint discs over `pixels` (height, width) uint32, 0xAARRGGBB with colours times alpha.

    `image` is from `place` with a margin of radius + 1, `table` from `colour_table`. Gives int32
    (height, width): which point is seen where.
    """
    margin, count = radius + 1, len(table) // 2
    core = grow(image, radius)
    edge = crop(grow(core, 1, radius), margin)
    core = crop(core, margin)
    is_core = core >= 0
    # NOTHING leads to the place between the colours of cores and of edges.
    places = numpy.where(is_core, core, edge + (count + 1))
    numpy.copyto(pixels, table.take(places), where=edge >= 0)
    return numpy.where(is_core, core, edge)


def colour_table(colours: numpy.ndarray, edges: numpy.ndarray) -> numpy.ndarray:
    """What `paint` looks up: uint32 (2n + 1,) of the colours (n,) of discs and of their edges."""
    return numpy.concatenate([colours, [0], edges]).astype(numpy.uint32)


def scaled(colours: numpy.ndarray, share: float) -> numpy.ndarray:
    """Colours uint32, 0xAARRGGBB, at `share` of their strength: all four parts times it."""
    parts = colours.astype("<u4").view(numpy.uint8).astype(numpy.float32)
    return numpy.rint(parts * share).astype(numpy.uint8).view("<u4")
