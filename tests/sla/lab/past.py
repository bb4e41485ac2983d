"""A small past for the lab: handoffs with frozen facts and known ends, written as the moves would."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from leads.models import Lead, Team
from sla import standings
from sla.lab.asking import Asked, Draft, read_criterion
from sla.models import AgreementVersion, Handoff
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)


def asked(criterion: dict[str, Any], against: dict[str, Any] | None = None, **fields: Any) -> Asked:
    """A question about all of the past, compared with another gate."""
    return Asked(
        draft=Draft(read_criterion(criterion)),
        against=read_criterion(against) if against else None,
        now=NOW,
        **{"maturity": 30 * DAY, **fields},
    )


def handed(
    version: AgreementVersion,
    team: Team,
    state: str = "accepted",
    *,
    days_ago: int = 60,
    touched_after: int | None = None,
    reason: str = "",
    lead: Lead | None = None,
    **known: Any,
) -> Handoff:
    """One handoff offered so many days ago; `touched_after` days later Sales touched the lead."""
    at = NOW - days_ago * DAY
    lead = lead or factories.make_lead(now=at, **{"created_at": at - 10 * DAY, **known})
    handoff = Handoff.objects.create(
        lead=lead,
        version=version,
        team=team,
        state=state,
        reason_code=reason,
        offered_at=at,
        is_ended=state in ("declined", "won", "lost"),
        ended_at=at + DAY if state in ("declined", "won", "lost") else None,
        closed_at=at + 20 * DAY if state == "won" else None,
    )
    standings.freeze_at([(handoff, at)])
    if touched_after is not None:
        ago = NOW - (at + touched_after * DAY)
        factories.add_touch(lead, "call", side="sales", ago=ago)
    if state == "won":
        amount, margin = Decimal(1000), Decimal("0.4")
        factories.won_deal(lead, closed_at=at + 20 * DAY, amount=amount, currency="EUR", margin=margin)
    return handoff
