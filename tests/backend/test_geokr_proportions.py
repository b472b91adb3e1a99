"""Land cover of tiles as soft labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas
import numpy as np
import pytest

from backend.data.dataset import LandCoverClass, TileDataset
from backend.data.proportions import land_cover_proportions, merged_classes, shares
from backend.runtime.errors import DataError, RequestError

NAMES = ("Class 0", "Class 1", "Class 2")


@pytest.fixture(scope="module")
def plain(make_dataset, tmp_path_factory) -> Path:
    """6 chips of 4-px tiles, wholly of class n % 3."""
    folder = tmp_path_factory.mktemp("proportions") / "plain.tiles"
    return make_dataset(folder, count=6, bands=1, tile=4, radius=2, classes=3)


class Counted(TileDataset):
    """A dataset whose tiles hold other counts; those of its chips stay as they are."""

    scenes: Sequence[str | None] = ("scene",) * 6

    def __init__(self, folder: Path, counts: Sequence, **land_cover) -> None:
        super().__init__(folder)
        self.information.land_cover = land_cover
        self._counts = np.asarray(counts)

    def table(self, layer: str = "tiles") -> geopandas.GeoDataFrame:
        frame = super().table(layer)
        if layer == "tiles":
            for number in range(3):
                frame[f"class_{number}"] = self._counts[:, number]
            frame["scene"] = list(self.scenes)
        return frame


COUNTS = [[4, 8, 4], [0, 0, 0], [16, 0, 0], [1, 0, 0], [0, 3, 9], [5, 5, 6]]


@pytest.fixture(scope="module")
def mixed(plain: Path) -> TileDataset:
    return Counted(plain, COUNTS)


def known(*names: str) -> list[LandCoverClass]:
    return [LandCoverClass(f"c{n}", name, [n], "#000000") for n, name in enumerate(names)]


def test_fact_1_shares_sum_to_one_whatever_the_scale(mixed: TileDataset) -> None:
    proportions = land_cover_proportions(mixed)
    assert proportions.names == NAMES
    labelled = np.asarray(COUNTS).sum(1) > 0
    assert np.abs(proportions.values.sum(1) - labelled).max() < 1e-6
    assert (proportions.values >= 0).all()
    assert proportions.values[0].tolist() == [0.25, 0.5, 0.25]
    generator = np.random.default_rng(0)
    counts = generator.integers(0, 100, (50, 8)).astype(float)
    for factor in (3.0, 0.001):
        assert np.allclose(shares(factor * counts), shares(counts), atol=1e-12)


def test_fact_2_the_released_epsilon_and_class_list() -> None:
    # Artificial, bare, cultivated, forest, grass, snow, water, wetland; shrubland is left out.
    names = ["cultivated", "forest", "shrub", *("artificial", "bare", "grass", "snow", "water")]
    classes = known(*names, "wetland")
    wanted = ["artificial", "bare", "cultivated", "forest", "grass", "snow", "water", "wetland"]
    _, places = merged_classes(wanted, classes)
    counts = np.array([30.0, 50, 20, 0, 0, 0, 0, 0, 0])
    merged = np.array([[counts[group].sum() for group in places]])
    y = shares(merged, 1e-6)
    assert y[0] == pytest.approx([0, 0, 0.375, 0.625, 0, 0, 0, 0], abs=1e-7)
    assert y.sum() == pytest.approx(0.9999999875, abs=1e-11)
    assert shares(np.zeros((1, 8)), 1e-6).tolist() == [[0.0] * 8]


def test_fact_3_merged_classes_add_and_permuted_classes_permute(mixed: TileDataset) -> None:
    apart = land_cover_proportions(mixed).values
    merged = land_cover_proportions(mixed, ["Class 2 + class 0", "Class 1"])
    assert merged.names == ("Class 2 + class 0", "Class 1")
    assert np.allclose(merged.values, np.stack([apart[:, 0] + apart[:, 2], apart[:, 1]], 1))
    permuted = land_cover_proportions(mixed, [NAMES[2], NAMES[0], NAMES[1]])
    assert np.array_equal(permuted.values, apart[:, [2, 0, 1]])


def test_fact_4_no_land_cover_weighs_nothing(mixed: TileDataset) -> None:
    for epsilon in (0.0, 1e-6):
        proportions = land_cover_proportions(mixed, epsilon=epsilon)
        assert np.isfinite(proportions.values).all()
        assert proportions.values[1].tolist() == [0, 0, 0]
        assert proportions.weights.tolist() == [1, 0, 1, 1, 1, 1]
    # Nothing of the two classes asked for: as good as none.
    proportions = land_cover_proportions(mixed, ["Class 1", "Class 2"])
    assert proportions.values[2].tolist() == [0, 0]
    assert proportions.weights.tolist() == [1, 0, 0, 0, 1, 1]
    assert proportions.values[4].tolist() == [0.25, 0.75]


def test_fact_4_too_little_land_cover_weighs_nothing(mixed: TileDataset) -> None:
    few = land_cover_proportions(mixed, minimum_pixels=12)
    assert few.weights.tolist() == [1, 0, 1, 0, 1, 1]
    # The fullest tile holds 16 pixels.
    part = land_cover_proportions(mixed, minimum_fraction=0.8)
    assert part.weights.tolist() == [1, 0, 1, 0, 0, 1]
    assert land_cover_proportions(mixed, minimum_fraction=0.75).weights[4] == 1


def test_the_fullest_tile_is_that_of_the_same_scene(plain: Path) -> None:
    """Land cover may be finer under another scene; tiles without a scene are one group."""
    dataset = Counted(plain, COUNTS)
    dataset.scenes = ("one", "one", "one", "two", None, None)
    part = land_cover_proportions(dataset, minimum_fraction=0.8)
    assert part.weights.tolist() == [1, 0, 1, 1, 0, 1]


def test_the_anchor_tile_counts_and_not_the_chip(mixed: TileDataset) -> None:
    assert mixed.table("chips")["class_0"].tolist() == [64, 0, 0, 64, 0, 0]
    assert land_cover_proportions(mixed).values[3].tolist() == [1, 0, 0]
    assert land_cover_proportions(mixed).values[4, 1] == 0.25


def test_counts_may_be_parts_of_pixels(plain: Path) -> None:
    floats = Counted(plain, np.asarray(COUNTS) * 0.25)
    assert land_cover_proportions(floats).values[4].tolist() == [0, 0.25, 0.75]
    many = Counted(plain, np.asarray(COUNTS) * 1000, counts_per_pixel=1000)
    few = land_cover_proportions(many, minimum_pixels=12)
    assert few.weights.tolist() == [1, 0, 1, 0, 1, 1]


def test_counts_that_are_none_are_told(plain: Path) -> None:
    for wrong in (-1.0, np.nan):
        counts = np.asarray(COUNTS, float)
        counts[3, 1] = wrong
        with pytest.raises(DataError, match=r"land cover of chip 3 .* is no count of pixels"):
            land_cover_proportions(Counted(plain, counts))


def test_classes_that_do_not_fit_are_told() -> None:
    classes = known("Forest", "Shrubland", "Trees + shrubs", "Water")
    names, places = merged_classes(["trees + shrubs", "Forest+Water"], classes)
    assert (names, places) == (("trees + shrubs", "Forest+Water"), [[2], [0, 3]])
    with pytest.raises(RequestError, match="no land-cover class 'Woods'") as raised:
        merged_classes(["Water", "Forest+Woods"], classes)
    assert "Forest, Shrubland, Trees" in raised.value.hint
    with pytest.raises(RequestError, match=r"names Forest twice: in 'Forest' and in 'Water\+For"):
        merged_classes(["Forest", "Water+Forest"], classes)
    with pytest.raises(RequestError, match="only 1 class to learn from"):
        merged_classes(["Forest+Water"], classes)
    with pytest.raises(RequestError, match=r"only 0 class to learn from \(none\)"):
        merged_classes([], [])
