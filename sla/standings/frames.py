"""Frozen facts by the million: columns of values, judged by the very functions that judge `Facts`."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from leads import moments
from sla import readiness, scoring
from sla.agreements import Terms
from sla.readiness import BantLeaf, FactLeaf, Leaf, ScoreLeaf, TouchFact, TouchLeaf
from sla.standings.columns import Column

#: A memory that grew beyond this begins anew.
MOST_REMEMBERED = 20_000
#: What a leaf says of a row, as one byte.
MISSED, MET, UNKNOWN = range(3)
_MARKS = {False: MISSED, True: MET, None: UNKNOWN}
#: Columns of a snapshot that a leaf on BANT or a score reads.
_OF_BANT = {
    "budget": ("budget", "budget_currency"),
    "authority": ("met_role",),
    "need": ("need",),
    "timing": ("timing_on",),
}
ATTRIBUTE, WITHIN = "attributes.", "touches."
#: Columns read as text, with what makes a value of it: many are read, few are judged.
AS_TEXT: dict[str, Callable[[str], Any]] = {
    "budget": Decimal,
    "timing_on": date.fromisoformat,
    "taken_at": moments.read,
    "touches": json.loads,
}
Value = Callable[[readiness.Facts, datetime], bool | None]
#: Puts the values of a leaf's columns into a frame and returns the moment to judge it at.
Fill = Callable[[Any, Any], datetime]


class Frame:
    """One row under the names of `readiness.Facts`; filled anew instead of built a million times."""

    __slots__ = tuple(field.name for field in fields(readiness.Facts))

    def __init__(self) -> None:
        nothing = readiness.Facts()
        for name in self.__slots__:
            setattr(self, name, getattr(nothing, name))


class Judge(dict[Any, int]):
    """What a leaf says of the values it reads, judged once for each: leads are many, values few.

    Its `columns` are those of a snapshot, those of `AS_TEXT` as the database writes them, and besides:
    `attributes.<key>`, one of them as JSON text or None, and what `derived` tells.
    """

    def __init__(self, value: Value, columns: tuple[str, ...], fill: Fill | None = None) -> None:
        super().__init__()
        self.columns = columns
        self._value, self._fill = value, fill or _filling(columns)
        # Hardly two rows were frozen in the same moment.
        self._is_kept = "taken_at" not in columns
        self._frame: Any = Frame()

    def marks(self, columns: Mapping[str, Column]) -> bytes:
        """Return MET, MISSED or UNKNOWN for each row of a table of columns."""
        read = [columns[name] for name in self.columns]
        column = read[0] if len(read) == 1 else Column.of(zip(*read, strict=True))
        return column.marks(self.said(list(column.known())))

    def said(self, values: Sequence[Any]) -> bytes:
        """Return the mark of each of some values."""
        return bytes(map(self.__getitem__, values))

    def __missing__(self, values: Any) -> int:
        at = self._fill(self._frame, values)
        mark = _MARKS[self._value(self._frame, at)]
        if self._is_kept:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[values] = mark
        return mark


class _ScoreJudge(Judge):
    """A leaf on a score that differs from lead to lead: along rising scores it changes its mind once."""

    def said(self, values: Sequence[float]) -> bytes:
        rising = sorted(values)
        least, most = (self[one] for one in (rising[0], rising[-1])) if rising else (MISSED, MISSED)
        if least == most:
            return bytes([least]) * len(values)
        bar = rising[bisect_left(rising, True, key=lambda one: self[one] == most)]
        return bytes(most if one >= bar else least for one in values)


def judge(leaf: Leaf, value: Value) -> Judge:
    """Return what judges a leaf of frozen facts and scores."""
    if isinstance(leaf, TouchLeaf):
        return Judge(value, (f"{WITHIN}{leaf.within_days}",), _fill_recent)
    if isinstance(leaf, ScoreLeaf) and leaf.score == "engagement":
        return _ScoreJudge(value, columns_of(leaf), _fill_score)
    if isinstance(leaf, BantLeaf) and leaf.within_days is not None:
        return Judge(value, ("days_ahead",), _fill_plan)
    return Judge(value, columns_of(leaf))


def judge_rescored(leaf: ScoreLeaf, value: Value, terms: Terms) -> Judge:
    """Return what judges a leaf on a score that is counted by other terms than it was frozen under."""
    rules = (one for rule in terms.document.fit for _, one in readiness.leaves(rule.when))
    facts = columns_of_all(one for one in rules if not isinstance(one, ScoreLeaf))
    columns = ("taken_at", "touches") if leaf.score == "engagement" else ("taken_at", *facts)

    def counted(facts: readiness.Facts, at: datetime) -> bool | None:
        frame: Any = facts
        if leaf.score == "fit":
            frame.fit = terms.fit(facts, at).value
        else:
            frame.engagement = scoring.from_touches(facts.touches or (), terms.document.engagement).level
        return value(facts, at)

    return Judge(counted, columns)


def columns_of(leaf: Leaf) -> tuple[str, ...]:
    """Return the columns that hold what a leaf is about."""
    if isinstance(leaf, TouchLeaf):
        return ("touches",)
    if isinstance(leaf, ScoreLeaf):
        return ("log_score",) if leaf.score == "engagement" else ("fit",)
    if isinstance(leaf, BantLeaf):
        return _OF_BANT[leaf.bant]
    assert isinstance(leaf, FactLeaf)
    return (leaf.fact,)


def columns_of_all(leaves: Iterable[Leaf]) -> tuple[str, ...]:
    """Return the columns that some leaves are about, each once."""
    return tuple(dict.fromkeys(name for leaf in leaves for name in columns_of(leaf)))


def sources_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that are read of snapshots to tell some columns, each once."""
    return tuple(dict.fromkeys(source for name in names for source in _sources(name)))


def _sources(name: str) -> tuple[str, ...]:
    if name.startswith(WITHIN):
        return ("touches",)
    return _DERIVED[name][0] if name in _DERIVED else (name,)


def derived(names: Iterable[str], read: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return some columns out of those of `sources_of` them.

    `log_score` is the engagement when it was frozen, `days_ahead` the planned date as seen from that day in
    UTC, `touches.<days>` side, kind and evidence of those within so many days.
    """
    touches = json.loads(f"[{','.join(read['touches'])}]") if "touches" in read else []
    told: dict[str, Sequence[Any]] = {}
    for name in names:
        if name.startswith(WITHIN):
            seconds = int(name.removeprefix(WITHIN)) * 86_400
            told[name] = [_younger(some, seconds) for some in touches]
        elif name in _DERIVED:
            sources, tell = _DERIVED[name]
            told[name] = list(map(tell, *(read[source] for source in sources)))
        else:
            told[name] = read[name]
    return told


def _log_score(level: float | None, half_life: float, taken_at: str) -> float:
    if level is None:
        return scoring.ZERO
    return scoring.log_score_at(scoring.Level(level, half_life), moments.read(taken_at))


def _days_ahead(timing_on: str | None, taken_at: str) -> int | None:
    if timing_on is None:
        return None
    return readiness.days_until(date.fromisoformat(timing_on), moments.read(taken_at))


#: Columns that others tell, row by row: those and how.
_DERIVED: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "log_score": (("level", "half_life", "taken_at"), _log_score),
    "days_ahead": (("timing_on", "taken_at"), _days_ahead),
}


def _younger(touches: Sequence[list[Any]], seconds: int) -> tuple[tuple[str, str, int], ...]:
    # They ascend in time, so that the last one is the youngest.
    if not touches or touches[-1][0] >= seconds:
        return ()
    return tuple([(side, kind, evidence) for age, side, kind, evidence, _, _ in touches if age < seconds])


def _fill_recent(frame: Any, touches: Iterable[tuple[Any, ...]]) -> datetime:
    """Put touches of a window that was cut already: all of them happened just now."""
    frame.touches = tuple(TouchFact(scoring.LANDMARK, *touch) for touch in touches)
    return scoring.LANDMARK


def _fill_score(frame: Any, log_score: float) -> datetime:
    """Put a score that was read at its own moment: at the landmark a level is one."""
    frame.engagement = scoring.Level(log_score, 1.0)
    return scoring.LANDMARK


def _fill_plan(frame: Any, days: int | None) -> datetime:
    """Put a planned date so many days ahead."""
    frame.timing_on = None if days is None else scoring.LANDMARK.date() + timedelta(days=days)
    return scoring.LANDMARK


def _filling(columns: Sequence[str]) -> Fill:
    """Return what fills in columns one by one; `taken_at` comes first, if at all."""

    def fill(frame: Any, values: Any) -> datetime:
        at = scoring.LANDMARK
        for name, value in zip(columns, values if len(columns) > 1 else (values,), strict=True):
            known = AS_TEXT[name](value) if value is not None and name in AS_TEXT else value
            if name == "taken_at":
                at = known
            elif name == "touches":
                frame.touches = tuple(_aged(at, known))
            elif name.startswith(ATTRIBUTE):
                attribute = None if value is None else json.loads(value)
                frame.attributes = {**frame.attributes, name.removeprefix(ATTRIBUTE): attribute}
            else:
                setattr(frame, name, known)
        return at

    return fill


def _aged(at: datetime, touches: Iterable[list[Any]]) -> Iterator[TouchFact]:
    for age, *rest in touches:
        yield TouchFact(at - timedelta(seconds=age), *rest)
