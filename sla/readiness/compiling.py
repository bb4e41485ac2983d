"""A tree of criteria made ready for millions of snapshots: a vector of leaves and a fold over it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, TypeAlias

from sla.readiness.criteria import UNKNOWN, Criterion, Group, Leaf, leaves
from sla.readiness.facts import Facts
from sla.readiness.probing import Probe, probe
from sla.readiness.remembering import Memory

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
        self._untils = tuple((index, one.until) for index, one in enumerate(self.probes) if one.until)
        # Leads are many, what is known of them alike: leaves that only facts decide are judged once
        # for each combination of those facts, the others every time.
        self._lasting = [(place, one.value) for place, one in enumerate(self.probes) if one.reads]
        self._passing = [(place, one.value) for place, one in enumerate(self.probes) if not one.reads]
        self._read = reader(one.reads for one in self.probes)
        self._known = Memory[Vector](len(walked))
        self._folded = Memory[bool | None](len(walked))
        self.fold: Fold = _fold(criterion, walked)

    def vector(self, facts: Facts, at: datetime) -> Vector:
        """Return the bare value of every leaf, in the order of `leaves`."""
        key = self._read(facts)
        found = self._known.get(key)
        if found is None:
            found = self._known.keep(key, self._of_facts(facts, at))
        vector = found.copy()
        for place, value in self._passing:
            vector[place] = value(facts, at)
        return vector

    def _of_facts(self, facts: Facts, at: datetime) -> Vector:
        vector: Vector = [None] * len(self.probes)
        for place, value in self._lasting:
            vector[place] = value(facts, at)
        return vector

    def verdict(self, vector: Vector) -> bool | None:
        """Fold a vector, each one once: leads are many, vectors few."""
        key = tuple(vector)
        try:
            return self._folded[key]
        except KeyError:
            return self._folded.keep(key, self.fold(vector))

    def value(self, facts: Facts, at: datetime) -> bool | None:
        """Return the verdict alone."""
        return self.verdict(self.vector(facts, at))

    @property
    def is_timeless(self) -> bool:
        """Tell whether time alone never changes a leaf."""
        return not self._untils

    def look(self, facts: Facts, at: datetime) -> tuple[bool | None, datetime | None]:
        """Return the verdict and the earliest moment at which time alone changes a leaf."""
        vector = self.vector(facts, at)
        return self.verdict(vector), self.valid_until(facts, at, vector)

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


def reader(reads: Iterable[tuple[str, ...]]) -> Callable[[Facts], Any]:
    """Return the function that takes from facts those that some leaves read, as a key to remember by."""
    names = sorted({name for some in reads for name in some})
    return attrgetter(*names) if names else lambda facts: None


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
    needed = criterion.needed
    if any(isinstance(part, Group) for part in criterion.parts):
        folds = tuple(_counted(part, places) for part in criterion.parts)
        return lambda counted: _count([fold(counted) for fold in folds], needed)
    taken = [next(places) for _ in criterion.parts]
    return _flat(slice(taken[0], taken[-1] + 1), needed)


def _flat(span: slice, needed: int) -> Fold:
    """Build the fold of a group of nothing but leaves: each combination of their values counted once."""
    known = Memory[bool | None](span.stop - span.start)

    def folded(counted: Vector) -> bool | None:
        values = tuple(counted[span])
        try:
            return known[values]
        except KeyError:
            return known.keep(values, _count(values, needed))

    return folded


def _count(values: Sequence[bool | None], needed: int) -> bool | None:
    """Tell whether enough are met, None where the unknown ones decide."""
    met = values.count(True)
    if met >= needed:
        return True
    return None if met + values.count(None) >= needed else False
