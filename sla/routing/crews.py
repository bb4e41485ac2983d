"""Everybody who might get a lead, as they stand now: what each holds, was given and is kept from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    When,
    prefetch_related_objects,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from leads.models import Team, User
from sla import calendars, readiness
from sla.choices import Considered, HandoffState
from sla.document import Document, Matching
from sla.models import Handoff
from sla.permissions import TAKES_LEADS

#: What was taken away again does not count against the leads that a person may be given in a period.
_NOT_GIVEN = (HandoffState.WITHDRAWN, HandoffState.REROUTED)
#: Stands for an offer that is about to be made: later than any made before.
_ABOUT_TO_BE = 2**62


@dataclass
class Person:
    """Somebody who might get a lead: open handoffs, leads given per period, ids of the last offers."""

    user: User
    open: int
    given: dict[str, int]
    turns: list[int]

    @property
    def turn(self) -> int:
        """The id of the offer as many turns ago as the person has weight; 0 for none."""
        return self.turns[-1] if len(self.turns) == max(self.user.weight, 1) else 0

    @property
    def last(self) -> int:
        return self.turns[0] if self.turns else 0

    def take(self, count: int) -> None:
        """Count one more lead, the `count`-th that is given away now."""
        self.open += 1
        self.given = {period: n + 1 for period, n in self.given.items()}
        self.turns = [_ABOUT_TO_BE + count, *self.turns][: max(self.user.weight, 1)]

    @property
    def is_full(self) -> bool:
        return self.user.max_open is not None and self.open >= self.user.max_open

    @property
    def is_capped(self) -> bool:
        """Tell whether the person was given all that is agreed for a day, week or month."""
        return any(
            most is not None and self.given[period] >= most for period, most in _caps(self.user).items()
        )


@dataclass(frozen=True)
class Wanted:
    """What one lead asks of whoever gets it."""

    said_no: frozenset[int] = frozenset()
    had_it: frozenset[int] = frozenset()
    facts: readiness.Facts | None = None
    grid: str = ""


class Crew:
    """The people of some teams and the owners of some accounts at a moment, judged by one agreement."""

    def __init__(
        self,
        teams: Sequence[Team],
        owners: Collection[int],
        document: Document,
        side: str,
        now: datetime,
        *,
        is_past: bool = False,
    ) -> None:
        """Read the people; `is_past` counts what each held and was given by `now` instead of today."""
        self.teams, self.document, self.now, self._is_past = tuple(teams), document, now, is_past
        self._calendar = document.calendars.get(side, "default")
        self._starts = _period_starts(calendars.schedule(self._calendar), now)
        those = Q(team__in=[team.pk for team in teams], role__in=TAKES_LEADS) | Q(pk__in=set(owners))
        self.people = {one.user.pk: one for one in self._read(those)}
        #: Whoever was chosen after they were read holds more by now.
        self.given: set[int] = set()
        ids = {team.pk for team in teams}
        self.member_ids = [pk for pk, one in self.people.items() if one.user.team_id in ids]
        self.look_at_hours(now)

    def include(self, owners: Collection[int]) -> None:
        """Add owners of accounts who are not of these teams."""
        if missing := set(owners) - set(self.people):
            self.people |= {one.user.pk: one for one in self._read(Q(pk__in=missing))}
            self.look_at_hours(self.now)

    def recount(self, ids: Collection[int]) -> bool:
        """Read some people again, as after locking them; tell whether nothing had changed."""
        fresh = {one.user.pk: one for one in self._read(Q(pk__in=ids))}
        before = {pk: self.people[pk] for pk in fresh}
        self.people |= fresh
        return all(_same(before[pk], one) for pk, one in fresh.items())

    def look_at_hours(self, now: datetime) -> None:
        """See who is away and who is off duty at a moment."""
        users = [one.user for one in self.people.values()]
        self.away = calendars.away(users, now, self._calendar)
        respects = self.document.routing.hours != "any"
        self.off_duty = calendars.off_duty(users, now, self._calendar) if respects else frozenset()
        self._idle = {user.pk: found for user in users if (found := self._out(user))}

    def obstacle(self, person: Person, wanted: Wanted, *, is_owner: bool = False) -> Considered | None:
        """Return what keeps a person from a lead, None if nothing does; owners need not fit it."""
        pk = person.user.id
        found = self._idle.get(pk) or (pk in wanted.had_it and Considered.HAD_IT)
        found = found or (pk in wanted.said_no and not is_owner and Considered.SAID_NO)
        found = found or (person.is_full and Considered.FULL) or (person.is_capped and Considered.CAPPED)
        if found or is_owner:
            return found or None
        if not self._fits(person.user, wanted.facts):
            return Considered.NO_MATCH
        return Considered.BELOW_BAR if _is_below_bar(person.user, wanted.grid) else None

    def is_idle(self, person: Person) -> bool:
        """Tell whether somebody takes no lead at all: left, paused or away."""
        return person.user.id in self._idle

    @property
    def has_bars(self) -> bool:
        """Tell whether anybody takes only the better leads."""
        return any(person.user.personal_bar for person in self.people.values())

    def _out(self, user: User) -> Considered | None:
        if not user.is_active:
            return Considered.INACTIVE
        if user.is_paused:
            return Considered.PAUSED
        return Considered.AWAY if user.pk in self.away else None

    def _read(self, those: Q) -> list[Person]:
        """Read people with all that is counted of them, in one query."""
        rows = User.objects.filter(those)
        mine = Handoff.objects.filter(rep=OuterRef("pk"))
        held = mine.filter(is_ended=False)
        if self._is_past:
            came = Q(given_at__isnull=True) | Q(given_at__lt=self.now)
            mine = mine.filter(came, offered_at__lt=self.now)
            held = mine.filter(Q(is_ended=False) | Q(ended_at__gte=self.now))
        counts: dict[str, Coalesce | Case] = {"open_n": _count(held)}
        for period, start in self._starts.items():
            given = _given(mine.filter(is_history=False).exclude(state__in=_NOT_GIVEN), start)
            is_capped = When(**{f"max_per_{period}__isnull": False}, then=given)
            counts[f"given_{period}"] = Case(is_capped, default=0, output_field=IntegerField())
        offers = mine.filter(is_history=False).order_by("-offered_at", "-pk").values("pk")
        turns = {f"turn_{n}": Subquery(offers[n : n + 1]) for n in range(self._longest_turn(those))}
        found = list(rows.annotate(**counts, **turns).order_by("id"))
        self._attach_hours(found)
        return [_person(row, len(turns)) for row in found]

    def _attach_hours(self, users: Sequence[User]) -> None:
        """Give people their calendars and teams; those of one team share it."""
        teams = {team.pk: team for team in self.teams}
        for user in users:
            if user.team_id in teams:
                user.team = teams[user.team_id]
        prefetch_related_objects(users, "calendar", "team__calendar")

    def _longest_turn(self, those: Q) -> int:
        if self.document.routing.method != "weighted":
            return 1
        found = User.objects.filter(those).order_by("-weight").values_list("weight", flat=True).first()
        return max(found or 1, 1)

    def _fits(self, user: User, facts: readiness.Facts | None) -> bool:
        rules = self.document.routing.matching
        return facts is None or all(_matches(rule, user, facts, self.now) for rule in rules)


def teams_for(*, side: str, leg: int, agreement_key: str) -> list[Team]:
    """Return the teams that take leads of an agreement on a leg: its own, else those of any segment."""
    found = Team.objects.filter(side=side, leg=leg, segment_key__in=(agreement_key, ""))
    teams = list(found.select_related("calendar").order_by("id"))
    own = [team for team in teams if team.segment_key]
    return own or teams


def _person(row: User, turns: int) -> Person:
    known: dict[str, Any] = vars(row)
    ids = [known[f"turn_{n}"] for n in range(min(turns, max(row.weight, 1)))]
    given = {period: known[f"given_{period}"] for period in ("day", "week", "month")}
    return Person(row, known["open_n"], given, [pk for pk in ids if pk is not None])


def _is_below_bar(user: User, grid: str) -> bool:
    """Tell whether a lead lies below a person's own bar; without a place on the grid nobody can say so."""
    cells = user.personal_bar.get("grid", ())
    return bool(cells and grid) and grid not in cells


def _caps(user: User) -> dict[str, int | None]:
    return {"day": user.max_per_day, "week": user.max_per_week, "month": user.max_per_month}


def _count(handoffs: Any) -> Coalesce:
    counted = handoffs.order_by().values("rep").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _given(handoffs: Any, start: datetime) -> CombinedExpression:
    """Count what came to a person since a moment: offers, and what they took or were handed of older ones."""
    later = handoffs.filter(offered_at__lt=start, given_at__gte=start)
    return _count(handoffs.filter(offered_at__gte=start)) + _count(later)


def _same(one: Person, other: Person) -> bool:
    return (one.open, one.given, one.turns) == (other.open, other.given, other.turns)


def _period_starts(hours: Any, now: datetime) -> dict[str, datetime]:
    """Return when the day, the week and the month began, in the zone of a calendar."""
    today: date = hours.local_date(now)
    days = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
    }
    zone = ZoneInfo(hours.timezone)
    return {name: datetime(day.year, day.month, day.day, tzinfo=zone) for name, day in days.items()}


def _matches(rule: Matching, user: User, facts: readiness.Facts, now: datetime) -> bool:
    """Tell whether a person fits a lead by one rule; what is not said excludes nobody, a need does."""
    known = _listed(user.attributes.get(rule.attribute))
    if rule.fact is None:
        applies = rule.when is None or _asked(rule.when).value(facts, now) is True
        return not applies or rule.value in known
    if not known:
        return True
    among = _asked(readiness.FactLeaf(rule.fact, "in", known))
    return among.value(facts, now) is not False


@lru_cache(maxsize=4096)
def _asked(criterion: readiness.Criterion) -> readiness.Compiled:
    return readiness.compile(criterion)


def _listed(value: object) -> tuple[Any, ...]:
    """Return what a person is known for as values, whether one or many were written down."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(value)
    return () if value in (None, "") else (value,)
