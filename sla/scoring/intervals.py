"""Shares of few cases: the interval around them, and what may be concluded from it."""

import math
from typing import NamedTuple


class Interval(NamedTuple):
    """Bounds of a share, each from 0 to 1."""

    low: float
    high: float


def wilson(k: int, n: int, z: float = 1.96) -> Interval:
    """Return the Wilson score interval of k successes in n trials; (0, 1) without trials.

    Wilson, E. B. (1927), JASA 22:209-212.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share, square = k / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return Interval(middle - reach if k else 0.0, middle + reach if k < n else 1.0)


def truth(won: int, n: int, followed_share: float | None, bar: float, needed_share: float) -> str:
    """Judge a definition by its close rate: `proved`, `refuted`, `too_early` or `untested`.

    `n` are mature account opportunities that were followed up, `followed_share` the share of
    mature ones that were; below `needed_share` nothing is said, however the few were won.
    """
    if followed_share is not None and followed_share < needed_share:
        return "untested"
    low, high = wilson(won, n)
    if low > bar:
        return "proved"
    return "refuted" if high < bar else "too_early"
