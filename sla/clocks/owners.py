"""Clocks when a lead changes hands: the lead's own run on, a new owner gets fresh ones beside them."""

from datetime import datetime

from leads.models import User
from sla import clockwork
from sla.choices import ClockScope, Event
from sla.clocks import rows
from sla.clocks.hearing import Hearing
from sla.models import Clock, Handoff


def carry(
    *, from_handoff: Handoff, to_handoff: Handoff, now: datetime, actor: User | None = None
) -> list[Clock]:
    """Let the open clocks of Sales go over to the next hop; a question that waits ends with the old one."""
    hearing = Hearing(lead=to_handoff.lead, handoff=from_handoff, now=now, actor=actor)
    hearing.hear(Event.REROUTED, at=now)
    hand_on(hearing, to_handoff, now)
    return hearing.save()


def person(*, handoff: Handoff, now: datetime, actor: User | None = None) -> list[Clock]:
    """Let the clocks of Sales go over to the handoff's new owner."""
    hearing = Hearing(lead=handoff.lead, handoff=handoff, now=now, actor=actor)
    hand_on(hearing, handoff, now)
    return hearing.save()


def settle(*, handoff: Handoff, now: datetime, actor: User | None = None) -> list[Clock]:
    """Let the clocks of Sales run on with whoever takes a lead from the pool, or gives it back."""
    hearing = Hearing(lead=handoff.lead, handoff=handoff, now=now, actor=actor)
    for clock in _of_sales(hearing):
        if clock.scope == ClockScope.LEAD and clock.rep_id != handoff.rep_id:
            _hand_over(hearing, clock, handoff, now)
    return hearing.save()


def hand_on(hearing: Hearing, handoff: Handoff, now: datetime) -> None:
    """Let the clocks of Sales in a hearing go over to the next hop, or to the handoff's new owner."""
    for clock in _of_sales(hearing):
        if clock.scope == ClockScope.PERSON:
            hearing.advance(clock, "cancel", at=now, detail={"by": "handed_on"})
            continue
        is_new_owner = handoff.rep_id is not None and handoff.rep_id != clock.rep_id
        _hand_over(hearing, clock, handoff, now)
        if is_new_owner:
            hearing.open(
                clock.commitment,
                clock.version,
                at=now,
                scope=ClockScope.PERSON,
                handoff=handoff,
                rep=handoff.rep,
            )


def _of_sales(hearing: Hearing) -> list[Clock]:
    from_id = hearing.handoff.pk if hearing.handoff else None
    found = (clock for clock in hearing.clocks if clock.handoff_id == from_id and clock.side == "sales")
    return [clock for clock in found if clock.ended_at is None]


def _hand_over(hearing: Hearing, clock: Clock, handoff: Handoff, now: datetime) -> None:
    """Give one clock to the next hop or owner, by whose hours it counts on if its commitment says so.

    In the pool it is nobody's, and counts by the hours of the team.
    """
    before = {"handoff": clock.handoff_id, "rep": clock.rep_id}
    state = rows.state_of(clock)
    clock.handoff, clock.rep, clock.team = handoff, handoff.rep, handoff.team
    carried = clockwork.Entry(
        seq=state.seq + 1,
        event=rows.CARRIED,
        step=None,
        happened_at=now,
        noticed_at=now,
        due_before=state.due_at,
        due_after=state.due_at,
        detail=before,
    )
    hearing.take(clock, state._replace(seq=carried.seq), [carried])
    if clock.commitment.whose_hours == "rep":
        hearing.recalendar(clock, at=now)
