"""Say what happened to a lead, one line per moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import BantKind, Stage, TouchKind, TouchSide
from leads.models import AuditEntry, BantFact, StageChange, Touch, User
from portal import wording
from portal.lines import clocks, verdicts
from sla.models import ClockEvent, Question, Refusal
from sla.queries import timeline as queries

SIDES: dict[str, str | Promise] = {
    "prospect": gettext_lazy("Prospect"),
    "marketing": gettext_lazy("Marketing"),
    "sales": gettext_lazy("Sales"),
    "": gettext_lazy("System"),
}
#: What a person did, by the verb in the log of moves.
VERBS: dict[str, str | Promise] = {
    "offer": gettext_lazy("%(who)s offered it to the team's pool"),
    "accept": gettext_lazy("%(who)s accepted"),
    "ask": gettext_lazy("%(who)s asked Marketing"),
    "answer": gettext_lazy("%(who)s answered the question"),
    "reassign": gettext_lazy("%(who)s gave it to another rep"),
    "decline": gettext_lazy("%(who)s declined"),
    "reroute": gettext_lazy("%(who)s passed it on to another rep"),
    "expire": gettext_lazy("The offer ended without a decision"),
    "withdraw": gettext_lazy("%(who)s took the offer back"),
    "qualify": gettext_lazy("%(who)s qualified it"),
    "hand_back": gettext_lazy("%(who)s handed it back"),
    "convert": gettext_lazy("%(who)s made it an opportunity"),
    "win": gettext_lazy("%(who)s noted it as won"),
    "lose": gettext_lazy("%(who)s noted it as lost"),
    "undo": gettext_lazy("%(who)s took the last move back"),
    "acknowledge": gettext_lazy("%(who)s acknowledged the return"),
    "repair": gettext_lazy("%(who)s put the data right"),
    "contest": gettext_lazy("%(who)s contested the decline"),
    "rule": gettext_lazy("%(who)s ruled on the decline"),
    "wake": gettext_lazy("It woke up and is in nurturing again"),
    "reopen": gettext_lazy("%(who)s opened the lead again"),
    "rate": gettext_lazy("%(who)s rated the lead"),
    "unrate": gettext_lazy("%(who)s took the rating back"),
    "nudge": gettext_lazy("%(who)s sent a reminder"),
    "created": gettext_lazy("%(who)s created the lead"),
    "edited": gettext_lazy("%(who)s changed facts of the lead"),
    "next_step": gettext_lazy("%(who)s set the next step"),
    "consent_given": gettext_lazy("%(who)s noted consent given"),
    "consent_withdrawn": gettext_lazy("%(who)s noted consent withdrawn"),
}
#: The same when it is known to whom the lead went.
GIVEN: dict[str, str | Promise] = {
    "offer": gettext_lazy("%(who)s offered it to %(to)s"),
    "reroute": gettext_lazy("%(who)s passed it on to %(to)s"),
    "expire": gettext_lazy("The offer ended without a decision; %(to)s has it now"),
    "reassign": gettext_lazy("%(who)s gave it to %(to)s"),
}
CLOCK_EVENTS: dict[str, str | Promise] = {
    "started": gettext_lazy("%(clock)s started"),
    "warned": gettext_lazy("%(clock)s is due soon"),
    "breached": gettext_lazy("%(clock)s became late"),
    "escalated": gettext_lazy("%(clock)s was escalated"),
    "paused": gettext_lazy("%(clock)s paused"),
    "resumed": gettext_lazy("%(clock)s went on"),
    "reset": gettext_lazy("%(clock)s began anew"),
    "met": gettext_lazy("%(clock)s met"),
    "cancelled": gettext_lazy("%(clock)s no longer counts"),
    "recounted": gettext_lazy("%(clock)s was counted again"),
    "repaired": gettext_lazy("%(clock)s was repaired after a calendar change"),
    "recalendared": gettext_lazy("%(clock)s follows other hours"),
    "excused": gettext_lazy("%(clock)s was excused"),
    "undone": gettext_lazy("%(clock)s went on as if uninterrupted"),
    "carried": gettext_lazy("%(clock)s went on with the new rep"),
}
ICONS = {"touches": "call", "moves": "check", "stages": "flag", "clocks": "clock", "notes": "note"}
MOVE_ICONS = {
    "offer": "route",
    "reroute": "route",
    "reassign": "route",
    "ask": "pause",
    "answer": "note",
    "decline": "return",
    "hand_back": "return",
    "withdraw": "return",
    "expire": "clock",
    "win": "money",
    "convert": "money",
}
TOUCH_ICONS = {"opened": "eye", "visited": "eye", "mail": "mail", "replied": "mail", "meeting": "team"}


#: By which way something was done; on a page is the usual one.
CHANNELS: dict[str, str | Promise] = {
    "link": gettext_lazy("by a link in a letter"),
    "chat": gettext_lazy("in the chat"),
    "key": gettext_lazy("by an API key"),
    "intake": gettext_lazy("by another system"),
}


@dataclass(frozen=True)
class Entry:
    """One moment: what happened, what followed from it and what clocks made of it, whose doing it was."""

    at: datetime
    icon: str
    text: str
    subs: tuple[str, ...]
    clocks: tuple[str, ...]
    side: str | Promise


@dataclass(frozen=True)
class Day:
    """The moments of one local day."""

    on: date
    entries: tuple[Entry, ...]


def days(moments: Iterable[queries.Moment], now: datetime) -> list[Day]:
    """Return moments in words, under the days on which they happened in the reader's zone."""
    entries = [_entry(moment, now) for moment in moments]
    grouped = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [Day(on, tuple(group)) for on, group in grouped]


def touch_text(touch: Touch) -> str:
    """Say a touch: what was written about it, with its kind and success for one of Sales."""
    if touch.side != TouchSide.SALES and touch.summary:
        return touch.summary
    kind = kind_label(touch.kind)
    if touch.side == TouchSide.SALES and touch.reached is not None:
        kind = (
            _("%(kind)s, reached") % {"kind": kind}
            if touch.reached
            else _("%(kind)s, not reached") % {"kind": kind}
        )
    return f"{kind}: {touch.summary}" if touch.summary else kind


def kind_label(kind: str) -> str:
    """Name a kind of touch."""
    return str(TouchKind(kind).label) if kind in TouchKind else kind


def _entry(moment: queries.Moment, now: datetime) -> Entry:
    first = moment.first
    text = _text(first, now)
    others = [(other.kind, _text(other, now)) for other in moment.others]
    subs, of_clocks = (
        tuple(dict.fromkeys(said for kind, said in others if (kind == "clocks") is apart))
        for apart in (False, True)
    )
    return Entry(moment.at, _icon(first), text, subs, of_clocks, SIDES[_side(first)])


def _text(happening: queries.Happening, now: datetime) -> str:
    return str(_SAY[type(happening.thing)](happening, now))


def _touch(happening: queries.Happening, now: datetime) -> str:
    told = touch_text(happening.thing)
    who = happening.actor
    return _("%(touch)s, by %(name)s") % {"touch": told, "name": who.name} if who else told


def _move(happening: queries.Happening, now: datetime) -> str:
    entry = happening.thing
    said = {"who": _who(happening.actor), "to": happening.to.name if happening.to else ""}
    verb = GIVEN.get(entry.verb) if happening.to else VERBS.get(entry.verb)
    if verb is None:
        return _("%(who)s: %(verb)s") % {**said, "verb": entry.verb.replace("_", " ")}
    way = CHANNELS.get(entry.data.get("channel", ""))
    return f"{str(verb) % said}, {way}" if way else str(verb) % said


def _stage(happening: queries.Happening, now: datetime) -> str:
    change = happening.thing
    labels = dict(Stage.choices)
    to = labels.get(change.to_stage, change.to_stage)
    if not change.from_stage:
        return _("Stage: %(to)s") % {"to": to}
    return _("Stage: %(from)s to %(to)s") % {
        "from": labels.get(change.from_stage, change.from_stage),
        "to": to,
    }


def _clock(happening: queries.Happening, now: datetime) -> str:
    event = happening.thing
    label = clocks.commitment_label(event.clock.commitment)
    said = str(CLOCK_EVENTS.get(event.event, "%(clock)s")) % {"clock": label}
    if event.due_after and event.event in ("started", "resumed", "recounted", "repaired", "recalendared"):
        return _("%(event)s, due %(due)s") % {"event": said, "due": wording.moment_text(event.due_after, now)}
    return said


def _bant(happening: queries.Happening, now: datetime) -> str:
    fact = happening.thing
    label = BantKind(fact.kind).label
    return _("%(kind)s known: %(fact)s") % {"kind": label, "fact": bant_text(fact)}


def _question(happening: queries.Happening, now: datetime) -> str:
    question = happening.thing
    asked = _("Question: %(text)s") % {"text": question.text}
    answered = _("Answer: %(text)s") % {"text": question.answer}
    return f"{asked} {answered}" if question.answer else asked


def _refusal(happening: queries.Happening, now: datetime) -> str:
    refusal = happening.thing
    return _("Note: %(text)s") % {"text": refusal.note}


def bant_text(fact: BantFact) -> str:
    """Say one BANT fact: the amount, the day or the words."""
    amount = (
        "" if fact.amount is None else f"{wording.count_text(float(fact.amount))} {fact.currency}".strip()
    )
    on = verdicts.day(fact.on) if fact.on else ""
    return amount or on or fact.text


_SAY: dict[type, Callable[[Any, datetime], str]] = {
    Touch: _touch,
    AuditEntry: _move,
    StageChange: _stage,
    ClockEvent: _clock,
    BantFact: _bant,
    Question: _question,
    Refusal: _refusal,
}


def _icon(happening: queries.Happening) -> str:
    thing = happening.thing
    if isinstance(thing, AuditEntry):
        return MOVE_ICONS.get(thing.verb, "edit" if thing.verb in ("edited", "created") else "check")
    if isinstance(thing, Touch):
        return TOUCH_ICONS.get(thing.kind, "call" if thing.side == TouchSide.SALES else "mail")
    return ICONS[happening.kind]


def _side(happening: queries.Happening) -> str:
    thing, actor = happening.thing, happening.actor
    if isinstance(thing, Touch):
        return thing.side
    return (actor.side or "") if actor else ""


def _who(actor: User | None) -> str:
    return actor.name if actor else _("Concord")
