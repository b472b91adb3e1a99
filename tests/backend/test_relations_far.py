"""Distant tiles: which chips qualify in each mode, that all are as likely, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from backend.contract.training_plan import Plan
from backend.data.dataset import SceneRecord, TileDataset
from backend.data.relations import (
    FAR_MODES,
    OUTSIDE_MODES,
    Far,
    Ground,
    Itself,
    Near,
    chip_words,
    far,
    make_ground,
)
from backend.runtime.errors import RequestError
from backend.training.batches import Batches


def grounds(seed: int = 0, chips: int = 30) -> Ground:
    """Chips of three scenes, some not drawable, at places so that several qualify for all."""
    generator = np.random.default_rng(seed)
    return Ground(
        drawable=np.sort(generator.permutation(chips)[: chips * 4 // 5]),
        scenes=np.arange(chips) * 3 // chips,
        corners=generator.integers(0, 60, (chips, 2)),
        ground_resolution_m=1.0,
        tile_size_px=8,
    )


def qualifying(mode: str, anchor: int, distance: float, ground: Ground) -> list[int]:
    """The chips that qualify, each looked at by itself."""
    found = []
    for chip in ground.drawable.tolist():
        elsewhere = ground.scenes[chip] != ground.scenes[anchor]
        rows, columns = (
            abs(int(one) - int(other))
            for one, other in zip(ground.corners[chip], ground.corners[anchor], strict=True)
        )
        far_enough = {
            "random-record": chip != anchor,
            "other-image": elsewhere,
            "outside-cross": elsewhere or (rows > distance and columns > distance),
            "outside-square": elsewhere or rows > distance or columns > distance,
        }
        if far_enough[mode]:
            found.append(chip)
    return found


def draws(relation: Far, anchor: int, ground: Ground, count: int) -> np.ndarray:
    words = chip_words(count, relation.words, seed=1, epoch=0, tile=2)
    chips, offsets = relation.draw(words, np.full(count, anchor), ground)
    assert relation.near or not offsets.any()
    return chips


@pytest.mark.parametrize("attempts", [far.ATTEMPTS, 1, 0])
@pytest.mark.parametrize("mode", FAR_MODES)
def test_fact_5_all_that_qualify_are_equally_likely(mode: str, attempts: int, monkeypatch) -> None:
    """With few attempts the list of those that qualify decides, and nothing changes."""
    monkeypatch.setattr(far, "ATTEMPTS", attempts)
    monkeypatch.setattr(far, "PAIRS_AT_ONCE", 1000)
    ground = grounds()
    for anchor in (0, 14, 29):
        expected = qualifying(mode, anchor, 20, ground)
        found, counts = np.unique(draws(Far(mode, 20), anchor, ground, 8000), return_counts=True)
        assert found.tolist() == expected
        assert len(expected) < len(ground.drawable) or anchor not in ground.drawable
        assert chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("attempts", [far.ATTEMPTS, 0])
@pytest.mark.parametrize("mode", OUTSIDE_MODES)
def test_distant_tiles_of_the_anchors_own_scene(mode: str, attempts: int, monkeypatch) -> None:
    """Those of its scene that qualify without this, and all equally likely."""
    monkeypatch.setattr(far, "ATTEMPTS", attempts)
    ground = grounds(chips=60)
    for anchor in ground.drawable[[0, 20, -1]].tolist():
        expected = [
            chip
            for chip in qualifying(mode, anchor, 12, ground)
            if ground.scenes[chip] == ground.scenes[anchor]
        ]
        assert 0 < len(expected) < 20
        relation = Far(mode, 12, own_scene=True)
        found, counts = np.unique(draws(relation, anchor, ground, 6000), return_counts=True)
        assert found.tolist() == expected
        assert chisquare(counts).pvalue > 1e-4
    with pytest.raises(RequestError, match="none of the 17 training chips of its"):
        draws(Far(mode, 80, own_scene=True), int(ground.drawable[0]), ground, 4)
    with pytest.raises(ValueError, match="nothing to do with the anchor's own scene"):
        Far("other-image", own_scene=True)


@pytest.mark.parametrize("mode", OUTSIDE_MODES)
def test_fact_5_where_few_qualify_the_draw_ends(mode: str) -> None:
    """Five hundred tiles beside the anchor's own and two far ones: no loop waits for those."""
    corners = np.zeros((502, 2), np.int64)
    corners[-2:] = [[51, 51], [51, -51]]
    ground = Ground(np.arange(502), np.zeros(502, np.int64), corners, 1.0)
    for distance, expected in ((50, {500, 501}), (50.9, {500, 501})):
        assert set(draws(Far(mode, distance), 3, ground, 400).tolist()) == expected
    with pytest.raises(RequestError, match="finds no tile for chip 3: none of the 502"):
        draws(Far(mode, 51), 3, ground, 4)


def test_fact_5_what_cannot_be_drawn_is_refused_with_a_remedy(make_dataset, tmp_path) -> None:
    alone = Ground(np.array([4]), np.zeros(9, np.int64), np.zeros((9, 2), np.int64), 1.0)
    with pytest.raises(RequestError, match="it is the only training chip"):
        Far("random-record").check(alone)
    dataset = TileDataset(make_dataset(tmp_path / "one.tiles", count=12, bands=1))
    ground = make_ground(dataset)
    with pytest.raises(RequestError) as refused:
        Far("other-image").check(ground)
    assert "all training chips are of one scene" in str(refused.value)
    assert "--distant outside-square" in refused.value.hint
    # Chips 24 px apart on a grid of 4 × 3.
    Far("outside-square", 47).check(ground)
    with pytest.raises(RequestError, match="lies more than 80 px away in rows or columns"):
        Far("outside-square", 80).check(ground)
    with pytest.raises(RequestError, match="away in both rows and columns"):
        Far("outside-cross", 47).check(ground)
    with pytest.raises(ValueError, match="no such way to draw distant tiles: nearby"):
        Far("nearby")


@pytest.mark.parametrize("mode", FAR_MODES)
def test_fact_7_a_distant_tile_depends_on_its_own_words_alone(mode: str) -> None:
    ground, relation = grounds(1), Far(mode, 20, Near(6))
    words = chip_words(30, relation.words, seed=2, epoch=5, tile=2)
    chips, offsets = relation.draw(words, np.arange(30), ground)
    for some in (np.array([7]), np.arange(30)[::-1], np.array([3, 29, 0])):
        again = relation.draw(words[some], some, ground)
        assert np.array_equal(again[0], chips[some])
        assert np.array_equal(again[1], offsets[some])
    other = chip_words(30, relation.words, seed=2, epoch=6, tile=2)
    assert not np.array_equal(relation.draw(other, np.arange(30), ground)[0], chips)


def test_fact_5_distant_pixels_are_those_of_another_chip(make_dataset, tmp_path) -> None:
    """Each pixel of the dataset is a number of its own: it tells which chip it was cut from."""
    count, side = 24, 24
    pixels = np.arange(count * side * side, dtype=np.uint16).reshape(count, 1, side, side)
    dataset = TileDataset(make_dataset(tmp_path / "a.tiles", count=count, bands=1, chips=pixels))
    training = dataset.numbers("train")
    near = Near(8)
    relations = (Itself(), near, Far("random-record", near=near))
    batches = Batches(dataset, training, relations, Plan(len(training), 4, 40), seed=0)
    places = set()
    for step in range(40):
        batch = batches.batch(step)
        cut_from = [tile[:, 0, 0, 0] // side**2 for tile in batch.tiles]
        assert np.array_equal(cut_from[0], batch.chips)
        assert np.array_equal(cut_from[1], batch.chips)
        assert not np.any(cut_from[2] == batch.chips)
        assert set(cut_from[2].tolist()) <= set(training.tolist())
        for tile in batch.tiles[2][:, 0]:
            assert len(np.unique(tile // side**2)) == 1
            places.add(divmod(int(tile[0, 0]) % side**2, side))
    assert (8, 8) in places
    assert len(places) > 10


def test_one_distant_tile_in_three_lies_beside_its_chips_anchor() -> None:
    ground, relation = grounds(), Far("random-record", near=Near(6, minimum_offset_px=2))
    words = chip_words(6000, relation.words, seed=0, epoch=0, tile=2)
    _, offsets = relation.draw(words, np.zeros(6000, np.int64), ground)
    moved = offsets[offsets.any(axis=1)]
    assert len(moved) / 6000 == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 6000))
    assert abs(moved).max(axis=1).min() == 2
    assert (moved.min(), moved.max()) == (-6, 5)


def test_the_distance_is_that_of_the_tile_and_not_of_its_chip() -> None:
    """Of two chips 10 px apart, tiles beside the centre are taken where they are far enough."""
    corners = np.array([[0, 0], [0, 10]])
    ground = Ground(np.arange(2), np.zeros(2, np.int64), corners, 1.0)
    relation = Far("outside-square", 9, Near(4))
    words = chip_words(4000, relation.words, seed=0, epoch=0, tile=2)
    chips, offsets = relation.draw(words, np.zeros(4000, np.int64), ground)
    assert set(chips.tolist()) == {1}
    # Offsets to the left would end at 9 px or less: the anchor is taken instead.
    assert set(offsets[:, 1].tolist()) == {0, 1, 2, 3}
    assert set(offsets[:, 0].tolist()) == set(range(-4, 4))


def scene(name: str, crs: str, west: float, north: float, pixel: float) -> SceneRecord:
    transform = [pixel, 0.0, west, 0.0, -pixel, north]
    return SceneRecord(name, [], None, crs, transform, width=100, height=100)


def test_dates_of_one_place_are_not_distant_from_each_other() -> None:
    """Two scenes on grids 7 px apart, one of the same ground in degrees, and one elsewhere."""
    # 0.0001° at the equator, in central UTM zone 31, are about 11.1 m.
    records = [
        scene("2009", "EPSG:32631", 500_000, 5_000, 10.0),
        scene("2012", "EPSG:32631", 500_070, 5_000, 10.0),
        scene("degrees", "EPSG:4326", 3.0, 5_000 / 110_580, 0.00009),
        scene("elsewhere", "EPSG:32631", 700_000, 5_000, 10.0),
    ]
    ground = Ground(
        drawable=np.arange(5),
        scenes=np.array([0, 1, 2, 3, 0]),
        corners=np.array([[40, 40], [40, 33], [40, 40], [40, 40], [40, 61]]),
        ground_resolution_m=10.0,
        records=records,
        tile_size_px=8,
    )
    assert ground.places.tolist() == [0, 0, 0, 1, 0]
    assert ground.centres[0].tolist() == [44, 44]
    assert ground.centres[1].tolist() == [44, 44]
    assert ground.centres[2] == pytest.approx([44, 44], abs=1)
    drawn = draws(Far("outside-square", 20), 0, ground, 500)
    assert set(drawn.tolist()) == {3, 4}
    own = Far("outside-square", 20, own_scene=True)
    assert set(draws(own, 0, ground, 50).tolist()) == {4}
    # As published, another date is another image.
    assert set(draws(Far("other-image"), 0, ground, 500).tolist()) == {1, 2, 3}


def test_scenes_of_a_local_crs_are_measured_in_it() -> None:
    """A building site's coordinates have no degrees; two grids of one site are one place."""
    site = 'LOCAL_CS["Site",UNIT["metre",1]]'
    records = [
        scene("one", site, 0, 0, 1.0),
        scene("half a pixel off", site, 30.5, 0, 1.0),
        scene("away", site, 500, 0, 1.0),
        scene("on Earth", "EPSG:32631", 500_000, 5_000, 10.0),
    ]
    corners = np.array([[10, 40], [10, 10], [10, 40], [10, 40]])
    ground = Ground(np.arange(4), np.arange(4), corners, 1.0, records, tile_size_px=8)
    assert ground.places.tolist() == [0, 0, 1, 2]
    assert ground.centres[1].tolist() == [14, 44.5]
    assert set(draws(Far("outside-square", 20), 0, ground, 200).tolist()) == {2, 3}


def test_scenes_that_no_crs_places_are_places_of_their_own() -> None:
    ground = grounds()
    assert np.array_equal(ground.places, ground.scenes)
    assert np.array_equal(ground.centres, ground.corners + 4)
