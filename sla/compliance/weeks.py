"""What became of offers week by week."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sla.compliance import offers
from sla.compliance.outcomes import OUTCOMES
from sla.compliance.periods import Period


@dataclass(frozen=True, slots=True)
class Week:
    """The offers of seven days by what became of them, in the order of OUTCOMES."""

    first_on: date
    counts: tuple[int, ...]


def outcomes(told: offers.Told, period: Period) -> list[Week]:
    """Return the outcomes of leg one for each week that touches the period."""
    counts: Counter[tuple[date, str]] = Counter()
    for day in told.days:
        for outcome in OUTCOMES:
            counts[_monday(day.day), outcome] += day.counts.get(f"outcome:{outcome}", 0)
    weeks = (period.last_on - _monday(period.first_on)).days // 7 + 1
    mondays = [_monday(period.first_on) + timedelta(weeks=index) for index in range(weeks)]
    return [Week(monday, tuple(counts[monday, outcome] for outcome in OUTCOMES)) for monday in mondays]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
