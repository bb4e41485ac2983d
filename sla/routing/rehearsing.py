"""What other rules would have done with the leads of past days; touches nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from leads.models import User
from sla import calendars, document, standings
from sla.document import Document
from sla.models import Handoff
from sla.routing.choosing import Choice, Request, before, on_paper
from sla.routing.crews import Crew, Wanted, teams_for


@dataclass(frozen=True)
class Rehearsed:
    """One offer of the past and the choice that the rules would have made; `was` None = the pool."""

    handoff: Handoff
    was: User | None
    choice: Choice

    @property
    def is_same(self) -> bool:
        return self.was == self.choice.rep


@dataclass(frozen=True)
class Rehearsal:
    """The offers of a period, each with whom it went to and whom it would have gone to."""

    offers: tuple[Rehearsed, ...]

    @property
    def moved(self) -> int:
        return sum(not one.is_same for one in self.offers)

    def shares(self) -> list[tuple[User | None, int, int]]:
        """Return for each person, and None for the pool, leads got and leads that would have been."""
        was = Counter(one.was for one in self.offers)
        would = Counter(one.choice.rep for one in self.offers)
        people = sorted({*was, *would}, key=lambda one: (one is None, str(one or "")))
        return [(person, was[person], would[person]) for person in people]


def with_rules(text: Document, rules: dict[str, Any]) -> Document:
    """Return an agreement with some rules of routing changed; raises InvalidDocument."""
    whole = document.dump(text)
    return document.parse({**whole, "routing": {**whole["routing"], **rules}})


def rehearse(
    *, document: Document, agreement_key: str, first_on: date, last_on: date, leg: int = 1
) -> Rehearsal:
    """Route the first offers of some days again, from what each person held when the day began.

    Within a day nothing becomes free: what people decided depended on what they really got.
    """
    side = document.leg(leg).to_side
    zone = ZoneInfo(calendars.schedule(document.calendars.get(side, "default")).timezone)
    teams = teams_for(side=side, leg=leg, agreement_key=agreement_key)
    offers: list[Rehearsed] = []
    for day, handoffs in groupby(_offers(agreement_key, first_on, last_on, leg, zone), _day_in(zone)):
        began_at = datetime(day.year, day.month, day.day, tzinfo=zone)
        found = list(handoffs)
        owners = {one.lead.account.owner_id for one in found if one.lead.account.owner_id}
        crew = Crew(teams, owners, document, side, began_at, is_past=True)
        offers += _of_day(crew, found, leg)
    return Rehearsal(tuple(offers))


def _of_day(crew: Crew, handoffs: Sequence[Handoff], leg: int) -> Iterator[Rehearsed]:
    needs_facts = bool(crew.document.routing.matching)
    for count, handoff in enumerate(handoffs):
        at = handoff.offered_at
        if at is None:
            continue
        crew.look_at_hours(at)
        request = Request(handoff.lead, handoff.cycle)
        earlier = before([request], leg, until=at)[handoff.lead_id]
        facts = standings.facts_from_snapshot(handoff.snapshot) if needs_facts else None
        wanted = {handoff.lead_id: Wanted(earlier.said_no, earlier.had_it, facts)}
        (choice,) = on_paper(crew, [request], wanted, leg)
        if choice.rep:
            crew.people[choice.rep.pk].take(count)
        yield Rehearsed(handoff, handoff.rep, choice)


def _offers(key: str, first_on: date, last_on: date, leg: int, zone: ZoneInfo) -> list[Handoff]:
    """Return the first hops by routing, as they were made; a person named by hand stays named."""
    from_at = datetime(first_on.year, first_on.month, first_on.day, tzinfo=zone)
    until = last_on + timedelta(days=1)
    to_at = datetime(until.year, until.month, until.day, tzinfo=zone)
    found = Handoff.objects.filter(
        version__agreement__key=key,
        leg=leg,
        hop=1,
        is_history=False,
        offered_at__gte=from_at,
        offered_at__lt=to_at,
    ).exclude(trace__method="by_hand")
    related = found.select_related("lead__account", "rep", "snapshot", "version__agreement")
    return list(related.defer("version__document", "version__canonical_text").order_by("offered_at", "pk"))


def _day_in(zone: ZoneInfo) -> Callable[[Handoff], date]:
    def day_of(handoff: Handoff) -> date:
        assert handoff.offered_at is not None  # filtered by it
        return handoff.offered_at.astimezone(zone).date()

    return day_of
