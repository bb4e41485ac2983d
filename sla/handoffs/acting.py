"""What every move does: read fresh, check table and person, claim the row, then lead, log, clocks, notice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from leads import audit, kept, outbox, ownership, setbased, transitions
from leads.models import Lead, Team, User
from sla import agreements, clocks, permissions
from sla.choices import (
    BY_DISPOSITION,
    MOVES,
    STAGE_AFTER_REFUSAL,
    UNDO_WINDOW,
    Disposition,
    HandoffState,
    Move,
)
from sla.document import Document
from sla.handoffs import errors, reading
from sla.models import Handoff

#: The owner's moves; until then whoever decided the offer is whom to name.
_BY_OWNER = (HandoffState.QUALIFIED, HandoffState.CONVERTED, HandoffState.WON, HandoffState.LOST)


@dataclass
class Case:
    """A move about to be made: the handoff and its lead as they are now."""

    move: Move
    handoff: Handoff
    actor: User | None
    now: datetime

    @property
    def document(self) -> Document:
        """Return the text that judges this handoff."""
        return agreements.document(self.handoff.version)


@dataclass(frozen=True)
class Owner:
    """Who holds the lead after a move."""

    person: User | None
    team: Team | None


NOBODY = Owner(None, None)


@dataclass(frozen=True)
class Also:
    """Another handoff of the lead that a move changes: leg one, when leg two is accepted or handed back."""

    handoff: Handoff
    changes: dict[str, Any]
    event: str


@dataclass
class Plan:
    """What a move changes. `stage` None leaves the lead's stage, `owner` None whoever holds it."""

    changes: dict[str, Any] = field(default_factory=dict)
    stage: str | None = None
    owner: Owner | None = None
    events: Sequence[str] = ()
    also: Also | None = None
    data: dict[str, Any] = field(default_factory=dict)
    recipient: User | None = None
    is_undoable: bool = False


def begin(code: str, handoff: Handoff, actor: User | None, now: datetime) -> Case:
    """Read a handoff fresh and check a move against the table; actor None is the system or a CRM.

    Raises AlreadyDecided, UnknownMove, NotYours, NotAsSeen.
    """
    fresh = reading.fresh(handoff)
    move = MOVES[code]
    if fresh.state not in move.from_states(fresh.leg):
        raise refusal_for(fresh, move, now)
    is_allowed = permissions.may(actor, code, fresh) if actor else {"system", "crm"} & set(move.by)
    if not is_allowed:
        raise errors.NotYours
    return Case(move, fresh, actor, now)


def refusal_for(handoff: Handoff, move: Move, now: datetime) -> errors.MoveRefused:
    """Return why a handoff does not know a move now: somebody was first, or it never does in this state."""
    was_open_offer = HandoffState.OFFERED in move.from_states(handoff.leg)
    if not (was_open_offer or handoff.is_ended) or handoff.state == HandoffState.OFFERED:
        return errors.UnknownMove(handoff)
    moments = {
        HandoffState.QUALIFIED: handoff.qualified_at,
        HandoffState.CONVERTED: handoff.converted_at,
    }
    at = moments.get(HandoffState(handoff.state)) or handoff.ended_at or handoff.decided_at
    by = handoff.rep if handoff.state in _BY_OWNER else handoff.decided_by
    return errors.AlreadyDecided(by=by, at=at, state=handoff.state, now=now)


def stage_after(case: Case, disposition: str = "") -> str | None:
    """Return the lead's stage after a move, None when it stays; raises WrongStage."""
    stages = case.move.legs[case.handoff.leg][case.handoff.state]
    lead = case.handoff.lead
    if not stages:
        return None
    if lead.stage not in stages:
        raise errors.WrongStage(lead)
    after = stages[lead.stage]
    if after == BY_DISPOSITION:
        after = STAGE_AFTER_REFUSAL[Disposition(disposition)]
    return None if after == lead.stage else after


def carry_out(case: Case, plan: Plan) -> Handoff:
    """Make a move in the open transaction: handoff, lead, log, clocks, notice, in this order.

    Returns the handoff as it is then. Raises AlreadyDecided or Changed when somebody was faster.
    """
    handoff, now = case.handoff, case.now
    before = claim(case, plan)
    also_before = change_also(plan.also) if plan.also else {}
    lead = lock_lead(handoff)
    held_before = [lead.owner_id, lead.team_id]
    if plan.stage:
        step(lead, plan.stage, case)
    if plan.owner:
        ownership.assign(lead=lead, owner=plan.owner.person, team=plan.owner.team, now=now, actor=None)
    log(case, plan.data)
    written = hear(case, plan)
    if plan.is_undoable:
        remember(case, plan, {**before, "owner": held_before, "also": also_before, "clocks": written})
    tell(case, plan, not_before=handoff.undo_until or now)
    return handoff


def claim(case: Case, plan: Plan) -> dict[str, Any]:
    """Change the handoff's row if it is still as it was read; return the values it had."""
    handoff = case.handoff
    read = handoff.state
    undo_until = case.now + UNDO_WINDOW if plan.is_undoable else None
    changes = {"state": case.move.to_state or read, **plan.changes}
    before = values(handoff, changes)
    if not _change(handoff, changes, undo_until):
        fresh = Handoff.objects.select_related("rep", "decided_by").get(pk=handoff.pk)
        if fresh.state != read:
            raise refusal_for(fresh, case.move, case.now)
        raise errors.Changed
    return {"values": before, "stage": handoff.lead.stage}


def change_also(also: Also) -> dict[str, Any]:
    """Change the other handoff likewise; return what an undo needs."""
    other = also.handoff
    before = values(other, also.changes)
    if not _change(other, also.changes, undo_until=None):
        raise errors.Changed
    return {"id": other.pk, "seq": other.seq, "values": before}


def _change(handoff: Handoff, changes: dict[str, Any], undo_until: datetime | None) -> bool:
    """Write changes if no move was made since the handoff was read: each raises its number."""
    expected = handoff.seq
    changes = {**changes, "seq": expected + 1, "undo_until": undo_until, "undo_seqs": {}}
    for name, value in changes.items():
        setattr(handoff, name, value)
    row = {"id": handoff.pk, "expected": expected, **_columns(handoff, changes)}
    return bool(setbased.update_rows(Handoff, [row], guard="seq"))


def lock_lead(handoff: Handoff) -> Lead:
    """Lock the lead without touching its keys, and go on with who holds it now; raises Changed."""
    lead = handoff.lead
    there = _locked.first(pk=lead.pk)
    if there is None or there[:2] != (lead.stage, lead.stage_seq):
        raise errors.Changed
    lead.owner_id, lead.team_id = there[2:]
    return lead


@kept.question
def _locked() -> QuerySet[Lead, tuple[str, int, int | None, int | None]]:
    found = Lead.objects.select_for_update(no_key=True).filter(pk=kept.number("pk"))
    return found.values_list("stage", "stage_seq", "owner_id", "team_id")


def step(lead: Lead, to_stage: str, case: Case, cause: str = "") -> None:
    """Take the lead to its next stage; raises WrongStage."""
    try:
        transitions.change_stage(
            lead=lead,
            to_stage=to_stage,
            cause=cause or case.move.code,
            happened_at=case.now,
            now=case.now,
            actor=case.actor,
        )
    except transitions.WrongStage as error:
        raise errors.WrongStage(lead) from error


def log(case: Case, data: dict[str, Any], verb: str = "") -> None:
    """Write the move down in the lead's stream: ids and codes only."""
    handoff = case.handoff
    audit.record(
        stream=f"lead:{handoff.lead_id}",
        verb=verb or case.move.code,
        subject_type="handoff",
        subject_id=handoff.pk,
        actor=case.actor,
        at=case.now,
        data={"leg": handoff.leg, "state": handoff.state, **data},
    )


def hear(case: Case, plan: Plan) -> dict[int, list[int]]:
    """Let the clocks hear of the move; return the log lines written, by clock."""
    lead, now = case.handoff.lead, case.now
    written: dict[int, list[int]] = {}
    heard = [(case.handoff, plan.events)]
    if plan.also:
        heard.append((plan.also.handoff, (plan.also.event,)))
    for handoff, events in heard:
        if events:
            hearing = clocks.Hearing(lead=lead, handoff=handoff, now=now, actor=case.actor)
            for event in events:
                hearing.hear(event, at=now)
            hearing.save()
            written |= hearing.written
    return written


def remember(case: Case, plan: Plan, memory: dict[str, Any]) -> None:
    """Keep with the handoff all that its undo needs."""
    handoff = case.handoff
    handoff.undo_seqs = {
        "move": case.move.code,
        "actor": case.actor.pk if case.actor else None,
        "stage_seq": handoff.lead.stage_seq,
        **memory,
        "clocks": {str(clock_id): seqs for clock_id, seqs in memory["clocks"].items()},
    }
    setbased.update_rows(Handoff, [{"id": handoff.pk, "undo_seqs": handoff.undo_seqs}])


def tell(case: Case, plan: Plan, not_before: datetime) -> None:
    """Leave the notice of the move; one that can be undone waits until it no longer can."""
    handoff = case.handoff
    outbox.put(
        key=f"handoff:{handoff.pk}:{handoff.seq}",
        kind=f"handoff.{case.move.code}",
        subject_type="handoff",
        subject_id=handoff.pk,
        not_before=not_before,
        now=case.now,
        lead_id=handoff.lead_id,
        recipient_id=plan.recipient.pk if plan.recipient else None,
        data={"state": handoff.state, "actor": case.actor.pk if case.actor else None, **plan.data},
    )


def values(handoff: Handoff, names: Iterable[str]) -> dict[str, Any]:
    """Return columns of a handoff as JSON can hold them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in _columns(handoff, names).items()
    }


def _columns(handoff: Handoff, names: Iterable[str]) -> dict[str, Any]:
    asked = set(names)
    columns = [field.attname for field in Handoff._meta.concrete_fields if field.name in asked]
    return {column: getattr(handoff, column) for column in columns}


def restored(found: dict[str, Any]) -> dict[str, Any]:
    """Turn what `values` returned back into columns."""
    columns = {column.attname: column for column in Handoff._meta.concrete_fields}
    return {name: columns[name].to_python(value) for name, value in found.items()}
