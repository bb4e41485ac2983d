"""Read a clock's log: the state it leads to, and the picture of how it came about."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sla.businesstime import Schedule
from sla.clockwork.rules import Rules, apply
from sla.clockwork.values import Entry, Span, State, Terms

_TURNS = {"started": "running", "resumed": "running", "paused": "paused", "met": "", "cancelled": ""}


def fold(entries: Sequence[Entry], terms: Terms, schedule: Schedule) -> State:
    """Replay a log, in the order of `seq`, to the state it leads to.

    Under the terms and calendar in force it gives the state that the moves gave. Undone entries are left out;
    to leave one out is to undo it. Raises ValueError when the start is missing.
    """
    rules = Rules(terms, schedule)
    state = None
    for entry in standing(entries):
        state = apply(state, entry, rules)
    if state is None:
        raise ValueError("A clock without a log has no state.")
    return state


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what was undone later."""
    undone: set[int] = set()
    for entry in reversed(entries):
        if entry.event == "undone" and entry.seq not in undone:
            undone.update(entry.detail["seqs"])
    return [entry for entry in entries if entry.seq not in undone]


def spans(entries: Sequence[Entry], terms: Terms, schedule: Schedule, until: datetime) -> list[Span]:
    """Draw a clock's life up to its end or a moment, as stretches that follow each other without a gap.

    Closed hours are told apart only where the terms count business time. After a change of calendar the hours
    drawn are those of the calendar given.
    """
    drawn: list[Span] = []
    for span in _stretches(standing(entries), until):
        if span.kind == "running" and terms.unit.startswith("business"):
            drawn.extend(_with_closed_hours(span, schedule))
        else:
            drawn.append(span)
    return drawn


def _stretches(entries: Sequence[Entry], until: datetime) -> Iterator[Span]:
    kind, since = "", until
    for entry in entries:
        if entry.event in _TURNS:
            at = min(entry.happened_at, until)
            if kind and since < at:
                yield Span(kind, since, at)
            kind, since = _TURNS[entry.event], at
    if kind and since < until:
        yield Span(kind, since, until)


def _with_closed_hours(span: Span, schedule: Schedule) -> Iterator[Span]:
    since = span.from_at
    for opening, closing in schedule.spans(span.from_at, span.to_at):
        if since < opening:
            yield Span("closed", since, opening)
        yield Span("running", opening, closing)
        since = closing
    if since < span.to_at:
        yield Span("closed", since, span.to_at)
