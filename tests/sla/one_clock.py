"""One clock with its log, for the tests of clockwork.

November 23, 2026 is a Monday; the office is open from 9 to 17 UTC.
"""

from datetime import UTC, datetime, timedelta

from sla import clockwork
from sla.businesstime import Schedule
from sla.clockwork import Rung, Terms

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = Schedule.from_json({"timezone": "UTC", "hours": WEEK})
LADDER = (Rung(1, "business_hours", "notify_manager"), Rung(1, "business_days", "reassign"))
TERMS = Terms(4, "business_hours", warn_at=0.75, rungs=LADDER)


def on(day, time):
    """Read a moment of November 2026."""
    return datetime.fromisoformat(f"2026-11-{day:02d} {time}").replace(tzinfo=UTC)


def hours(amount):
    return timedelta(hours=amount)


class Clock:
    """A clock with its log, moved as its users move it: noticed when it happens unless said otherwise."""

    def __init__(self, at=None, terms=TERMS, schedule=OFFICE, noticed_at=None, facts=()):
        self.terms, self.schedule = terms, schedule
        self.earlier = {}
        at = at or on(23, "09:00")
        self.state, self.log = clockwork.start(
            terms, schedule, at=at, noticed_at=noticed_at or at, facts=facts
        )

    def rules(self, at, noticed_at=None):
        return {"at": at, "noticed_at": noticed_at or at, "terms": self.terms, "schedule": self.schedule}

    def move(self, move, at, noticed_at=None):
        return self.take(clockwork.advance(self.state, move, **self.rules(at, noticed_at)))

    def recount(self, at, terms=None, schedule=None, event="recounted"):
        self.terms, self.schedule = terms or self.terms, schedule or self.schedule
        return self.take(clockwork.recount(self.state, self.log, event=event, **self.rules(at)))

    def recalendar(self, at, schedule):
        before = self.schedule
        outcome = clockwork.recalendar(self.state, before=before, **{**self.rules(at), "schedule": schedule})
        if outcome[1]:
            self.schedule = schedule
        self.earlier |= {entry.seq: before for entry in outcome[1] if entry.event == "recalendared"}
        return self.take(outcome)

    def undo(self, seqs, at):
        return self.take(clockwork.undo(self.log, seqs, earlier=self.earlier, **self.rules(at)))

    def take(self, outcome):
        self.state, entries = outcome
        self.log += entries
        assert clockwork.fold(self.log, self.terms, self.schedule, self.earlier) == self.state
        return entries


def told(entries):
    """Shorten entries to what happened when."""
    return [(entry.event, entry.happened_at) for entry in entries]


def events(entries):
    return [entry.event for entry in entries]
