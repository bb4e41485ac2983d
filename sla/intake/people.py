"""People, teams and the days people are away: facts by which hours count; open clocks go on by the new."""

from datetime import date, datetime
from typing import Any

from leads import people
from leads.models import Absence, Team, User
from sla import clocks


def change_person(*, user: User, values: dict[str, Any], now: datetime, actor: User) -> bool:
    """Change a person as `people.change` does; clocks by that person's hours keep what has elapsed."""
    with clocks.keeping_elapsed(now=now, reps=[user.pk], actor=actor):
        return people.change(user=user, values=values, now=now, actor=actor)


def save_team(*, team: Team, values: dict[str, Any], now: datetime, actor: User) -> Team:
    """Create or change a team as `people.save_team` does; clocks by its hours keep what has elapsed."""
    known = [team.pk] if team.pk else []
    with clocks.keeping_elapsed(now=now, teams=known, actor=actor):
        return people.save_team(team=team, values=values, now=now, actor=actor)


def add_absence(*, user: User, first_on: date, last_on: date, now: datetime, actor: User) -> Absence:
    """Note an absence as `people.add_absence` does; clocks by that person's hours keep what has elapsed."""
    with clocks.keeping_elapsed(now=now, reps=[user.pk], actor=actor):
        return people.add_absence(user=user, first_on=first_on, last_on=last_on, now=now, actor=actor)


def remove_absence(*, absence: Absence, now: datetime, actor: User) -> None:
    """Take an absence back; what was given to others meanwhile stays there."""
    with clocks.keeping_elapsed(now=now, reps=[absence.user_id], actor=actor):
        people.remove_absence(absence=absence, now=now, actor=actor)
