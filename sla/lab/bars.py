"""A rep's personal bar above the agreed minimum: what it would have kept, and which one history asks for."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import User
from sla.choices import HandoffState
from sla.lab.results import LEAST_TO_JUDGE, Share, share
from sla.models import Handoff
from sla.scoring import CELLS

HISTORY = timedelta(days=365)
_WON = (HandoffState.WON,)
_WORKED = (HandoffState.RETURNED, HandoffState.WON, HandoffState.LOST)
_ACCEPTED = (HandoffState.ACCEPTED, HandoffState.QUALIFIED, HandoffState.CONVERTED, *_WORKED)
#: The bars, the one that gives least away first: without C3, without C and 3, the best alone.
_BARS = (
    frozenset(CELLS) - {"C3"},
    frozenset(cell for cell in CELLS if cell[0] != "C" and cell[1] != "3"),
    frozenset({"A1", "A2", "B1"}),
)
_ByCell = Mapping[str, Counter[str]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One bar on a rep's own past of a year.

    `cells` are what it keeps: `personal_bar` of a user holds them as {"grid": ["A1", "A2"]}. `accepted` and
    `won` are the shares of the rep's accepted and won leads that it would have kept; `inside` and `outside`
    the shares won of what the rep worked within and beneath it.
    """

    cells: tuple[str, ...]
    accepted: Share
    won: Share
    inside: Share
    outside: Share

    @property
    def has_enough(self) -> bool:
        """Tell whether the rep worked enough leads on both sides of the bar to tell them apart."""
        return min(self.inside.n, self.outside.n) >= LEAST_TO_JUDGE

    @property
    def is_surely_better(self) -> bool:
        """Tell whether the rep won surely fewer beneath it: that interval lies below the one inside."""
        return self.has_enough and self.outside.high < self.inside.low


def trials(rep: User, now: datetime) -> tuple[Trial, ...]:
    """Return what each bar would have kept of a rep's year, the one that gives least away first."""
    found = Handoff.objects.filter(rep=rep, state__in=_ACCEPTED, offered_at__gte=now - HISTORY)
    by_cell: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for cell, state in found.exclude(grid="").values_list("grid", "state"):
        by_cell[cell][state] += 1
    return tuple(_trial(kept, by_cell) for kept in _BARS)


def proposed(found: Iterable[Trial]) -> Trial | None:
    """Return of a rep's trials the bar that their wins speak for; None when they do not tell cells apart."""
    return next((one for one in found if one.is_surely_better), None)


def _trial(kept: frozenset[str], by_cell: _ByCell) -> Trial:
    beneath = frozenset(CELLS) - kept
    accepted, won, worked = (_count(by_cell, kept, states) for states in (_ACCEPTED, _WON, _WORKED))
    lost_accepted, lost_won, lost_worked = (
        _count(by_cell, beneath, states) for states in (_ACCEPTED, _WON, _WORKED)
    )
    return Trial(
        cells=tuple(cell for cell in CELLS if cell in kept),
        accepted=share(accepted, accepted + lost_accepted),
        won=share(won, won + lost_won),
        inside=share(won, worked),
        outside=share(lost_won, lost_worked),
    )


def _count(by_cell: _ByCell, cells: Collection[str], states: Collection[str]) -> int:
    return sum(by_cell[cell][state] for cell in cells & by_cell.keys() for state in states)
