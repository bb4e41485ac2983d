"""The ways that leads went: how many reached each stage, how fast, and where the others are.

The cohort is the leads first seen in the period, whatever became of them since; merged duplicates are no
leads of their own. A lead that skipped a stage has passed it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, QuerySet

from leads.choices import Stage
from leads.models import Lead, StageChange
from sla.compliance.periods import Filters, Period, median, share

#: The buyer's way, first to last.
WAY = (Stage.INQUIRY, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)
_PLACE = {stage.value: place for place, stage in enumerate(WAY)}
Change = tuple[str, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the way: how many reached it, from the stage before, after how long in the middle."""

    stage: str
    reached: int
    rate: float | None
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class Paths:
    """What became of the leads first seen in a period.

    `went` counts leads by (from stage, to stage), each once; `stands` counts them by the stage they are in.
    """

    leads: int
    steps: tuple[Step, ...]
    went: dict[tuple[str, str], int]
    stands: dict[str, int]

    @property
    def per_win(self) -> float | None:
        """How many inquiries it took to make one win, None without a win."""
        won = self.steps[-1].reached
        return self.leads / won if won else None


def find(period: Period | None, filters: Filters) -> Paths:
    """Return the ways of the cohort; two queries, and a pass over its stage changes."""
    cohort = first_seen(period, filters)
    stands = dict(cohort.order_by().values_list("stage").annotate(n=Count("pk")))
    leads = sum(stands.values())
    reached: Counter[int] = Counter()
    waits: dict[int, list[timedelta]] = defaultdict(list)
    went: Counter[tuple[str, str]] = Counter()
    for created_at, changes in _changes(cohort):
        went.update({(before, after) for before, after, _at in changes})
        _pass(created_at, changes, reached, waits)
    reached[0] = leads
    steps = tuple(
        Step(
            stage.value,
            reached[place],
            share(reached[place], reached[place - 1]) if place else None,
            median(waits[place]),
        )
        for place, stage in enumerate(WAY)
    )
    return Paths(leads, steps, dict(went), stands)


def first_seen(period: Period | None, filters: Filters) -> QuerySet[Lead]:
    """Return the leads first seen in a period; of the filters only source and team speak of leads."""
    found = Lead.objects.filter(merged_into__isnull=True)
    if period is not None:
        found = found.filter(created_at__gte=period.start_at, created_at__lt=period.end_at)
    if filters.source is not None:
        found = found.filter(source=filters.source)
    return found if filters.team_id is None else found.filter(team_id=filters.team_id)


def _changes(cohort: QuerySet[Lead]) -> Iterator[tuple[datetime, list[Change]]]:
    rows = (
        StageChange.objects.filter(lead__in=cohort)
        .order_by("lead_id", "seq")
        .values_list("lead_id", "lead__created_at", "from_stage", "to_stage", "happened_at")
    )
    for (_lead, created_at), changes in groupby(rows.iterator(chunk_size=5000), itemgetter(0, 1)):
        yield created_at, [(before, after, at) for _id, _created, before, after, at in changes]


def _pass(
    created_at: datetime, changes: list[Change], reached: Counter[int], waits: dict[int, list[timedelta]]
) -> None:
    """Count the stages that one lead reached, and the time from each to the next."""
    highest = 0
    since: datetime | None = created_at
    for _before, after, at in changes:
        place = _PLACE.get(after, 0)
        if place <= highest:
            continue
        reached.update(range(highest + 1, place + 1))
        if place == highest + 1 and at is not None and since is not None:
            waits[place].append(max(at - since, timedelta(0)))
        highest, since = place, at
