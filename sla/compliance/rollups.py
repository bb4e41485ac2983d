"""The books that are counted by day, and bringing them up to date."""

from sla import agreements
from sla.compliance import ends, offers, tallies, timed

BOOKS = (timed.COUNTING, offers.COUNTING, ends.COUNTING)


def keep(*, rounds: int = 2) -> int:
    """Count anew what has changed, in so many rounds at most; return how many parts of days that were.

    A great import is counted over several sweeps: clocks that are due must not wait for figures.
    """
    zone = agreements.zone()
    return sum(tallies.keep(counting, zone, rounds=rounds) for counting in BOOKS)
