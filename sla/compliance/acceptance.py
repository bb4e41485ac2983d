"""What became of the offers of a period, and whether anybody followed up."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sla import scoring
from sla.compliance import offers, tallies
from sla.compliance.periods import share


@dataclass(frozen=True, slots=True)
class Cohort:
    """What became of the offers of one leg; times are wall-clock, from the offer."""

    leg: int
    offers: int
    accepted: int
    declined: int
    overturned: int
    expired: int
    rerouted: int
    withdrawn: int
    undecided: int
    declined_though_met: int
    won: int
    lost: int
    decision_median: timedelta | None
    decision_p90: timedelta | None

    @property
    def decided(self) -> int:
        return self.accepted + self.declined

    @property
    def acceptance(self) -> float | None:
        return share(self.accepted, self.decided)

    @property
    def interval(self) -> tuple[float, float]:
        found = scoring.wilson(self.accepted, self.decided)
        return found.low, found.high


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How Sales followed up the leads handed over; None = unknown, for want of recorded touches."""

    leads: int
    never: int | None
    touches: int | None
    first_touch_median: timedelta | None
    first_touch_p90: timedelta | None

    @property
    def never_share(self) -> float | None:
        return None if self.never is None else share(self.never, self.leads)

    @property
    def touches_per_lead(self) -> float | None:
        return None if self.touches is None else share(self.touches, self.leads)


def by_leg(told: offers.Told) -> dict[int, Cohort]:
    """Return the cohort of each leg on which something was offered."""
    counts, times = told.counts, told.times
    legs = sorted(int(key.split(":")[0]) for key, n in counts.items() if key.endswith(":offers") and n)
    return {leg: _cohort(leg, counts, times.get(f"decided:{leg}", {})) for leg in legs}


def follow_up(told: offers.Told) -> FollowUp:
    """Return how the leads handed over were followed up.

    Undated history with no touch of Sales at all says nothing about follow-up: unknown.
    """
    counts = told.counts
    leads, touches = counts["handed:n"], counts["handed:touches"]
    if not leads or (touches == 0 and not counts["handed:dated"]):
        return FollowUp(leads, None, None, None, None)
    waits = told.times.get("first_touch", {})
    never = counts["handed:never"]
    return FollowUp(leads, never, touches, tallies.middle(waits), tallies.ninetieth(waits))


def _cohort(leg: int, counts: Counter[str], decided: dict[int, int]) -> Cohort:
    return Cohort(
        leg=leg,
        offers=counts[f"{leg}:offers"],
        accepted=counts[f"{leg}:counts_accepted"],
        declined=counts[f"{leg}:counts_declined"],
        overturned=counts[f"{leg}:counts_overturned"],
        expired=counts[f"{leg}:expired"],
        rerouted=counts[f"{leg}:rerouted"],
        withdrawn=counts[f"{leg}:withdrawn"],
        undecided=counts[f"{leg}:offered"],
        declined_though_met=counts[f"{leg}:counts_declined_though_met"],
        won=counts[f"{leg}:won"],
        lost=counts[f"{leg}:lost"],
        decision_median=tallies.middle(decided),
        decision_p90=tallies.ninetieth(decided),
    )
