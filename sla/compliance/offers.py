"""Offers counted by day: of what each handoff tells, every figure over offers is a sum.

The conditions are those that `cohorts`, `periodic` and `outcomes` narrow rows by, so a figure and the
leads behind it are counted by the same.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from leads.choices import Stage
from leads.models import StageChange
from sla.choices import PARTS, Book
from sla.compliance import cohorts, outcomes, records, tallies
from sla.compliance.periods import Filters, Period, days_within, months_between
from sla.compliance.tallies import UNDATED, Day, Place, Row
from sla.models import Handoff

#: Upper ends of the classes of first touches, counted from the offer by the clock on the wall.
WITHIN = (("hour", timedelta(hours=1)), ("four_hours", timedelta(hours=4)), ("day", timedelta(days=1)))
LATER, NEVER = "later", "never"
#: Stages of a lead that Sales accepted once, in which it is known whether that was worth it.
KNOWN = frozenset(
    {Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED, Stage.RECYCLED, Stage.NURTURING, Stage.INQUIRY}
)
#: Offers that stand for their cycle, of leads that are no duplicates: what volume counts on each leg.
STANDS = Q(lead__merged_into__isnull=True) & ~Q(state__in=cohorts.PASSED_ON)
#: What Sales generated is no merit of Marketing; behind the first leg it is Sales that hands over.
_GENERATED = Q(leg=1, lead__is_sales_generated=True)
VOLUME = {
    "counted": STANDS & Q(cycle=1) & ~_GENERATED & ~cohorts.UPHELD,
    "recycled": STANDS & Q(cycle__gt=1),
    "sales_generated": STANDS & _GENERATED,
    "taken_off": STANDS & cohorts.UPHELD & Q(cycle=1),
}
_TESTS = {
    "accepted": cohorts.COUNTS_ACCEPTED,
    "declined": cohorts.COUNTS_DECLINED,
    "overturned": cohorts.OVERTURNED,
    "declined_though_met": cohorts.COUNTS_DECLINED & Q(verdict__value=True),
    "handed": cohorts.HANDED_OVER,
    "dossiers": ~Q(state__in=cohorts.PASSED_ON) & Q(snapshot__isnull=False),
    "complete": ~Q(state__in=cohorts.PASSED_ON) & Q(snapshot__is_complete=True),
    "refused": cohorts.REFUSED,
}
_OF_LEG = ("accepted", "declined", "overturned", "declined_though_met", "dossiers", "complete")
_COLUMNS = (
    "offered_at", "version_id", *tallies.CELL,
    "leg", "cycle", "hop", "state", "decided_at", "accepted_at", "is_history",
    "touched", "first_touch_at", "lead__stage", "won_at", "outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """The offers of a question, counted by day."""

    days: tuple[Day, ...]

    @property
    def versions(self) -> set[int]:
        """The ids of the versions that judged them."""
        return tallies.versions_of(self.days)

    @property
    def counts(self) -> Counter[str]:
        return tallies.total(self.days)

    @property
    def times(self) -> dict[str, dict[int, int]]:
        """By name how often each number of minutes was taken: `decided:LEG` and `first_touch`."""
        return tallies.spread(self.days)

    def of_versions(self, versions: Collection[int]) -> "Told":
        return Told(tuple(day for day in self.days if day.version_id in versions))

    def by_day(self) -> dict[date, "Told"]:
        """Return the days by date, the earliest first."""
        found: dict[date, list[Day]] = {}
        for day in sorted(self.days, key=lambda each: each.day):
            found.setdefault(day.day, []).append(day)
        return {day: Told(tuple(days)) for day, days in found.items()}


def read(
    period: Period | None,
    filters: Filters,
    *,
    has_times: bool = False,
    detail: tallies.Detail = tallies.Detail.DAYS,
) -> Told:
    """Return the offers of a question, counted by day."""
    return Told(tuple(tallies.read(COUNTING, period, filters, has_times=has_times, detail=detail)))


def _tell(found: QuerySet[Handoff], zone: str) -> Iterator[Row]:
    """Yield what handoffs add, as they stand."""
    own = ZoneInfo(zone)
    won = StageChange.objects.filter(lead=OuterRef("lead"), to_stage=Stage.CUSTOMER)
    first_won = won.order_by().values("lead").annotate(at=Min("happened_at")).values("at")
    rows = records.recorded(cohorts.followed(found)).order_by()
    rows = rows.annotate(won_at=Subquery(first_won), outcome=outcomes.OUTCOME)
    tests = {**_TESTS, **{f"is_{name}": test for name, test in VOLUME.items()}, **_recorded()}
    rows = rows.annotate(**{f"test_{name}": test for name, test in tests.items()})
    names = [*_COLUMNS, *(f"test_{name}" for name in tests)]
    for values in rows.values_list(*names).iterator(chunk_size=2_000):
        one: dict[str, Any] = dict(zip(names, values, strict=True))
        counts, times = _count(one, own)
        offered_at = one["offered_at"]
        day = offered_at.astimezone(own).date() if offered_at else UNDATED
        part, team, source, tier = (one[name] for name in tallies.CELL)
        yield Row(day, part or 0, one["version_id"], team, source or "", tier, counts, times)


def _recorded() -> dict[str, Q]:
    return {f"has_{name}": test for name, test in records.TESTS.items()}


def _count(one: dict[str, Any], own: ZoneInfo) -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    leg, state = one["leg"], one["state"]
    counts = {f"{leg}:offers": 1, f"{leg}:{state}": 1}
    counts |= {f"{leg}:counts_{name}": 1 for name in _OF_LEG if one[f"test_{name}"]}
    times = []
    if one["offered_at"] and one["decided_at"] and state in cohorts.DECIDED:
        times.append((f"decided:{leg}", tallies.minutes(one["decided_at"] - one["offered_at"])))
    counts |= {f"volume:{leg}:{name}": 1 for name in VOLUME if one[f"test_is_{name}"]}
    if one["accepted_at"]:
        has = "".join(code for code, name in records.CODES.items() if one[f"test_has_{name}"])
        counts[f"records:{leg}:{has}"] = 1
    if one["test_refused"]:
        counts["refused"] = 1
    if leg == 1:
        counts |= _of_first_leg(one, own)
    if one["test_handed"]:
        counts |= _handed(one)
        if one["first_touch_at"]:
            times.append(("first_touch", tallies.minutes(one["first_touch_at"] - one["offered_at"])))
    return counts, tuple(times)


def _of_first_leg(one: dict[str, Any], own: ZoneInfo) -> dict[str, int]:
    counts = {}
    if one["outcome"]:
        counts[f"outcome:{one['outcome']}"] = 1
    if one["cycle"] == one["hop"] == 1 and one["offered_at"]:
        counts["first:n"] = 1
        if one["won_at"]:
            start, won_on = (at.astimezone(own).date() for at in (one["offered_at"], one["won_at"]))
            counts[f"first:{months_between(start, won_on)}"] = 1
    return counts


def _handed(one: dict[str, Any]) -> dict[str, int]:
    touched = one["touched"]
    counts = {"handed:n": 1, "handed:touches": touched, "handed:dated": int(not one["is_history"])}
    counts["handed:never"] = int(touched == 0)
    if one["state"] in cohorts.ACCEPTED and one["lead__stage"] in KNOWN:
        speed = _class(one["offered_at"], one["first_touch_at"])
        counts[f"speed:{speed}:n"] = 1
        counts[f"speed:{speed}:won"] = int(one["lead__stage"] == Stage.CUSTOMER)
    return counts


def _class(offered_at: datetime, touched_at: datetime | None) -> str:
    if touched_at is None:
        return NEVER
    wait = touched_at - offered_at
    return next((code for code, limit in WITHIN if wait <= limit), LATER)


def _within(places: Collection[Place], zone: str) -> Q:
    days = tallies.by_day(places).items()
    parts = (days_within("offered_at", day, zone) & tallies.in_parts(own) for day, own in days)
    return reduce(or_, parts, Q(pk__in=[]))


def _places(zone: str) -> Iterable[Place]:
    day = TruncDate("offered_at", tzinfo=ZoneInfo(zone))
    found = Handoff.objects.order_by().annotate(day=day, part=F("lead") % PARTS)
    rows = found.values_list("day", "part").distinct().iterator()
    return ((day or UNDATED, part) for day, part in rows)


COUNTING = tallies.Counting(Book.OFFERS, cohorts.offered_in, _within, _tell, _places)
