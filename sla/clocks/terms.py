"""What a commitment allows one clock: how long, in whose hours, with which ladder."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from leads.models import Lead
from sla import agreements, calendars, clockwork
from sla.businesstime import Schedule
from sla.document import KINDS, Document, Span
from sla.models import Clock, Commitment

DaysOff = dict[int, frozenset[date]]


def allowed(commitment: Commitment, document: Document, lead: Lead) -> Span | None:
    """Return the time allowed; for commitments against going stale it is the stage's, None if it has none."""
    if KINDS[commitment.kind].measure != "stale":
        return Span(int(commitment.amount or 0), commitment.unit)
    days = {stage.code: stage.stale_after_business_days for stage in document.stages}.get(lead.stage)
    return Span(days, "business_days") if days else None


def terms(span: Span, commitment: Commitment) -> clockwork.Terms:
    """Return what clockwork needs to know of a commitment."""
    return _terms(span.amount, span.unit, commitment.warn_at, commitment.rungs)


def terms_of(clock: Clock) -> clockwork.Terms:
    """Return the terms a clock was started with; reads its commitment."""
    return terms(Span(clock.allowance, clock.unit), clock.commitment)


def attach_commitments(clocks: Iterable[Clock]) -> None:
    """Give each clock its commitment and version, in one query for those that nobody read before."""
    clocks = list(clocks)
    found = agreements.commitments_of(clock.commitment_id for clock in clocks)
    for clock in clocks:
        clock.commitment = found[clock.commitment_id]
        clock.version = clock.commitment.version


def schedules_of(clocks: Iterable[Clock]) -> dict[int, Schedule]:
    """Return by clock id the hours each was computed with, in at most one query; reads commitments."""
    clocks = list(clocks)
    days = days_off(clocks)
    return {clock.pk: schedule_of(clock, days) for clock in clocks}


def schedule_of(clock: Clock, days: DaysOff) -> Schedule:
    """Return the hours a clock was computed with; raises `calendars.CalendarMissing`."""
    own = days.get(clock.rep_id, frozenset()) if clock.rep_id and is_personal(clock) else frozenset()
    return calendars.with_days_off(clock.calendar_key, clock.calendar_revision, own)


def replaced(clock: Clock, before: Schedule) -> dict[str, Any]:
    """Return the hours that a clock leaves as its log keeps them; call it while the row still names them."""
    own = before.holidays - calendars.schedule(clock.calendar_key, clock.calendar_revision).holidays
    days = sorted(day.isoformat() for day in own if day >= clock.started_at.date() - timedelta(days=1))
    return {"before": {"key": clock.calendar_key, "revision": clock.calendar_revision, "off": days}}


def earlier(entries: Iterable[clockwork.Entry]) -> dict[int, Schedule]:
    """Return by the number of a `recalendared` line the hours that ruled until then, where it tells."""
    noted = {entry.seq: entry.detail["before"] for entry in entries if "before" in entry.detail}
    return {
        seq: calendars.with_days_off(
            one["key"], one["revision"], frozenset(date.fromisoformat(day) for day in one["off"])
        )
        for seq, one in noted.items()
    }


def days_off(clocks: Iterable[Clock]) -> DaysOff:
    """Return the days on which the reps are away whose hours rule these clocks."""
    reps = {clock.rep_id for clock in clocks if clock.rep_id and is_personal(clock)}
    return calendars.absent_days(reps) if reps else {}


@lru_cache(maxsize=1024)
def _terms(
    amount: int, unit: str, warn_at: float | None, rungs: tuple[tuple[float, str, str], ...]
) -> clockwork.Terms:
    return clockwork.Terms(amount, unit, warn_at, tuple(clockwork.Rung(*rung) for rung in rungs))


def is_personal(clock: Clock) -> bool:
    """Tell whether a clock counts by its rep's own hours; reads its commitment."""
    return clock.commitment.whose_hours == "rep"
