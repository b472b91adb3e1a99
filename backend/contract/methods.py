"""The catalogue of methods: what each learns from, what data it needs, its presets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Tuple

from .jobs.train import SauMoCoTrainJob, TrainJob
from .settings import SettingsError, make_job


@dataclass(frozen=True)
class Needs:
    """What a method asks of a tile dataset.

    `neighbours`: chips wider than a tile. `bands`: names that must all be there, empty for any.
    `dates`: least number of dates per chip. `land_cover` and `labels`: class counts, class column.
    """

    neighbours: bool = False
    bands: Tuple[str, ...] = ()
    dates: int = 1
    land_cover: bool = False
    labels: bool = False


@dataclass(frozen=True)
class Method:
    """One entry: a method with its sound default, or a preset of it.

    `recipe` names the file in backend/methods. `preset` replaces defaults of `job_class`.
    `differences` says, sentence by sentence, where a preset knowingly follows a defect of the
    released code, or departs from it.
    """

    name: str
    title: str
    sentence: str
    recipe: str
    job_class: type = TrainJob
    needs: Needs = Needs()
    preset: Mapping[str, Any] = field(default_factory=dict)
    differences: Tuple[str, ...] = ()
    source: str = ""


SENTINEL2_BANDS = (
    "B01",
    "B02",
    "B03",
    "B04",
    "B05",
    "B06",
    "B07",
    "B08",
    "B8A",
    "B09",
    "B10",
    "B11",
    "B12",
)

_SAUMOCO_SOURCE = (
    "Kang et al., Deep Unsupervised Embedding for Remotely Sensed Images Based on Spatially "
    "Augmented Momentum Contrast, TGRS 59(3), 2021, doi 10.1109/TGRS.2020.3007029"
)

# The settings that both released recipes share.
_SAUMOCO_PUBLISHED: Dict[str, Any] = dict(
    steps=None,
    epochs=500,
    batch_size=256,
    architecture="resnet18",
    stem="imagenet",
    embedding_dimension=128,
    optimiser="sgd",
    learning_rate=0.001,
    weight_decay=1e-4,
    schedule="step",
    decay_every_epochs=30,
    decay_factor=0.5,
    gradient_clip=0.0,
    temperature=0.07,
    queue_size=0,
    key_momentum=0.999,
    mask_own_keys=False,
    batch_norm_groups=1,
    queue_start="released",
)

_METHODS = (
    Method(
        name="saumoco",
        title="SauMoCo",
        sentence="Places close to each other should look alike. Good default.",
        recipe="saumoco",
        job_class=SauMoCoTrainJob,
        needs=Needs(neighbours=True),
        source=_SAUMOCO_SOURCE,
    ),
    Method(
        name="saumoco-naip-published",
        title="SauMoCo, released NAIP recipe",
        sentence="SauMoCo with the settings of its released code for aerial images "
        "(50-px tiles, neighbours within 100 px, 500 epochs): for comparison with the paper.",
        recipe="saumoco",
        job_class=SauMoCoTrainJob,
        needs=Needs(neighbours=True),
        preset=dict(_SAUMOCO_PUBLISHED, normalisation="divide-by-255"),
        differences=(
            "As released, the queue is as long as the dataset, so about half of the samples meet "
            "their own older key as a negative.",
            "As released, batch normalisation is not split, so shuffling has no effect on one GPU.",
        ),
        source=_SAUMOCO_SOURCE,
    ),
    Method(
        name="saumoco-sentinel2-published",
        title="SauMoCo, released Sentinel-2 recipe",
        sentence="SauMoCo with the settings of its released code for 13-band Sentinel-2 "
        "(64-px tiles, neighbours within 100 px, 500 epochs): for comparison with the paper.",
        recipe="saumoco",
        job_class=SauMoCoTrainJob,
        needs=Needs(neighbours=True, bands=SENTINEL2_BANDS),
        preset=dict(
            _SAUMOCO_PUBLISHED,
            normalisation="saumoco-sentinel2-released",
            # Offsets are drawn on the 60 m grid: -16..15 steps of 6 px, so 96 px is the reach.
            neighbour_step_px=6,
            neighbour_radius_px=96,
        ),
        differences=(
            "As released, the constants of normalisation are applied in the order of EuroSAT's "
            "files (B8A last) to bands in the order of their wavelength (B8A ninth): five bands "
            "get another band's constants.",
            "As released, the queue is as long as the dataset, so about half of the samples meet "
            "their own older key as a negative.",
            "Unlike the released code, all bands are resampled to 10 m before tiles are cut, so "
            "the 60 m bands lie where they belong instead of 20 to 40 m off.",
        ),
        source=_SAUMOCO_SOURCE,
    ),
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
    return job


def unmet_needs(method: Method, dataset: Mapping[str, Any]) -> List[str]:
    """What `method` lacks in a dataset, as sentences; empty when it can train.

    `dataset` is the content of dataset.json.
    """
    lacks = []
    needs = method.needs
    if needs.neighbours and dataset["neighbour_radius_px"] < 1:
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
    if needs.dates > dataset.get("dates_per_chip", 1):
        lacks.append(
            f"it needs {needs.dates} dates per chip; this dataset has "
            f"{dataset.get('dates_per_chip', 1)}"
        )
    if needs.land_cover and not dataset["classes"]:
        lacks.append("it needs land cover: build the dataset with --land-cover")
    return lacks
