"""The leaves of the draft and of the gate in force, each judged once for every row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sla import readiness
from sla.agreements import Terms
from sla.lab import sets
from sla.lab.asking import Draft
from sla.readiness import Crowd
from sla.standings import frames
from sla.standings.columns import Column


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What two gates say of some rows, as sets of them."""

    #: By leaf of the draft.
    leaves: list[Crowd]
    draft: int
    #: What the draft would pass without each of its leaves.
    without: list[int]
    #: None where nothing is compared with.
    against: int | None


class Panel:
    """The distinct leaves of both gates, and where each gate finds its own.

    With `is_rescored` the draft's leaves on scores count them by the draft's own terms, from the
    touches and facts; else they read what was frozen.
    """

    def __init__(self, draft: Draft, against: readiness.Compiled | None, *, is_rescored: bool) -> None:
        self.draft, self.against = draft.gate, against
        self._judges: dict[_Key, frames.Judge] = {}
        self._of_draft = [
            self._admit(*leaf, draft.terms if is_rescored else None) for leaf in _probed(draft.gate)
        ]
        self._of_against = [self._admit(*leaf, None) for leaf in _probed(against)] if against else []
        self._rests = [readiness.without(draft.gate.criterion, path) for path, _ in draft.gate.leaves]
        read = [name for judge in self._judges.values() for name in judge.columns]
        #: What is read of a snapshot, and nothing else; see `frames.Judge`.
        self.columns = tuple(dict.fromkeys(read))

    def judge(self, facts: Mapping[str, Column], everybody: int) -> Verdicts:
        """Judge all rows of a table of facts, of which `everybody` is the set."""
        said = {key: _crowd(judge.marks(facts)) for key, judge in self._judges.items()}
        own = [said[key] for key in self._of_draft]
        without = [
            readiness.passing(rest, [*own[:place], *own[place + 1 :]]) if rest else everybody
            for place, rest in enumerate(self._rests)
        ]
        against = None
        if self.against is not None:
            against = readiness.passing(self.against.criterion, (said[key] for key in self._of_against))
        return Verdicts(own, readiness.passing(self.draft.criterion, own), without, against)

    def _admit(self, leaf: readiness.Leaf, value: frames.Value, terms: Terms | None) -> "_Key":
        """Let a leaf be judged, once however often it is asked; a score counted anew makes another leaf."""
        if terms and isinstance(leaf, readiness.ScoreLeaf):
            self._judges.setdefault((leaf, True), frames.judge_rescored(leaf, value, terms))
            return leaf, True
        self._judges.setdefault((leaf, False), frames.judge(leaf, value))
        return leaf, False


_Key = tuple[readiness.Leaf, bool]


def asks_score(leaves: Iterable[tuple[str, readiness.Leaf]]) -> bool:
    """Tell whether a gate reads fit or engagement."""
    return any(isinstance(leaf, readiness.ScoreLeaf) for _, leaf in leaves)


def _probed(gate: readiness.Compiled) -> list[tuple[readiness.Leaf, frames.Value]]:
    return [(leaf, one.value) for (_, leaf), one in zip(gate.leaves, gate.probes, strict=True)]


def _crowd(marks: bytes) -> Crowd:
    return Crowd(sets.marked(marks, frames.MET), sets.marked(marks, frames.UNKNOWN))
