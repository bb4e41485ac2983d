"""Commitments counted over a period: volume, quality, readiness, feedback and complete records."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from leads import among
from sla.compliance import ends, offers
from sla.compliance import records as recording
from sla.compliance.cohorts import PASSED_ON, offered_in
from sla.compliance.periods import Filters, Period
from sla.compliance.promises import Promise
from sla.compliance.tallies import UNDATED
from sla.models import Handoff


@dataclass(frozen=True, slots=True)
class Units:
    """So many of so many kept the commitment."""

    kept: int
    closed: int


@dataclass(frozen=True, slots=True)
class Volume:
    """Leads handed over on a leg: what counts against the promise and what stands apart.

    `counted` are leads and `value` is what they count as: more or less than one each by their tier, where a
    version weighs its volume by value. `amounts` is how much each version promised over its own days, empty
    without a promise; `days` are values.
    """

    leg: int
    counted: int
    recycled: int
    sales_generated: int
    taken_off: int
    value: float
    is_by_value: bool = False
    amounts: tuple[tuple[Period, float], ...] = ()
    days: tuple[tuple[date, float], ...] = ()

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
    own, surplus = told.of_versions(versions), _surplus(period, filters, leg, versions)
    counts = {name: own.counts[f"volume:{leg}:{name}"] - len(surplus[name]) for name in offers.VOLUME}
    days = _values(own, promise, period, filters, leg)
    zone = ZoneInfo(period.zone if period else "UTC")
    for one in surplus["counted"]:
        days[one.at.astimezone(zone).date() if one.at else UNDATED] -= _worth(promise, one.version, one.tier)
    return Volume(
        leg,
        **counts,
        value=sum(days.values()),
        is_by_value=bool(promise and any(term.is_by_value for term in promise.terms)),
        # What is promised is promised of all leads: of one team's or source's there is nothing to compare.
        amounts=() if promise is None or filters.is_narrowed else tuple(promise.amounts()),
        days=tuple((day, n) for day, n in sorted(days.items()) if n) if period else (),
    )


def countable(found: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """Keep what `volume` counts against a promise."""
    return found.filter(offers.VOLUME["counted"])


def handed(period: Period | None, filters: Filters, leg: int) -> QuerySet[Handoff]:
    """Return the offers of the leg, each cycle once: hops that were passed on are left out."""
    return offered_in(period, filters, leg).exclude(state__in=PASSED_ON)


@dataclass(frozen=True, slots=True)
class _Offer:
    at: datetime | None
    version: int
    tier: str | None


def _surplus(
    period: Period | None, filters: Filters, leg: int, versions: Collection[int]
) -> dict[str, list[_Offer]]:
    """Return by kind of volume the offers that are too many: leads are counted, each by its first offer.

    Leads with several offers are few, and told by a second cycle or hop.
    """
    found = offered_in(period, filters, leg)
    surplus: dict[str, list[_Offer]] = {name: [] for name in offers.VOLUME}
    seen = set()
    leads = _offered_twice(found)
    if not leads:
        return surplus
    own = found.filter(offers.STANDS, version__in=versions, lead__in=among.ids(leads))
    tests = {f"is_{name}": test for name, test in offers.VOLUME.items()}
    rows = own.annotate(**tests).order_by("offered_at", "pk")
    for lead, at, version, tier, *are_counted in rows.values_list(
        "lead_id", "offered_at", "version_id", "tier", *tests
    ):
        for name, is_counted in zip(offers.VOLUME, are_counted, strict=True):
            if is_counted and (lead, name) in seen:
                surplus[name].append(_Offer(at, version, tier))
            elif is_counted:
                seen.add((lead, name))
    return surplus


def _offered_twice(found: QuerySet[Handoff]) -> list[int]:
    """Return the leads with several of these offers.

    Counted for those offered again, one by one: joined, the database would go through all offers.
    """
    own = found.filter(lead=OuterRef("lead")).order_by().values("lead")
    again = found.filter(Q(cycle__gt=1) | Q(hop__gt=1)).order_by()
    several = again.annotate(n=Subquery(own.annotate(n=Count("pk")).values("n"))).filter(n__gt=1)
    return list(several.values_list("lead", flat=True).distinct())


def _values(
    told: offers.Told, promise: Promise | None, period: Period | None, filters: Filters, leg: int
) -> dict[date, float]:
    """Return what the offers of each day count as, before a lead's second offer is taken off.

    Each counts as its version's last tier, and those of a tier that counts otherwise by the difference: so
    what is not weighed needs no second reading.
    """
    days: dict[date, float] = defaultdict(int)
    for tier in (None, *_told_apart(promise)):
        if tier is not None and filters.tier not in (None, tier):
            continue
        own = told if tier is None else offers.read(period, replace(filters, tier=tier))
        for day in own.days if promise is None else own.of_versions(promise.versions).days:
            base = _worth(promise, day.version_id, None)
            factor = base if tier is None else _worth(promise, day.version_id, tier) - base
            days[day.day] += factor * day.counts.get(f"volume:{leg}:counted", 0)
    return days


def _told_apart(promise: Promise | None) -> list[str]:
    """Return the tiers that count otherwise than the last one of their version."""
    terms = promise.terms if promise else ()
    found = {
        tier.code
        for term in terms
        for tier in term.document.tiers
        if term.worth(tier.code) != term.worth(None)
    }
    return sorted(found)


def _worth(promise: Promise | None, version: int, tier: str | None) -> float:
    """Return what one lead of a tier counts as under a version."""
    terms = promise.terms if promise else ()
    return next((term.worth(tier) for term in terms if term.version.pk == version), 1)
