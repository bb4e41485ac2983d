"""Who gets a lead, and a trace of why: the account's owner, else the next of the segment's team."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from leads.models import Lead, Team, User
from sla import calendars
from sla.choices import REFUSED_STATES, Considered, HandoffState
from sla.document import Document
from sla.models import Handoff
from sla.permissions import TAKES_LEADS

_PASSED_ON = (HandoffState.REROUTED, HandoffState.EXPIRED)
#: Whoever was not offered a lead for so long counts as never offered one.
_REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class Choice:
    """The rep chosen, or None for the pool of `team`; no team when nobody takes such leads at all.

    `trace` is JSON: `owner` and `considered` as {"rep", "outcome", "open"} in the order looked at.
    """

    rep: User | None
    team: Team | None
    trace: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Before:
    """Who had this lead on this leg before: who said no, and who had the offer in this cycle."""

    said_no: frozenset[int]
    had_it: frozenset[int]


@dataclass(frozen=True)
class _Person:
    """Somebody who might get the lead: how many are held, and the id of the last offer, 0 for none lately."""

    user: User
    open: int
    last_offer: int


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
    """Choose who is offered a lead; locks the people considered, so that nobody is given more than agreed.

    The account's owner comes first, who may get a lead back after saying no. Then round robin:
    whoever was offered a lead longest ago. Must run in the transaction of the offer, as its first lock.
    """
    side = document.leg(leg).to_side
    before = _before(lead, leg, cycle, not_to)
    teams = teams_for(side=side, leg=leg, agreement_key=agreement_key)
    owner_id = lead.account.owner_id
    people = _people(teams, owner_id, now)
    away = calendars.away([one.user for one in people], now, document.calendars.get(side, "default"))
    trace: dict[str, Any] = {"method": document.routing.method, "owner": None, "considered": []}
    owner = next((one for one in people if one.user.pk == owner_id), None)
    if owner:
        outcome = _outcome(owner, away, frozenset(), before.had_it)
        if not _takes_on(owner.user, side, leg):
            outcome = Considered.OTHER_TEAM
        trace["owner"] = _line(owner, outcome)
        if outcome == Considered.CHOSEN:
            return Choice(owner.user, owner.user.team, trace)
    team_ids = {team.pk for team in teams}
    others = [one for one in people if one.user.team_id in team_ids and one.user.pk != owner_id]
    chosen = _next(others, away, before, trace)
    if chosen:
        return Choice(chosen, chosen.team, trace)
    return Choice(None, teams[0] if teams else None, trace)


def is_eligible(user: User, *, document: Document, leg: int, now: datetime) -> bool:
    """Tell whether a person whom somebody named may be given a lead on this leg now."""
    side = document.leg(leg).to_side
    if not _takes_on(user, side, leg):
        return False
    one = _counted(User.objects.filter(pk=user.pk), now)[0]
    away = calendars.away([one.user], now, document.calendars.get(side, "default"))
    return _outcome(one, away, frozenset(), frozenset()) == Considered.CHOSEN


def teams_for(*, side: str, leg: int, agreement_key: str) -> list[Team]:
    """Return the teams that take leads of an agreement on a leg: its own, else those of any segment."""
    teams = list(Team.objects.filter(side=side, leg=leg, segment_key__in=(agreement_key, "")).order_by("id"))
    own = [team for team in teams if team.segment_key]
    return own or teams


def _people(teams: Sequence[Team], owner_id: int | None, now: datetime) -> list[_Person]:
    """Lock everybody who might get the lead, in the order of ids, and read how much each holds."""
    those = Q(team__in=[team.pk for team in teams], role__in=TAKES_LEADS) | Q(pk=owner_id)
    # Locked without touching keys: rows that merely name a person do not wait.
    list(User.objects.select_for_update(no_key=True).filter(those).order_by("id").values_list("id"))
    return _counted(User.objects.filter(those).order_by("id"), now)


def _counted(people: QuerySet[User], now: datetime) -> list[_Person]:
    users = list(people.select_related("calendar", "team__calendar"))
    ids = [user.pk for user in users]
    held = Handoff.objects.open().filter(rep__in=ids).values_list("rep").annotate(n=Count("pk"))
    # Ids and not times: a batch offers many leads in one moment.
    recent = Handoff.objects.filter(rep__in=ids, is_history=False, offered_at__gt=now - _REMEMBERED)
    last = dict(recent.values_list("rep").annotate(last=Max("pk")))
    open_counts = dict(held)
    return [_Person(user, open_counts.get(user.pk, 0), last.get(user.pk, 0)) for user in users]


def said_no(*, lead: Lead, leg: int, cycle: int) -> frozenset[int]:
    """Return the ids of those who said no to a lead in this cycle or the last one."""
    return _before(lead, leg, cycle, ()).said_no


def _before(lead: Lead, leg: int, cycle: int, not_to: Collection[int]) -> _Before:
    """Read who said no in this cycle or the last one, and who passed the offer on in this cycle."""
    rows = Handoff.objects.filter(
        lead=lead,
        leg=leg,
        cycle__gte=cycle - 1,
        rep__isnull=False,
        state__in=(*REFUSED_STATES, *_PASSED_ON),
    ).values_list("rep_id", "state", "cycle")
    refused = {rep for rep, state, _cycle in rows if state in REFUSED_STATES}
    passed_on = {rep for rep, state, hop_cycle in rows if state in _PASSED_ON and hop_cycle == cycle}
    return _Before(frozenset(refused), frozenset(passed_on | set(not_to)))


def _next(people: Sequence[_Person], away: set[int], before: _Before, trace: dict[str, Any]) -> User | None:
    chosen = None
    for person in sorted(people, key=lambda one: (one.last_offer, one.user.pk)):
        outcome = _outcome(person, away, before.said_no, before.had_it)
        if outcome == Considered.CHOSEN and chosen:
            outcome = Considered.LATER
        elif outcome == Considered.CHOSEN:
            chosen = person.user
        trace["considered"].append(_line(person, outcome))
    return chosen


def _outcome(person: _Person, away: set[int], said_no: frozenset[int], had_it: frozenset[int]) -> Considered:
    user = person.user
    obstacles = {
        Considered.INACTIVE: not user.is_active,
        Considered.PAUSED: user.is_paused,
        Considered.AWAY: user.pk in away,
        Considered.HAD_IT: user.pk in had_it,
        Considered.SAID_NO: user.pk in said_no,
        Considered.FULL: user.max_open is not None and person.open >= user.max_open,
    }
    return next((outcome for outcome, stands in obstacles.items() if stands), Considered.CHOSEN)


def _takes_on(user: User, side: str, leg: int) -> bool:
    team = user.team
    return user.role in TAKES_LEADS and team is not None and (team.side, team.leg) == (side, leg)


def _line(person: _Person, outcome: Considered) -> dict[str, Any]:
    return {"rep": person.user.pk, "outcome": outcome.value, "open": person.open}
