"""Loading the demo company: found it, write its past, play its last days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from leads import bulk, setbased
from leads.models import Account, Lead, OutboxMessage, Touch, User
from portal.demo import agreement, beginnings, company, discussion, scenes
from portal.demo.market import Market
from portal.demo.past import Book, Past, live_until, store
from portal.demo.playing import Player
from portal.demo.story import Story, World
from sla import letters, standings
from sla.models import Handoff

SEED = 2024
_DAYS = 730
_FIRST_AGO, _SECOND_AGO = timedelta(days=250), timedelta(days=70)
_PLAYED = timedelta(days=10)
#: Business minutes of the last days in which nothing but the scenes happens.
_SCENES_ONLY = 4 * scenes.DAY
#: Leads a month that become ready in the beginning, and how many more with each month.
_AT_FIRST, _MORE = 62, 1.85
_OTHERS = 1900
_MONTH = 30.44
_RESERVED = {Account: 4500, Lead: 4500, Touch: 90_000, Handoff: 4000}
#: Steps that nobody needs to be played for: Marketing's usual care and people who look around.
_QUIET = frozenset({"care", "touch", "nurture", "consent", "learn", "new_version", "buy", "sort", "sort_out"})
#: Business minutes for which a notice is news; what is older was read long ago.
_STILL_NEWS = 150
#: How many leads the overloaded rep holds beyond what was agreed.
_TOO_MANY = 2


@dataclass(frozen=True)
class Loaded:
    """What there is after loading, in numbers."""

    leads: int
    handoffs: int
    moves: int


@transaction.atomic
def load(*, now: datetime, seed: int = SEED) -> Loaded:
    """Load the company into an empty database; the same seed gives the same people and fates."""
    world = _world(now)
    ids = {model: setbased.take_ids(model, count) for model, count in _RESERVED.items()}
    market = Market(Random(f"{seed} market"), ids[Account], ids[Lead])
    book = Book(ids[Touch], ids[Handoff])
    pasts = [Past(world, story, book) for story in _stories(world, market, seed)]
    played_from = world.hours.next_open(now - _PLAYED)
    for past in pasts:
        live_until(past, played_from)
    live = [past for past in pasts if _is_live(past, now)]
    lively = {past.lead.pk for past in live}
    quiet = [past for past in pasts if past.lead.pk not in lively]
    for past in quiet:
        live_until(past, now)
    _write(book, market, pasts)
    bulk.look_at_tables()
    standings.judge(lead_ids=lively, now=played_from)
    standings.judge(lead_ids=[past.lead.pk for past in quiet], now=now)
    moves = Player(world, [past.story for past in live], played_from).play(now)
    _finish(world)
    return Loaded(len(market.leads), Handoff.objects.count(), moves)


def _world(now: datetime) -> World:
    since = now - timedelta(days=_DAYS + 20)
    people = company.found(since, now)
    first_at, second_at = (people.hours.next_open(now - ago) for ago in (_FIRST_AGO, _SECOND_AGO))
    signed = agreement.sign(people, since, first_at, second_at)
    discussion.talk(people, signed.second, first_at, now)
    return World(people, signed, now)


def _stories(world: World, market: Market, seed: int) -> Iterator[Story]:
    """Tell of everybody: those who become ready, those who do not, and those of this moment."""
    rng = Random(f"{seed} arrivals")
    since, until = world.now - timedelta(days=_DAYS), world.ago(_SCENES_ONLY)
    at = since
    while (at := at + timedelta(days=rng.expovariate(_per_day(at - since)))) < until:
        yield beginnings.ready_story(world, market, Random(f"{seed} {len(market.leads)}"), at)
    for _ in range(_OTHERS):
        at = since + (world.now - since) * rng.random()
        yield beginnings.other_story(world, market, Random(f"{seed} {len(market.leads)}"), at)
    yield from scenes.stories(world, market, seed)


def _per_day(age: timedelta) -> float:
    return (_AT_FIRST + _MORE * age.days / _MONTH) / _MONTH


def _is_live(past: Past, now: datetime) -> bool:
    """Tell whether anything that Sales or Marketing must do happens with the lead in the last days."""
    to_come = (step for step in past.story.steps if step.at < now)
    return past.open_handoff is not None or any(step.verb not in _QUIET for step in to_come)


def _write(book: Book, market: Market, pasts: list[Past]) -> None:
    for past in pasts:
        past.hearing.name_causes()
        book.changes += past.hearing.changes
    store(book, market.accounts, market.leads)


def _finish(world: World) -> None:
    """Write last week's letter; leave one rep with more than agreed, and only what is news to be told."""
    letters.write_due(now=world.now)
    karim = world.company.named(company.OVERLOADED)
    held = Handoff.objects.open().filter(rep=karim).count()
    User.objects.filter(pk=karim.pk).update(max_open=max(1, held - _TOO_MANY))
    waiting = OutboxMessage.objects.filter(fanned_out_at=None)
    waiting.filter(not_before__lt=world.ago(_STILL_NEWS)).update(fanned_out_at=world.now)
