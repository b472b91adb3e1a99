"""Whether an encoder and the tiles it is measured on belong together."""

from __future__ import annotations

import numpy as np

from backend.networks.encoder_file import EncoderInformation

from .features import STATISTICS
from .labelled import LabelledTiles

GREATEST_RESOLUTION_RATIO = 1.2
GREATEST_SHIFT = 3.0


def seen_before(information: EncoderInformation, tiles: LabelledTiles) -> bool:
    """True where the encoder was trained on the training split of these very tiles' dataset."""
    return information.dataset == tiles.provenance["fingerprint"]


def shape_warnings(information: EncoderInformation, tiles: LabelledTiles) -> list[str]:
    """Differences of tile size, ground resolution and pixel type."""
    found = []
    if tiles.tile_size_px != information.tile_size_px:
        found.append(
            f"the encoder was trained on tiles of {information.tile_size_px} px; "
            f"these have {tiles.tile_size_px} px"
        )
    own, trained = tiles.ground_resolution_m, information.ground_resolution_m
    if own and trained and max(own / trained, trained / own) > GREATEST_RESOLUTION_RATIO:
        found.append(
            f"the encoder was trained on pixels of {trained:g} m; these are of {own:g} m, so "
            "things look larger or smaller to it than it has learned"
        )
    if tiles.dtype != information.dtype:
        found.append(
            f"the encoder was trained on pixels of type {information.dtype}; "
            f"these are {tiles.dtype}, perhaps on another scale"
        )
    return found


def value_warnings(
    information: EncoderInformation, tiles: LabelledTiles, statistics: np.ndarray
) -> list[str]:
    """Bands whose values lie far from what the encoder's normalisation expects.

    `statistics` are the band statistics of all tiles, bands in the encoder's order.
    """
    per_band = statistics[tiles.fit].reshape(len(tiles.fit), -1, len(STATISTICS))
    means = per_band[:, :, STATISTICS.index("mean")].mean(axis=0)
    shifts = (means - np.array(information.offset)) / np.array(information.scale)
    far = [
        f"{band} (mean {mean:.4g}, expected about {offset:.4g} ± {scale:.4g})"
        for band, mean, offset, scale, shift in zip(
            information.bands, means, information.offset, information.scale, shifts, strict=True
        )
        if abs(shift) > GREATEST_SHIFT
    ]
    if not far:
        return []
    return [
        "pixel values lie far from those the encoder was trained on: "
        f"{'; '.join(far)}. Results are then not the encoder's fault"
    ]
