"""Offering a lead, and what may happen to an open offer: accept, ask, answer, withdraw."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from leads import audit, outbox, ownership
from leads.models import Lead, User
from sla import agreements, calendars, clocks, permissions, routing, standings
from sla.choices import MOVES, NOT_YET, Event, HandoffState, WithdrawReason
from sla.document import Document
from sla.handoffs import acting, errors
from sla.models import AgreementVersion, Handoff, Question, Refusal, Standing

_FIRST_LEG_OPEN = (HandoffState.ACCEPTED, HandoffState.QUALIFIED)
#: Why a ready lead waits although nothing in it keeps it: the offer itself was refused.
HELD = "refused"


def offer(
    *, lead: Lead, now: datetime, actor: User | None = None, leg: int = 1, to: User | None = None
) -> Handoff:
    """Hand a lead over on a leg: to the person named, else to whom routing chooses, else to the pool.

    Its own transaction; call it while no other lock of yours is held. Raises NotYours,
    NotSalesReady, AlreadyOpen, NotEligible, SaidNo; NoTeam also notes on the standing that the lead waits.
    """
    try:
        with transaction.atomic():
            handoff = _offer(lead.pk, now, actor, leg, to)
    except IntegrityError as error:
        if Handoff.objects.open().filter(lead=lead, leg=leg).exists():
            raise errors.AlreadyOpen from error
        raise
    if handoff is None:
        standings.hold(lead_id=lead.pk, because=HELD)
        raise errors.NoTeam
    return handoff


@transaction.atomic
def accept(*, handoff: Handoff, actor: User, now: datetime) -> Handoff:
    """Take the offer; from a pool it becomes the actor's. Raises AlreadyDecided, NotYours, WrongStage."""
    case = acting.begin("accept", handoff, actor, now)
    handoff = case.handoff
    is_from_pool = handoff.rep_id is None
    first = first_leg(handoff)
    plan = acting.Plan(
        changes={"decided_at": now, "decided_by": actor, "accepted_at": now, "rep": actor},
        stage=acting.stage_after(case),
        owner=acting.Owner(actor, handoff.team),
        events=(Event.ACCEPTED,),
        also=_close_first_leg(first, now) if first else None,
        is_undoable=True,
    )
    acting.carry_out(case, plan)
    if is_from_pool:
        clocks.settle(handoff=handoff)
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
        changes={"expires_at": expires_at(case.handoff, case.document, now, paused_at=question.asked_at)},
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
    first = first_leg(case.handoff)
    plan = acting.Plan(
        changes={"decided_by": actor, "ended_at": now, "is_ended": True, "reason_code": reason},
        stage=acting.stage_after(case),
        owner=acting.Owner(first.rep, first.team) if first else acting.NOBODY,
        events=(Event.WITHDRAWN, *marketing_again(case.handoff.leg)),
        data={"reason": reason},
        recipient=rep,
    )
    acting.carry_out(case, plan)
    if note.strip():
        Refusal.objects.create(handoff=case.handoff, note=note.strip())
    return case.handoff


def write_offer(
    *,
    lead: Lead,
    choice: routing.Choice,
    now: datetime,
    actor: User | None,
    known: dict[str, Any],
) -> Handoff:
    """Write the row of an offer or of its next hop, with the facts frozen; `known` are further columns."""
    handoff = Handoff(
        lead=lead,
        state=HandoffState.OFFERED,
        rep=choice.rep,
        team=choice.team,
        offered_by=actor,
        offered_at=now,
        trace=choice.trace,
        **known,
    )
    handoff.expires_at = expires_at(handoff, agreements.document(handoff.version), now)
    handoff.save(force_insert=True)
    standings.freeze(handoff=handoff, now=now)
    return handoff


def announce(*, handoff: Handoff, now: datetime, actor: User | None) -> None:
    """Give the lead to whom it is offered, and leave the notice of the offer."""
    ownership.assign(lead=handoff.lead, owner=handoff.rep, team=handoff.team, now=now, actor=None)
    outbox.put(
        key=f"handoff:{handoff.pk}:{handoff.seq}",
        kind="handoff.offer",
        subject_type="handoff",
        subject_id=handoff.pk,
        not_before=now,
        now=now,
        lead_id=handoff.lead_id,
        recipient_id=handoff.rep_id,
        data={"state": handoff.state, "actor": actor.pk if actor else None, "team": handoff.team_id},
    )
    if routing.is_unplaced(handoff):
        outbox.put_many([alarm(handoff, now)], now=now)


def alarm(handoff: Handoff, now: datetime) -> outbox.Message:
    """Return the notice that nobody could take a lead: one an hour for each team, however many wait."""
    return outbox.Message(
        key=f"unplaced:{handoff.team_id}:{now.astimezone(UTC):%Y%m%d%H}",
        kind="handoff.unplaced",
        subject_type="handoff",
        subject_id=handoff.pk,
        not_before=now,
        lead_id=handoff.lead_id,
        data={"team": handoff.team_id},
    )


def expires_at(
    handoff: Handoff, document: Document, now: datetime, paused_at: datetime | None = None
) -> datetime | None:
    """Return when an offer to a person ends by itself, None when it never does: pools wait for ever.

    With `paused_at` only the time that was left then counts from now.
    """
    expiry = document.expiry
    if expiry is None or handoff.rep_id is None:
        return None
    team = handoff.team
    key = team.calendar.key if team.calendar else document.calendars[document.leg(handoff.leg).to_side]
    hours = calendars.schedule(key)
    span = hours.allowance(expiry.after.amount, expiry.after.unit)
    if paused_at and handoff.offered_at:
        span -= hours.elapsed_by(handoff.offered_at, paused_at, expiry.after.unit)
    return hours.due_by(now, span, expiry.after.unit)


def first_leg(handoff: Handoff) -> Handoff | None:
    """Return the lead's open handoff on the leg before, which waits for this one."""
    if handoff.leg == 1:
        return None
    return _worked_on_leg(handoff.lead_id, handoff.leg - 1)


def marketing_again(leg: int) -> tuple[str, ...]:
    """Return what clocks hear when a lead leaves Sales: on leg one it is Marketing's again."""
    return (Event.ENTERED_MARKETING,) if leg == 1 else ()


def _offer(lead_id: int, now: datetime, actor: User | None, leg: int, to: User | None) -> Handoff | None:
    lead = Lead.objects.select_related("account").get(pk=lead_id)
    if actor and not permissions.can_offer(actor, lead, leg):
        raise errors.NotYours
    if lead.stage not in MOVES["offer"].legs.get(leg, {}).get(NOT_YET, {}):
        raise errors.NotSalesReady(lead)
    if Handoff.objects.open().filter(lead=lead, leg=leg).exists():
        raise errors.AlreadyOpen
    known = _judged(lead, leg, now)
    last = Handoff.objects.filter(lead=lead, leg=leg).aggregate(cycle=Max("cycle"))["cycle"] or 0
    known |= {"leg": leg, "cycle": last + 1}
    choice = choose(lead=lead, known=known, now=now, to=to, actor=actor)
    if choice.team is None:
        return None
    handoff = write_offer(lead=lead, choice=choice, now=now, actor=actor, known=known)
    acting.lock_lead(handoff)
    audit.record(
        stream=f"lead:{lead.pk}",
        verb="offer",
        subject_type="handoff",
        subject_id=handoff.pk,
        actor=actor,
        at=now,
        data={"leg": leg, "cycle": handoff.cycle, "rep": handoff.rep_id, "team": handoff.team_id},
    )
    announce(handoff=handoff, now=now, actor=actor)
    clocks.hear(event=Event.OFFERED, handoff=handoff, lead=handoff.lead, now=now, actor=actor)
    standings.hold(lead_id=lead.pk, because="")
    return handoff


def choose(
    *,
    lead: Lead,
    known: dict[str, Any],
    now: datetime,
    to: User | None = None,
    actor: User | None = None,
    not_to: Collection[int] = (),
) -> routing.Choice:
    """Take the person named if eligible, else ask routing; raises NotEligible, SaidNo."""
    version: AgreementVersion = known["version"]
    document = agreements.document(version)
    if to is None:
        return routing.choose(
            lead=lead,
            document=document,
            agreement_key=version.agreement.key,
            leg=known["leg"],
            cycle=known["cycle"],
            now=now,
            not_to=not_to,
        )
    if not routing.is_eligible(to, document=document, leg=known["leg"], now=now):
        raise errors.NotEligible
    said_no = routing.said_no(lead=lead, leg=known["leg"], cycle=known["cycle"])
    if to.pk in said_no and to.pk != lead.account.owner_id:
        raise errors.SaidNo
    return routing.Choice(to, to.team, {"method": "by_hand", "by": actor.pk if actor else None})


def _judged(lead: Lead, leg: int, now: datetime) -> dict[str, Any]:
    """Return version, tier, cell and readiness of an offer: of the standing, later of the leg before."""
    if leg == 1:
        standing = Standing.objects.filter(lead=lead).select_related("version__agreement").first()
        if standing is None:
            raise errors.NotSalesReady(lead)
        return {
            "version": standing.version,
            "tier": standing.tier,
            "grid": standing.grid,
            "ready_at": standing.ready_since,
        }
    first = _worked_on_leg(lead.pk, leg - 1)
    if first is None:
        raise errors.NotSalesReady(lead)
    if leg not in {one.leg for one in agreements.document(first.version).legs}:
        raise errors.NoTeam
    return {
        "version": first.version,
        "tier": first.tier,
        "grid": first.grid,
        "ready_at": first.qualified_at or now,
    }


def _worked_on_leg(lead_id: int, leg: int) -> Handoff | None:
    rows = Handoff.objects.open().filter(lead_id=lead_id, leg=leg, state__in=_FIRST_LEG_OPEN)
    return rows.select_related("version__agreement", "rep", "team", "lead").first()


def _close_first_leg(first: Handoff, now: datetime) -> acting.Also:
    changes = {
        "state": HandoffState.CONVERTED,
        "converted_at": now,
        "ended_at": now,
        "is_ended": True,
    }
    return acting.Also(first, changes, Event.PASSED_ON)
