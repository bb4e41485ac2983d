"""Frozen facts by the million: rows of named columns, read by the very functions that judge `Facts`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, cast, overload

from sla import readiness, scoring
from sla.agreements import Terms
from sla.readiness import BantLeaf, FactLeaf, Leaf, ScoreLeaf, TouchFact, TouchLeaf

#: Columns of a snapshot that a leaf on BANT or a score reads.
_OF_BANT = {
    "budget": ("budget", "budget_currency"),
    "authority": ("met_role",),
    "need": ("need",),
    "timing": ("timing_on",),
}
_OF_SCORE = {"fit": ("fit",), "engagement": ("level",)}
Value = Callable[[readiness.Facts, datetime], bool | None]


class Frame:
    """One row under the names of `readiness.Facts`; filled anew instead of built a million times."""

    __slots__ = tuple(field.name for field in fields(readiness.Facts))

    def __init__(self) -> None:
        nothing = readiness.Facts()
        for name in self.__slots__:
            setattr(self, name, getattr(nothing, name))


class FrozenTouches(Sequence[TouchFact]):
    """The touches of a snapshot, which become moments only as far back as somebody looks."""

    __slots__ = ("rows", "taken_at")

    def __init__(self, rows: list[list[Any]], taken_at: datetime) -> None:
        self.rows, self.taken_at = rows, taken_at

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> TouchFact: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[TouchFact]: ...
    def __getitem__(self, index: int | slice) -> TouchFact | Sequence[TouchFact]:
        if isinstance(index, slice):
            return [self._read(row) for row in self.rows[index]]
        return self._read(self.rows[index])

    def __reversed__(self) -> Iterator[TouchFact]:
        return map(self._read, reversed(self.rows))

    def _read(self, row: list[Any]) -> TouchFact:
        return TouchFact(self.taken_at - timedelta(seconds=row[0]), row[1], row[2], row[3], row[4], row[5])


def columns_of(leaf: Leaf) -> tuple[str, ...]:
    """Return the columns of a snapshot that a leaf reads."""
    if isinstance(leaf, TouchLeaf):
        return ("touches",)
    if isinstance(leaf, ScoreLeaf):
        return _OF_SCORE[leaf.score]
    if isinstance(leaf, BantLeaf):
        return _OF_BANT[leaf.bant]
    assert isinstance(leaf, FactLeaf)
    return ("attributes",) if leaf.fact.startswith("attributes.") else (leaf.fact,)


def columns_of_all(leaves: Iterable[Leaf]) -> tuple[str, ...]:
    """Return the columns that some leaves read, each once."""
    return tuple(dict.fromkeys(name for leaf in leaves for name in columns_of(leaf)))


def filler(
    columns: Sequence[str], half_lives: Mapping[int, float]
) -> Callable[[Sequence[Any], datetime, int], readiness.Facts]:
    """Return the function that shows one row as facts until the next call.

    It takes the row's values in the order of `columns`, the moment of the snapshot and the version,
    whose half-life makes a stored level comparable.
    """
    frame: Any = Frame()
    odd = {"touches", "level"}
    plain = [(place, name) for place, name in enumerate(columns) if name not in odd]
    touches = columns.index("touches") if "touches" in columns else None
    level = columns.index("level") if "level" in columns else None

    def fill(values: Sequence[Any], taken_at: datetime, version_id: int) -> readiness.Facts:
        for place, name in plain:
            setattr(frame, name, values[place])
        if touches is not None:
            frame.touches = FrozenTouches(values[touches], taken_at)
        if level is not None:
            stored = values[level]
            value = scoring.ZERO if stored is None else stored
            frame.engagement = scoring.Level(value, half_lives[version_id])
        return cast(readiness.Facts, frame)

    return fill


def rescored(leaf: ScoreLeaf, value: Value, terms: Terms) -> Value:
    """Return a leaf on a score that counts the score by other terms than those it was frozen under."""

    def counted(facts: readiness.Facts, at: datetime) -> bool | None:
        frame: Any = facts
        if leaf.score == "fit":
            frame.fit = terms.fit(facts, at).value
        else:
            frame.engagement = scoring.from_touches(facts.touches or (), terms.document.engagement).level
        return value(facts, at)

    return counted
