"""The books that are counted by day, and bringing them up to date."""

import math
from time import perf_counter

from sla import agreements
from sla.compliance import ends, offers, tallies, timed

BOOKS = (timed.COUNTING, offers.COUNTING, ends.COUNTING)


def keep(*, seconds: float = math.inf) -> int:
    """Count anew what has changed, for so many seconds at most; return how many parts of days that were."""
    zone = agreements.zone()
    behind = tallies.behind(zone)
    until = perf_counter() + seconds
    return sum(tallies.keep(one, zone, until=until) for one in BOOKS if one.book in behind)
