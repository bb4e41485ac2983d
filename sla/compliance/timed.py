"""Timed commitments over a period: clocks kept, missed and open.

A clock counts in the period in which it fell due, in its calendar's own zone. Open and overdue
is missed so far, whether or not the sweep has been by; not yet due stays outside the denominator.
What was cancelled before it fell due does not count; a miss stays a miss whatever came after.
Only the lead's own clocks are the side's score, not those of later owners. A person's score are the
clocks they answer for: whoever took a lead over is measured by a clock of their own instead of the lead's.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sla.choices import Cause, ClockScope, ClockState
from sla.compliance.periods import Filters, Period, median, ninetieth, share
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
    found = found.filter(scope=ClockScope.LEAD) if filters.rep_id is None else _own(found)
    if period is not None:
        found = found.filter(due_on__range=(period.first_on, period.last_on))
    return found


def _own(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    """Leave out the lead's clock where the same person has a clock of their own beside it."""
    same = {name: OuterRef(name) for name in ("handoff", "commitment", "rep")}
    return clocks.filter(
        Q(scope=ClockScope.PERSON) | ~Exists(Clock.objects.filter(scope=ClockScope.PERSON, **same))
    )


def in_bucket(clocks: QuerySet[Clock], bucket: str, now: datetime) -> QuerySet[Clock]:
    """Narrow clocks to `kept`, `missed` or `open`; any other word keeps all three."""
    tests = {"kept": is_kept(), "missed": is_missed(now), "open": is_open(now)}
    return clocks.filter(tests.get(bucket, is_kept() | is_missed(now) | is_open(now)))


def count(period: Period | None, filters: Filters, now: datetime) -> dict[str, Count3]:
    """Return the counts by commitment code; one query."""
    rows = _counted(clocks_in(period, filters).values("commitment__code"), now)
    return {row["commitment__code"]: _count3(row) for row in rows}


def closed_by_agreement(period: Period | None, filters: Filters, now: datetime) -> dict[str, dict[int, int]]:
    """Return how many closed, by commitment code and the id of the agreement that judged them; one query."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    groups = clocks_in(period, filters).values("commitment__code", "version__agreement_id")
    for row in _counted(groups, now):
        found[row["commitment__code"]][row["version__agreement_id"]] = _count3(row).closed
    return found


def durations(
    period: Period | None, filters: Filters
) -> dict[str, tuple[timedelta | None, timedelta | None]]:
    """Return median and 90th percentile of the time used until met, by commitment code.

    In the commitment's own measure: business time, or calendar time where the terms say so.
    """
    taken: dict[str, list[timedelta]] = defaultdict(list)
    met = clocks_in(period, filters).filter(state=ClockState.MET)
    for code, elapsed in met.values_list("commitment__code", "elapsed").iterator():
        taken[code].append(elapsed)
    return {code: (median(values), ninetieth(values)) for code, values in taken.items()}


def trends(period: Period, filters: Filters, now: datetime) -> dict[str, tuple[float | None, ...]]:
    """Return the share kept in each of the last nine weeks, by commitment code; one query."""
    weeks = period.weeks
    span = Period(weeks[0][0], weeks[-1][1], period.zone)
    days: dict[str, dict[date, Count3]] = defaultdict(dict)
    for row in _counted(clocks_in(span, filters).values("commitment__code", "due_on"), now):
        days[row["commitment__code"]][row["due_on"]] = _count3(row)
    return {code: tuple(_rate_between(found, *week) for week in weeks) for code, found in days.items()}


def _counted(groups: Any, now: datetime) -> Any:
    missed = is_missed(now)
    return groups.order_by().annotate(
        kept=Count("id", filter=is_kept()),
        missed=Count("id", filter=missed),
        open=Count("id", filter=is_open(now)),
        excused=Count("id", filter=missed & is_exception()),
    )


def _count3(row: dict[str, Any]) -> Count3:
    return Count3(row["kept"], row["missed"], row["open"], row["excused"])


def _rate_between(days: dict[date, Count3], first_on: date, last_on: date) -> float | None:
    within = [found for day, found in days.items() if first_on <= day <= last_on]
    return share(sum(found.kept for found in within), sum(found.closed for found in within))
