"""The books that are counted by day and what is kept of accounts, and bringing both up to date."""

import math
from collections.abc import Iterator
from time import perf_counter

from sla import agreements
from sla.compliance import ends, offers, paths, tallies, timed
from sla.compliance.accounts import keeping as accounts

BOOKS = (timed.COUNTING, offers.COUNTING, ends.COUNTING, paths.COUNTING)


def keep(*, seconds: float = math.inf) -> int:
    """Count anew what has changed, for so many seconds at most; return how many days' parts and accounts."""
    zone = agreements.zone()
    behind = tallies.behind(zone)
    until = perf_counter() + seconds
    done = sum(tallies.keep(one, zone, until=until) for one in BOOKS if one.book in behind)
    return done + (accounts.keep(until=until) if accounts.is_behind() else 0)


def apart() -> Iterator[str]:
    """Yield what is kept otherwise than the rows say, but for what waits to be counted anew."""
    for counting in BOOKS:
        yield from tallies.apart(counting)
    yield from accounts.apart()
