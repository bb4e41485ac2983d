"""Frozen facts by the million: rows of named columns, read by the very functions that judge `Facts`."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sla import readiness, scoring
from sla.agreements import Terms
from sla.readiness import BantLeaf, FactLeaf, Leaf, ScoreLeaf, TouchFact, TouchLeaf

#: A memory that grew beyond this begins anew.
MOST_REMEMBERED = 100_000
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


class Remembered(dict[Any, bool | None]):
    """What a leaf says of the values it reads, judged once for each: leads are many, values few."""

    def __init__(self, value: Value, columns: Sequence[str], *, is_dated: bool) -> None:
        super().__init__()
        self._value, self._columns, self._is_dated = value, columns, is_dated
        self._frame: Any = Frame()

    def __missing__(self, key: Any) -> bool | None:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        values = key if self._is_dated or len(self._columns) > 1 else (key,)
        for name, value in zip(self._columns, values, strict=False):
            setattr(self._frame, name, value)
        at = datetime.combine(values[-1], time(), UTC) if self._is_dated else scoring.LANDMARK
        self[key] = found = self._value(self._frame, at)
        return found


def remembered(leaf: Leaf, value: Value) -> Remembered | None:
    """Return a leaf's memory, None for leaves that read touches, a decaying score or attributes.

    It is asked by the value of the leaf's one column, by the tuple of its columns where it reads more,
    and for a planned date by that date and the day of judging: no other leaf changes within a day.
    """
    columns = columns_of(leaf)
    if columns[0] in ("touches", "level", "attributes"):
        return None
    return Remembered(value, columns, is_dated=columns == ("timing_on",))


def touches(text: str, taken_at: datetime, within_days: int | None) -> tuple[TouchFact, ...]:
    """Return the touches of a snapshot, given as its JSON text, without those nobody asks for."""
    if text == "[]":
        return ()
    oldest = math.inf if within_days is None else within_days * 86_400
    return tuple(
        TouchFact(taken_at - timedelta(seconds=age), *rest) for age, *rest in json.loads(text) if age < oldest
    )


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
