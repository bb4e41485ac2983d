"""The days of a question: sums where they hold, and raw counts of the parts that have changed since."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from leads import among, kept
from leads.models import Lead
from sla.choices import PARTS, Book, Grain
from sla.compliance.periods import Filters, Period, months_before
from sla.compliance.tallies import cells
from sla.compliance.tallies.telling import UNDATED, Counting, Day, Place, days_of
from sla.models import AgreementVersion, TallyDay, TallyMark, TallyMonth, TallyPart, TallyState

#: Above so many parts to count anew, or so many marks to look at, all is counted from the rows.
MOST_PARTS, MOST_MARKS = 400, 20_000
_TRIES = 3


class Detail(Enum):
    """How finely a question is told: what is told of whole months together stands on their first day."""

    MONTHS = "counts and times of whole months together"
    DAYS = "counts by day, times of whole months together"
    TIMES = "counts and times by day"


def read(
    counting: Counting,
    period: Period | None,
    filters: Filters,
    *,
    has_times: bool = True,
    detail: Detail = Detail.DAYS,
) -> list[Day]:
    """Return the counts by day and version, exact at the moment of the call.

    What one person answers for is few, and counted from the rows. So is everything while the sums are being
    built, in a zone they were not made for, and where the sums were brought up to date in mid-reading.
    """
    if filters.rep_id is None:
        for _try in range(_TRIES):
            stamp = _Stamp.of(counting.book)
            found = _summed(counting, _Asked.of(period, filters, has_times, detail), stamp)
            if found is None:
                break
            if not found.changed or _Stamp.of(counting.book) == stamp:
                return found.days
    zone = period.zone if period else "UTC"
    rows = counting.select(period, filters)
    return days_of(counting.told(rows, zone, has_cells=False, has_times=has_times))


@dataclass(frozen=True, slots=True)
class _Stamp:
    """By what is told whether sums and marks were the same before and after a reading."""

    zone: str | None
    revision: int
    last: int
    marks: int

    @classmethod
    def of(cls, book: str) -> "_Stamp":
        return cls(*(_stamps.first(book=book) or (None, 0, 0, 0)))


@kept.question
def _stamps() -> QuerySet[TallyState, tuple[str, int, int, int]]:
    marks = TallyMark.objects.filter(book=OuterRef("pk")).order_by().values("book")
    # A mark of many leads is as much to look at as a mark of each would be.
    more = Coalesce(Sum(F("last_lead") - F("first_lead")), 0)
    last = Coalesce(Subquery(marks.annotate(last=Max("pk")).values("last")), 0)
    waiting = Coalesce(Subquery(marks.annotate(n=Count("pk") + more).values("n")), 0)
    found = TallyState.objects.filter(pk=kept.text("book"))
    return found.values_list("zone", "revision", last, waiting)


@dataclass(frozen=True, slots=True)
class _Found:
    days: list[Day]
    changed: bool


def _summed(counting: Counting, asked: "_Asked", stamp: _Stamp) -> _Found | None:
    """Return sums and what changed since, None where the rows must be counted."""
    period = asked.period
    zone = period.zone if period else stamp.zone
    if stamp.zone is None or (counting.book != Book.CLOCKS and zone != stamp.zone):
        return None
    if stamp.marks > MOST_MARKS:
        return None
    places = _changed(counting.book, period, stamp.zone) if stamp.marks else set()
    if len(places) > MOST_PARTS:
        return None
    days = list(asked.days(counting.book))
    if not places:
        return _Found(days, changed=bool(stamp.marks))
    before = TallyPart.objects.filter(cells.of_places(places), book=counting.book)
    for day, told in before.values_list("day", "cells"):
        days += asked.taken_off(day, told)
    rows = counting.rows(places, stamp.zone, period, asked.filters, has_cells=False)
    return _Found([*days, *days_of(rows)], changed=True)


def _changed(book: str, period: Period | None, zone: str) -> set[Place]:
    """Return the parts of days of a period that wait to be counted anew."""
    found = places_of(book, zone)
    if period is None:
        return found
    return {(day, part) for day, part in found if period.first_on <= day <= period.last_on}


def places_of(book: str, zone: str) -> set[Place]:
    """Return the parts of days that marks name."""
    marks = TallyMark.objects.filter(book=book, first_lead=None)
    rows = marks.order_by().values_list("day", "at", "part").distinct()
    found = {place_of(day, at, part, zone) for day, at, part in rows.iterator()}
    return found | places_of_leads(list(by_lead(book)), zone)


def by_lead(book: str) -> QuerySet[TallyMark, int]:
    """Return the marks, the oldest first, that tell leads by their ids: those of the ways alone."""
    marks = TallyMark.objects.filter(book=book) if book == Book.WAYS else TallyMark.objects.none()
    return marks.exclude(first_lead=None).order_by("pk").values_list("pk", flat=True)


def places_of_leads(marks: Collection[int], zone: str) -> set[Place]:
    """Return the parts of days in which the leads stand that these marks tell by their ids."""
    if not marks:
        return set()
    condition, ids = among.ids_in(marks)
    told = RawSQL(
        f"SELECT l.id FROM {TallyMark._meta.db_table} m JOIN {Lead._meta.db_table} l"  # noqa: S608 (names only)
        f" ON l.id BETWEEN m.first_lead AND m.last_lead WHERE m.id {condition}",
        [ids],
    )
    leads = Lead.objects.filter(pk__in=told).order_by().annotate(part=F("pk") % PARTS)
    rows = leads.values_list("created_at", "part").distinct()
    return {place_of(None, at, part, zone) for at, part in rows.iterator()}


def place_of(day: date | None, at: datetime | None, part: int, zone: str) -> Place:
    """Return the part of a day that one mark names."""
    return day or (at.astimezone(ZoneInfo(zone)).date() if at else UNDATED), part


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it is put to the sums."""

    period: Period | None
    filters: Filters
    versions: frozenset[int] | None
    has_times: bool
    detail: Detail

    @classmethod
    def of(cls, period: Period | None, filters: Filters, has_times: bool, detail: Detail) -> "_Asked":
        versions = None if filters.version_id is None else frozenset({filters.version_id})
        if filters.agreement_id is not None:
            own = AgreementVersion.objects.filter(agreement_id=filters.agreement_id)
            ids = frozenset(own.values_list("pk", flat=True))
            versions = ids if versions is None else ids & versions
        return cls(period, filters, versions, has_times, detail)

    @property
    def _named(self) -> dict[str, Any]:
        named = {"team": self.filters.team_id, "source": self.filters.source, "tier": self.filters.tier}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def _grain(self) -> Grain:
        named = self._named
        return Grain.ALL if not named else Grain(next(iter(named))) if len(named) == 1 else Grain.CELL

    def days(self, book: str) -> Iterator[Day]:
        """Yield the sums of the question; three queries at most."""
        days, months = self._sums(TallyDay, book), self._sums(TallyMonth, book)
        whole = None if self.detail is Detail.TIMES or self._grain == Grain.CELL else _whole(self.period)
        if whole is None:
            yield from _read(self._within(days), has_times=self.has_times)
            return
        months, inside = months.filter(day__range=whole), days.filter(day__range=whole)
        if self.period and whole != (self.period.first_on, self.period.last_on):
            yield from _read(self._within(days).exclude(day__range=whole), has_times=self.has_times)
        if self.detail is Detail.MONTHS:
            yield from _read(months, has_times=self.has_times)
            return
        yield from _read(inside, has_times=False)
        if self.has_times:
            for day, version, times in months.order_by().values_list("day", "version_id", "times"):
                yield Day(day, version, {}, times)

    def _sums(self, model: type[TallyDay] | type[TallyMonth], book: str) -> QuerySet[Any]:
        found = model._default_manager.filter(book=book, grain=self._grain, **self._named)
        return found if self.versions is None else found.filter(version__in=self.versions)

    def _within(self, days: QuerySet[Any]) -> QuerySet[Any]:
        return days.filter(day__range=(self.period.first_on, self.period.last_on)) if self.period else days

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


def _whole(period: Period | None) -> tuple[date, date] | None:
    """Return first and last day of the whole months of a period, None where it holds none."""
    if period is None:
        return date.min, date.max
    first_on = period.first_on if period.first_on.day == 1 else months_before(period.first_on, -1)
    last_on = (period.last_on + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    return (first_on, last_on) if first_on <= last_on else None


def _read(sums: QuerySet[Any], *, has_times: bool) -> Iterator[Day]:
    columns = ("day", "version_id", "counts", "times") if has_times else ("day", "version_id", "counts")
    for row in sums.order_by().values_list(*columns).iterator():
        yield Day(*row)
