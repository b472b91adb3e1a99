"""The land cover of a form: layers, class field and class table, and what is wrong with them."""

from pathlib import Path
from typing import List, Sequence

from qgis.core import QgsMapLayer, QgsRasterLayer

from ..environment import PLUGIN_FOLDER
from . import checks
from .parameters import ValueReader
from .scenes import SceneLayers

TABLE_FOLDER = PLUGIN_FOLDER / "backend" / "data" / "class_tables"
TABLE_SUFFIXES = (".json", ".yaml", ".yml")
AS_GLOBELAND30 = "-as-globeland30"


def built_in_tables() -> List[str]:
    """The names of the class tables that come with the backend."""
    return sorted(path.stem for path in TABLE_FOLDER.glob("*.json"))


def built_in_tables_in_words() -> str:
    """All built-in tables for people, those in two forms named once."""
    names = built_in_tables()
    products = [name for name in names if name + AS_GLOBELAND30 in names]
    rest = [name for name in names if name.replace(AS_GLOBELAND30, "") not in products]
    return f"{', '.join(products)} (each also as NAME{AS_GLOBELAND30}); {', '.join(rest)}"


def class_table_help() -> str:
    """The help of a class table: its two forms, and the built-in tables by name."""
    return (
        "A JSON or YAML file, or one of these names, written in its place: "
        + built_in_tables_in_words()
    )


def class_table_problem(text: str) -> str:
    """The class table is neither a file nor built in."""
    if not text or text in built_in_tables() or Path(text).is_file():
        return ""
    if Path(text).suffix.lower() in TABLE_SUFFIXES or "/" in text or "\\" in text:
        return f"Class table: there is no file {text}."
    return (
        f"Class table: “{text}” is neither a file nor one of the built-in tables: "
        f"{built_in_tables_in_words()}."
    )


def label_table_problem(text: str) -> str:
    """GeoKR's label files are wanted, and the table counts other classes than GlobeLand30's."""
    fitting = text + AS_GLOBELAND30
    if text not in built_in_tables() or fitting not in built_in_tables():
        return ""
    return (
        f"Class table: label files hold the classes of GlobeLand30. Write {fitting} in place of "
        f"{text}, or untick “Label files” to count the classes of {text} without them."
    )


def land_cover_problem(reader: ValueReader, scenes: Sequence[SceneLayers]) -> str:
    """What is wrong with a form's land cover, as a sentence; empty when nothing is."""
    algorithm, context = reader.algorithm, reader.context
    layers = algorithm.parameterAsLayerList(reader.parameters, "LAND_COVER", context) or []
    crs = algorithm.parameterAsCrs(reader.parameters, "LAND_COVER_CRS", context)
    places = [checks.Place.of_layer(layer, crs) for layer in layers]
    table = reader.text("CLASS_TABLE")
    if table and not layers:
        return "Class table: it explains a land-cover layer, and none is chosen."
    return checks.first_problem(
        [
            polygon_problem(layers, reader.text("CLASS_FIELD"), "land cover"),
            class_table_problem(table),
            checks.overlap_problem(scenes, places, context),
        ]
    )


def polygon_problem(layers: Sequence[QgsMapLayer], field: str, what: str) -> str:
    """Polygon layers beside other layers, or without a field that holds the class."""
    polygons = [layer for layer in layers if not isinstance(layer, QgsRasterLayer)]
    if polygons and len(layers) > 1:
        return (
            f"The {what} is one polygon layer, or rasters; not both, and not several polygon "
            "layers."
        )
    if not polygons:
        return ""
    names = [f.name() for f in polygons[0].fields()]
    if field in names:
        return ""
    found = f"The layer “{polygons[0].name()}” has the fields {', '.join(names)}."
    if not field:
        return f"Class field: name the field that holds the class. {found}"
    return f"Class field: there is no field “{field}”. {found}"
