"""Commitments counted over a period: volume, quality, readiness, feedback and complete records."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from sla.compliance import ends, offers
from sla.compliance import records as recording
from sla.compliance.cohorts import PASSED_ON, offered_in
from sla.compliance.periods import Filters, Period
from sla.compliance.promises import Promise
from sla.models import Handoff


@dataclass(frozen=True, slots=True)
class Units:
    """So many of so many kept the commitment."""

    kept: int
    closed: int


@dataclass(frozen=True, slots=True)
class Volume:
    """Leads handed over on a leg: what counts against the promise and what stands apart.

    `amounts` is how much each version promised over its own days; empty without a promise.
    """

    leg: int
    counted: int
    recycled: int
    sales_generated: int
    taken_off: int
    amounts: tuple[tuple[Period, float], ...] = ()
    days: tuple[tuple[date, int], ...] = ()

    @property
    def promised(self) -> int | None:
        return round(sum(amount for _days, amount in self.amounts)) if self.amounts else None

    def promised_by(self, moment: datetime) -> float:
        """Return how much of the promise a moment asks for, by the time that has passed."""
        return sum(amount * days.passed(moment) for days, amount in self.amounts)


def quality(told: offers.Told, leg: int) -> Units:
    """Count accepted among decided offers of the leg, as the cohort does."""
    counts = told.counts
    kept = counts[f"{leg}:counts_accepted"]
    return Units(kept, kept + counts[f"{leg}:counts_declined"])


def readiness(told: offers.Told, leg: int) -> Units:
    """Count offers whose dossier was complete when it was handed over."""
    counts = told.counts
    return Units(counts[f"{leg}:counts_complete"], counts[f"{leg}:counts_dossiers"])


def feedback(told: ends.Told, leg: int) -> Units:
    """Count the answers that the giver of the leg was owed, among its handoffs that ended."""
    return Units(*told.answers(leg))


def records(told: offers.Told, leg: int, record: tuple[str, ...]) -> Units:
    """Count the worked leads of the leg of which Sales recorded all it must."""
    stem = f"records:{leg}:"
    found = {key.removeprefix(stem): n for key, n in told.counts.items() if key.startswith(stem)}
    kept = sum(n for letters, n in found.items() if recording.has_all(letters, record))
    return Units(kept, sum(found.values()))


def feedback_units(period: Period | None, filters: Filters, leg: int) -> tuple[QuerySet[Handoff], Q]:
    """Return the handoffs of the leg that owed an answer and the condition of having given it."""
    return ends.ended_in(period, filters).filter(ends.OWED, leg=leg), ends.GAVE


def record_units(period: Period | None, filters: Filters, promise: Promise) -> tuple[QuerySet[Handoff], Q]:
    """Return the worked leads of the leg and the condition that Sales recorded all that the version asks."""
    found = offered_in(period, filters, promise.leg).filter(accepted_at__isnull=False)
    tests = (
        reduce(and_, (recording.TESTS[name] for name in term.document.record), Q(version=term.version))
        for term in promise.terms
    )
    return recording.recorded(found), reduce(or_, tests)


def volume(
    told: offers.Told,
    period: Period | None,
    filters: Filters,
    promise: Promise | None = None,
) -> Volume:
    """Count the leads handed over for the first time, on leg one without those that Sales generated.

    With a promise those of its leg that its versions judged, else all of leg one.
    """
    leg = promise.leg if promise else 1
    versions = promise.versions if promise else told.versions
    own = told.of_versions(versions)
    twice = _twice(period, filters, leg, versions)
    zone = ZoneInfo(period.zone if period else "UTC")
    leads = {name: own.counts[f"volume:{leg}:{name}"] - _excess(twice[name]) for name in offers.VOLUME}
    return Volume(
        leg,
        **leads,
        amounts=tuple(promise.amounts()) if promise else (),
        days=_per_day(own, leg, twice["counted"], zone) if period else (),
    )


def countable(found: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """Keep what `volume` counts against a promise."""
    return found.filter(offers.VOLUME["counted"])


def handed(period: Period | None, filters: Filters, leg: int) -> QuerySet[Handoff]:
    """Return the offers of the leg, each cycle once: hops that were passed on are left out."""
    return offered_in(period, filters, leg).exclude(state__in=PASSED_ON)


def _twice(
    period: Period | None, filters: Filters, leg: int, versions: Collection[int]
) -> dict[str, list[tuple[int, datetime | None]]]:
    """Return by kind of volume the offers of leads that were offered more than once, as (lead, moment).

    Leads are counted, not offers: what such a lead has too many is taken off. They are few, and found by
    their second cycle or hop.
    """
    found = offered_in(period, filters, leg).filter(offers.STANDS, version__in=versions)
    again = found.filter(Q(cycle__gt=1) | Q(hop__gt=1)).values("lead")
    rows = found.filter(lead__in=again).annotate(
        **{f"is_{name}": test for name, test in offers.VOLUME.items()}
    )
    kinds = [f"is_{name}" for name in offers.VOLUME]
    twice: dict[str, list[tuple[int, datetime | None]]] = {name: [] for name in offers.VOLUME}
    for lead, at, *tests in rows.order_by().values_list("lead_id", "offered_at", *kinds):
        for name, is_counted in zip(offers.VOLUME, tests, strict=True):
            if is_counted:
                twice[name].append((lead, at))
    return twice


def _excess(rows: list[tuple[int, datetime | None]]) -> int:
    return len(rows) - len({lead for lead, _at in rows})


def _per_day(
    told: offers.Told, leg: int, twice: list[tuple[int, datetime | None]], zone: ZoneInfo
) -> tuple[tuple[date, int], ...]:
    """Return the leads counted on each day, one that was offered twice on a day once."""
    counts = {day: own.counts[f"volume:{leg}:counted"] for day, own in told.by_day().items()}
    same_day = [(lead, at.astimezone(zone).date()) for lead, at in twice if at]
    for (_lead, day), n in Counter(same_day).items():
        counts[day] -= n - 1
    return tuple((day, n) for day, n in sorted(counts.items()) if n)
