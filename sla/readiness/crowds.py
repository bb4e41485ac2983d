"""A tree of criteria folded for many rows at once: each set of rows is a whole number of one bit a row."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sla.readiness.criteria import UNKNOWN, Criterion, Group


class Crowd(NamedTuple):
    """The rows of which one leaf says that they meet it, and of which it cannot say."""

    met: int
    unknown: int


def passing(criterion: Criterion, leaves: Iterable[Crowd]) -> int:
    """Return the rows that meet a criterion, by what its leaves say, from left to right.

    It agrees row by row with `Compiled.fold`, of which it tells only what is met: no part of a group counts
    for being missed, so what is unknown needs no place of its own.
    """
    return _passing(criterion, iter(leaves))


def _passing(criterion: Criterion, leaves: Iterator[Crowd]) -> int:
    if not isinstance(criterion, Group):
        leaf = next(leaves)
        return leaf.met | leaf.unknown if UNKNOWN[criterion.unknown] else leaf.met
    # By how many parts a row meets, one less: whoever met one more before this part need not meet it.
    enough = [0] * criterion.needed
    for part in criterion.parts:
        rows = _passing(part, leaves)
        for more in range(criterion.needed - 1, 0, -1):
            enough[more] |= enough[more - 1] & rows
        enough[0] |= rows
    return enough[-1]
