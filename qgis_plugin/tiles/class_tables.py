"""Class tables for people to edit: filled from a layer's symbology, written for the backend.

The file is what backend/data/class_table.py reads; docs/land_cover.md describes it.
"""

import colorsys
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from ..algorithms.land_cover import TABLE_FOLDER
from ..translation import tr

# As in backend/data/class_table.py: categories of these names mean no data.
NO_DATA_NAMES = ("", "na", "nan", "no data", "nodata", "background", "unclassified", "fill")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_OWN_KEYS = {"title", "note", "source", "nodata", "ignore", "unknown", "classes"}


@dataclass
class ClassRow:
    """Codes of the layer and the class they are counted for.

    `target` is the class's name after merging: rows of one target make one class, in the colour
    of the first. Codes of a row that is not `included` belong to no class.
    """

    codes: List[Any]
    name: str
    colour: str
    target: str = ""
    included: bool = True

    def __post_init__(self) -> None:
        self.target = self.target or self.name

    @property
    def codes_text(self) -> str:
        return ", ".join(map(str, self.codes))


@dataclass
class EditedTable:
    """A class table as it is edited. `other` holds keys of its file that are not edited here."""

    rows: List[ClassRow] = field(default_factory=list)
    nodata: List[Any] = field(default_factory=list)
    unknown: Any = "error"
    title: str = ""
    other: Dict[str, Any] = field(default_factory=dict)

    @property
    def class_names(self) -> List[str]:
        """The classes after merging, in order."""
        return list(dict.fromkeys(row.target for row in self.rows if row.included))

    def problem(self) -> str:
        """What is wrong with the table, as a sentence; empty when nothing is."""
        if not self.class_names:
            return tr("Class table: tick at least one class.")
        owner: Dict[str, str] = {str(code): tr("no data") for code in self.nodata}
        for row in self.rows:
            if row.included and not row.target.strip():
                return tr("Class table: the class of code {codes} has no name. Write one.").format(
                    codes=row.codes_text
                )
            for code in expanded(row.codes):
                if str(code) in owner:
                    return tr(
                        "Class table: code {code} stands in “{one}” and in “{other}”. Take it out "
                        "of one of them."
                    ).format(code=code, one=row.name, other=owner[str(code)])
                owner[str(code)] = row.name
        return ""

    def to_json(self) -> Dict[str, Any]:
        """The content of the class table's file."""
        classes: Dict[str, Dict[str, Any]] = {}
        ignore: List[Any] = []
        for row in self.rows:
            if not row.included:
                ignore += row.codes
                continue
            one = classes.setdefault(
                row.target, {"name": row.target, "codes": [], "colour": row.colour}
            )
            one["codes"] += row.codes
        content: Dict[str, Any] = {"title": self.title} if self.title else {}
        if self.nodata:
            content["nodata"] = self.nodata
        if ignore:
            content["ignore"] = ignore
        if self.unknown != "error":
            content["unknown"] = self.unknown
        return {**content, **self.other, "classes": list(classes.values())}

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".partial-{path.name}")
        text = json.dumps(self.to_json(), indent=1, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(path)


def read_table(path: Path) -> EditedTable:
    """The table in a JSON file. Raises ValueError with a sentence where it is none to edit."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(
            tr("The class table {path} cannot be read: {reason}.").format(path=path, reason=error)
        ) from error
    if isinstance(content, list):
        content = {"classes": content}
    if not isinstance(content, dict) or not isinstance(content.get("classes"), list):
        raise ValueError(
            tr("The file {path} is no class table: it has no list of classes.").format(path=path)
        )
    if any(not isinstance(one, dict) or not one.get("name") for one in content["classes"]):
        raise ValueError(tr("The class table {path} has a class without a name.").format(path=path))
    if any("codes" not in one for one in content["classes"]):
        raise ValueError(
            tr(
                "The class table {path} is for layers whose bands are classes; choose it as it is, "
                "it cannot be edited here."
            ).format(path=path)
        )
    rows = [
        ClassRow(_as_list(one["codes"]), str(one["name"]), _colour(one.get("colour"), number))
        for number, one in enumerate(content["classes"])
    ]
    for code in _as_list(content.get("ignore")):
        rows.append(ClassRow([code], f"class {code}", "#808080", included=False))
    return EditedTable(
        rows,
        _as_list(content.get("nodata")),
        content.get("unknown") or "error",
        str(content.get("title", "")),
        {key: value for key, value in content.items() if key not in _OWN_KEYS},
    )


def built_in_path(name: str) -> Path:
    """The file of a built-in table."""
    return TABLE_FOLDER / f"{name}.json"


def _as_list(value: Any) -> List[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _colour(text: Any, number: int) -> str:
    colour = str(text or "").lower()
    return colour if _COLOUR.fullmatch(colour) else spare_colour(number)


def spare_colour(number: int) -> str:
    """A colour for a class that brings none, unlike those of its neighbours in the table."""
    # Hues a golden section apart, as the backend gives them.
    red, green, blue = colorsys.hsv_to_rgb(number * 0.618034 % 1.0, 0.55, 0.85 - 0.2 * (number % 2))
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def whole(value: Any) -> Any:
    """A code as the backend writes it: 11.0 and "11" are 11; other texts stay."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
        return int(value)
    return value


def parse_codes(text: str) -> List[Any]:
    """Codes that a person wrote: "41, 42-43, 90"."""
    return [whole(part.strip()) for part in re.split(r"[,;]", text) if part.strip()]


def expanded(codes: Iterable[Any]) -> List[Any]:
    """Single codes: ranges "20-29" written out."""
    singles: List[Any] = []
    for code in codes:
        match = (
            re.fullmatch(r"\s*(-?\d+)\s*-\s*(-?\d+)\s*", code) if isinstance(code, str) else None
        )
        if match and int(match[1]) <= int(match[2]) < int(match[1]) + 65536:
            singles += range(int(match[1]), int(match[2]) + 1)
        else:
            singles.append(code)
    return singles


def table_of_categories(
    categories: Sequence[Tuple[Any, str, str]],
    *,
    nodata: Iterable[Any] = (),
    present: Optional[Iterable[Any]] = None,
    title: str = "",
) -> EditedTable:
    """A table from (code, label, colour) of a layer's symbology.

    Labels that mean no data, and the codes in `nodata`, become no data. Entries that are labelled
    with nothing but their code are fillers of a palette: they are kept where `present` (the codes
    that the layer holds) has them, or where it is None. Codes of `present` without an entry get
    one.
    """
    held = None if present is None else {whole(code) for code in present}
    none = [whole(code) for code in nodata]
    rows = []
    for code, label, colour in categories:
        code, label = whole(code), label.strip()
        if code in none:
            continue
        if label.lower() in NO_DATA_NAMES:
            none.append(code)
        elif label != str(code) or not isinstance(code, (int, float)):
            rows.append(ClassRow([code], label, _colour(colour, len(rows))))
        elif held is None or code in held:
            rows.append(ClassRow([code], f"class {code}", _colour(colour, len(rows))))
    known = {row.codes[0] for row in rows} | set(none)
    for code in sorted((held or set()) - known, key=str):
        rows.append(ClassRow([code], f"class {code}", spare_colour(len(rows))))
    return EditedTable(rows, none, title=title)


def merge(rows: Sequence[ClassRow], target: str) -> None:
    """Count the codes of several rows for one class."""
    for row in rows:
        row.target, row.included = target, True
