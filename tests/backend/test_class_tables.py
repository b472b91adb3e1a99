"""Class tables: the built-in products and their crosswalks, and what a table can say."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from backend.contract.jobs import BuildJob
from backend.contract.settings import settings_of
from backend.data.class_table import BUILT_IN, built_in_tables, read_class_table
from backend.data.class_table_codes import IGNORED, NO_DATA, UNKNOWN, ClassTable, expand_codes
from backend.data.class_table_rows import make_table
from backend.runtime.errors import RequestError
from tests.conftest import REPOSITORY

TEN = [
    "Cultivated land",
    "Forest",
    "Grassland",
    "Shrubland",
    "Wetland",
    "Water bodies",
    "Tundra",
    "Artificial surfaces",
    "Bare land",
    "Permanent snow and ice",
]
CROSSWALK = "-as-globeland30"
PRODUCTS = {
    "worldcover",
    "dynamic-world",
    "esri-2020",
    "esri-annual",
    "corine",
    "clc-plus-backbone",
    "nlcd",
    "cgls-lc100",
    "cci-lc",
}


@cache
def _table(name: str) -> ClassTable:
    return read_class_table(name)


def _codes(name: str) -> set:
    return {code for one in _table(name).classes for code in expand_codes(one.codes)}


def _class_of(name: str, code: int) -> str:
    table = _table(name)
    return table.classes[int(table.index(np.array([code]))[0])].name


@pytest.mark.parametrize("name", built_in_tables())
def test_every_built_in_table_loads_and_doubles_no_code(name):
    table = _table(name)
    content = json.loads((BUILT_IN / f"{name}.json").read_text("utf-8"))
    assert content["title"] and all(one.get("colour") for one in content["classes"])
    codes = [code for one in table.classes for code in expand_codes(one.codes)]
    codes += [*table.nodata, *table.ignore]
    assert len(set(codes)) == len(codes)
    assert len({one.column for one in table.classes}) == len(table.classes)
    assert len({one.name for one in table.classes}) == len(table.classes)
    assert len(table.bands) in (0, len(table.classes))


@pytest.mark.parametrize("name", [n for n in built_in_tables() if n.endswith(CROSSWALK)])
def test_every_crosswalk_covers_every_code_of_its_product(name):
    product, crosswalk = _table(name.removesuffix(CROSSWALK)), _table(name)
    assert [one.name for one in crosswalk.classes] == TEN
    if product.bands:
        bands = [band for bands in crosswalk.bands for band in bands]
        assert sorted(bands) == sorted(band for bands in product.bands for band in bands)
        assert crosswalk.whole == product.whole
    else:
        own, ten = _codes(name.removesuffix(CROSSWALK)), _codes(name)
        assert ten | crosswalk.ignore == own | product.ignore
    assert crosswalk.nodata == product.nodata
    assert crosswalk.unknown == product.unknown == UNKNOWN


def test_every_product_has_a_crosswalk_and_the_help_names_it():
    named = set(built_in_tables())
    assert named >= PRODUCTS and named >= {product + CROSSWALK for product in PRODUCTS}
    (text,) = (s.help for s in settings_of(BuildJob) if s.name == "class_table")
    listed = text.partition("by name: ")[2].partition(" (each also")[0].split(", ")
    assert len(listed) > 5 and named >= {name + CROSSWALK for name in listed}
    assert "globeland30 and more" in text and (REPOSITORY / "docs" / "land_cover.md").exists()


def test_globeland30_has_ten_classes_and_the_sea():
    table = _table("globeland30")
    assert [one.name for one in table.classes] == [*TEN, "Sea"]
    assert _codes("globeland30") == {*range(10, 101, 10), *range(71, 80), 255}
    assert table.nodata == {0} and table.discard_if_only == (10,)
    colours = [tuple(bytes.fromhex(one.colour[1:])) for one in table.classes]
    assert colours[:3] == [(249, 160, 255), (0, 99, 0), (99, 255, 0)]
    assert colours[6:] == [
        (99, 99, 51),
        (255, 0, 0),
        (191, 191, 191),
        (198, 239, 255),
        (0, 198, 255),
    ]


# A code of each product that shows its coding, and the class of the ten that it goes to.
MEANINGS = [
    ("worldcover", 95, "Mangroves", "Wetland"),
    ("worldcover", 100, "Moss and lichen", "Tundra"),
    ("dynamic-world", 0, "Water", "Water bodies"),
    ("dynamic-world", 8, "Snow and ice", "Permanent snow and ice"),
    ("esri-2020", 6, "Scrub or shrub", "Shrubland"),
    ("esri-annual", 11, "Rangeland", "Grassland"),
    ("corine", 1, "Continuous urban fabric", "Artificial surfaces"),
    ("corine", 18, "Pastures", "Cultivated land"),
    ("corine", 231, "Pastures", "Cultivated land"),
    ("corine", 34, "Glaciers and perpetual snow", "Permanent snow and ice"),
    ("corine", 522, "Estuaries", "Water bodies"),
    ("clc-plus-backbone", 7, "Periodically herbaceous", "Cultivated land"),
    ("nlcd", 21, "Developed, open space", "Artificial surfaces"),
    ("nlcd", 73, "Lichens", "Tundra"),
    ("cgls-lc100", 126, "Open forest, other", "Forest"),
    ("cci-lc", 190, "Urban areas", "Artificial surfaces"),
]


@pytest.mark.parametrize("product, code, own, ten", MEANINGS)
def test_codes_mean_what_their_product_says(product, code, own, ten):
    assert _class_of(product, code) == own
    assert _class_of(product + CROSSWALK, code) == ten


def test_corine_has_44_classes_in_both_codings():
    table = _table("corine")
    assert [one.codes[0] for one in table.classes] == list(range(1, 45))
    levels = [one.codes[1] for one in table.classes]
    assert levels == sorted(levels) and levels[0] == 111 and levels[-1] == 523


def test_fact_6_code_0_is_water_in_dynamic_world_and_no_data_in_globeland30():
    codes = np.array([0, 1], "uint8")
    for name in ("dynamic-world", "dynamic-world-as-globeland30"):
        kind = int(_table(name).index(codes)[0])
        assert _table(name).classes[kind].name.startswith("Water")
    assert _table("globeland30").index(codes).tolist() == [NO_DATA, UNKNOWN]


def _shares(table: ClassTable, counts: dict[int, int]) -> np.ndarray:
    """Class shares of a tile that holds each code so often; 0 where nothing counts."""
    kinds = table.index(np.repeat(list(counts), list(counts.values())))
    found = np.bincount(kinds[kinds >= 0], minlength=len(table.classes))
    return found / max(1, found.sum())


def test_fact_2_geokr_takes_shares_of_its_eight_classes():
    shares = _shares(_table("globeland30-geokr"), {10: 30, 20: 50, 40: 20})
    np.testing.assert_allclose(shares, [0, 0, 0.375, 0.625, 0, 0, 0, 0])
    with_sea = _shares(_table("globeland30-geokr"), {10: 30, 20: 50, 40: 20, 255: 7, 0: 9, 77: 5})
    np.testing.assert_allclose(with_sea, shares)


def test_fact_1_shares_sum_to_one_and_do_not_depend_on_the_number_of_pixels():
    table = _table("worldcover")
    counts = {10: 3, 40: 5, 80: 9, 0: 4}
    shares = _shares(table, counts)
    assert shares.sum() == pytest.approx(1, abs=1e-12) and shares.min() >= 0
    np.testing.assert_allclose(_shares(table, {c: 7 * n for c, n in counts.items()}), shares)


def test_fact_3_merged_classes_add_and_the_order_of_classes_is_theirs():
    rows = [{"name": n, "codes": c} for n, c in (("A", [1]), ("B", [2]), ("C", ["3-4"]))]
    merged = [{"name": "C", "codes": ["3-4"]}, {"name": "A and B", "codes": [2, 1]}]
    counts = {1: 4, 2: 3, 3: 2, 4: 6, 0: 5}
    plain = _shares(make_table("t", rows, [0]), counts)
    np.testing.assert_allclose(
        _shares(make_table("t", merged, [0]), counts), [plain[2], plain[0] + plain[1]]
    )


def test_fact_4_nothing_but_no_data_or_sea_is_no_label():
    nothing = _shares(_table("globeland30"), {0: 50})
    assert not nothing.any() and np.isfinite(nothing).all()
    table = _table("globeland30")
    counts = np.zeros((3, 11), np.int64)
    counts[0, 10], counts[1, 10], counts[1, 5], counts[2, 0] = 50, 50, 1, 4
    kept = table.without_discarded(counts)
    assert not kept[0].any()
    np.testing.assert_array_equal(kept[1:], counts[1:])


def test_fact_5_subclasses_of_tundra_add():
    table = _table("globeland30")
    kinds = table.index(np.repeat([71, 72], [5, 7]))
    assert [table.classes[kind].name for kind in set(kinds.tolist())] == ["Tundra"]
    assert len(kinds) == 12


ROWS = [{"name": "A", "codes": [1]}, {"name": "B", "codes": [2]}]


def test_unknown_codes_can_be_an_error_ignored_or_a_class():
    codes = np.array([0, 1, 9, np.nan])
    assert make_table("t", ROWS, [0]).index(codes).tolist() == [NO_DATA, 0, UNKNOWN, NO_DATA]
    ignoring = make_table("t", ROWS, [0], unknown="ignore")
    assert ignoring.index(codes).tolist() == [NO_DATA, 0, IGNORED, NO_DATA]
    other = make_table("t", ROWS, [0], unknown={"name": "Other", "colour": "#123456"})
    assert other.index(codes).tolist() == [NO_DATA, 0, 2, NO_DATA]
    assert (other.classes[2].name, other.classes[2].colour) == ("Other", "#123456")
    assert make_table("t", ROWS, unknown={"name": "B"}).index(codes).tolist() == [1, 0, 1, NO_DATA]
    words = make_table("t", [{"name": "Wood", "codes": ["wald"]}], unknown={"name": "Other"})
    found = words.index(np.array(["wald", "see", None, ""], object))
    assert found.tolist() == [0, 1, NO_DATA, NO_DATA]


def test_a_table_says_all_that_its_file_says(tmp_path):
    content = dict(
        title="T",
        nodata=0,
        ignore=["40-41"],
        unknown="ignore",
        discard_if_only="B",
        classes=ROWS,
    )
    (tmp_path / "t.json").write_text(json.dumps(content))
    table = read_class_table(str(tmp_path / "t.json"))
    assert table.index(np.array([0, 1, 40, 41, 3])).tolist() == [-1, 0, IGNORED, IGNORED, IGNORED]
    assert table.rules() == dict(
        nodata=[0], ignore=[40, 41], unknown="ignore", discard_if_only=["B"]
    )


def test_a_table_of_bands(tmp_path):
    rows = [{"name": "A", "band": 3}, {"name": "B", "bands": [1, 2]}, {"name": "C", "bands": []}]
    (tmp_path / "t.json").write_text(json.dumps(dict(classes=rows, whole=100, nodata=255)))
    table = read_class_table(str(tmp_path / "t.json"))
    assert table.bands == ((3,), (1, 2), ()) and table.whole == 100
    assert [one.codes for one in table.classes] == [["band 3"], ["band 1", "band 2"], []]


@pytest.mark.parametrize(
    "content, message",
    [
        (dict(classes=ROWS, nodta=[0]), "unknown key 'nodta'"),
        (dict(classes=ROWS, nodata=[0], ignore=[0]), "code 0 is under nodata and ignore"),
        (dict(classes=ROWS, ignore=[2]), "code 2 belongs to ignore already"),
        (dict(classes=ROWS, unknown="drop"), 'it is "error", "ignore" or a class'),
        (dict(classes=ROWS, unknown={"name": "O", "codes": [3]}), "unknown key 'codes'"),
        (dict(classes=ROWS, discard_if_only=["Sea"]), "names no class 'Sea'"),
        (dict(classes=[{"name": "A", "codes": [1], "band": 1}]), "a name and codes, or a name and"),
        (dict(classes=[*ROWS, {"name": "C", "band": 1}]), "names bands, but not for all"),
        (
            dict(classes=[{"name": "A", "band": 1}], unknown="ignore"),
            "names bands, but not for all",
        ),
        (dict(classes=[{"name": "A", "band": 0}]), "0 is no band"),
        (dict(classes=[{"name": "A", "band": 1}], whole=0), "whole is the value of a full pixel"),
    ],
)
def test_wrong_tables_are_told(tmp_path, content, message):
    (tmp_path / "t.json").write_text(json.dumps(content))
    with pytest.raises(RequestError, match=message):
        read_class_table(str(tmp_path / "t.json"))


def test_the_error_for_an_unknown_table_says_where_to_copy_one_from():
    with pytest.raises(RequestError) as caught:
        read_class_table("nlcdd")
    assert str(BUILT_IN) in caught.value.hint and "worldcover-as-globeland30" in caught.value.hint
