"""What a back-test found, as values that JSON holds: every share with its n and 95% interval."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sla import scoring
from sla.compliance import money
from sla.lab.tallies import ELSEWHERE, MATURE, NAMED, WON, WORKED, Counts, Named, Passed

#: Fewer than these are shown as counts and nothing is concluded from them.
LEAST_TO_JUDGE = 30
Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """k of n with the 95% Wilson interval; `rate` None where n is 0."""

    k: int
    n: int
    rate: float | None
    low: float
    high: float
    is_few: bool


def share(k: int, n: int) -> Share:
    """Return k of n with its interval."""
    low, high = scoring.wilson(k, n)
    return Share(k, n, k / n if n else None, low, high, n < LEAST_TO_JUDGE)


@dataclass(frozen=True, slots=True)
class Difference:
    """The draft's share less that in force, with the 95% interval; None where one of them has no cases."""

    value: float | None
    low: float | None
    high: float | None


def difference(draft: Share, against: Share) -> Difference:
    """Return the difference of two shares with Newcombe's interval from two Wilson intervals.

    Newcombe, R. G. (1998), Statistics in Medicine 17:873-890, method 10. It takes the two for independent;
    the gates share most leads, so the true interval is narrower.
    """
    if draft.rate is None or against.rate is None:
        return Difference(None, None, None)
    value = draft.rate - against.rate
    down = ((draft.rate - draft.low) ** 2 + (against.high - against.rate) ** 2) ** 0.5
    up = ((draft.high - draft.rate) ** 2 + (against.rate - against.low) ** 2) ** 0.5
    return Difference(value, value - down, value + up)


@dataclass(frozen=True, slots=True)
class Side:
    """What one gate would have passed of the past, and what became of it."""

    passed: Share
    accepted: Share
    followed_up: Share
    #: Accounts old enough and followed up, of which so many were won.
    won: Share
    accounts: int
    accounts_followed_up: Share
    bought_elsewhere: int
    #: Handoffs that passed and were won, whatever their age and follow-up.
    won_handoffs: Share
    #: As `money.plain` says them.
    margin: float | None
    margins: list[dict[str, Any]]
    median_days: float | None
    verdict: str


def side(passed: Passed, total: int, bar: float, needed_follow_up: float) -> Side:
    """Sum up what one gate passes."""
    counts, accounts = passed.counts, Counter(passed.accounts)

    def having(wanted: int, but: int = 0) -> int:
        return sum(n for flags, n in accounts.items() if flags & wanted == wanted and not flags & but)

    followed = share(having(WORKED), having(MATURE))
    closed = share(having(WORKED | WON), followed.k)
    return Side(
        passed=share(counts.n, total),
        accepted=share(counts.accepted, counts.accepted + counts.declined),
        followed_up=share(counts.worked, counts.timed),
        won=closed,
        accounts=followed.n,
        accounts_followed_up=followed,
        bought_elsewhere=having(ELSEWHERE, but=WON),
        won_handoffs=share(counts.won, counts.n),
        **money.plain(money.margins(passed.worth)),
        median_days=median(passed.days),
        verdict=_verdict(closed, followed, counts, bar, needed_follow_up),
    )


def _verdict(won: Share, followed: Share, counts: Counts, bar: float, needed: float) -> str:
    """Judge as the truth meter does; without dates there is nothing to judge by."""
    if counts.n and not counts.timed:
        return "untestable"
    if followed.n < LEAST_TO_JUDGE:
        return "too_few"
    return scoring.truth(won.k, won.n, followed.rate, bar, needed)


def median(values: Counter[int]) -> float | None:
    """Return the middle of values told as value → how often."""
    total = sum(values.values())
    if not total:
        return None
    seen = 0
    middle: list[int] = []
    for value in sorted(values):
        seen += values[value]
        middle += [value] * (len(middle) == 0 and seen > (total - 1) // 2)
        if seen > total // 2:
            return (middle[0] + value) / 2
    return None


def months_of(passed: Passed) -> list[dict[str, Any]]:
    """Return by month what passed and what became of it."""
    return [{"month": month, **asdict(passed.months[month])} for month in sorted(passed.months)]


def named(found: Named) -> dict[str, Any]:
    """Return how many handoffs, how many of them won, and the ids of the first, the won ones before."""
    return {"n": found.n, "won": found.won, "handoffs": [*found.ids_won, *found.ids][:NAMED]}
