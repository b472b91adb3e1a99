"""Sentinel-2's bands: names, central wavelengths, own resolutions, and the order in EuroSAT."""

from __future__ import annotations

# Name -> central wavelength in micrometres (Sentinel-2A) and ground resolution in metres.
BANDS = {
    "B01": (0.4427, 60),
    "B02": (0.4924, 10),
    "B03": (0.5598, 10),
    "B04": (0.6646, 10),
    "B05": (0.7041, 20),
    "B06": (0.7405, 20),
    "B07": (0.7828, 20),
    "B08": (0.8328, 10),
    "B8A": (0.8647, 20),
    "B09": (0.9451, 60),
    "B10": (1.3735, 60),
    "B11": (1.6137, 20),
    "B12": (2.2024, 20),
}

# EuroSAT's files hold B8A last.
EUROSAT_ORDER = (*(name for name in BANDS if name != "B8A"), "B8A")
