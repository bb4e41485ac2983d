"""Clocks of imported history: met, late and cancelled as they would have been then, without notices."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from sla.clocks.hearing import Hearing
from sla.models import Clock, Handoff


@transaction.atomic
def history(
    *,
    handoff: Handoff,
    events: Iterable[tuple[str, datetime]],
    now: datetime,
    sweep_until: datetime | None = None,
) -> list[Clock]:
    """Let a past handoff's events (see `choices.Event`) work in the order of their times; return its clocks.

    Every line of the log is noticed when it happened. `sweep_until` takes all steps due by then;
    without it they are left to the next sweep. Clocks of Sales that an ended handoff left open are cancelled.
    """
    hearing = Hearing(lead=handoff.lead, handoff=handoff, now=now)
    at = now
    for event, at in sorted(events, key=lambda one: one[1]):
        hearing.now = at
        hearing.hear(event, at=at)
    for clock in hearing.clocks:
        if clock.handoff_id != handoff.pk or clock.ended_at is not None:
            continue
        if handoff.is_ended and clock.side == "sales":
            hearing.advance(clock, "cancel", at=at, detail={"by": "ended"})
        elif sweep_until:
            hearing.now = sweep_until
            hearing.advance(clock, "tick", at=sweep_until)
    hearing.now = now
    return hearing.save()
