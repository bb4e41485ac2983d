"""A rep's personal bar above the agreed minimum, proposed from that rep's own history."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import User
from sla import scoring
from sla.lab.results import LEAST_TO_JUDGE, Share, share
from sla.models import Handoff
from sla.scoring import CELLS

HISTORY = timedelta(days=365)
_WORKED = ("returned", "won", "lost")


@dataclass(frozen=True, slots=True)
class BarProposal:
    """Cells of the grid in which this rep wins, and how often there and elsewhere.

    `personal_bar` of a user keeps them as {"grid": ["A1", "A2"]}; nobody is offered less than the
    agreement asks, so a bar only ever leaves leads to colleagues.
    """

    cells: tuple[str, ...]
    inside: Share
    outside: Share


def propose(rep: User, now: datetime) -> BarProposal | None:
    """Return the bar that a rep's own wins of a year speak for; None when they do not tell cells apart.

    A cell falls away only where the rep worked enough leads beneath the bar and won surely fewer of them:
    the interval of those outside lies wholly below the share won inside.
    """
    found = Handoff.objects.filter(rep=rep, state__in=_WORKED, offered_at__gte=now - HISTORY)
    by_cell: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for cell, state in found.exclude(grid="").values_list("grid", "state"):
        by_cell[cell][0] += state == "won"
        by_cell[cell][1] += 1
    for kept in _bars():
        inside = _share(by_cell, kept)
        outside = _share(by_cell, frozenset(CELLS) - kept)
        if inside.n < LEAST_TO_JUDGE or outside.n < LEAST_TO_JUDGE:
            continue
        if inside.rate is not None and scoring.wilson(outside.k, outside.n).high < inside.low:
            return BarProposal(tuple(cell for cell in CELLS if cell in kept), inside, outside)
    return None


def _bars() -> list[frozenset[str]]:
    """Return the bars, the one that gives least away first: without C3, without C and 3, the best alone."""
    return [
        frozenset(CELLS) - {"C3"},
        frozenset(cell for cell in CELLS if cell[0] != "C" and cell[1] != "3"),
        frozenset({"A1", "A2", "B1"}),
    ]


def _share(by_cell: dict[str, list[int]], cells: frozenset[str]) -> Share:
    pairs = [pair for cell, pair in by_cell.items() if cell in cells]
    return share(sum(won for won, _ in pairs), sum(n for _, n in pairs))
