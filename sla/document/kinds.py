"""The kinds of commitment: who owes each, how it is measured and what it may be given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Measure = Literal["clock", "stale", "share", "count", "review"]
#: A parameter: whole number, share from 0 to 1, yes or no, or one of some words.
Param = Literal["whole", "share", "flag"] | tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of commitment.

    `party` is who owes it: the giver or receiver of its leg, or a fixed side.
    `measure`: a clock with an allowance, a clock set by stale days, a share per
    period, a count per period, or a review held by its date. An `optional` parameter may be null.
    """

    code: str
    party: Literal["giver", "receiver", "marketing", "sales", "referee", "both"]
    measure: Measure
    params: Mapping[str, Param] = field(default_factory=dict)
    optional: tuple[str, ...] = ()

    @property
    def is_timed(self) -> bool:
        """Tell whether clocks run for it."""
        return self.measure in ("clock", "stale")


_ALL = (
    Kind("decide", "receiver", "clock"),
    Kind("first_touch", "receiver", "clock", {"from": ("acceptance", "offer")}),
    Kind("persistence", "receiver", "clock", {"attempts": "whole", "days": "whole", "channels": "whole"}),
    Kind("qualify_or_return", "receiver", "clock"),
    Kind("upkeep", "sales", "stale"),
    Kind("hand_over", "giver", "clock"),
    Kind("acknowledge", "giver", "clock"),
    Kind("nurture", "marketing", "clock"),
    Kind("nurture_stale", "marketing", "stale"),
    Kind("answer", "giver", "clock"),
    Kind("repair", "giver", "clock"),
    Kind("rule", "referee", "clock"),
    Kind("feedback", "receiver", "share"),
    Kind("records", "sales", "share"),
    Kind("volume", "giver", "count", {"weighted": "flag", "daily_maximum": "whole"}, ("daily_maximum",)),
    Kind("quality", "giver", "share"),
    Kind("readiness", "giver", "share"),
    Kind("close_rate", "both", "share", {"margin": "share", "followed_up": "share"}),
    Kind("pipeline_review", "both", "review"),
    Kind("definition_review", "both", "review"),
)
KINDS = {kind.code: kind for kind in _ALL}


def owed_by(kind: str, leg: int | None, sides: Mapping[int, tuple[str, str]]) -> str:
    """Return who owes a commitment on a leg; `sides`: number of a leg → its giver and its receiver."""
    party: str = KINDS[kind].party
    if party not in ("giver", "receiver"):
        return party
    giver, receiver = sides.get(leg or 1) or next(iter(sides.values()))
    return giver if party == "giver" else receiver


SIDES = ("marketing", "sales")
PARTIES = ("marketing", "sales", "referee", "both")
STAGES = (
    "inquiry",
    "nurturing",
    "mql",
    "sal",
    "sql",
    "opportunity",
    "customer",
    "recycled",
    "disqualified",
    "lost",
)
UNITS = ("business_minutes", "business_hours", "business_days", "calendar_hours", "calendar_days")
PERIODS = ("month", "quarter")
ACTIONS = ("notify_owner", "notify_manager", "reassign", "pool")
GATES = ("readiness", "qualification")
DOSSIER = ("source", "first_identified", "touches", "score", "consent", "contact")
RECORD = ("bant", "next_step", "outcome", "amount", "margin")
DISPOSITIONS = ("recycle", "disqualify", "repair", "reroute")
ASKS = ("note", "month", "contact")
METHODS = ("round_robin", "weighted", "least_busy", "pull")
#: Whether routing passes over people outside their working hours.
HOURS = ("any", "prefer", "only")
#: Reasons that only imported history may carry; no agreement may define them.
RESERVED_REASONS = ("not_recorded",)
