"""The leaves of the draft and of the gate in force, each judged once for every row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sla import readiness
from sla.lab.asking import Draft
from sla.standings import frames

Vector = tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What two gates say of one vector of leaves; None where nothing is compared with."""

    draft: bool
    against: bool | None


class Panel:
    """The distinct leaves of both gates, and where each gate finds its own.

    With `is_rescored` the draft's leaves on scores count them by the draft's own terms, from the
    touches and facts; else they read what was frozen.
    """

    def __init__(self, draft: Draft, against: readiness.Compiled | None, *, is_rescored: bool) -> None:
        self.draft, self.against = draft.gate, against
        self.leaves: list[readiness.Leaf] = []
        self._values: list[frames.Value] = []
        self._places: dict[tuple[readiness.Leaf, bool], int] = {}
        # What is counted anew overwrites the frozen score, so the gate in force looks first.
        self._of_against = self._place(against, None) if against else []
        self._of_draft = self._place(draft.gate, draft.terms if is_rescored else None)
        self.columns = frames.columns_of_all(self.leaves)
        if is_rescored and draft.terms:
            rules = draft.terms.document.fit
            of_fit = frames.columns_of_all(leaf for rule in rules for _, leaf in readiness.leaves(rule.when))
            self.columns = tuple(dict.fromkeys((*self.columns, *of_fit, "touches")))

    def _place(self, gate: readiness.Compiled, terms: frames.Terms | None) -> list[int]:
        return [
            self._place_of(leaf, one.value, terms if isinstance(leaf, readiness.ScoreLeaf) else None)
            for (_, leaf), one in zip(gate.leaves, gate.probes, strict=True)
        ]

    def _place_of(self, leaf: readiness.Leaf, value: frames.Value, terms: frames.Terms | None) -> int:
        key = (leaf, terms is not None)
        if key not in self._places:
            if terms and isinstance(leaf, readiness.ScoreLeaf):
                value = frames.rescored(leaf, value, terms)
            self._places[key] = len(self.leaves)
            self.leaves.append(leaf)
            self._values.append(value)
        return self._places[key]

    def vector(self, facts: readiness.Facts, at: datetime) -> Vector:
        """Judge every leaf on one row."""
        return tuple([value(facts, at) for value in self._values])

    def of_draft(self, vector: Vector) -> list[bool | None]:
        """Return the draft's own leaves out of a vector."""
        return [vector[place] for place in self._of_draft]

    def verdicts(self, vector: Vector) -> Verdicts:
        """Fold a vector by both gates; unknown does not pass."""
        against = None
        if self.against is not None:
            against = self.against.fold([vector[place] for place in self._of_against]) is True
        return Verdicts(self.draft.fold(self.of_draft(vector)) is True, against)


def asks_score(leaves: Iterable[tuple[str, readiness.Leaf]]) -> bool:
    """Tell whether a gate reads fit or engagement."""
    return any(isinstance(leaf, readiness.ScoreLeaf) for _, leaf in leaves)
