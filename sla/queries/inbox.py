"""What one person has to do with their leads, the earliest due first."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from leads import kept
from leads.choices import Role, Side, TouchSide
from leads.models import Touch, User
from sla import clocks as running
from sla.choices import ClockState, HandoffState
from sla.models import Clock, Handoff, Question
from sla.queries import spans

SEGMENTS = ("all", "accept", "contact", "next", "late", "waiting")
GROUPS = ("late", "today", "later")
#: The columns that rows show: most of a page's time would go into reading the others.
SEEN = (
    *("state", "rep", "grid", "cycle", "accepted_at", "team__name"),
    *("lead__name", "lead__email", "lead__title", "lead__source", "lead__account__name"),
    *("snapshot__budget", "snapshot__employees", "question__text", "question__answered_at"),
)


class Entry(NamedTuple):
    """One open handoff as the list sorts and counts it; `clock_id` is the clock that is due next.

    `place` is its place on the page, `soon_at` that clock's due time once it was warned of.
    """

    handoff_id: int
    group: str
    segments: tuple[str, ...]
    is_pool: bool
    clock_id: int | None
    place: float
    soon_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Whether a question to Marketing is open."""
        return "waiting" in self.segments


@dataclass(frozen=True, slots=True)
class Row:
    """One handoff with all that its row prints.

    `attempts` = sales touches since it was accepted, `remaining` what a pause of its clock keeps.
    """

    handoff: Handoff
    clock: Clock | None
    entry: Entry
    attempts: int
    remaining: timedelta | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """All entries of a person in the order of the page, counted by segment and by group."""

    entries: tuple[Entry, ...]
    counts: Mapping[str, int]
    groups: Mapping[str, int]
    shown: tuple[Entry, ...]
    open_count: int

    @property
    def soon(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.soon_at)

    @property
    def newest_id(self) -> int:
        """Return the highest handoff id, after which whatever comes is new."""
        return max((entry.handoff_id for entry in self.entries), default=0)


def mine(user: User) -> Q:
    """Match the handoffs given to this person and the offers of their team's pool."""
    return _of(user.pk, _pool_of(user))


def _pool_of(user: User) -> int | None:
    """Return the team whose pool a person takes offers from."""
    return user.team_id if user.role in (Role.REP, Role.QUALIFIER) else None


def _of(person: Any, pool: Any) -> Q:
    own = Q(rep_id=person)
    return own if pool is None else own | Q(team_id=pool, rep__isnull=True, state=HandoffState.OFFERED)


class _Asked:
    """A question about a person's open handoffs, worded for those with a pool and those without."""

    def __init__(self, build: Callable[[Q], QuerySet[Any, Any]]) -> None:
        person, pool = kept.number("person"), kept.number("pool")
        self._of_own = kept.planned_anew(lambda: build(_of(person, None)))
        self._with_pool = kept.planned_anew(lambda: build(_of(person, pool)))

    def __call__(self, user: User, **values: Any) -> list[Any]:
        pool = _pool_of(user)
        if pool is None:
            return self._of_own(person=user.pk, **values)
        return self._with_pool(person=user.pk, pool=pool, **values)


def inbox(user: User, *, segment: str, day_ends_at: datetime, limit: int) -> Inbox:
    """Return a person's list in two queries; `limit` entries of `segment` are to be shown."""
    entries = tuple(_entries(user, day_ends_at))
    chosen = [entry for entry in entries if segment in entry.segments]
    counts = Counter(chain.from_iterable(map(attrgetter("segments"), entries)))
    groups = Counter(map(attrgetter("group"), chosen))
    return Inbox(
        entries=entries,
        counts={name: counts[name] for name in SEGMENTS},
        groups={name: groups[name] for name in GROUPS},
        shown=tuple(chosen[:limit]),
        open_count=sum(not entry.is_pool for entry in entries),
    )


def count(user: User) -> int:
    """Return how many handoffs wait for a person."""
    return Handoff.objects.open().filter(mine(user)).count()


def arrived(user: User, *, after_id: int) -> int:
    """Return how many open handoffs of a person are newer than the one with this id."""
    return Handoff.objects.open().filter(mine(user), pk__gt=after_id).count()


def rows(entries: tuple[Entry, ...]) -> list[Row]:
    """Return what the rows of these entries print, in their order, in at most four queries."""
    handoffs = {one.pk: one for one in _with_parts(handoffs=[entry.handoff_id for entry in entries])}
    clocks = {one.pk: one for one in _clocks(clocks=[entry.clock_id for entry in entries if entry.clock_id])}
    running.attach_commitments(clocks.values())
    attempts = _attempts([handoffs[clock.handoff_id] for clock in clocks.values()
                          if clock.kind == "persistence" and clock.handoff_id in handoffs])  # fmt: skip
    remaining = spans.kept_by_pause(clocks.values())
    return [
        Row(
            handoff=handoffs[entry.handoff_id],
            clock=clocks.get(entry.clock_id or 0),
            entry=entry,
            attempts=attempts.get(entry.handoff_id, 0),
            remaining=remaining.get(entry.clock_id or 0),
        )
        for entry in entries
        if entry.handoff_id in handoffs
    ]


def row(found: Inbox, handoff: Handoff) -> Row | None:
    """Return one row of a person's list, None when the handoff has left it."""
    made = rows(tuple(entry for entry in found.entries if entry.handoff_id == handoff.pk))
    return made[0] if made else None


def attempts_of(handoff: Handoff) -> int:
    """Count the sales touches made on a handoff since it was accepted."""
    return _attempts([handoff]).get(handoff.pk, 0)


def _entries(user: User, day_ends_at: datetime) -> list[Entry]:
    """Read every open handoff of a person as a bare tuple, in order; a thousand of them must stay cheap."""
    clocks = {row[0]: (place, row) for place, row in enumerate(_next_clocks(user, ends_at=day_ends_at))}
    entries = []
    for pk, state, rep_id, is_contact_due, is_asked in _open_ones(user):
        place, (_pk, clock_id, is_late, is_today, soon_at) = clocks.get(pk, _NO_CLOCK)
        # Only what the worker marked is late.
        group = "late" if is_late else "today" if is_today else "later"
        segments = _segments(state == HandoffState.OFFERED, is_contact_due, is_asked, is_late)
        entries.append(Entry(pk, group, segments, rep_id is None, clock_id, place, soon_at))
    return sorted(entries, key=attrgetter("place"))


#: Its place among all; handoff, clock, late, due today, due time if due soon.
_NO_CLOCK: tuple[float, tuple[Any, ...]] = (float("inf"), (None, None, False, False, None))


@_Asked
def _open_ones(mine: Q) -> QuerySet[Handoff, Any]:
    """Word what an entry is made of beside its clock."""
    first_touch = Clock.objects.open().filter(handoff=OuterRef("pk"), kind="first_touch")
    unanswered = Question.objects.filter(handoff=OuterRef("pk"), answered_at__isnull=True)
    found = Handoff.objects.open().filter(mine).order_by("pk")
    return found.values_list("pk", "state", "rep_id", Exists(first_touch), Exists(unanswered))


def _segments(is_offered: bool, is_contact_due: bool, is_asked: bool, is_late: bool) -> tuple[str, ...]:
    """Return the parts of the page that show an entry."""
    part = "accept" if is_offered else "contact" if is_contact_due else "next"
    late = ("late",) if is_late else ()
    return ("all", part, *late, "waiting") if is_offered and is_asked else ("all", part, *late)


@_Asked
def _next_clocks(mine: Q) -> QuerySet[Clock, Any]:
    """Word per handoff the clock that waits for an answer, else the open one that is late or due first.

    The database compares the moments: to read a thousand of them would cost more than all the rest. It puts
    them in the order of the page too: what is late, what is due today, the rest, each by due time.
    """
    is_waiting = Q(kind="decide", state=ClockState.PAUSED)
    waits = Case(When(is_waiting, then=0), default=1)
    rank = Window(
        RowNumber(),
        partition_by=[F("handoff_id")],
        order_by=[waits, F("breached_at").asc(nulls_last=True), F("due_at").asc(nulls_last=True), F("pk")],
    )
    is_soon = Q(warned_at__isnull=False, breached_at__isnull=True) & ~Q(state=ClockState.PAUSED)
    on_mine = Handoff.objects.open().filter(mine).values("pk")
    found = (
        Clock.objects.open()
        .filter(side=Side.SALES, handoff_id__in=on_mine)
        .annotate(
            rank=rank,
            is_late=_flag(Q(breached_at__isnull=False)),
            is_today=_flag(Q(due_at__isnull=False, due_at__lt=kept.moment("ends_at"))),
            soon_at=Case(When(is_soon, then=F("due_at"))),
        )
    )
    by_due_time = (F("due_at").asc(nulls_last=True), "handoff_id")
    ordered = found.filter(rank=1).order_by("-is_late", "-is_today", *by_due_time)
    return ordered.values_list("handoff_id", "pk", "is_late", "is_today", "soon_at")


def _flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, BooleanField())


@kept.question
def _clocks() -> QuerySet[Clock]:
    return Clock.objects.defer("error").filter(pk__among=kept.ids("clocks"))


@kept.question
def _with_parts() -> QuerySet[Handoff]:
    latest = Touch.objects.filter(lead=OuterRef("lead_id"), side=TouchSide.PROSPECT).order_by("-happened_at")
    return (
        Handoff.objects.select_related("lead__account", "snapshot", "question", "team")
        .only(*SEEN)
        .filter(pk__among=kept.ids("handoffs"))
        .annotate(
            touch_summary=Subquery(latest.values("summary")[:1]),
            touch_kind=Subquery(latest.values("kind")[:1]),
        )
    )


def _attempts(handoffs: list[Handoff]) -> dict[int, int]:
    accepted = {handoff.lead_id: handoff for handoff in handoffs if handoff.accepted_at}
    if not accepted:
        return {}
    touches = Touch.objects.filter(lead__in=accepted, side=TouchSide.SALES, is_automatic=False)
    counted: dict[int, int] = {}
    for lead_id, happened_at in touches.values_list("lead_id", "happened_at"):
        handoff = accepted[lead_id]
        if handoff.accepted_at and happened_at >= handoff.accepted_at:
            counted[handoff.pk] = counted.get(handoff.pk, 0) + 1
    return counted
