"""Saying no, before working a lead or after: what the reason asks for, and doing it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from leads.choices import KINDS_OF_SIDE, TouchSide
from leads.models import Touch, User
from sla.choices import Disposition, Event, HandoffState
from sla.handoffs import acting, errors, legs, passing
from sla.handoffs.foreseeing import Consequences, consequences, due_events, reason_of
from sla.models import Handoff, Refusal


@transaction.atomic
def decline(
    *,
    handoff: Handoff,
    actor: User,
    reason: str,
    now: datetime,
    not_now: bool | None = None,
    wake_on: date | None = None,
    wake_trigger: str = "",
    track: str = "",
    note: str = "",
    right_contact: str = "",
) -> Handoff:
    """Say no before working the lead; a reason that means another rep reroutes and returns the next hop.

    `wake_trigger` is `side.kind` of the touch to wait for, several with a space between.
    Raises AlreadyDecided, NotYours, UnknownReason, ReasonNeeds.
    """
    case = acting.begin("decline", handoff, actor, now)
    said = _Said(reason, not_now, wake_on, wake_trigger, track, note.strip(), right_contact.strip())
    if reason_of(case.document, reason).disposition == Disposition.REROUTE:
        return _pass_on(case, said)
    return _refuse("decline", handoff, actor, said, now)


def hand_back(
    *,
    handoff: Handoff,
    actor: User,
    reason: str,
    now: datetime,
    not_now: bool | None = None,
    wake_on: date | None = None,
    wake_trigger: str = "",
    track: str = "",
    note: str = "",
    right_contact: str = "",
) -> Handoff:
    """Say no after working the lead; a reason that means another rep gives it to one, the work goes on.

    Raises as `decline`, and NobodyElse or TooManyHops when nobody else can take it.
    """
    case = acting.begin("hand_back", handoff, actor, now)
    if reason_of(case.document, reason).disposition == Disposition.REROUTE:
        return passing.hand_on(handoff=case.handoff, now=now, asked_by=actor, reason=reason)
    said = _Said(reason, not_now, wake_on, wake_trigger, track, note.strip(), right_contact.strip())
    return _refuse("hand_back", handoff, actor, said, now)


@dataclass(frozen=True)
class _Said:
    """What the rep said."""

    reason: str
    not_now: bool | None
    wake_on: date | None
    wake_trigger: str
    track: str
    note: str
    right_contact: str


@transaction.atomic
def _refuse(code: str, handoff: Handoff, actor: User, said: _Said, now: datetime) -> Handoff:
    case = acting.begin(code, handoff, actor, now)
    handoff = case.handoff
    follows = consequences(
        handoff=handoff,
        reason=said.reason,
        not_now=said.not_now,
        wake_on=said.wake_on,
        track=said.track,
        document=case.document,
        now=now,
    )
    _check_needs(handoff, follows, said)
    acting.carry_out(case, _plan(case, follows))
    Refusal.objects.create(
        handoff=handoff,
        note=said.note,
        right_contact=said.right_contact,
        track=follows.track,
        wake_at=follows.wake_at,
        wake_trigger=said.wake_trigger if _waits_for_touch(follows, said) else "",
        mismatch=follows.mismatch,
    )
    return handoff


def _pass_on(case: acting.Case, said: _Said) -> Handoff:
    if "note" in reason_of(case.document, said.reason).asks and not said.note:
        raise errors.ReasonNeeds("note")
    hop = passing.reroute(handoff=case.handoff, actor=case.actor, now=case.now, reason=said.reason)
    if said.note:
        Refusal.objects.create(handoff=case.handoff, note=said.note)
    return hop


def _plan(case: acting.Case, follows: Consequences) -> acting.Plan:
    handoff, now = case.handoff, case.now
    is_decline = case.move.code == "decline"
    changes: dict[str, Any] = {
        "ended_at": now,
        "is_ended": True,
        "reason_code": follows.reason.code,
        "reason_side": follows.side_to_act,
        "disposition": follows.disposition,
        "expires_at": None,
    }
    if is_decline:
        changes |= {"decided_at": now, "decided_by": case.actor}
    event = Event.DECLINED if is_decline else Event.RETURNED
    plan = acting.Plan(
        changes=changes,
        stage=acting.stage_after(case, follows.disposition),
        # Nobody owns it now, but the team that refused still sees it: its manager follows the decline.
        owner=acting.Owner(None, handoff.team),
        events=(event, *due_events(follows.disposition)),
        data={"reason": follows.reason.code, "disposition": follows.disposition},
        is_undoable=True,
    )
    if handoff.leg > 1:
        _back_to_qualifier(plan, handoff, event)
    return plan


def _back_to_qualifier(plan: acting.Plan, handoff: Handoff, event: str) -> None:
    """On leg two the lead goes back to whoever qualified it; after acceptance that handoff is open again."""
    plan.events = (event,)
    first = legs.before(handoff)
    if first is None and event == Event.RETURNED:
        first = _passed_on(handoff)
        if first:
            reopened = {
                "state": HandoffState.QUALIFIED,
                "converted_at": None,
                "ended_at": None,
                "is_ended": False,
            }
            plan.also = acting.Also(first, reopened, Event.TAKEN_BACK)
    if first:
        plan.owner = acting.Owner(first.rep, first.team)


def _passed_on(handoff: Handoff) -> Handoff | None:
    before = Handoff.objects.filter(
        lead_id=handoff.lead_id, leg=handoff.leg - 1, state=HandoffState.CONVERTED, is_ended=True
    )
    return before.select_related("version", "rep", "team").order_by("cycle", "hop").last()


def _waits_for_touch(follows: Consequences, said: _Said) -> bool:
    return follows.disposition == Disposition.RECYCLE and is_trigger(said.wake_trigger)


def is_trigger(code: str) -> bool:
    """Tell whether a text names touches that there are: `side.kind`, several with a space between."""
    parts = [part.partition(".") for part in code.split()]
    return bool(parts) and all(kind in KINDS_OF_SIDE.get(side, ()) for side, _, kind in parts)


def attempts(handoff: Handoff) -> int:
    """Count the sales touches since a handoff was accepted, before that since it was offered."""
    since = handoff.accepted_at or handoff.offered_at
    found = Touch.objects.filter(lead_id=handoff.lead_id, side=TouchSide.SALES, is_automatic=False)
    return (found.filter(happened_at__gte=since) if since else found).count()


def _check_needs(handoff: Handoff, follows: Consequences, said: _Said) -> None:
    reason, is_recycled = follows.reason, follows.disposition == Disposition.RECYCLE
    has_wake = bool(said.wake_on) or is_trigger(said.wake_trigger)
    lacks = {
        "note": "note" in reason.asks and not said.note,
        "contact": "contact" in reason.asks and not said.right_contact,
        "month": is_recycled and not (has_wake or (follows.wake_at and "month" not in reason.asks)),
    }
    for what, is_lacking in lacks.items():
        if is_lacking and (what != "month" or handoff.leg == 1):
            raise errors.ReasonNeeds(what)
    if reason.needs_attempts:
        made = attempts(handoff)
        if made < reason.needs_attempts:
            raise errors.ReasonNeeds("attempts", needed=reason.needs_attempts, made=made)
