"""What happens to the clocks of many leads at once: read, moved and written in a handful of statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from leads.models import Lead, User
from sla.clocks import rows, starting
from sla.clocks.hearing import Hearing
from sla.clocks.shared import Shared, read_together
from sla.models import AgreementVersion, Clock, Handoff

Judged = Mapping[int, tuple[AgreementVersion, str]]


@transaction.atomic
def hear_many(
    *, event: str, handoffs: Sequence[Handoff], now: datetime, actor: User | None = None
) -> list[Clock]:
    """Let one event work on the clocks of many handoffs, each with its lead; return those changed."""
    shared = read_together([handoff.lead_id for handoff in handoffs])
    hearings = []
    for handoff in handoffs:
        hearing = Hearing(lead=handoff.lead, handoff=handoff, now=now, actor=actor, shared=shared)
        hearing.hear(event, at=now)
        hearings.append(hearing)
    return save(hearings, now)


@transaction.atomic
def hear_of_leads(
    *,
    event: str,
    leads: Sequence[tuple[Lead, datetime]],
    judged: Judged,
    now: datetime,
    actor: User | None = None,
) -> list[Clock]:
    """Let one event, which happened to each lead at a moment of its own, work on the clocks of many leads.

    `judged` names by lead the version and tier of its standing; for others it is looked up.
    """
    shared = read_together([lead.pk for lead, _at in leads])
    hearings = []
    for lead, at in leads:
        hearing = of_lead(lead, shared, judged, now, actor)
        hearing.hear(event, at=at)
        hearings.append(hearing)
    return save(hearings, now)


def of_lead(lead: Lead, shared: Shared, judged: Judged, now: datetime, actor: User | None = None) -> Hearing:
    """Return the hearing of one lead among many, judged as `judged` says."""
    hearing = Hearing(lead=lead, now=now, actor=actor, shared=shared)
    hearing.judge = lambda lead: judged.get(lead.pk) or starting.of_lead(lead)
    return hearing


def save(hearings: Sequence[Hearing], now: datetime) -> list[Clock]:
    """Write together what the hearings of many leads changed; return those clocks."""
    changes = [change for hearing in hearings for change in hearing.take_changes()]
    rows.write(changes, now=now)
    return [change.clock for change in changes]
