"""The job that maps how much every place is like given examples, and unlike counter-examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting


@dataclass
class SimilarityJob:
    """Map how much each place of an embedding map is like examples and unlike counter-examples.

    With all vectors scaled to length 1, the score of a vector x is the mean of its cosines with
    the examples, less the mean of its cosines with the counter-examples where those are above 0:

        s(x) = mean_i cos(x, e_i) - mean_j max(0, cos(x, c_j))
    """

    embedding: str = setting(
        "raster", "", "Embedding map to compare", label="Embedding map", required=True
    )
    points: List[str] = setting("points", [], "Map points X,Y that are examples")
    examples: str = setting("vector", "", "Vector layer of points or polygons that are examples")
    counter_points: List[str] = setting(
        "points", [], "Map points X,Y of what is not meant", label="Counter-example points"
    )
    counter_examples: str = setting(
        "vector",
        "",
        "Vector layer of points or polygons of what is not meant",
        label="Counter-examples",
    )
    point_crs: str = setting("crs", "", "CRS of the points; by default that of the map")
    threshold: Optional[float] = setting(
        "number",
        None,
        "Least score of the places that are meant, such as 0.8: the map is transparent below it, "
        "and areas reach so far",
        minimum=-2.0,
        maximum=1.0,
    )
    minimum_area_m2: float = setting(
        "number",
        0.0,
        "Areas smaller than this are left out",
        label="Smallest area",
        unit="m²",
        minimum=0.0,
        advanced=True,
    )
    output: str = setting(
        "output_raster",
        "",
        "Similarity map to write, a Cloud-Optimised GeoTIFF",
        label="Similarity map",
        required=True,
    )
    areas: str = setting(
        "output_vector",
        "",
        "GeoPackage of the areas at or above the threshold to write too",
        label="Areas above the threshold",
    )
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
