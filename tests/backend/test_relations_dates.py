"""AnotherDate: the same ground on another date, to the pixel; and who takes it as second view."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from backend import build
from backend.contract.dates import has_dates
from backend.contract.methods import METHODS, unmet_needs
from backend.data.dataset import TileDataset
from backend.data.relations import (
    AnotherDate,
    Itself,
    TilesOnDisk,
    another_date,
    chip_words,
    make_ground,
)
from backend.runtime.errors import RequestError
from tests.backend.conftest import ORIGIN, RESOLUTION_M
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

TILE, RADIUS, SIDE = 6, 5, 60
# What the second scene's corner lies from the first's, in rows and columns.
SHIFT = (3, 4)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def ground(shift: tuple[int, int]) -> np.ndarray:
    """(2, SIDE, SIDE): row and column on the ground, from 1 on, of each pixel of a scene."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    return np.stack([rows + shift[0] + 1, columns + shift[1] + 1]).astype(np.uint16)


@pytest.fixture(scope="module")
def series(make_scene, tmp_path_factory) -> TileDataset:
    """Two dates that lie 3 rows and 4 columns apart, a second scene of the first date, and one of
    a third date whose pixels are half as wide; every pixel tells its place on the ground."""
    folder = tmp_path_factory.mktemp("series")
    moved = ORIGIN[0] + SHIFT[1] * RESOLUTION_M, ORIGIN[1] - SHIFT[0] * RESOLUTION_M
    plans = [
        ("a", ORIGIN, (0, 0), RESOLUTION_M), ("b", moved, SHIFT, RESOLUTION_M),
        ("c", ORIGIN, (0, 0), RESOLUTION_M), ("d", ORIGIN, (0, 0), RESOLUTION_M / 2),
    ]  # fmt: skip
    paths = [
        make_scene(folder / f"{name}.tif", ground(shift), origin=origin, resolution=resolution)
        for name, origin, shift, resolution in plans
    ]
    dates = ("2020-02-01", "2020-07-01", "2020-02-01", "2021-02-01")
    options = [f"--dates={date}" for date in dates] + [f"--scenes={path}" for path in paths]
    assert build.main([
        *options, "--output", str(folder / "series.tiles"), "--count=200", "--allow-fewer",
        f"--tile-size-px={TILE}", f"--neighbour-radius-px={RADIUS}",
        "--validation-fraction=0", "--test-fraction=0",
    ]) == 0  # fmt: skip
    return TileDataset(folder / "series.tiles")


def drawn(dataset: TileDataset, relation: AnotherDate, epoch: int = 0):
    anchors = dataset.numbers("train")
    words = chip_words(len(dataset), relation.words, seed=1, epoch=epoch, tile=1)[anchors]
    return anchors, *relation.draw(words, anchors, make_ground(dataset))


def test_fact_5_10_1_and_2_pairs_are_of_two_dates_and_one_footprint(series: TileDataset) -> None:
    relation = another_date(series)
    table = series.table()
    paired = set()
    tiles = TilesOnDisk(series)
    for epoch in range(4):
        anchors, chips, offsets = drawn(series, relation, epoch)
        one, other = tiles.cut(anchors, 0 * offsets), tiles.cut(chips, offsets)
        # Pixels tell their ground: that of both tiles is the same, to the pixel.
        assert np.array_equal(one, other)
        moved = chips != anchors
        assert (table["date"][anchors[moved]].values != table["date"][chips[moved]].values).all()
        assert not offsets[~moved].any()
        scenes = table["scene"].to_numpy()
        paired |= set(zip(scenes[anchors[moved]], scenes[chips[moved]], strict=True))
    # Scenes of one date, and of pixels of another size, are never paired.
    assert paired == {("a", "b"), ("b", "a"), ("c", "b"), ("b", "c")}


def test_none_that_could_be_drawn_is_left_out(series: TileDataset) -> None:
    """By a loop over all pairs of training chips."""
    relation, table = another_date(series), series.table()
    first = {"a": (0, 0), "b": SHIFT, "c": (0, 0)}
    places = table[["row_px", "column_px"]].to_numpy()
    numbers = [int(n) for n in series.numbers("train")]
    for anchor in numbers:
        scene, found = table["scene"][anchor], {}
        for chip in numbers:
            other = table["scene"][chip]
            if "d" in (scene, other) or table["date"][anchor] == table["date"][chip]:
                continue
            offset = places[anchor] + first[scene] - places[chip] - first[other]
            if abs(offset).max() <= RADIUS:
                found[chip] = tuple(int(n) for n in offset)
        count = relation.counts[anchor]
        kept = zip(relation.chips[anchor, :count], relation.offsets[anchor, :count], strict=True)
        assert {int(c): tuple(o.tolist()) for c, o in kept} == found
    assert relation.note.startswith(f"{(relation.counts > 0).sum()} of {len(numbers)} training")


def test_fact_5_10_2_a_grid_that_is_shifted_by_a_pixel_is_noticed(series: TileDataset) -> None:
    wrong = copy.copy(series)
    wrong.information = copy.deepcopy(series.information)
    wrong.information.scenes[1].transform[2] += RESOLUTION_M
    anchors, chips, offsets = drawn(wrong, another_date(wrong))
    tiles = TilesOnDisk(series)
    one, other = tiles.cut(anchors, 0 * offsets), tiles.cut(chips, offsets)
    moved = chips != anchors
    assert moved.any() and (one[moved] != other[moved]).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("method", ["moco-dates", "geomoco", "simclr", "vicreg"])
def test_the_second_view_may_be_another_date(method: str, series: TileDataset) -> None:
    values = {} if METHODS[method].recipe == "moco" else dict(second_view="date")
    learner, batches = make_learner(
        tiny_job(method, batch_size=8, steps=2, position_clusters=2, **values), series
    )
    recipe = learner.recipe
    assert recipe.relations[0] == Itself() and isinstance(recipe.relations[1], AnotherDate)
    outcome, norm = learner.take_step(batches.batch(0))
    assert torch.isfinite(outcome.loss) and norm > 0


def test_without_dates_geomoco_goes_by_the_tile_itself(small_dataset) -> None:
    job = tiny_job("geomoco", batch_size=8, steps=2, position_clusters=2)
    assert make_learner(job, small_dataset)[0].recipe.relations == (Itself(),)
    with pytest.raises(RequestError, match="--second-view date finds no training tile"):
        make_learner(tiny_job("simclr", second_view="date"), small_dataset)


def test_dates_of_one_place_are_counted_by_scenes_that_overlap(series: TileDataset) -> None:
    record = series.information.to_json()
    assert has_dates(record, 3) and not has_dates(record, 4)
    assert unmet_needs(METHODS["moco-dates"], record) == []
    apart = copy.deepcopy(record)
    for number, scene in enumerate(apart["scenes"]):
        scene["transform"][2] += 1e6 * number
    assert not has_dates(apart, 2) and has_dates(apart, 1)
    assert "2 dates of one place" in unmet_needs(METHODS["moco-dates"], apart)[0]
    undated = copy.deepcopy(record)
    for scene in undated["scenes"]:
        scene["date"] = None
    assert not has_dates(undated, 2) and not has_dates({}, 2)
    other = copy.deepcopy(record)
    for number, scene in enumerate(other["scenes"]):
        scene["crs"] = f"EPSG:{32601 + number}"
    assert not has_dates(other, 2)
