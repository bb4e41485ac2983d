"""How the round before ended, and what has happened since."""

from dataclasses import dataclass
from datetime import datetime

from leads.choices import TouchSide
from leads.models import Lead, Touch
from sla import readiness, standings
from sla.choices import REFUSED_STATES
from sla.models import Handoff


@dataclass(frozen=True, slots=True)
class Round:
    """The refusal that ended the cycle before, with the facts as they stood when it was offered."""

    handoff: Handoff
    before: readiness.Facts
    now: readiness.Facts
    touches_since: int
    people_since: int
    latest_since: datetime | None


def last(
    lead: Lead,
    handoff: Handoff | None,
    handoffs: tuple[Handoff, ...],
    explanation: standings.Explanation | None,
) -> Round | None:
    """Return what the cycle before ended with, None in the first cycle."""
    if handoff is None or handoff.cycle < 2:
        return None
    refused = next(
        (one for one in handoffs if one.cycle < handoff.cycle and one.state in REFUSED_STATES), None
    )
    snapshot = getattr(refused, "snapshot", None)
    if refused is None or snapshot is None or explanation is None:
        return None
    since = refused.ended_at or refused.decided_at or snapshot.taken_at
    touches = Touch.objects.filter(lead__account=lead.account_id, happened_at__gt=since)
    touches = touches.exclude(side=TouchSide.SALES)
    seen = list(touches.order_by("-happened_at").values_list("lead_id", "happened_at")[:200])
    return Round(
        handoff=refused,
        before=standings.facts_from_snapshot(snapshot, explanation.engagement.half_life_days),
        now=explanation.facts,
        touches_since=len(seen),
        people_since=len({lead_id for lead_id, _at in seen}),
        latest_since=seen[0][1] if seen else None,
    )
