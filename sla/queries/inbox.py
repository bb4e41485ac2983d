"""What one person has to do with their leads, the earliest due first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    When,
    Window,
)
from django.db.models.functions import RowNumber

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

    `place` is that clock's among all by due time, `soon_at` its due time once it was warned of.
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
    own = Q(rep_id=user.pk)
    if user.team_id is None or user.role not in (Role.REP, Role.QUALIFIER):
        return own
    return own | Q(team_id=user.team_id, rep__isnull=True, state=HandoffState.OFFERED)


def inbox(user: User, *, segment: str, day_ends_at: datetime, limit: int) -> Inbox:
    """Return a person's list in two queries; `limit` entries of `segment` are to be shown."""
    entries = tuple(sorted(_entries(user, day_ends_at), key=_order))
    chosen = [entry for entry in entries if segment in entry.segments]
    counts = Counter(name for entry in entries for name in entry.segments)
    groups = Counter(entry.group for entry in chosen)
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
    handoffs = _with_parts().in_bulk([entry.handoff_id for entry in entries])
    clocks = Clock.objects.defer("error").in_bulk([entry.clock_id for entry in entries if entry.clock_id])
    running.attach_commitments(clocks.values())
    attempts = _attempts([handoffs[clock.handoff_id] for clock in clocks.values()
                          if clock.kind == "persistence" and clock.handoff_id in handoffs])  # fmt: skip
    kept = spans.kept_by_pause(clocks.values())
    return [
        Row(
            handoff=handoffs[entry.handoff_id],
            clock=clocks.get(entry.clock_id or 0),
            entry=entry,
            attempts=attempts.get(entry.handoff_id, 0),
            remaining=kept.get(entry.clock_id or 0),
        )
        for entry in entries
        if entry.handoff_id in handoffs
    ]


def row(user: User, handoff: Handoff, day_ends_at: datetime) -> Row | None:
    """Return one row anew, None when the handoff has left this person's list."""
    made = rows(tuple(_entries(user, day_ends_at, Q(pk=handoff.pk))))
    return made[0] if made else None


def attempts_of(handoff: Handoff) -> int:
    """Count the sales touches made on a handoff since it was accepted."""
    return _attempts([handoff]).get(handoff.pk, 0)


def _order(entry: Entry) -> tuple[int, float, int]:
    return GROUPS.index(entry.group), entry.place, entry.handoff_id


def _entries(user: User, day_ends_at: datetime, only: Q | None = None) -> list[Entry]:
    """Read every open handoff of a person as a bare tuple; a thousand of them must stay cheap."""
    open_ones = Handoff.objects.open().filter(mine(user), only or Q())
    first_touch = Clock.objects.open().filter(handoff=OuterRef("pk"), kind="first_touch")
    unanswered = Question.objects.filter(handoff=OuterRef("pk"), answered_at__isnull=True)
    found = open_ones.values_list("pk", "state", "rep_id", Exists(first_touch), Exists(unanswered))
    clocks = _next_clocks(user, day_ends_at)
    entries = []
    for pk, state, rep_id, is_contact_due, is_asked in found:
        clock_id, place, is_late, is_today, soon_at = clocks.get(pk, _NO_CLOCK)
        # Only what the worker marked is late.
        group = "late" if is_late else "today" if is_today else "later"
        segments = _segments(state == HandoffState.OFFERED, is_contact_due, is_asked, is_late)
        entries.append(Entry(pk, group, segments, rep_id is None, clock_id, place, soon_at))
    return entries


#: Clock id, place by due time, late, due today, due time if due soon.
_NO_CLOCK: tuple[Any, ...] = (None, float("inf"), False, False, None)


def _segments(is_offered: bool, is_contact_due: bool, is_asked: bool, is_late: bool) -> tuple[str, ...]:
    """Return the parts of the page that show an entry."""
    part = "accept" if is_offered else "contact" if is_contact_due else "next"
    late = ("late",) if is_late else ()
    return ("all", part, *late, "waiting") if is_offered and is_asked else ("all", part, *late)


def _next_clocks(user: User, day_ends_at: datetime) -> dict[int, tuple[Any, ...]]:
    """Return per handoff the clock that waits for an answer, else the open one that is late or due first.

    The database compares the moments: to read a thousand of them would cost more than all the rest.
    """
    is_waiting = Q(kind="decide", state=ClockState.PAUSED)
    waits = Case(When(is_waiting, then=0), default=1)
    rank = Window(
        RowNumber(),
        partition_by=[F("handoff_id")],
        order_by=[waits, F("breached_at").asc(nulls_last=True), F("due_at").asc(nulls_last=True), F("pk")],
    )
    is_soon = Q(warned_at__isnull=False, breached_at__isnull=True) & ~Q(state=ClockState.PAUSED)
    on_mine = Handoff.objects.open().filter(mine(user)).values("pk")
    found = (
        Clock.objects.open()
        .filter(side=Side.SALES, handoff_id__in=on_mine)
        .annotate(
            rank=rank,
            is_late=_flag(Q(breached_at__isnull=False)),
            is_today=_flag(Q(due_at__isnull=False, due_at__lt=day_ends_at)),
            soon_at=Case(When(is_soon, then=F("due_at"))),
        )
    )
    ordered = found.filter(rank=1).order_by(F("due_at").asc(nulls_last=True), "handoff_id")
    first = ordered.values_list("handoff_id", "pk", "is_late", "is_today", "soon_at")
    return {row[0]: (row[1], place, *row[2:]) for place, row in enumerate(first)}


def _flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, BooleanField())


def _with_parts() -> Any:
    latest = Touch.objects.filter(lead=OuterRef("lead_id"), side=TouchSide.PROSPECT).order_by("-happened_at")
    return (
        Handoff.objects.select_related("lead__account", "snapshot", "question", "team")
        .only(*SEEN)
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
