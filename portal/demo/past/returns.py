"""Refusals of a past: no before or after working a lead, and what Marketing and the referee do then."""

from datetime import date, datetime, time, timedelta
from typing import Any

from leads.choices import Stage
from portal.demo.past.offers import OFFERED, WORKED, become_ready, offer
from portal.demo.past.state import Past
from sla import agreements, readiness, standings
from sla.choices import STAGE_AFTER_REFUSAL, Disposition, Event, HandoffState, Ruling
from sla.document import Reason
from sla.models import Handoff, NurtureStep, Refusal

#: What clocks hear when a lead comes back to Marketing.
_DUE = {Disposition.RECYCLE: (Event.RECYCLE_DUE,), Disposition.REPAIR: (Event.REPAIR_DUE,)}


def decline(past: Past, **said: Any) -> None:
    """Say no before working the lead."""
    if past.is_in(OFFERED) and past.handoff:
        decided = {"decided_at": past.at, "decided_by": past.handoff.rep}
        _refuse(past, "decline", HandoffState.DECLINED, Event.DECLINED, decided, **said)


def hand_back(past: Past, **said: Any) -> None:
    """Say no after working the lead."""
    if past.is_in(*WORKED):
        _refuse(past, "hand_back", HandoffState.RETURNED, Event.RETURNED, {}, **said)


def acknowledge(past: Past) -> None:
    """Take the refused lead up again."""
    refusal = past.refusal
    if refusal and not refusal.acknowledged_at and not _is_disputed(refusal):
        marketer = past.rng.choice(past.world.company.marketers)
        refusal.acknowledged_at, refusal.acknowledged_by = past.at, marketer
        past.change("acknowledge", marketer)
        past.hear(Event.ACKNOWLEDGED)
        if refusal.track:
            _put_on_track(past, refusal)


def _put_on_track(past: Past, refusal: Refusal) -> None:
    today = past.world.day(past.at)
    track = agreements.document(refusal.handoff.version).track(refusal.track)
    past.steps = [
        NurtureStep(refusal=refusal, number=number, due_on=today + timedelta(days=step.after_days))
        for number, step in enumerate(track.steps, start=1)
    ]
    past.book.steps += past.steps


def repair(past: Past, *, note: str) -> None:
    """Put Marketing's data right; a lead that still meets the gate is ready again."""
    refusal = past.refusal
    if refusal and not refusal.repaired_at and not _is_disputed(refusal):
        marketer = past.rng.choice(past.world.company.marketers)
        refusal.repaired_at, refusal.repaired_by = past.at, marketer
        refusal.note = f"{refusal.note}\n{note}"
        past.change("repair", marketer)
        past.hear(Event.REPAIRED)
        become_ready(past)


def contest(past: Past, *, note: str) -> None:
    """Call the referee."""
    refusal = past.refusal
    if refusal and not refusal.acknowledged_at:
        marketer = past.rng.choice(past.world.company.marketers)
        refusal.contested_at, refusal.contested_by, refusal.contest_note = past.at, marketer, note
        past.change("contest", marketer)
        past.hear(Event.CONTESTED)


def rule(past: Past, *, ruling: str, note: str) -> None:
    """Rule on a contested refusal; overturned, the lead is offered again."""
    refusal = past.refusal
    if not past.handoff or not refusal or not refusal.contested_at or past.open_handoff:
        return
    referee = past.world.company.referee
    refusal.ruled_at, refusal.ruled_by, refusal.ruling = past.at, referee, ruling
    refusal.contest_note = f"{refusal.contest_note}\n{note}"
    past.change("rule", referee, {"ruling": ruling})
    owed = _DUE.get(Disposition(past.handoff.disposition), ()) if ruling == Ruling.UPHELD else ()
    past.hear(Event.RULED, *owed)
    if ruling == Ruling.OVERTURNED:
        past.step(Stage.MQL, "overturn", referee)
        past.hear_of_lead(Event.BECAME_READY)
        offer(past, ready_at=past.at)


def wake(past: Past, *, refusal: Refusal) -> None:
    """Bring a recycled lead back into nurturing."""
    if refusal.woken_at is None:
        refusal.woken_at = past.at
        if past.refusal is refusal and past.lead.stage == Stage.RECYCLED:
            past.change("wake")
            past.step(Stage.NURTURING, "wake")
            past.hear(Event.WOKEN)
            past.enter_marketing()


def new_version(past: Past) -> None:
    """Let a version take effect: sleepers wake, and what it asks of Marketing begins."""
    if past.refusal and past.lead.stage == Stage.RECYCLED:
        wake(past, refusal=past.refusal)
    past.enter_marketing()


def _is_disputed(refusal: Refusal) -> bool:
    return refusal.contested_at is not None and refusal.ruling != Ruling.UPHELD


def _refuse(
    past: Past,
    verb: str,
    state: str,
    event: str,
    decided: dict[str, Any],
    *,
    reason: str,
    note: str,
    right_contact: str,
    wake_on: date | None,
    wake_trigger: str = "",
) -> None:
    handoff = past.handoff
    if handoff is None or handoff.rep is None:
        return
    meant = agreements.document(handoff.version).reason(reason)
    disposition = meant.disposition
    past.said_no.add(handoff.rep.pk)
    past.refusal = Refusal(
        handoff=handoff,
        note=note,
        right_contact=right_contact,
        track=(meant.track or "") if disposition == Disposition.RECYCLE else "",
        wake_at=_wake_at(past, meant, wake_on) if disposition == Disposition.RECYCLE else None,
        wake_trigger=wake_trigger if disposition == Disposition.RECYCLE else "",
        mismatch=_mismatch(past, handoff, meant),
    )
    past.book.refusals.append(past.refusal)
    given = {"reason_code": reason, "reason_side": meant.side_to_act, "disposition": disposition}
    ended = {"ended_at": past.at, "is_ended": True, "expires_at": None}
    data = {"reason": reason, "disposition": disposition}
    past.change(verb, handoff.rep, data, state=state, **decided, **given, **ended)
    past.step(STAGE_AFTER_REFUSAL[disposition], verb, handoff.rep)
    past.hold(None, None)
    past.hear(event, *_DUE.get(Disposition(disposition), ()))
    past.enter_marketing()
    if past.refusal.wake_at:
        past.story.tell(past.refusal.wake_at, "wake", refusal=past.refusal)


def _wake_at(past: Past, reason: Reason, wake_on: date | None) -> datetime:
    hours = past.world.hours
    day = wake_on or past.world.day(past.at) + timedelta(days=reason.recycle_days or 90)
    return hours.next_open(datetime.combine(day, time.min, tzinfo=hours.zone))


def _mismatch(past: Past, handoff: Handoff, reason: Reason) -> str:
    """Say what the facts at the offer held against the reason."""
    if reason.contradicted_by is None:
        return ""
    snapshot = past.book.snapshots[-1]
    half_life = agreements.document(handoff.version).engagement.half_life_days
    facts = standings.facts_from_snapshot(snapshot, half_life)
    verdict = readiness.judge(reason.contradicted_by, facts, snapshot.taken_at)
    return (
        "; ".join(str(leaf.fact) for leaf in verdict.leaves if leaf.value)[:200] if verdict.is_ready else ""
    )
