"""A column of facts in which each distinct value is told once: leads are many, values few."""

import json
import zlib
from array import array
from collections.abc import Hashable, Iterable, Iterator
from itertools import compress, islice
from typing import Any

#: The code of a place that holds no row; the values' own begin behind it.
NOBODY = 0


class Column:
    """Values, and for each row the place of its value among them: a byte where those suffice."""

    __slots__ = ("codes", "values")

    def __init__(self, values: list[Any], codes: Iterable[int]) -> None:
        self.values = values
        self.codes = bytes(codes) if len(values) <= 256 else array("H", codes)

    @classmethod
    def of(cls, rows: Iterable[Hashable], places: Iterable[int] | None = None, size: int = 0) -> "Column":
        """Return the column of some rows, one behind another or at their places among so many."""
        rows = list(rows)
        values = [None, *dict.fromkeys(rows)]
        coded = {value: code for code, value in enumerate(values) if code != NOBODY}
        codes = map(coded.__getitem__, rows)
        if places is None:
            return cls(values, codes)
        spread = [NOBODY] * size
        for place, code in zip(places, codes, strict=True):
            spread[place] = code
        return cls(values, spread)

    @property
    def is_whole(self) -> bool:
        """Tell whether there is a row at each place."""
        return NOBODY not in self.codes

    def at(self, places: bytes | bytearray) -> "Column":
        """Return the rows at those places that hold anything but zero."""
        return Column(self.values, compress(self.codes, places))

    def marks(self, said: bytes) -> bytes:
        """Return for each row what is said, one byte each, of its value; without that of `NOBODY`."""
        table = bytes(1) + said
        if isinstance(self.codes, bytes):
            return self.codes.translate(table.ljust(256, b"\0"))
        return bytes(map(table.__getitem__, self.codes))

    def known(self) -> Iterator[Any]:
        """Yield the distinct values."""
        return islice(self.values, 1, None)

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.codes)

    def packed(self) -> bytes:
        """Return the column as bytes to keep; its values are such as JSON holds, and tuples of tuples."""
        # No text in JSON holds a line feed as it is.
        return zlib.compress(json.dumps(self.values).encode() + b"\n" + bytes(self.codes), 1)

    @classmethod
    def unpacked(cls, data: bytes | memoryview) -> "Column":
        """Return what was packed."""
        head, codes = zlib.decompress(data).split(b"\n", 1)
        values = [tuple(map(tuple, one)) if isinstance(one, list) else one for one in json.loads(head)]
        return cls(values, codes if len(values) <= 256 else array("H", codes))
