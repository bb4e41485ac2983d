"""The leads behind a figure: every number drills down to its rows, counted by the same conditions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from leads.choices import Side
from leads.models import Lead, User
from sla.choices import PERIODIC_KINDS, Cause
from sla.compliance import cohorts, periodic, timed
from sla.compliance.periods import Filters, Period
from sla.compliance.promises import Promise
from sla.models import Clock, Handoff

#: Most rows one page or file shows.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Member:
    """One lead behind a figure; times are None where they do not apply."""

    lead_id: int
    lead: str
    account: str
    source: str
    owner: str
    state: str
    #: How it counts: kept, missed or open of a clock; the state of a handoff.
    outcome: str
    started_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    lateness: timedelta | None
    cause: str
    reason: str
    clock_id: int | None = None
    handoff_id: int | None = None
    is_excused: bool = False
    #: Sales' touches between offer and end, where leads are told by the work they took.
    touches: int | None = None

    @property
    def cause_label(self) -> str:
        return str(Cause(self.cause).label) if self.cause else ""


def of_commitment(
    promise: Promise,
    bucket: str,
    period: Period | None,
    filters: Filters,
    now: datetime,
    visible: QuerySet[Lead] | None = None,
) -> list[Member]:
    """Return the leads of a commitment in a bucket: kept, missed, open, or any other word for all.

    `visible` keeps those leads only that a person may see; None keeps all.
    """
    code, kind = promise.commitment.code, promise.commitment.kind
    if kind in PERIODIC_KINDS:
        return of_handoffs(_units_of(promise, bucket, period, filters), visible)
    found = timed.clocks_in(period, filters).filter(commitment__code=code, version__in=promise.versions)
    clocks = timed.in_bucket(found, bucket, now)
    related = clocks.filter(_seen(visible)).select_related("lead__account", "rep", "handoff__rep")
    related = related.order_by("due_at", "id")[:MOST]
    return [_from_clock(clock) for clock in related]


def of_offers(
    bucket: str, leg: int, period: Period | None, filters: Filters, visible: QuerySet[Lead] | None = None
) -> list[Member]:
    """Return the leads of an offer cohort, by a bucket of `cohorts.in_bucket` or `never_followed_up`.

    By day of offer; those `in_vain` by the work they took, the most first.
    """
    if bucket == "never_followed_up":
        return of_handoffs(cohorts.handed_over(period, filters).filter(touched=0), visible)
    found = cohorts.in_bucket(cohorts.offered_in(period, filters, leg), bucket)
    if bucket == "in_vain":
        return of_handoffs(cohorts.worked(found), visible, order=("-touches", "id"))
    return of_handoffs(found, visible)


def of_handoffs(
    found: QuerySet[Handoff],
    visible: QuerySet[Lead] | None = None,
    *,
    order: tuple[str, ...] = ("offered_at", "id"),
) -> list[Member]:
    """Return the leads of some handoffs."""
    related = found.filter(_seen(visible)).select_related("lead__account", "rep")
    return [_from_handoff(handoff) for handoff in related.order_by(*order)[:MOST]]


def _units_of(promise: Promise, bucket: str, period: Period | None, filters: Filters) -> QuerySet[Handoff]:
    kind, leg = promise.commitment.kind, promise.leg
    if kind == "feedback":
        units, kept = periodic.feedback_units(period, filters, leg)
    elif kind == "records":
        units, kept = periodic.record_units(period, filters, promise)
    else:
        units, kept = _conditions(kind, periodic.handed(period, filters, leg))
    units = units.filter(version__in=promise.versions)
    if bucket == "kept":
        return units.filter(kept)
    return units.exclude(pk__in=units.filter(kept).values("pk")) if bucket == "missed" else units


def _conditions(kind: str, units: QuerySet[Handoff]) -> tuple[QuerySet[Handoff], Q]:
    if kind == "readiness":
        return units.filter(snapshot__isnull=False), Q(snapshot__is_complete=True)
    if kind == "quality":
        decided = cohorts.COUNTS_ACCEPTED | Q(state="declined")
        return units.filter(decided), cohorts.COUNTS_ACCEPTED
    if kind == "volume":
        return periodic.countable(units), Q()
    return units, Q(state="won")


def _seen(visible: QuerySet[Lead] | None) -> Q:
    return Q() if visible is None else Q(lead_id__in=visible.values("pk"))


def owner_of(clock: Clock) -> User | None:
    """Return whose clock it is: the rep of the handoff owes what Sales promised, never what Marketing did."""
    if clock.rep or clock.handoff is None or clock.side != Side.SALES:
        return clock.rep
    return clock.handoff.rep


def _from_clock(clock: Any) -> Member:
    """Return the lead of a clock that `timed.in_bucket` told the bucket of."""
    lead = clock.lead
    assert lead is not None  # every clock that counts here stands on a lead
    return Member(
        lead_id=lead.pk,
        lead=str(lead),
        account=lead.account.name,
        source=lead.source,
        owner=str(owner_of(clock) or ""),
        state=clock.state,
        outcome=clock.bucket,
        started_at=clock.started_at,
        due_at=clock.due_at,
        ended_at=clock.ended_at,
        lateness=clock.lateness,
        cause=clock.cause,
        reason=clock.handoff.reason_code if clock.handoff else "",
        clock_id=clock.pk,
        is_excused=clock.is_excused,
        handoff_id=clock.handoff_id,
    )


def _from_handoff(handoff: Handoff) -> Member:
    lead = handoff.lead
    return Member(
        lead_id=lead.pk,
        lead=str(lead),
        account=lead.account.name,
        source=lead.source,
        owner=str(handoff.rep or ""),
        state=handoff.state,
        outcome=handoff.state,
        started_at=handoff.offered_at,
        due_at=None,
        ended_at=handoff.ended_at or handoff.decided_at,
        lateness=None,
        cause="",
        reason=handoff.reason_code,
        handoff_id=handoff.pk,
        touches=getattr(handoff, "touches", None),
    )
