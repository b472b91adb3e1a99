"""Images in class folders, as EuroSAT has them: `Forest/Forest_1.jpg`, also inside a zip file."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from backend.contract.jobs import IngestJob
from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .arrays import pick_bands
from .collection import Collection, classes_named
from .images import Images

LAYOUT = "each class is a folder of images, and all of them lie in one folder"


def open_class_folder(job: IngestJob, source: Path, reporter: Reporter) -> Collection:
    """The images of all class folders, class by class; their folder's name is their class."""
    images = Images(source)
    names, classes = images_by_class(images, reporter)
    own, nodata = images.bands(names[0])
    bands, picked = pick_bands(own, job)

    def read(number: int) -> np.ndarray:
        pixels = images.read(names[number])
        return pixels[picked] if len(pixels) == len(own) else pixels

    of_name = {name: number for number, name in enumerate(classes)}
    return Collection(
        source.stem if source.is_file() else source.name,
        names,
        read,
        bands,
        look=lambda number: images.look(names[number]),
        nodata=nodata,
        classes=classes_named(classes),
        class_source="the images' folders",
        labels=np.array([of_name[PurePosixPath(name).parent.name] for name in names], np.int64),
    )


def images_by_class(images: Images, reporter: Reporter) -> tuple[list[str], list[str]]:
    """The images in class folders, class by class, and the classes in order of name."""
    folders = {PurePosixPath(name).parent for name in images.names}
    parents = {folder.parent for folder in folders if folder.parts}
    # A picture beside the class folders belongs to none of them.
    beside = {folder for folder in folders if folder in parents or not folder.parts}
    tops = {folder.parent for folder in folders - beside}
    if not tops:
        raise RequestError(f"{images.source} has no class folders with images", LAYOUT)
    if len(tops) > 1:
        first, second = sorted(str(top) for top in tops)[:2]
        raise RequestError(
            f"the class folders of {images.source} lie in several folders, such as {first} and "
            f"{second}",
            f"give one of them: {LAYOUT}",
        )
    stray = [name for name in images.names if PurePosixPath(name).parent in beside]
    if stray:
        reporter.warning(
            f"{len(stray)} image(s) of {images.source} lie beside the class folders and are left "
            f"out: {stray[0]}"
        )
    kept = [name for name in images.names if PurePosixPath(name).parent not in beside]
    kept.sort(key=lambda name: PurePosixPath(name).parent.name)
    return kept, sorted({PurePosixPath(name).parent.name for name in kept})
