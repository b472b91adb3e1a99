"""The timing helper of the benchmarks: turns, ratios, shares, and what it writes."""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "measure.py"


@pytest.fixture(scope="module")
def measure():
    specification = importlib.util.spec_from_file_location("measure", PATH)
    module = importlib.util.module_from_spec(specification)
    # Dataclasses look their module up by name.
    sys.modules["measure"] = module
    specification.loader.exec_module(module)
    return module


def test_ways_take_turns_in_alternating_order(measure):
    calls = []
    ways = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = measure.interleave(ways, 2, lambda: None)
    assert "".join(calls) == "abbaab"
    assert [len(times) for times in seconds.values()] == [3, 3]


def test_report_gives_medians_ratios_and_shares(measure, tmp_path, monkeypatch):
    times = {"ours": [9.0, 1, 2, 1, 1, 1], "peer": [8.0, 4, 4, 4, 4, 9]}
    monkeypatch.setattr(measure, "interleave", lambda *_: times)
    arguments = argparse.Namespace(device="cpu", repeats=1, threads=None, output=tmp_path)
    report = measure.Report("b0_test", "A test", arguments)
    ways = dict.fromkeys(times, lambda: None)
    rates = report.compare("case", "tiles/s", ways, amount=8, limit=("memory", 16.0))
    report.missing("other", "is not installed", "case")
    report.write()

    assert rates == {"ours": 8.0, "peer": 2.0}
    assert report.ratio("case", "peer") == 4.0
    content = json.loads((tmp_path / "b0_test.json").read_text(encoding="utf-8"))
    ours = content["rows"][0]
    assert (ours["rate"], ours["slowest"], ours["fastest"], ours["cold"]) == (8, 4, 8, 8 / 9)
    assert (ours["limit"], ours["share"]) == (16, 0.5)
    table = (tmp_path / "b0_test.md").read_text(encoding="utf-8")
    assert "| case | peer | 2 tiles/s | 0.8889 – 2 | 1 | 4× | 12% of memory (16) |" in table
    assert "| case | other | is not installed |" in table
