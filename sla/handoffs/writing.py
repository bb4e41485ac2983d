"""Writing offers, one or many at once: the rows with the facts frozen, the new owners, the notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from leads import outbox, setbased, storing
from leads.models import Lead, User
from sla import agreements, calendars, routing, standings
from sla.businesstime import Schedule
from sla.choices import HandoffState
from sla.document import Document
from sla.models import Handoff


@dataclass(frozen=True)
class Hop:
    """An offer about to be written: whom it goes to, and the other columns of its row."""

    lead: Lead
    choice: routing.Choice
    known: dict[str, Any]


def write(*, hops: Sequence[Hop], now: datetime, actor: User | None) -> list[Handoff]:
    """Write offers with the facts frozen, in a number of statements that does not grow."""
    handoffs = [
        Handoff(
            lead=hop.lead,
            state=HandoffState.OFFERED,
            rep=hop.choice.rep,
            team=hop.choice.team,
            offered_by=actor,
            offered_at=now,
            trace=hop.choice.trace,
            **hop.known,
        )
        for hop in hops
    ]
    hours: dict[str, Schedule] = {}
    for handoff in handoffs:
        handoff.expires_at = expires_at(handoff, agreements.document(handoff.version), now, hours=hours)
    storing.store(handoffs)
    standings.freeze_at([(handoff, now) for handoff in handoffs])
    return handoffs


def announce(*, handoffs: Sequence[Handoff], now: datetime, actor: User | None) -> None:
    """Give leads to whom they are offered, and leave the notices."""
    held = [one for one in handoffs if (one.lead.owner_id, one.lead.team_id) != (one.rep_id, one.team_id)]
    setbased.update_rows(
        Lead, [{"id": one.lead_id, "owner_id": one.rep_id, "team_id": one.team_id} for one in held]
    )
    for handoff in held:
        handoff.lead.owner, handoff.lead.team = handoff.rep, handoff.team
    notices = [_notice(handoff, now, actor) for handoff in handoffs]
    notices += [_alarm(handoff, now) for handoff in handoffs if routing.is_unplaced(handoff)]
    outbox.put_many(notices, now=now)


def expires_at(
    handoff: Handoff,
    document: Document,
    now: datetime,
    paused_at: datetime | None = None,
    hours: dict[str, Schedule] | None = None,
) -> datetime | None:
    """Return when an offer to a person ends by itself, None when it never does: pools wait for ever.

    With `paused_at` only the time that was left then counts from now. `hours` keeps schedules read.
    """
    expiry = document.expiry
    if expiry is None or handoff.rep_id is None:
        return None
    team = handoff.team
    key = team.calendar.key if team.calendar else document.calendars[document.leg(handoff.leg).to_side]
    known = {} if hours is None else hours
    if key not in known:
        known[key] = calendars.schedule(key)
    span = known[key].allowance(expiry.after.amount, expiry.after.unit)
    if paused_at and handoff.offered_at:
        span -= known[key].elapsed_by(handoff.offered_at, paused_at, expiry.after.unit)
    return known[key].due_by(now, span, expiry.after.unit)


def _notice(handoff: Handoff, now: datetime, actor: User | None) -> outbox.Message:
    return outbox.Message(
        key=f"handoff:{handoff.pk}:{handoff.seq}",
        kind="handoff.offer",
        subject_type="handoff",
        subject_id=handoff.pk,
        not_before=now,
        lead_id=handoff.lead_id,
        recipient_id=handoff.rep_id,
        data={"state": handoff.state, "actor": actor.pk if actor else None, "team": handoff.team_id},
    )


def alarm(*, handoff: Handoff, now: datetime) -> None:
    """Tell managers and operations that nobody is there to take a lead, once an hour for each team."""
    outbox.put_many([_alarm(handoff, now)], now=now)


def _alarm(handoff: Handoff, now: datetime) -> outbox.Message:
    """Return the notice that nobody could take a lead: one an hour for each team, however many wait."""
    return outbox.Message(
        key=f"unplaced:{handoff.team_id}:{now.astimezone(UTC):%Y%m%d%H}",
        kind="handoff.unplaced",
        subject_type="handoff",
        subject_id=handoff.pk,
        not_before=now,
        lead_id=handoff.lead_id,
        data={"team": handoff.team_id},
    )
