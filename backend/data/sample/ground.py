"""What the ground is made of and how tall things stand on it, at 5 m."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .land import Cover, Land
from .noise import fractal_noise, hashed, smooth_noise
from .spectra import Material

# Sown area of the crops, from the first material to the last.
_CROPS = (
    (Material.WHEAT, 0.27),
    (Material.MAIZE, 0.23),
    (Material.BARLEY, 0.13),
    (Material.RAPESEED, 0.14),
    (Material.BEET, 0.10),
    (Material.CLOVER, 0.13),
)
_TRACK_HALF_WIDTH_M = 2.8


@dataclass
class Ground:
    """Arrays of a window: `material` codes, `height_m` of plants and houses, `tone` a factor.

    `tone` multiplies the reflectance of all bands; `vigour` says in standard deviations how well
    plants grow; `green` is the share of the answer to vigour (0 for stone and water).
    """

    material: np.ndarray
    height_m: np.ndarray
    tone: np.ndarray
    vigour: np.ndarray


def ground_of(seed: int, land: Land) -> Ground:
    """Clothe the land with materials."""
    shape = land.cover.shape
    ground = Ground(
        material=np.full(shape, Material.PASTURE, np.uint8),
        height_m=np.zeros(shape, np.float32),
        tone=np.ones(shape, np.float32),
        vigour=fractal_noise(seed, "vigour", land.y, land.x, 380.0, octaves=4) * np.float32(0.7),
    )
    stand = 2 * hashed(seed, "tint", land.fields.parcel) - 1
    ground.vigour += stand
    ground.tone *= 1 + 0.07 * (2 * hashed(seed, "tone", land.fields.parcel) - 1)
    grain = smooth_noise(seed, "grain", land.y, land.x, 8.0)
    ground.tone *= 1 + 0.035 * grain
    for dress in (_grassland, _cropland, _orchards, _forest, _tracks, _wetland, _rock):
        dress(seed, land, ground)
    _settlement(seed, land, ground)
    _banks_and_roads(seed, land, ground)
    _water(seed, land, ground)
    return ground


def _set(
    ground: Ground, where: np.ndarray, material: Material | np.ndarray, height: float = 0.0
) -> None:
    ground.material[where] = material
    ground.height_m[where] = height


def _grassland(seed: int, land: Land, ground: Ground) -> None:
    """Pastures and hay meadows with hedges and single trees; thin grass and shrubs high up."""
    grass = land.cover == Cover.GRASSLAND
    hay = hashed(seed, "hay", land.fields.parcel) < 0.45
    _set(ground, grass & hay, Material.HAY_MEADOW, 0.4)
    clumps = smooth_noise(seed, "single trees", land.y, land.x, 11.0)
    hedged = hashed(seed, "hedged", land.fields.block)
    gaps = smooth_noise(seed, "hedge gaps", land.y, land.x, 32.0) > -0.7
    hedge = grass & (hedged < 0.45) & (land.fields.edge_m < 4.5) & gaps
    trees = grass & (clumps > 2.0 + 0.9 * hedged)
    _set(ground, hedge, Material.BROADLEAF, 6.0)
    _set(ground, trees, Material.BROADLEAF, 9.0)
    high = grass & (land.upland > 0)
    _set(ground, high, Material.UPLAND_GRASS)
    rills = fractal_noise(seed, "rills", land.y, land.x, 60.0, octaves=3, persistence=0.7)
    ground.tone[high] *= 1 + 0.09 * rills[high]
    ground.vigour[high] += 0.8 * rills[high] - 0.6
    _set(ground, high & (rills - 0.5 * clumps > 1.9), Material.SHRUB, 2.5)


def _cropland(seed: int, land: Land, ground: Ground) -> None:
    """One crop a parcel, worked in swaths along it, with a grassy margin between some."""
    crops = land.cover == Cover.CROPLAND
    choice = hashed(seed, "crop", land.fields.parcel)
    bound = 0.0
    for material, share in _CROPS:
        _set(ground, crops & (choice >= bound) & (choice < bound + share), material, 0.6)
        bound += share
    swath = np.floor(land.fields.across_m / 9.0).astype(np.int32)
    stripes = 2 * hashed(seed, "swath", land.fields.parcel, swath) - 1
    soil = fractal_noise(seed, "soil", land.y, land.x, 75.0, octaves=3)
    ground.tone[crops] *= 1 + 0.05 * stripes[crops] + 0.045 * soil[crops]
    ground.vigour[crops] += 0.45 * soil[crops]
    margin = crops & (land.fields.edge_m < 2.6) & (hashed(seed, "margin", land.fields.block) < 0.6)
    _set(ground, margin, Material.PASTURE, 0.3)


def _orchards(seed: int, land: Land, ground: Ground) -> None:
    """Fruit trees in rows over grass, or terraces of vines over open soil."""
    orchards = land.cover == Cover.ORCHARD
    block, parcel = land.fields.block, land.fields.parcel
    period = 17.0 + 8.0 * hashed(seed, "row spacing", block)
    period = period + 3.0 * hashed(seed, "row spacing", parcel)
    place = land.fields.across_m / period + hashed(seed, "first row", parcel)
    row = np.floor(place)
    within = place - row
    vines = hashed(seed, "vineyard", block) < 0.5
    vineyard = orchards & (vines ^ (hashed(seed, "other fruit", parcel) < 0.12))
    tree = np.floor(land.fields.along_m / 10.0).astype(np.int32)
    stands = hashed(seed, "fruit tree", parcel, row.astype(np.int32), tree)
    old = 0.06 + 0.4 * hashed(seed, "gaps", parcel) ** 2
    in_row = orchards & (within < 0.40 + 0.16 * hashed(seed, "planted", parcel))
    _set(ground, orchards & ~vineyard, Material.PASTURE)
    _set(ground, vineyard, Material.VINEYARD_SOIL)
    _set(ground, in_row & ~vineyard & (stands > old), Material.FRUIT_TREE, 4.5)
    _set(ground, vineyard & (within < 0.62), Material.VINE, 1.6)
    terrace = vineyard & (land.fields.edge_m < 3.0)
    _set(ground, terrace, Material.PASTURE, 0.5)
    ground.tone[vineyard] *= 0.95


def _forest(seed: int, land: Land, ground: Ground) -> None:
    """Crowns, broad and bright or narrow and dark, by stands of different age; some felled."""
    broad, conifer = land.cover == Cover.BROADLEAF, land.cover == Cover.CONIFER
    crowns = smooth_noise(seed, "crowns", land.y, land.x, 10.0)
    crowns += 0.7 * smooth_noise(seed, "groups", land.y, land.x, 24.0)
    spires = smooth_noise(seed, "spires", land.y, land.x, 5.5)
    spires += 0.4 * smooth_noise(seed, "groves", land.y, land.x, 40.0)
    age = hashed(seed, "age", land.fields.parcel)
    mixed = smooth_noise(seed, "mixed", land.y, land.x, 26.0)
    _set(ground, broad, Material.BROADLEAF)
    _set(ground, conifer, Material.CONIFER)
    _set(ground, broad & (mixed > 1.7), Material.CONIFER)
    _set(ground, conifer & (mixed < -1.7), Material.BROADLEAF)
    ground.height_m[broad] = np.clip(19 + 3.2 * crowns[broad], 5, 30)
    ground.height_m[conifer] = np.clip((12 + 14 * age + 3.0 * spires)[conifer], 3, 36)
    ground.tone[conifer] *= (1.13 - 0.22 * age)[conifer]
    ground.tone[broad] *= 1 + 0.05 * mixed[broad]
    felled = conifer & (hashed(seed, "felled", land.fields.parcel) < 0.06)
    _set(ground, felled, Material.CLEARING, 0.5)


def _tracks(seed: int, land: Land, ground: Ground) -> None:
    """Farm tracks and forest rides between the blocks of parcels."""
    used = hashed(seed, "used track", land.fields.border) < 0.6
    track = used & (land.fields.block_edge_m < _TRACK_HALF_WIDTH_M) & (land.upland < 0.3)
    forest = (land.cover == Cover.BROADLEAF) | (land.cover == Cover.CONIFER)
    _set(ground, track & (land.slope_deg < 24), Material.TRACK)
    _set(ground, track & forest, Material.CLEARING)


def _wetland(seed: int, land: Land, ground: Ground) -> None:
    """Reed and wet meadow in turn, willows, and pools."""
    wet = land.cover == Cover.WETLAND
    patches = fractal_noise(seed, "reed", land.y, land.x, 48.0, octaves=3, persistence=0.6)
    willows = smooth_noise(seed, "willows", land.y, land.x, 17.0)
    _set(ground, wet, Material.WET_MEADOW, 0.3)
    _set(ground, wet & (patches > 0.15), Material.REED, 2.0)
    _set(ground, wet & (patches < -1.25), Material.SHALLOWS)
    _set(ground, wet & (willows > 1.55) & (patches > -1.25), Material.BROADLEAF, 6.0)
    ground.vigour[wet] += 1.3 * patches[wet]
    ground.tone[wet] *= 1 + 0.06 * willows[wet]


def _rock(seed: int, land: Land, ground: Ground) -> None:
    """Cliffs and scree, with grass and dwarf shrubs on the ledges."""
    rock = land.cover == Cover.ROCK
    ledges = fractal_noise(seed, "ledges", land.y, land.x, 52.0, octaves=4, persistence=0.75)
    _set(ground, rock, Material.ROCK)
    _set(ground, rock & (land.slope_deg + 3 * ledges < 31), Material.SCREE)
    _set(ground, rock & (ledges > 1.15), Material.UPLAND_GRASS)
    _set(ground, rock & (ledges > 1.9), Material.SHRUB, 2.0)
    blocks = fractal_noise(seed, "boulders", land.y, land.x, 16.0, octaves=2)
    ground.tone[rock] *= np.exp(0.11 * ledges[rock] + 0.10 * blocks[rock])


def _settlement(seed: int, land: Land, ground: Ground) -> None:
    """Houses in gardens along streets; closed rows about the centre, halls and parks between."""
    built = land.cover == Cover.SETTLEMENT
    if not built.any():
        return
    lots, core = land.lots, land.core
    kind = hashed(seed, "block kind", lots.block)
    roof = hashed(seed, "roof", lots.parcel)
    trees = smooth_noise(seed, "garden trees", land.y, land.x, 9.0)
    quarter = hashed(seed, "quarter", lots.block)
    ground.tone[built] = 1 + (0.16 * roof + 0.16 * quarter - 0.16)[built]
    _set(ground, built, Material.GARDEN, 0.3)
    _set(ground, built & (trees > 1.1), Material.BROADLEAF, 8.0)
    inner = built & (core < 0.32 + 0.1 * trees)
    _set(ground, inner, Material.ASPHALT)
    house = built & (hashed(seed, "house", lots.parcel) < 0.85)
    house &= lots.edge_m > np.where(inner, 2.0, 4.6)
    _set(ground, house & (roof < 0.68), Material.RED_ROOF, 8.0)
    _set(ground, house & (roof >= 0.68), Material.GREY_ROOF, 8.0)
    halls = built & ~inner & (core > 0.45) & (kind < 0.05)
    _set(ground, halls, Material.ASPHALT)
    hall = halls & (lots.block_edge_m > 15) & (np.abs(lots.across_m) % 40 > 9)
    _set(ground, hall & (roof < 0.55), Material.BRIGHT_ROOF, 9.0)
    _set(ground, hall & (roof >= 0.55), Material.GREY_ROOF, 9.0)
    park = built & (kind > 0.93)
    _set(ground, park, Material.PASTURE, 0.2)
    _set(ground, park & (trees > 0.5), Material.BROADLEAF, 12.0)
    _set(ground, built & (lots.block_edge_m < 4.4), Material.ASPHALT)


def _banks_and_roads(seed: int, land: Land, ground: Ground) -> None:
    """Trees and gravel along the rivers, and the roads."""
    along = smooth_noise(seed, "banks", land.y, land.x, 45.0)
    bank = land.bank & (land.cover != Cover.SETTLEMENT) & (land.cover != Cover.WATER)
    steep = land.slope_deg > 6
    _set(ground, bank & (along > -0.2) & ~steep, Material.BROADLEAF, 11.0)
    _set(ground, bank & (along < -1.1), Material.SCREE)
    _set(ground, land.road, Material.ASPHALT)


def _water(seed: int, land: Land, ground: Ground) -> None:
    """Rivers, and lakes that brighten where their bed shows. Roads cross rivers on bridges."""
    lake = land.lake_m > 0
    ripples = fractal_noise(seed, "ripples", land.y, land.x, 500.0, octaves=2)
    _set(ground, land.river & ~lake & ~land.road, Material.RIVER)
    _set(ground, lake, Material.LAKE)
    _set(ground, lake & (land.lake_m < 0.9 + 0.5 * ripples), Material.SHALLOWS)
    water = land.cover == Cover.WATER
    ground.tone[water] = 1 + 0.05 * ripples[water]
