"""What is measured: vectors of tiles from an encoder, and from plain band statistics."""

from __future__ import annotations

import numpy as np

from backend.data.scenes import valid_pixels
from backend.networks.encoder_file import EncoderInformation, FrozenEncoder
from backend.runtime.reporter import Phase

from .labelled import LabelledTiles

STATISTICS = (
    "mean", "standard deviation", "minimum", "25th percentile", "median", "75th percentile",
    "maximum",
)  # fmt: skip


def kinds_of_features(asked: str, information: EncoderInformation) -> list[str]:
    """The kinds that are measured where "both", "embedding" or "backbone" is asked.

    Without a projection the embedding is the backbone's features, up to their norm: of both, the
    features alone.
    """
    if asked != "both":
        return [asked]
    same = information.projection == "none" and not information.groups
    return ["backbone"] if same else ["embedding", "backbone"]


def batches(count: int, size: int) -> list[np.ndarray]:
    """The positions 0 … count - 1 in runs of at most `size`."""
    return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]


def band_statistics(tiles: np.ndarray, nodata: float | None) -> np.ndarray:
    """STATISTICS of each band over its valid pixels, float32 (N, bands · statistics).

    `tiles` is (N, bands, H, W). NaN for a band of a tile without a valid pixel.
    """
    valid = valid_pixels(tiles, nodata)
    values = np.where(valid, tiles.astype(np.float64), np.nan).reshape(*tiles.shape[:2], -1)
    # A band without a valid pixel is given one zero, and its statistics are taken away again.
    empty = np.isnan(values).all(axis=2)
    values[empty, 0] = 0.0
    # np.nanpercentile is a hundred times slower, and most tiles are valid throughout.
    percentile = np.percentile if valid.all() else np.nanpercentile
    quartiles = percentile(values, [25, 50, 75], axis=2)
    statistics = np.stack(
        [
            np.nanmean(values, axis=2),
            np.nanstd(values, axis=2),
            np.nanmin(values, axis=2),
            *quartiles,
            np.nanmax(values, axis=2),
        ],
        axis=2,
    )
    statistics[empty] = np.nan
    return statistics.reshape(len(tiles), -1).astype(np.float32)


def statistics_vectors(
    tiles: LabelledTiles, bands: list[int], *, batch_size: int, phase: Phase
) -> np.ndarray:
    """Band statistics of all tiles; a missing value becomes its column's mean over the fit part."""
    parts = []
    for positions in batches(len(tiles), batch_size):
        parts.append(band_statistics(tiles.read(positions)[:, bands], tiles.nodata))
        phase.advance(len(positions))
    vectors = np.concatenate(parts)
    missing = np.isnan(vectors)
    if missing.any():
        known = np.where(missing, 0.0, vectors)[tiles.fit]
        mean = known.sum(axis=0) / np.maximum((~missing[tiles.fit]).sum(axis=0), 1)
        vectors = np.where(missing, mean.astype(np.float32), vectors)
    return vectors


def encoder_vectors(
    encoder: FrozenEncoder,
    tiles: LabelledTiles,
    bands: list[int],
    *,
    batch_size: int,
    phase: Phase,
) -> dict[str, np.ndarray]:
    """ "embedding" and "backbone" vectors of all tiles, float32 (N, dimension) each.

    `bands` are the positions of the encoder's bands among the tiles' bands.
    """
    parts: dict[str, list[np.ndarray]] = {"embedding": [], "backbone": []}
    for positions in batches(len(tiles), batch_size):
        pixels = tiles.read(positions)[:, bands]
        if tiles.nodata is not None and tiles.nodata != encoder.information.nodata:
            # The encoder knows another no-data value; every encoder knows NaN.
            valid = valid_pixels(pixels, tiles.nodata)
            pixels = np.where(valid, pixels.astype(np.float32), np.float32(np.nan))
        for name, vectors in encoder.embed_both(pixels).items():
            parts[name].append(vectors)
        phase.advance(len(positions))
    return {name: np.concatenate(vectors) for name, vectors in parts.items()}
