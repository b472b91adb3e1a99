"""Labelled tiles of a folder with one sub-folder of images per class, as EuroSAT is laid out."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path, PurePosixPath

import numpy as np

from backend.data.ingest.arrays import numbered_bands
from backend.data.ingest.class_folder import images_by_class
from backend.data.ingest.collection import look_at
from backend.data.ingest.images import Images
from backend.data.scene_files import holds
from backend.data.scene_grid import ground_resolution_m
from backend.data.scenes import valid_pixels
from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .labelled import PALETTE, LabelledTiles, TileClass

SPLIT_SEED = 42
FIT_SHARE = 0.8
REMEDY = "give a folder with more images, in two or more sub-folders named by class"


def split_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Names of one class to fit on (80 %) and to test on (20 %), each in a fixed order.

    The rule of SauMoCo's released code, so that figures compare: sort, shuffle with Python's
    generator seeded by 42 anew for each class, cut at int(0.8 n). All 27 000 tiles of EuroSAT give
    21 600 and 5 400.
    """
    shuffled = sorted(names)
    # A published order, no secret: it must come from this very generator.
    random.Random(SPLIT_SEED).shuffle(shuffled)  # nosec B311
    cut = int(FIT_SHARE * len(shuffled))
    return shuffled[:cut], shuffled[cut:]


def _band_names(
    own: list[str], given: list[str], wanted: list[str], reporter: Reporter
) -> list[str]:
    """Names of the images' bands: as given, as the images have them, or the encoder's in order.

    The encoder's are a guess, which is warned of, for images that say nothing of their bands.
    """
    if given:
        if len(given) != len(own):
            raise RequestError(
                f"--bands names {len(given)} bands; the images have {len(own)}",
                "name the bands of the images in their order",
            )
        return given
    unnamed = own == [band.name for band in numbered_bands(len(own))]
    if not unnamed or all(name in own for name in wanted):
        return own
    if len(own) != len(wanted):
        raise RequestError(
            f"the images have {len(own)} bands without names; the encoder needs "
            f"{', '.join(wanted)}",
            "name the images' bands in their order by --bands",
        )
    reporter.warning(
        f"the images' {len(own)} bands have no names; they are taken for the encoder's, in this "
        f"order: {', '.join(wanted)} (--bands names them otherwise)"
    )
    return list(wanted)


def _read_all(images: Images, names: list[str], reporter: Reporter) -> np.ndarray:
    """The images, (N, bands, side, side) in the first one's dtype; DataError for one that differs.

    They are held in memory: decoding anew for each of the encoders would take longer than
    encoding. All of EuroSAT takes 0.3 GB in colour, 2.9 GB with 13 bands.
    """
    first = images.look(names[0])
    first.check(images.full_name(names[0]))
    pixels = np.empty((len(names), first.bands, first.height, first.width), first.dtype)
    with reporter.phase("read images", len(names), "images") as phase:
        for number, name in enumerate(names):
            read = images.read(name)
            look_at(read).check_alike(images.full_name(name), first, names[0])
            pixels[number] = read
            phase.advance()
    return pixels


def labelled_tiles_of_folder(
    folder: Path, *, bands: list[str], encoder_bands: list[str], reporter: Reporter
) -> LabelledTiles:
    """Every image under `folder`, its sub-folder as its class; see LabelledTiles.

    `bands` names the images' bands where it is not empty. Raises RequestError for a folder without
    class folders and for bands that cannot be told, DataError for images that cannot be read or
    differ.
    """
    if not folder.is_dir():
        raise RequestError(f"there is no folder {folder}", "see --class-folder")
    images = Images(folder)
    found, classes = images_by_class(images, reporter)
    names, labels, is_test = [], [], []
    for label, kind in enumerate(classes):
        of_class = [name for name in found if PurePosixPath(name).parent.name == kind]
        for part, chosen in enumerate(split_names(of_class)):
            names += chosen
            labels += [label] * len(chosen)
            is_test += [bool(part)] * len(chosen)
    own, nodata = images.bands(names[0])
    own_bands = _band_names([band.name for band in own], bands, encoder_bands, reporter)
    first = images.look(names[0])
    resolution = None
    if first.crs is not None:
        place = first.crs, first.transform, first.width, first.height
        resolution = ground_resolution_m(*place)
    pixels = _read_all(images, names, reporter)
    digest = hashlib.sha256("\n".join(names).encode("utf-8"))
    digest.update(pixels.data)
    if nodata is not None and not holds(pixels.dtype, nodata):
        nodata = None
    sample = pixels[:: max(1, len(pixels) // 500)]
    sample = np.where(valid_pixels(sample, nodata), sample.astype(np.float64), np.nan)
    tiles = LabelledTiles(
        name=folder.name,
        label_source="sub-folders of images",
        test_source="a fixed 20 % of each class's images; nothing says where they lie, so ground "
        "near them may be in the other part",
        bands=own_bands,
        dtype=str(pixels.dtype),
        nodata=nodata,
        tile_size_px=pixels.shape[-1],
        ground_resolution_m=resolution,
        classes=[TileClass(name, PALETTE[n % len(PALETTE)]) for n, name in enumerate(classes)],
        labels=np.array(labels, np.int64),
        is_test=np.array(is_test),
        groups=np.arange(len(names)),
        stretch=np.nanpercentile(sample, [2, 98], axis=(0, 2, 3)).T,
        read=lambda positions: pixels[positions],
        provenance=dict(
            kind="class folder",
            path=str(folder),
            fingerprint=digest.hexdigest(),
            splits={"train": is_test.count(False), "test": is_test.count(True)},
            purity=None,
            label_column=None,
        ),
    )
    tiles.check(REMEDY)
    return tiles
