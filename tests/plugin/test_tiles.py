"""From layers to a build: scenes of band files, classes of symbology, areas, ground, requests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from inputs import polygon_layer, raster_layer, write_raster


def scenes_of(layers):
    from near_things.qgis_plugin.tiles.scene_sources import find_scenes

    return find_scenes(layers)


def land_cover_layer(path: Path, codes=(1, 2, 2, 3), *, nodata: int | None = None):
    """A raster of codes, in bands of columns."""
    from osgeo import gdal
    from qgis.core import QgsRasterLayer

    write_raster(path)
    file = gdal.Open(str(path), gdal.GA_Update)
    values = np.repeat(np.array(codes, "uint8"), 60 // len(codes))
    file.GetRasterBand(1).WriteArray(np.tile(values, (40, 1)))
    if nodata is not None:
        file.GetRasterBand(1).SetNoDataValue(nodata)
    del file
    return QgsRasterLayer(str(path), path.stem)


def show_classes(layer, classes) -> None:
    """Show a raster as (code, label, colour)."""
    from qgis.core import QgsPalettedRasterRenderer
    from qgis.PyQt.QtGui import QColor

    entries = [QgsPalettedRasterRenderer.Class(v, QColor(c), label) for v, label, c in classes]
    layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, entries))


# Scenes and bands


def test_band_files_make_one_scene_in_the_order_of_their_bands(provider, tmp_path: Path) -> None:
    stem = "LC08_L1TP_038034_20130601"
    layers = [raster_layer(tmp_path / f"{stem}_{band}.tif") for band in ("B10", "B4", "B2", "B3")]
    layers.append(raster_layer(tmp_path / "LC08_L1TP_038034_20140604_B2.tif"))
    layers.append(raster_layer(tmp_path / "other" / f"{stem}_B5.tif"))
    first, second, third = scenes_of(layers)
    names = [Path(part).stem[-3:].strip("_") for part in first.specification.split("+")]
    assert names == ["B2", "B3", "B4", "B10"]
    assert first.name == stem and first.date == "2013-06-01"
    assert [(b.name, b.wavelength_um) for b in first.bands] == [
        ("blue", 0.482),
        ("green", 0.561),
        ("red", 0.655),
        ("thermal1", 10.895),
    ]
    assert second.date == "2014-06-04" and len(second.layers) == len(third.layers) == 1


@pytest.mark.parametrize(
    "stems, names",
    [
        (["T32TPT_20230514_B8A", "T32TPT_20230514_B08"], ["B08", "B8A"]),
        (["site_red", "site_nir"], ["red", "nir"]),
        (["a_band_2", "a_band_11"], ["band_2", "band_11"]),
    ],
)
def test_names_of_bands_come_from_files(provider, tmp_path: Path, stems, names) -> None:
    (scene,) = scenes_of([raster_layer(tmp_path / f"{stem}.tif") for stem in stems])
    assert [band.name for band in scene.bands] == names


def test_files_without_a_band_in_their_name_are_scenes_of_their_own(provider, tmp_path) -> None:
    layers = [raster_layer(tmp_path / f"{n}.tif", bands=3) for n in ("zion_2013", "zion_2019")]
    scenes = scenes_of(layers)
    assert [scene.name for scene in scenes] == ["zion_2013", "zion_2019"]
    assert [band.name for band in scenes[0].bands] == ["band_1", "band_2", "band_3"]
    assert scenes[0].resolution_m == 30


def test_date_comes_from_the_temporal_properties_first(provider, tmp_path: Path) -> None:
    from qgis.core import Qgis, QgsDateTimeRange
    from qgis.PyQt.QtCore import QDate, QDateTime, QTime

    layer = raster_layer(tmp_path / "scene_2010-01-02.tif", bands=2)
    assert scenes_of([layer])[0].date == "2010-01-02"
    properties = layer.temporalProperties()
    properties.setMode(Qgis.RasterTemporalMode.FixedTemporalRange)
    day = QDateTime(QDate(2020, 5, 6), QTime(0, 0))
    properties.setFixedTemporalRange(QgsDateTimeRange(day, day.addDays(1)))
    properties.setIsActive(True)
    assert scenes_of([layer])[0].date == "2020-05-06"


def test_land_cover_is_no_scene(provider, tmp_path: Path) -> None:
    cover = land_cover_layer(tmp_path / "cover.tif")
    show_classes(cover, [(1, "Forest", "#00ff00")])
    scene = raster_layer(tmp_path / "scene.tif", bands=2)
    assert [one.name for one in scenes_of([cover, scene])] == ["scene"]


def test_first_choice_is_what_goes_together(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.scene_sources import first_choice

    layers = [
        raster_layer(tmp_path / "elevation.tif"),
        raster_layer(tmp_path / "a.tif", bands=3),
        raster_layer(tmp_path / "fine.tif", bands=3, pixel=10.0),
        raster_layer(tmp_path / "b.tif", bands=3),
    ]
    scenes = scenes_of(layers)
    assert first_choice(scenes) == [scenes[1].key, scenes[3].key]


def test_bands_are_taken_by_number_where_some_are_left_out() -> None:
    from near_things.qgis_plugin.tiles.bands import Band, band_settings, bands_problem, plain_name

    bands = [Band(1, "blue"), Band(2, "red", 0.66, wanted=False), Band(3, "nir", 0.865)]
    assert band_settings(bands) == (["blue=1", "nir=3"], ["nir=0.865"])
    bands[1].wanted = True
    assert band_settings(bands)[0] == ["blue", "red", "nir"]
    assert bands_problem(bands) == ""
    bands[2].name = "red"
    assert "two bands are named “red”" in bands_problem(bands)
    assert plain_name(" B1, central = 443 nm ") == "B1_central_443_nm"


# Ground


def test_pixel_size_is_measured_on_the_ground(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.ground import pixel_size_m

    utm = raster_layer(tmp_path / "utm.tif", pixel=30.0)
    assert pixel_size_m(utm) == 30
    # A degree of the meridian is 110,574 m at the equator and one of it 111,320 m: WGS 84.
    degrees = raster_layer(
        tmp_path / "degrees.tif", epsg=4326, west=0, north=0.02, pixel=0.001, width=40, height=40
    )
    assert pixel_size_m(degrees) == pytest.approx((110.574 * 111.320) ** 0.5, rel=1e-4)
    # Web Mercator stretches lengths by 1 / cos(latitude): by two at 60 degrees.
    mercator = raster_layer(
        tmp_path / "mercator.tif", epsg=3857, west=0, north=8399738 + 600, pixel=30.0
    )
    assert pixel_size_m(mercator) == pytest.approx(15.0, rel=0.01)
    assert pixel_size_m(raster_layer(tmp_path / "none.tif", epsg=None)) == 0


def test_pixel_of_a_scene_in_degrees(provider, real_data: Path) -> None:
    """What the backend measures of the same file, within a millimetre."""
    from near_things.qgis_plugin.tiles.ground import pixel_size_m
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer(str(real_data / "landsat5_pucallpa_series" / "1985.tif"), "p")
    assert pixel_size_m(layer) == pytest.approx(89.2246533, abs=1e-3)


def test_a_square_of_pixels_is_as_wide_as_they_are(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.ground import square_px
    from qgis.core import QgsPointXY

    layer = raster_layer(tmp_path / "a.tif", pixel=30.0)
    square = square_px(layer, QgsPointXY(300600, 4099400), layer.crs(), 32)
    assert square.boundingBox().width() == pytest.approx(960)
    around = square_px(layer, QgsPointXY(300600, 4099400), layer.crs(), 32, 48)
    assert around.boundingBox().height() == pytest.approx(30 * (32 + 96))


def test_words_of_lengths_areas_and_sizes() -> None:
    from near_things.qgis_plugin.tiles.estimates import size_words
    from near_things.qgis_plugin.tiles.ground import area_words, length_words

    assert [length_words(m) for m in (12.5, 960, 1440, 32000)] == [
        "12.5 m",
        "960 m",
        "1.4 km",
        "32 km",
    ]
    assert [area_words(a) for a in (900, 921600, 4_000_000)] == ["900 m²", "92.2 ha", "4.0 km²"]
    assert [size_words(b) for b in (590e6, 1.234e9, 2048)] == ["590 MB", "1.23 GB", "2.05 kB"]


# Class tables


def test_symbology_becomes_a_class_table(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.land_cover_sources import codes_in, raster_table

    layer = land_cover_layer(tmp_path / "cover.tif", (1, 2, 9, 0), nodata=0)
    show_classes(
        layer,
        [
            (0, "0", "#ffffff"),
            (1, "Forest", "#00aa00"),
            (2, "Water", "#0000FF"),
            (3, "3", "#ffffff"),
            (7, "No data", "#ffffff"),
        ],
    )
    present = codes_in(layer.dataProvider(), layer.extent(), layer.width(), layer.height())
    assert present == [1, 2, 9]
    table = raster_table(layer, present)
    found = [(row.codes, row.name, row.colour) for row in table.rows]
    # Fillers that the raster does not hold are left out; a code that nothing names gets a class.
    assert found[:2] == [([1], "Forest", "#00aa00"), ([2], "Water", "#0000ff")]
    assert found[2][:2] == ([9], "class 9") and len(found) == 3
    assert sorted(table.nodata) == [0, 7]
    assert table.problem() == ""


def test_zion_land_cover_has_the_classes_of_its_file(provider, real_data: Path) -> None:
    from near_things.qgis_plugin.tiles.land_cover_sources import codes_in, raster_table
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer(str(real_data / "zion_landsat8_nlcd" / "nlcd.tif"), "nlcd")
    present = codes_in(layer.dataProvider(), layer.extent(), layer.width(), layer.height())
    table = raster_table(layer, present)
    assert table.class_names == [
        "Water",
        "Developed",
        "Barren",
        "Forest",
        "Shrubland",
        "Herbaceous",
        "Cultivated",
        "Wetlands",
    ]
    assert table.rows[3].colour == "#68aa63" and sorted(table.nodata) == [0, 255]


def test_categorised_polygons_become_a_class_table(provider) -> None:
    from near_things.qgis_plugin.tiles.land_cover_sources import (
        class_field_of,
        field_values,
        polygon_table,
    )
    from qgis.core import QgsCategorizedSymbolRenderer, QgsFillSymbol, QgsRendererCategory

    layer = polygon_layer()
    symbol = QgsFillSymbol.createSimple({"color": "#123456"})
    category = QgsRendererCategory("forest", symbol, "All forest")
    layer.setRenderer(QgsCategorizedSymbolRenderer("class", [category]))
    assert class_field_of(layer) == "class"
    table = polygon_table(layer, "class", field_values(layer, "class"))
    assert [(row.codes, row.name) for row in table.rows] == [
        (["forest"], "All forest"),
        (["water"], "water"),
    ]
    assert table.rows[0].colour == "#123456"


def test_table_is_merged_written_and_read_back(tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.class_tables import (
        ClassRow,
        EditedTable,
        merge,
        parse_codes,
        read_table,
    )

    rows = [
        ClassRow([41], "Deciduous", "#111111"),
        ClassRow(parse_codes("42, 43-45"), "Evergreen", "#222222"),
        ClassRow([11], "Water", "#333333"),
        ClassRow([99], "Cloud", "#444444", included=False),
    ]
    table = EditedTable(rows, nodata=[0, 255], title="T")
    merge(rows[:2], "Forest")
    content = table.to_json()
    assert content == {
        "title": "T",
        "nodata": [0, 255],
        "ignore": [99],
        "classes": [
            {"name": "Forest", "codes": [41, 42, "43-45"], "colour": "#111111"},
            {"name": "Water", "codes": [11], "colour": "#333333"},
        ],
    }
    table.write(tmp_path / "sub" / "t.json")
    again = read_table(tmp_path / "sub" / "t.json")
    assert again.to_json() == content
    rows[2].codes = [44]
    assert "code 44 stands in “Water” and in “Evergreen”" in table.problem()


def test_built_in_tables_can_be_read_unless_their_classes_are_bands() -> None:
    from near_things.qgis_plugin.algorithms.land_cover import built_in_tables
    from near_things.qgis_plugin.tiles.class_tables import built_in_path, read_table

    for name in built_in_tables():
        path = built_in_path(name)
        content = json.loads(path.read_text(encoding="utf-8"))
        if "bands" in content["classes"][0]:
            with pytest.raises(ValueError, match="bands are classes"):
                read_table(path)
            continue
        table = read_table(path)
        assert table.problem() == ""
        ours = table.to_json()
        assert [one["name"] for one in ours["classes"]] == [o["name"] for o in content["classes"]]
        assert ours.get("discard_if_only") == content.get("discard_if_only")


# Areas and requests


def test_area_of_a_map_view_in_another_crs(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.areas import area_problem, write_area
    from near_things.qgis_plugin.tiles.ground import corners, densified
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle, QgsVectorLayer

    (scene,) = scenes_of([raster_layer(tmp_path / "a.tif", bands=2, width=200, height=200)])
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    # Over the middle of the scene, which lies at about 37.00 N, 113.21 W.
    view = densified(corners(QgsRectangle(-113.24, 36.98, -113.20, 37.01)))
    assert area_problem(view, degrees, [scene], 32, "The map view") == ""
    assert "px wide within the scenes" in area_problem(view, degrees, [scene], 500, "The map view")
    far = densified(corners(QgsRectangle(10, 40, 11, 41)))
    assert "lies outside the scene" in area_problem(far, degrees, [scene], 32, "The map view")
    path = write_area(view, degrees, tmp_path / "area.gpkg")
    layer = QgsVectorLayer(path, "area", "ogr")
    assert layer.featureCount() == 1 and layer.crs().authid() == "EPSG:4326"
    assert layer.extent().xMinimum() == pytest.approx(-113.24)
    # Sides have points between the corners: straight lines bend in another CRS.
    assert len(next(layer.getFeatures()).geometry().asPolygon()[0]) == 65


def request_of(scenes, **changes):
    from near_things.qgis_plugin.tiles.requests import BuildRequest

    values = dict(tile_size_px=8, neighbour_radius_px=4, count=20, output="/tmp/x.tiles")
    values.update(changes)
    return BuildRequest(scenes=scenes, bands=scenes[0].bands if scenes else [], **values)


def test_request_says_the_same_to_form_and_command_line(provider, tmp_path: Path) -> None:
    """What the algorithm makes of the parameters is the job of the command line."""
    from near_things.backend.contract.jobs import BuildJob
    from near_things.backend.contract.settings import make_job
    from near_things.qgis_plugin.algorithms.parameters import ValueReader
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProject

    stems = ("a_20130601_B2", "a_20130601_B3", "b_20140601_B2", "b_20140601_B3")
    layers = [raster_layer(tmp_path / f"{stem}.tif") for stem in stems]
    project = QgsProject.instance()
    project.addMapLayers(layers)
    try:
        request = request_of(scenes_of(layers), more={"seed": 7, "land_cover_year": [2011, 2013]})
        request.bands[0].name, request.bands[0].wavelength_um = "deep blue", 0.44
        algorithm = provider.algorithm("buildtiledataset").create()
        context = QgsProcessingContext()
        context.setProject(project)
        reader = ValueReader(algorithm, request.parameters(), context, QgsProcessingFeedback())
        assert algorithm.checkParameterValues(request.parameters(), context) == (True, "")
        values = {**algorithm.read_values(reader), **algorithm.read_destinations(reader)}
        assert make_job(BuildJob, values) == make_job(BuildJob, request.values())
        assert values["dates"] == ["2013-06-01", "2014-06-01"]
        assert "--seed=7" in request.command() and "'--bands=deep blue'" in request.command()
    finally:
        project.clear()


@pytest.mark.parametrize(
    "second, changes, sentence",
    [
        (dict(bands=4), {}, "differ in bands: “a” has 3 bands, “b” 4 bands"),
        (dict(bands=3, pixel=10.0), {}, "differ in pixel size: “a” has 30 m, “b” 10 m"),
        (dict(bands=3), dict(tile_size_px=64), "A tile is 64 px wide, larger than the scene"),
        (dict(bands=3), dict(neighbour_radius_px=40), "Choose a smaller radius"),
        (dict(bands=3, epsg=None), {}, "“b” has no CRS"),
    ],
)
def test_bad_requests_are_told_in_a_sentence(provider, tmp_path, second, changes, sentence) -> None:
    from near_things.qgis_plugin.tiles.requests import find_problem

    scenes = scenes_of(
        [raster_layer(tmp_path / "a.tif", bands=3), raster_layer(tmp_path / "b.tif", **second)]
    )
    problem = find_problem(request_of(scenes, **changes), [])
    assert sentence in problem and problem.endswith(".")


def test_land_cover_elsewhere_is_told_with_both_extents(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.requests import find_problem

    scenes = scenes_of([raster_layer(tmp_path / "a.tif", bands=3)])
    far = raster_layer(tmp_path / "cover.tif", west=900000.0)
    problem = find_problem(request_of(scenes), [far])
    assert "“cover” does not overlap the scene “a”" in problem and "900000" in problem
    assert find_problem(request_of(scenes), []) == ""


def test_degrees_and_missing_dates_are_notes_and_no_problem(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.tiles.requests import find_problem, notes

    layers = [
        raster_layer(tmp_path / f"{n}.tif", epsg=4326, west=10.0, north=40.0, pixel=0.001, bands=2)
        for n in ("a_2013-01-01", "b")
    ]
    request = request_of(scenes_of(layers))
    assert find_problem(request, []) == ""
    first, second = notes(request, [])
    assert "in degrees" in first and "each ticked scene has one" in second
    assert request.values()["dates"] == []
