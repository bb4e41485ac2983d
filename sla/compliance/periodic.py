"""Commitments counted over a period: volume, quality, readiness, feedback and complete records."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from leads.models import BantFact, Deal
from sla.choices import REASON_NOT_RECORDED, REFUSED_STATES, HandoffState, Ruling
from sla.compliance.cohorts import COUNTS_ACCEPTED, COUNTS_DECLINED, PASSED_ON, offered_in
from sla.compliance.periods import Filters, Period, months_before
from sla.models import Handoff

REFUSED = [state.value for state in REFUSED_STATES]
CLOSED = (HandoffState.WON, HandoffState.LOST)


@dataclass(frozen=True, slots=True)
class Units:
    """So many of so many kept the commitment."""

    kept: int
    closed: int


@dataclass(frozen=True, slots=True)
class Volume:
    """Sales-ready leads handed over: what counts against the promise and what stands apart."""

    counted: int
    recycled: int
    sales_generated: int
    taken_off: int
    promised: int | None = None
    promised_by_now: float | None = None
    days: tuple[tuple[date, int], ...] = ()


def quality(period: Period | None, filters: Filters, leg: int) -> Units:
    """Count accepted among decided offers of the leg, as the cohort does."""
    row = offered_in(period, filters, leg).aggregate(
        kept=Count("id", filter=COUNTS_ACCEPTED),
        declined=Count("id", filter=COUNTS_DECLINED),
    )
    return Units(row["kept"], row["kept"] + row["declined"])


def readiness(period: Period | None, filters: Filters, leg: int) -> Units:
    """Count offers whose dossier was complete when it was handed over."""
    row = handed(period, filters, leg).aggregate(
        kept=Count("id", filter=Q(snapshot__is_complete=True)),
        closed=Count("id", filter=Q(snapshot__isnull=False)),
    )
    return Units(row["kept"], row["closed"])


def feedback_units(period: Period | None, filters: Filters) -> tuple[QuerySet[Handoff], Q]:
    """Return the handoffs that owed Marketing an answer and the condition of having given it.

    Owed: a reason on every decline and return, a quality verdict on each worked lead that came to an end.
    """
    ended = Q(state__in=[*REFUSED, HandoffState.CONVERTED, *CLOSED])
    owed = _ended_in(period, filters).filter(ended)
    gave_reason = Q(state__in=REFUSED) & ~Q(reason_code__in=["", REASON_NOT_RECORDED])
    return owed, gave_reason | (~Q(state__in=REFUSED) & ~Q(quality=""))


def feedback(period: Period | None, filters: Filters) -> Units:
    owed, gave = feedback_units(period, filters)
    row = owed.aggregate(kept=Count("id", filter=gave), closed=Count("id"))
    return Units(row["kept"], row["closed"])


def record_units(
    period: Period | None, filters: Filters, record: tuple[str, ...]
) -> tuple[QuerySet[Handoff], Q]:
    """Return the worked leads of the period and the condition that Sales recorded all it must.

    Amount and margin are owed on won deals only; a next step on leads still open.
    """
    worked = offered_in(period, filters, leg=1).filter(accepted_at__isnull=False)
    for kind in ("budget", "authority", "need", "timing"):
        known = BantFact.objects.filter(lead=OuterRef("lead"), kind=kind)
        worked = worked.annotate(**{f"knows_{kind}": Exists(known)})
    won = Deal.objects.filter(lead=OuterRef("lead"), state="won", amount__isnull=False)
    worked = worked.annotate(has_amount=Exists(won), has_margin=Exists(won.filter(margin__isnull=False)))
    tests = {
        "bant": Q(knows_budget=True, knows_authority=True, knows_need=True, knows_timing=True),
        "next_step": Q(is_ended=True) | Q(lead__next_step_on__isnull=False),
        "outcome": Q(is_ended=False) | Q(state__in=[*REFUSED, *CLOSED, HandoffState.CONVERTED]),
        "amount": ~Q(state=HandoffState.WON) | Q(has_amount=True),
        "margin": ~Q(state=HandoffState.WON) | Q(has_margin=True),
    }
    complete = Q()
    for name in record:
        complete &= tests[name]
    return worked, complete


def records(period: Period | None, filters: Filters, record: tuple[str, ...]) -> Units:
    worked, complete = record_units(period, filters, record)
    row = worked.aggregate(kept=Count("id", filter=complete), closed=Count("id"))
    return Units(row["kept"], row["closed"])


def volume(
    period: Period | None, filters: Filters, now: datetime, promised: Decimal | float | None, per: str
) -> Volume:
    """Count first-cycle leads sourced by Marketing; a promise per month or quarter scales to the period."""
    offers = handed(period, filters, leg=1).filter(lead__merged_into__isnull=True)
    counted = countable(offers)
    total = None if promised is None or period is None else float(promised) * _times(period, per)
    row = offers.aggregate(
        recycled=Count("lead", distinct=True, filter=Q(cycle__gt=1)),
        sales_generated=Count("lead", distinct=True, filter=Q(lead__is_sales_generated=True)),
        taken_off=Count("lead", distinct=True, filter=Q(refusal__ruling=Ruling.UPHELD, cycle=1)),
    )
    return Volume(
        counted=counted.values("lead").distinct().count(),
        **row,
        promised=None if total is None else round(total),
        promised_by_now=None if total is None or period is None else total * _passed(period, now),
        days=tuple(_per_day(counted, period)) if period else (),
    )


def promised(amount: float, period: Period, per: str) -> int:
    """Return how many are promised in a period, from a promise per month or quarter."""
    return round(float(amount) * _times(period, per))


def countable(offers: QuerySet[Handoff]) -> QuerySet[Handoff]:
    """Keep first cycles sourced by Marketing whose decline, if any, was not upheld."""
    first = offers.filter(cycle=1, lead__is_sales_generated=False, lead__merged_into__isnull=True)
    return first.exclude(refusal__ruling=Ruling.UPHELD)


def handed(period: Period | None, filters: Filters, leg: int) -> QuerySet[Handoff]:
    """Return the offers of the leg, each cycle once: hops that were passed on are left out."""
    return offered_in(period, filters, leg).exclude(state__in=PASSED_ON)


def _ended_in(period: Period | None, filters: Filters) -> QuerySet[Handoff]:
    found = Handoff.objects.filter(filters.on_handoffs(), is_ended=True)
    if period is None:
        return found
    return found.filter(ended_at__gte=period.start_at, ended_at__lt=period.end_at)


def _times(period: Period, per: str) -> float:
    """Return how many months or quarters the period is: whole ones exactly, else by days."""
    months = (
        (period.last_on.year - period.first_on.year) * 12 + period.last_on.month - period.first_on.month + 1
    )
    whole = period.first_on.day == 1 and (period.last_on + timedelta(days=1)).day == 1
    if not whole:
        in_month = (months_before(period.first_on, -1) - months_before(period.first_on, 0)).days
        months_float = ((period.last_on - period.first_on).days + 1) / in_month
        return months_float / (3 if per == "quarter" else 1)
    return months / (3 if per == "quarter" else 1)


def _passed(period: Period, now: datetime) -> float:
    """Return the share of the period that has passed at `now`, 0 to 1."""
    whole = (period.end_at - period.start_at).total_seconds()
    return min(1.0, max(0.0, (now - period.start_at).total_seconds() / whole))


def _per_day(counted: QuerySet[Handoff], period: Period) -> list[tuple[date, int]]:
    rows = (
        counted.annotate(day=TruncDate("offered_at", tzinfo=period.start_at.tzinfo))
        .values("day")
        .order_by("day")
        .annotate(n=Count("lead", distinct=True))
    )
    return [(row["day"], row["n"]) for row in rows]
