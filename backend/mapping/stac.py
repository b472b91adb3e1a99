"""A STAC item of an embedding map: what it is, where and when, and the files that belong to it.

STAC 1.1 with the extensions projection, processing and embeddings (the proposal `emb:` of 2026).
The extension MLM is for items of models, whose weights are an asset of theirs: here the encoder is
told by its name and hash.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from rasterio.warp import transform_bounds, transform_geom
from shapely.geometry.polygon import orient

from backend.data.scene_files import as_date
from backend.data.scene_grid import ground_resolution_m
from backend.runtime.errors import DataError, RequestError

from .embedding_map import EmbeddingMap

# The prefix of an extension's fields -> its name and version.
EXTENSIONS = {
    "proj": "projection/v2.0.0",
    "processing": "processing/v1.2.0",
    "emb": "embeddings/v0.0.1",
}
TIFF = "image/tiff; application=geotiff"
MEDIA_TYPES = {
    ".gpkg": "application/geopackage+sqlite3",
    ".npy": "application/octet-stream",
    ".parquet": "application/vnd.apache.parquet",
}
DEGREES = "OGC:CRS84"


def item_date(source: EmbeddingMap, given: str) -> str:
    """The date YYYY-MM-DD of the map's scene: that which is given, else that of the map.

    STAC asks for one: RequestError where neither says it.
    """
    if given:
        date = as_date(given)
        if date is None:
            raise RequestError(f"--date {given} is no date", "write it as YYYY-MM-DD")
        return date
    date = as_date(source.information.date) if source.information else None
    if date is None:
        raise RequestError(
            f"a STAC item says when its scene was taken, and the map {source.path} does not",
            "give --date YYYY-MM-DD",
        )
    return date


def stac_item(
    path: Path, source: EmbeddingMap, date: str, files: Mapping[str, Path]
) -> dict[str, Any]:
    """The item to be written at `path`; `files` are those made of the map, by what they hold."""
    outline, box = _ground(source)
    properties: dict[str, Any] = {
        "title": f"Embedding map of {source.scene}",
        "datetime": f"{date}T00:00:00Z",
        "gsd": round(
            ground_resolution_m(source.crs, source.transform, source.width, source.height), 6
        ),
        "data_type": source.data_type,
        **_projection(source),
        **_embedding(source),
    }
    assets = {"embedding": _map_asset(path, source)}
    for title, file in files.items():
        assets[title] = {
            "href": _reference(file, path),
            "title": title.capitalize(),
            "type": MEDIA_TYPES[file.suffix.lower()],
            "roles": ["data"],
        }
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [
            f"https://stac-extensions.github.io/{name}/schema.json"
            for prefix, name in EXTENSIONS.items()
            if any(field.startswith(f"{prefix}:") for field in properties)
        ],
        "id": re.sub(r"[^\w.-]+", "-", source.path.stem),
        "geometry": outline,
        "bbox": box,
        "properties": properties,
        "links": _links(path, source),
        "assets": assets,
    }


def _ground(source: EmbeddingMap) -> tuple[dict[str, Any], list[float]]:
    """The map's outline and box in degrees. DataError for a map that lies nowhere on Earth."""
    outline = shapely.box(*source.bounds)
    # Straight lines of one projection are bent in another.
    bent = shapely.segmentize(outline, max(outline.length / 40, 1e-9))
    try:
        geometry = transform_geom(source.crs, DEGREES, shapely.geometry.mapping(bent), precision=7)
        box = transform_bounds(source.crs, DEGREES, *source.bounds)
    except rasterio.errors.RasterioError as error:
        raise DataError(
            f"the place of {source.path} cannot be told in degrees: {error}",
            "assign the right CRS to the map",
        ) from error
    if box[0] > box[2]:
        geometry = _cut_at_180_degrees(geometry)
    return geometry, [round(value, 7) for value in box]


def _cut_at_180_degrees(geometry: dict[str, Any]) -> dict[str, Any]:
    """An outline that crosses 180° east as two parts, as GeoJSON has it (RFC 7946, 3.1.9)."""
    # Turned by 180°, it lies about the prime meridian.
    turned = shapely.transform(
        shapely.geometry.shape(geometry), lambda p: np.stack([p[:, 0] % 360 - 180, p[:, 1]], axis=1)
    )
    parts = []
    for west, back in ((-180, 180), (0, -180)):
        half = shapely.clip_by_rect(turned, west, -90, west + 180, 90)
        parts.append(orient(shapely.transform(half, lambda p, x=back: np.add(p, (x, 0)).round(7))))
    return shapely.geometry.mapping(shapely.MultiPolygon(parts))


def _projection(source: EmbeddingMap) -> dict[str, Any]:
    code = source.crs.to_epsg()
    return {
        "proj:code": f"EPSG:{code}" if code else None,
        **({} if code else {"proj:wkt2": source.crs.to_wkt(version="WKT2_2019")}),
        "proj:bbox": list(source.bounds),
        "proj:shape": [source.height, source.width],
        "proj:transform": list(source.transform)[:6],
    }


def _embedding(source: EmbeddingMap) -> dict[str, Any]:
    """What the vectors are, and of what: for a raster not made by this program its shape alone."""
    told = source.information
    # Each pixel's vector is that of the tile around it.
    chips = told is not None and told.tile_size_px > 1
    found: dict[str, Any] = {
        "emb:type": "chip" if chips else "pixel",
        "emb:dimensions": source.dimension,
    }
    if chips:
        found["emb:chip_layout"] = {
            "layout_type": "regular_grid",
            "chip_size": [told.tile_size_px] * 2,
            "stride": [told.stride_px] * 2,
        }
    scale, offset = source.scale_and_offset
    if np.dtype(source.data_type).kind != "f":
        found["emb:quantization"] = {
            "method": "linear",
            "original_dtype": "float32",
            "quantized_dtype": source.data_type,
            "scale": scale.tolist(),
            "offset": offset.tolist(),
        }
    if told is not None:
        found["emb:runtime_parameters"] = {
            "encoder": told.encoder,
            "encoder_sha256": told.encoder_sha256,
            "method": told.method,
            "dataset": told.dataset,
            "features": told.features,
            "bands": told.bands.split(),
            "edges": told.edges,
            "minimum_valid_fraction": told.minimum_valid_fraction,
        }
        name, _, version = told.software.rpartition(" ")
        found["processing:software"] = {name or told.software: version}
        if told.command:
            found["processing:expression"] = {"format": "shell", "expression": told.command}
    return found


def _map_asset(path: Path, source: EmbeddingMap) -> dict[str, Any]:
    # Only of those made here is it known that they are cloud-optimised.
    ours = source.information is not None
    return {
        "href": _reference(source.path, path),
        "title": "Embedding map",
        "type": f"{TIFF}; profile=cloud-optimized" if ours else TIFF,
        "roles": ["data", "embedding"],
        "bands": [{"name": name} for name in source.band_names],
    }


def _links(path: Path, source: EmbeddingMap) -> list[dict[str, str]]:
    """The files of the scene that was mapped, where they still are."""
    if source.information is None:
        return []
    scenes = [Path(text) for text in source.information.scene_files.split("+") if text]
    return [
        {"rel": "emb:source-data", "href": _reference(scene, path), "title": scene.name}
        for scene in scenes
        if scene.is_file()
    ]


def _reference(file: Path, item: Path) -> str:
    """`file` as seen from the item, so that a folder may be moved; in full on another drive."""
    try:
        relative = os.path.relpath(file.resolve(), item.resolve().parent)
    except ValueError:
        return file.resolve().as_uri()
    return Path(relative).as_posix()
