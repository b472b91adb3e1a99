"""Which crops are worth keeping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DARK, BRIGHT = 20, 230
# 5 % of 255, as was meant; and 5 % of the range -1 to 1 that was assumed for a mean over bands,
# which is a float.
MEANT_CONTRAST, RELEASED_CONTRAST = 12.75, 0.1


@dataclass(frozen=True)
class Judgement:
    """What was measured of a crop's brightness, its mean over bands from 0 to 255.

    `reason` is why it is rejected: "dark", "low contrast" or "bright"; empty for a crop to keep.
    """

    reason: str
    dark_fraction: float
    contrast: float
    bright_fraction: float


@dataclass(frozen=True)
class CropFilter:
    """The limits of the filter; with `active` false it measures and rejects nothing.

    `dark_fraction` is the greatest share of pixels below DARK, `bright_fraction` of those above
    BRIGHT; `contrast` is the least difference of percentiles 1 and 99. A crop on a limit is kept.
    """

    dark_fraction: float = 0.1
    contrast: float = MEANT_CONTRAST
    bright_fraction: float = 0.5
    active: bool = True

    def judge(self, pixels: np.ndarray) -> Judgement:
        """Judge the pixels uint8 (bands, H, W) of a crop; the first test that fails is named."""
        brightness = pixels.mean(axis=0, dtype=np.float64)
        low, high = np.percentile(brightness, [1, 99])
        dark = float((brightness < DARK).mean())
        bright = float((brightness > BRIGHT).mean())
        contrast = float(high - low)
        reason = ""
        # That no pixel reaches DARK matters where the whole of a crop may be dark.
        if brightness.max() < DARK or dark > self.dark_fraction:
            reason = "dark"
        elif contrast < self.contrast:
            reason = "low contrast"
        elif bright > self.bright_fraction:
            reason = "bright"
        return Judgement(reason if self.active else "", dark, contrast, bright)
