"""Many small things of one kind as columns of plain values, which travel between processes much faster."""

from collections.abc import Sequence
from itertools import starmap
from operator import attrgetter
from typing import Any

#: The kind of the things and a column, itself split, for each of its fields; or none and the things.
Split = tuple[type | None, Sequence[Any]]


def split(things: Sequence[Any]) -> Split:
    """Return things with named fields as columns, and any others as they are."""
    kind: Any = type(things[0]) if things else None
    names = getattr(kind, "_fields", ()) or getattr(kind, "__slots__", ())
    if not names or any(type(one) is not kind for one in things):
        return None, things
    return kind, [split([*map(attrgetter(name), things)]) for name in names]


def joined(kind: type | None, columns: Sequence[Any]) -> Sequence[Any]:
    """Return the things that were split."""
    if kind is None:
        return columns
    return [*starmap(kind, zip(*(joined(*column) for column in columns), strict=True))]
