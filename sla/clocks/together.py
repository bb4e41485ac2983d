"""What happens to the clocks of many leads at once: read, moved and written in a handful of statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from leads.models import Lead, User
from sla.clocks import rows, starting
from sla.clocks.hearing import Hearing
from sla.clocks.shared import read_together
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
    return _save(hearings, now, actor)


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
        hearing = Hearing(lead=lead, now=now, actor=actor, shared=shared)
        hearing.judge = lambda lead: judged.get(lead.pk) or starting.of_lead(lead)
        hearing.hear(event, at=at)
        hearings.append(hearing)
    return _save(hearings, now, actor)


def _save(hearings: Sequence[Hearing], now: datetime, actor: User | None) -> list[Clock]:
    changes = [change for hearing in hearings for change in hearing.take_changes()]
    rows.write(changes, now=now, actor_id=actor.pk if actor else None)
    return [change.clock for change in changes]
