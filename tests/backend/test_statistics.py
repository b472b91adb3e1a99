"""Statistics of bands, part by part."""

from __future__ import annotations

import numpy as np
import pytest

from backend.data.statistics import BandStatistics


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_values_kept_for_percentiles_hold_no_others_in_memory(dtype):
    values = np.arange(1000).astype(dtype)
    band = BandStatistics(np.dtype(dtype), stride=10)
    for part in np.split(values, 4):
        other = BandStatistics(np.dtype(dtype), stride=10)
        other.add(part)
        band.merge(other)
    assert [part.base for part in band._kept] == [None] * 4
    assert sum(part.nbytes for part in band._kept) == 100 * 8
    expected = np.percentile(values[::10], [2, 98])
    result = band.result()
    assert (result["percentile_2"], result["percentile_98"]) == pytest.approx(tuple(expected))
    assert result["mean"] == values.mean()
