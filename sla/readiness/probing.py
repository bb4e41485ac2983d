"""What each kind of leaf reads from the facts: its value, and the moment time alone changes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Any, TypeAlias

from sla import scoring
from sla.readiness.comparing import comparison, is_blank
from sla.readiness.criteria import BantLeaf, FactLeaf, Leaf, ScoreLeaf, TouchLeaf
from sla.readiness.facts import ATTRIBUTE, EVIDENCE, Facts, TouchFact

Value: TypeAlias = Callable[[Facts, datetime], bool | None]
Until: TypeAlias = Callable[[Facts, datetime, bool | None], datetime | None]

_BANT_FIELDS = {"budget": "budget", "authority": "met_role", "need": "need", "timing": "timing_on"}


@dataclass(frozen=True, slots=True)
class Probe:
    """A leaf turned into functions; `until` is None where time alone changes nothing.

    `reads` names the facts on which alone its value depends; empty where there are others.
    """

    value: Value
    until: Until | None = None
    reads: tuple[str, ...] = ()


def probe(leaf: Leaf) -> Probe:
    """Turn one leaf into the functions that judge it."""
    if isinstance(leaf, TouchLeaf):
        return _touch_probe(leaf)
    if isinstance(leaf, ScoreLeaf):
        return _fit_probe(leaf) if leaf.score == "fit" else _engagement_probe(leaf)
    if isinstance(leaf, BantLeaf) and leaf.within_days is not None:
        return _timing_probe(leaf.within_days)
    value = _compared(leaf)
    if isinstance(leaf, FactLeaf):
        return Probe(value, reads=() if leaf.fact.startswith(ATTRIBUTE) else (leaf.fact,))
    field = _BANT_FIELDS[leaf.bant]
    if leaf.currency:
        return Probe(_in_currency(value, leaf.currency), reads=(field, "budget_currency"))
    return Probe(value, reads=(field,))


def field_of(leaf: FactLeaf | BantLeaf) -> Callable[[Facts], Any]:
    """Return the function that fetches the fact a leaf is about."""
    if isinstance(leaf, BantLeaf):
        return attrgetter(_BANT_FIELDS[leaf.bant])
    if leaf.fact.startswith(ATTRIBUTE):
        key = leaf.fact.removeprefix(ATTRIBUTE)
        return lambda facts: facts.attributes.get(key)
    return attrgetter(leaf.fact)


def newest(leaf: TouchLeaf, most: int | None = None) -> Callable[[Facts, datetime], list[TouchFact]]:
    """Return the function that lists a leaf's touches within its window, newest first, at most so many.

    The window is open at its far end: a touch leaves it exactly `within_days` after it happened.
    """
    window = timedelta(days=leaf.within_days)
    sides, kinds = frozenset(leaf.sides), frozenset(leaf.kinds)
    evidence = EVIDENCE.get(leaf.evidence, 0)

    def find(facts: Facts, at: datetime) -> list[TouchFact]:
        since = at - window
        found: list[TouchFact] = []
        touches = facts.touches
        if not touches or touches[-1][0] <= since:
            return found
        for touch in reversed(touches):
            if touch[0] <= since:
                break
            if (kinds and touch[2] not in kinds) or (sides and touch[1] not in sides):
                continue
            if touch[3] >= evidence and touch[0] <= at:
                found.append(touch)
                if len(found) == most:
                    break
        return found

    return find


def _touch_probe(leaf: TouchLeaf) -> Probe:
    find = newest(leaf, leaf.at_least)
    needed, window = leaf.at_least, timedelta(days=leaf.within_days)

    def value(facts: Facts, at: datetime) -> bool | None:
        return None if facts.touches is None else len(find(facts, at)) == needed

    def until(facts: Facts, at: datetime, is_met: bool | None) -> datetime | None:
        return find(facts, at)[-1].at + window if is_met else None

    return Probe(value, until)


def _compared(leaf: FactLeaf | BantLeaf) -> Value:
    fetch = field_of(leaf)
    if leaf.op == "known":
        return lambda facts, at: not is_blank(fetch(facts))
    compare = comparison(leaf.op, leaf.value)

    def value(facts: Facts, at: datetime) -> bool | None:
        fact = fetch(facts)
        return None if fact is None else compare(fact)

    return value


def _in_currency(value: Value, currency: str) -> Value:
    """Leave an amount in another or no currency unknown: there are no rates here."""

    def guarded(facts: Facts, at: datetime) -> bool | None:
        return value(facts, at) if facts.budget_currency == currency else None

    return guarded


def _timing_probe(within_days: int) -> Probe:
    """Judge by dates in UTC: the planned date is less than so many days away, or past."""

    def value(facts: Facts, at: datetime) -> bool | None:
        if facts.timing_on is None:
            return None
        return days_until(facts.timing_on, at) < within_days

    def until(facts: Facts, at: datetime, is_met: bool | None) -> datetime | None:
        if facts.timing_on is None or is_met:
            return None
        first_day = facts.timing_on - timedelta(days=within_days - 1)
        return datetime.combine(first_day, time(), UTC)

    return Probe(value, until)


def days_until(day: date, at: datetime) -> int:
    """Count the days from the moment's date in UTC to a date."""
    return (day - at.astimezone(UTC).date()).days


def _bar(leaf: ScoreLeaf) -> tuple[int, bool]:
    """Return the bar and whether it must be reached; scores are whole, so > 4 is >= 5."""
    bar = leaf.value + 1 if leaf.op in (">", "<=") else leaf.value
    return bar, leaf.op in (">", ">=")


def _fit_probe(leaf: ScoreLeaf) -> Probe:
    bar, is_floor = _bar(leaf)

    def value(facts: Facts, at: datetime) -> bool | None:
        return None if facts.fit is None else (scoring.shown(facts.fit) >= bar) is is_floor

    return Probe(value, reads=("fit",))


def _engagement_probe(leaf: ScoreLeaf) -> Probe:
    bar, is_floor = _bar(leaf)
    reaches = scoring.reaching(bar)

    def value(facts: Facts, at: datetime) -> bool | None:
        level = facts.engagement
        return None if level is None else reaches(level, at) is is_floor

    def until(facts: Facts, at: datetime, is_met: bool | None) -> datetime | None:
        if facts.engagement is None or is_met is not is_floor:
            return None
        return scoring.crossing(facts.engagement, bar)

    return Probe(value, until)
