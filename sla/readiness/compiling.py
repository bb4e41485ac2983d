"""A tree of criteria made ready for millions of snapshots: a vector of leaves and a fold over it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import TypeAlias

from sla.readiness.criteria import UNKNOWN, Criterion, Group, Leaf, leaves
from sla.readiness.facts import Facts
from sla.readiness.probing import Probe, probe

#: The bare values of all leaves, before their unknowns are counted.
Vector: TypeAlias = list[bool | None]
Fold: TypeAlias = Callable[[Vector], bool | None]


class Compiled:
    """One criterion, compiled once and asked often."""

    def __init__(self, criterion: Criterion) -> None:
        walked = leaves(criterion)
        self.criterion = criterion
        self.leaves: tuple[tuple[str, Leaf], ...] = walked
        self.probes: tuple[Probe, ...] = tuple(probe(leaf) for _, leaf in walked)
        self._values = tuple(one.value for one in self.probes)
        self._untils = tuple((index, one.until) for index, one in enumerate(self.probes) if one.until)
        self.fold: Fold = _fold(criterion, walked)

    def vector(self, facts: Facts, at: datetime) -> Vector:
        """Return the bare value of every leaf, in the order of `leaves`."""
        return [value(facts, at) for value in self._values]

    def value(self, facts: Facts, at: datetime) -> bool | None:
        """Return the verdict alone."""
        return self.fold(self.vector(facts, at))

    @property
    def is_timeless(self) -> bool:
        """Tell whether time alone never changes a leaf."""
        return not self._untils

    def look(self, facts: Facts, at: datetime) -> tuple[bool | None, datetime | None]:
        """Return the verdict and the earliest moment at which time alone changes a leaf."""
        vector = self.vector(facts, at)
        return self.fold(vector), self.valid_until(facts, at, vector)

    def valid_until(self, facts: Facts, at: datetime, vector: Vector) -> datetime | None:
        """Return the earliest moment at which time alone changes a leaf; None when never."""
        earliest: datetime | None = None
        for index, until in self._untils:
            moment = until(facts, at, vector[index])
            if moment and (earliest is None or moment < earliest):
                earliest = moment
        return earliest


def compile(criterion: Criterion) -> Compiled:
    """Make a criterion ready for judging in bulk."""
    return Compiled(criterion)


def count_unknown(leaf: Leaf, value: bool | None) -> bool | None:
    """Apply a leaf's own rule for the unknown."""
    return UNKNOWN[leaf.unknown] if value is None else value


def _fold(criterion: Criterion, walked: tuple[tuple[str, Leaf], ...]) -> Fold:
    """Build the fold over the bare values: settle the unknown of each leaf, then count by group."""
    rules = [
        (place, UNKNOWN[leaf.unknown]) for place, (_, leaf) in enumerate(walked) if leaf.unknown != "unknown"
    ]
    fold = _counted(criterion, iter(range(len(walked))))

    def settled(vector: Vector) -> bool | None:
        counted = vector.copy()
        for place, instead in rules:
            if counted[place] is None:
                counted[place] = instead
        return fold(counted)

    return settled


def _counted(criterion: Criterion, places: Iterator[int]) -> Fold:
    """Build the fold over settled values; leaves take their places from left to right."""
    if not isinstance(criterion, Group):
        return itemgetter(next(places))
    values = _values(criterion, places)
    needed = criterion.needed

    def folded(counted: Vector) -> bool | None:
        parts = values(counted)
        met = parts.count(True)
        if met >= needed:
            return True
        return None if met + parts.count(None) >= needed else False

    return folded


def _values(group: Group, places: Iterator[int]) -> Callable[[Vector], Vector]:
    """Return the function that lists what a group counts; nothing but leaves is one slice."""
    if any(isinstance(part, Group) for part in group.parts):
        folds = tuple(_counted(part, places) for part in group.parts)
        return lambda counted: [fold(counted) for fold in folds]
    taken = [next(places) for _ in group.parts]
    return itemgetter(slice(taken[0], taken[-1] + 1))
