"""What a band is: its number, its name and its wavelength, guessed from files and sensors."""

import re
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from ..translation import tr

# How file names tell the band, as the backend reads them (backend/data/scene_files.py), and the
# words that products use in a number's place.
_NUMBER = r"(?:band[_\-]?|b)\d{1,2}a?"
_WORDS = ("coastal", "blue", "green", "red", "nir", "swir1", "swir2", "pan", "vv", "vh")
BAND_IN_NAME = re.compile(
    rf"(?:^|(?<=[_\-. ]))({_NUMBER}|{'|'.join(_WORDS)})(?=$|[_\-. ])", re.IGNORECASE
)

# Common names and central wavelengths (µm). Landsat 8 and 9: USGS, OLI band designations;
# Landsat 4 to 7: USGS, TM and ETM+; Sentinel-2: ESA, MSI spatial resolutions (S2A).
_OLI = {
    1: ("coastal", 0.443),
    2: ("blue", 0.482),
    3: ("green", 0.561),
    4: ("red", 0.655),
    5: ("nir", 0.865),
    6: ("swir1", 1.609),
    7: ("swir2", 2.201),
    8: ("pan", 0.590),
    9: ("cirrus", 1.373),
    10: ("thermal1", 10.895),
    11: ("thermal2", 12.005),
}
_TM = {
    1: ("blue", 0.485),
    2: ("green", 0.56),
    3: ("red", 0.66),
    4: ("nir", 0.83),
    5: ("swir1", 1.65),
    7: ("swir2", 2.215),
}
_MSI = {
    "1": ("B01", 0.443),
    "2": ("B02", 0.493),
    "3": ("B03", 0.560),
    "4": ("B04", 0.665),
    "5": ("B05", 0.704),
    "6": ("B06", 0.741),
    "7": ("B07", 0.783),
    "8": ("B08", 0.833),
    "8A": ("B8A", 0.865),
    "9": ("B09", 0.945),
    "10": ("B10", 1.374),
    "11": ("B11", 1.614),
    "12": ("B12", 2.202),
}
_SENSORS = tuple(
    (re.compile(rf"(?:^|[_\-. ])(?:{words})", re.IGNORECASE), sensor)
    for words, sensor in (
        (r"LC0[89]|LO0[89]|landsat[_\-]?[89]", "oli"),
        (r"LT0[45]|LE07|landsat[_\-]?[457]", "tm"),
        (r"(?:S2[ABC]|sentinel[_\-]?2|T\d\d[A-Z]{3})[_\-. ]", "msi"),
    )
)
_NOT_IN_NAMES = re.compile(r"[=,;\s]+")


@dataclass
class Band:
    """One band of a scene: `number` counts from 1 over all its files."""

    number: int
    name: str
    wavelength_um: Optional[float] = None
    wanted: bool = True


def band_token(stem: str) -> str:
    """The part of a file's name that tells its band, such as "B4" or "nir"; empty without one."""
    found = BAND_IN_NAME.findall(stem)
    return found[-1] if found else ""


def without_token(stem: str) -> str:
    """A file's name with the part that tells its band replaced by "*"."""
    found = list(BAND_IN_NAME.finditer(stem))
    if not found:
        return stem
    return stem[: found[-1].start(1)] + "*" + stem[found[-1].end(1) :]


def token_order(token: str) -> Tuple[int, float, str]:
    """Sorts bands: numbers by their value with 8A behind 8, then words by their wavelength."""
    number = re.search(r"(\d+)(a?)$", token.lower())
    # A word such as "swir2" ends in a figure too.
    if number and token.lower() not in _WORDS:
        return 0, int(number[1]) + (0.5 if number[2] else 0.0), ""
    word = token.lower()
    return 1, float(_WORDS.index(word)) if word in _WORDS else 99.0, word


def sensor_band(stem: str, token: str) -> Optional[Tuple[str, float]]:
    """The common name and wavelength of a band, where the file's name tells the sensor."""
    match = re.search(r"(\d+)(a?)$", token.lower())
    sensor = next((name for pattern, name in _SENSORS if pattern.search(stem)), "")
    if not match or not sensor:
        return None
    if sensor == "msi":
        return _MSI.get(match[1].lstrip("0") + match[2].upper())
    return (_OLI if sensor == "oli" else _TM).get(int(match[1]))


def wavelength_of(name: str) -> Optional[float]:
    """The wavelength of a band that is named as people name colours: "nir", "Red"."""
    known = dict(_OLI.values())
    return known.get(name.lower())


def plain_name(name: str) -> str:
    """`name` without what separates names in a form."""
    return _NOT_IN_NAMES.sub("_", name.strip()).strip("_")


def description_of(band_name: str) -> str:
    """The description in what QGIS calls a band: "Band 1: red (Red)" is "red"."""
    description = band_name.partition(": ")[2].strip()
    return re.sub(r" \([A-Z]\w*\)$", "", description)


def named_bands(stems: Sequence[str], descriptions: Sequence[Sequence[str]]) -> List[Band]:
    """The bands of a scene: its files' names, and the descriptions of each file's bands.

    Names come from the descriptions, else from sensor and number in the files' names, else as
    those names say it, else they are band_1 to band_n.
    """
    flat = [plain_name(text) for texts in descriptions for text in texts]
    if all(flat) and len(set(flat)) == len(flat):
        return [Band(n + 1, name, wavelength_of(name)) for n, name in enumerate(flat)]
    single = all(len(texts) == 1 for texts in descriptions)
    tokens = [band_token(stem) for stem in stems]
    if single and all(tokens) and len({token.lower() for token in tokens}) == len(tokens):
        known = [sensor_band(stem, token) for stem, token in zip(stems, tokens)]
        if all(known):
            return [Band(n + 1, name, length) for n, (name, length) in enumerate(known)]
        return [Band(n + 1, token, wavelength_of(token)) for n, token in enumerate(tokens)]
    return [Band(n + 1, f"band_{n + 1}") for n in range(len(flat))]


def bands_problem(bands: Sequence[Band]) -> str:
    """What is wrong with the bands as edited, as a sentence."""
    wanted = [band for band in bands if band.wanted]
    if not wanted:
        return tr("Bands: tick at least one band.")
    for band in wanted:
        if not band.name:
            return tr("Bands: band {number} has no name. Write one, such as red.").format(
                number=band.number
            )
    names = [band.name for band in wanted]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        return tr(
            "Bands: two bands are named “{name}”. Encoders tell bands by name: rename one."
        ).format(name=twice)
    return ""


def band_settings(bands: Sequence[Band]) -> Tuple[List[str], List[str]]:
    """The contract's `bands` and `wavelengths` for the bands as edited."""
    wanted = [band for band in bands if band.wanted]
    if len(wanted) == len(bands):
        names = [band.name for band in bands]
    else:
        names = [f"{band.name}={band.number}" for band in wanted]
    return names, [f"{b.name}={b.wavelength_um:g}" for b in wanted if b.wavelength_um]
