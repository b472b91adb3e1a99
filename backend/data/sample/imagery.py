"""What a satellite sees of the land: light and shadow, haze, and the sensor's blur and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .ground import Ground, ground_of
from .land import Land, land_at
from .noise import Window
from .plan import Plan
from .spectra import BANDS, HAZE, SPRING, SUMMER, VIGOUR, Material, reflectance_table

PIXEL_M = 10.0
# The land is drawn at 5 m and averaged, so that pixels hold mixtures as real ones do.
DETAIL = 2
_FINE_M = PIXEL_M / DETAIL
# Pixels drawn beyond a window for blur and shadows.
_HALO_PX = 6
_BARREN = (
    Material.LAKE,
    Material.SHALLOWS,
    Material.RIVER,
    Material.RED_ROOF,
    Material.GREY_ROOF,
    Material.BRIGHT_ROOF,
    Material.ASPHALT,
    Material.TRACK,
    Material.ROCK,
    Material.SCREE,
    Material.VINEYARD_SOIL,
)


@dataclass(frozen=True)
class Acquisition:
    """One date: the season, the sun's direction in degrees, and the haze in the blue band."""

    date: str
    season: int
    sun_azimuth_deg: float
    sun_elevation_deg: float
    haze: float


ACQUISITIONS = (
    Acquisition("2023-05-14", SPRING, 152.0, 57.0, 90.0),
    Acquisition("2023-08-30", SUMMER, 156.0, 49.0, 150.0),
)


@dataclass
class Drawing:
    """A window of the scene at 10 m: `cover` (rows, columns) uint8, elevation in metres, and
    reflectance × 10 000 per acquisition, uint16 (bands, rows, columns)."""

    cover: np.ndarray
    elevation: np.ndarray
    images: list[np.ndarray]


def draw(plan: Plan, rows: range, columns: range) -> Drawing:
    """Draw a window of the scene; its pixels are the same however the scene is cut."""
    y = _fine_positions(rows) - plan.half_side_m
    x = _fine_positions(columns) - plan.half_side_m
    land = land_at(plan, Window(plan.seed, y, x))
    ground = ground_of(land)
    halo = slice(_HALO_PX, -_HALO_PX)
    return Drawing(
        cover=_majority(land.cover)[halo, halo],
        elevation=_averaged(land.elevation)[halo, halo],
        images=[_image(land, ground, acquisition, rows, columns) for acquisition in ACQUISITIONS],
    )


def _fine_positions(pixels: range) -> np.ndarray:
    """Centres in metres of the 5 m cells of the pixels and their halo."""
    cells = np.arange((pixels.start - _HALO_PX) * DETAIL, (pixels.stop + _HALO_PX) * DETAIL)
    return (cells + 0.5) * _FINE_M


def _averaged(fine: np.ndarray) -> np.ndarray:
    """Means over the 2 × 2 cells of each pixel."""
    return (fine[0::2, 0::2] + fine[1::2, 0::2] + fine[0::2, 1::2] + fine[1::2, 1::2]) / 4


def _majority(fine: np.ndarray) -> np.ndarray:
    """The commonest code of the 2 × 2 cells of each pixel."""
    rows, columns = fine.shape[0] // 2, fine.shape[1] // 2
    four = np.sort(fine.reshape(rows, 2, columns, 2).swapaxes(1, 2).reshape(rows, columns, 4))
    # In sorted order equal codes lie side by side; a majority holds the second or the third place.
    last_pair = (four[..., 2] == four[..., 3]) & (four[..., 0] != four[..., 1])
    return np.where(last_pair, four[..., 2], four[..., 1])


def _image(
    land: Land,
    ground: Ground,
    acquisition: Acquisition,
    rows: range,
    columns: range,
) -> np.ndarray:
    """One acquisition of a window, uint16 (bands, rows, columns)."""
    light = _sunlight(land, ground, acquisition) * ground.tone
    table = reflectance_table(acquisition.season)
    grows = np.ones(len(Material), np.float32)
    grows[list(_BARREN)] = 0
    vigour = ground.vigour * grows[ground.material]
    haze = 1 + 0.35 * land.window.smooth(f"haze {acquisition.date}", 2500.0)
    haze = _averaged(acquisition.haze * haze)
    halo = slice(_HALO_PX, -_HALO_PX)
    bands = []
    for number in range(len(BANDS)):
        fine = table[ground.material, number] * np.exp(VIGOUR[number] * vigour) * light
        fine = ndimage.gaussian_filter(fine, 1.1, truncate=3.0)
        seen = (_averaged(fine) + HAZE[number] * haze)[halo, halo]
        bands.append(_with_noise(land.window, seen, f"{acquisition.date} {number}", rows, columns))
    return np.stack(bands)


def _with_noise(
    window: Window, seen: np.ndarray, name: str, rows: range, columns: range
) -> np.ndarray:
    """Sensor noise of 10 + 0.8 % and rounding; uint16, never the 0 that means no data."""
    row, column = np.array(rows)[:, None], np.array(columns)[None, :]
    # The sum of three uniform numbers is near enough to normal.
    parts = [window.hashed(f"sensor {name} {k}", row, column) for k in range(3)]
    noise = 2 * (sum(parts) - np.float32(1.5))
    return np.clip(np.rint(seen + (10 + 0.008 * seen) * noise), 1, 10_000).astype(np.uint16)


def _sunlight(land: Land, ground: Ground, acquisition: Acquisition) -> np.ndarray:
    """Light on the ground relative to level open ground, float32."""
    azimuth, elevation = np.radians((acquisition.sun_azimuth_deg, acquisition.sun_elevation_deg))
    east, south = np.sin(azimuth), -np.cos(azimuth)
    fall_south, fall_east = np.gradient(land.elevation, _FINE_M)
    facing = np.sin(elevation) - np.cos(elevation) * (south * fall_south + east * fall_east)
    facing /= np.sqrt(1 + fall_south**2 + fall_east**2)
    # A fifth of the light comes from the sky and reaches slopes that face away.
    light = 0.2 + 0.8 * np.clip(facing, 0.05, None) / np.sin(elevation)
    return (light * _canopy_light(ground.height_m, east, south, np.tan(elevation))).astype(
        np.float32
    )


def _canopy_light(height: np.ndarray, east: float, south: float, rise: float) -> np.ndarray:
    """Light and shade of crowns and houses: sunny sides, shaded sides and cast shadows."""

    def towards_sun(metres: float) -> np.ndarray:
        step = metres / _FINE_M
        return ndimage.shift(height, (-step * south, -step * east), order=1, mode="nearest")

    slope = (height - towards_sun(5.0)) / 5.0
    light = 1 + 0.30 * np.clip(slope, -1.2, 1.2)
    shadow = np.zeros(height.shape, np.float32)
    for metres in (5.0, 10.0, 16.0):
        shadow = np.maximum(shadow, towards_sun(metres) - metres * rise - height)
    return light * (1 - 0.5 * np.clip(shadow / 6.0, 0, 1))
