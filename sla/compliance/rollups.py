"""The books that are counted by day, and bringing them up to date."""

from sla import agreements
from sla.compliance import ends, offers, tallies, timed

BOOKS = (timed.COUNTING, offers.COUNTING, ends.COUNTING)


def keep(*, rounds: int = 2) -> int:
    """Count anew what has changed, in so many rounds at most; return how many parts of days that were.

    A great import is counted over several runs, so that other work comes in between.
    """
    zone = agreements.zone()
    behind = tallies.behind(zone)
    return sum(tallies.keep(one, zone, rounds=rounds) for one in BOOKS if one.book in behind)
