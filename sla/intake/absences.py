"""Days on which people are away: facts that hours and routing read; open clocks go on by the new hours."""

from datetime import date, datetime

from leads import people
from leads.models import Absence, User
from sla import clocks


def add_absence(*, user: User, first_on: date, last_on: date, now: datetime, actor: User) -> Absence:
    """Note an absence as `people.add_absence` does; clocks by that person's hours keep what has elapsed."""
    with clocks.keeping_elapsed(now=now, reps=[user.pk], actor=actor):
        return people.add_absence(user=user, first_on=first_on, last_on=last_on, now=now, actor=actor)


def remove_absence(*, absence: Absence, now: datetime, actor: User) -> None:
    """Take an absence back; what was given to others meanwhile stays there."""
    with clocks.keeping_elapsed(now=now, reps=[absence.user_id], actor=actor):
        people.remove_absence(absence=absence, now=now, actor=actor)
