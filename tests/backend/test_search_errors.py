"""Bad input to `backend.search`: a clear line, the right exit status, and nothing left behind."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from backend.contract.jobs import SearchJob
from backend.data.dataset import TileDataset
from backend.runtime import stopping
from backend.runtime.errors import Stopped
from backend.runtime.reporter import Reporter
from backend.search.__main__ import main
from backend.search.searching import search


@pytest.fixture(scope="module")
def embedding(make_scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 × 30 vectors of 4 floats at 100 m; the first five columns hold no data."""
    vectors = np.random.default_rng(0).normal(size=(4, 20, 30)).astype(np.float32)
    vectors[:, :, :5] = np.nan
    path = tmp_path_factory.mktemp("map") / "map.tif"
    return make_scene(path, vectors, nodata=np.nan, origin=(500_000, 4_000_000), resolution=100)


INSIDE = "501050,3999050"


@pytest.fixture(scope="module")
def encoder(make_encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("enc") / "encoder.safetensors"
    return make_encoder(path, ("b1", "b2", "b3"))


@pytest.fixture
def fails(tmp_path: Path, capsys) -> Callable[..., str]:
    """fails(status, option=value, ...) runs the verb, which must fail so, and gives its message."""

    def run(status: int, **settings: object) -> str:
        settings = dict(output=tmp_path / "out" / "found.gpkg") | settings
        arguments = []
        for name, value in settings.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        assert main(arguments) == status
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "neighbours:" not in out
        left = list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else []
        assert left == []
        return err.splitlines()[-1]

    return run


def test_a_map_or_a_dataset_not_both(fails, embedding, small_dataset, encoder) -> None:
    assert "neither is given" in fails(2, point=INSIDE)
    message = fails(2, embedding=embedding, dataset=small_dataset.folder, point=INSIDE)
    assert "not both" in message
    assert "a dataset is seen through an encoder" in fails(2, dataset=small_dataset.folder, chip=1)
    assert "needs no encoder" in fails(2, embedding=embedding, encoder=encoder, point=INSIDE)


def test_one_kind_of_query(fails, embedding, small_dataset, encoder) -> None:
    assert "there is nothing to search from" in fails(2, embedding=embedding)
    message = fails(2, embedding=embedding, point=INSIDE, examples="layer.gpkg")
    assert "the query is ambiguous" in message
    assert "give one of --point, --chip and --examples" in message
    assert "chips belong to a dataset" in fails(2, embedding=embedding, chip=3)


def test_similarity_needs_a_map(fails, small_dataset, encoder, tmp_path) -> None:
    options = dict(dataset=small_dataset.folder, encoder=encoder, chip=1)
    message = fails(2, **options, similarity=tmp_path / "s.tif")
    assert "a similarity map needs an embedding map" in message


def test_outputs_are_named_by_their_formats(fails, embedding, tmp_path) -> None:
    options = dict(embedding=embedding, point=INSIDE)
    assert "must end in .gpkg" in fails(2, **options, output=tmp_path / "found.shp")
    assert "must end in .tif" in fails(2, **options, similarity=tmp_path / "s.png")


def test_output_exists(embedding, tmp_path, capsys) -> None:
    for option, name in (("--output", "found.gpkg"), ("--similarity", "s.tif")):
        (tmp_path / name).write_text("precious")
        arguments = ["--embedding", str(embedding), "--point", INSIDE]
        arguments += ["--output", str(tmp_path / "new.gpkg"), option, str(tmp_path / name)]
        assert main(arguments) == 2
        assert f"the output exists: {tmp_path / name}" in capsys.readouterr().err
        assert (tmp_path / name).read_text() == "precious"
    assert not (tmp_path / "new.gpkg").exists()


def test_point_outside_the_map_tells_its_extent(fails, embedding) -> None:
    message = fails(2, embedding=embedding, point="100,200")
    assert "the point 100,200 lies in no tile of the embedding map" in message
    assert "from 500000 to 503000 in X and from 3998000 to 4000000 in Y" in message
    message = fails(2, embedding=embedding, point="-111.5,36.1", point_crs="EPSG:4326")
    assert "from -111.00000 to -110.96" in message
    assert "in Y in the point's CRS (WGS 84)" in message


def test_point_on_no_data(fails, embedding) -> None:
    message = fails(2, embedding=embedding, point="500250,3999050")
    assert "the point 500250,3999050 lies where the embedding map" in message
    assert "has no data" in message


@pytest.mark.parametrize("text", ["318000", "a,b", "1,2,3", "1;2"])
def test_points_that_are_none(fails, embedding, text) -> None:
    assert f"{text!r} is no point; write X,Y" in fails(2, embedding=embedding, point=text)


def test_crs_that_is_none(fails, embedding) -> None:
    message = fails(2, embedding=embedding, point=INSIDE, point_crs="EPSG:nothing")
    assert "--point-crs EPSG:nothing is no CRS" in message


def test_no_such_chip(fails, small_dataset: TileDataset, encoder) -> None:
    message = fails(2, dataset=small_dataset.folder, encoder=encoder, chip=64)
    assert "there is no chip 64" in message
    assert "its chips are 0 to 63" in message


def test_encoder_for_other_bands(fails, small_dataset, make_encoder, tmp_path) -> None:
    other = make_encoder(tmp_path / "e.safetensors", ("b1", "nir"))
    message = fails(2, dataset=small_dataset.folder, encoder=other, chip=1)
    assert "the encoder needs the bands b1, nir" in message
    assert "so nir is missing" in message


def test_no_such_dataset_or_map(fails, encoder, tmp_path) -> None:
    message = fails(2, dataset=tmp_path, encoder=encoder, chip=1)
    assert "is no tile dataset" in message
    assert "there is no embedding map nowhere.tif" in fails(
        2, embedding="nowhere.tif", point=INSIDE
    )


def test_map_cut_short(fails, embedding, tmp_path) -> None:
    content = embedding.read_bytes()
    short = tmp_path / "short.tif"
    for size in (100, len(content) // 2):
        short.write_bytes(content[:size])
        message = fails(3, embedding=short, point=INSIDE)
        assert "short.tif cannot be read" in message
        assert "cut short" in message


def test_rasters_that_are_no_maps(fails, make_scene, embedding, tmp_path) -> None:
    bytes_ = make_scene(tmp_path / "bytes.tif", np.zeros((3, 9, 9), np.uint8))
    message = fails(3, embedding=bytes_, point=INSIDE)
    assert "is no embedding map: it has 3 band(s) of uint8" in message
    with rasterio.open(embedding) as source:
        values = source.read()
    broken = make_scene(tmp_path / "broken.tif", values)
    with rasterio.open(broken, "r+") as target:
        target.update_tags(schema="near-things-embedding-map", schema_version="1")
    message = fails(3, embedding=broken, point=INSIDE)
    assert "the tags of" in message
    assert "'tile_size_px'" in message


def layer(path: Path, geometries: list, crs: str | None = "EPSG:32612") -> Path:
    geopandas.GeoDataFrame({"n": range(len(geometries))}, geometry=geometries, crs=crs).to_file(
        path
    )
    return path


def test_examples_that_cannot_be_used(fails, embedding, tmp_path) -> None:
    point = shapely.Point(501_050, 3_999_050)
    neighbour = shapely.box(503_000, 3_998_000, 504_000, 4_000_000)
    cases = {
        "empty": ([], "EPSG:32612", 3, "have no features"),
        "no_crs": ([point], None, 3, "have no CRS"),
        "line": ([shapely.LineString([(0, 0), (1, 1)])], "EPSG:32612", 3, "hold LineString"),
        "beside": ([neighbour], "EPSG:32612", 3, "lies on the embedding map"),
        "far": ([shapely.Point(0, 0).buffer(9)], "EPSG:32612", 3, "lies on the embedding map"),
        "hole": ([shapely.Point(500_250, 3_999_050)], "EPSG:32612", 3, "has no data"),
    }
    for name, (geometries, crs, status, expected) in cases.items():
        path = layer(tmp_path / f"{name}.gpkg", geometries, crs)
        message = fails(status, embedding=embedding, examples=path)
        assert f"{name}.gpkg" in message
        assert expected in message
    assert "from 500000 to 503000 in X and from 3998000 to 4000000 in Y" in fails(
        3, embedding=embedding, examples=tmp_path / "far.gpkg"
    )
    (tmp_path / "table.csv").write_text("name\na\n")
    table = fails(3, embedding=embedding, examples=tmp_path / "table.csv")
    assert "are a table without geometries" in table
    message = fails(2, embedding=embedding, examples=tmp_path / "nowhere.gpkg")
    assert "nowhere.gpkg cannot be read" in message


def test_nothing_but_the_query(fails, make_scene, tmp_path) -> None:
    single = np.full((4, 1, 1), 0.5, np.float32)
    path = make_scene(tmp_path / "one.tif", single, origin=(500_000, 4_000_000))
    message = fails(3, embedding=path, point="500010,3999990")
    assert "holds nothing but the query" in message


@pytest.mark.parametrize("size", [1_000, 30_000])
def test_disk_full(fails, embedding, size) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        message = fails(4, embedding=embedding, point=INSIDE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "found.gpkg cannot be written" in message
    assert "the disk is full" in message


def test_disk_full_for_the_similarity_map_takes_back_the_neighbours(
    fails, make_scene, tmp_path
) -> None:
    """The similarity of 600 × 600 random vectors is larger than the list of neighbours."""
    vectors = np.random.default_rng(0).normal(size=(2, 600, 600)).astype(np.float32)
    path = make_scene(tmp_path / "m.tif", vectors, origin=(500_000, 4_000_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        point = dict(embedding=path, point="500010,3999990", k=3)
        message = fails(4, **point, similarity=tmp_path / "out" / "similarity.tif")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "similarity.tif cannot be written" in message


def test_a_stop_request_leaves_nothing(embedding, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(stopping, "_received", 15)
    job = SearchJob(
        embedding=str(embedding), points=[INSIDE], output=str(tmp_path / "out" / "found.gpkg")
    )
    with pytest.raises(Stopped):
        search(job, Reporter())
    assert list((tmp_path / "out").iterdir()) == []
