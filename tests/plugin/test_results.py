"""Results on the map: loaded by Processing as its own dialogs do, styled, named and grouped."""

from __future__ import annotations

from pathlib import Path

from inputs import destination, encoder_file, raster_layer, write_raster

# A fake that writes rasters like those of the backend, one with a style beside it.
RASTERS = """
from osgeo import gdal, osr
gdal.UseExceptions()
reference = osr.SpatialReference()
reference.ImportFromEPSG(32612)

def raster(path, names=("a",)):
    file = gdal.GetDriverByName("GTiff").Create(path, 8, 6, len(names))
    file.SetGeoTransform((300000, 30, 0, 4100000, 0, -30))
    file.SetProjection(reference.ExportToWkt())
    for number, name in enumerate(names):
        file.GetRasterBand(number + 1).SetDescription(name)
    file.FlushCache()

def style(path):
    with open(path, "w") as file:
        file.write('<!DOCTYPE qgis><qgis version="3.22.0" styleCategories="Symbology"><pipe>'
            '<rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1"><colorPalette>'
            '<paletteEntry value="1" color="#ff0000" label="mostly water" alpha="255"/>'
            '</colorPalette></rasterrenderer></pipe></qgis>')
"""


def group_names(project, group: str = "Near Things") -> list[str]:
    return [child.name() for child in project.layerTreeRoot().findGroup(group).children()]


def test_embedding_map_arrives_with_picture_and_clusters(
    run_and_load, project, fake_backend, tmp_path
) -> None:
    from qgis.core import QgsProcessingOutputLayerDefinition

    fake_backend(
        RASTERS
        + "stem = option('--output')[:-4]\n"
        + "raster(stem + '.tif', ['e1', 'e2', 'e3', 'e4'])\n"
        + "raster(stem + '_clusters.tif'); style(stem + '_clusters.qml')\n"
        + "raster(stem + '_picture.tif', ['1', '2', '3'])\nfinish()"
    )
    encoder = encoder_file(tmp_path / "runs" / "zion-saumoco")
    scene = raster_layer(tmp_path / "scene.tif")
    project.addMapLayer(scene)
    output = tmp_path / "Zíon.tif"
    run_and_load(
        "embeddingmap",
        dict(
            SCENES=[scene.id()],
            ENCODER=str(encoder),
            PICTURE=True,
            CLUSTERS=1,
            OUTPUT=QgsProcessingOutputLayerDefinition(str(output), project),
        ),
    )
    assert group_names(project) == ["zion-saumoco"]
    assert group_names(project, "zion-saumoco") == [
        "Embedding (PCA): Zíon",
        "Clusters: Zíon",
        "Embedding map: Zíon",
    ]
    assert [child.name() for child in project.layerTreeRoot().children()] == [
        "Near Things",
        "scene",
    ]
    clusters = project.mapLayersByName("Clusters: Zíon")[0]
    assert clusters.renderer().type() == "paletted"
    assert clusters.renderer().classes()[0].label == "mostly water"
    assert clusters.metadata().abstract().startswith(f"Of {tmp_path}/scene.tif by the encoder")
    assert clusters.metadata().history()[0].startswith("python -m backend.embed --encoder=")


def test_what_is_made_from_a_map_lies_beside_it(
    run_and_load, project, fake_backend, tmp_path
) -> None:
    from near_things.qgis_plugin.results import result_group

    source = raster_layer(tmp_path / "map.tif", bands=3)
    project.addMapLayer(source, False)
    result_group(project, "zion-saumoco").addLayer(source)
    fake_backend(
        RASTERS + "raster(option('--similarity'))\nopen(option('--output'), 'w')\nfinish()"
    )
    parameters = dict(
        EMBEDDING=source.id(),
        POINTS="300500,4099500 [EPSG:32612]",
        OUTPUT=str(tmp_path / "n.gpkg"),
        SIMILARITY=destination(str(tmp_path / "like.tif"), project),
    )
    run_and_load("findsimilar", parameters)
    assert group_names(project) == ["zion-saumoco"]
    assert group_names(project, "zion-saumoco") == ["Similarity: like", "map"]


def test_nothing_is_loaded_unasked(run_and_load, project, fake_backend, tmp_path) -> None:
    fake_backend(
        RASTERS + "raster(option('--output'))\nraster(option('--output')[:-4] + '_picture.tif')\n"
        "finish()"
    )
    (tmp_path / "e.safetensors").write_bytes(b"")
    parameters = dict(
        SCENES=[str(write_raster(tmp_path / "scene.tif"))],
        ENCODER=str(tmp_path / "e.safetensors"),
        PICTURE=True,
        OUTPUT=str(tmp_path / "map.tif"),
    )
    results = run_and_load("embeddingmap", parameters)
    assert results["PICTURE_LAYER"] == str(tmp_path / "map_picture.tif")
    assert project.mapLayers() == {}


def test_newest_run_lies_on_top(run_and_load, project, fake_backend, tmp_path) -> None:
    fake_backend(
        RASTERS + "folder = option('--output')\nos.makedirs(folder)\n"
        "raster(folder + '/scene_2023-05-14.tif', ['blue', 'green', 'red', 'nir'])\n"
        "raster(folder + '/scene_2023-08-30.tif', ['blue', 'green', 'red', 'nir'])\n"
        "raster(folder + '/land_cover.tif')\nfinish()"
    )
    expected = ["Sample 2023-05-14", "Sample 2023-08-30", "Sample land cover"]
    for number in (1, 2):
        run_and_load("samplelandscape", dict(OUTPUT=str(tmp_path / f"land {number}")))
        assert group_names(project) == expected * number
    top = project.layerTreeRoot().findGroup("Near Things").children()[0].layer()
    assert top.source() == str(tmp_path / "land 2" / "scene_2023-05-14.tif")
    renderer = top.renderer()
    assert (renderer.redBand(), renderer.greenBand(), renderer.blueBand()) == (3, 2, 1)


def test_footprints_are_coloured_by_split(run_and_load, project, fake_backend, tmp_path) -> None:
    fake_backend(
        "from osgeo import ogr\nogr.UseExceptions()\nfolder = option('--output')\n"
        "os.makedirs(folder)\n"
        "open(folder + '/dataset.json', 'w').write(json.dumps(dict(count=1200)))\n"
        "file = ogr.GetDriverByName('GPKG').CreateDataSource(folder + '/footprints.gpkg')\n"
        "for name in ('chips', 'tiles'):\n"
        "    layer = file.CreateLayer(name, None, ogr.wkbPolygon)\n"
        "    layer.CreateField(ogr.FieldDefn('split', ogr.OFTString))\n"
        "file = None\nfinish()"
    )
    results = run_and_load(
        "buildtiledataset",
        dict(
            SCENES=[str(write_raster(tmp_path / "a.tif"))],
            TILE_SIZE_PX=16,
            NEIGHBOUR_RADIUS_PX=4,
            OUTPUT=str(tmp_path / "zion.tiles"),
        ),
    )
    assert results["CHIPS"] == 1200
    layer = project.mapLayersByName("Tiles: zion")[0]
    assert layer.renderer().classAttribute() == "split"
    values = [category.value() for category in layer.renderer().categories()]
    assert values == ["train", "validation", "test"]
    assert "layername=tiles" in layer.source()
    assert layer.metadata().abstract().startswith("1,200 tiles of 16 px")


def test_crops_are_coloured_by_what_became_of_them(
    run_and_load, project, fake_backend, tmp_path
) -> None:
    from qgis.core import QgsRenderContext

    fake_backend(
        "from osgeo import ogr\nogr.UseExceptions()\nfolder = option('--output')\n"
        "os.makedirs(folder)\n"
        "open(folder + '/crops.json', 'w').write(json.dumps(dict(crops=4, kept=1)))\n"
        "file = ogr.GetDriverByName('GPKG').CreateDataSource(folder + '/crops.gpkg')\n"
        "layer = file.CreateLayer('crops', None, ogr.wkbPolygon)\n"
        "kept = ogr.FieldDefn('kept', ogr.OFTInteger)\nkept.SetSubType(ogr.OFSTBoolean)\n"
        "layer.CreateField(kept)\nlayer.CreateField(ogr.FieldDefn('reason', ogr.OFTString))\n"
        "for reason in ('', 'dark', 'low contrast', 'bright'):\n"
        "    feature = ogr.Feature(layer.GetLayerDefn())\n"
        "    feature['kept'] = reason == ''\n    feature['reason'] = reason\n"
        "    feature.SetGeometry(ogr.CreateGeometryFromWkt('POLYGON((0 0, 1 0, 1 1, 0 0))'))\n"
        "    layer.CreateFeature(feature)\nfile = None\nfinish()"
    )
    results = run_and_load(
        "cropscenes",
        dict(
            SCENES=[str(write_raster(tmp_path / "a.tif"))],
            CROP_SIZE_PX=32,
            OUTPUT=str(tmp_path / "zion_crops"),
        ),
    )
    assert (results["COUNT"], results["KEPT"]) == (4, 1)
    layer = project.mapLayersByName("Crops: zion_crops")[0]
    assert layer.metadata().abstract().startswith("1 of 4 crops of 32 px kept")
    renderer, context = layer.renderer(), QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    shown = []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        (key,) = renderer.legendKeysForFeature(feature, context)
        shown.append(renderer.categories()[int(key)].label())
    renderer.stopRender(context)
    assert shown == [
        "Kept",
        "Left out: dark",
        "Left out: low contrast",
        "Left out: bright",
    ]


def test_footprints_of_imported_tiles_are_coloured_by_split_and_have_no_place(
    run_and_load, project, fake_backend, tmp_path
) -> None:
    fake_backend(
        "from osgeo import ogr, osr\nogr.UseExceptions()\nfolder = option('--output')\n"
        'nowhere = osr.SpatialReference(\'LOCAL_CS["Side by side",UNIT["metre",1],'
        'AXIS["Easting",EAST],AXIS["Northing",NORTH]]\')\n'
        "os.makedirs(folder)\n"
        "record = dict(count=300, tile_size_px=64)\n"
        "open(folder + '/dataset.json', 'w').write(json.dumps(record))\n"
        "file = ogr.GetDriverByName('GPKG').CreateDataSource(folder + '/footprints.gpkg')\n"
        "layer = file.CreateLayer('tiles', nowhere, ogr.wkbPolygon)\n"
        "layer.CreateField(ogr.FieldDefn('split', ogr.OFTString))\n"
        "file = None\nfinish()"
    )
    (tmp_path / "tiles").mkdir()
    run_and_load(
        "importtiles", dict(SOURCE=str(tmp_path / "tiles"), OUTPUT=str(tmp_path / "eurosat.tiles"))
    )
    layer = project.mapLayersByName("Tiles: eurosat")[0]
    assert layer.renderer().classAttribute() == "split"
    # QGIS would complain at each drawing that no transform leads there.
    assert not layer.crs().isValid()
    # The form does not say the size; the dataset does.
    assert layer.metadata().abstract().startswith("300 tiles of 64 px")


def test_style_of_footprints_names_the_splits_of_datasets() -> None:
    # The names are the backend's (backend.data.dataset.SPLITS), written here without importing it.
    style = Path(__file__).resolve().parents[2] / "resources" / "styles" / "footprints.qml"
    text = style.read_text(encoding="utf-8")
    assert all(f'value="{split}"' in text for split in ("train", "validation", "test"))
