"""Choosing for one lead or for many: first on paper, then those chosen are locked and counted again."""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.models import Lead, Team, User
from sla import readiness, standings
from sla.choices import REFUSED_STATES, Considered, HandoffState
from sla.document import Document
from sla.models import Handoff, Standing
from sla.permissions import TAKES_LEADS
from sla.routing.crews import Crew, Person, Wanted, teams_for
from sla.routing.turns import Queue

_PASSED_ON = (HandoffState.REROUTED, HandoffState.EXPIRED)
#: People named in a trace; the rest of a large team is counted.
_NAMED = 24
#: After whoever is chosen so many more are looked at, to say who would have been next.
_LOOKED_AFTER = 12
#: Others may be faster so often before everybody is locked who might get one of the leads.
_ROUNDS = 5


@dataclass(frozen=True)
class Choice:
    """The rep chosen, or None for the pool of `team`; no team when nobody takes such leads at all.

    `trace` is JSON: `owner` and `considered` as {"rep", "outcome", "open"} in the order looked at,
    `others` how many more there are.
    """

    rep: User | None
    team: Team | None
    trace: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A lead, with its account, that somebody is looked for; `not_to` are not asked in this cycle."""

    lead: Lead
    cycle: int
    not_to: Collection[int] = ()


def choose(
    *,
    lead: Lead,
    document: Document,
    agreement_key: str,
    leg: int,
    cycle: int,
    now: datetime,
    not_to: Collection[int] = (),
) -> Choice:
    """Choose who is offered a lead; whoever is chosen is locked, so that nobody gets more than agreed.

    The account's owner comes first, who may get a lead back after saying no. Must run in the
    transaction of the offer, as its first lock.
    """
    crew = crew_for(document, agreement_key, leg, now)
    return choose_many(requests=[Request(lead, cycle, not_to)], crew=crew, leg=leg, now=now)[0]


def choose_many(*, requests: Sequence[Request], crew: Crew, leg: int, now: datetime) -> list[Choice]:
    """Choose for many leads of one agreement and leg, in their order, as `choose` does for one.

    Only those chosen are locked, in the order of their ids, and only while nobody was faster. A crew
    may serve one batch after the other.
    """
    if crew.given:
        crew.recount(crew.given)
    crew.include({owner for request in requests if (owner := request.lead.account.owner_id)})
    wanted = wanted_of(requests, crew, leg, now)
    for _round in range(_ROUNDS):
        mark = transaction.savepoint()
        choices = on_paper(crew, requests, wanted, leg)
        chosen = {choice.rep.pk for choice in choices if choice.rep}
        lock(chosen)
        if not chosen or crew.recount(chosen):
            transaction.savepoint_commit(mark)
            crew.given = chosen
            return choices
        # Those locked in vain are set free: nobody waits for people while holding others.
        transaction.savepoint_rollback(mark)
    lock(crew.people)
    crew.recount(crew.people)
    crew.given = set(crew.people)
    return on_paper(crew, requests, wanted, leg)


def lock(ids: Collection[int]) -> None:
    """Lock people in the order of their ids, without touching keys: who merely names them does not wait."""
    found = User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id")
    list(found.values_list("id"))


def crew_for(document: Document, agreement_key: str, leg: int, now: datetime) -> Crew:
    """Return everybody of the teams that take an agreement's leads on a leg."""
    side = document.leg(leg).to_side
    return Crew(teams_for(side=side, leg=leg, agreement_key=agreement_key), [], document, side, now)


def on_paper(
    crew: Crew,
    requests: Sequence[Request],
    wanted: Mapping[int, Wanted],
    leg: int,
) -> list[Choice]:
    """Give leads away without telling anybody; the crew itself stays as it was."""
    people = dict(crew.people)
    method = crew.document.routing.method
    queue = Queue(method, [people[pk] for pk in crew.member_ids]) if method != "pull" else None
    choices = []
    for count, request in enumerate(requests):
        choice = _choice(crew, people, queue, request.lead, wanted[request.lead.pk], leg)
        if choice.rep:
            person = people[choice.rep.pk] = copy.copy(people[choice.rep.pk])
            if queue:
                queue.give(person, count)
            else:
                person.take(count)
        choices.append(choice)
    return choices


def is_eligible(user: User, *, document: Document, leg: int, now: datetime) -> bool:
    """Tell whether a person whom somebody named may be given a lead on this leg now; locks that person.

    Whoever names a person may know better than the rules of matching and of working hours.
    """
    side = document.leg(leg).to_side
    if not _takes_on(user, side, leg):
        return False
    lock([user.pk])
    crew = Crew([], [user.pk], document, side, now)
    return crew.obstacle(crew.people[user.pk], Wanted(), is_owner=True) is None


def has_room(user: User, *, document: Document, leg: int, now: datetime) -> bool:
    """Tell whether a person may take one more lead from a pool within what is agreed; locks that person."""
    lock([user.pk])
    crew = Crew([], [user.pk], document, document.leg(leg).to_side, now)
    person = crew.people[user.pk]
    return not (person.is_full or person.is_capped)


def is_unplaced(handoff: Handoff) -> bool:
    """Tell whether an offer lies in the pool although routing looked for somebody and found nobody."""
    trace = handoff.trace
    return handoff.rep_id is None and trace.get("method") != "pull" and "considered" in trace


def said_no(*, lead: Lead, leg: int, cycle: int) -> frozenset[int]:
    """Return the ids of those who said no to a lead in this cycle or the last one."""
    return before([Request(lead, cycle)], leg)[lead.pk].said_no


def wanted_of(requests: Sequence[Request], crew: Crew, leg: int, now: datetime) -> dict[int, Wanted]:
    """Return by lead what it asks of people: who had it, and what matching and personal bars look at."""
    wanted = before(requests, leg)
    if crew.document.routing.matching:
        facts: dict[int, readiness.Facts] = standings.facts_of(wanted, now)
        wanted = {pk: replace(one, facts=facts[pk]) for pk, one in wanted.items()}
    if crew.has_bars:
        cells = dict(Standing.objects.filter(lead__in=wanted).values_list("lead_id", "grid"))
        wanted = {pk: replace(one, grid=cells.get(pk, "")) for pk, one in wanted.items()}
    return wanted


def before(requests: Sequence[Request], leg: int, until: datetime | None = None) -> dict[int, Wanted]:
    """Read who said no in this cycle or the last one, and who passed the offer on in this cycle.

    With `until` only what had happened by then.
    """
    cycles = {request.lead.pk: request.cycle for request in requests}
    rows = Handoff.objects.filter(
        lead__in=cycles, leg=leg, rep__isnull=False, state__in=(*REFUSED_STATES, *_PASSED_ON)
    )
    if until:
        rows = rows.filter(ended_at__lt=until)
    refused: dict[int, set[int]] = {pk: set() for pk in cycles}
    had_it = {request.lead.pk: set(request.not_to) for request in requests}
    for lead_id, rep, state, cycle in rows.values_list("lead_id", "rep_id", "state", "cycle"):
        if state in REFUSED_STATES and cycle >= cycles[lead_id] - 1:
            refused[lead_id].add(rep)
        elif state in _PASSED_ON and cycle == cycles[lead_id]:
            had_it[lead_id].add(rep)
    return {pk: Wanted(frozenset(refused[pk]), frozenset(had_it[pk])) for pk in cycles}


def _choice(
    crew: Crew, people: Mapping[int, Person], queue: Queue | None, lead: Lead, wanted: Wanted, leg: int
) -> Choice:
    trace: dict[str, Any] = {"method": crew.document.routing.method, "owner": None, "considered": []}
    owner = people.get(lead.account.owner_id or 0)
    if owner:
        outcome = _of_owner(crew, owner, wanted, leg)
        trace["owner"] = _line(owner, outcome)
        if outcome == Considered.CHOSEN:
            return Choice(owner.user, owner.user.team, trace)
    chosen = _next(crew, queue, wanted, trace, owner) if queue else None
    if chosen:
        return Choice(chosen, chosen.team, trace)
    return Choice(None, crew.teams[0] if crew.teams else None, trace)


def _of_owner(crew: Crew, owner: Person, wanted: Wanted, leg: int) -> Considered:
    if not _takes_on(owner.user, crew.document.leg(leg).to_side, leg):
        return Considered.OTHER_TEAM
    if crew.document.routing.hours == "only" and owner.user.pk in crew.off_duty:
        return Considered.OFF_DUTY
    return crew.obstacle(owner, wanted, is_owner=True) or Considered.CHOSEN


def _next(
    crew: Crew, queue: Queue, wanted: Wanted, trace: dict[str, Any], owner: Person | None
) -> User | None:
    chosen = _look(crew, queue, wanted, trace, owner, crew.off_duty)
    if chosen is None and crew.off_duty and crew.document.routing.hours == "prefer":
        trace["nobody_on_duty"] = True
        chosen = _look(crew, queue, wanted, trace, owner, frozenset())
    return chosen


def _look(
    crew: Crew,
    queue: Queue,
    wanted: Wanted,
    trace: dict[str, Any],
    owner: Person | None,
    off_duty: Collection[int],
) -> User | None:
    """Return the first in the queue who can take the lead, and write down who was looked at."""
    lines: list[dict[str, Any]] = []
    chosen, after = None, 0
    for person in queue:
        if person is owner:
            continue
        after += chosen is not None
        if after > _LOOKED_AFTER:
            break
        if len(lines) >= _NAMED and crew.is_idle(person):
            continue
        outcome = crew.obstacle(person, wanted) or _of_duty(person, off_duty)
        if outcome is None:
            outcome = Considered.LATER if chosen else Considered.CHOSEN
            chosen = chosen or person.user
        if len(lines) < _NAMED or outcome == Considered.CHOSEN:
            lines.append(_line(person, outcome))
    trace["considered"] = lines
    others = len(queue) - len(lines) - int(owner is not None and owner.user.pk in queue)
    if others > 0:
        trace["others"] = others
    return chosen


def _of_duty(person: Person, off_duty: Collection[int]) -> Considered | None:
    return Considered.OFF_DUTY if person.user.id in off_duty else None


def _takes_on(user: User, side: str, leg: int) -> bool:
    team = user.team
    return user.role in TAKES_LEADS and team is not None and (team.side, team.leg) == (side, leg)


def _line(person: Person, outcome: Considered) -> dict[str, Any]:
    return {"rep": person.user.id, "outcome": outcome.value, "open": person.open}
