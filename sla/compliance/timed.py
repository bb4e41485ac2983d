"""Timed commitments over a period: clocks kept, missed and open.

A clock counts in the period in which it fell due, in its calendar's own zone. Open and overdue
is missed so far, whether or not the sweep has been by; not yet due stays outside the denominator.
What was cancelled before it fell due does not count; a miss stays a miss whatever came after.
Only the lead's own clocks are the side's score, not those of later owners. A person's score are the
clocks they answer for: whoever took a lead over is measured by a clock of their own instead of the lead's.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, reduce
from operator import or_

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from leads import among, kept
from sla.choices import PARTS, Book, Cause, ClockScope, ClockState
from sla.compliance import tallies
from sla.compliance.periods import Filters, Period, share
from sla.compliance.tallies import Day, Place, Row
from sla.models import Clock


@dataclass(frozen=True, slots=True)
class Count3:
    """Clocks of one commitment: `open` are due in the period but not yet; `excused` are among the missed."""

    kept: int = 0
    missed: int = 0
    open: int = 0
    excused: int = 0

    @property
    def closed(self) -> int:
        return self.kept + self.missed

    @property
    def rate(self) -> float | None:
        return share(self.kept, self.closed)

    @property
    def rate_after_exceptions(self) -> float | None:
        return share(self.kept, self.closed - self.excused)


def is_missed(now: datetime) -> Q:
    return Q(breached_at__isnull=False) | Q(ended_at__isnull=True, due_at__lt=now)


def is_kept() -> Q:
    return Q(state=ClockState.MET, breached_at__isnull=True)


def is_open(now: datetime) -> Q:
    return Q(ended_at__isnull=True, breached_at__isnull=True, due_at__gte=now)


def is_exception() -> Q:
    """Match misses that compliance after exceptions leaves out: excused, or the system's."""
    return Q(is_excused=True) | Q(cause=Cause.SYSTEM)


def clocks_in(period: Period | None, filters: Filters) -> QuerySet[Clock]:
    """Return the lead's own clocks, or one person's, that fell or fall due in the period (None: in any)."""
    found: QuerySet[Clock] = Clock.objects.filter(filters.on_clocks(), due_on__isnull=False)
    found = found.filter(scope=ClockScope.LEAD) if filters.rep_id is None else _own(found, filters.rep_id)
    if period is not None:
        found = found.filter(due_on__range=(period.first_on, period.last_on))
    return found


def _own(clocks: QuerySet[Clock], rep_id: int) -> QuerySet[Clock]:
    """Leave out the lead's clock where the same person has a clock of their own beside it."""
    # Asked of this person by id, not of whoever the outer row names: else all clocks there are would be read.
    own = Clock.objects.filter(scope=ClockScope.PERSON, rep=rep_id)
    same = {name: OuterRef(name) for name in ("handoff", "commitment")}
    return clocks.filter(Q(scope=ClockScope.PERSON) | ~Exists(own.filter(**same)))


def in_bucket(clocks: QuerySet[Clock], bucket: str, now: datetime) -> QuerySet[Clock]:
    """Narrow clocks to `kept`, `missed` or `open`, any other word to all three; each tells its `bucket`."""
    tests = {"kept": is_kept(), "missed": is_missed(now), "open": is_open(now)}
    own = Case(*(When(test, then=Value(name)) for name, test in tests.items()), output_field=CharField())
    return clocks.filter(tests.get(bucket, reduce(or_, tests.values()))).annotate(bucket=own)


@dataclass(frozen=True, slots=True)
class Told:
    """The clocks of a question, counted by day; what is overdue and not swept yet is counted as missed."""

    days: tuple[Day, ...]

    @property
    def versions(self) -> set[int]:
        """The ids of the versions that judged them."""
        return tallies.versions_of(self.days)

    def of_versions(self, versions: Collection[int]) -> "Told":
        return Told(tuple(day for day in self.days if day.version_id in versions))

    def within(self, first_on: date, last_on: date) -> "Told":
        return Told(tuple(day for day in self.days if first_on <= day.day <= last_on))

    def counts(self) -> dict[str, Count3]:
        """Return the counts by commitment code."""
        return _counts(self.days)

    def closed_by_version(self) -> dict[str, dict[int, int]]:
        """Return how many closed, by commitment code and the id of the version that judged them."""
        found: dict[str, dict[int, int]] = defaultdict(dict)
        for version in self.versions:
            for code, counted in _counts(day for day in self.days if day.version_id == version).items():
                found[code][version] = counted.closed
        return dict(found)

    def durations(self) -> dict[str, tuple[timedelta | None, timedelta | None]]:
        """Return median and 90th percentile of the time used until met, by commitment code.

        In the commitment's own measure: business time, or calendar time where the terms say so.
        """
        taken = tallies.spread(self.days)
        return {
            code: (tallies.middle(values), tallies.ninetieth(values))
            for code, values in taken.items()
            if values
        }

    def trends(self, period: Period) -> dict[str, tuple[float | None, ...]]:
        """Return the share kept in each of the last nine weeks of a period, by commitment code."""
        weeks = [self.within(*week).counts() for week in period.weeks]
        codes = {code for week in weeks for code in week}
        nothing = Count3()
        return {code: tuple(week.get(code, nothing).rate for week in weeks) for code in codes}


def read(period: Period | None, filters: Filters, now: datetime, *, has_times: bool = True) -> Told:
    """Return the clocks of a question, counted by day."""
    days = tallies.read(COUNTING, period, filters, has_times=has_times)
    return Told((*days, *_overdue(period, filters, now)))


def count(period: Period | None, filters: Filters, now: datetime) -> dict[str, Count3]:
    """Return the counts by commitment code."""
    return read(period, filters, now, has_times=False).counts()


def _counts(days: Iterable[Day]) -> dict[str, Count3]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for key, n in tallies.total(days).items():
        code, word = key.rsplit(":", 1)
        found[code][word] += n
    return {
        code: Count3(words["kept"], words["missed"], words["open"], words["excused"])
        for code, words in found.items()
        if any(words.values())
    }


def _overdue(period: Period | None, filters: Filters, now: datetime) -> Iterator[Day]:
    """Yield what moves from open to missed by time alone, before the sweep has been by."""
    # They are few, and asked for alone: beside days and teams the database would read all clocks of those.
    unswept = _unswept(now=now)
    if not unswept:
        return
    late = clocks_in(period, filters).filter(pk__in=among.ids(unswept))
    columns = ("due_on", "version_id", "commitment__code", "excepted")
    rows = late.annotate(excepted=is_exception()).order_by().values_list(*columns)
    for due_on, version, code, is_excepted in rows:
        moved = {f"{code}:open": -1, f"{code}:missed": 1, f"{code}:excused": int(is_excepted)}
        yield Day(due_on, version, moved)


@kept.planned_anew
def _unswept() -> QuerySet[Clock, int]:
    return Clock.objects.filter(_is_running(), due_at__lt=kept.moment("now")).values_list("pk", flat=True)


def _is_running() -> Q:
    """Match clocks that nothing has settled yet: open or missed, as the moment says."""
    return Q(ended_at__isnull=True, breached_at__isnull=True, due_at__isnull=False)


def _tell(found: QuerySet[Clock], zone: str) -> Iterator[Row]:
    """Yield what clocks add, as they stand; whether an open one is overdue is asked at reading."""
    tests = {
        "missed": Q(breached_at__isnull=False),
        "kept": is_kept(),
        "running": _is_running(),
        "excepted": is_exception(),
    }
    columns = ("due_on", "version_id", *tallies.CELL, "commitment__code", *tests, tallies.TIME)
    rows = found.order_by().annotate(**tests).values_list(*columns).annotate(alike=Count("pk"))
    for due_on, version, part, team, source, tier, code, *found_out, took, n in rows.iterator(
        chunk_size=5_000
    ):
        times = () if took is None else ((code, tallies.minutes(took)),)
        yield Row(due_on, part or 0, version, team, source or "", tier, _adds(code, *found_out), times, n)


@lru_cache(maxsize=1_000)
def _adds(code: str, missed: bool, kept: bool, running: bool, excepted: bool) -> Mapping[str, int]:
    """Return what one clock adds: clocks are many, what they may add is little."""
    counts = {f"{code}:n": 1}
    if missed:
        counts[f"{code}:missed"] = 1
        if excepted:
            counts[f"{code}:excused"] = 1
    elif kept:
        counts[f"{code}:kept"] = 1
    elif running:
        counts[f"{code}:open"] = 1
    return counts


def _within(places: Collection[Place], zone: str) -> Q:
    days = tallies.by_day(places).items()
    return reduce(or_, (Q(due_on=day) & tallies.in_parts(parts) for day, parts in days), Q(pk__in=[]))


def _places(zone: str) -> Iterable[Place]:
    found = clocks_in(None, Filters()).order_by().annotate(part=F("lead") % PARTS)
    rows = found.values_list("due_on", "part").distinct().iterator()
    return ((day, part) for day, part in rows if day)


_CELL = Coalesce("handoff__team", "lead__team"), F("lead__source"), F("handoff__tier")
_TOOK = Case(When(state=ClockState.MET, then=F("elapsed")))
COUNTING = tallies.Counting(Book.CLOCKS, clocks_in, _within, _tell, _places, _CELL, time=_TOOK)
