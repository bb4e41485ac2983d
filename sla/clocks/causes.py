"""Why a commitment was missed, computed from what was so at the breach; the first that holds is named.

For everybody: `system`, when no sweep ran at the due time and nobody had been warned before. For Sales
then, in this order: nobody owned it, the owner was away on the due day, held more leads than agreed at the
due time, Marketing had handed over more that day than agreed, the dossier was incomplete when offered. Else
idle.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from leads.models import User
from sla import agreements, calendars, outages
from sla.choices import Cause
from sla.models import AgreementVersion, Clock, Handoff, Snapshot

#: Missing these may be the fault of too many leads at once.
_SWAMPED = ("decide", "first_touch")
_INSTANT = timedelta(microseconds=1)


def assign(clocks: Sequence[Clock]) -> None:
    """Set the cause of clocks that have just been breached, with a constant number of queries.

    History says nothing of who was away or swamped then: its causes stay blank.
    """
    known = [clock for clock in clocks if not clock.is_history]
    of_sales = [clock for clock in known if clock.side == "sales"]
    unswept = _unswept(known)
    for clock in known:
        clock.cause = Cause.SYSTEM if id(clock) in unswept else Cause.IDLE
    of_sales = [clock for clock in of_sales if clock.cause != Cause.SYSTEM]
    if not of_sales:
        return
    reps = {clock.rep_id for clock in of_sales if clock.rep_id}
    handoffs = {clock.handoff_id for clock in of_sales if clock.handoff_id}
    away, full = calendars.absent_days(reps), _over_capacity(of_sales)
    incomplete = set(Snapshot.objects.filter(pk__in=handoffs, is_complete=False).values_list("pk", flat=True))
    swamped = _over_delivered([clock for clock in of_sales if clock.kind in _SWAMPED])
    for clock in of_sales:
        causes = (
            (clock.rep_id is None, Cause.UNOWNED),
            (clock.due_on in away.get(clock.rep_id or 0, frozenset()), Cause.ABSENT),
            (id(clock) in full, Cause.OVER_CAPACITY),
            (clock.handoff_id in swamped, Cause.OVER_DELIVERY),
            (clock.handoff_id in incomplete, Cause.INCOMPLETE_DOSSIER),
        )
        clock.cause = next((cause for holds, cause in causes if holds), Cause.IDLE)


def _unswept(clocks: Sequence[Clock]) -> set[int]:
    """Return the clocks (by `id()`) of which nobody could know: due in an outage, not warned before it."""
    due = [clock.breached_at for clock in clocks if clock.breached_at]
    spans = outages.between(min(due), max(due) + _INSTANT) if due else []
    found = set()
    for clock in clocks if spans else ():
        outage = outages.covering(spans, clock.breached_at) if clock.breached_at else None
        if outage and (clock.warned_at is None or clock.warned_at > outage.from_at):
            found.add(id(clock))
    return found


def _over_capacity(clocks: Sequence[Clock]) -> set[int]:
    """Return the clocks (by `id()`) whose owner held more open leads at the due time than agreed."""
    owned = [(clock, clock.breached_at) for clock in clocks if clock.rep_id and clock.breached_at]
    limits = User.objects.filter(pk__in={clock.rep_id for clock, _at in owned}, max_open__isnull=False)
    most = dict(limits.values_list("pk", "max_open"))
    moments = [at for clock, at in owned if clock.rep_id in most]
    if not moments:
        return set()
    held: dict[int, list[tuple[datetime, datetime | None]]] = {rep: [] for rep in most}
    rows = Handoff.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=min(moments)), rep_id__in=most, offered_at__lte=max(moments)
    )
    for rep, offered_at, ended_at in rows.values_list("rep_id", "offered_at", "ended_at"):
        if rep and offered_at:
            held[rep].append((offered_at, ended_at))
    return {
        id(clock)
        for clock, at in owned
        if clock.rep_id in most and _count_at(held[clock.rep_id], at) > (most[clock.rep_id] or 0)
    }


def _count_at(held: Sequence[tuple[datetime, datetime | None]], at: datetime) -> int:
    return sum(since <= at and (until is None or until > at) for since, until in held)


def _over_delivered(clocks: Sequence[Clock]) -> set[int]:
    """Return the handoffs offered on a day on which more were offered than the version allows."""
    by_version: dict[int, set[int]] = {}
    for clock in clocks:
        by_version.setdefault(clock.version_id, set()).add(clock.handoff_id or 0)
    found: set[int] = set()
    versions = AgreementVersion.objects.defer("document", "canonical_text").in_bulk(by_version)
    for version_id, handoffs in by_version.items():
        most, zone = _daily_maximum(versions[version_id])
        if most is None:
            continue
        day = TruncDate("offered_at", tzinfo=zone)
        offered = dict(Handoff.objects.filter(pk__in=handoffs).annotate(day=day).values_list("pk", "day"))
        counts = _offers_by_day(version_id, set(offered.values()), zone)
        found |= {pk for pk, on in offered.items() if counts.get(on, 0) > most}
    return found


def _offers_by_day(version_id: int, days: set[date], zone: Any) -> dict[date, int]:
    first = Handoff.objects.filter(version_id=version_id, leg=1, cycle=1, hop=1, is_history=False)
    counted = first.annotate(day=TruncDate("offered_at", tzinfo=zone)).filter(day__in=days)
    return dict(counted.values_list("day").annotate(n=Count("pk")))


def _daily_maximum(version: AgreementVersion) -> tuple[int | None, Any]:
    document = agreements.document(version)
    maxima = [one.params.get("daily_maximum") for one in document.of_kind("volume", leg=1)]
    most = min((int(one) for one in maxima if one is not None), default=None)
    return most, calendars.schedule(document.calendars["marketing"]).zone if most is not None else None
