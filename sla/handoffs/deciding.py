"""What may happen to an open offer: accept, ask, answer, withdraw."""

from datetime import datetime

from django.db import transaction

from leads.models import User
from sla import clocks, routing
from sla.choices import Event, HandoffState, WithdrawReason
from sla.handoffs import acting, errors, legs, writing
from sla.models import Handoff, Question, Refusal


@transaction.atomic
def accept(*, handoff: Handoff, actor: User, now: datetime) -> Handoff:
    """Take the offer; from a pool it becomes the actor's.

    Raises AlreadyDecided, NoRoom, NotYours, WrongStage.
    """
    case = acting.begin("accept", handoff, actor, now)
    handoff = case.handoff
    is_from_pool = handoff.rep_id is None
    if is_from_pool and not routing.has_room(actor, document=case.document, leg=handoff.leg, now=now):
        raise errors.NoRoom
    first = legs.before(handoff)
    given = {"given_at": now} if is_from_pool else {}
    plan = acting.Plan(
        changes={"decided_at": now, "decided_by": actor, "accepted_at": now, "rep": actor, **given},
        stage=acting.stage_after(case),
        owner=acting.Owner(actor, handoff.team),
        events=(Event.ACCEPTED,),
        also=_close_first_leg(first, now) if first else None,
        is_undoable=True,
    )
    acting.carry_out(case, plan)
    if is_from_pool:
        clocks.settle(handoff=handoff, now=now, actor=actor)
    return handoff


@transaction.atomic
def ask(*, handoff: Handoff, actor: User, text: str, now: datetime) -> Handoff:
    """Ask for a missing fact, once: the time to decide pauses, Marketing's to answer runs.

    Raises AskedBefore, ReasonNeeds.
    """
    case = acting.begin("ask", handoff, actor, now)
    if not text.strip():
        raise errors.ReasonNeeds("text")
    if Question.objects.filter(handoff=case.handoff).exists():
        raise errors.AskedBefore
    plan = acting.Plan(changes={"expires_at": None}, stage=acting.stage_after(case), events=(Event.ASKED,))
    acting.carry_out(case, plan)
    Question.objects.create(handoff=case.handoff, text=text.strip(), asked_at=now, asked_by=actor)
    return case.handoff


@transaction.atomic
def answer(*, handoff: Handoff, actor: User, text: str, now: datetime) -> Handoff:
    """Answer the rep's question: the time to decide runs on. Raises NothingAsked, ReasonNeeds."""
    case = acting.begin("answer", handoff, actor, now)
    question = Question.objects.filter(handoff=case.handoff, answered_at__isnull=True).first()
    if question is None:
        raise errors.NothingAsked
    if not text.strip():
        raise errors.ReasonNeeds("text")
    plan = acting.Plan(
        changes={
            "expires_at": writing.expires_at(case.handoff, case.document, now, paused_at=question.asked_at)
        },
        stage=acting.stage_after(case),
        events=(Event.ANSWERED,),
        recipient=case.handoff.rep,
    )
    acting.carry_out(case, plan)
    Question.objects.filter(pk=question.pk).update(answer=text.strip(), answered_at=now, answered_by=actor)
    return case.handoff


@transaction.atomic
def withdraw(*, handoff: Handoff, actor: User, reason: str, now: datetime, note: str = "") -> Handoff:
    """Take an open offer back; `reason` is a WithdrawReason. Raises ReasonNeeds, AlreadyDecided."""
    case = acting.begin("withdraw", handoff, actor, now)
    if reason not in WithdrawReason.values:
        raise errors.ReasonNeeds("reason")
    rep = case.handoff.rep
    first = legs.before(case.handoff)
    plan = acting.Plan(
        changes={"decided_by": actor, "ended_at": now, "is_ended": True, "reason_code": reason},
        stage=acting.stage_after(case),
        owner=acting.Owner(first.rep, first.team) if first else acting.NOBODY,
        events=(Event.WITHDRAWN, *legs.marketing_again(case.handoff.leg)),
        data={"reason": reason},
        recipient=rep,
    )
    acting.carry_out(case, plan)
    if note.strip():
        Refusal.objects.create(handoff=case.handoff, note=note.strip())
    return case.handoff


def _close_first_leg(first: Handoff, now: datetime) -> acting.Also:
    changes = {
        "state": HandoffState.CONVERTED,
        "converted_at": now,
        "ended_at": now,
        "is_ended": True,
    }
    return acting.Also(first, changes, Event.PASSED_ON)
