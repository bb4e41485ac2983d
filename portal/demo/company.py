"""The people of the demo company: two sales teams, Marketing, and how each rep works."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from leads.choices import Role, Side
from leads.models import Absence, Calendar, Team, User
from leads.models import Company as Employer
from portal import logins
from portal.demo.words import COMPANY
from sla import calendars
from sla.businesstime import Schedule

ZONE = "Europe/Berlin"
CALENDAR = "default"
_YEARS_BACK, _YEARS_AHEAD = 3, 2


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody works: chances to decide and to touch in time, to go on trying, and their load."""

    decides: float = 0.97
    touches: float = 0.93
    persists: float = 0.2
    share: float = 1.0
    max_open: int | None = 24


_USUAL = Manner()
_SLOW = Manner(decides=0.84, touches=0.64, persists=0.1, share=0.9)
_SWAMPED = Manner(decides=0.92, touches=0.76, persists=0.1, share=1.5, max_open=13)
_KEEN = Manner(decides=0.98, touches=0.97, persists=0.45)
_STEADY = Manner(decides=0.98, touches=0.96, persists=0.4, share=0.6)

#: (name, role, team, manner); the first of a role is whom a newcomer signs in as.
PEOPLE: tuple[tuple[str, str, str, Manner | None], ...] = (
    ("Mia Keller", Role.REP, "Sales North", _STEADY),
    ("Jonas Weber", Role.REP, "Sales North", _SLOW),
    ("Lena Hofmann", Role.REP, "Sales North", _USUAL),
    ("Karim Haddad", Role.REP, "Sales North", _SWAMPED),
    ("Tomas Reiter", Role.QUALIFIER, "Sales North", _KEEN),
    ("Paul Egger", Role.REP, "Sales South", _USUAL),
    ("Nina Baumann", Role.REP, "Sales South", _USUAL),
    ("David Marin", Role.REP, "Sales South", _USUAL),
    ("Sofia Lenz", Role.REP, "Sales South", _KEEN),
    ("Moritz Frei", Role.REP, "Sales South", _USUAL),
    ("Ruth Okafor", Role.SALES_MANAGER, "Sales North", None),
    ("Stefan Gruber", Role.SALES_MANAGER, "Sales South", None),
    ("Priya Nair", Role.MARKETER, "Marketing", None),
    ("Felix Arnold", Role.MARKETER, "Marketing", None),
    ("Jana Wolf", Role.MARKETING_MANAGER, "Marketing", None),
    ("Henrik Lindqvist", Role.LEADER, "", None),
    ("Clara Steiner", Role.LEADER, "", None),
    ("Olga Brandt", Role.OPERATIONS, "", None),
)
REFEREE = "Clara Steiner"
AWAY = "Nina Baumann"
OVERLOADED = "Karim Haddad"


@dataclass(frozen=True)
class Company:
    """Everybody who works with Concord, by name, and the hours that all of them keep."""

    people: dict[str, User]
    manners: dict[int, Manner]
    hours: Schedule

    @property
    def sellers(self) -> list[User]:
        """Those who take leads."""
        return [person for person in self.people.values() if person.pk in self.manners]

    @property
    def marketers(self) -> list[User]:
        return [person for person in self.people.values() if person.role == Role.MARKETER]

    @property
    def referee(self) -> User:
        return self.people[REFEREE]

    def named(self, name: str) -> User:
        return self.people[name]


def address_of(name: str) -> str:
    """Return the login of a demo person."""
    return f"{name.lower().replace(' ', '.')}@example.com"


def found(since: datetime, now: datetime) -> Company:
    """Write calendar, teams and people as of `since`; one of them is away in the week of `now`."""
    calendars.save(key=CALENDAR, name="Office hours", document=_office_hours(now.year), now=since)
    Employer.objects.create(name=COMPANY, time_zone=ZONE)
    office = Calendar.objects.get(key=CALENDAR)
    sides = {"Sales North": Side.SALES, "Sales South": Side.SALES, "Marketing": Side.MARKETING}
    teams = {name: Team.objects.create(name=name, side=side, calendar=office) for name, side in sides.items()}
    # Hashed once: every login of the demo has the same, public password.
    password = make_password(logins.PASSWORD)
    people = {
        # Whoever removed the demo and loads it again works here already, with a password of their own.
        name: User.objects.get_or_create(
            email=address_of(name),
            defaults={
                "name": name,
                "role": role,
                "team": teams.get(team),
                "password": password,
                "time_zone": ZONE,
                "max_open": manner.max_open if manner else None,
                "is_staff": role == Role.OPERATIONS,
                "joined_at": since,
            },
        )[0]
        for name, role, team, manner in PEOPLE
    }
    manners = {people[name].pk: manner for name, _role, _team, manner in PEOPLE if manner}
    hours = calendars.schedule(CALENDAR)
    today = hours.local_date(now)
    Absence.objects.create(
        user=people[AWAY], first_on=today - timedelta(days=2), last_on=today + timedelta(days=5)
    )
    return Company(people, manners, hours)


def _office_hours(year: int) -> dict[str, object]:
    years = range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1)
    return {
        "timezone": ZONE,
        "hours": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "holidays": sorted(day.isoformat() for one in years for day in _holidays(one)),
    }


def _holidays(year: int) -> set[date]:
    """Return the public holidays that all of Germany keeps."""
    easter = _easter(year)
    moving = {easter + timedelta(days=days) for days in (-2, 1, 39, 50)}
    return moving | {date(year, month, day) for month, day in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))}


def _easter(year: int) -> date:
    """Return Easter Sunday (Gauss, with the corrections for the Gregorian calendar of 1900 to 2099)."""
    moon = (19 * (year % 19) + 24) % 30
    week = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7
    days = moon + week
    if days == 35 or (days == 34 and moon == 28 and year % 19 > 10):
        days -= 7
    return date(year, 3, 22) + timedelta(days=days)
