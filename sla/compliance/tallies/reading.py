"""The days of a question: sums where they hold, and raw counts of the parts that have changed since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, QuerySet

from sla.choices import Book, Grain
from sla.compliance.periods import Filters, Period
from sla.compliance.tallies import cells
from sla.compliance.tallies.telling import UNDATED, Counting, Day, Place, days_of
from sla.models import AgreementVersion, TallyDay, TallyMark, TallyPart, TallyState

#: Above so many parts to count anew, or so many marks to look at, all is counted from the rows.
MOST_PARTS, MOST_MARKS = 400, 20_000
_TRIES = 3


def read(counting: Counting, period: Period | None, filters: Filters, *, has_times: bool = True) -> list[Day]:
    """Return the counts by day and version, exact at the moment of the call.

    What one person answers for is few, and counted from the rows. So is everything while the sums are being
    built, in a zone they were not made for, and where the sums were brought up to date in mid-reading.
    """
    if filters.rep_id is None:
        for _try in range(_TRIES):
            stamp = _Stamp.of(counting.book)
            found = _summed(counting, period, filters, stamp, has_times)
            if found is None:
                break
            if not found.changed or _Stamp.of(counting.book) == stamp:
                return found.days
    zone = period.zone if period else "UTC"
    return days_of(counting.tell(counting.select(period, filters), zone))


@dataclass(frozen=True, slots=True)
class _Stamp:
    """By what is told whether sums and marks were the same before and after a reading."""

    zone: str | None
    revision: int
    last: int
    marks: int

    @classmethod
    def of(cls, book: str) -> "_Stamp":
        state = TallyState.objects.filter(pk=book).first()
        waiting = TallyMark.objects.filter(book=book).aggregate(last=Max("pk"), n=Count("pk"))
        return cls(
            state.zone if state else None, state.revision if state else 0, waiting["last"] or 0, waiting["n"]
        )


@dataclass(frozen=True, slots=True)
class _Found:
    days: list[Day]
    changed: bool


def _summed(
    counting: Counting, period: Period | None, filters: Filters, stamp: _Stamp, has_times: bool
) -> _Found | None:
    """Return sums and what changed since, None where the rows must be counted."""
    zone = period.zone if period else stamp.zone
    if stamp.zone is None or (counting.book != Book.CLOCKS and zone != stamp.zone):
        return None
    if stamp.marks > MOST_MARKS:
        return None
    places = _changed(counting.book, period, stamp.zone) if stamp.marks else set()
    if len(places) > MOST_PARTS:
        return None
    asked = _Asked.of(period, filters)
    days = list(_days(asked.of_sums(counting.book), has_times))
    if not places:
        return _Found(days, changed=bool(stamp.marks))
    before = TallyPart.objects.filter(cells.of_places(places), book=counting.book)
    for day, told in before.values_list("day", "cells"):
        days += asked.taken_off(day, told)
    rows = counting.rows(places, stamp.zone, period, filters)
    return _Found([*days, *days_of(rows)], changed=True)


def _changed(book: str, period: Period | None, zone: str) -> set[Place]:
    """Return the parts of days of a period that wait to be counted anew."""
    found = places_of(TallyMark.objects.filter(book=book), zone)
    if period is None:
        return found
    return {(day, part) for day, part in found if period.first_on <= day <= period.last_on}


def places_of(marks: QuerySet[TallyMark], zone: str) -> set[Place]:
    """Return the parts of days that marks name."""
    rows = marks.order_by().values_list("day", "at", "part").distinct()
    return {place_of(day, at, part, zone) for day, at, part in rows.iterator()}


def place_of(day: date | None, at: datetime | None, part: int, zone: str) -> Place:
    """Return the part of a day that one mark names."""
    return day or (at.astimezone(ZoneInfo(zone)).date() if at else UNDATED), part


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it is put to the sums."""

    period: Period | None
    filters: Filters
    versions: frozenset[int] | None

    @classmethod
    def of(cls, period: Period | None, filters: Filters) -> "_Asked":
        versions = None if filters.version_id is None else frozenset({filters.version_id})
        if filters.agreement_id is not None:
            own = AgreementVersion.objects.filter(agreement_id=filters.agreement_id)
            ids = frozenset(own.values_list("pk", flat=True))
            versions = ids if versions is None else ids & versions
        return cls(period, filters, versions)

    def of_sums(self, book: str) -> QuerySet[TallyDay]:
        named = {"team": self.filters.team_id, "source": self.filters.source, "tier": self.filters.tier}
        named = {name: value for name, value in named.items() if value is not None}
        grain = Grain.ALL if not named else Grain(next(iter(named))) if len(named) == 1 else Grain.CELL
        found = TallyDay.objects.filter(book=book, grain=grain, **named)
        if self.period is not None:
            found = found.filter(day__range=(self.period.first_on, self.period.last_on))
        return found if self.versions is None else found.filter(version__in=self.versions)

    def taken_off(self, day: date, told: Any) -> Iterator[Day]:
        """Yield what a part was counted as, to be taken off the sums."""
        for (version, team, source, tier), counts, times in cells.read(told):
            wanted = self.versions is None or version in self.versions
            names = (self.filters.team_id, self.filters.source, self.filters.tier)
            pairs = zip(names, (team, source, tier), strict=True)
            if wanted and all(name is None or name == own for name, own in pairs):
                minus = {key: -n for key, n in counts.items()}
                yield Day(
                    day,
                    version,
                    minus,
                    {name: {key: -n for key, n in values.items()} for name, values in times.items()},
                )


def _days(sums: QuerySet[TallyDay], has_times: bool) -> Iterator[Day]:
    columns = ("day", "version_id", "counts", "times") if has_times else ("day", "version_id", "counts")
    for row in sums.order_by().values_list(*columns).iterator():
        yield Day(*row)
