"""What the materials of the land reflect, by band and date."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

# Centre wavelengths in µm, near those of Sentinel-2's bands 2, 3, 4, 5, 8 and 11.
BANDS = {"blue": 0.49, "green": 0.56, "red": 0.665, "red_edge": 0.705, "nir": 0.842, "swir1": 1.61}
SPRING, SUMMER = 0, 1


class Material(IntEnum):
    """What the ground is made of at 5 m."""

    LAKE = 0
    SHALLOWS = 1
    RIVER = 2
    REED = 3
    WET_MEADOW = 4
    BROADLEAF = 5
    CONIFER = 6
    CLEARING = 7
    PASTURE = 8
    HAY_MEADOW = 9
    UPLAND_GRASS = 10
    SHRUB = 11
    WHEAT = 12
    BARLEY = 13
    RAPESEED = 14
    MAIZE = 15
    BEET = 16
    CLOVER = 17
    FRUIT_TREE = 18
    VINE = 19
    VINEYARD_SOIL = 20
    RED_ROOF = 21
    GREY_ROOF = 22
    BRIGHT_ROOF = 23
    ASPHALT = 24
    GARDEN = 25
    TRACK = 26
    ROCK = 27
    SCREE = 28


# Surface reflectance × 10 000 in the order of BANDS: mid May, then the end of August, when cereals
# are stubble or ploughed, maize and beet stand green and meadows have been mown.
_REFLECTANCE = {
    Material.LAKE: ((330, 370, 215, 180, 130, 80), (310, 400, 230, 190, 130, 80)),
    Material.SHALLOWS: ((480, 640, 430, 400, 330, 190), (450, 660, 420, 410, 350, 190)),
    Material.RIVER: ((470, 600, 450, 400, 290, 160), (420, 560, 390, 360, 280, 150)),
    Material.REED: ((470, 690, 760, 1180, 1950, 1750), (320, 600, 410, 1120, 2900, 1500)),
    Material.WET_MEADOW: ((320, 640, 420, 1130, 3000, 1600), (350, 650, 470, 1130, 2850, 1800)),
    Material.BROADLEAF: ((240, 520, 265, 960, 3900, 1700), (230, 440, 255, 830, 3350, 1600)),
    Material.CONIFER: ((200, 335, 205, 570, 2350, 920), (190, 315, 200, 530, 2250, 900)),
    Material.CLEARING: ((400, 680, 640, 1200, 2500, 2300), (400, 700, 600, 1250, 2700, 2200)),
    Material.PASTURE: ((330, 740, 410, 1280, 4100, 2000), (400, 770, 560, 1360, 3400, 2350)),
    Material.HAY_MEADOW: ((300, 680, 370, 1200, 4300, 1850), (470, 830, 740, 1460, 3000, 2700)),
    Material.UPLAND_GRASS: ((420, 700, 650, 1230, 2500, 2450), (430, 730, 680, 1310, 2800, 2450)),
    Material.SHRUB: ((250, 430, 300, 750, 2500, 1300), (250, 420, 300, 740, 2450, 1300)),
    Material.WHEAT: ((280, 560, 285, 1000, 4300, 1700), (800, 1130, 1560, 1850, 2450, 3700)),
    Material.BARLEY: ((340, 690, 420, 1200, 3900, 1900), (740, 980, 1280, 1520, 1950, 2800)),
    Material.RAPESEED: ((490, 1260, 1150, 1850, 4200, 2100), (640, 970, 1180, 1640, 2500, 3200)),
    Material.MAIZE: ((850, 1130, 1460, 1720, 2120, 3000), (260, 560, 265, 1000, 4300, 1700)),
    Material.BEET: ((760, 1040, 1280, 1580, 2300, 2800), (300, 670, 330, 1190, 4800, 1900)),
    Material.CLOVER: ((300, 670, 330, 1200, 4700, 1900), (320, 700, 370, 1250, 4400, 2000)),
    Material.FRUIT_TREE: ((280, 570, 310, 1000, 3600, 1700), (260, 520, 300, 940, 3300, 1650)),
    Material.VINE: ((480, 780, 790, 1290, 2500, 2400), (310, 610, 390, 1080, 3100, 1950)),
    Material.VINEYARD_SOIL: ((620, 870, 1090, 1400, 2200, 2800), (640, 880, 990, 1370, 2300, 2700)),
    Material.RED_ROOF: ((540, 680, 980, 1130, 1500, 1850),) * 2,
    Material.GREY_ROOF: ((560, 680, 780, 860, 1080, 1300),) * 2,
    Material.BRIGHT_ROOF: ((1180, 1360, 1480, 1500, 1600, 1700),) * 2,
    Material.ASPHALT: ((570, 690, 780, 830, 980, 1150),) * 2,
    Material.GARDEN: ((370, 690, 480, 1150, 3150, 1850), (390, 670, 540, 1130, 2800, 1950)),
    Material.TRACK: ((760, 990, 1200, 1480, 2200, 2600), (800, 1030, 1270, 1530, 2250, 2700)),
    Material.ROCK: ((530, 710, 850, 910, 1180, 1600),) * 2,
    Material.SCREE: ((670, 880, 1030, 1110, 1400, 1850),) * 2,
}

# How each band answers to vigorous growth: the logarithm's change for one standard deviation.
VIGOUR = np.array([-0.09, -0.04, -0.15, 0.0, 0.09, -0.08], np.float32)
# Path radiance of a light haze relative to the blue band's.
HAZE = np.array([1.0, 0.62, 0.40, 0.33, 0.18, 0.03], np.float32)


def reflectance_table(date: int) -> np.ndarray:
    """Reflectance × 10 000, float32 (materials, bands), in SPRING or SUMMER."""
    return np.array([_REFLECTANCE[material][date] for material in Material], np.float32)
