"""What is counted: how rows of a table tell their counts, and how these are added up."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, F, Q, QuerySet, Value

from sla.choices import PARTS, Book
from sla.compliance.periods import Filters, Period

#: The day of history that knows no date: it belongs to no period, only to all times.
UNDATED = date.min
#: What stands for no team and no tier in a cell.
NO_TEAM, NO_TIER = -1, "-"
#: What stands for no version, where none judges what is counted.
NO_VERSION = 0
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: How exactly a time is told below a limit, in `coarse`.
_STEPS = ((HOUR, timedelta(minutes=1)), (DAY, timedelta(minutes=15)), (14 * DAY, HOUR))
#: Where a row tells its part of a day, team, source and tier, and how long it took.
CELL, TIME = ("in_part", "in_team", "in_source", "in_tier"), "in_time"
Place = tuple[date, int]
EVERYTHING = Filters()
NOTHING = Value(None, output_field=CharField())


class Row(NamedTuple):
    """What each of `n` rows adds: to which day, part and cell, counts by key and minutes by name."""

    day: date
    part: int
    version_id: int
    team_id: int | None
    source: str
    tier: str | None
    counts: Mapping[str, int]
    times: tuple[tuple[str, int], ...] = ()
    n: int = 1

    @property
    def cell(self) -> tuple[int, int, str, str]:
        team = NO_TEAM if self.team_id is None else self.team_id
        return self.version_id, team, self.source, NO_TIER if self.tier is None else self.tier


@dataclass(slots=True)
class Day:
    """The counts of a day under one version; `times` counts whole minutes by name."""

    day: date
    version_id: int
    counts: Mapping[str, int] = field(default_factory=Counter)
    times: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Counting:
    """How a book is counted from its rows.

    `select` gives the rows of a question, `within` the condition of standing in parts of days in a zone,
    `tell` what rows add, `places` every part of a day in which there are rows; `lead` is the column that
    names the lead, `cell` are those of team, source and tier, which `tell` finds by the names of CELL, and
    `time` is the one that it finds as TIME.
    """

    book: Book
    select: Callable[[Period | None, Filters], QuerySet[Any]]
    within: Callable[[Collection[Place], str], Q]
    tell: Callable[[QuerySet[Any], str], Iterator[Row]]
    places: Callable[[str], Iterable[Place]]
    cell: tuple[Any, Any, Any] = (F("team_id"), F("lead__source"), F("tier"))
    lead: str = "lead"
    time: Any = NOTHING

    def told(
        self, found: QuerySet[Any], zone: str, *, has_cells: bool, has_times: bool = True
    ) -> Iterator[Row]:
        """Yield what these rows add.

        Without cells the tables that only these lie in are left alone; without either more rows are alike.
        """
        cell = (F(self.lead) % PARTS, *self.cell) if has_cells else (NOTHING,) * len(CELL)
        time = self.time if has_times else NOTHING
        return self.tell(found.annotate(**dict(zip((*CELL, TIME), (*cell, time), strict=True))), zone)

    def rows(
        self,
        places: Collection[Place],
        zone: str,
        period: Period | None = None,
        filters: Filters = EVERYTHING,
        *,
        has_cells: bool = True,
    ) -> Iterator[Row]:
        """Yield what the rows of a question in these parts of days add."""
        found = self.select(period, filters).alias(part=F(self.lead) % PARTS)
        return self.told(found.filter(self.within(places, zone)), zone, has_cells=has_cells)


def in_parts(parts: Collection[int]) -> Q:
    """Match rows of these parts, of a query that names them `part`."""
    return Q() if len(parts) == PARTS else Q(part__in=parts)


def minutes(span: timedelta) -> int:
    """Return a time as whole minutes, half a minute upwards: in this measure medians are told."""
    return (span + timedelta(seconds=30)) // timedelta(minutes=1)


def coarse(span: timedelta) -> int:
    """Return a time as minutes that are exact only as far as people care, so that few are different.

    Whole minutes within an hour, quarters of an hour within a day, hours within two weeks, days beyond.
    """
    step = next((step for limit, step in _STEPS if span < limit), DAY)
    return (span + step / 2) // step * (step // timedelta(minutes=1))


def by_day(places: Collection[Place]) -> dict[date, list[int]]:
    """Return the parts by day."""
    found: dict[date, list[int]] = defaultdict(list)
    for day, part in sorted(places):
        found[day].append(part)
    return found


def days_of(rows: Iterable[Row]) -> list[Day]:
    """Add rows up by day and version."""
    counts: dict[tuple[date, int], Counter[str]] = defaultdict(Counter)
    times: dict[tuple[date, int], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        key = row.day, row.version_id
        add(counts[key], row.counts, row.n)
        for name, value in row.times:
            times[key][name][str(value)] += row.n
    return [Day(day, version, found, times[day, version]) for (day, version), found in counts.items()]


def add(total: Counter[str], counts: Mapping[str, int], times: int = 1) -> None:
    """Add counts so many times, or take them off; what is nothing leaves no key."""
    known = total.get
    for key, n in counts.items():
        if n:
            total[key] = known(key, 0) + times * n


def versions_of(days: Iterable[Day]) -> set[int]:
    """Return the ids of the versions that judged what is counted."""
    return {day.version_id for day in days if any(day.counts.values())}


def total(days: Iterable[Day]) -> Counter[str]:
    """Return the counts of several days."""
    found: Counter[str] = Counter()
    for day in days:
        add(found, day.counts)
    return found


def spread(days: Iterable[Day]) -> dict[str, dict[int, int]]:
    """Return by name how often each number of minutes was taken."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for day in days:
        for name, values in day.times.items():
            add(found[name], values)
    return {name: {int(value): n for value, n in values.items() if n} for name, values in found.items()}


def middle(values: Mapping[int, int]) -> timedelta | None:
    """Return the middle of counted minutes, the mean of the middle two for an even number."""
    n = sum(values.values())
    if not n:
        return None
    low, high = _nth(values, (n + 1) // 2), _nth(values, n // 2 + 1)
    return timedelta(minutes=(low + high) / 2)


def ninetieth(values: Mapping[int, int]) -> timedelta | None:
    """Return the fewest minutes that at least nine in ten do not exceed (nearest rank)."""
    n = sum(values.values())
    return timedelta(minutes=_nth(values, math.ceil(0.9 * n))) if n else None


def _nth(values: Mapping[int, int], place: int) -> int:
    """Return the value in that place, counted from one, of values in their order."""
    passed = 0
    for value in sorted(values):
        passed += values[value]
        if passed >= place:
            return value
    raise ValueError("There are not so many values.")
