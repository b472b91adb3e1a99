"""Settings: the fields of a job, each with its kind, unit, default and one line of help.

A job is a dataclass whose fields are made by `setting`. Command line, YAML files and Processing
parameters are all derived from `settings_of(job_class)`, so nothing is typed twice.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Type, TypeVar

Job = TypeVar("Job")

# Kinds that hold one value, and the Python type of that value.
SCALAR_KINDS: Dict[str, type] = {
    "text": str,
    "integer": int,
    "number": float,
    "flag": bool,
    "choice": str,
    "crs": str,
    "file": str,
    "raster": str,
    "vector": str,
    "folder": str,
    "output_file": str,
    "output_folder": str,
    "output_raster": str,
    "output_vector": str,
}
# Kinds that hold a list, and the type of one item. A scene is one or more files joined by '+'.
LIST_KINDS: Dict[str, type] = {
    "texts": str,
    "integers": int,
    "scenes": str,
    "layers": str,
    "points": str,
}
OUTPUT_KINDS = ("output_file", "output_folder", "output_raster", "output_vector")


@dataclasses.dataclass(frozen=True)
class Setting:
    """One field of a job, as an interface needs it.

    `label` is what a form calls it: a noun, in sentence case. `unit` is text such as "px" or "m",
    empty where there is none. `minimum` and `maximum` are inclusive. A setting that is `optional`
    may be None, which means what `help` says.
    """

    name: str
    kind: str
    default: Any
    help: str
    label: str = ""
    unit: str = ""
    required: bool = False
    optional: bool = False
    choices: Tuple[str, ...] = ()
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    advanced: bool = False

    @property
    def option(self) -> str:
        """The command-line option, such as `--tile-size-px`."""
        return "--" + self.name.replace("_", "-")

    @property
    def is_list(self) -> bool:
        return self.kind in LIST_KINDS


class SettingsError(ValueError):
    """A job's settings are wrong; the text says which, why, and what would be right."""


def setting(
    kind: str,
    default: Any,
    help: str,
    *,
    label: str = "",
    unit: str = "",
    required: bool = False,
    optional: bool = False,
    choices: Sequence[str] = (),
    minimum: Optional[float] = None,
    maximum: Optional[float] = None,
    advanced: bool = False,
) -> Any:
    """Declare a dataclass field. A setting whose default is None is optional by itself."""
    if kind not in SCALAR_KINDS and kind not in LIST_KINDS:
        raise ValueError(f"unknown kind of setting: {kind}")
    metadata = dict(
        kind=kind,
        help=help,
        label=label,
        unit=unit,
        required=required,
        optional=optional or default is None,
        choices=tuple(choices),
        minimum=minimum,
        maximum=maximum,
        advanced=advanced,
    )
    if kind in LIST_KINDS:
        items = list(default or [])
        return dataclasses.field(default_factory=lambda: list(items), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def label_of(name: str) -> str:
    """A field's name as a form shows it: `neighbour_radius_px` is "Neighbour radius"."""
    words = name.split("_")
    if words[-1] == "px":
        words.pop()
    text = " ".join({"crs": "CRS", "knn": "kNN"}.get(word, word) for word in words)
    return text if text.startswith("kNN") else text[:1].upper() + text[1:]


def settings_of(job_class: type, preset: Optional[Mapping[str, Any]] = None) -> List[Setting]:
    """The settings of a job class in order, their defaults replaced by those of `preset`."""
    preset = preset or {}
    found = []
    for field in dataclasses.fields(job_class):
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        metadata = dict(field.metadata)
        metadata["label"] = metadata["label"] or label_of(field.name)
        found.append(Setting(name=field.name, default=preset.get(field.name, default), **metadata))
    return found


def _convert(setting_: Setting, value: Any, item_type: type) -> Any:
    """One value as `item_type`; SettingsError where it cannot be."""
    wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    wrong = SettingsError(f"{setting_.option} takes {wanted[item_type]}, not {value!r}")
    if item_type is bool:
        if isinstance(value, bool):
            return value
        raise wrong
    if isinstance(value, bool):
        raise wrong
    if item_type is str:
        # YAML reads 2013-06-01 as a date and 8 as a number; both are meant as text here.
        return value if isinstance(value, str) else str(value)
    try:
        number = float(value)
        if not math.isfinite(number) or (item_type is int and number != int(number)):
            raise wrong
    except (TypeError, ValueError):
        raise wrong from None
    return int(value) if item_type is int and not isinstance(value, str) else item_type(number)


def _checked(setting_: Setting, value: Any) -> Any:
    """`value` converted to the setting's type and held to its choices and range."""
    if value is None:
        if setting_.optional:
            return None
        raise SettingsError(f"{setting_.option} needs a value: {setting_.help}")
    if setting_.is_list:
        values = value if isinstance(value, (list, tuple)) else [value]
        item_type = LIST_KINDS[setting_.kind]
        # A scene may be given as a list of its files; it is one text joined by '+' inside a job.
        values = ["+".join(v) if isinstance(v, (list, tuple)) else v for v in values]
        result = [_convert(setting_, v, item_type) for v in values]
        numbers = result
    else:
        result = _convert(setting_, value, SCALAR_KINDS[setting_.kind])
        numbers = [result]
    if setting_.choices:
        for item in numbers:
            if item not in setting_.choices:
                known = ", ".join(setting_.choices)
                raise SettingsError(f"{setting_.option} is one of {known}; not {item!r}")
    if setting_.minimum is not None or setting_.maximum is not None:
        for item in numbers:
            low, high = setting_.minimum, setting_.maximum
            if (low is not None and item < low) or (high is not None and item > high):
                if low is None:
                    bounds = f"at most {high:g}"
                elif high is None:
                    bounds = f"at least {low:g}"
                else:
                    bounds = f"between {low:g} and {high:g}"
                unit = f" {setting_.unit}" if setting_.unit else ""
                raise SettingsError(f"{setting_.option} must be {bounds}{unit}; it is {item:g}")
    return result


def make_job(
    job_class: Type[Job],
    values: Mapping[str, Any],
    preset: Optional[Mapping[str, Any]] = None,
) -> Job:
    """Build a job from a mapping of names (hyphens or underscores) to values.

    Missing settings take the preset's or the class's default. Raises SettingsError for unknown
    names, wrong types, values out of range, and missing required settings.
    """
    settings = settings_of(job_class, preset)
    given = {str(name).replace("-", "_"): value for name, value in values.items()}
    unknown = sorted(set(given) - {s.name for s in settings})
    if unknown:
        known = ", ".join(s.name for s in settings)
        raise SettingsError(f"unknown setting {unknown[0]!r}; the settings are: {known}")
    arguments = {}
    for s in settings:
        value = given.get(s.name, s.default)
        empty = value is None or value == "" or value == []
        if s.required and empty:
            raise SettingsError(f"{s.option} is required: {s.help}")
        arguments[s.name] = value if empty and not s.choices and s.is_list else _checked(s, value)
    return job_class(**arguments)


def to_mapping(job: Any) -> Dict[str, Any]:
    """A job as plain values, fit for JSON or YAML, accepted back by `make_job`."""
    return dataclasses.asdict(job)


def to_arguments(job: Any) -> List[str]:
    """The command-line arguments that make `job` again; unset optional settings are left out."""
    return values_to_arguments(type(job), to_mapping(job))


def values_to_arguments(job_class: type, values: Mapping[str, Any]) -> List[str]:
    """The command-line arguments for some of a job's settings; those without a value are left out.

    `values` names them with underscores.
    """
    arguments: List[str] = []
    for s in settings_of(job_class):
        value = values.get(s.name)
        if value is None or value == [] or value == "":
            continue
        if s.kind == "flag":
            arguments.append(s.option if value else "--no-" + s.option[2:])
        else:
            # The '=' form keeps negative numbers and leading hyphens from being read as options.
            arguments += [f"{s.option}={v}" for v in (value if s.is_list else [value])]
    return arguments
