"""Labelled tiles of a folder with one sub-folder of images per class, as EuroSAT is laid out."""

from __future__ import annotations

import hashlib
import random
import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .labelled import PALETTE, LabelledTiles, TileClass

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".jp2")
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


def _find_images(folder: Path) -> dict[str, list[str]]:
    """File names of each class, classes in order of name."""
    if not folder.is_dir():
        raise RequestError(f"there is no folder {folder}", "see --class-folder")
    found = {}
    for sub in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")):
        names = [p.name for p in sub.iterdir() if p.suffix.lower() in SUFFIXES]
        if names:
            found[sub.name] = sorted(names)
    if not found:
        raise RequestError(
            f"{folder} has no sub-folders with images ({', '.join(SUFFIXES)})",
            "--class-folder is a folder with one sub-folder of images per class",
        )
    return found


def _open(path: Path) -> rasterio.DatasetReader:
    with warnings.catch_warnings():
        # Photographs of classes need no georeference.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            return rasterio.open(path)
        except RasterioError as error:
            raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    text = " ".join(str(error).split())
    return DataError(f"the image {path} cannot be read: {text}", "repair or remove it")


def _band_names(image: rasterio.DatasetReader, given: list[str], wanted: list[str]) -> list[str]:
    """Names of an image's bands: as given, as the file says, or as the encoder's in order."""
    if given:
        if len(given) != image.count:
            raise RequestError(
                f"--bands names {len(given)} bands; the images have {image.count}",
                "name the bands of the images in their order",
            )
        return given
    if all(image.descriptions):
        return list(image.descriptions)
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if image.colorinterp[:3] == colours and image.count in (3, 4):
        return ["red", "green", "blue", "alpha"][: image.count]
    if image.count == len(wanted):
        return list(wanted)
    raise RequestError(
        f"the images have {image.count} bands without names; the encoder needs {', '.join(wanted)}",
        "name the images' bands in their order by --bands",
    )


def _read_all(paths: list[Path], reporter: Reporter) -> np.ndarray:
    """All images, (N, bands, side, side) in the first one's dtype; DataError for one that differs.

    They are held in memory: decoding anew for each of the encoders would take longer than
    encoding. All of EuroSAT takes 0.3 GB in colour, 2.9 GB with 13 bands.
    """
    with _open(paths[0]) as first:
        shape, dtype = (first.count, first.height, first.width), first.dtypes[0]
    if shape[1] != shape[2]:
        raise DataError(
            f"the image {paths[0]} is {shape[2]} × {shape[1]} px; tiles are square",
            "cut the images to squares of one size",
        )
    pixels = np.empty((len(paths), *shape), dtype)
    with reporter.phase("read images", len(paths), "images") as phase:
        for number, path in enumerate(paths):
            with _open(path) as image:
                own = (image.count, image.height, image.width)
                if own != shape or image.dtypes[0] != dtype:
                    raise DataError(
                        f"the image {path} has {own[0]} bands, {own[2]} × {own[1]} px, "
                        f"{image.dtypes[0]}; {paths[0].name} has {shape[0]} bands, "
                        f"{shape[2]} × {shape[1]} px, {dtype}",
                        "all images must have the same bands, size and type",
                    )
                try:
                    pixels[number] = image.read()
                except RasterioError as error:
                    raise _unreadable(path, error) from error
            phase.advance()
    return pixels


def labelled_tiles_of_folder(
    folder: Path, *, bands: list[str], encoder_bands: list[str], reporter: Reporter
) -> LabelledTiles:
    """Every image under `folder`, its sub-folder as its class; see LabelledTiles.

    `bands` names the images' bands where it is not empty.
    """
    names = _find_images(folder)
    paths, labels, is_test = [], [], []
    for label, (kind, of_class) in enumerate(names.items()):
        for part, chosen in enumerate(split_names(of_class)):
            paths += [folder / kind / name for name in chosen]
            labels += [label] * len(chosen)
            is_test += [bool(part)] * len(chosen)
    with _open(paths[0]) as first:
        own_bands, nodata = _band_names(first, bands, encoder_bands), first.nodata
        projected = first.crs is not None and first.crs.is_projected
        metres = first.crs.linear_units_factor[1] if projected else None
        resolution = abs(first.transform.a) * metres if metres else None
    pixels = _read_all(paths, reporter)
    digest = hashlib.sha256("\n".join(f"{p.parent.name}/{p.name}" for p in paths).encode("utf-8"))
    digest.update(pixels.data)
    sample = pixels[:: max(1, len(pixels) // 500)].astype(np.float64)
    if nodata is not None:
        sample[sample == nodata] = np.nan
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
        classes=[TileClass(name, PALETTE[n % len(PALETTE)]) for n, name in enumerate(names)],
        labels=np.array(labels, np.int64),
        is_test=np.array(is_test),
        groups=np.arange(len(paths)),
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
