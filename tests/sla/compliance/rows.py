"""Handoffs and clocks as rows, placed in time by hand: what the counting rules are shown on."""

from datetime import datetime, timedelta
from typing import Any

from leads.models import Lead, Team
from sla.choices import ClockState
from sla.models import AgreementVersion, Clock, Commitment, Handoff, Refusal
from tests import factories

PAST = ("declined", "returned", "rerouted", "expired", "withdrawn", "won", "lost")


def offer(version: AgreementVersion, team: Team, state: str, at: datetime | None, **fields: Any) -> Handoff:
    """Write one handoff offered at a moment (None: unknown), decided an hour later unless told otherwise."""
    lead = fields.pop("lead", None) or factories.make_lead()
    decided = state not in ("offered", "rerouted", "expired", "withdrawn")
    decided_at = fields.pop("decided_at", at + timedelta(hours=1) if at and decided else None)
    accepted = state in ("accepted", "qualified", "returned", "converted", "won", "lost")
    refused = {"reason_code": "no_budget", "disposition": "recycle", "reason_side": "marketing"}
    return Handoff.objects.create(
        lead=lead,
        version=version,
        team=team,
        state=state,
        offered_at=at,
        decided_at=decided_at,
        accepted_at=decided_at if accepted else None,
        is_ended=state in PAST,
        ended_at=fields.pop("ended_at", (decided_at or at) if state in PAST else None),
        **{**(refused if state in ("declined", "returned") else {}), **fields},
    )


def overturned(version: AgreementVersion, team: Team, at: datetime, ruling: str = "overturned") -> Handoff:
    handoff = offer(version, team, "declined", at)
    Refusal.objects.create(handoff=handoff, contested_at=at, ruled_at=at, ruling=ruling)
    return handoff


def clock(version: AgreementVersion, code: str, due_at: datetime, state: str, **fields: Any) -> Clock:
    """Write one clock of four hours that is due at a moment; `met` in time, `late` when met after it."""
    lead: Lead = fields.pop("lead", None) or factories.make_lead()
    ended = {"met": due_at - timedelta(hours=1), "late": due_at + timedelta(hours=2), "cancelled": due_at}
    commitment = Commitment.objects.filter(version=version, code=code).earliest("tier")
    is_late = state in ("late", "breached")
    return Clock.objects.create(
        commitment=commitment,
        version=version,
        kind=commitment.kind,
        side=commitment.side,
        lead=lead,
        state=ClockState.MET if state == "late" else state,
        started_at=due_at - timedelta(hours=4),
        elapsed=timedelta(hours=6 if state == "late" else 3),
        due_at=due_at,
        due_on=due_at.date(),
        breached_at=due_at if is_late else None,
        ended_at=ended.get(state),
        lateness=timedelta(hours=2) if state == "late" else None,
        **fields,
    )
