"""What the ground is made of and how tall things stand on it, at 5 m."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .land import Cover, Land
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
    plants grow, and means nothing where none do.
    """

    material: np.ndarray
    height_m: np.ndarray
    tone: np.ndarray
    vigour: np.ndarray


def ground_of(land: Land) -> Ground:
    """Clothe the land with materials."""
    shape = land.cover.shape
    ground = Ground(
        material=np.full(shape, Material.PASTURE, np.uint8),
        height_m=np.zeros(shape, np.float32),
        tone=np.ones(shape, np.float32),
        vigour=land.window.fractal("vigour", 380.0, octaves=4),
    )
    stand = 2 * land.window.hashed("tint", land.fields.parcel) - 1
    ground.vigour += 1.5 * stand
    ground.tone *= 1 + 0.13 * (2 * land.window.hashed("tone", land.fields.parcel) - 1)
    ground.tone *= 1 + 0.09 * land.window.smooth("ground tone", 700.0)
    grain = land.window.smooth("grain", 8.0)
    ground.tone *= 1 + 0.035 * grain
    for dress in (_grassland, _cropland, _orchards, _forest, _tracks, _wetland, _rock):
        dress(land, ground)
    _settlement(land, ground)
    _banks_and_roads(land, ground)
    _water(land, ground)
    return ground


def _set(
    ground: Ground, where: np.ndarray, material: Material | np.ndarray, height: float = 0.0
) -> None:
    ground.material[where] = material
    ground.height_m[where] = height


def _grassland(land: Land, ground: Ground) -> None:
    """Pastures and hay meadows with hedges and single trees; thin grass and shrubs high up."""
    grass = land.cover == Cover.GRASSLAND
    hay = land.window.hashed("hay", land.fields.parcel) < 0.45
    _set(ground, grass & hay, Material.HAY_MEADOW, 0.4)
    clumps = land.window.smooth("single trees", 11.0)
    hedged = land.window.hashed("hedged", land.fields.block)
    gaps = land.window.smooth("hedge gaps", 32.0) > -0.7
    hedge = grass & (hedged < 0.45) & (land.fields.edge_m < 4.5) & gaps
    trees = grass & (clumps > 2.0 + 0.9 * hedged)
    _set(ground, hedge, Material.BROADLEAF, 6.0)
    _set(ground, trees, Material.BROADLEAF, 9.0)
    high = grass & (land.upland > 0)
    _set(ground, high, Material.UPLAND_GRASS)
    rills = land.window.fractal("rills", 60.0, octaves=3, persistence=0.7)
    ground.tone[high] *= 1 + 0.09 * rills[high]
    ground.vigour[high] += 0.8 * rills[high] - 0.6
    _set(ground, high & (rills - 0.5 * clumps > 1.9), Material.SHRUB, 2.5)


def _cropland(land: Land, ground: Ground) -> None:
    """One crop a parcel, worked in swaths along it, with a grassy margin between some."""
    crops = land.cover == Cover.CROPLAND
    # Half of the parcels of a block are sown alike: farms rotate their crops by blocks.
    alone = land.window.hashed("own crop", land.fields.parcel) < 0.5
    choice = np.where(
        alone,
        land.window.hashed("crop", land.fields.parcel),
        land.window.hashed("block crop", land.fields.block),
    )
    bound = 0.0
    for material, share in _CROPS:
        _set(ground, crops & (choice >= bound) & (choice < bound + share), material, 0.6)
        bound += share
    swath = np.floor(land.fields.across_m / 9.0).astype(np.int32)
    stripes = 2 * land.window.hashed("swath", land.fields.parcel, swath) - 1
    soil = land.window.fractal("soil", 75.0, octaves=3)
    ground.tone[crops] *= 1 + 0.05 * stripes[crops] + 0.045 * soil[crops]
    ground.vigour[crops] += 0.45 * soil[crops]
    margin = (
        crops & (land.fields.edge_m < 2.6) & (land.window.hashed("margin", land.fields.block) < 0.6)
    )
    _set(ground, margin, Material.PASTURE, 0.3)


def _orchards(land: Land, ground: Ground) -> None:
    """Fruit trees in rows over grass, or terraces of vines over open soil."""
    orchards = land.cover == Cover.ORCHARD
    block, parcel = land.fields.block, land.fields.parcel
    period = 17.0 + 8.0 * land.window.hashed("row spacing", block)
    period = period + 3.0 * land.window.hashed("row spacing", parcel)
    place = land.fields.across_m / period + land.window.hashed("first row", parcel)
    row = np.floor(place)
    within = place - row
    vines = land.window.hashed("vineyard", block) < 0.5
    vineyard = orchards & (vines ^ (land.window.hashed("other fruit", parcel) < 0.12))
    tree = np.floor(land.fields.along_m / 10.0).astype(np.int32)
    stands = land.window.hashed("fruit tree", parcel, row.astype(np.int32), tree)
    old = 0.06 + 0.4 * land.window.hashed("gaps", parcel) ** 2
    in_row = orchards & (within < 0.40 + 0.16 * land.window.hashed("planted", parcel))
    _set(ground, orchards & ~vineyard, Material.PASTURE)
    _set(ground, vineyard, Material.VINEYARD_SOIL)
    _set(ground, in_row & ~vineyard & (stands > old), Material.FRUIT_TREE, 4.5)
    _set(ground, vineyard & (within < 0.62), Material.VINE, 1.6)
    terrace = vineyard & (land.fields.edge_m < 3.0)
    _set(ground, terrace, Material.PASTURE, 0.5)
    ground.tone[vineyard] *= 0.95


def _forest(land: Land, ground: Ground) -> None:
    """Crowns, broad and bright or narrow and dark, by stands of different age; some felled."""
    broad, conifer = land.cover == Cover.BROADLEAF, land.cover == Cover.CONIFER
    crowns = land.window.smooth("crowns", 10.0)
    crowns += 0.7 * land.window.smooth("groups", 24.0)
    spires = land.window.smooth("spires", 5.5)
    spires += 0.4 * land.window.smooth("groves", 40.0)
    age = land.window.hashed("age", land.fields.parcel)
    mixed = land.window.smooth("mixed", 26.0)
    _set(ground, broad, Material.BROADLEAF)
    _set(ground, conifer, Material.CONIFER)
    _set(ground, broad & (mixed > 1.7), Material.CONIFER)
    _set(ground, conifer & (mixed < -1.7), Material.BROADLEAF)
    ground.height_m[broad] = np.clip(19 + 3.2 * crowns[broad], 5, 30)
    ground.height_m[conifer] = np.clip((12 + 14 * age + 3.0 * spires)[conifer], 3, 36)
    ground.tone[conifer] *= (1.13 - 0.22 * age)[conifer]
    ground.tone[broad] *= 1 + 0.05 * mixed[broad]
    felled = conifer & (land.window.hashed("felled", land.fields.parcel) < 0.06)
    _set(ground, felled, Material.CLEARING, 0.5)


def _tracks(land: Land, ground: Ground) -> None:
    """Farm tracks and forest rides between the blocks of parcels."""
    used = land.window.hashed("used track", land.fields.border) < 0.6
    track = used & (land.fields.block_edge_m < _TRACK_HALF_WIDTH_M) & (land.upland < 0.3)
    forest = (land.cover == Cover.BROADLEAF) | (land.cover == Cover.CONIFER)
    _set(ground, track & (land.slope_deg < 24), Material.TRACK)
    _set(ground, track & forest, Material.CLEARING)


def _wetland(land: Land, ground: Ground) -> None:
    """Reed and wet meadow in turn, willows, and pools."""
    wet = land.cover == Cover.WETLAND
    patches = land.window.fractal("reed", 48.0, octaves=3, persistence=0.6)
    willows = land.window.smooth("willows", 17.0)
    _set(ground, wet, Material.WET_MEADOW, 0.3)
    _set(ground, wet & (patches > 0.15), Material.REED, 2.0)
    _set(ground, wet & (patches < -1.25), Material.SHALLOWS)
    _set(ground, wet & (willows > 1.55) & (patches > -1.25), Material.BROADLEAF, 6.0)
    ground.vigour[wet] += 1.3 * patches[wet]
    ground.tone[wet] *= 1 + 0.06 * willows[wet]


def _rock(land: Land, ground: Ground) -> None:
    """Cliffs and scree, with grass and dwarf shrubs on the ledges."""
    rock = land.cover == Cover.ROCK
    ledges = land.window.fractal("ledges", 52.0, octaves=4, persistence=0.75)
    _set(ground, rock, Material.ROCK)
    _set(ground, rock & (land.slope_deg + 3 * ledges < 31), Material.SCREE)
    _set(ground, rock & (ledges > 1.15), Material.UPLAND_GRASS)
    _set(ground, rock & (ledges > 1.9), Material.SHRUB, 2.0)
    blocks = land.window.fractal("boulders", 16.0, octaves=2)
    ground.tone[rock] *= np.exp(0.11 * ledges[rock] + 0.10 * blocks[rock])


def _settlement(land: Land, ground: Ground) -> None:
    """Houses in gardens along streets; closed rows about the centre, halls and parks between."""
    built = land.cover == Cover.SETTLEMENT
    if not built.any():
        return
    lots, core = land.lots, land.core
    kind = land.window.hashed("block kind", lots.block)
    roof = land.window.hashed("roof", lots.parcel)
    trees = land.window.smooth("garden trees", 9.0)
    quarter = land.window.hashed("quarter", lots.block)
    ground.tone[built] = 1 + (0.16 * roof + 0.16 * quarter - 0.16)[built]
    _set(ground, built, Material.GARDEN, 0.3)
    _set(ground, built & (trees > 1.7 - 1.3 * quarter), Material.BROADLEAF, 8.0)
    inner = built & (core < 0.32 + 0.1 * trees)
    _set(ground, inner, Material.ASPHALT)
    house = built & (land.window.hashed("house", lots.parcel) < 0.95 - 0.4 * quarter)
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


def _banks_and_roads(land: Land, ground: Ground) -> None:
    """Trees and gravel along the rivers, and the roads."""
    along = land.window.smooth("banks", 45.0)
    bank = land.bank & (land.cover != Cover.SETTLEMENT) & (land.cover != Cover.WATER)
    steep = land.slope_deg > 6
    _set(ground, bank & (along > -0.2) & ~steep, Material.BROADLEAF, 11.0)
    _set(ground, bank & (along < -1.1), Material.SCREE)
    _set(ground, land.road, Material.ASPHALT)


def _water(land: Land, ground: Ground) -> None:
    """Rivers, and lakes that brighten where their bed shows. Roads cross rivers on bridges."""
    lake = land.lake_m > 0
    ripples = land.window.fractal("ripples", 500.0, octaves=2)
    _set(ground, land.river & ~lake & ~land.road, Material.RIVER)
    _set(ground, lake, Material.LAKE)
    _set(ground, lake & (land.lake_m < 0.9 + 0.5 * ripples), Material.SHALLOWS)
    water = land.cover == Cover.WATER
    ground.tone[water] = 1 + 0.05 * ripples[water]
