"""The parts of an agreement as frozen objects, in the words of the agreement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sla import readiness, scoring

T = TypeVar("T")

FORMAT = "concord/agreement/1"


@dataclass(frozen=True)
class Span:
    """A length of time in the unit it was agreed in."""

    amount: int
    unit: str


@dataclass(frozen=True)
class Segment:
    """Which leads the agreement covers; no rule covers every lead."""

    label: str
    rule: readiness.Criterion | None


@dataclass(frozen=True)
class Leg:
    """One handover path between two teams, with the gate that opens it."""

    leg: int
    code: str
    label: str
    from_side: str
    to_side: str
    gate: str


@dataclass(frozen=True)
class Signifier:
    """The behavior that moves a lead into a stage."""

    label: str
    when: readiness.Criterion | None


@dataclass(frozen=True)
class Stage:
    """Where the buyer is and what the buyer thinks, feels and needs there."""

    code: str
    label: str
    owner: str
    thinks: str
    feels: str
    needs: str
    signifier: Signifier
    stale_after_business_days: int | None


@dataclass(frozen=True)
class FitRule:
    """Points for one trait of the ideal customer."""

    label: str
    points: float
    when: readiness.Criterion


@dataclass(frozen=True)
class Tier:
    """A priority: the cells of the grid it takes, None for all that are left.

    `worth` is as how many leads one of it counts where a volume is weighted by value.
    """

    code: str
    label: str
    grid: tuple[str, ...] | None
    worth: float = 1


@dataclass(frozen=True)
class Reason:
    """Why a lead may be declined or handed back, and what follows from it."""

    code: str
    label: str
    group: str
    side_to_act: str
    disposition: str
    recycle_days: int | None
    track: str | None
    asks: tuple[str, ...]
    contradicted_by: readiness.Criterion | None
    needs_attempts: int | None


@dataclass(frozen=True)
class Step:
    """One step of a nurture track, in calendar days after the lead came onto it."""

    after_days: int
    kind: str
    label: str


@dataclass(frozen=True)
class Track:
    """A nurture track."""

    code: str
    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Valve:
    """Below this share of free capacity only these tiers are offered."""

    free_capacity_below: float
    tiers: tuple[str, ...]


@dataclass(frozen=True)
class Allowance:
    """Time allowed to one tier, or to every tier without its own."""

    tier: str | None
    span: Span


@dataclass(frozen=True)
class Rung:
    """What happens so long after the due time."""

    after: Span
    action: str


@dataclass(frozen=True)
class Commitment:
    """One obligation of one side; `params` are those of its kind and must not be changed."""

    code: str
    kind: str
    side: str
    leg: int | None
    is_on: bool
    target: float | None
    allowances: tuple[Allowance, ...]
    amount: float | None
    per: str | None
    whose_hours: str
    evidence: str
    warn_at: float | None
    params: Mapping[str, Any]
    ladder: tuple[Rung, ...]

    def allowance(self, tier: str | None) -> Span | None:
        """Return the time allowed to a tier: its own, else the one for all."""
        spans = {allowance.tier: allowance.span for allowance in self.allowances}
        return spans.get(tier) or spans.get(None)


@dataclass(frozen=True)
class Expiry:
    """An offer nobody decided: so long after the offer it goes to another rep or to the pool."""

    after: Span
    to: str


@dataclass(frozen=True)
class Matching:
    """Which people a lead fits, by what they are known for under the key `attribute`.

    With `fact` the lead's fact must be among the person's values; a fact or a person that says
    nothing excludes nobody. With `value` leads that meet `when` need a person who has that value.
    """

    label: str
    attribute: str
    fact: str | None = None
    when: readiness.Criterion | None = None
    value: str | None = None


#: Cycles of a lead where the agreement names no number.
MAX_CYCLES = 4


@dataclass(frozen=True)
class Routing:
    """How a rep is chosen, and how often one lead may change hands.

    `max_cycles`: how often Concord hands one lead over by itself; then a marketer decides.
    `hours`: whether people outside their working hours are passed over: never (`any`), while
    somebody on duty can take the lead (`prefer`), always (`only`).
    """

    method: str
    max_hops: int
    hours: str = "any"
    matching: tuple[Matching, ...] = ()
    max_cycles: int = MAX_CYCLES


@dataclass(frozen=True)
class Document:
    """A whole agreement version."""

    title: str
    preamble: str
    starts_on: date
    review_due_on: date | None
    is_baseline: bool
    segment: Segment
    legs: tuple[Leg, ...]
    stages: tuple[Stage, ...]
    fit: tuple[FitRule, ...]
    engagement: scoring.EngagementTerms
    grid: scoring.GridTerms
    tiers: tuple[Tier, ...]
    gates: Mapping[str, readiness.Criterion]
    dossier: tuple[str, ...]
    record: tuple[str, ...]
    reasons: tuple[Reason, ...]
    tracks: tuple[Track, ...]
    valve: Valve | None
    calendars: Mapping[str, str]
    commitments: tuple[Commitment, ...]
    expiry: Expiry | None
    routing: Routing
    referee: str | None
    maturity_days: int | None

    def leg(self, number: int) -> Leg:
        """Return a leg by its number; KeyError when the agreement has none."""
        return _named(self.legs, "leg", number)

    def stage(self, code: str) -> Stage:
        """Return a stage by its code; KeyError when the agreement says nothing of it."""
        return _named(self.stages, "code", code)

    def reason(self, code: str) -> Reason:
        """Return a reason by its code; KeyError when there is none."""
        return _named(self.reasons, "code", code)

    def track(self, code: str) -> Track:
        """Return a nurture track by its code; KeyError when there is none."""
        return _named(self.tracks, "code", code)

    def tier(self, code: str) -> Tier:
        """Return a tier by its code; KeyError when there is none."""
        return _named(self.tiers, "code", code)

    def worth(self, tier: str | None) -> float:
        """Return as how many leads one of a tier counts by value; one without a tier counts as the last."""
        return {one.code: one.worth for one in self.tiers}.get(tier or "", self.tiers[-1].worth)

    def commitment(self, code: str) -> Commitment:
        """Return a commitment by its code, on or off; KeyError when there is none."""
        return _named(self.commitments, "code", code)

    def gate(self, leg: int) -> readiness.Criterion:
        """Return the gate that opens a leg."""
        return self.gates[self.leg(leg).gate]

    def of_kind(self, kind: str, leg: int | None = None) -> tuple[Commitment, ...]:
        """Return the commitments of a kind that are on; with a leg, those of that leg or of none."""
        return tuple(
            commitment
            for commitment in self.commitments
            if commitment.is_on
            and commitment.kind == kind
            and (leg is None or commitment.leg is None or commitment.leg == leg)
        )


def _named(parts: tuple[T, ...], field: str, value: object) -> T:
    for part in parts:
        if getattr(part, field) == value:
            return part
    raise KeyError(value)
