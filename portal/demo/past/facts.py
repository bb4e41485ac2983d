"""Facts of a past: touches, BANT, consent, next steps, and Marketing's care."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from leads.choices import Evidence, Stage, TouchSide
from leads.models import BantFact, Consent, Deal, User
from portal.demo import beginnings, work
from portal.demo.past.state import MARKETING, Past
from portal.demo.past.trace import Trace
from sla import handoffs
from sla.choices import Event


def touch(
    past: Past,
    *,
    side: str,
    kind: str,
    actor: User | None = None,
    evidence: int = Evidence.LOGGED,
    reached: bool | None = None,
    is_automatic: bool = False,
    summary: str = "",
) -> None:
    """Write a touch down and let the clocks hear it; a touch of Sales is made by whoever has the lead."""
    book = past.book
    if side == TouchSide.SALES:
        if past.open_handoff is None:
            return
        actor = past.open_handoff.rep
    made = Trace(
        id=book.touch_ids[len(book.touches)],
        lead_id=past.lead.pk,
        happened_at=past.at,
        recorded_at=past.at,
        side=side,
        kind=kind,
        evidence=int(evidence),
        reached=reached,
        is_automatic=is_automatic,
        summary=summary,
        campaign=past.lead.campaign if side == TouchSide.PROSPECT else "",
        actor_id=actor.pk if actor else None,
    )
    book.touches.append(made)
    past.touches.append(made)
    past.hearing.touched(made)


def learn(past: Past, *, kind: str, source: str, **about: Any) -> None:
    """Write down what became known of the lead's means."""
    handoff = past.open_handoff
    actor = handoff.rep if handoff and source == "conversation" else None
    fact = BantFact(
        lead=past.lead, kind=kind, known_at=past.at, recorded_at=past.at, actor=actor, source=source, **about
    )
    past.book.bant.append(fact)
    past.bant[kind] = fact


def consent(past: Past, *, state: str, source: str) -> None:
    """Write consent down; an opt-out ends what Sales and Marketing owe."""
    spoken = Consent(
        lead=past.lead, channel="any", state=state, happened_at=past.at, recorded_at=past.at, source=source
    )
    past.book.consents.append(spoken)
    past.consent = spoken
    if state == "withdrawn":
        past.hear_of_lead(Event.OPTED_OUT)
    else:
        past.enter_marketing()


def next_step(past: Past, *, step: str, on: date) -> None:
    """Write down what happens next, if the lead is still being worked."""
    if past.open_handoff:
        past.lead.next_step, past.lead.next_step_on = step, on
        past.hear_of_lead(Event.SALES_REFRESH)


def care(past: Past) -> None:
    """Send something useful now and then while Marketing has the lead."""
    world, stage = past.world, past.lead.stage
    if past.consent and past.consent.state == "withdrawn":
        return
    if stage in MARKETING and beginnings.is_cared_for(world, past.at):
        marketer = past.rng.choice(world.company.marketers)
        touch(past, actor=marketer, **beginnings.useful(past.rng, "nurture_step"))
    elif stage in MARKETING:
        touch(past, is_automatic=True, **beginnings.useful(past.rng, "mail"))
    beginnings.care_again(past.story, world, stage, past.at)


def nurture(past: Past) -> None:
    """Take a step of the track that a refused lead was put on."""
    if past.lead.stage in (Stage.RECYCLED, *MARKETING) and not past.open_handoff:
        marketer = past.rng.choice(past.world.company.marketers)
        about = beginnings.useful(past.rng, "nurture_step")
        step = next((one for one in past.steps if one.done_at is None), None)
        if step:
            step.done_at, step.done_by = past.at, marketer
            asked = handoffs.step_of(step.refusal.handoff, step.number)
            about |= {"kind": asked.kind, "summary": asked.label}
        touch(past, actor=marketer, **about)


def sort(past: Past) -> None:
    """Put an inquiry into nurturing, as was done by hand before the agreement."""
    if past.lead.stage == Stage.INQUIRY:
        past.step(Stage.NURTURING, "history")


def sort_out(past: Past) -> None:
    """Take somebody who will never buy out of Marketing's work, as was done before the agreement."""
    if past.lead.stage in MARKETING:
        past.step(Stage.DISQUALIFIED, "history")


def buy(past: Past) -> None:
    """Let an account buy although Sales had said no to this person."""
    if past.open_handoff or past.lead.stage not in (Stage.RECYCLED, Stage.DISQUALIFIED, *MARKETING):
        return
    deal(past, state="won", opened_days=35, **work.bargain(past.rng))


def deal(past: Past, *, state: str, opened_days: float, is_elsewhere: bool = False, **terms: Any) -> None:
    """Write down a deal that closes now."""
    handoff = past.handoff
    opened_at = past.at - timedelta(days=opened_days)
    row = Deal(
        account=past.lead.account,
        lead=past.lead,
        owner=handoff.rep if handoff else None,
        name=f"{past.lead.account.name}: entry package",
        state=state,
        opened_at=opened_at,
        proposed_at=opened_at + (past.at - opened_at) * 0.5,
        closed_at=past.at,
        is_elsewhere=is_elsewhere,
        recorded_at=past.at,
        **({"amount": Decimal(60_000), "currency": "EUR"} | terms if state == "won" else {}),
    )
    past.book.deals.append(row)
