"""Open clocks and let them hear what happens; write their rows and their log."""

from sla.clocks.hearing import Hearing, hear
from sla.clocks.history import history
from sla.clocks.memory import Replay, has_moved_since, replay, undo
from sla.clocks.owners import carry, person, settle
from sla.clocks.rows import Change, ClockChanged, state_of, take, write
from sla.clocks.terms import schedules_of, terms_of
from sla.clocks.touches import hear_touch

__all__ = [
    "Change",
    "ClockChanged",
    "Hearing",
    "Replay",
    "carry",
    "has_moved_since",
    "hear",
    "hear_touch",
    "history",
    "person",
    "replay",
    "schedules_of",
    "settle",
    "state_of",
    "take",
    "terms_of",
    "undo",
    "write",
]
