"""How one entry of the log changes a clock, and when its next step falls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla.businesstime import Schedule
from sla.clockwork.values import BREACH, WARN, Entry, State, Terms

STEP_EVENTS = ("warned", "breached", "escalated")
Changes = dict[str, Any]
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """Terms on a calendar: all that is needed to read a clock."""

    terms: Terms
    schedule: Schedule

    @property
    def allowance(self) -> timedelta:
        """Give the promised length in the measure of its unit."""
        return self.schedule.allowance(self.terms.amount, self.terms.unit)

    def elapsed(self, state: State, at: datetime) -> timedelta:
        """Measure what has passed on a clock by a moment; one before the clock ran on adds nothing."""
        if state.running_since is None or at <= state.running_since:
            return state.elapsed
        return state.elapsed + self.schedule.elapsed_by(state.running_since, at, self.terms.unit)

    def carried(self, state: State, at: datetime, before: "Rules") -> int:
        """Return what has elapsed by a moment under other hours, in microseconds of these.

        A day is a working day of whichever calendar rules: two of six days stay two of six.
        """
        elapsed = before.elapsed(state, at) // _MICROSECOND
        ours, theirs = self.allowance // _MICROSECOND, before.allowance // _MICROSECOND
        return elapsed * ours // theirs if theirs else elapsed

    def reaches(self, state: State, length: timedelta, since: datetime) -> datetime:
        """Find when a clock that runs on since a moment will have counted that length."""
        return self.schedule.due_by(since, length - state.elapsed, self.terms.unit)

    def moment(self, state: State) -> datetime | None:
        """Find when the next step of a clock falls, whatever moment it carries; None when none will."""
        since, step = state.running_since, state.next_step
        if since is None or step - 2 >= len(self.terms.rungs):
            return None
        if step == WARN:
            return self.reaches(state, self.allowance * (self.terms.warn_at or 0), since)
        due_at = self.reaches(state, self.allowance, since)
        if step == BREACH:
            return due_at
        rung = self.terms.rungs[step - 2]
        return self.schedule.due_after(due_at, rung.amount, rung.unit)


def next_moment(state: State, terms: Terms, schedule: Schedule) -> datetime | None:
    """Find when the next step of a clock falls, as `Rules.moment` does."""
    return Rules(terms, schedule).moment(state)


def is_possible(state: State, event: str) -> bool:
    """Tell whether an event means anything to a clock as it stands."""
    match event:
        case "undone":
            return True
        case "excused":
            return state.breached_at is not None and not state.excused
        case "paused":
            return state.running_since is not None
        case "resumed":
            return state.running_since is None and state.ended_at is None
    return state.ended_at is None


def apply(state: State | None, entry: Entry, rules: Rules) -> State:
    """Change a clock by one entry of its log; an entry that means nothing to it changes nothing but `seq`.

    Uses only the entry, the terms and the calendar, so that a log can be folded again under other terms.
    """
    if state is None:
        if entry.event != "started":
            raise ValueError(f"The log of a clock begins with its start, not with {entry.event}.")
        at = entry.happened_at
        fresh = State("running", started_at=at, running_since=at, next_step=rules.terms.first_step)
        return _settled(fresh, entry.seq, rules)
    if is_possible(state, entry.event):
        if "back_to" in entry.detail:
            state = _taken_back(state, max(entry.detail["back_to"], rules.terms.first_step))
        changes = _CHANGES[entry.event](state, entry, rules)
        state = state._replace(**changes)
    return _settled(state, entry.seq, rules)


def _settled(state: State, seq: int, rules: Rules) -> State:
    """Derive phase, due time and next step from the rest."""
    if state.ended_at is not None:
        return state._replace(seq=seq, running_since=None, next_at=None)
    since = state.running_since
    due_at = state.breached_at
    if due_at is None and since is not None:
        due_at = rules.reaches(state, rules.allowance, since)
    running = "paused" if since is None else "running"
    # A clock whose next step is its breach takes it when it is due, which has just been counted.
    next_at = due_at if state.next_step == BREACH else rules.moment(state)
    return state._replace(
        seq=seq,
        phase=running if state.breached_at is None else "breached",
        due_at=due_at,
        due_on=None if due_at is None else rules.schedule.local_date(due_at),
        next_at=next_at,
        excused=state.excused and state.breached_at is not None,
    )


def _taken_back(state: State, step: int) -> State:
    return state._replace(
        next_step=step,
        warned_at=state.warned_at if step > WARN else None,
        breached_at=state.breached_at if step > BREACH else None,
    )


def _step(state: State, entry: Entry, rules: Rules) -> Changes:
    step = entry.step or WARN
    changes: Changes = {"next_step": step + 1}
    if step == WARN:
        changes["warned_at"] = entry.happened_at
    elif step == BREACH:
        changes["breached_at"] = entry.happened_at
    return changes


def _paused(state: State, entry: Entry, rules: Rules) -> Changes:
    return {"elapsed": rules.elapsed(state, entry.happened_at), "running_since": None}


def _resumed(state: State, entry: Entry, rules: Rules) -> Changes:
    return {"running_since": entry.happened_at}


def _reset(state: State, entry: Entry, rules: Rules) -> Changes:
    since = entry.happened_at if state.running_since is not None else None
    first = rules.terms.first_step
    return {"elapsed": timedelta(0), "running_since": since, "next_step": first, "warned_at": None}


def _met(state: State, entry: Entry, rules: Rules) -> Changes:
    at = entry.happened_at
    elapsed = rules.elapsed(state, at)
    changes: Changes = {"phase": "met", "ended_at": at, "elapsed": elapsed}
    if state.breached_at is not None:
        changes["lateness"] = max(elapsed - rules.allowance, timedelta(0))
    elif state.due_at is None:
        # Met in a pause: the period it counts in is that of the due time it would have had from here.
        due_at = rules.reaches(state, rules.allowance, at)
        changes |= {"due_at": due_at, "due_on": rules.schedule.local_date(due_at)}
    return changes


def _cancelled(state: State, entry: Entry, rules: Rules) -> Changes:
    at = entry.happened_at
    return {"phase": "cancelled", "ended_at": at, "elapsed": rules.elapsed(state, at)}


def _recounted(state: State, entry: Entry, rules: Rules) -> Changes:
    return {key: _moment_in(entry.detail, key) for key in ("warned_at", "breached_at")}


def _recalendared(state: State, entry: Entry, rules: Rules) -> Changes:
    since = entry.happened_at if state.running_since is not None else None
    return {"elapsed": timedelta(microseconds=entry.detail["elapsed_us"]), "running_since": since}


def _excused(state: State, entry: Entry, rules: Rules) -> Changes:
    return {"excused": True}


def _undone(state: State, entry: Entry, rules: Rules) -> Changes:
    return {}


def _moment_in(detail: dict[str, Any], key: str) -> datetime | None:
    return datetime.fromisoformat(detail[key]) if detail.get(key) else None


_CHANGES: dict[str, Callable[[State, Entry, Rules], Changes]] = {
    "warned": _step,
    "breached": _step,
    "escalated": _step,
    "paused": _paused,
    "resumed": _resumed,
    "reset": _reset,
    "met": _met,
    "cancelled": _cancelled,
    "recounted": _recounted,
    "repaired": _recounted,
    "recalendared": _recalendared,
    "excused": _excused,
    "undone": _undone,
}
