"""Which methods a dataset can feed: for each its needs, met or not, and what lacks in words."""

from dataclasses import dataclass
from typing import Any, List, Mapping, Tuple

from ...backend.contract.catalogue import NOWHERE_DATUM, Method
from ...backend.contract.colours import rgb_places
from ...backend.contract.dates import has_dates
from ...backend.contract.jobs import BuildJob
from ...backend.contract.methods import METHODS, sound_method, unmet_needs
from ...backend.contract.settings import settings_of
from ..algorithms.method_help import methods_and_presets
from ..algorithms.parameters import in_form_words
from ..translation import tr


@dataclass(frozen=True)
class MethodChoice:
    """A method or a preset. `lack` says why the dataset cannot feed it; empty where it can.

    `needs` are its needs in a word or two, each with whether the dataset meets it.
    """

    method: Method
    needs: Tuple[Tuple[str, bool], ...]
    lack: str


def method_choice(method: Method, dataset: Mapping[str, Any]) -> MethodChoice:
    """How a method stands to a dataset; `dataset` is the content of dataset.json, {} for none."""
    if not dataset:
        return MethodChoice(method, _needs(method, dataset), tr("Choose a tile dataset first."))
    try:
        lacks = unmet_needs(method, dataset)
    except (KeyError, TypeError):
        lacks = [tr("the dataset's record cannot be read")]
    words = in_form_words("; ".join(lacks), settings_of(BuildJob))
    sentence = f"{words[:1].upper()}{words[1:]}." if words else ""
    return MethodChoice(method, _needs(method, dataset), sentence)


def _needs(method: Method, dataset: Mapping[str, Any]) -> Tuple[Tuple[str, bool], ...]:
    needs, found = method.needs, []
    names = [str(band.get("name")) for band in dataset.get("bands") or ()]
    if needs.neighbours:
        stored = needs.stored_neighbours and (dataset.get("triplets") or 0) > 0
        held = (dataset.get("neighbour_radius_px") or 0) >= 1
        found.append((tr("neighbours"), held or stored))
    if needs.dates > 1:
        dates = tr("{count} dates").format(count=needs.dates)
        found.append((dates, has_dates(dataset, needs.dates)))
    if needs.land_cover:
        found.append((tr("land cover"), bool(dataset.get("classes"))))
    if needs.place:
        scenes = dataset.get("scenes") or ()
        held = not any(NOWHERE_DATUM in str(scene.get("crs")) for scene in scenes)
        found.append((tr("tiles on the ground"), held))
    if needs.least_bands > 1:
        bands = tr("{count} bands or more").format(count=needs.least_bands)
        found.append((bands, len(names) >= needs.least_bands))
    if needs.bands:
        bands = tr("{count} named bands").format(count=len(needs.bands))
        found.append((bands, all(name in names for name in needs.bands)))
    if needs.colours:
        found.append((tr("red, green and blue"), rgb_places(names) is not None))
    if needs.least_tile_px > 1:
        tiles = tr("tiles of {size} px or more").format(size=needs.least_tile_px)
        found.append((tiles, (dataset.get("tile_size_px") or 0) >= needs.least_tile_px))
    return tuple(found)


def method_choices(dataset: Mapping[str, Any]) -> List[MethodChoice]:
    """The methods at their sound defaults, in the catalogue's order."""
    sound, _presets = methods_and_presets(list(METHODS.values()))
    return [method_choice(method, dataset) for method in sound]


def presets_of(method: Method, dataset: Mapping[str, Any]) -> List[MethodChoice]:
    """The published recipes of a method."""
    _sound, presets = methods_and_presets(list(METHODS.values()))
    return [method_choice(p, dataset) for p in presets if sound_method(p.name) is method]
