"""Working hours as schedules: which calendar rules what, in which revision, and who is away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from leads import audit, kept
from leads.models import Absence, Calendar, CalendarRevision, Team, User
from sla.businesstime import Schedule
from sla.document import Commitment, Document


class CalendarMissing(LookupError):
    """No calendar has this key, or it has no such revision."""

    def __init__(self, key: str, revision: int | None = None) -> None:
        super().__init__(f"Calendar {key} revision {revision}" if revision else f"Calendar {key}")
        self.key, self.revision = key, revision


@dataclass(frozen=True, slots=True)
class Hours:
    """The open hours that rule a clock, and the calendar revision they were read from."""

    schedule: Schedule
    key: str
    revision: int


def schedule(key: str, revision: int | None = None) -> Schedule:
    """Return the hours of a calendar, by default as they are now; raises CalendarMissing.

    A revision never changes, so it is read once per process.
    """
    return _revision(key, revision or current_revision(key))


def current_revision(key: str) -> int:
    """Return the number of a calendar's newest revision; raises CalendarMissing."""
    number = _newest.first(key=key)
    if number is None:
        raise CalendarMissing(key)
    return number


@kept.question
def _newest() -> QuerySet[Calendar, int]:
    return Calendar.objects.filter(key=kept.text("key")).values_list("revision", flat=True)


def for_clock(*, commitment: Commitment, document: Document, team: Team | None, rep: User | None) -> Hours:
    """Return the hours that rule a commitment which starts now.

    The rep's own hours without absences when the commitment says so and there is a rep, else
    the team's, else those that the version names for the side. A calendar that was read with the team
    or the rep stands as it was read.
    """
    side = commitment.side if commitment.side in document.calendars else "sales"
    # A team of the other side has no say in this side's hours.
    calendar = team.calendar if team and team.side == side else None
    own = rep if commitment.whose_hours == "rep" else None
    calendar = (own and _of_user(own)) or calendar
    key = calendar.key if calendar else document.calendars[side]
    revision = calendar.revision if calendar else current_revision(key)
    return Hours(stored(key, revision, own), key, revision)


def stored(key: str, revision: int, rep: User | None = None) -> Schedule:
    """Return the hours a clock was computed with; with a rep, the days that person is away are closed."""
    return with_days_off(key, revision, absent_days([rep.pk])[rep.pk] if rep else frozenset())


def of_people(users: Iterable[User]) -> dict[int, Schedule | None]:
    """Return each person's own hours, else the team's, closed while away; None where neither has a calendar.

    Reads `calendar` and `team.calendar`: select them along.
    """
    keys = {user.pk: _key_of_user(user) for user in users}
    days = absent_days(keys)
    newest = {key: current_revision(key) for key in set(keys.values()) if key}
    return {pk: with_days_off(key, newest[key], days[pk]) if key else None for pk, key in keys.items()}


def with_days_off(key: str, revision: int, days: frozenset[date]) -> Schedule:
    """Return the hours of a revision, closed on these days too; for many reps, with `absent_days`."""
    return _without(_revision(key, revision), days)


def away(users: Iterable[User], at: datetime, otherwise: str = "default") -> set[int]:
    """Return the ids of those who are absent at a moment, with a constant number of queries.

    Reads `calendar` and `team.calendar` of the users: select them along.
    """
    people = list(users)
    absences = absent_days(user.pk for user in people)
    zones = {key: schedule(key) for key in {_key_of_user(user) or otherwise for user in people}}
    return {
        user.pk
        for user in people
        if zones[_key_of_user(user) or otherwise].local_date(at) in absences[user.pk]
    }


def off_duty(users: Iterable[User], at: datetime, otherwise: str = "default") -> set[int]:
    """Return the ids of those whose working hours are closed at a moment; reads what `away` reads."""
    people = list(users)
    hours = {key: schedule(key) for key in {_key_of_user(user) or otherwise for user in people}}
    closed = {key for key, found in hours.items() if not found.is_open(at)}
    return {user.pk for user in people if (_key_of_user(user) or otherwise) in closed}


def absent_days(user_ids: Iterable[int]) -> dict[int, frozenset[date]]:
    """Return for each person the dates on which they are away, in one query."""
    days: dict[int, set[date]] = {user_id: set() for user_id in user_ids}
    for absence in Absence.objects.filter(user_id__in=days):
        length = (absence.last_on - absence.first_on).days + 1
        days[absence.user_id] |= {absence.first_on + timedelta(days=offset) for offset in range(length)}
    return {user_id: frozenset(dates) for user_id, dates in days.items()}


@transaction.atomic
def save(*, key: str, name: str, document: Any, now: datetime, actor: User | None = None) -> CalendarRevision:
    """Create a calendar or write its next revision; the same hours make no new one.

    Raises `businesstime.InvalidSchedule` with the path to what is wrong.
    """
    normal = Schedule.from_json(document).to_json()
    calendar, is_new = Calendar.objects.select_for_update().get_or_create(key=key, defaults={"name": name})
    newest = calendar.revisions.order_by("-number").first()
    if newest and newest.document == normal:
        return newest
    number = newest.number + 1 if newest else 1
    Calendar.objects.filter(pk=calendar.pk).update(revision=number, name=name)
    revision = CalendarRevision.objects.create(
        calendar=calendar, number=number, document=normal, created_at=now, actor=actor
    )
    audit.record(
        stream="system",
        verb="calendar_created" if is_new else "calendar_changed",
        subject_type="calendar",
        subject_id=calendar.pk,
        actor=actor,
        at=now,
        data={"key": key, "revision": number},
    )
    return revision


def forget() -> None:
    """Drop what is kept in memory: for tests, where the same key means another calendar each time."""
    _revision.cache_clear()
    _without.cache_clear()


def _of_user(user: User) -> Calendar | None:
    return user.calendar or (user.team.calendar if user.team else None)


def _key_of_user(user: User) -> str:
    calendar = _of_user(user)
    return calendar.key if calendar else ""


@lru_cache(maxsize=256)
def _revision(key: str, number: int) -> Schedule:
    found = CalendarRevision.objects.filter(calendar__key=key, number=number).values("document").first()
    if found is None:
        raise CalendarMissing(key, number)
    return Schedule.from_json(found["document"])


@lru_cache(maxsize=4096)
def _without(hours: Schedule, days: frozenset[date]) -> Schedule:
    return hours.without(days) if days else hours
