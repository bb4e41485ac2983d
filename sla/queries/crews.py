"""How leads are given out to a team now: by which agreement, to whom next, and what was given last."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from leads.models import Team, User
from sla import agreements, routing
from sla.choices import Considered, HandoffState
from sla.models import AgreementVersion, Handoff

LAST = 50
#: A pool has no turns: who has waited longest stands first.
_ORDER_OF_POOL = "round_robin"


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a crew as they stand now; `turn` counts from 1, None for whom no lead goes to."""

    person: User
    open: int
    given: dict[str, int]
    turn: int | None
    obstacle: Considered | None
    is_off_duty: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class CrewView:
    """A team's crew under the agreement in force; `today` counts its offers of the day."""

    version: AgreementVersion
    members: tuple[Member, ...]
    today: int
    pooled: int


def of_team(team: Team, now: datetime, day_began_at: datetime) -> CrewView | None:
    """Return how leads of a team are given out now, None while no agreement gives it any."""
    version = version_for(team)
    if version is None:
        return None
    document = agreements.document(version)
    crew = routing.Crew([team], (), document, team.side, now)
    people = [crew.people[pk] for pk in crew.member_ids]
    method = document.routing.method
    line = list(routing.Queue(_ORDER_OF_POOL if method == "pull" else method, people))
    kept = {one.user.pk: crew.obstacle(one, routing.Wanted()) for one in line}
    in_turn = [one.user.pk for one in line if kept[one.user.pk] is None]
    first = [pk for pk in in_turn if pk not in crew.off_duty] or in_turn
    if document.routing.hours == "only":
        first = [pk for pk in in_turn if pk not in crew.off_duty]
    members = (
        Member(
            one.user,
            one.open,
            one.given,
            in_turn.index(one.user.pk) + 1 if kept[one.user.pk] is None else None,
            kept[one.user.pk],
            one.user.pk in crew.off_duty,
            one.user.pk in first[:1] and method != "pull",
        )
        for one in sorted(line, key=lambda one: kept[one.user.pk] is not None)
    )
    counted = Handoff.objects.filter(team=team, is_history=False, offered_at__gte=day_began_at).aggregate(
        today=Count("pk"), pooled=Count("pk", filter=Q(rep=None, state=HandoffState.OFFERED))
    )
    return CrewView(version, tuple(members), **counted)


def version_for(team: Team) -> AgreementVersion | None:
    """Return the version in force whose leads a team takes; of several the one that matches last."""
    found = None
    for version in agreements.in_force():
        legs = [one for one in agreements.document(version).legs if one.leg == team.leg]
        for leg in legs:
            teams = routing.teams_for(side=leg.to_side, leg=leg.leg, agreement_key=version.agreement.key)
            found = version if team in teams else found
    return found


def last_given(team: Team) -> list[Handoff]:
    """Return the team's last offers with their traces, the newest first."""
    found = Handoff.objects.filter(team=team, is_history=False).select_related("lead__account", "rep")
    return list(found.defer("undo_seqs").order_by("-offered_at", "-pk")[:LAST])
