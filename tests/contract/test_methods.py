"""The catalogue of methods and what it asks of a dataset."""

from __future__ import annotations

import pytest

from backend.contract.methods import (
    METHODS,
    find_method,
    make_train_job,
    sound_method,
    unmet_needs,
)
from backend.contract.settings import SettingsError, settings_of

DATASET = dict(
    neighbour_radius_px=48,
    bands=[dict(name=n) for n in ("blue", "green", "red", "nir")],
    classes=[],
    dates_per_chip=1,
    tile_size_px=16,
)


@pytest.mark.parametrize("name", METHODS)
def test_presets_are_settings_of_the_method(name: str) -> None:
    method = METHODS[name]
    assert set(method.preset) <= {s.name for s in settings_of(method.job_class)}
    job = make_train_job(dict(method=name, dataset="a", output="b", map_layer="c.tif"))
    assert type(job) is method.job_class
    for setting, value in method.preset.items():
        assert getattr(job, setting) == value
    assert method.sentence.endswith((".", "paper.")) and method.source


@pytest.mark.parametrize("name", ["saumoco-naip-published", "saumoco-sentinel2-published"])
def test_published_presets_hold_the_released_values(name: str) -> None:
    """The released code's values (Kang et al. 2021, trainer and its defaults)."""
    job = make_train_job(dict(method=name, dataset="a", output="b"))
    assert (job.epochs, job.batch_size, job.embedding_dimension) == (500, 256, 128)
    assert (job.optimiser, job.learning_rate, job.weight_decay) == ("sgd", 1e-3, 1e-4)
    assert (job.schedule, job.decay_every_epochs, job.decay_factor) == ("step", 30, 0.5)
    assert (job.temperature, job.key_momentum, job.queue_size) == (0.07, 0.999, 0)
    assert (job.batch_norm_groups, job.mask_own_keys, job.gradient_clip) == (1, False, 0)
    assert METHODS[name].differences


def test_steps_and_epochs_exclude_each_other() -> None:
    base = dict(dataset="a", output="b")
    assert make_train_job(base).steps == 2000
    assert make_train_job(dict(base, epochs=3)).steps is None
    published = dict(base, method="saumoco-naip-published", steps=10)
    assert make_train_job(published).epochs is None
    with pytest.raises(SettingsError, match="either --steps or --epochs"):
        make_train_job(dict(base, steps=3, epochs=3))


def test_unknown_method_lists_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"unknown method 'moco9'.*saumoco-naip-published"):
        find_method("moco9")


def test_a_published_recipe_belongs_to_one_method() -> None:
    owners = {name: sound_method(name).name for name in METHODS}
    assert all(owners[name] == name for name in METHODS if not METHODS[name].is_published)
    assert owners["moco-v1-published"] == owners["moco-v2-published"] == "moco"
    assert owners["moco-v3-published"] == "moco-v3"
    assert owners["deepcluster-v2-published"] == "deepcluster"
    for name, owner in owners.items():
        assert METHODS[name].job_class is METHODS[owner].job_class
        assert METHODS[name].recipe == METHODS[owner].recipe


def test_a_map_layer_to_learn_is_asked_for() -> None:
    base = dict(dataset="a", output="b")
    for values in (dict(method="map-layer"), dict(method="moco", also_learn=["map-layer"])):
        with pytest.raises(SettingsError, match="give its raster layer as --map-layer"):
            make_train_job({**base, **values})
        assert make_train_job({**base, **values, "map_layer": "c.tif"}).map_layer == "c.tif"


def test_needs_say_what_the_data_lacks() -> None:
    saumoco, sentinel2 = METHODS["saumoco"], METHODS["saumoco-sentinel2-published"]
    assert unmet_needs(saumoco, DATASET) == []
    assert "needs neighbours" in unmet_needs(saumoco, dict(DATASET, neighbour_radius_px=0))[0]
    assert "B8A" in unmet_needs(sentinel2, DATASET)[0]
    for name in ("pirl", "pirl-published", "relative-position", "jigsaw"):
        (lack,) = unmet_needs(METHODS[name], DATASET)
        assert lack.startswith("it needs tiles of 18 px or more, and these are of 16 px")
        assert unmet_needs(METHODS[name], dict(DATASET, tile_size_px=18)) == []
    (lack,) = unmet_needs(METHODS["cmc"], dict(DATASET, bands=[dict(name="nir")]))
    assert lack == "it needs 2 bands or more; this dataset has nir alone"
    assert unmet_needs(METHODS["cmc"], DATASET) == []
    published = METHODS["cmc-published"]
    assert unmet_needs(published, DATASET) == []
    (lack,) = unmet_needs(published, dict(DATASET, bands=[dict(name=n) for n in "xyz"]))
    assert lack == "it needs bands named red, green and blue; this dataset has x, y, z"
    bands = [dict(name=n) for n in sentinel2.needs.bands]
    assert unmet_needs(published, dict(DATASET, bands=bands)) == []
    assert unmet_needs(sentinel2, dict(DATASET, bands=bands)) == []
