"""What became of offers week by week."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sla.compliance import offers
from sla.compliance.outcomes import OUTCOMES
from sla.compliance.periods import Period
from sla.compliance.tallies import UNDATED


@dataclass(frozen=True, slots=True)
class Week:
    """The offers of seven days by what became of them, in the order of OUTCOMES."""

    first_on: date
    counts: tuple[int, ...]


def outcomes(told: offers.Told, period: Period | None, today: date) -> list[Week]:
    """Return the outcomes of leg one for each week that touches the period, up to the one of `today`.

    All times begin with the first offer that knows its day.
    """
    counts: Counter[tuple[date, str]] = Counter()
    dated = [day for day in told.days if day.day != UNDATED]
    for day in dated:
        for outcome in OUTCOMES:
            counts[_monday(day.day), outcome] += day.counts.get(f"outcome:{outcome}", 0)
    first_on = period.first_on if period else min((day.day for day in dated), default=today)
    last_on = min(period.last_on, today) if period else today
    weeks = (last_on - _monday(first_on)).days // 7 + 1
    mondays = [_monday(first_on) + timedelta(weeks=index) for index in range(weeks)]
    return [Week(monday, tuple(counts[monday, outcome] for outcome in OUTCOMES)) for monday in mondays]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
