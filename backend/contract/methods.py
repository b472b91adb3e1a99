"""The catalogue of methods: what each learns from, what data it needs, its presets."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from .catalogue import NOWHERE_DATUM, Method
from .colours import rgb_places
from .dates import has_dates
from .jobs.train import TrainJob
from .settings import SettingsError, make_job
from .systems import (
    assignments,
    byol,
    cmc,
    cpc,
    dense,
    feature_prediction,
    geography,
    geokr,
    land_cover_contrast,
    masked_transformers,
    memory,
    moco,
    moco_v3,
    moments,
    multitask,
    pcl,
    pretexts,
    reconstruction,
    saumoco,
    self_labelling,
    sensor_fusion,
    simclr,
    tile2vec,
)

_METHODS = (
    *saumoco.METHODS,
    *moco.METHODS,
    *moco_v3.METHODS,
    *pcl.METHODS,
    *simclr.METHODS,
    *memory.METHODS,
    *dense.METHODS,
    *byol.METHODS,
    *moments.METHODS,
    *assignments.METHODS,
    *self_labelling.METHODS,
    *feature_prediction.METHODS,
    *masked_transformers.METHODS,
    *reconstruction.METHODS,
    *cmc.METHODS,
    *sensor_fusion.METHODS,
    *geokr.METHODS,
    *geography.METHODS,
    *land_cover_contrast.METHODS,
    *multitask.METHODS,
    *pretexts.METHODS,
    *cpc.METHODS,
    *tile2vec.METHODS,
)

METHODS: Dict[str, Method] = {method.name: method for method in _METHODS}


def find_method(name: str) -> Method:
    """The catalogue entry of that name; SettingsError lists the names there are."""
    try:
        return METHODS[name]
    except KeyError:
        raise SettingsError(
            f"unknown method {name!r}; the methods are: {', '.join(METHODS)}"
        ) from None


def sound_method(name: str) -> Method:
    """The method that a published recipe is a preset of; the method itself where it is none.

    A recipe's name begins with its method's.
    """
    method = find_method(name)
    if not method.is_published:
        return method
    owners = [m for m in _METHODS if not m.is_published and name.startswith(f"{m.name}-")]
    return max(owners, key=lambda owner: len(owner.name))


def make_train_job(values: Mapping[str, Any]) -> TrainJob:
    """A training job of the class and with the preset that `values["method"]` asks for.

    Where `values` gives one of steps and epochs alone, it wins over a preset that gives the other.
    """
    given = {str(name).replace("-", "_"): value for name, value in values.items()}
    method = find_method(given.get("method") or "saumoco")
    preset = dict(method.preset, method=method.name)
    if given.get("steps") is not None and given.get("epochs") is None:
        preset["epochs"] = None
    if given.get("epochs") is not None and given.get("steps") is None:
        preset["steps"] = None
    job = make_job(method.job_class, given, preset)
    if (job.steps is None) == (job.epochs is None):
        raise SettingsError("give either --steps or --epochs")
    if "map-layer" in (*job.also_learn, *getattr(job, "learn", ())) and not job.map_layer:
        raise SettingsError("map-layer is to be learnt: give its raster layer as --map-layer")
    return job


def unmet_needs(method: Method, dataset: Mapping[str, Any]) -> List[str]:
    """What `method` lacks in a dataset, as sentences; empty when it can train.

    `dataset` is the content of dataset.json.
    """
    lacks = []
    needs = method.needs
    stored = needs.stored_neighbours and dataset.get("triplets", 0) > 0
    if needs.neighbours and dataset["neighbour_radius_px"] < 1 and not stored:
        lacks.append(
            "it needs neighbours, and this dataset's chips hold the tile alone: build it with "
            "--neighbour-radius-px"
        )
    names = [band["name"] for band in dataset["bands"]]
    missing = [name for name in needs.bands if name not in names]
    if missing:
        lacks.append(
            f"it needs the bands {', '.join(missing)}; this dataset has {', '.join(names)}"
        )
    if needs.least_bands > len(names):
        lacks.append(
            f"it needs {needs.least_bands} bands or more; this dataset has {', '.join(names)} alone"
        )
    if needs.colours and rgb_places(names) is None:
        lacks.append(
            f"it needs bands named red, green and blue; this dataset has {', '.join(names)}"
        )
    tile = dataset["tile_size_px"]
    if tile < needs.least_tile_px:
        lacks.append(
            f"it needs tiles of {needs.least_tile_px} px or more, and these are of {tile} px: "
            "build the dataset with a larger --tile-size-px"
        )
    if not has_dates(dataset, needs.dates):
        lacks.append(
            f"it needs {needs.dates} dates of one place: scenes of known dates that overlap, with "
            "pixels of one grid"
        )
    if needs.land_cover and not dataset["classes"]:
        lacks.append("it needs land cover: build the dataset with --land-cover")
    if needs.place and any(NOWHERE_DATUM in scene["crs"] for scene in dataset.get("scenes", ())):
        lacks.append("it needs tiles that lie on the ground, and nothing places these")
    return lacks
