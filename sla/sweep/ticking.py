"""Clocks that are due: warn, breach, climb the ladder; nothing but clocks, their log and the outbox."""

import logging
from collections import Counter
from datetime import datetime

from django.db import transaction

from leads import bulk
from sla import clocks, clockwork
from sla.businesstime import Schedule
from sla.models import Clock
from sla.sweep import resting

BATCH = 500
log = logging.getLogger(__name__)


class _BatchFailed(Exception):
    """These clocks could not be written together."""

    def __init__(self, ids: list[int]) -> None:
        super().__init__(f"{len(ids)} clocks could not be written")
        self.ids = ids


def tick(now: datetime) -> Counter[str]:
    """Take every step that is due on any clock; return how many by event, and `set_aside`.

    Locked clocks are left to the next run. A clock that fails is set aside with its error and
    tried again later; it never blocks the others.
    """
    taken: Counter[str] = Counter()
    size = BATCH
    # Asked outside a transaction: an idle sweep takes no lock at all.
    is_due = Clock.objects.due(now).exists()
    while is_due:
        try:
            with bulk.undisturbed():
                events = _batch(now, size)
        except _BatchFailed as failed:
            error = failed.__cause__ or failed
            log.warning("A batch of %s clocks failed: %s", len(failed.ids), error)
            if len(failed.ids) > 1:
                size = len(failed.ids) // 2
                continue
            events = _set_aside(failed.ids[0], error, now)
        if not events:
            break
        taken += events
        size = min(size * 2, BATCH)
    return taken


@transaction.atomic
def _batch(now: datetime, size: int) -> Counter[str]:
    due = list(Clock.objects.due(now).select_for_update(skip_locked=True, no_key=True)[:size])
    try:
        return _tick_all(due, now)
    # Not only what the database refuses: whatever fails for all of them is narrowed down to the one.
    except Exception as error:
        raise _BatchFailed([clock.pk for clock in due]) from error


def _tick_all(due: list[Clock], now: datetime) -> Counter[str]:
    clocks.attach_commitments(due)
    days = clocks.days_off(due)
    changes, failed = [], []
    for clock in due:
        try:
            changes.append(_ticked(clock, clocks.schedule_of(clock, days), now))
        # Whatever is wrong with one clock, the others are due.
        except Exception as error:
            log.exception("Clock %s could not be advanced", clock.pk)
            failed.append(_aside(clock, error, now))
    clocks.write([*changes, *failed], now=now, columns=clocks.SWEPT)
    events = Counter(entry.event for change in changes for entry in change.entries)
    return events + Counter(set_aside=len(failed))


def _ticked(clock: Clock, schedule: Schedule, now: datetime) -> clocks.Change:
    was_aside = bool(clock.error)
    clocks.rest_over(clock, schedule)
    after, entries = clockwork.advance(
        clocks.state_of(clock),
        "tick",
        at=now,
        noticed_at=now,
        terms=clocks.terms_of(clock),
        schedule=schedule,
    )
    if not entries and not was_aside:
        raise ValueError("Nothing is due on a clock that was found due.")
    change = clocks.Change(clock, clock.seq, entries)
    clocks.take(clock, after)
    return change


def _aside(clock: Clock, error: BaseException, now: datetime) -> clocks.Change:
    """Let a clock rest; its true next step is found again by `clocks.rest_over`."""
    clock.error, clock.attempts = resting.told(error), clock.attempts + 1
    clock.next_at = resting.until(now, clock.attempts)
    return clocks.Change(clock, clock.seq)


def _set_aside(pk: int, error: BaseException, now: datetime) -> Counter[str]:
    """Set the one clock aside whose step cannot be written, unless somebody else holds it now."""
    with transaction.atomic():
        found = Clock.objects.due(now).filter(pk=pk).select_for_update(skip_locked=True, no_key=True).first()
        if found is None:
            return Counter(passed=1)
        clock = _aside(found, error, now).clock
        Clock.objects.filter(pk=pk).update(error=clock.error, attempts=clock.attempts, next_at=clock.next_at)
    return Counter(set_aside=1)
