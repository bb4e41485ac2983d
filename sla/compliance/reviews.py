"""Reviews that both sides owe each other: of the definition by its date, of the pipeline per period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leads.choices import Side
from sla import agreements
from sla.choices import ReviewKind, ReviewOutcome
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


@dataclass(frozen=True, slots=True)
class Owed:
    """One definition review that both sides owe each other: of which version, by when, what became of it.

    `review` is what was held for it. One that confirms the text keeps it only once both sides have signed;
    until then `lacks` names those that have not. None held and kept: a new version was in force by then.
    """

    version: AgreementVersion
    due_on: date
    outcome: str
    review: Review | None
    lacks: tuple[str, ...] = ()


def definition(versions: Iterable[AgreementVersion], period: Period | None, now: datetime) -> Units:
    """Count the definition reviews that fell due in the period, and those that were kept."""
    due = [one for one in owed(versions, period, now) if one.due_on < _day(now, period)]
    return Units(sum(one.outcome == "kept" for one in due), len(due))


def owed(versions: Iterable[AgreementVersion], period: Period | None, now: datetime) -> list[Owed]:
    """Return the definition reviews due in the period, the latest first; one to come may be kept already."""
    found = list(versions)
    held: dict[int, list[Review]] = {one.pk: [] for one in found}
    for review in Review.objects.filter(version__in=found, kind=ReviewKind.DEFINITION).order_by("held_on"):
        held[review.version_id].append(review)
    return sorted(
        (
            _owed(version, day, held[version.pk], period, now)
            for version in found
            for day in _due_days(version, held[version.pk])
            if period is None or period.first_on <= day <= period.last_on
        ),
        key=lambda one: (one.due_on, one.version.pk),
        reverse=True,
    )


def _owed(
    version: AgreementVersion, day: date, held: list[Review], period: Period | None, now: datetime
) -> Owed:
    in_time = [one for one in held if day - _COUNTS_FOR < one.held_on <= day]
    done = [one for one in in_time if one.outcome != ReviewOutcome.CONFIRMED or one.confirmed_at]
    ended = version.superseded_at
    if done or (ended is not None and _day(ended, period) <= day):
        return Owed(version, day, "kept", done[-1] if done else None)
    outcome = "missed" if day < _day(now, period) else "open"
    if not in_time:
        return Owed(version, day, outcome, None)
    lacks = sorted(set(Side.values) - agreements.confirmed_sides(in_time[-1]))
    return Owed(version, day, outcome, in_time[-1], tuple(lacks))


def held_pipeline(period: Period | None, filters: Filters) -> QuerySet[Review]:
    """Return the pipeline reviews held in the period, the latest first."""
    found = Review.objects.filter(kind=ReviewKind.PIPELINE).select_related("version__agreement")
    if period is not None:
        found = found.filter(held_on__gte=period.first_on, held_on__lte=period.last_on)
    if filters.agreement_id is not None:
        found = found.filter(agreement_id=filters.agreement_id)
    return found.order_by("-held_on", "-pk")


def pipeline(period: Period, filters: Filters, promised: int, now: datetime) -> Held:
    """Count the pipeline reviews held in the period."""
    found = held_pipeline(period, filters)
    return Held(found.count(), promised, now >= period.end_at)


def _due_days(version: AgreementVersion, held: Iterable[Review]) -> list[date]:
    """Return the days by which a version had to be reviewed: as signed, and as confirmed each time since."""
    confirmed = {one.next_due_on for one in held if one.confirmed_at}
    return sorted(day for day in {version.review_due_on, *confirmed} if day is not None)


def _day(moment: datetime, period: Period | None) -> date:
    """Return the day of a moment where the agreement's calendar is."""
    return moment.astimezone(ZoneInfo(period.zone if period else agreements.zone())).date()
