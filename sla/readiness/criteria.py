"""The tree of criteria: groups and the four kinds of leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

#: How an unknown fact counts at a leaf, and what that makes of it.
UNKNOWN = {"missed": False, "met": True, "unknown": None}


@dataclass(frozen=True, slots=True)
class FactLeaf:
    """A fact of account or lead against a value; `fact` may be `attributes.<key>`."""

    fact: str
    op: str
    value: Any = None
    unknown: str = "unknown"
    label: str = ""


@dataclass(frozen=True, slots=True)
class BantLeaf:
    """Budget, authority, need or timing; timing has `within_days`, budget may have a currency."""

    bant: str
    op: str = ""
    value: Any = None
    currency: str = ""
    within_days: int | None = None
    unknown: str = "unknown"
    label: str = ""


@dataclass(frozen=True, slots=True)
class TouchLeaf:
    """At least so many touches of these sides, kinds and evidence within the last days of 24 hours."""

    at_least: int
    within_days: int
    sides: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    evidence: str = ""
    unknown: str = "unknown"
    label: str = ""


@dataclass(frozen=True, slots=True)
class ScoreLeaf:
    """The shown fit or engagement score against a whole number."""

    score: str
    op: str
    value: int
    unknown: str = "unknown"
    label: str = ""


Leaf: TypeAlias = FactLeaf | BantLeaf | TouchLeaf | ScoreLeaf


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria of which `needed` must be met: `all`, `any` or `at_least`."""

    kind: str
    parts: tuple["Criterion", ...]
    needed: int
    label: str = ""


Criterion: TypeAlias = Group | Leaf


def leaves(criterion: Criterion) -> tuple[tuple[str, Leaf], ...]:
    """Return all leaves from left to right, each with its path below the root (`all[0].of[1]`)."""
    return tuple(_walk(criterion, ""))


def _walk(criterion: Criterion, path: str) -> Iterator[tuple[str, Leaf]]:
    if not isinstance(criterion, Group):
        yield path, criterion
        return
    key = "of" if criterion.kind == "at_least" else criterion.kind
    for index, part in enumerate(criterion.parts):
        yield from _walk(part, f"{path}.{key}[{index}]" if path else f"{key}[{index}]")


def dump_criterion(criterion: Criterion) -> dict[str, Any]:
    """Return the JSON form; what has its usual value is left out."""
    data = _dump_group(criterion) if isinstance(criterion, Group) else _dump_leaf(criterion)
    if criterion.label:
        data["label"] = criterion.label
    if not isinstance(criterion, Group) and criterion.unknown != "unknown":
        data["unknown"] = criterion.unknown
    return data


def _dump_group(group: Group) -> dict[str, Any]:
    parts = [dump_criterion(part) for part in group.parts]
    return {"at_least": group.needed, "of": parts} if group.kind == "at_least" else {group.kind: parts}


def _dump_leaf(leaf: Leaf) -> dict[str, Any]:
    if isinstance(leaf, TouchLeaf):
        wanted = {"sides": list(leaf.sides), "kinds": list(leaf.kinds), "evidence": leaf.evidence}
        return {
            "touches": {name: value for name, value in wanted.items() if value},
            "at_least": leaf.at_least,
            "within_days": leaf.within_days,
        }
    if isinstance(leaf, ScoreLeaf):
        return {"score": leaf.score, "op": leaf.op, "value": leaf.value}
    head = {"fact": leaf.fact} if isinstance(leaf, FactLeaf) else {"bant": leaf.bant}
    if isinstance(leaf, BantLeaf) and leaf.within_days is not None:
        return {**head, "within_days": leaf.within_days}
    value = list(leaf.value) if isinstance(leaf.value, tuple) else leaf.value
    data: dict[str, Any] = {**head, "op": leaf.op}
    if leaf.op != "known":
        data["value"] = value
    if isinstance(leaf, BantLeaf) and leaf.currency:
        data["currency"] = leaf.currency
    return data


def without(criterion: Criterion, path: str) -> Criterion | None:
    """Return the tree without the leaf at a path of `leaves`; None when nothing is left.

    What remains of `at least n` asks for no more than there is, and an empty group goes with its last leaf.
    """
    return _without(criterion, path, "")


def _without(criterion: Criterion, path: str, here: str) -> Criterion | None:
    if not isinstance(criterion, Group):
        return None if here == path else criterion
    key = "of" if criterion.kind == "at_least" else criterion.kind
    kept = [
        _without(part, path, f"{here}.{key}[{index}]" if here else f"{key}[{index}]")
        for index, part in enumerate(criterion.parts)
    ]
    parts = tuple(part for part in kept if part is not None)
    if not parts:
        return None
    needed = {"all": len(parts), "any": 1}.get(criterion.kind, min(criterion.needed, len(parts)))
    return Group(criterion.kind, parts, needed, criterion.label)
