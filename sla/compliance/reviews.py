"""Reviews that both sides owe each other: of the definition by its date, of the pipeline per period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla import agreements
from sla.choices import ReviewKind
from sla.compliance.periodic import Units
from sla.compliance.periods import Filters, Period
from sla.models import AgreementVersion, Review

#: A review counts for a date when it was held within so long before it.
_COUNTS_FOR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Held:
    """Reviews of the pipeline held against those promised; `is_over`: no more can be held in time."""

    held: int
    promised: int
    is_over: bool


def definition(versions: Iterable[AgreementVersion], period: Period | None, now: datetime) -> Units:
    """Count the definition reviews that fell due in the period, and those held by then.

    Held means: minutes were recorded, or a new version was in force by that day.
    """
    found = list(versions)
    held = _days_held(found)
    due = [
        (version, day)
        for version in found
        for day in _due_days(version)
        if day < _day(now, period) and (period is None or period.first_on <= day <= period.last_on)
    ]
    kept = sum(_was_held(version, day, held.get(version.pk, []), period) for version, day in due)
    return Units(kept, len(due))


def pipeline(period: Period, filters: Filters, promised: int, now: datetime) -> Held:
    """Count the pipeline reviews held in the period."""
    found = Review.objects.filter(
        kind=ReviewKind.PIPELINE, held_on__gte=period.first_on, held_on__lte=period.last_on
    )
    if filters.agreement_id is not None:
        found = found.filter(agreement_id=filters.agreement_id)
    return Held(found.count(), promised, now >= period.end_at)


def _due_days(version: AgreementVersion) -> list[date]:
    """Return the days by which a version had to be reviewed: as signed, and as confirmed since."""
    days = {version.review_due_on, version.confirmed_until}
    return sorted(day for day in days if day is not None)


def _days_held(versions: list[AgreementVersion]) -> dict[int, list[date]]:
    days: dict[int, list[date]] = {}
    found = Review.objects.filter(version__in=versions, kind=ReviewKind.DEFINITION)
    for version_id, held_on in found.values_list("version_id", "held_on"):
        days.setdefault(version_id, []).append(held_on)
    return days


def _was_held(version: AgreementVersion, day: date, held: list[date], period: Period | None) -> bool:
    ended = version.superseded_at
    if ended is not None and _day(ended, period) <= day:
        return True
    return any(day - _COUNTS_FOR < one <= day for one in held)


def _day(moment: datetime, period: Period | None) -> date:
    """Return the day of a moment where the agreement's calendar is."""
    return moment.astimezone(ZoneInfo(period.zone if period else agreements.zone())).date()
