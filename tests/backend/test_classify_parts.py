"""The parts of a classification: samples, weights, folds, numbers, classes."""

from __future__ import annotations

import io

import geopandas
import numpy as np
import pytest
import shapely
from rasterio.crs import CRS

from backend.classification.classes import make_classes
from backend.classification.classifiers import Classifier, ClassifierSettings
from backend.classification.folds import (
    default_block_size_m,
    default_buffer_m,
    random_split,
    spatial_folds,
)
from backend.classification.labels import read_labels
from backend.classification.samples import once_each, sample_weights, spread
from backend.classification.validation import Fold, by_class, scores, summed_up
from backend.data.coordinates import local_metres
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter


def quiet() -> Reporter:
    return Reporter(as_events=True, stdout=io.StringIO())


def test_a_large_polygon_weighs_as_much_as_a_point() -> None:
    features = np.array([0, 0, 0, 0, 1, 2])
    classes = np.array([0, 0, 0, 0, 0, 1])
    by_feature = sample_weights(features, classes, by_feature=True, balanced=False)
    assert by_feature[:4].sum() == pytest.approx(by_feature[4]) == pytest.approx(by_feature[5])
    assert by_feature.mean() == pytest.approx(1)
    balanced = sample_weights(features, classes, by_feature=True, balanced=True)
    assert balanced[:5].sum() == pytest.approx(balanced[5]) == pytest.approx(3)
    assert balanced[:4].sum() == pytest.approx(balanced[4])
    plain = sample_weights(features, classes, by_feature=False, balanced=False)
    assert np.array_equal(plain, np.ones(6))


def test_a_cell_is_taken_once_and_never_for_two_classes() -> None:
    positions = np.array([7, 3, 7, 5, 5, 9])
    kinds = np.array([0, 1, 0, 0, 1, 1])
    kept, disputed = once_each(positions, kinds)
    assert kept.tolist() == [0, 1, 5] and disputed == 1


def test_cells_are_spread_over_the_features() -> None:
    features = np.repeat([0, 1, 2], [1000, 10, 2])
    kinds = np.repeat([0, 0, 1], [1000, 10, 2])
    kept = spread(features, kinds, 30, seed=0)
    assert np.bincount(features[kept]).tolist() == [20, 10, 2]
    assert np.array_equal(kept, spread(features, kinds, 30, seed=0))
    assert not np.array_equal(kept, spread(features, kinds, 30, seed=1))


@pytest.mark.parametrize("seed", range(5))
def test_folds_share_no_block_and_respect_the_buffer(seed: int) -> None:
    generator = np.random.default_rng(seed)
    metres = generator.uniform(0, 10_000, (600, 2))
    classes = generator.integers(0, 3, 600)
    found = spatial_folds(metres, classes, folds=5, block_size_m=1500, buffer_m=400, seed=seed)
    assert found.count == 5
    tested = []
    corner = metres.min(axis=0)
    for fit, test in found.split():
        tested += test.tolist()
        blocks = [{tuple(b) for b in (metres[part] - corner) // 1500} for part in (fit, test)]
        assert not blocks[0] & blocks[1]
        gaps = np.linalg.norm(metres[fit][:, None] - metres[test][None], axis=2)
        assert gaps.min() >= 400
        # None is left out but for the buffer.
        out = np.setdiff1d(np.arange(600), np.concatenate([fit, test]))
        near = np.linalg.norm(metres[out][:, None] - metres[test][None], axis=2).min(axis=1)
        assert (near < 400).all()
        assert len(np.unique(classes[test])) == 3
    assert sorted(tested) == list(range(600))


def test_there_are_no_more_folds_than_blocks() -> None:
    metres = np.array([[0, 0], [10, 10], [20, 5], [2000, 0], [2010, 10], [2020, 0]], float)
    classes = np.array([0, 1, 0, 1, 0, 1])
    options = dict(folds=5, buffer_m=0, seed=0)
    assert spatial_folds(metres, classes, block_size_m=1000, **options).count == 2
    assert spatial_folds(metres, classes, block_size_m=5000, **options).count == 1


def test_random_folds_hold_every_sample_once_and_every_class() -> None:
    classes = np.repeat([0, 1], [90, 10])
    folds = list(random_split(classes, folds=5, seed=0))
    assert sorted(n for _, test in folds for n in test) == list(range(100))
    assert all(np.bincount(classes[test]).tolist() == [18, 2] for _, test in folds)
    assert len(list(random_split(np.repeat([0, 1], 3), folds=5, seed=0))) == 3


def test_default_block_and_buffer() -> None:
    metres = np.array([[0.0, 0.0], [20_000.0, 4000.0]])
    assert default_block_size_m(metres, 480.0) == 2000.0
    assert default_block_size_m(metres, 1280.0) == 2560.0
    # Two squares of that side whose centres are a diagonal apart share no pixel, however they lie.
    assert default_buffer_m(480.0, single_pixels=False) == pytest.approx(480 * np.sqrt(2))
    assert default_buffer_m(30.0, single_pixels=True) == 0


def test_metres_on_the_ground_from_degrees_and_from_feet() -> None:
    # One degree of latitude is 110.57 km at the equator, and of longitude 111.32 km.
    x, y = local_metres(CRS.from_epsg(4326), np.array([0.0, 1.0]), np.array([-0.5, 0.5]))
    assert np.ptp(x) == pytest.approx(111_319, rel=1e-3)
    assert np.ptp(y) == pytest.approx(110_574, rel=1e-3)
    # EPSG:2277 counts in US survey feet.
    x, _ = local_metres(CRS.from_epsg(2277), np.array([3.1e6, 3.11e6]), np.array([1.0e7, 1.0e7]))
    assert np.ptp(x) == pytest.approx(10_000 * 0.3048006, rel=1e-3)


def test_numbers_of_a_confusion_made_by_hand() -> None:
    # 8 of class 0: 6 found; 4 of class 1: 1 found, 3 taken for 0; none of class 2, one so called.
    confusion = np.array([[6, 1, 1], [3, 1, 0], [0, 0, 0]])
    found = scores(confusion)
    assert found["accuracy"] == pytest.approx(7 / 12)
    assert found["balanced_accuracy"] == pytest.approx((6 / 8 + 1 / 4) / 2)
    assert found["macro_f1"] == pytest.approx((12 / 17 + 1 / 3) / 2)
    rows = by_class([Fold(1, 12, confusion, ())])
    assert rows[0]["producers_accuracy"] == 6 / 8 and rows[0]["users_accuracy"] == 6 / 9
    assert rows[1]["producers_accuracy"] == 1 / 4 and rows[1]["users_accuracy"] == 1 / 2
    assert rows[0]["f1"] == pytest.approx(2 * 6 / (8 + 9))
    assert rows[1]["f1"] == pytest.approx(2 * 1 / (4 + 2))
    # What is not in the reference was not tested.
    assert rows[2]["f1"] is None and rows[2]["f1_deviation"] is None
    assert rows[2]["producers_accuracy"] is None and rows[2]["users_accuracy"] == 0
    assert rows[0]["reference_cells"] == 8 and rows[0]["predicted_cells"] == 9


def test_scores_of_folds_are_of_all_together_and_spread_over_them() -> None:
    folds = [
        Fold(1, 10, np.array([[5, 0], [0, 5]]), ()),
        Fold(1, 2, np.array([[0, 1], [1, 0]]), ()),
    ]
    found = summed_up(folds)["accuracy"]
    assert found["value"] == pytest.approx(10 / 12)
    assert found["deviation"] == pytest.approx(np.std([1, 0], ddof=1))
    assert summed_up(folds[:1])["accuracy"]["deviation"] is None


@pytest.mark.parametrize("kind", ["logistic", "knn", "random-forest"])
def test_classifiers_give_probabilities_of_the_classes_that_they_know(kind: str) -> None:
    generator = np.random.default_rng(0)
    classes = np.repeat([0, 2], 60)
    vectors = (generator.normal(size=(120, 4)) + 4 * classes[:, None]).astype(np.float32)
    groups = np.tile(np.arange(12), 10)
    model = Classifier(ClassifierSettings(kind, trees=20), 3)
    model.fit(vectors, classes, np.ones(120), groups)
    found = model.probabilities(vectors)
    assert found.dtype == np.float32 and np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found[:, 1] == 0).all() and (found.argmax(axis=1) == classes).all()
    again = Classifier(ClassifierSettings(kind, trees=20), 3)
    again.fit(vectors, classes, np.ones(120), groups)
    assert np.array_equal(found, again.probabilities(vectors))


def test_weights_decide_between_neighbours() -> None:
    vectors = np.array([[0.0], [0.1], [0.2]], np.float32)
    classes, groups = np.array([0, 0, 1]), np.arange(3)
    for weights, wanted in (([1, 1, 1], 2 / 3), ([1, 1, 6], 2 / 8)):
        model = Classifier(ClassifierSettings("knn", neighbours=3), 2)
        model.fit(vectors, classes, np.array(weights, float), groups)
        assert model.probabilities(vectors)[0, 0] == pytest.approx(wanted)


def test_whole_numbers_are_the_codes_of_the_map() -> None:
    found = make_classes([41, 11, 41], ["41=#38814e Deciduous forest"], quiet())
    assert [(one.value, one.code, one.name) for one in found] == [
        (11, 11, "Class 11"),
        (41, 41, "Deciduous forest"),
    ]
    assert found[1].rgb == (0x38, 0x81, 0x4E) and found[0].colour != found[1].colour


def test_texts_and_zero_are_numbered_from_one() -> None:
    found = make_classes(["water", "forest"], ["water=#0000FF"], quiet())
    assert [(one.code, one.name) for one in found] == [(1, "forest"), (2, "water")]
    assert found[1].colour == "#0000ff"
    assert [one.code for one in make_classes([0, 1], [], quiet())] == [1, 2]
    assert [one.code for one in make_classes([7, "x"], [], quiet())] == [1, 2]
    many = make_classes(list(range(255)), [], quiet())
    assert len({one.colour for one in many}) == 255 and many[-1].code == 255


def test_wrong_colours_and_too_many_classes() -> None:
    with pytest.raises(RequestError, match="is no colour of a class"):
        make_classes(["a", "b"], ["a=red"], quiet())
    with pytest.raises(DataError, match="256 classes"):
        make_classes(list(range(256)), [], quiet())


def write_labels(path, values, geometries=None, crs="EPSG:32612"):
    geometries = geometries or [shapely.Point(n, 0) for n in range(len(values))]
    frame = geopandas.GeoDataFrame({"class": values}, geometry=geometries, crs=crs)
    frame.to_file(path, driver="GPKG", layer="labels")
    return str(path)


def test_values_of_a_class_field(tmp_path) -> None:
    crs = CRS.from_epsg(32612)

    def read(values):
        return read_labels(write_labels(tmp_path / "l.gpkg", values), "class", crs, quiet()).values

    assert read([" forest ", "water", None, ""]) == ["forest", "water"]
    # A column of whole numbers with a gap is one of floats.
    assert read([3, None, 5]) == [3, 5]
    assert read([True, False]) == ["true", "false"]
    with pytest.raises(RequestError, match="a class is a text or a whole number"):
        read([1.5, 2.0])
    with pytest.raises(RequestError, match="no field 'kind'; their fields are: class"):
        read_labels(str(tmp_path / "l.gpkg"), "kind", crs, quiet())


def test_invalid_polygons_are_mended_and_reprojected(tmp_path) -> None:
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    path = write_labels(tmp_path / "l.gpkg", ["a"], [shapely.transform(bow, lambda p: p + 5e5)])
    found = read_labels(path, "class", CRS.from_epsg(4326), quiet())
    assert shapely.is_valid(found.geometries).all()
    assert -180 <= found.geometries[0].bounds[0] <= 180
