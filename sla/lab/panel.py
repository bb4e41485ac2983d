"""The leaves of the draft and of the gate in force, each judged once for every row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sla import readiness, scoring
from sla.lab.asking import Draft
from sla.lab.rows import FACTS
from sla.standings import frames

Vector = tuple[bool | None, ...]
#: Judges one row of `rows.read` with the columns of a panel: row, moment, half-life.
Judge = Callable[[Sequence[Any], datetime, float], Vector]


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
        terms = draft.terms if is_rescored else None
        gates: list[tuple[readiness.Compiled, frames.Terms | None]] = [(against, None)] if against else []
        # What is counted anew overwrites the frozen score, so the gate in force looks first.
        asked = {
            _key(leaf, terms_of): _value(leaf, one.value, terms_of)
            for gate, terms_of in [*gates, (draft.gate, terms)]
            for (_, leaf), one in zip(gate.leaves, gate.probes, strict=True)
        }
        self.columns = _columns(asked, terms)
        found = {key: frames.remembered(key[0], value) for key, value in asked.items() if not key[1]}
        memories = {key: memory for key, memory in found.items() if memory is not None}
        # Most leaves read one column as it is, a few a pair of columns or a date beside the day of judging.
        plain = [key for key in memories if _is_plain(key[0])]
        paired = [key for key in memories if key not in plain]
        others = [key for key in asked if key not in memories]
        self._plain = [(memories[key], self._place(key[0])) for key in plain]
        self._paired = [(memories[key], self._picker(key[0])) for key in paired]
        self._others = [asked[key] for key in others]
        self._seen = self.columns if any(is_anew for _, is_anew in others) else _columns(others, None)
        order = [*plain, *paired, *others]
        self._of_against = [order.index(_key(leaf, None)) for _, leaf in against.leaves] if against else []
        self._of_draft = [order.index(_key(leaf, terms)) for _, leaf in draft.gate.leaves]
        windows = [leaf.within_days for leaf, _ in asked if isinstance(leaf, readiness.TouchLeaf)]
        #: How many days of touches are looked at; None for all that were frozen.
        self.touch_days = None if terms else max(windows, default=0)

    def judge(self) -> Judge:
        """Return the function that judges rows, one at a time."""
        frame: Any = frames.Frame()
        at_place = {name: FACTS + self.columns.index(name) for name in self._seen}
        touches, level = at_place.pop("touches", None), at_place.pop("level", None)
        shown = tuple(at_place.items())
        plain, paired, others, days = self._plain, self._paired, self._others, self.touch_days

        def judged(row: Sequence[Any], at: datetime, half_life_days: float) -> Vector:
            for name, place in shown:
                setattr(frame, name, row[place])
            if touches is not None:
                frame.touches = frames.touches(row[touches], at, days)
            if level is not None:
                stored = row[level]
                frame.engagement = scoring.Level(scoring.ZERO if stored is None else stored, half_life_days)
            vector = [memory[row[place]] for memory, place in plain]
            vector += [memory[pick(row, at)] for memory, pick in paired]
            vector += [value(frame, at) for value in others]
            return tuple(vector)

        return judged

    def _place(self, leaf: readiness.Leaf) -> int:
        """Return where in a row the first column stands that a leaf reads."""
        return FACTS + self.columns.index(frames.columns_of(leaf)[0])

    def _picker(self, leaf: readiness.Leaf) -> Callable[[Sequence[Any], datetime], Any]:
        """Return the function that takes from a row what the memory of another leaf is asked by."""
        first = self._place(leaf)
        if _is_dated(leaf):
            return lambda row, at: (row[first], at.date())
        pick = itemgetter(*(FACTS + self.columns.index(name) for name in frames.columns_of(leaf)))
        return lambda row, at: pick(row)

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


_Key = tuple[readiness.Leaf, bool]


def _key(leaf: readiness.Leaf, terms: frames.Terms | None) -> _Key:
    """Return what tells leaves apart: the same leaf on a score counted anew is another one."""
    return leaf, terms is not None and isinstance(leaf, readiness.ScoreLeaf)


def _value(leaf: readiness.Leaf, value: frames.Value, terms: frames.Terms | None) -> frames.Value:
    if terms and isinstance(leaf, readiness.ScoreLeaf):
        return frames.rescored(leaf, value, terms)
    return value


def _columns(asked: Iterable[_Key], terms: frames.Terms | None) -> tuple[str, ...]:
    """Return the columns of a snapshot that are read, and no other."""
    columns = frames.columns_of_all(leaf for leaf, _ in asked)
    if not terms:
        return columns
    rules = (leaf for rule in terms.document.fit for _, leaf in readiness.leaves(rule.when))
    return tuple(dict.fromkeys((*columns, *frames.columns_of_all(rules), "touches")))


def _is_dated(leaf: readiness.Leaf) -> bool:
    return isinstance(leaf, readiness.BantLeaf) and leaf.bant == "timing"


def _is_plain(leaf: readiness.Leaf) -> bool:
    """Tell whether a leaf's memory is asked by the value of one column."""
    return len(frames.columns_of(leaf)) == 1 and not _is_dated(leaf)
