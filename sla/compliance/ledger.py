"""The ledger: every commitment of both sides with its due time, its proof and its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from leads.models import Lead, Touch, User
from sla.choices import PERIODIC_KINDS
from sla.compliance import timed
from sla.compliance.lines import Line
from sla.compliance.periods import Filters, Period
from sla.compliance.report import Report
from sla.models import Clock, ClockEvent

#: `open` is running and not due yet, `paused` has no due time now, `missed` includes open and overdue ones.
OUTCOMES = ("kept", "missed", "open", "excused")


@dataclass(frozen=True, slots=True)
class Proof:
    """What kept a commitment: the touch, or whoever acted, at what moment; all None where there is none."""

    at: datetime | None = None
    touch: Touch | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One timed commitment on one lead."""

    clock: Clock
    outcome: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class PeriodEntry:
    """One commitment counted over the period, due on its last day; `outcome` of a line, or `open` until then.

    The proof is the count: `kept` of `n`.
    """

    line: Line
    due_on: date | None
    outcome: str


def over_period(report: Report, today: date) -> list[PeriodEntry]:
    """Return the commitments that a period settles as a whole; until it is over they are open."""
    period = report.period
    return [
        PeriodEntry(line, period.last_on if period else None, _outcome(line, period, today))
        for line in report.lines
        # Reviews of the definition have days of their own: `reviews.owed`.
        if line.kind in PERIODIC_KINDS and line.kind != "definition_review"
    ]


def clocks(
    period: Period | None,
    filters: Filters,
    now: datetime,
    *,
    side: str = "",
    outcome: str = "",
    visible: QuerySet[Lead] | None = None,
) -> QuerySet[Clock]:
    """Return the clocks that fall due in the period, the latest first; cancelled ones owe nothing.

    `visible` keeps those leads only that a person may see; None keeps all.
    """
    found = timed.clocks_in(period, filters).filter(Q(breached_at__isnull=False) | ~Q(state="cancelled"))
    if side:
        found = found.filter(side=side)
    if outcome:
        found = found.filter(_CONDITIONS[outcome](now))
    if visible is not None:
        found = found.filter(lead_id__in=visible.values("pk"))
    related = ("commitment", "lead__account", "rep", "handoff__rep")
    return found.select_related(*related).order_by(F("due_at").desc(nulls_last=True), "-id")


def entries(page: Sequence[Clock], now: datetime) -> list[Entry]:
    """Return clocks with outcome and proof; three queries for any number of them."""
    ended = [clock.pk for clock in page if clock.state == "met"]
    met = ClockEvent.objects.filter(clock__in=ended, event="met").order_by("seq")
    last = {event.clock_id: event for event in met}
    touches = Touch.objects.in_bulk({pk for event in last.values() if (pk := event.detail.get("touch"))})
    actors = {event.actor_id for event in last.values()}
    names = dict(User.objects.filter(pk__in=[pk for pk in actors if pk]).values_list("pk", "name"))
    return [
        Entry(clock, outcome_of(clock, now), _proof(last.get(clock.pk), touches, names)) for clock in page
    ]


def outcome_of(clock: Clock, now: datetime) -> str:
    """Return kept, missed, excused or open, by the same conditions as the counts."""
    if clock.breached_at is not None or (clock.ended_at is None and clock.due_at and clock.due_at < now):
        return "excused" if clock.is_excused or clock.cause == "system" else "missed"
    return "kept" if clock.state == "met" else "open"


_CONDITIONS = {
    "kept": lambda now: timed.is_kept(),
    "missed": lambda now: timed.is_missed(now) & ~timed.is_exception(),
    "open": lambda now: timed.is_open(now),
    "excused": lambda now: timed.is_missed(now) & timed.is_exception(),
}


def _proof(event: ClockEvent | None, touches: dict[int, Touch], names: dict[int, str]) -> Proof:
    if event is None:
        return Proof()
    touch = touches.get(event.detail.get("touch", 0))
    return Proof(event.happened_at, touch, names.get(event.actor_id or 0, ""))


def _outcome(line: Line, period: Period | None, today: date) -> str:
    is_over = period is not None and period.last_on < today
    if line.status in ("none", "unjudged", "unknown", "too_few", "too_early") or is_over:
        return line.status
    return "open"
