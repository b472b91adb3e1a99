"""B2: random views of tiles on the device, beside kornia and torchvision.

    python benchmarks/b2_views.py

From uint8 tiles to one float32 view of each: resized crop, mirrors, brightness and contrast, blur;
with three bands also saturation, hue and grey (MoCo v2's recipe). kornia's is torchgeo's MoCo
recipe; torchvision's transforms v2 are run tile by tile, as lightly and most scripts do, and on the
whole batch, which then gets the same crop and colours for all its tiles. Kernels of the blur are as
wide everywhere (13 px). The roof is the same arithmetic with nothing drawn and no tile sought out:
one sampling of all tiles, the colours of four in five and the blur of half of them.
"""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path

import torch
from measure import Report, parser, peer
from tile_sets import add_training_options, chip_dataset, moco_job, smooth_chips
from torch.nn import functional

from backend.data.dataset import TileDataset
from backend.networks.torchvision_import import torchvision
from backend.views import colour
from backend.views.blur import blur
from backend.views.normalisation import offset_and_scale
from backend.views.normalise import Normalise
from backend.views.photometric import PhotometricViews

SIGMA, KERNEL = (0.1, 2.0), 13
AREA = (0.2, 1.0)
RECIPE = dict(
    crop_area=0.2, turns="uniform", jitter_probability=0.8, brightness=0.4, contrast=0.4,
    saturation=0.4, hue=0.1, grey_probability=0.2, blur_probability=0.5, blur_sigma_px=2.0,
)  # fmt: skip
ROOF = "the arithmetic alone"
BAND_WISE = dict(saturation=0.0, hue=0.0, grey_probability=0.0)


def ours(dataset: TileDataset, arguments, tiles: torch.Tensor):
    information = dataset.information
    # The peers' colours are those of three bands; with more there are brightness and contrast.
    alike = {} if len(information.bands) == 3 else BAND_WISE
    job = moco_job(dataset, arguments, **{**RECIPE, **alike})
    views = PhotometricViews(job, information)
    normalise = Normalise(*offset_and_scale(job.normalisation, information)).to(tiles.device)
    generator = torch.Generator(tiles.device)
    return lambda: views(normalise(tiles), generator)


def kornia(tiles: torch.Tensor, colours: bool):
    """torchgeo's recipe for MoCo v2 (colour jitter whole where there are colours alone)."""
    from kornia import augmentation as k

    jitter = (
        [k.ColorJitter(0.4, 0.4, 0.4, 0.1, p=0.8), k.RandomGrayscale(p=0.2)]
        if colours
        else [k.RandomBrightness((0.6, 1.4), p=0.8), k.RandomContrast((0.6, 1.4), p=0.8)]
    )
    size = tuple(tiles.shape[2:])
    views = k.AugmentationSequential(
        k.RandomResizedCrop(size=size, scale=AREA),
        *jitter,
        k.RandomGaussianBlur((KERNEL, KERNEL), SIGMA, p=0.5),
        k.RandomHorizontalFlip(),
        k.RandomVerticalFlip(),
        data_keys=["input"],
    )
    return lambda: views(tiles.float().div(255))


def torchvision_views(size: int, colours: bool):
    v2 = importlib.import_module(f"{torchvision.__name__}.transforms.v2")
    jitter = [
        v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
        v2.RandomGrayscale(0.2),
    ]
    return v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=AREA, antialias=True),
            v2.ToDtype(torch.float32, scale=True),
            *(jitter if colours else [Stretch()]),
            v2.RandomApply([v2.GaussianBlur(KERNEL, SIGMA)], p=0.5),
            v2.RandomHorizontalFlip(),
            v2.RandomVerticalFlip(),
        ]
    )


class Stretch(torch.nn.Module):
    """Brightness and contrast of any number of bands: torchvision's jitter takes one or three."""

    def forward(self, tile: torch.Tensor) -> torch.Tensor:
        if torch.rand(()) < 0.8:
            brightness, contrast = (torch.rand(2) * 0.8 + 0.6).tolist()
            tile = (tile * brightness).clamp(0, 1)
            mean = tile.mean(dim=(-3, -2, -1), keepdim=True)
            tile = (contrast * tile + (1 - contrast) * mean).clamp(0, 1)
        return tile


def arithmetic_alone(tiles: torch.Tensor, colours: bool):
    """What any way must do in torch: the numbers lie ready, and tiles are taken as they lie."""
    count, device = len(tiles), tiles.device
    zoomed = torch.eye(2, 3, device=device).expand(count, 2, 3) * 0.7
    grid = functional.affine_grid(zoomed, list(tiles.shape), align_corners=False)
    jittered, blurred = count * 4 // 5, count // 2
    factors = torch.linspace(0.6, 1.4, colour.TILES_AT_ONCE, device=device)
    sigmas = torch.linspace(*SIGMA, blurred, device=device)
    rgb = (0, 1, 2) if colours else None

    def run() -> torch.Tensor:
        views = functional.grid_sample(
            tiles.float().div(255), grid, padding_mode="border", align_corners=False
        )
        for part in views[:jittered].split(colour.TILES_AT_ONCE):
            now = factors[: len(part)]
            colour.adjust_brightness_(part, now)
            colour.adjust_contrast_(part, now, rgb)
            if rgb:
                colour.adjust_saturation_(part, now, rgb)
                colour.shift_hue_(part, now - 1, rgb)
        views[:blurred] = blur(views[:blurred], sigmas, KERNEL // 2)
        return views

    return run


def main() -> None:
    options = parser(__doc__)
    add_training_options(options)
    options.set_defaults(batch=256)
    arguments = options.parse_args()
    device, count, size = torch.device(arguments.device), arguments.batch, arguments.size
    report = Report("b2_views", f"B2: random views of {size}-px tiles", arguments)
    report.settings = dict(batch=count, size=size)
    for bands in (3, 4, 13):
        case = f"{bands} bands"
        with tempfile.TemporaryDirectory(prefix="near_things_") as name:
            chips = smooth_chips(count, bands, size)
            dataset = chip_dataset(Path(name) / "b2.tiles", chips, tile=size, radius=0)
            tiles = torch.from_numpy(chips).to(device)
            colours = bands == 3
            ways = {"ours": ours(dataset, arguments, tiles)}
            if peer("kornia") is None:
                report.missing("kornia AugmentationSequential", "not installed", case)
            else:
                ways["kornia AugmentationSequential"] = kornia(tiles, colours)
            transforms = torchvision_views(size, colours)
            ways["torchvision v2, tile by tile"] = lambda tiles=tiles, t=transforms: torch.stack(
                [t(tile) for tile in tiles]
            )
            ways["torchvision v2, one draw for all"] = lambda tiles=tiles, t=transforms: t(tiles)
            ways[ROOF] = arithmetic_alone(tiles, colours)
            report.compare(case, "views/s", ways, amount=count, limit=ROOF)
    report.write()


if __name__ == "__main__":
    main()
