"""Periods, filters and the small arithmetic that every figure shares."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

#: Fewer cases than this are shown as counts and not judged.
FEW = 5
WEEKS_SHOWN = 9


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included, in the zone of the agreement's calendar."""

    first_on: date
    last_on: date
    zone: str = "UTC"

    @property
    def start_at(self) -> datetime:
        return datetime.combine(self.first_on, time.min, ZoneInfo(self.zone))

    @property
    def end_at(self) -> datetime:
        """The first instant after the period."""
        return datetime.combine(self.last_on + timedelta(days=1), time.min, ZoneInfo(self.zone))

    @property
    def before(self) -> "Period":
        """The period of the same kind just before: a whole month before a whole month, else as many days."""
        last_on = self.first_on - timedelta(days=1)
        if self.first_on.day == 1 and (self.last_on + timedelta(days=1)).day == 1:
            months = (self.last_on.year - self.first_on.year) * 12 + self.last_on.month - self.first_on.month
            return Period(months_before(self.first_on, months + 1), last_on, self.zone)
        return Period(self.first_on - (self.last_on - self.first_on) - timedelta(days=1), last_on, self.zone)

    @property
    def months(self) -> float:
        """How many months it is: whole ones exactly, of one that it only touches the share of its days."""
        found, month_on = 0.0, self.first_on.replace(day=1)
        while month_on <= self.last_on:
            next_on = months_before(month_on, -1)
            part = min(self.last_on, next_on - timedelta(days=1)) - max(self.first_on, month_on)
            found += (part.days + 1) / (next_on - month_on).days
            month_on = next_on
        return found

    def passed(self, now: datetime) -> float:
        """Return the share of the period that has passed at `now`, 0 to 1."""
        # By the clock of the world: two moments of one zone are told apart by the clock on its walls.
        start, end = self.start_at.timestamp(), self.end_at.timestamp()
        return min(1.0, max(0.0, (now.timestamp() - start) / (end - start)))

    def part(self, first_on: date, last_on: date) -> "Period | None":
        """Return the days of the period from one to another, None where there are none."""
        first_on, last_on = max(self.first_on, first_on), min(self.last_on, last_on)
        return Period(first_on, last_on, self.zone) if first_on <= last_on else None

    @property
    def weeks(self) -> list[tuple[date, date]]:
        """The last nine weeks up to the end of the period, the oldest first."""
        ends = [self.last_on - timedelta(weeks=back) for back in range(WEEKS_SHOWN - 1, -1, -1)]
        return [(end - timedelta(days=6), end) for end in ends]


def months_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before the one of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def months_between(start: date, day: date) -> int:
    """Return how many months begin after the month of `start`, up to the one of `day`."""
    return max((day.year - start.year) * 12 + day.month - start.month, 0)


def days_within(field: str, day: date, zone: str) -> Q:
    """Match rows whose moment `field` lies on a day; that of `date.min` are those that know none."""
    if day == date.min:
        return Q(**{f"{field}__isnull": True})
    whole = Period(day, day, zone)
    return Q(**{f"{field}__gte": whole.start_at, f"{field}__lt": whole.end_at})


def month_of(day: date, zone: str = "UTC") -> Period:
    """Return the calendar month of a day."""
    return Period(day.replace(day=1), months_before(day, -1) - timedelta(days=1), zone)


def quarter_of(day: date, zone: str = "UTC") -> Period:
    """Return the calendar quarter of a day."""
    first_on = months_before(day, (day.month - 1) % 3)
    return Period(first_on, months_before(first_on, -3) - timedelta(days=1), zone)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to; None leaves it open.

    `rep_id` asks of one person: of clocks, those that this person answers for.
    """

    team_id: int | None = None
    source: str | None = None
    tier: str | None = None
    agreement_id: int | None = None
    version_id: int | None = None
    rep_id: int | None = None

    @property
    def is_narrowed(self) -> bool:
        """Tell whether only some of the leads are asked of that an agreement judged."""
        return any(one is not None for one in (self.team_id, self.source, self.tier, self.rep_id))

    def on_handoffs(self) -> Q:
        pairs = {
            "team_id": self.team_id,
            "lead__source": self.source,
            "tier": self.tier,
            "version__agreement_id": self.agreement_id,
            "version_id": self.version_id,
            "rep_id": self.rep_id,
        }
        return Q(**{name: value for name, value in pairs.items() if value is not None})

    def on_clocks(self) -> Q:
        """Narrow clocks of both sides by the team that holds the lead, not by the side's own team."""
        pairs = {
            "lead__source": self.source,
            "handoff__tier": self.tier,
            "version__agreement_id": self.agreement_id,
            "version_id": self.version_id,
            "rep_id": self.rep_id,
        }
        found = Q(**{name: value for name, value in pairs.items() if value is not None})
        if self.team_id is not None:
            found &= Q(handoff__team_id=self.team_id) | Q(handoff=None, lead__team_id=self.team_id)
        return found


def share(part: int, whole: int) -> float | None:
    """Return part ÷ whole, None where there is nothing to divide by."""
    return part / whole if whole else None


def median(values: Sequence[timedelta]) -> timedelta | None:
    """Return the middle value, the mean of the middle two for an even number."""
    return timedelta(seconds=statistics.median(v.total_seconds() for v in values)) if values else None
