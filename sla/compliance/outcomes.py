"""What became of offers week by week, and why Sales said no."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, CharField, Count, Value, When
from django.db.models.functions import TruncDate

from sla.choices import Disposition, HandoffState
from sla.compliance.cohorts import COUNTS_ACCEPTED, offered_in
from sla.compliance.periods import Filters, Period
from sla.models import Handoff

OUTCOMES = ("accepted", "not_now", "never", "expired")
_OUTCOME = Case(
    When(COUNTS_ACCEPTED, then=Value("accepted")),
    When(state=HandoffState.DECLINED, disposition=Disposition.DISQUALIFY, then=Value("never")),
    When(state=HandoffState.DECLINED, then=Value("not_now")),
    When(state=HandoffState.EXPIRED, then=Value("expired")),
    default=Value(""),
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class Week:
    """The offers of seven days by what became of them, in the order of OUTCOMES."""

    first_on: date
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often a reason was given for a decline or return, and whose turn it is then."""

    code: str
    side: str
    n: int


def by_week(period: Period, filters: Filters) -> list[Week]:
    """Return the outcomes of leg one for each week that touches the period; one query."""
    rows = (
        offered_in(period, filters, leg=1)
        .annotate(outcome=_OUTCOME, day=TruncDate("offered_at", tzinfo=period.start_at.tzinfo))
        .exclude(outcome="")
        .values("outcome", "day")
        .order_by()
        .annotate(n=Count("id"))
    )
    counts: Counter[tuple[date, str]] = Counter()
    for row in rows:
        counts[_monday(row["day"]), row["outcome"]] += row["n"]
    weeks = (period.last_on - _monday(period.first_on)).days // 7 + 1
    mondays = [_monday(period.first_on) + timedelta(weeks=index) for index in range(weeks)]
    return [Week(monday, tuple(counts[monday, outcome] for outcome in OUTCOMES)) for monday in mondays]


def reasons(period: Period | None, filters: Filters) -> list[ReasonCount]:
    """Return the reasons given for declines and returns in the period, the most frequent first.

    Counted where the no was said, not where the lead was offered; imported history that knows no
    reason is left out.
    """
    found = Handoff.objects.filter(filters.on_handoffs()).exclude(reason_code__in=["", "not_recorded"])
    if period is not None:
        found = found.filter(ended_at__gte=period.start_at, ended_at__lt=period.end_at)
    rows = found.values("reason_code", "reason_side").order_by("reason_code").annotate(n=Count("id"))
    counted = [ReasonCount(row["reason_code"], row["reason_side"], row["n"]) for row in rows]
    return sorted(counted, key=lambda each: (-each.n, each.code))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
