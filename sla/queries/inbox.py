"""What one person has to do with their leads, the earliest due first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When, Window
from django.db.models.functions import RowNumber

from leads.choices import Role, Side, TouchSide
from leads.models import Touch, User
from sla.choices import ClockState, HandoffState
from sla.models import Clock, Handoff, Question
from sla.queries import spans

SEGMENTS = ("all", "accept", "contact", "next", "late", "waiting")
GROUPS = ("late", "today", "later")
#: Heavy columns that no row shows.
UNSEEN = ("trace", "undo_seqs", "snapshot__touches", "snapshot__attributes", "lead__attributes",
          "lead__search_text", "lead__account__attributes")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One open handoff as the list sorts and counts it; `clock_id` is the clock that is due next."""

    handoff_id: int
    state: str
    is_pool: bool
    is_waiting: bool
    is_contact_due: bool
    clock_id: int | None
    due_at: datetime | None
    is_soon: bool
    is_late: bool

    def is_in(self, segment: str) -> bool:
        """Tell whether a segment of the page shows it."""
        is_offered = self.state == HandoffState.OFFERED
        return {
            "all": True,
            "accept": is_offered,
            "contact": not is_offered and self.is_contact_due,
            "next": not is_offered and not self.is_contact_due,
            "late": self.is_late,
            "waiting": self.is_waiting,
        }[segment]

    def group(self, day_ends_at: datetime) -> str:
        """Return `late`, `today` or `later`; only what the worker marked is late."""
        if self.is_late:
            return "late"
        return "today" if self.due_at and self.due_at < day_ends_at else "later"


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
        return tuple(entry for entry in self.entries if entry.is_soon)

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
    entries = tuple(sorted(_entries(user), key=lambda entry: _order(entry, day_ends_at)))
    chosen = [entry for entry in entries if entry.is_in(segment)]
    return Inbox(
        entries=entries,
        counts={name: sum(entry.is_in(name) for entry in entries) for name in SEGMENTS},
        groups={name: sum(entry.group(day_ends_at) == name for entry in chosen) for name in GROUPS},
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
    clocks = Clock.objects.select_related("commitment").in_bulk(
        [entry.clock_id for entry in entries if entry.clock_id]
    )
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


def row(user: User, handoff: Handoff) -> Row | None:
    """Return one row anew, None when the handoff has left this person's list."""
    found = [entry for entry in _entries(user, Q(pk=handoff.pk))]
    made = rows(tuple(found))
    return made[0] if made else None


def attempts_of(handoff: Handoff) -> int:
    """Count the sales touches made on a handoff since it was accepted."""
    return _attempts([handoff]).get(handoff.pk, 0)


def _order(entry: Entry, day_ends_at: datetime) -> tuple[int, bool, float, int]:
    due = entry.due_at
    group = GROUPS.index(entry.group(day_ends_at))
    return group, due is None, due.timestamp() if due else 0.0, entry.handoff_id


def _entries(user: User, only: Q | None = None) -> list[Entry]:
    """Read every open handoff of a person as a bare tuple; a thousand of them must stay cheap."""
    open_ones = Handoff.objects.open().filter(mine(user), only or Q())
    first_touch = Clock.objects.open().filter(handoff=OuterRef("pk"), kind="first_touch")
    unanswered = Question.objects.filter(handoff=OuterRef("pk"), answered_at__isnull=True)
    found = open_ones.values_list("pk", "state", "rep_id", Exists(first_touch), Exists(unanswered))
    due = _next_clocks(user)
    return [
        _entry(pk, state, rep_id, is_contact_due, is_waiting, due.get(pk))
        for pk, state, rep_id, is_contact_due, is_waiting in found
    ]


def _entry(
    pk: int, state: str, rep_id: int | None, is_contact_due: bool, is_waiting: bool, due: Any
) -> Entry:
    clock_id, clock_state, due_at, warned_at, breached_at = due or (None, "", None, None, None)
    is_late = breached_at is not None
    is_soon = warned_at is not None and not is_late and clock_state != ClockState.PAUSED
    is_asked = is_waiting and state == HandoffState.OFFERED
    return Entry(pk, state, rep_id is None, is_asked, is_contact_due, clock_id, due_at, is_soon, is_late)


def _next_clocks(user: User) -> dict[int, tuple[Any, ...]]:
    """Return per handoff the clock that waits for an answer, else the open one that is late or due first."""
    is_waiting = Q(kind="decide", state=ClockState.PAUSED)
    waits = Case(When(is_waiting, then=0), default=1)
    place = Window(
        RowNumber(),
        partition_by=[F("handoff_id")],
        order_by=[waits, F("breached_at").asc(nulls_last=True), F("due_at").asc(nulls_last=True), F("pk")],
    )
    on_mine = Handoff.objects.open().filter(mine(user)).values("pk")
    found = Clock.objects.open().filter(side=Side.SALES, handoff_id__in=on_mine).annotate(place=place)
    columns = ("handoff_id", "pk", "state", "due_at", "warned_at", "breached_at")
    return {first: tuple(rest) for first, *rest in found.filter(place=1).values_list(*columns)}


def _with_parts() -> Any:
    latest = Touch.objects.filter(lead=OuterRef("lead_id"), side=TouchSide.PROSPECT).order_by("-happened_at")
    return (
        Handoff.objects.select_related("lead__account", "snapshot", "question", "team")
        .defer(*UNSEEN)
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
