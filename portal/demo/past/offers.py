"""Offers of a past: a lead becomes ready, is offered, accepted or passed on."""

from datetime import datetime, timedelta
from typing import Any

from leads.choices import Stage
from leads.models import User
from portal.demo import work
from portal.demo.beginnings import show_interest
from portal.demo.market import draw
from portal.demo.past.facts import touch
from portal.demo.past.state import MARKETING, Past
from portal.demo.story import Offer
from sla import agreements, clocks, standings
from sla.choices import Event, HandoffState
from sla.models import Handoff, Question

OFFERED, WORKED = HandoffState.OFFERED, (HandoffState.ACCEPTED, HandoffState.QUALIFIED)


def interest(past: Past, **about: Any) -> None:
    """Let the person do what makes the lead sales-ready, if Marketing has it and the gate says so."""
    touch(past, **about)
    become_ready(past)


def return_of_interest(past: Past) -> None:
    """Let somebody whom Sales refused come back, if the lead is awake by then."""
    if past.lead.stage in MARKETING and past.refusal:
        show_interest(past.story, past.world, past.at + timedelta(hours=1), known=tuple(past.bant))


def become_ready(past: Past) -> None:
    """Move the lead to sales-ready when the gate of the version that rules now is met."""
    terms = agreements.terms(past.version)
    facts, _fit, _engagement = standings.scored(past.facts(), terms, past.at)
    if past.lead.stage not in MARKETING or terms.gates["readiness"].value(facts, past.at) is not True:
        return
    _grid, past.tier = standings.place(facts, terms, past.at)
    past.step(Stage.MQL, "become_ready")
    if not past.version.is_baseline:
        past.hear_of_lead(Event.BECAME_READY)
    past.story.tell(past.world.minutes(past.at, _delay(past)), "offer", ready_at=past.at)


def offer(past: Past, *, ready_at: datetime) -> None:
    """Give the ready lead to somebody of Sales, in a cycle of its own."""
    if past.lead.stage != Stage.MQL or past.open_handoff:
        return
    past.cycle += 1
    _write(past, rep=_choose(past), version=past.version, ready_at=ready_at, cycle=past.cycle)
    handoff = past.handoff
    if handoff:
        past.log(
            "offer", None, {"leg": 1, "cycle": past.cycle, "rep": handoff.rep_id, "team": handoff.team_id}
        )
        past.hear(Event.OFFERED)
        _go_on(past, handoff)


def accept(past: Past) -> None:
    """Take the offer."""
    handoff = past.open_handoff
    if handoff is None or handoff.state != OFFERED:
        return
    rep = handoff.rep
    changes = {
        "state": HandoffState.ACCEPTED,
        "decided_at": past.at,
        "accepted_at": past.at,
        "decided_by": rep,
    }
    past.change("accept", rep, **changes)
    past.step(Stage.SAL, "accept", rep)
    past.hold(rep, handoff.team)
    past.hear(Event.ACCEPTED)


def ask(past: Past, *, text: str) -> None:
    """Ask Marketing for a missing fact."""
    handoff = past.open_handoff
    if handoff is None or handoff.state != OFFERED or handoff.rep is None:
        return
    past.change("ask", handoff.rep, expires_at=None)
    past.question = Question(handoff=handoff, text=text, asked_at=past.at, asked_by=handoff.rep)
    past.book.questions.append(past.question)
    past.hear(Event.ASKED)


def answer(past: Past, *, text: str) -> None:
    """Answer the rep's question."""
    if past.question is None or past.question.answered_at or not past.is_in(OFFERED):
        return
    marketer = past.rng.choice(past.world.company.marketers)
    past.question.answer, past.question.answered_at, past.question.answered_by = text, past.at, marketer
    past.change("answer", marketer)
    past.hear(Event.ANSWERED)


def reroute(past: Past, *, reason: str, note: str) -> None:
    """Pass the offer on to another rep."""
    if past.is_in(OFFERED) and past.open_handoff:
        _next_hop(past, "reroute", HandoffState.REROUTED, past.open_handoff.rep, reason)


def expire(past: Past) -> None:
    """End an offer that nobody decided in time."""
    if past.is_in(OFFERED):
        _next_hop(past, "expire", HandoffState.EXPIRED, None)


def withdraw(past: Past, *, reason: str) -> None:
    """Take the offer back."""
    if not past.is_in(OFFERED):
        return
    marketer = past.rng.choice(past.world.company.marketers)
    ended = {"ended_at": past.at, "is_ended": True, "decided_by": marketer, "reason_code": reason}
    past.change("withdraw", marketer, {"reason": reason}, state=HandoffState.WITHDRAWN, **ended)
    past.step(Stage.NURTURING, "withdraw", marketer)
    past.hold(None, None)
    past.story.forget("accept", "decline", "ask", "answer", "hand_back", "qualify", "convert", "win", "lose")
    past.hear(Event.WITHDRAWN)
    past.enter_marketing()


def _delay(past: Past) -> float:
    """Return after how many business minutes Marketing hands over."""
    rng = past.rng
    late = 40 if past.version.is_baseline else 3
    return draw(rng, {rng.uniform(1, 14): 80, rng.uniform(14, 29): 14, rng.uniform(35, 200): late})


def _choose(past: Past) -> User:
    """Choose the account's owner, else one of the others in turn, busier people more often."""
    owner, manners = past.lead.account.owner, past.world.company.manners
    if owner and owner.pk in manners and owner.pk not in past.said_no:
        return owner
    return draw(
        past.rng,
        {rep: manners[rep.pk].share for rep in past.world.company.sellers if rep.pk not in past.said_no},
    )


def _write(past: Past, *, rep: User, **known: Any) -> None:
    """Write an offer with the facts frozen, and give the lead to whom it is made."""
    version = known["version"]
    terms = agreements.terms(version)
    facts = past.facts()
    scored, _fit, _engagement = standings.scored(facts, terms, past.at)
    grid, tier = standings.place(scored, terms, past.at)
    expiry, hours = terms.document.expiry, past.world.hours
    handoff = Handoff(
        pk=past.book.handoff_ids[len(past.book.handoffs)],
        lead=past.lead,
        state=OFFERED,
        rep=rep,
        team=rep.team,
        offered_at=past.at,
        expires_at=hours.due_after(past.at, expiry.after.amount, expiry.after.unit) if expiry else None,
        trace={"method": "round_robin", "owner": None, "considered": [{"rep": rep.pk, "outcome": "chosen"}]},
        is_history=version.is_baseline,
        **({"grid": grid, "tier": tier} | known),
    )
    past.book.handoffs.append(handoff)
    past.handoff, past.refusal, past.question = handoff, None, None
    snapshot, verdict = standings.frozen(handoff, facts, past.at)
    past.book.snapshots.append(snapshot)
    past.book.verdicts.append(verdict)
    past.hold(rep, rep.team)


def _next_hop(past: Past, verb: str, state: str, actor: User | None, reason: str = "") -> None:
    old = past.open_handoff
    if old is None or old.rep is None:
        return
    past.said_no.add(old.rep.pk)
    rep = _choose(past)
    past.story.forget("accept", "decline", "ask", "answer", "hand_back")
    ended = {"ended_at": past.at, "is_ended": True, "decided_by": actor, "reason_code": reason}
    data = {"reason": reason, "rep": rep.pk}
    past.change(verb, actor, data, state=state, **ended)
    past.hear(Event.REROUTED)
    same = {name: getattr(old, name) for name in ("version", "cycle", "tier", "grid", "ready_at")}
    _write(past, rep=rep, hop=old.hop + 1, **same)
    hop = past.handoff
    if hop:
        past.hearing.handoff = old
        clocks.hand_on(past.hearing, hop, past.at)
        _go_on(past, hop)


def _go_on(past: Past, handoff: Handoff) -> None:
    """Tell what becomes of the offer."""
    if handoff.rep:
        manner = past.world.company.manners[handoff.rep.pk]
        made = Offer(past.world, handoff, handoff.rep, manner, past.unknown_means(), past.at)
        (past.story.script or work.follow)(past.story, made)
