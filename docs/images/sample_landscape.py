"""Draw docs/images/sample_landscape.jpg from a sample landscape: python … FOLDER PICTURE."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib.patches
import matplotlib.pyplot as plt
import numpy as np
import rasterio


def colours(scene: Path, bands: tuple[str, str, str]) -> np.ndarray:
    """Three bands as red, green and blue, each stretched from its 2nd to its 98th percentile."""
    with rasterio.open(scene) as file:
        pixels = file.read([file.descriptions.index(name) + 1 for name in bands]).astype(float)
    low, high = np.percentile(pixels[:, pixels.min(axis=0) > 0], (2, 98), axis=1)
    stretched = (pixels - low[:, None, None]) / (high - low)[:, None, None]
    return stretched.clip(0, 1).transpose(1, 2, 0)


def main(folder: Path, picture: Path) -> None:
    classes = json.loads((folder / "landscape.json").read_text(encoding="utf-8"))["classes"]
    spring, summer = sorted(folder.glob("scene_*.tif"))
    with rasterio.open(folder / "land_cover.tif") as file:
        palette = file.colormap(1)
        codes = file.read(1)
    land_cover = np.array([palette[code][:3] for code in range(256)], np.uint8)[codes]
    land_cover[codes == 0] = 255
    figure, axes = plt.subplots(1, 3, figsize=(15, 5.6))
    panels = (
        (colours(spring, ("red", "green", "blue")), "14 May: red, green, blue"),
        (colours(summer, ("nir", "red", "green")), "30 August: near infrared, red, green"),
        (land_cover, "Land cover, on its own grid"),
    )
    for axis, (image, title) in zip(axes, panels, strict=True):
        axis.imshow(image)
        axis.set_title(title)
        axis.axis("off")
    handles = [matplotlib.patches.Patch(color=c["colour"], label=c["name"]) for c in classes]
    figure.legend(handles=handles, ncols=9, loc="lower center", frameon=False)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(picture, dpi=110, pil_kwargs={"quality": 84})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
