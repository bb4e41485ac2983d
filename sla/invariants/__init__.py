"""What must hold in every database at every moment: asked set by set, changed by nobody.

What a constraint or a trigger of the database holds by itself is not asked again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sla.invariants import histories, standing
from sla.invariants.asking import Invariant

EXAMPLES = 5
#: In the order in which they are told: cheap questions of rows first, then those that read whole logs.
INVARIANTS: tuple[Invariant, ...] = (*standing.INVARIANTS, *histories.INVARIANTS)


@dataclass(frozen=True, slots=True)
class Finding:
    """How often an invariant is broken, and some of the cases."""

    invariant: Invariant
    count: int
    examples: tuple[str, ...]


def audit(now: datetime, names: Sequence[str] = ()) -> Iterator[Finding]:
    """Ask every invariant, or those named, and yield what was found, also where nothing is wrong."""
    for invariant in INVARIANTS:
        if not names or invariant.name in names:
            broken = invariant.broken(now)
            examples = tuple(islice(broken, EXAMPLES))
            yield Finding(invariant, len(examples) + sum(1 for _case in broken), examples)


__all__ = ["INVARIANTS", "Finding", "Invariant", "audit"]
