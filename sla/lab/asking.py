"""What is to be tested on the past: a gate, the version whose terms count, the time and the leg."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from sla import agreements, readiness
from sla import document as documents
from sla.agreements import Terms
from sla.compliance.cohorts import PASSED_ON
from sla.models import AgreementVersion, Handoff
from sla.reading import Problem


class BadCriterion(ValueError):
    """A criterion that cannot be read; `problems` say where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Draft:
    """A gate on trial; `terms` count its scores, None as they were counted when the facts were frozen."""

    gate: readiness.Compiled
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the past: the draft beside what is in force, over a time, on one leg."""

    draft: Draft
    against: readiness.Compiled | None
    now: datetime
    start_at: datetime | None = None
    end_at: datetime | None = None
    agreement_id: int | None = None
    leg: int = 1
    maturity: timedelta = timedelta(days=180)
    bar: float = 0.3
    needed_follow_up: float = 0.8
    #: Facts that people say are filled in after the hand-over.
    known_later: frozenset[str] = field(default_factory=frozenset)

    def offers(self) -> QuerySet[Handoff]:
        """Return the offers of the leg and the time, of whatever agreement and outcome."""
        found = Handoff.objects.filter(leg=self.leg)
        if self.start_at is not None:
            found = found.filter(offered_at__gte=self.start_at)
        return found if self.end_at is None else found.filter(offered_at__lt=self.end_at)

    def handoffs(self) -> QuerySet[Handoff]:
        """Return the past handoffs of the question that have frozen facts and an outcome of their own."""
        found = self.offers().filter(snapshot__isnull=False).exclude(state__in=PASSED_ON)
        return found if self.agreement_id is None else found.filter(version__agreement_id=self.agreement_id)


def read_criterion(data: Any) -> readiness.Compiled:
    """Read a gate given as JSON; raises BadCriterion."""
    problems: list[Problem] = []
    criterion = readiness.parse_criterion(data, "", problems)
    if criterion is None or problems:
        raise BadCriterion(problems)
    return readiness.compile(criterion)


def of_version(version: AgreementVersion, leg: int = 1) -> Draft:
    """Return the gate of a version's leg, its scores counted by that version; raises KeyError."""
    terms = agreements.terms(version)
    return Draft(terms.gates[terms.document.leg(leg).gate], terms)


def promise_of(text: documents.Document) -> tuple[float, float]:
    """Return the share to be won and the share that must have been followed up to say so."""
    promises = text.of_kind("close_rate")
    if not promises:
        return 0.3, 0.8
    target = promises[0].target
    return float(target if target is not None else 0.3), float(promises[0].params.get("followed_up", 0.8))
