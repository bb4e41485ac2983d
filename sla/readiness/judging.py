"""One lead, one criterion, one verdict: every leaf with the fact or touch that proves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla import scoring
from sla.readiness.comparing import is_blank
from sla.readiness.compiling import Compiled, count_unknown
from sla.readiness.criteria import BantLeaf, Criterion, Leaf, ScoreLeaf, TouchLeaf
from sla.readiness.describing import money, need, quoted, spoken_fact, subject
from sla.readiness.facts import Facts
from sla.readiness.probing import days_until, field_of, newest
from sla.wording import Sentence, gettext_noop


@dataclass(frozen=True, slots=True)
class LeafVerdict:
    """One leaf judged: the bare `value`, and what it `counted` as once its unknown was settled."""

    path: str
    label: Sentence
    value: bool | None
    counted: bool | None
    need: Sentence
    fact: Sentence
    proof: tuple[str, ...]
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a criterion says of a lead, why, and until when if no fact changes."""

    value: bool | None
    valid_until: datetime | None
    leaves: tuple[LeafVerdict, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether the gate is met; unknown is not ready."""
        return self.value is True

    def to_json(self) -> dict[str, Any]:
        """Return what a JSON column keeps."""
        return {
            "value": self.value,
            "valid_until": _iso(self.valid_until),
            "leaves": [_leaf_json(leaf) for leaf in self.leaves],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """Read what `to_json` wrote."""
        leaves = tuple(_leaf_from_json(leaf) for leaf in data["leaves"])
        return cls(data["value"], _moment(data["valid_until"]), leaves)


def judge(criterion: Criterion | Compiled, facts: Facts, at: datetime) -> Verdict:
    """Judge one lead at a moment and explain it.

    The values come from the very functions that judge in bulk; touches after
    `at` do not exist yet. `valid_until` is the earliest moment at which time
    alone changes any leaf.
    """
    compiled = criterion if isinstance(criterion, Compiled) else Compiled(criterion)
    vector = compiled.vector(facts, at)
    judged = []
    for (path, leaf), one, value in zip(compiled.leaves, compiled.probes, vector, strict=True):
        fact, proof = _evidence(leaf, facts, at)
        until = one.until(facts, at, value) if one.until else None
        counted = count_unknown(leaf, value)
        judged.append(LeafVerdict(path, subject(leaf), value, counted, need(leaf), fact, proof, until))
    return Verdict(compiled.fold(vector), compiled.valid_until(facts, at, vector), tuple(judged))


def _evidence(leaf: Leaf, facts: Facts, at: datetime) -> tuple[Sentence, tuple[str, ...]]:
    """Return what is known about a leaf and the names of the facts or touches that say so."""
    if isinstance(leaf, TouchLeaf):
        return _touches_seen(leaf, facts, at)
    if isinstance(leaf, ScoreLeaf):
        return _score_seen(leaf, facts, at)
    value = field_of(leaf)(facts)
    if is_blank(value):
        return Sentence(gettext_noop("not known")), ()
    if isinstance(leaf, BantLeaf):
        return _bant_seen(leaf, facts, value, at), (f"bant.{leaf.bant}",)
    return _written(value), (leaf.fact,)


def _bant_seen(leaf: BantLeaf, facts: Facts, value: Any, at: datetime) -> Sentence:
    if leaf.bant == "budget":
        return money(value, facts.budget_currency)
    if leaf.bant == "timing":
        days = days_until(value, at)
        if days < 0:
            return Sentence(gettext_noop("%(on)s, past"), {"on": value})
        return Sentence(gettext_noop("%(on)s, in %(days)s days"), {"on": value, "days": days})
    return quoted(value)


def _touches_seen(leaf: TouchLeaf, facts: Facts, at: datetime) -> tuple[Sentence, tuple[str, ...]]:
    if facts.touches is None:
        return Sentence(gettext_noop("not recorded")), ()
    found = newest(leaf)(facts, at)
    if not found:
        return Sentence(gettext_noop("none")), ()
    proof = tuple(f"touch:{touch.id}" for touch in found[: leaf.at_least] if touch.id is not None)
    return Sentence(gettext_noop("%(count)s, latest %(at)s"), {"count": len(found), "at": found[0].at}), proof


def _score_seen(leaf: ScoreLeaf, facts: Facts, at: datetime) -> tuple[Sentence, tuple[str, ...]]:
    if leaf.score == "fit":
        score = facts.fit
    else:
        score = None if facts.engagement is None else scoring.score_at(facts.engagement, at)
    if score is None:
        return Sentence(gettext_noop("not known")), ()
    return Sentence("%(score)s", {"score": scoring.shown(score)}), (f"score.{leaf.score}",)


def _written(value: Any) -> Sentence:
    if isinstance(value, str):
        return spoken_fact(value)
    if isinstance(value, list | tuple):
        return quoted(", ".join(str(one) for one in value))
    return Sentence("%(value)s", {"value": value if isinstance(value, int | float) else str(value)})


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _leaf_json(leaf: LeafVerdict) -> dict[str, Any]:
    return {
        "path": leaf.path,
        "label": leaf.label.to_json(),
        "value": leaf.value,
        "counted": leaf.counted,
        "need": leaf.need.to_json(),
        "fact": leaf.fact.to_json(),
        "proof": list(leaf.proof),
        "valid_until": _iso(leaf.valid_until),
    }


def _leaf_from_json(data: Mapping[str, Any]) -> LeafVerdict:
    return LeafVerdict(
        path=data["path"],
        label=Sentence.from_json(data["label"]),
        value=data["value"],
        counted=data["counted"],
        need=Sentence.from_json(data["need"]),
        fact=Sentence.from_json(data["fact"]),
        proof=tuple(data["proof"]),
        valid_until=_moment(data["valid_until"]),
    )
