"""Events: encoding and the reading of a stream that is cut anywhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.events import EVENTS_VERSION, FIELDS, EventStream, encode


def test_an_event_holds_exactly_its_declared_fields() -> None:
    line = encode("warning", 1.23456, message="é\nx")
    assert "\n" not in line
    assert json.loads(line) == dict(
        version=EVENTS_VERSION, event="warning", time=1.235, message="é\nx"
    )
    with pytest.raises(ValueError, match="hint"):
        encode("error", 0, message="x", exit_status=2)
    with pytest.raises(ValueError, match="colour"):
        encode("warning", 0, message="x", colour="red")
    with pytest.raises(KeyError):
        encode("party", 0)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8), st.data())
def test_a_stream_cut_anywhere_gives_the_same_events(messages, data) -> None:
    lines = "".join(
        encode("warning", i, message=m) + "\nfree text {\n" for i, m in enumerate(messages)
    ).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=6)))
    stream, found = EventStream(), []
    for first, last in zip([0, *cuts], [*cuts, len(lines)], strict=True):
        found += stream.feed(lines[first:last])
    assert [event["message"] for event in found] == messages


def test_lines_that_are_no_event_are_left_out() -> None:
    stream = EventStream()
    assert stream.feed(b'{"event": "unknown"}\n[1]\n\xff\xfe\nnull\n') == []
    assert set(FIELDS) >= {"started", "progress", "metric", "artifact", "warning", "error"}
