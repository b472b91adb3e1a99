"""What published recipes for ImageNet do to make a view, which several share, and what differs."""

from __future__ import annotations

from typing import Any, Dict

# MoCo v2's, of its released code.
MOCO_V2_VIEWS: Dict[str, Any] = dict(
    turns="mirror",
    crop_area=0.2,
    jitter_probability=0.8,
    brightness=0.4,
    contrast=0.4,
    saturation=0.4,
    hue=0.1,
    grey_probability=0.2,
    blur_probability=0.5,
    blur_sigma_px=2.0,
)
# BYOL's: the mean of its two kinds of views.
BYOL_VIEWS: Dict[str, Any] = dict(MOCO_V2_VIEWS, crop_area=0.08, saturation=0.2)
# SimCLR's, with its full strength of colours.
SIMCLR_VIEWS: Dict[str, Any] = dict(
    MOCO_V2_VIEWS, crop_area=0.08, brightness=0.8, contrast=0.8, saturation=0.8, hue=0.2
)

BLUR_IS_LARGE = (
    "Blur of up to 2 px is meant for views of 224 px; on small tiles it takes more away."
)
BLURRED_ALIKE = (
    "Both views are blurred half of the time; the released code blurs one always and the other one "
    "time in ten, and solarises a fifth of the latter."
)
