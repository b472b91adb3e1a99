"""What the form says of the methods: a line each, sound defaults first, then published recipes."""

from typing import List, Sequence, Tuple

from ...backend.contract.catalogue import Method, Needs

# Said once for all of them, above them.
_COMPARISON = ": for comparison with the paper."
FEW_BANDS = 4


def methods_and_presets(methods: Sequence[Method]) -> Tuple[List[Method], List[Method]]:
    """The methods with their sound defaults, and the published recipes, each in their order."""
    sound: List[Method] = []
    presets: List[Method] = []
    for method in methods:
        (presets if method.is_published else sound).append(method)
    return sound, presets


def needs_in_words(needs: Needs) -> str:
    """What a method asks of a dataset, such as "Needs neighbours."; empty where nothing."""
    words = []
    if needs.neighbours:
        words.append("neighbours")
    if needs.land_cover:
        words.append("land cover")
    if needs.place:
        words.append("tiles that lie on the ground")
    if needs.labels:
        words.append("labels")
    if needs.dates > 1:
        words.append(f"{needs.dates} dates")
    if len(needs.bands) > FEW_BANDS:
        words.append(f"{len(needs.bands)} bands from {needs.bands[0]} to {needs.bands[-1]}")
    elif needs.bands:
        words.append(f"the bands {', '.join(needs.bands)}")
    if needs.least_bands > 1:
        words.append(f"{needs.least_bands} bands or more")
    if needs.colours:
        words.append("bands named red, green and blue")
    if needs.least_tile_px > 1:
        words.append(f"tiles of {needs.least_tile_px} px or more")
    return f" Needs {' and '.join(words)}." if words else ""


def methods_help(methods: Sequence[Method]) -> str:
    """The help of the choice of a method; lines that are no "name: text" are headings."""
    sound, presets = methods_and_presets(methods)
    lines = ["What to learn by", *map(_line, sound)]
    if presets:
        lines += ["Published recipes, for comparison with the papers", *map(_line, presets)]
    return "\n".join(lines)


def _line(method: Method) -> str:
    sentence = method.sentence
    if sentence.endswith(_COMPARISON):
        sentence = sentence[: -len(_COMPARISON)] + "."
    return f"{method.name}: {sentence}{needs_in_words(method.needs)}"
