"""Open clocks and let them hear what happens; write their rows and their log."""

from sla.clocks.excusing import excuse
from sla.clocks.hearing import Hearing, hear
from sla.clocks.history import history
from sla.clocks.hours import Repaired, follow_calendar, keeping_elapsed, repair
from sla.clocks.memory import Replay, has_moved_since, replay, undo
from sla.clocks.opening import Start, open_many
from sla.clocks.owners import carry, hand_on, person, settle
from sla.clocks.rows import SWEPT, Change, ClockChanged, entries_of, lines, rest_over, state_of, take, write
from sla.clocks.terms import attach_commitments, days_off, earlier, schedule_of, schedules_of, terms_of
from sla.clocks.together import hear_many, hear_of_leads
from sla.clocks.touches import Hearers, Told, ask_hearers, hear_touches, means_something

__all__ = [
    "SWEPT",
    "Change",
    "ClockChanged",
    "Hearers",
    "Hearing",
    "Repaired",
    "Replay",
    "Start",
    "Told",
    "ask_hearers",
    "attach_commitments",
    "carry",
    "days_off",
    "earlier",
    "entries_of",
    "excuse",
    "follow_calendar",
    "hand_on",
    "has_moved_since",
    "hear",
    "hear_many",
    "hear_of_leads",
    "hear_touches",
    "history",
    "keeping_elapsed",
    "lines",
    "means_something",
    "open_many",
    "person",
    "repair",
    "replay",
    "rest_over",
    "schedule_of",
    "schedules_of",
    "settle",
    "state_of",
    "take",
    "terms_of",
    "undo",
    "write",
]
