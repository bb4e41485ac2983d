"""The typed snapshot of what is known about one lead at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sla import scoring

#: Grades of proof, a higher one includes the lower; the codes of `leads.choices`.
EVIDENCE = {"status": 1, "logged": 2, "synced": 3, "two_way": 4}
TOUCH_KINDS = {
    "prospect": ("opened", "clicked", "downloaded", "attended", "visited", "submitted", "replied"),
    "marketing": ("mail", "event", "nurture_step", "call"),
    "sales": ("call", "mail", "meeting", "voicemail"),
}
#: A snapshot keeps the touches of one year, so no window may look further back.
LONGEST_WINDOW_DAYS = 365

TEXT_FACTS = (
    "industry",
    "country",
    "region",
    "city",
    "language",
    "title",
    "seniority",
    "source",
    "campaign",
    "consent",
)
NUMBER_FACTS = ("employees",)
ATTRIBUTE = "attributes."


class TouchFact(NamedTuple):
    """One touch as the judge sees it."""

    at: datetime
    side: str
    kind: str
    evidence: int = EVIDENCE["logged"]
    reached: bool | None = None
    id: int | str | None = None


@dataclass(slots=True)
class Facts:
    """What is known about a lead; None or a blank text means unknown.

    Nobody changes them once they are gathered and scored; not frozen, because frozen ones take three
    times as long to build, and they are built by the million.

    `touches` ascend by time; None means that this history records none.
    `known_at` tells since when a fact is known, by its name (`industry`,
    `budget`, `attributes.size`, `fit`); a name without a time counts as known
    from the first moment on.
    """

    industry: str | None = None
    employees: int | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    language: str | None = None
    title: str | None = None
    seniority: str | None = None
    source: str | None = None
    campaign: str | None = None
    consent: str | None = None
    budget: Decimal | float | None = None
    budget_currency: str | None = None
    met_role: str | None = None
    need: str | None = None
    timing_on: date | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    touches: tuple[TouchFact, ...] | None = ()
    fit: float | None = None
    engagement: scoring.Level | None = None
    known_at: Mapping[str, datetime] = field(default_factory=dict)
