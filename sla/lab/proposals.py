"""What the reasons for which Sales says no ask to amend, each proposal to be tested like any draft."""

import copy
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sla import readiness
from sla.choices import REFUSED_STATES
from sla.compliance.cohorts import offered_in
from sla.compliance.periods import Filters, Period
from sla.document import Document, Reason
from sla.readiness import BantLeaf, Criterion, FactLeaf, Group, Leaf, TouchLeaf
from sla.readiness.criteria import ScoreLeaf

#: A reason proposes from this share of all refusals on, and from so many of them.
SHARE, LEAST = 0.15, 10


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reason on the rise and the gate it asks for: what contradicts the reason must be known to hold."""

    reason: Reason
    n: int
    of: int
    gate: dict[str, Any]

    @property
    def share(self) -> float:
        return self.n / self.of


def find(text: Document, period: Period | None, filters: Filters) -> list[Proposal]:
    """Return what reasons that pass the share propose, the most frequent first.

    A reason that names no contradicting fact proposes nothing: nobody can say what to ask for.
    """
    refused = offered_in(period, filters, leg=1).filter(state__in=REFUSED_STATES)
    counts = Counter(refused.exclude(reason_code="").values_list("reason_code", flat=True))
    total = sum(counts.values())
    known = {reason.code: reason for reason in text.reasons}
    found = []
    for code, n in counts.most_common():
        reason = known.get(code)
        if reason is None or n < LEAST or n / total < SHARE or reason.disposition == "reroute":
            continue
        gate = amended(text.gates["readiness"], reason)
        if gate is not None:
            found.append(Proposal(reason, n, total, gate))
    return found


def amended(gate: Criterion, reason: Reason) -> dict[str, Any] | None:
    """Return a gate that also asks for what contradicts a reason, None where it does so already.

    “Too small” is contradicted by 50 employees, so the gate asks for
    50 employees, and takes unknown for missed.
    """
    asked = reason.contradicted_by
    if asked is None or _holds(gate, asked):
        return None
    added = readiness.dump_criterion(_strict(asked))
    data = copy.deepcopy(readiness.dump_criterion(gate))
    if "all" in data:
        return {**data, "all": [*data["all"], added]}
    return {"all": [data, added]}


def _holds(gate: Criterion, asked: Criterion) -> bool:
    """Tell whether a gate asks for the same at its top."""
    parts = gate.parts if isinstance(gate, Group) and gate.kind == "all" else (gate,)
    return any(_strict(part) == _strict(asked) for part in parts)


def _strict(criterion: Criterion) -> Criterion:
    if isinstance(criterion, Group):
        return Group(
            criterion.kind,
            tuple(_strict(part) for part in criterion.parts),
            criterion.needed,
            criterion.label,
        )
    return _strict_leaf(criterion)


def _strict_leaf(leaf: Leaf) -> Leaf:
    kinds = (FactLeaf, BantLeaf, TouchLeaf, ScoreLeaf)
    assert isinstance(leaf, kinds)
    values = {name: getattr(leaf, name) for name in leaf.__slots__}
    return type(leaf)(**{**values, "unknown": "missed"})
