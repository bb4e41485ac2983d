"""Everything that happened to one lead, the latest first, as it lies in the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from leads import kept
from leads.models import AuditEntry, BantFact, Lead, StageChange, Touch, User
from sla import clocks as running
from sla.models import ClockEvent, Handoff

SHOWN = ("all", "touches", "clocks", "stages", "notes")
#: How far back each source is read; what lies further is imported bulk that nobody scrolls through.
FURTHEST = 400
#: The columns of a clock's log that a line needs.
EVENT = ("event", "happened_at", "due_after", "actor_id", "clock__commitment_id")
#: Acts that other lines of the timeline already tell.
TOLD_ELSEWHERE = ("learned", "assigned", "touched")


@dataclass(frozen=True, slots=True)
class Happening:
    """One row that tells what happened; `kind` is one of touches, moves, stages, clocks, notes.

    `to` is whom a move gave the lead to.
    """

    at: datetime
    kind: str
    thing: Any
    actor: User | None
    to: User | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened at the same instant belongs together: the first thing leads, the others explain."""

    at: datetime
    first: Happening
    others: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Moments of a lead, the latest first; `earlier` counts those that are not in `moments`."""

    moments: tuple[Moment, ...]
    counts: dict[str, int]
    earlier: int
    earliest_at: datetime | None


#: Which thing leads when several happened at once.
RANK = {"touches": 0, "moves": 1, "notes": 2, "stages": 3, "clocks": 4}


def timeline(
    lead: Lead,
    handoffs: Iterable[Handoff],
    facts: Iterable[BantFact],
    *,
    show: str,
    limit: int | None,
) -> Timeline:
    """Return the lead's moments, filtered by one of SHOWN, in five queries."""
    found = list(_all(lead, handoffs, facts))
    counts = {name: sum(one.kind == name for one in found) for name in SHOWN if name != "all"}
    counts["all"] = len(found)
    wanted = [one for one in found if show in ("all", one.kind) or (show == "stages" and one.kind == "moves")]
    wanted.sort(key=lambda one: (-one.at.timestamp(), RANK[one.kind], one.thing.pk))
    moments = [_moment(list(group)) for _at, group in groupby(wanted, key=lambda one: one.at)]
    shown = moments if limit is None else moments[:limit]
    rest = moments[len(shown) :]
    return Timeline(tuple(shown), counts, len(rest), rest[-1].at if rest else None)


def _moment(together: list[Happening]) -> Moment:
    return Moment(together[0].at, together[0], tuple(together[1:]))


def _all(lead: Lead, handoffs: Iterable[Handoff], facts: Iterable[BantFact]) -> Iterable[Happening]:
    audit = _acts(stream=f"lead:{lead.pk}")
    clocks = _clock_events(lead=lead.pk)
    running.attach_commitments(event.clock for event in clocks)
    touches = _touches(lead=lead.pk)
    changes = _stages(lead=lead.pk)
    named = {thing.actor_id for things in (audit, clocks, touches, changes, facts) for thing in things}
    named |= {_given_to(entry) for entry in audit}
    people: dict[int | None, User] = {one.pk: one for one in _people(people=[pk for pk in named if pk])}
    for touch in touches:
        yield Happening(touch.happened_at, "touches", touch, people.get(touch.actor_id))
    for entry in audit:
        yield Happening(entry.at, "moves", entry, people.get(entry.actor_id), people.get(_given_to(entry)))
    for event in clocks:
        yield Happening(event.happened_at, "clocks", event, people.get(event.actor_id))
    for change in changes:
        if change.happened_at:
            yield Happening(change.happened_at, "stages", change, people.get(change.actor_id))
    for fact in facts:
        yield Happening(fact.known_at, "notes", fact, people.get(fact.actor_id))
    yield from _words(handoffs)


def _given_to(entry: AuditEntry) -> int | None:
    """Return the id of the person a move names as the next to hold the lead."""
    return entry.data.get("rep") or entry.data.get("to")


@kept.question
def _acts() -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.filter(stream=kept.text("stream")).exclude(verb__in=TOLD_ELSEWHERE)
    return found.order_by("-seq")[:FURTHEST]


@kept.question
def _clock_events() -> QuerySet[ClockEvent]:
    found = ClockEvent.objects.filter(clock__lead_id=kept.number("lead"))
    return found.select_related("clock").only(*EVENT).order_by("-happened_at", "-pk")[:FURTHEST]


@kept.question
def _touches() -> QuerySet[Touch]:
    return Touch.objects.filter(lead_id=kept.number("lead")).order_by("-happened_at")[:FURTHEST]


@kept.question
def _stages() -> QuerySet[StageChange]:
    return StageChange.objects.filter(lead_id=kept.number("lead")).order_by("-seq")[:FURTHEST]


@kept.question
def _people() -> QuerySet[User]:
    return User.objects.filter(pk__among=kept.ids("people"))


def _words(handoffs: Iterable[Handoff]) -> Iterable[Happening]:
    """Yield what people wrote to each other about the lead's handoffs."""
    for handoff in handoffs:
        question, refusal = getattr(handoff, "question", None), getattr(handoff, "refusal", None)
        if question:
            yield Happening(question.asked_at, "notes", question, None)
        if refusal and refusal.note and handoff.ended_at:
            yield Happening(handoff.ended_at, "notes", refusal, handoff.decided_by)
