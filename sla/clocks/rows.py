"""Between clockwork and the tables: a row as a state, a state as a row, entries as lines of the log."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads import outbox, pipeline, setbased, storing
from sla import clockwork
from sla.businesstime import Schedule
from sla.clocks import causes, notices, terms
from sla.models import ActionRow, Clock, ClockEvent

#: A line that clockwork does not know: the clock went over to another hop or owner and simply ran on.
CARRIED = "carried"
#: Rungs that ask for a move instead of telling somebody.
MOVING_RUNGS = ("reassign", "pool")
_SAME_NAME = (
    *("seq", "started_at", "elapsed", "running_since", "due_at", "due_on", "next_at", "next_step"),
    *("warned_at", "breached_at", "ended_at", "lateness"),
)
_COLUMNS = (*_SAME_NAME, "state", "is_excused", "handoff_id", "rep_id", "team_id", "cause")
_COLUMNS_OF_TERMS = ("allowance", "unit", "calendar_key", "calendar_revision", "error", "attempts")
_ALL_COLUMNS = (*_COLUMNS, *_COLUMNS_OF_TERMS)
#: All that the passing of time changes.
SWEPT = ("seq", "state", "next_at", "next_step", "warned_at", "breached_at", "cause", "error", "attempts")


@dataclass
class Change:
    """What is to be written of one clock: its row, with the seq it had, and new lines of its log."""

    clock: Clock
    seq_before: int | None  # None: the clock is new
    entries: list[clockwork.Entry] = field(default_factory=list)
    #: Whose act each line is, by its number; what time alone brings is nobody's.
    actor_ids: dict[int, int | None] = field(default_factory=dict)

    def add(self, entries: Sequence[clockwork.Entry], actor_id: int | None) -> None:
        """Add lines that somebody's act wrote."""
        self.entries += entries
        self.actor_ids |= {entry.seq: actor_id for entry in entries}


class ClockChanged(Exception):
    """A clock was changed by somebody else although it was locked."""


def state_of(clock: Clock) -> clockwork.State:
    """Read a row as clockwork's state."""
    values = {name: getattr(clock, name) for name in _SAME_NAME}
    return clockwork.State(phase=clock.state, excused=clock.is_excused, **values)


def take(clock: Clock, state: clockwork.State) -> None:
    """Set a row to a state, without writing it."""
    for name in _SAME_NAME:
        setattr(clock, name, getattr(state, name))
    clock.state, clock.is_excused = state.phase, state.excused


def rest_over(clock: Clock, schedule: Schedule) -> None:
    """Give a clock that was set aside the true moment of its next step again, without writing it."""
    if clock.error:
        clock.next_at = clockwork.next_moment(state_of(clock), terms.terms_of(clock), schedule)
        clock.error, clock.attempts = "", 0


def entries_of(events: Iterable[ClockEvent]) -> list[clockwork.Entry]:
    """Read a clock's log, in the order of `seq`, as clockwork's entries."""
    return [
        clockwork.Entry(
            seq=event.seq,
            event=event.event,
            step=event.step,
            happened_at=event.happened_at,
            noticed_at=event.noticed_at,
            due_before=event.due_before,
            due_after=event.due_after,
            detail=event.detail,
        )
        for event in events
        if event.event != CARRIED
    ]


def logs_of(clocks: Iterable[Clock]) -> dict[int, list[clockwork.Entry]]:
    """Read the logs of many clocks in one query, by clock id."""
    found: dict[int, list[ClockEvent]] = {clock.pk: [] for clock in clocks}
    for event in ClockEvent.objects.filter(clock_id__in=found).order_by("clock_id", "seq"):
        found[event.clock_id].append(event)
    return {pk: entries_of(events) for pk, events in found.items()}


def write(changes: Sequence[Change], *, now: datetime, columns: Sequence[str] = _ALL_COLUMNS) -> None:
    """Write clocks, their log, notices and asked-for moves in a handful of statements, old rows first.

    Clocks of history write neither notices nor moves. Raises ClockChanged.
    """
    breached = [c.clock for c in changes if any(entry.event == "breached" for entry in c.entries)]
    if breached:
        causes.assign(breached)
    _write(changes, columns)
    told = [(change.clock, entry) for change in changes for entry in change.entries if entry.notify]
    told = [(clock, entry) for clock, entry in told if not clock.is_history]
    outbox.put_many(notices.messages(told, now), now=now)
    asked = [_action(clock, entry, now) for clock, entry in told if _asks_move(clock, entry)]
    setbased.insert_rows(ActionRow, asked, ignore_conflicts=True)


def _write(changes: Sequence[Change], columns: Sequence[str]) -> None:
    new = [change.clock for change in changes if change.seq_before is None]
    known = [clock for clock in new if clock.pk]
    without_id = [clock for clock in new if clock.pk is None]
    # Without an id to wait for, nothing within looks at an answer.
    is_one_way = known and not without_id and len(changes) <= setbased.FEW
    with pipeline.together() if is_one_way else contextlib.nullcontext():
        _update(changes, columns)
        storing.store(known)
        storing.store(without_id)
        _log(changes)


def _update(changes: Sequence[Change], columns: Sequence[str]) -> None:
    """Update the rows that are there.

    Raises ClockChanged unless all were as they had been read, within `pipeline.together` at its end.
    """
    old = [change for change in changes if change.seq_before is not None]
    rows = [{"id": c.clock.pk, "expected": c.seq_before, **_row(c.clock, columns)} for c in old]
    changed = setbased.update_ahead(Clock, rows, guard="seq")

    def check() -> None:
        if len(changed()) != len(old):
            raise ClockChanged

    pipeline.afterwards(check)


def _log(changes: Sequence[Change]) -> None:
    setbased.insert_rows(ClockEvent, [line for change in changes for line in lines(change)])


def _row(clock: Clock, columns: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in columns}


def lines(change: Change) -> Iterable[dict[str, Any]]:
    """Yield the columns of a change's new log lines; its clock has an id by then."""
    clock = change.clock
    for entry in change.entries:
        yield {
            "clock_id": clock.pk,
            "seq": entry.seq,
            "event": entry.event,
            "step": entry.step,
            "happened_at": entry.happened_at,
            "noticed_at": entry.noticed_at,
            "due_before": entry.due_before,
            "due_after": entry.due_after,
            "calendar_revision": clock.calendar_revision,
            "actor_id": change.actor_ids.get(entry.seq),
            "cause": clock.cause if entry.event == "breached" else "",
            "detail": entry.detail,
        }


def _asks_move(clock: Clock, entry: clockwork.Entry) -> bool:
    return clock.handoff_id is not None and entry.detail.get("action") in MOVING_RUNGS


def _action(clock: Clock, entry: clockwork.Entry, now: datetime) -> dict[str, Any]:
    action = entry.detail["action"]
    return {
        "key": f"{action}:{clock.pk}:{entry.seq}",
        "action": action,
        "handoff_id": clock.handoff_id,
        "created_at": now,
        "due_at": now,
    }
