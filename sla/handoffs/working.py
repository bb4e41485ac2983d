"""What the owner does with accepted work: qualify, convert, win, lose, rate; and being reminded of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from leads import audit, deals, outbox
from leads.choices import DealState, Stage
from leads.models import Deal, User
from sla import agreements, permissions, readiness, standings
from sla.choices import LEAD_MOVES, MOVES, Event, HandoffState, Quality
from sla.handoffs import acting, errors, reading
from sla.models import Handoff

#: A closed handoff's state → the move that says the opposite, and the lead's stage then.
_OPPOSITE: dict[str, tuple[str, str]] = {
    HandoffState.WON: ("lose", Stage.LOST),
    HandoffState.LOST: ("win", Stage.CUSTOMER),
}
_LONGEST_EXCEPTION = Handoff._meta.get_field("exception").max_length


@transaction.atomic
def qualify(*, handoff: Handoff, actor: User | None, now: datetime, exception: str = "") -> Handoff:
    """Call the lead qualified: the qualification gate is met now, or its exception is named.

    Actor None is the key signifier of that stage: then the owner is told too. Raises GateNotMet with
    the verdict, AlreadyDecided, NotYours.
    """
    case = acting.begin("qualify", handoff, actor, now)
    verdict = qualification(handoff=case.handoff, now=now)
    if not verdict.is_ready and not exception.strip():
        raise errors.GateNotMet(verdict)
    named = "" if verdict.is_ready else exception.strip()[:_LONGEST_EXCEPTION]
    plan = acting.Plan(
        changes={"qualified_at": now, "exception": named},
        stage=acting.stage_after(case),
        events=(Event.QUALIFIED,),
        data={"is_exception": bool(named)},
        recipient=None if actor else case.handoff.rep,
    )
    return acting.carry_out(case, plan)


def qualification(*, handoff: Handoff, now: datetime) -> readiness.Verdict:
    """Judge the qualification gate of a handoff's version on the facts as they are now."""
    terms = agreements.terms(handoff.version)
    bare = standings.facts_of([handoff.lead_id], now)[handoff.lead_id]
    facts, _fit, _engagement = standings.scored(bare, terms, now)
    return readiness.judge(terms.document.gates["qualification"], facts, now)


@transaction.atomic
def convert(*, handoff: Handoff, actor: User | None, now: datetime) -> Handoff:
    """Make an opportunity of a qualified lead. Raises AlreadyDecided, UnknownMove, NotYours."""
    case = acting.begin("convert", handoff, actor, now)
    plan = acting.Plan(
        changes={"converted_at": now}, stage=acting.stage_after(case), events=(Event.CONVERTED,)
    )
    return acting.carry_out(case, plan)


@transaction.atomic
def win(
    *,
    handoff: Handoff,
    actor: User | None,
    now: datetime,
    amount: Decimal | None = None,
    currency: str = "",
    margin: Decimal | None = None,
) -> Handoff:
    """Note the deal as won, unless another system did. Raises AlreadyDecided, UnknownMove, NotYours."""
    terms = {"amount": amount, "currency": currency, "margin": margin}
    return _close("win", DealState.WON, handoff, actor, now, terms)


@transaction.atomic
def lose(*, handoff: Handoff, actor: User | None, now: datetime, reason: str = "") -> Handoff:
    """Note the deal as lost; `reason` is a code of the agreement. Raises as `win`, and UnknownReason."""
    if reason and reason not in {one.code for one in agreements.document(handoff.version).reasons}:
        raise errors.UnknownReason
    return _close("lose", DealState.LOST, handoff, actor, now, {}, reason)


@transaction.atomic
def correct(*, handoff: Handoff, now: datetime) -> Handoff:
    """Call a handoff lost that was won, or won that was lost: its deal turned out the other way.

    The lead follows unless it went on since. When the handoff ended stays. Raises UnknownMove, Changed.
    """
    fresh = reading.fresh(handoff)
    if fresh.state not in _OPPOSITE:
        raise errors.UnknownMove(fresh)
    was, (code, stage) = fresh.state, _OPPOSITE[fresh.state]
    case = acting.Case(MOVES[code], fresh, None, now)
    follows = dict(LEAD_MOVES["correct"]).get(fresh.lead.stage)
    plan = acting.Plan(
        changes={"reason_code": ""}, stage=stage if follows == stage else None, data={"instead_of": was}
    )
    return acting.carry_out(case, plan)


@transaction.atomic
def rate(*, handoff: Handoff, actor: User, quality: str, now: datetime) -> Handoff:
    """Say how good the lead was against what was promised; blank takes the verdict back. Raises NotYours."""
    fresh = reading.locked(handoff)
    if not permissions.can_rate(actor, fresh):
        raise errors.NotYours
    fresh.quality = Quality(quality).value if quality else ""
    fresh.quality_at = now if quality else None
    Handoff.objects.filter(pk=fresh.pk).update(quality=fresh.quality, quality_at=fresh.quality_at)
    acting.lock_lead(fresh)
    _log(fresh, "rate" if quality else "unrate", actor, now, {"quality": fresh.quality})
    return fresh


@transaction.atomic
def nudge(*, handoff: Handoff, actor: User, now: datetime) -> Handoff:
    """Remind the owner, on record; changes nothing else. Raises NotYours."""
    fresh = reading.locked(handoff)
    if not permissions.can_nudge(actor, fresh):
        raise errors.NotYours
    acting.lock_lead(fresh)
    entry = _log(fresh, "nudge", actor, now, {})
    outbox.put(
        key=f"nudge:{fresh.pk}:{entry.seq}",
        kind="handoff.nudge",
        subject_type="handoff",
        subject_id=fresh.pk,
        not_before=now,
        now=now,
        lead_id=fresh.lead_id,
        recipient_id=fresh.rep_id,
        data={"actor": actor.pk},
    )
    return fresh


def _close(
    code: str,
    state: str,
    handoff: Handoff,
    actor: User | None,
    now: datetime,
    terms: dict[str, Any],
    reason: str = "",
) -> Handoff:
    case = acting.begin(code, handoff, actor, now)
    plan = acting.Plan(
        changes={"closed_at": now, "ended_at": now, "is_ended": True, "reason_code": reason},
        stage=acting.stage_after(case),
        events=(Event.CLOSED,),
        data={"reason": reason} if reason else {},
    )
    acting.carry_out(case, plan)
    _close_deal(case.handoff, state, now, terms)
    return case.handoff


def _close_deal(handoff: Handoff, state: str, now: datetime, terms: dict[str, Any]) -> None:
    """Close the lead's open deal, or write one down; a deal that is closed already came from elsewhere."""
    since = handoff.converted_at or handoff.accepted_at or now
    mine = Deal.objects.filter(lead_id=handoff.lead_id, is_elsewhere=False)
    if mine.filter(state=state, closed_at__gte=since).exists():
        return
    deal = mine.filter(state=DealState.OPEN).order_by("-pk").first()
    if deal is None:
        lead = handoff.lead
        deal = deals.record_deal(
            account=lead.account, lead=lead, owner=handoff.rep, opened_at=handoff.converted_at, now=now
        )
    deals.close_deal(deal=deal, state=state, closed_at=now, now=now, **terms)


def _log(handoff: Handoff, verb: str, actor: User, now: datetime, data: dict[str, Any]) -> Any:
    return audit.record(
        stream=f"lead:{handoff.lead_id}",
        verb=verb,
        subject_type="handoff",
        subject_id=handoff.pk,
        actor=actor,
        at=now,
        data=data,
    )
