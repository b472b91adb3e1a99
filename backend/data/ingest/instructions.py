"""The instructions of a pickle that plain arrays need, told apart and not followed.

As the protocols 2 to 4 write them: an instruction is a byte, behind which an argument may stand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

# Byte -> name and how the argument is stored: "" for none, a number's format, or "text", "bytes"
# or "whole" with the format of the length before it, or "lines" for two lines of text.
_TABLE: dict[bytes, tuple[str, str]] = {
    b"\x80": ("PROTOCOL", "<B"),
    b"\x95": ("FRAME", "<Q"),
    b".": ("STOP", ""),
    b"(": ("MARK", ""),
    b"N": ("NONE", ""),
    b"\x88": ("TRUE", ""),
    b"\x89": ("FALSE", ""),
    b"K": ("PUSH", "<B"),
    b"M": ("PUSH", "<H"),
    b"J": ("PUSH", "<i"),
    b"G": ("PUSH", ">d"),
    b"\x8a": ("PUSH", "whole <B"),
    b"\x8b": ("PUSH", "whole <I"),
    b"X": ("PUSH", "text <I"),
    b"\x8c": ("PUSH", "text <B"),
    b"\x8d": ("PUSH", "text <Q"),
    b"B": ("PUSH", "bytes <I"),
    b"C": ("PUSH", "bytes <B"),
    b"\x8e": ("PUSH", "bytes <Q"),
    # Bytes of Python 2.
    b"T": ("PUSH", "bytes <I"),
    b"U": ("PUSH", "bytes <B"),
    b")": ("TUPLE0", ""),
    b"\x85": ("TUPLE1", ""),
    b"\x86": ("TUPLE2", ""),
    b"\x87": ("TUPLE3", ""),
    b"t": ("TUPLE", ""),
    b"]": ("LIST", ""),
    b"a": ("APPEND", ""),
    b"e": ("APPENDS", ""),
    b"}": ("DICTIONARY", ""),
    b"s": ("SET_ITEM", ""),
    b"u": ("SET_ITEMS", ""),
    b"q": ("PUT", "<B"),
    b"r": ("PUT", "<I"),
    b"\x94": ("MEMOIZE", ""),
    b"h": ("GET", "<B"),
    b"j": ("GET", "<I"),
    b"c": ("NAME", "lines"),
    b"\x93": ("STACK_NAME", ""),
    b"R": ("CALL", ""),
    b"b": ("BUILD", ""),
}


class ForbiddenError(Exception):
    """A file asks for something that plain arrays do not need; the text says for what."""


def instructions(content: bytes) -> Iterator[tuple[str, Any]]:
    """Name and argument (None where there is none) of each instruction, the last one STOP.

    ForbiddenError for an instruction that is not known; ValueError where the content ends early.
    """
    reader, name = _Reader(content), ""
    while name != "STOP":
        code = reader.take(1)
        if code not in _TABLE:
            raise ForbiddenError(f"the instruction {code!r}")
        name, kind = _TABLE[code]
        yield name, reader.argument(kind) if kind else None


class _Reader:
    """Bytes, from the front."""

    def __init__(self, content: bytes) -> None:
        self._content, self._place = content, 0

    def take(self, count: int) -> bytes:
        taken = self._content[self._place : self._place + count]
        if len(taken) < count:
            raise ValueError("it ends too early")
        self._place += count
        return taken

    def argument(self, kind: str) -> Any:
        if kind == "lines":
            return [self._line(), self._line()]
        kind, _, length = kind.rpartition(" ")
        (number,) = struct.unpack(length, self.take(struct.calcsize(length)))
        if not kind:
            return number
        content = self.take(number)
        if kind == "bytes":
            return content
        if kind == "text":
            return content.decode("utf-8", "surrogatepass")
        return int.from_bytes(content, "little", signed=True)

    def _line(self) -> str:
        end = self._content.index(b"\n", self._place)
        return self.take(end + 1 - self._place)[:-1].decode("utf-8")
