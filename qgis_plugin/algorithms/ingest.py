"""Import tiles: turn a collection of tiles that are cut already into a tile dataset."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List

from qgis.core import QgsProcessingParameterFile

from ...backend.contract.jobs import IngestJob
from ...backend.contract.settings import Setting
from . import checks
from .land_cover import class_table_help, class_table_problem
from .tile_datasets import TileDatasetAlgorithm

ARCHIVE = "ARCHIVE"
# Fields that mean something for some formats alone.
_BELONGS = {
    "LABELS": ("Label file", ("npy", "saumoco-sentinel2")),
    "LABEL_FOLDER": ("Label folder", ("geokr",)),
    "CLASS_TABLE": ("Class table", ("npy", "saumoco-sentinel2", "geokr")),
    ARCHIVE: ("Zip file", ("class-folder",)),
}
_LEAST_TRAINING_SHARE = 0.05


class ImportTiles(TileDatasetAlgorithm):
    """The verb `ingest`."""

    verb = "ingest"
    identifier = "importtiles"
    title = "Import tiles"
    section = "Data"
    job_class = IngestJob
    keywords = ("EuroSAT", "numpy", "npy", "Tile2Vec", "GeoKR", "SauMoCo", "zip", "image folder")
    description = (
        "Turns tiles that are cut already into a tile dataset, to train on, evaluate on and "
        "search in as in one that was cut from scenes: arrays, triplets, images in class folders, "
        "GeoKR's crops. Georeferenced images keep their place; other tiles are laid side by side "
        "on a plane that is no place on Earth, and the layer shows them there."
    )
    example = (
        "EuroSAT: choose its zip file, write 10 as ground resolution and name a dataset such as "
        "eurosat.tiles. “Evaluate encoder” then finds the classes of its tiles by itself."
    )
    kinds = {"class_table": "file"}
    helps = {
        "source": "The folder that holds the tiles, at any depth where they are images",
        "format": "How the tiles are stored\n"
        "auto: looks at the folder and finds all but SauMoCo's records by itself\n"
        "npy: numpy arrays of rows, columns, bands, one a tile\n"
        "tile2vec-triplets: 0anchor.npy, 0neighbor.npy, 0distant.npy and so on\n"
        "saumoco-sentinel2: SauMoCo's Sentinel-2 records; nothing in them is executed\n"
        "class-folder: images in class folders, as EuroSAT has them, also in a zip file\n"
        "geokr: image crops with GeoKR's label files",
        "bands": "Names of the tiles' bands in their order, separated by spaces; by default what "
        "the format or the files say. NAME=INDEX picks one band by its number: red=1 nir=4",
        "class_table": "Explains the codes of the label file, or GeoKR's counts. "
        + class_table_help(),
    }

    def settings(self) -> List[Setting]:
        """All settings of the job; the folder is not required where there is a zip file."""
        found = super().settings()
        folder = dict(required=False, label="Folder of tiles")
        return [replace(s, **folder) if s.name == "source" else s for s in found]

    def add_after(self, setting: Setting) -> None:
        if setting.name == "source":
            archive = QgsProcessingParameterFile(
                ARCHIVE, "Zip file, in place of a folder", optional=True, extension="zip"
            )
            archive.setHelp("A zip file of images in class folders; it is read as it is")
            self.addParameter(archive)

    def read_values(self, reader) -> Dict[str, Any]:
        values = super().read_values(reader)
        values["source"] = values["source"] or reader.text(ARCHIVE)
        return values

    def find_problem(self, reader) -> str:
        return checks.first_problem(
            [
                _source_problem(reader.text("SOURCE"), reader.text(ARCHIVE)),
                _format_problem(reader),
                _files_problem(reader),
                class_table_problem(reader.text("CLASS_TABLE")),
                self._shares_problem(reader),
                self.check_output_folder(reader),
            ]
        )

    def _shares_problem(self, reader) -> str:
        names = ("TEST_FRACTION", "VALIDATION_FRACTION")
        arguments = reader.parameters, reader.context
        shares = [self.parameterAsDouble(arguments[0], name, arguments[1]) for name in names]
        if 1 - sum(shares) >= _LEAST_TRAINING_SHARE:
            return ""
        return (
            f"Test fraction {shares[0]:g} and validation fraction {shares[1]:g} leave too few "
            "tiles for training: together they may be 0.95 at most."
        )


def _source_problem(folder: str, archive: str) -> str:
    """Not one source, or one that is not there."""
    if bool(folder) == bool(archive):
        return "Choose a folder of tiles, or a zip file in its place."
    # A path that is written, not chosen, may be a zip file here too.
    if folder and not Path(folder).is_dir() and Path(folder).suffix.lower() != ".zip":
        return f"There is no folder {folder}."
    if not Path(folder or archive).exists():
        return f"There is no file {folder or archive}."
    return ""


def _format_problem(reader) -> str:
    """A field is filled in that the chosen format does not know."""
    arguments = reader.parameters, "FORMAT", reader.context
    chosen = reader.algorithm.parameterAsEnumString(*arguments)
    for name, (label, formats) in _BELONGS.items():
        if chosen != "auto" and reader.text(name) and chosen not in formats:
            return (
                f"{label}: it does not belong to the format {chosen}, but to {', '.join(formats)}. "
                "Leave it empty, or choose another format."
            )
    if reader.text("CLASS_TABLE") and not reader.text("LABELS") and chosen in _BELONGS["LABELS"][1]:
        return "Class table: it explains the codes of a label file, and none is chosen."
    return ""


def _files_problem(reader) -> str:
    labels, folder = reader.text("LABELS"), reader.text("LABEL_FOLDER")
    if labels and not Path(labels).is_file():
        return f"Label file: there is no file {labels}."
    if folder and not Path(folder).is_dir():
        return f"Label folder: there is no folder {folder}."
    return ""
