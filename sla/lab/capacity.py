"""Promised leads times agreed touches times minutes, against the hours that reps have."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from leads.choices import Role, Side
from leads.models import Team, User
from sla import calendars
from sla.compliance.periods import Period
from sla.document import Document

#: Minutes that one touch takes, write-up included, and the share of their hours that reps have for new leads.
MINUTES_PER_TOUCH = 10
SHARE_OF_HOURS = 0.5
_TAKES_LEADS = (Role.REP, Role.QUALIFIER)


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """One team over a period: hours needed by its part of the leads, and hours its people have."""

    team_id: int
    team: str
    people: int
    leads: float
    needed_hours: float
    hours: float

    @property
    def fits(self) -> bool:
        return self.needed_hours <= self.hours


def check(
    text: Document,
    period: Period,
    *,
    leads: int | None = None,
    by_team: dict[int, int] | None = None,
    minutes: float = MINUTES_PER_TOUCH,
    share: float = SHARE_OF_HOURS,
) -> dict[str, Any]:
    """Return for each sales team on leg one whether it has the hours for what both sides promise.

    Leads are the promised volume of a month unless told; they fall on teams as `by_team` says, else
    by the hours that each has. Touches are the agreed attempts, one where none are agreed.
    """
    promised = float(leads) if leads is not None else promised_leads(text, period)
    touches = agreed_touches(text)
    teams = _teams()
    hours = {team.pk: _hours(people, period) * share for team, people in teams}
    whole, told = sum(hours.values()), sum((by_team or {}).values())
    loads = []
    for team, people in teams:
        part = (by_team or {}).get(team.pk, 0) / told if told else hours[team.pk] / whole if whole else 0.0
        due = promised * part
        loads.append(
            TeamLoad(team.pk, team.name, len(people), due, due * touches * minutes / 60, hours[team.pk])
        )
    needed = promised * touches * minutes / 60
    return {
        "leads": promised,
        "touches": touches,
        "minutes": minutes,
        "share": share,
        "needed_hours": needed,
        "hours": whole,
        "fits": needed <= whole,
        "teams": [{**asdict(load), "fits": load.fits} for load in loads],
    }


def promised_leads(text: Document, period: Period) -> float:
    """Return the sales-ready leads that the volume commitment promises for the length of the period.

    One by value may take as many leads as those of the least worth.
    """
    days = (period.last_on - period.first_on).days + 1
    lengths = {"month": 365.25 / 12, "quarter": 365.25 / 4}
    promises = [one for one in text.of_kind("volume", leg=1) if one.amount]
    least = min((tier.worth for tier in text.tiers if tier.worth), default=1)
    worth = {False: 1.0, True: float(least)}
    return sum(
        float(one.amount or 0) * days / lengths[one.per or "month"] / worth[bool(one.params.get("weighted"))]
        for one in promises
    )


def agreed_touches(text: Document) -> int:
    """Return how many touches Sales owes each lead at most: the agreed attempts, at least one."""
    return max([int(one.params.get("attempts", 1)) for one in text.of_kind("persistence")], default=1)


def _teams() -> list[tuple[Team, list[User]]]:
    people: dict[int, list[User]] = {}
    found = User.objects.filter(is_active=True, role__in=_TAKES_LEADS, team__side=Side.SALES, team__leg=1)
    for user in found.select_related("calendar", "team__calendar"):
        people.setdefault(user.team_id or 0, []).append(user)
    return [(team, people[team.pk]) for team in Team.objects.filter(pk__in=people).order_by("name")]


def _hours(people: list[User], period: Period) -> float:
    """Return the working hours of some people, their absences taken off."""
    found = calendars.of_people(people).values()
    spans = (hours.elapsed(period.start_at, period.end_at) for hours in found if hours)
    return sum(spans, timedelta()).total_seconds() / 3600
