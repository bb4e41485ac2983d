"""Work of a past: qualify, convert, win, lose, and saying how good the lead was."""

from typing import Any

from leads.choices import Stage
from portal.demo.past.facts import deal
from portal.demo.past.state import Past
from sla.choices import Event, HandoffState


def qualify(past: Past) -> None:
    """Call the lead qualified."""
    if past.is_in(HandoffState.ACCEPTED) and past.handoff:
        rep = past.handoff.rep
        past.change(
            "qualify", rep, {"is_exception": False}, state=HandoffState.QUALIFIED, qualified_at=past.at
        )
        past.step(Stage.SQL, "qualify", rep)
        past.hear(Event.QUALIFIED)


def rate(past: Past, *, quality: str) -> None:
    """Say how good the lead was against what was promised."""
    handoff = past.handoff
    if handoff and handoff.accepted_at:
        handoff.quality, handoff.quality_at = quality, past.at
        past.log("rate", handoff.rep, {"quality": quality})


def convert(past: Past) -> None:
    """Make an opportunity of a qualified lead."""
    if past.is_in(HandoffState.QUALIFIED) and past.handoff:
        rep = past.handoff.rep
        past.change("convert", rep, state=HandoffState.CONVERTED, converted_at=past.at)
        past.step(Stage.OPPORTUNITY, "convert", rep)
        past.hear(Event.CONVERTED)


def win(past: Past, **terms: Any) -> None:
    """Close the deal as won; the account belongs to whoever won it."""
    if past.is_in(HandoffState.CONVERTED) and past.handoff:
        _close(past, "win", HandoffState.WON, Stage.CUSTOMER)
        past.lead.account.owner = past.handoff.rep
        deal(past, state="won", opened_days=_days_open(past), **terms)


def lose(past: Past, *, is_elsewhere: bool = False) -> None:
    """Close the deal as lost, perhaps to somebody else."""
    if past.is_in(HandoffState.CONVERTED) and past.handoff:
        _close(past, "lose", HandoffState.LOST, Stage.LOST)
        deal(past, state="lost", opened_days=_days_open(past))
        if is_elsewhere:
            deal(past, state="won", opened_days=_days_open(past), is_elsewhere=True)


def _close(past: Past, verb: str, state: str, stage: str) -> None:
    rep = past.handoff.rep if past.handoff else None
    past.change(verb, rep, state=state, closed_at=past.at, ended_at=past.at, is_ended=True)
    past.step(stage, verb, rep)
    past.hear(Event.CLOSED)


def _days_open(past: Past) -> float:
    converted_at = past.handoff.converted_at if past.handoff else None
    return (past.at - converted_at).total_seconds() / 86_400 if converted_at else 14
