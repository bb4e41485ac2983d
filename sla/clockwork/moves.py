"""What can happen to a clock: each function gives the new state and the lines for its log."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sla.businesstime import Schedule
from sla.clockwork import log
from sla.clockwork.rules import STEP_EVENTS, Rules, apply, is_possible
from sla.clockwork.values import BREACH, WARN, Entry, State, Terms

Outcome = tuple[State, list[Entry]]

_EVENT_OF = {
    "pause": "paused",
    "resume": "resumed",
    "reset": "reset",
    "met": "met",
    "cancel": "cancelled",
    "excuse": "excused",
}
MOVES = (*_EVENT_OF, "tick")
_INSTANT = timedelta(microseconds=1)


def start(
    terms: Terms,
    schedule: Schedule,
    *,
    at: datetime,
    noticed_at: datetime,
    facts: Iterable[tuple[str, datetime]] = (),
) -> Outcome:
    """Start a clock, now or in the past.

    `facts` are the moves known to have happened since, as (move, moment): pauses, for history also the end.
    A clock that is late at birth is breached at its due time and stands on the rung it belongs to; only the
    last step notifies.
    """
    rules = Rules(terms, schedule)
    entry = Entry(1, "started", None, happened_at=at, noticed_at=noticed_at)
    state = apply(None, entry, rules)
    entries = [entry._replace(due_after=state.due_at)]
    for move, moment in sorted(facts, key=lambda fact: fact[1]):
        state, more = _moved(state, move, moment, noticed_at, rules)
        entries += more
    state, more = _climb(state, noticed_at, noticed_at, rules)
    return _told(state, entries + more)


def advance(
    state: State, move: str, *, at: datetime, noticed_at: datetime, terms: Terms, schedule: Schedule
) -> Outcome:
    """Let something happen to a clock.

    `tick` takes every step due up to `at`, that instant included. Any other move first takes the steps due
    before it, so that sweeping often or seldom ends the same: met late but not yet swept writes the breach at
    its due time, then met. What happened at the due instant is in time. A move that turns out to have
    happened before a warning or breach in the log takes these back (`back_to` in the detail); a rung that was
    climbed stays climbed, as somebody has acted on it.

    A reset of a breached clock ends it as met, late (`by: reset` in the detail): no breach is thrown away.
    A move that means nothing to the clock as it stands (resume a running one, anything but excuse on an ended
    one, excuse what is not breached) gives the same state and no entries: messages may come twice. For
    evidence that is earlier than a recorded end, undo that end first. Raises ValueError for an unknown move.
    """
    return _told(*_moved(state, move, at, noticed_at, Rules(terms, schedule)))


def recount(
    state: State,
    entries: Sequence[Entry],
    *,
    at: datetime,
    noticed_at: datetime,
    terms: Terms,
    schedule: Schedule,
    event: str = "recounted",
) -> Outcome:
    """Count an open clock again from its start, with its pauses, under other terms or a corrected calendar.

    `entries` is its whole log; `event` is `repaired` for a corrected calendar. Steps that the new count has
    not reached are taken back, those it has reached are taken now. The entry keeps the old and the new due
    time; nothing is written when nothing changes. What `recalendar` carried over stays as it was.
    """
    if state.ended_at is not None:
        return state, []
    rules = Rules(terms, schedule)
    ideal, steps = _replayed(log.standing(entries), at, noticed_at, rules)
    taken = WARN if state.next_step == BREACH and state.warned_at is None else state.next_step
    back_to = max(min(taken, ideal.next_step), terms.first_step)
    detail = {
        "back_to": back_to,
        "warned_at": _text(ideal.warned_at if back_to > WARN else None),
        "breached_at": _text(ideal.breached_at if back_to > BREACH else None),
    }
    # The old terms are not needed: the old due time is in the state, all else is counted anew.
    counted = log.fold(entries, terms, schedule)._replace(seq=state.seq, due_at=state.due_at)
    counted, entry = _written(counted, event, at, noticed_at, rules, detail=detail)
    written = [entry]
    for step in steps:
        if step.step is not None and step.step >= back_to:
            counted, entry = _written(
                counted, step.event, step.happened_at, noticed_at, rules, step.step, step.detail
            )
            written.append(entry)
    if counted._replace(seq=state.seq) == state:
        return state, []
    return _told(counted, written)


def recalendar(
    state: State,
    *,
    at: datetime,
    noticed_at: datetime,
    terms: Terms,
    before: Schedule,
    schedule: Schedule,
) -> Outcome:
    """Go on by another calendar from a moment, keeping what has elapsed by the calendar before.

    For another rep's hours, an absence, or hours that change from now on; a wrong calendar is `recount`ed.
    """
    if state.ended_at is not None:
        return state, []
    old_rules = Rules(terms, before)
    state, entries = _climb(state, at, noticed_at, old_rules)
    rules = Rules(terms, schedule)
    detail = {"elapsed_us": rules.carried(state, at, old_rules)}
    state, entry = _written(state, "recalendared", at, noticed_at, rules, detail=detail)
    return _told(state, [*entries, entry])


def undo(
    entries: Sequence[Entry],
    seqs: Iterable[int],
    *,
    at: datetime,
    noticed_at: datetime,
    terms: Terms,
    schedule: Schedule,
    earlier: log.Earlier | None = None,
) -> Outcome:
    """Take entries of a log back, so that the clock goes on as if they had never been.

    `entries` is the whole log, `earlier` the hours that other ones replaced (see `fold`). What fell due
    meanwhile is taken by the next tick. Raises ValueError for the start (cancel that clock instead) and for a
    line that the log does not have.
    """
    taken_back = sorted(set(seqs))
    if not set(taken_back) <= {entry.seq for entry in entries if entry.event != "started"}:
        raise ValueError(f"The log has no lines {taken_back} that could be undone.")
    entry = Entry(
        seq=entries[-1].seq + 1,
        event="undone",
        step=None,
        happened_at=at,
        noticed_at=noticed_at,
        due_before=entries[-1].due_after,
        detail={"seqs": taken_back},
    )
    state = log.fold([*entries, entry], terms, schedule, earlier)
    return state, [entry._replace(due_after=state.due_at)]


def _moved(state: State, move: str, at: datetime, noticed_at: datetime, rules: Rules) -> Outcome:
    if move == "tick":
        return _climb(state, at + _INSTANT, noticed_at, rules)
    if move not in _EVENT_OF:
        raise ValueError(f"A clock knows {', '.join(MOVES)}, not {move!r}.")
    event = _EVENT_OF[move]
    climbed, entries = _climb(state, at, noticed_at, rules)
    if not is_possible(climbed, event):
        return state, []
    detail: dict[str, Any] = {}
    if event != "excused":
        detail = _too_early(climbed, at)
    if event == "reset" and climbed.breached_at is not None and "back_to" not in detail:
        event, detail = "met", {"by": "reset"}
    climbed, entry = _written(climbed, event, at, noticed_at, rules, detail=detail)
    return climbed, [*entries, entry]


def _too_early(state: State, at: datetime) -> dict[str, Any]:
    """Name the step to go back to when a warning or breach was taken that was not due before this moment."""
    if state.warned_at is not None and at <= state.warned_at:
        return {"back_to": WARN}
    if state.breached_at is not None and at <= state.breached_at:
        return {"back_to": BREACH}
    return {}


def _climb(state: State, before: datetime, noticed_at: datetime, rules: Rules) -> Outcome:
    """Take every step that falls before a moment."""
    entries = []
    while state.next_at is not None and state.next_at < before:
        step = state.next_step
        event = STEP_EVENTS[min(step, 2)]
        detail = {"action": rules.terms.rungs[step - 2].action} if event == "escalated" else {}
        state, entry = _written(state, event, state.next_at, noticed_at, rules, step, detail)
        entries.append(entry)
    return state, entries


def _replayed(entries: Sequence[Entry], at: datetime, noticed_at: datetime, rules: Rules) -> Outcome:
    """Count a log's moves again; gives the state and the steps that stand in the end."""
    state = apply(None, entries[0], rules)
    steps: list[Entry] = []
    for index, entry in enumerate(entries):
        if entry.event == "recalendared":
            state, steps = log.fold(entries[: index + 1], rules.terms, rules.schedule), []
        elif entry.event in ("paused", "resumed", "reset"):
            state, more = _climb(state, entry.happened_at, noticed_at, rules)
            state = apply(state, entry._replace(detail={}), rules)
            steps = [] if entry.event == "reset" else steps + more
    state, more = _climb(state, at, noticed_at, rules)
    return state, steps + more


def _written(
    state: State,
    event: str,
    at: datetime,
    noticed_at: datetime,
    rules: Rules,
    step: int | None = None,
    detail: dict[str, Any] | None = None,
) -> tuple[State, Entry]:
    """Apply the next entry of a clock's log."""
    entry = Entry(state.seq + 1, event, step, at, noticed_at, due_before=state.due_at, detail=detail or {})
    changed = apply(state, entry, rules)
    return changed, entry._replace(due_after=changed.due_at)


def _told(state: State, entries: list[Entry]) -> Outcome:
    """Mark the one step that somebody should hear of: the last one, if it stands and the clock goes on."""
    for index in reversed(range(len(entries))):
        if entries[index].step is not None:
            if state.ended_at is None and entries[index].step == state.next_step - 1:
                entries[index] = entries[index]._replace(notify=True)
            break
    return state, entries


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
