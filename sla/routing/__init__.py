"""Who gets a lead, and a trace of why: the account's owner, else somebody of the segment's team."""

from sla.routing.choosing import (
    Choice,
    Request,
    choose,
    choose_many,
    crew_for,
    has_room,
    is_eligible,
    is_unplaced,
    said_no,
)
from sla.routing.crews import Crew, Wanted, teams_for
from sla.routing.rehearsing import Rehearsal, Rehearsed, rehearse, with_rules
from sla.routing.turns import Queue

__all__ = [
    "Choice",
    "Crew",
    "Queue",
    "Rehearsal",
    "Rehearsed",
    "Request",
    "Wanted",
    "choose",
    "choose_many",
    "crew_for",
    "has_room",
    "is_eligible",
    "is_unplaced",
    "rehearse",
    "said_no",
    "teams_for",
    "with_rules",
]
