"""Rows of a span as sets: whole numbers of one bit a row, the first row the highest, joined all at once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, repeat
from typing import TypeVar

T = TypeVar("T")
#: The mark of what is none of the values at hand.
_OTHER = 255
#: For each mark the table that turns a row of marks into binary digits.
_DIGITS = [b"0" * mark + b"1" + b"0" * (255 - mark) for mark in range(256)]
#: And the table that turns binary digits into selectors.
_SELECTORS = bytes(byte == ord("1") for byte in range(256))


def marked(marks: bytes, mark: int) -> int:
    """Return the rows that carry a mark; there is one byte a row."""
    return int(marks.translate(_DIGITS[mark]), 2) if marks else 0


def where(flags: Iterable[bool]) -> int:
    """Return the rows of which something is true."""
    return marked(bytes(flags), 1)


def by_value(column: Sequence[T]) -> dict[T, int]:
    """Return by each value of a column the rows that hold it; for columns of few values."""
    values = list(dict.fromkeys(column))
    found: dict[T, int] = {}
    for start in range(0, len(values), _OTHER):
        marks = {value: mark for mark, value in enumerate(values[start : start + _OTHER])}
        row = bytes(map(marks.get, column, repeat(_OTHER)))
        found |= {value: marked(row, mark) for value, mark in marks.items()}
    return found


def members(rows: int, column: Sequence[T]) -> Iterator[T]:
    """Yield what a column holds of some rows."""
    return compress(column, f"{rows:0{len(column)}b}".encode().translate(_SELECTORS))
