"""The arithmetic of one clock: what a move or the passing of time makes of it, and what its log tells."""

from sla.clockwork.log import fold, spans
from sla.clockwork.moves import MOVES, advance, recalendar, recount, start, undo
from sla.clockwork.rules import next_moment
from sla.clockwork.values import BREACH, WARN, Entry, Rung, Span, State, Terms

__all__ = [
    "BREACH",
    "MOVES",
    "WARN",
    "Entry",
    "Rung",
    "Span",
    "State",
    "Terms",
    "advance",
    "fold",
    "next_moment",
    "recalendar",
    "recount",
    "spans",
    "start",
    "undo",
]
