"""Vectors and their places as GeoParquet, one file for DuckDB, geopandas and other programs."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas
import numpy as np

from backend.runtime.extras import lacking
from backend.runtime.files import whole_file

COLUMN = "embedding"


def check_geoparquet() -> None:
    """MachineError where the package that writes GeoParquet is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise lacking("pyarrow", "GeoParquet", error, "leave out --geoparquet") from error


def write_geoparquet(path: Path, cells: geopandas.GeoDataFrame, vectors: np.ndarray) -> None:
    """Write cells with their vectors (n, D) float32 in lists of fixed length.

    As the recommendations for embeddings in GeoParquet have it: in Hilbert's order, so that what
    lies close together is read together, a covering box per row, compressed by Zstandard.
    """
    import pyarrow
    from pyarrow import parquet

    order = np.argsort(cells.hilbert_distance().to_numpy(), kind="stable")
    lists = pyarrow.FixedSizeListArray.from_arrays(
        pyarrow.array(vectors[order].ravel()), vectors.shape[1]
    )
    # geopandas knows the geometry's metadata, and no way to write lists of fixed length.
    buffer = io.BytesIO()
    cells.iloc[order].to_parquet(
        buffer, index=False, schema_version="1.1.0", write_covering_bbox=True
    )
    table = parquet.read_table(buffer).append_column(COLUMN, lists)
    with whole_file(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd")
