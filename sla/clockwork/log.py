"""Read a clock's log: the state it leads to, and the picture of how it came about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sla.businesstime import Schedule
from sla.clockwork.rules import Rules, apply
from sla.clockwork.values import Entry, Span, State, Terms

#: By the number of a `recalendared` line: the hours that ruled until then.
Earlier = Mapping[int, Schedule]
_TURNS = {"started": "running", "resumed": "running", "paused": "paused", "met": "", "cancelled": ""}


def fold(entries: Sequence[Entry], terms: Terms, schedule: Schedule, earlier: Earlier | None = None) -> State:
    """Replay a log, in the order of `seq`, to the state it leads to.

    Under the terms and calendar in force it gives the state that the moves gave. Undone entries are left out;
    to leave one out is to undo it. `earlier` are the hours that other ones replaced: with them the time
    before the change is counted anew, without them it stays what the line says. Raises ValueError when the
    start is missing.
    """
    earlier, lines = earlier or {}, standing(entries)
    state = None
    for entry, hours in zip(lines, _ruling(lines, schedule, earlier), strict=True):
        if entry.event == "recalendared" and entry.seq in earlier and state is not None:
            before = Rules(terms, earlier[entry.seq])
            elapsed = Rules(terms, hours).carried(state, entry.happened_at, before)
            entry = entry._replace(detail={**entry.detail, "elapsed_us": elapsed})
        state = apply(state, entry, Rules(terms, hours))
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


def spans(
    entries: Sequence[Entry],
    terms: Terms,
    schedule: Schedule,
    until: datetime,
    earlier: Earlier | None = None,
) -> list[Span]:
    """Draw a clock's life up to its end or a moment, as stretches that follow each other without a gap.

    Closed hours are told apart only where the terms count business time. `earlier` are the hours that other
    ones replaced; before a change that it does not know, the hours drawn are those after it.
    """
    lines = standing(entries)
    drawn: list[Span] = []
    changes = [(line.happened_at, earlier[line.seq]) for line in lines if earlier and line.seq in earlier]
    for span in _stretches(lines, until):
        if span.kind == "running" and terms.unit.startswith("business"):
            for piece, hours in _by_hours(span, changes, schedule):
                drawn.extend(_with_closed_hours(piece, hours))
        else:
            drawn.append(span)
    return drawn


def _ruling(lines: Sequence[Entry], schedule: Schedule, earlier: Earlier) -> list[Schedule]:
    """List the hours in force right after each line."""
    hours, found = schedule, []
    for line in reversed(lines):
        found.append(hours)
        hours = earlier.get(line.seq, hours)
    return found[::-1]


def _by_hours(
    span: Span, changes: Sequence[tuple[datetime, Schedule]], schedule: Schedule
) -> Iterator[tuple[Span, Schedule]]:
    """Cut a stretch where other hours came into force; give each piece with its own."""
    since = span.from_at
    for at, hours in changes:
        until = min(at, span.to_at)
        if since < until:
            yield replace(span, from_at=since, to_at=until), hours
            since = until
    if since < span.to_at:
        yield replace(span, from_at=since), schedule


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
