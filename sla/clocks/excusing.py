"""A breach that both sides agree was nobody's fault: it stays in the log and counts as an exception."""

from datetime import datetime

from leads.models import User
from sla.clocks.hearing import Hearing
from sla.models import Clock


def excuse(*, clock: Clock, now: datetime, actor: User | None = None) -> None:
    """Excuse the breach of a clock, open or ended; one that is not late stays as it is."""
    assert clock.lead is not None  # every clock stands on a lead
    hearing = Hearing(lead=clock.lead, now=now, actor=actor, also=[clock.pk])
    for one in hearing.clocks:
        if one.pk == clock.pk:
            hearing.advance(one, "excuse", at=now)
    hearing.save()
