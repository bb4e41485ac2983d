"""The clocks of a question as lines want them: by commitment code, beside the weeks and the period before."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sla.compliance import promises, timed
from sla.compliance.periods import Period
from sla.compliance.promises import Promise


@dataclass(frozen=True, slots=True)
class Clocked:
    """Counts, median and 90th percentile, and what each version closed, by commitment code.

    `before` counts the period before, `trends` are the shares of the last nine weeks; both are empty
    without a period.
    """

    counts: Mapping[str, timed.Count3]
    durations: Mapping[str, tuple[timedelta | None, timedelta | None]]
    closed: Mapping[str, Mapping[int, int]]
    before: Mapping[str, timed.Count3]
    trends: Mapping[str, tuple[float | None, ...]]


def of_promises(
    found: Sequence[Promise], told: timed.Told, earlier: timed.Told, period: Period | None
) -> Iterator[tuple[str, Promise, Clocked]]:
    """Yield each promise by its key with the clocks of its code.

    `told` are those of the period, `earlier` those of the weeks and the period before it. Where promises
    share a code, each gets what its own versions judged.
    """
    codes = Counter(promise.commitment.code for promise in found)
    whole = _count(told, earlier, period)
    for key, promise in promises.by_key(found).items():
        if codes[promise.commitment.code] == 1:
            yield key, promise, whole
        else:
            own = promise.versions
            yield key, promise, _count(told.of_versions(own), earlier.of_versions(own), period)


def _count(told: timed.Told, earlier: timed.Told, period: Period | None) -> Clocked:
    figures = told.counts(), told.durations(), told.closed_by_version()
    if period is None:
        return Clocked(*figures, {}, {})
    before = earlier.within(period.before.first_on, period.before.last_on)
    return Clocked(*figures, before.counts(), earlier.trends(period))
