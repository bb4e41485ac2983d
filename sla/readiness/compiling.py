"""A tree of criteria made ready for millions of snapshots: a vector of leaves and a fold over it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from sla.readiness.criteria import UNKNOWN, Criterion, Group, Leaf, leaves
from sla.readiness.facts import Facts
from sla.readiness.probing import Probe, probe

#: The bare values of all leaves, before their unknowns are counted.
Vector: TypeAlias = list[bool | None]
Fold: TypeAlias = Callable[[Sequence[bool | None]], bool | None]


class Compiled:
    """One criterion, compiled once and asked often."""

    def __init__(self, criterion: Criterion) -> None:
        walked = leaves(criterion)
        self.criterion = criterion
        self.leaves: tuple[tuple[str, Leaf], ...] = walked
        self.probes: tuple[Probe, ...] = tuple(probe(leaf) for _, leaf in walked)
        self._values = tuple(one.value for one in self.probes)
        self._untils = tuple((index, one.until) for index, one in enumerate(self.probes) if one.until)
        self.fold: Fold = _fold(criterion, iter(range(len(walked))))

    def vector(self, facts: Facts, at: datetime) -> Vector:
        """Return the bare value of every leaf, in the order of `leaves`."""
        return [value(facts, at) for value in self._values]

    def value(self, facts: Facts, at: datetime) -> bool | None:
        """Return the verdict alone."""
        return self.fold(self.vector(facts, at))

    def look(self, facts: Facts, at: datetime) -> tuple[bool | None, datetime | None]:
        """Return the verdict and the earliest moment at which time alone changes a leaf."""
        vector = self.vector(facts, at)
        return self.fold(vector), self.valid_until(facts, at, vector)

    def valid_until(self, facts: Facts, at: datetime, vector: Vector) -> datetime | None:
        """Return the earliest moment at which time alone changes a leaf; None when never."""
        moments = [until(facts, at, vector[index]) for index, until in self._untils]
        return min((moment for moment in moments if moment), default=None)


def compile(criterion: Criterion) -> Compiled:
    """Make a criterion ready for judging in bulk."""
    return Compiled(criterion)


def count_unknown(leaf: Leaf, value: bool | None) -> bool | None:
    """Apply a leaf's own rule for the unknown."""
    return UNKNOWN[leaf.unknown] if value is None else value


def _fold(criterion: Criterion, places: Iterator[int]) -> Fold:
    """Build the fold; leaves take their places in the vector from left to right."""
    if not isinstance(criterion, Group):
        place, instead = next(places), UNKNOWN[criterion.unknown]
        return lambda vector: instead if (value := vector[place]) is None else value
    folds = tuple(_fold(part, places) for part in criterion.parts)
    needed = criterion.needed

    def folded(vector: Sequence[bool | None]) -> bool | None:
        met = unknown = 0
        for fold in folds:
            value = fold(vector)
            if value:
                met += 1
            elif value is None:
                unknown += 1
        if met >= needed:
            return True
        return None if met + unknown >= needed else False

    return folded
