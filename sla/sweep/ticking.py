"""Clocks that are due: warn, breach, climb the ladder; nothing but clocks, their log and the outbox."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from sla import clocks, clockwork
from sla.businesstime import Schedule
from sla.models import Clock

BATCH = 500
_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=5), timedelta(days=1)
_LONGEST_ERROR = 500
log = logging.getLogger(__name__)


def tick(now: datetime) -> Counter[str]:
    """Take every step that is due on any clock; return how many by event, and `set_aside`.

    Locked clocks are left to the next run. A clock that fails is set aside with its error and
    tried again later; it never blocks the others.
    """
    taken: Counter[str] = Counter()
    size = BATCH
    # Asked outside a transaction: an idle sweep takes no lock at all.
    while Clock.objects.filter(next_at__lte=now).exists():
        try:
            events = _batch(now, size)
        except (DatabaseError, clocks.ClockChanged) as error:
            log.warning("A batch of %s clocks failed: %s", size, error)
            if size > 1:
                size //= 2
                continue
            events = _set_first_aside(now, error)
        if not events:
            break
        taken += events
        size = min(size * 2, BATCH)
    return taken


@transaction.atomic
def _batch(now: datetime, size: int) -> Counter[str]:
    due = list(Clock.objects.due(now).select_for_update(skip_locked=True, no_key=True)[:size])
    clocks.attach_commitments(due)
    days = clocks.days_off(due)
    changes, failed = [], []
    for clock in due:
        try:
            change = _ticked(clock, clocks.schedule_of(clock, days), now)
        # Whatever is wrong with one clock, the others are due.
        except Exception as error:
            log.exception("Clock %s could not be advanced", clock.pk)
            failed.append(_aside(clock, error, now))
        else:
            changes.append(change)
    clocks.write([*changes, *failed], now=now, columns=clocks.SWEPT)
    events = Counter(entry.event for change in changes for entry in change.entries)
    return events + Counter(set_aside=len(failed))


def _ticked(clock: Clock, schedule: Schedule, now: datetime) -> clocks.Change:
    terms = clocks.terms_of(clock)
    state = clocks.state_of(clock)
    if clock.error:  # its next step was put off, and must be counted as of when it was due
        entries = clocks.entries_of(clock.events.order_by("seq"))
        state = replace(clockwork.fold(entries, terms, schedule), seq=clock.seq)
    after, entries = clockwork.advance(state, "tick", at=now, noticed_at=now, terms=terms, schedule=schedule)
    if not entries:
        raise ValueError("Nothing is due on a clock that was found due.")
    change = clocks.Change(clock, clock.seq, entries)
    clocks.take(clock, after)
    clock.error = ""
    return change


def _aside(clock: Clock, error: Exception, now: datetime) -> clocks.Change:
    clock.error = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    # Twice as long each time: the longer it has been overdue, the longer it rests.
    overdue = now - (clock.due_at or clock.started_at)
    clock.next_at = now + min(max(overdue, _SHORTEST_REST), _LONGEST_REST)
    return clocks.Change(clock, clock.seq)


def _set_first_aside(now: datetime, error: Exception) -> Counter[str]:
    """Set the one clock aside that the database itself refuses."""
    with transaction.atomic():
        first = Clock.objects.due(now).select_for_update(skip_locked=True, no_key=True).first()
        if first is None:
            return Counter()
        change = _aside(first, error, now)
        Clock.objects.filter(pk=first.pk).update(error=change.clock.error, next_at=change.clock.next_at)
    return Counter(set_aside=1)
