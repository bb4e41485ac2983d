"""Rows of a chunk as sets: whole numbers of one bit a row, the first row the highest, joined all at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import TypeVar

T = TypeVar("T")
_ZERO, _ONE = b"01"
#: For each mark the table that turns a row of marks into binary digits.
_DIGITS = [bytes(_ONE if byte == mark else _ZERO for byte in range(256)) for mark in range(3)]
#: And the table that turns binary digits into selectors.
_SELECTORS = bytes(byte == _ONE for byte in range(256))


def marked(marks: bytes, mark: int) -> int:
    """Return the rows that carry a mark; there is one byte a row."""
    return int(marks.translate(_DIGITS[mark]), 2) if marks else 0


def where(flags: Iterable[bool]) -> int:
    """Return the rows of which something is true."""
    return marked(bytes(flags), 1)


def by_value(column: Sequence[T]) -> dict[T, int]:
    """Return by each value of a column the rows that hold it; for columns of few values."""
    digits: defaultdict[T, bytearray] = defaultdict(lambda: bytearray(b"0") * len(column))
    for place, value in enumerate(column):
        digits[value][place] = _ONE
    return {value: int(row, 2) for value, row in digits.items()}


def members(rows: int, column: Sequence[T]) -> Iterator[T]:
    """Yield what a column holds of some rows."""
    return compress(column, f"{rows:0{len(column)}b}".encode().translate(_SELECTORS))
