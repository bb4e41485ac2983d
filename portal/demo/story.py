"""What happens to a lead as steps in time, told first and then either written down or played."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from leads.models import Lead, User
from portal.demo.agreement import Versions
from portal.demo.company import Company, Manner
from sla import agreements
from sla.businesstime import Schedule
from sla.document import Document
from sla.models import Handoff


class Step(NamedTuple):
    """One thing that happens; `order` keeps steps of one moment as they were told."""

    at: datetime
    order: int
    verb: str
    about: dict[str, Any]


@dataclass
class Story:
    """A lead and what is still going to happen to it."""

    lead: Lead
    rng: Random
    steps: list[Step] = field(default_factory=list)
    #: What follows an offer instead of what usually does.
    script: Callable[["Story", "Offer"], None] | None = None
    _told: int = 0

    def tell(self, at: datetime, verb: str, **about: Any) -> datetime:
        """Add a step and return its moment."""
        self._told += 1
        heapq.heappush(self.steps, Step(at, self._told, verb, about))
        return at

    def next_before(self, moment: datetime) -> Step | None:
        """Take the next step if it lies before a moment."""
        return heapq.heappop(self.steps) if self.steps and self.steps[0].at < moment else None

    def forget(self, *verbs: str) -> None:
        """Drop the steps of some verbs that were still to come."""
        self.steps = [step for step in self.steps if step.verb not in verbs]
        heapq.heapify(self.steps)


@dataclass(frozen=True)
class World:
    """What every story happens in."""

    company: Company
    versions: Versions
    now: datetime

    @property
    def hours(self) -> Schedule:
        return self.company.hours

    def minutes(self, at: datetime, count: float) -> datetime:
        """Return the moment so many business minutes later."""
        return self.hours.due_at(at, timedelta(minutes=count))

    def days(self, at: datetime, count: float) -> datetime:
        """Return the moment so many business days later."""
        return self.hours.due_at(at, self.hours.working_day * count)

    def ago(self, minutes: float) -> datetime:
        """Return the moment from which so many business minutes have passed until now."""
        return self.hours.due_at(self.now, -timedelta(minutes=minutes))

    def day(self, at: datetime) -> date:
        return self.hours.local_date(at)


@dataclass(frozen=True)
class Offer:
    """An offer that somebody now decides on."""

    world: World
    handoff: Handoff
    rep: User
    manner: Manner
    #: Kinds of BANT that are not known yet.
    unknown: tuple[str, ...]
    at: datetime

    @property
    def known(self) -> tuple[str, ...]:
        """The kinds of BANT that are known."""
        return tuple(kind for kind in ("budget", "authority", "need", "timing") if kind not in self.unknown)

    @property
    def document(self) -> Document:
        return agreements.document(self.handoff.version)

    def allowed(self, code: str) -> timedelta:
        """Return the business time that a commitment allows for this offer's tier."""
        span = self.document.commitment(code).allowance(self.handoff.tier)
        if span is None:
            raise KeyError(code)
        return self.world.hours.allowance(span.amount, span.unit)

    def within(self, rng: Random, start: datetime, code: str, chance: float) -> datetime:
        """Return when something is done: with that chance in time, else somewhat late."""
        share = rng.triangular(0.04, 0.95, 0.25) if rng.random() < chance else rng.triangular(1.05, 2.4, 1.2)
        return self.world.hours.due_at(start, self.allowed(code) * share)
