"""Arrays out of .npy files of Python objects, without unpickling.

numpy stores an object array as a pickle, and unpickling calls whatever the file names. Here the
file's instructions (see `instructions`) are followed by a machine that knows numbers, text, bytes,
tuples, lists, dictionaries with text keys, and numpy's arrays of numbers. Names in the file are
only compared with a short list; none is imported or called, so a file can make arrays and nothing
else.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from backend.runtime.errors import DataError

from .arrays import unreadable
from .instructions import ForbiddenError, instructions

_NDARRAY, _DTYPE = "numpy.ndarray", "numpy.dtype"
# numpy 1 and 2 spell the first differently. Protocol 2 writes bytes as text to be encoded.
_MAKE_ARRAY = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
_ENCODE = "_codecs.encode"
_ALLOWED = (*_MAKE_ARRAY, _NDARRAY, _DTYPE, _ENCODE)
_NUMBERS = re.compile(r"[iu][1248]|f[248]")
_CONSTANTS = {"NONE": None, "TRUE": True, "FALSE": False}
_TUPLES = {"TUPLE0": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MARK = object()


@dataclass
class _Name:
    """A name in the file; it stands for nothing."""

    text: str


@dataclass
class _Type:
    """A dtype; `value` is None for Python objects."""

    code: str
    value: np.dtype | None = None


@dataclass
class _Array:
    """An array: numbers (`value`), or a list of objects (`items`) of some shape."""

    value: np.ndarray | None = None
    items: list[Any] | None = None


def read_dictionary(path: Path) -> dict[str, Any]:
    """The dictionary of arrays (and numbers and texts) that a .npy file of one object holds.

    DataError where the file is damaged, holds anything else, or names anything but arrays.
    """
    try:
        with open(path, "rb") as file:
            _read_header(file)
            # Read at once: a length that the file claims must not decide how much memory is taken.
            result = _Machine().run(file.read())
        found = result.items if isinstance(result, _Array) else None
        if found is None or len(found) != 1 or not isinstance(found[0], dict):
            raise ValueError("it holds no single dictionary")
        return {
            key: value.value if isinstance(value, _Array) else value
            for key, value in found[0].items()
        }
    except ForbiddenError as error:
        raise DataError(
            f"the file {path} is refused: it asks for {error}, which no array needs",
            "it may be made to do harm; files of arrays alone are read",
        ) from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, OSError) as error:
        # A damaged file may say anything; the machine's own checks are those of Python's lists.
        raise unreadable(path, error) from error


def _read_header(file: BinaryIO) -> None:
    version = np.lib.format.read_magic(file)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    _, _, dtype = readers[version](file)
    if dtype.kind != "O":
        raise ValueError(f"it is a plain array of {dtype}, not a dictionary of arrays")


class _Machine:
    """Follows a pickle's instructions over a stack, and knows no others than it needs."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, content: bytes) -> Any:
        """What is on the stack at the end."""
        for name, argument in instructions(content):
            self.step(name, argument)
        return self.pop(1)[0]

    def step(self, name: str, argument: Any) -> None:
        """One instruction."""
        push = self.stack.append
        if name == "PUSH":
            push(argument)
        elif name in _CONSTANTS:
            push(_CONSTANTS[name])
        elif name in _TUPLES:
            push(tuple(self.pop(_TUPLES[name])))
        elif name == "TUPLE":
            push(tuple(self.pop_to_mark()))
        elif name == "MARK":
            push(_MARK)
        elif name in ("LIST", "DICTIONARY"):
            push([] if name == "LIST" else {})
        elif name in ("APPEND", "APPENDS"):
            items = self.pop(1) if name == "APPEND" else self.pop_to_mark()
            _expect(self.stack[-1], list).extend(items)
        elif name in ("SET_ITEM", "SET_ITEMS"):
            self.set_items(self.pop(2) if name == "SET_ITEM" else self.pop_to_mark())
        elif name in ("MEMOIZE", "PUT"):
            self.memo[len(self.memo) if name == "MEMOIZE" else argument] = self.stack[-1]
        elif name == "GET":
            push(self.memo[argument])
        elif name in ("NAME", "STACK_NAME"):
            parts = argument or self.pop(2)
            push(_named(".".join(_text(part) for part in parts)))
        elif name == "CALL":
            function, arguments = self.pop(2)
            push(_made(_expect(function, _Name).text, _expect(arguments, tuple)))
        elif name == "BUILD":
            state = _expect(self.pop(1)[0], tuple)
            _fill(self.stack[-1], state)

    def pop(self, count: int) -> list[Any]:
        """The last `count` values, in order."""
        if count > len(self.stack):
            raise ValueError("its instructions end too early")
        taken = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return taken

    def pop_to_mark(self) -> list[Any]:
        """The values above the last mark; the mark goes too."""
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("its instructions lack a mark")
        taken = self.stack[place + 1 :]
        del self.stack[place:]
        return taken

    def set_items(self, pairs: list[Any]) -> None:
        """Keys and values in turn, into the dictionary on the stack."""
        target = _expect(self.stack[-1], dict)
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            target[_text(key)] = value


def _expect(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"it has {type(value).__name__} where {kind.__name__} belongs")
    return value


def _text(value: Any) -> str:
    """Text; Python 2 wrote it as bytes."""
    return value.decode("ascii") if isinstance(value, bytes) else _expect(value, str)


def _named(text: str) -> _Name:
    if text not in _ALLOWED:
        raise ForbiddenError(text)
    return _Name(text)


def _made(function: str, arguments: tuple) -> Any:
    """What a name stands for when it is called."""
    if function in _MAKE_ARRAY:
        if _expect(arguments[0], _Name).text != _NDARRAY:
            raise ForbiddenError(arguments[0].text)
        return _Array()
    if function == _DTYPE:
        code = _text(arguments[0])
        if code not in ("O", "O8") and not _NUMBERS.fullmatch(code):
            raise ValueError(f"it holds values of type {code}")
        return _Type(code)
    if function == _ENCODE and arguments[1] == "latin1":
        return _expect(arguments[0], str).encode("latin-1")
    raise ForbiddenError(function)


def _fill(target: Any, state: tuple) -> None:
    """Complete an array or a dtype by its state."""
    if isinstance(target, _Type):
        if not target.code.startswith("O"):
            target.value = np.dtype(_order(_text(state[1])) + target.code)
        return
    _, shape, kind, by_columns, content = state
    array, kind = _expect(target, _Array), _expect(kind, _Type)
    size = math.prod(_expect(side, int) for side in _expect(shape, tuple))
    if kind.value is None:
        array.items = _expect(content, list)
        return
    raw = _expect(content, bytes)
    if min(shape, default=0) < 0 or size * kind.value.itemsize != len(raw):
        raise ValueError(f"an array of shape {shape} has {len(raw)} bytes")
    array.value = np.frombuffer(raw, kind.value).reshape(shape, order="F" if by_columns else "C")


def _order(sign: str) -> str:
    if sign not in ("<", ">", "|", "="):
        raise ValueError("its bytes are in no known order")
    return sign
