"""Triplets as they were imported: what a sample is made of, training on them, what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyogrio
import pytest

from backend import train
from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.data.dataset import TileDataset
from backend.data.relations import Far, Itself, Near, Stored, make_ground
from backend.methods.neighbourhood import training_chips
from backend.methods.recipe import make_recipe
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import DataError, RequestError
from backend.training.batches import Batches
from backend.training.schedule import Plan

from .ingesting import ingest

TRIPLETS, SIDE = 20, 8
ROLES = ("anchor", "neighbor", "distant")
METHOD_NAMES = ("tile2vec", "tile2vec-bce")


@pytest.fixture(scope="module")
def triplets(tmp_path_factory: pytest.TempPathFactory) -> TileDataset:
    """20 triplets of 8-px tiles in 2 bands; each pixel of tile r of triplet n is 10 n + r."""
    folder = tmp_path_factory.mktemp("triplets é")
    (folder / "files").mkdir()
    for number in range(TRIPLETS):
        for place, role in enumerate(ROLES):
            tile = np.full((SIDE, SIDE, 2), 10 * number + place, np.uint8)
            np.save(folder / "files" / f"{number}{role}.npy", tile)
    assert ingest(folder / "files", folder / "a.tiles") == 0
    return TileDataset(folder / "a.tiles")


def job_of(dataset: TileDataset, method: str = "tile2vec", **values):
    given = dict(dataset=str(dataset.folder), output="r", method=method, batch_size=4)
    return make_train_job({**given, **values})


def relations_of(dataset: TileDataset, method: str = "tile2vec", **values):
    return make_recipe(METHODS[method].recipe, job_of(dataset, method, **values), dataset).relations


def batches_of(dataset: TileDataset, **values) -> Batches:
    chips = training_chips(job_of(dataset, **values), dataset)
    plan = Plan(len(chips), 4, 40)
    return Batches(dataset, chips, relations_of(dataset, **values), plan, seed=3)


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_a_sample_is_a_triplet_as_imported(triplets, method: str) -> None:
    """In every epoch each training triplet comes once, its three tiles with it and no others."""
    assert triplets.information.triplets == TRIPLETS
    assert unmet_needs(METHODS[method], triplets.information.to_json()) == []
    batches, seen = batches_of(triplets, method=method), []
    for step in range(batches._plan.steps_per_epoch):
        anchor, neighbour, distant = (t[:, 0, 0, 0] for t in batches.batch(step).tiles)
        assert np.array_equal(neighbour, anchor + 1)
        assert np.array_equal(distant, anchor + 2)
        seen += anchor.tolist()
    table = triplets.table()
    mine = table[(table["role"] == "anchor") & (table["split"] == "train")]
    assert sorted(seen) == sorted(10 * mine["triplet"])
    assert 0 < len(seen) < TRIPLETS


def test_as_released_a_distant_tile_is_of_any_role_and_another_triplet(triplets) -> None:
    """pairs_only of the released code: the stored distant tile is left aside."""
    batches, roles = batches_of(triplets, method="tile2vec-published", stem="imagenet"), set()
    train_triplets = {int(n) // 3 for n in triplets.numbers("train")}
    for step in range(40):
        anchor, neighbour, distant = (t[:, 0, 0, 0] for t in batches.batch(step).tiles)
        assert np.array_equal(neighbour, anchor + 1)
        assert (distant // 10 != anchor // 10).all()
        assert set((distant // 10).tolist()) <= train_triplets
        roles |= set((distant % 10).tolist())
    assert roles == {0, 1, 2}


def test_any_other_triplet_is_distant_where_nothing_places_tiles(triplets) -> None:
    """The plane that tiles lie on side by side is no ground: its distances say nothing."""
    ground = make_ground(triplets)
    for mode in ("outside-square", "outside-cross"):
        far = Far(mode, distance_px=10_000)
        words = np.random.Philox(key=1).random_raw(4000).reshape(1000, 4)
        anchor = int(training_chips(job_of(triplets), triplets)[0])
        chips, _ = far.draw(words, np.full(1000, anchor), ground)
        others = [n for n in triplets.numbers("train").tolist() if n // 3 != anchor // 3]
        assert sorted(set(chips.tolist())) == others
    far = relations_of(triplets, distant="outside-square")[2]
    assert (far.mode, far.distance_px, far.near) == ("outside-square", SIDE - 1, None)


def test_stored_is_taken_by_itself_only_where_a_chip_is_no_more_than_a_tile(
    triplets, small_dataset, tmp_path: Path
) -> None:
    relations = relations_of(triplets)
    assert relations[0] == Itself()
    assert [type(one) for one in relations[1:]] == [Stored, Stored]
    # The released recipe's least offset asks for nothing.
    allowed = relations_of(triplets, minimum_offset_px=0)
    assert [type(one) for one in allowed[1:]] == [Stored, Stored]
    assert relations_of(small_dataset)[1] == Near(8, minimum_offset_px=1)
    source = triplets.folder.parent / "files"
    assert ingest(source, tmp_path / "wide.tiles", neighbour_radius_px=2) == 0
    wide = TileDataset(tmp_path / "wide.tiles")
    assert relations_of(wide)[1] == Near(2, minimum_offset_px=1)
    asked = relations_of(wide, neighbour="stored")
    assert [one.role for one in asked[1:]] == ["neighbour", "distant"]
    assert len(training_chips(job_of(wide), wide)) == len(wide.numbers("train"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (dict(neighbour="drawn"), "--neighbour drawn finds none: the chips of .* hold the tile"),
        (dict(neighbour_radius_px=3), "--neighbour-radius-px 3 concerns neighbours that are drawn"),
        (dict(minimum_offset_m=2.0), "--minimum-offset-m 2 .* were imported"),
        (dict(distant="other-image"), "all training chips are of one scene"),
    ],
)
@pytest.mark.parametrize("method", METHOD_NAMES)
def test_what_does_not_go_with_imported_triplets_is_refused(triplets, method, values, words):
    with pytest.raises(RequestError, match=words) as refused:
        relations_of(triplets, method, **values)
    assert refused.value.hint


def test_stored_tiles_are_refused_where_there_are_none(small_dataset) -> None:
    with pytest.raises(RequestError, match="--neighbour stored needs tiles that were imported"):
        relations_of(small_dataset, neighbour="stored")
    with pytest.raises(RequestError, match="--distant stored takes the tile"):
        relations_of(small_dataset, distant="stored")


def test_methods_of_drawn_neighbours_say_that_triplets_do_not_serve(triplets) -> None:
    (lack,) = unmet_needs(METHODS["saumoco"], triplets.information.to_json())
    assert lack.startswith("it needs neighbours, and this dataset's chips hold the tile alone")


def test_a_triplet_that_lost_a_tile_is_told(triplets, tmp_path: Path) -> None:
    broken = TileDataset(shutil.copytree(triplets.folder, tmp_path / "broken.tiles"))
    path = broken.folder / "footprints.gpkg"
    table = broken.table()
    table.loc[table["triplet"] == 7, "role"] = "anchor"
    path.unlink()
    pyogrio.write_dataframe(table, path, layer="tiles", driver="GPKG")
    with pytest.raises(DataError, match=r"the triplet 7 of .* lacks its neighbour tile"):
        relations_of(broken)


def test_more_samples_than_triplets_are_refused(triplets, tmp_path: Path, capsys) -> None:
    given = ["--dataset", str(triplets.folder), "--output", str(tmp_path / "run"), "--steps", "1"]
    assert train.main([*given, "--method", "tile2vec", "--batch-size", "30"]) == 2
    assert "--batch-size 30 is more than the 14 triplets of" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_tile2vec_trains_on_the_released_triplets(real_data: Path, tmp_path: Path) -> None:
    """The 20 triplets of Tile2Vec's repository: from files to an encoder."""
    source, tiles = real_data / "tile2vec_naip" / "example_tiles", tmp_path / "naip.tiles"
    assert ingest(source, tiles, ground_resolution_m=0.6) == 0
    run = tmp_path / "run"
    status = train.main([
        "--dataset", str(tiles), "--output", str(run), "--method", "tile2vec", "--batch-size",
        "4", "--steps", "2", "--device", "cpu", "--no-tensorboard",
    ])  # fmt: skip
    assert status == 0
    encoder = load_encoder(run / "encoder.safetensors")
    assert encoder.information.bands == ("red", "green", "blue", "nir")
    batch = batches_of(TileDataset(tiles)).batch(0)
    anchor, neighbour, distant = batch.tiles
    for place, chip in enumerate(batch.chips.tolist()):
        for role, tile in (("anchor", anchor), ("neighbor", neighbour), ("distant", distant)):
            stored = np.load(source / f"{chip // 3}{role}.npy").transpose(2, 0, 1)
            assert np.array_equal(tile[place], stored)
