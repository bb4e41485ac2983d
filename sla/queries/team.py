"""How a sales team stands: who carries how much, what is late, what is about to be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from leads.models import Team, User
from sla import calendars
from sla.choices import ClockScope, HandoffState
from sla.models import Clock, Handoff
from sla.models.querysets import ClockQuerySet
from sla.permissions import TAKES_LEADS
from sla.queries.decisions import UNSEEN


@dataclass(frozen=True, slots=True)
class Load:
    """What one person carries; `max_open` None = no limit."""

    person: User
    offered: int
    worked: int
    late: int
    soon: int
    is_away: bool

    @property
    def open(self) -> int:
        return self.offered + self.worked

    @property
    def max_open(self) -> int | None:
        return self.person.max_open

    @property
    def is_full(self) -> bool:
        return self.max_open is not None and self.open >= self.max_open


@dataclass(frozen=True, slots=True)
class TeamView:
    """One team at a moment; one clock of Sales for each lead, the longest late first; counts are leads."""

    team: Team | None
    loads: tuple[Load, ...]
    late: tuple[Clock, ...]
    soon: tuple[Clock, ...]
    pool: int
    late_count: int
    soon_count: int


def of_team(team: Team | None, now: datetime, limit: int) -> TeamView:
    """Return how a team stands, None for all teams; the number of queries is the same for any size."""
    late, soon = _clocks(team).late(), _clocks(team).due_soon()
    return TeamView(
        team=team,
        loads=tuple(_loads(team, now)),
        late=tuple(_first(late, _shown(late).order_by("breached_at", "id"))[:limit]),
        soon=tuple(_first(soon, _shown(soon).order_by(F("due_at").asc(nulls_last=True), "id"))[:limit]),
        pool=_handoffs(team).filter(rep__isnull=True, state=HandoffState.OFFERED).count(),
        late_count=late.values("handoff").distinct().count(),
        soon_count=soon.values("handoff").distinct().count(),
    )


def _clocks(team: Team | None) -> ClockQuerySet:
    found = Clock.objects.open().filter(side="sales", scope=ClockScope.LEAD, handoff__is_ended=False)
    return found if team is None else found.filter(handoff__team=team)


def _first(clocks: QuerySet[Clock], shown: QuerySet[Clock]) -> QuerySet[Clock]:
    """Keep one clock for each handoff, the one that was due first: a lead is one thing to do."""
    same = clocks.filter(handoff=OuterRef("handoff"))
    earlier = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), pk__lt=OuterRef("pk"))
    return shown.filter(~Exists(same.filter(earlier)))


def _shown(clocks: QuerySet[Clock]) -> QuerySet[Clock]:
    parts = ("rep", "lead", "version__agreement", "question", "refusal")
    related = clocks.select_related("commitment", "lead__account", *(f"handoff__{part}" for part in parts))
    return related.defer(*(f"handoff__{column}" for column in UNSEEN), "lead__attributes")


def _handoffs(team: Team | None) -> QuerySet[Handoff]:
    found = Handoff.objects.open()
    return found if team is None else found.filter(team=team)


def _loads(team: Team | None, now: datetime) -> list[Load]:
    people = User.objects.filter(role__in=TAKES_LEADS, is_active=True)
    people = people.filter(team__side="sales") if team is None else people.filter(team=team)
    members = list(people.select_related("team__calendar", "calendar").order_by("name"))
    held, timed, away = _held(team, members), _timed(team, members), calendars.away(members, now)
    return [
        Load(person, *held.get(person.pk, (0, 0)), *timed.get(person.pk, (0, 0)), person.pk in away)
        for person in members
    ]


def _held(team: Team | None, members: list[User]) -> dict[int, tuple[int, int]]:
    """Return {person: (offers to decide, leads being worked)}."""
    offered = Q(state=HandoffState.OFFERED)
    rows: Any = _handoffs(team).filter(rep__in=members).values("rep").order_by()
    rows = rows.annotate(offered=Count("id", filter=offered), worked=Count("id", filter=~offered))
    return {row["rep"]: (row["offered"], row["worked"]) for row in rows}


def _timed(team: Team | None, members: list[User]) -> dict[int, tuple[int, int]]:
    """Return {person: (leads that are late, leads that are due soon)}."""
    late, is_warned = Q(breached_at__isnull=False), Q(warned_at__isnull=False)
    rows: Any = _clocks(team).filter(handoff__rep__in=members).values("handoff__rep").order_by()
    rows = rows.annotate(
        late=Count("handoff", distinct=True, filter=late),
        soon=Count("handoff", distinct=True, filter=~late & is_warned),
    )
    return {row["handoff__rep"]: (row["late"], row["soon"]) for row in rows}
