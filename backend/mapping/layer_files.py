"""Writing vector layers: GDAL's complaints as errors that a user can mend."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from backend.runtime.errors import MachineError


@contextlib.contextmanager
def writing_layers(path: Path) -> Iterator[None]:
    """Turn GDAL's errors while a GeoPackage is written into a MachineError: the disk refuses."""
    try:
        yield
    except (DataSourceError, DataLayerError, FeatureError, RuntimeError) as error:
        raise MachineError(
            f"{path.name} cannot be written: {error}",
            "the disk is full or a limit on file sizes is reached: free some space and run again",
        ) from error
