"""Handoffs by offer cohort: what became of them, and whether anybody followed up.

Acceptance = accepted ÷ (accepted + declined); an overturned decline counts as accepted; rerouted and
withdrawn do not count; an expired offer is Sales' miss and stands beside. A handoff belongs to the
period of its offer; history without an offer time belongs to no period.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, DateTimeField, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.choices import Evidence, TouchSide
from leads.models import Touch
from sla import scoring
from sla.choices import HandoffState, Ruling
from sla.compliance.periods import Filters, Period, median, ninetieth, share
from sla.models import Clock, Handoff

ACCEPTED = ("accepted", "qualified", "returned", "converted", "won", "lost")
#: Hops that are no outcome of their own: the next hop of the cycle carries on.
PASSED_ON = (HandoffState.REROUTED, HandoffState.WITHDRAWN, HandoffState.EXPIRED)
OVERTURNED = Q(state=HandoffState.DECLINED, refusal__ruling=Ruling.OVERTURNED)
#: How offers count in the acceptance rate; what matches neither is not decided, or no outcome of its own.
COUNTS_ACCEPTED = Q(state__in=ACCEPTED) | OVERTURNED
COUNTS_DECLINED = Q(state=HandoffState.DECLINED) & ~OVERTURNED


@dataclass(frozen=True, slots=True)
class Cohort:
    """What became of the offers of one leg; times are wall-clock, from the offer."""

    leg: int
    offers: int
    accepted: int
    declined: int
    overturned: int
    expired: int
    rerouted: int
    withdrawn: int
    undecided: int
    declined_though_met: int
    won: int
    lost: int
    decision_median: timedelta | None
    decision_p90: timedelta | None

    @property
    def decided(self) -> int:
        return self.accepted + self.declined

    @property
    def acceptance(self) -> float | None:
        return share(self.accepted, self.decided)

    @property
    def interval(self) -> tuple[float, float]:
        found = scoring.wilson(self.accepted, self.decided)
        return found.low, found.high


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How Sales followed up the leads handed over; None = unknown, for want of recorded touches."""

    leads: int
    never: int | None
    touches: int | None
    first_touch_median: timedelta | None
    first_touch_p90: timedelta | None

    @property
    def never_share(self) -> float | None:
        return None if self.never is None else share(self.never, self.leads)

    @property
    def touches_per_lead(self) -> float | None:
        return None if self.touches is None else share(self.touches, self.leads)


def offered_in(period: Period | None, filters: Filters, leg: int | None = None) -> QuerySet[Handoff]:
    """Return the handoffs offered in the period (None: all, undated history included)."""
    found = Handoff.objects.filter(filters.on_handoffs())
    if period is not None:
        found = found.filter(offered_at__gte=period.start_at, offered_at__lt=period.end_at)
    return found if leg is None else found.filter(leg=leg)


def by_leg(period: Period | None, filters: Filters) -> dict[int, Cohort]:
    """Return the cohort of each leg on which something was offered; one query and one for the times."""
    rows: Any = offered_in(period, filters).values("leg").order_by("leg").annotate(**_counts())
    decisions = _decision_times(period, filters)
    return {row["leg"]: _cohort(row, decisions.get(row["leg"], [])) for row in rows}


def in_bucket(handoffs: QuerySet[Handoff], bucket: str) -> QuerySet[Handoff]:
    """Narrow offers to `accepted`, `declined`, `expired`, `undecided`, `declined_though_met`; else all."""
    tests = {
        "accepted": COUNTS_ACCEPTED,
        "declined": COUNTS_DECLINED,
        "declined_though_met": COUNTS_DECLINED & Q(verdict__value=True),
        "expired": Q(state=HandoffState.EXPIRED),
        "undecided": Q(state=HandoffState.OFFERED),
    }
    return handoffs.filter(tests[bucket]) if bucket in tests else handoffs


def sales_touches() -> QuerySet[Touch]:
    """Return Sales' real touches since the offer, for use against an outer handoff."""
    return Touch.objects.filter(
        lead=OuterRef("lead"),
        side=TouchSide.SALES,
        evidence__gte=Evidence.LOGGED,
        is_automatic=False,
        happened_at__gte=OuterRef("offered_at"),
    )


def handed_over(period: Period | None, filters: Filters) -> Any:
    """Return the leads handed to Sales on leg one, once per cycle, with Sales' touches counted.

    Left out is what Sales still has time for: undecided offers, and accepted leads whose first touch
    is neither made nor due.
    """
    in_time = Clock.objects.open().filter(
        handoff=OuterRef("pk"), kind="first_touch", breached_at__isnull=True
    )
    counted = sales_touches().order_by().values("lead").annotate(n=Count("id"), first=Min("happened_at"))
    return (
        offered_in(period, filters, leg=1)
        .exclude(state__in=[*PASSED_ON, HandoffState.OFFERED])
        .annotate(
            in_time=Exists(in_time),
            touched=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0),
            first_touch_at=Subquery(counted.values("first"), output_field=DateTimeField()),
        )
        .exclude(in_time=True, touched=0)
    )


def follow_up(period: Period | None, filters: Filters) -> FollowUp:
    """Return how the leads handed over were followed up.

    Undated history with no touch of Sales at all says nothing about follow-up: unknown.
    """
    rows = list(
        handed_over(period, filters).values_list("offered_at", "touched", "first_touch_at", "is_history")
    )
    touches = sum(touched for _, touched, _, _ in rows)
    if not rows or (touches == 0 and all(is_history for *_, is_history in rows)):
        return FollowUp(len(rows), None, None, None, None)
    waits = [first - offered for offered, _, first, _ in rows if first is not None]
    never = sum(touched == 0 for _, touched, _, _ in rows)
    return FollowUp(len(rows), never, touches, median(waits), ninetieth(waits))


def followed_up() -> Exists:
    """Return the condition that Sales touched the lead after this handoff was offered."""
    return Exists(sales_touches())


def _counts() -> dict[str, Count]:
    return {
        "offers": Count("id", distinct=True),
        "accepted": Count("id", filter=COUNTS_ACCEPTED),
        "declined": Count("id", filter=COUNTS_DECLINED),
        "overturned": Count("id", filter=OVERTURNED),
        "expired": Count("id", filter=Q(state=HandoffState.EXPIRED)),
        "rerouted": Count("id", filter=Q(state=HandoffState.REROUTED)),
        "withdrawn": Count("id", filter=Q(state=HandoffState.WITHDRAWN)),
        "undecided": Count("id", filter=Q(state=HandoffState.OFFERED)),
        "declined_though_met": Count("id", filter=COUNTS_DECLINED & Q(verdict__value=True)),
        "won": Count("id", filter=Q(state=HandoffState.WON)),
        "lost": Count("id", filter=Q(state=HandoffState.LOST)),
    }


def _decision_times(period: Period | None, filters: Filters) -> dict[int, list[timedelta]]:
    decided = offered_in(period, filters).filter(offered_at__isnull=False, decided_at__isnull=False)
    found: dict[int, list[timedelta]] = {}
    by_decision: Any = decided.filter(Q(state__in=ACCEPTED) | Q(state=HandoffState.DECLINED))
    for leg, offered_at, decided_at in by_decision.values_list("leg", "offered_at", "decided_at"):
        found.setdefault(leg, []).append(decided_at - offered_at)
    return found


def _cohort(row: dict[str, Any], decisions: list[timedelta]) -> Cohort:
    return Cohort(**row, decision_median=median(decisions), decision_p90=ninetieth(decisions))
