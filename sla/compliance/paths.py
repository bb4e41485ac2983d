"""The ways that leads went: how many reached each stage, how fast, and where the others are.

The cohort is the leads first seen in the period, whatever became of them since; merged duplicates are no
leads of their own. A lead that skipped a stage has passed it. Counted by the day a lead was first seen.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import itemgetter, or_
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncDate

from leads.choices import Stage
from leads.models import Lead, StageChange
from sla.choices import PARTS, Book
from sla.compliance import tallies
from sla.compliance.periods import Filters, Period, days_within, share
from sla.compliance.tallies import NO_VERSION, UNDATED, Place, Row

#: The buyer's way, first to last.
WAY = (Stage.INQUIRY, Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER)
_PLACE = {stage.value: place for place, stage in enumerate(WAY)}
Change = tuple[str, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the way: how many reached it, from the stage before, after how long in the middle.

    The time is told as exactly as `tallies.coarse` keeps it.
    """

    stage: str
    reached: int
    rate: float | None
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class Paths:
    """What became of the leads first seen in a period.

    `went` counts moves by (from stage, to stage), each lead once; `stands` leads by the stage they are in.
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
    """Return the ways of the cohort; of the filters only source and team speak of leads."""
    of_leads = Filters(team_id=filters.team_id, source=filters.source)
    days = tallies.read(COUNTING, period, of_leads, detail=tallies.Detail.MONTHS)
    counts, waits = tallies.total(days), tallies.spread(days)
    words = [(key.split(":"), n) for key, n in counts.items() if n]
    reached = [counts["leads"], *(counts[f"reached:{place}"] for place in range(1, len(WAY)))]
    steps = tuple(
        Step(
            stage.value,
            reached[place],
            share(reached[place], reached[place - 1]) if place else None,
            tallies.middle(waits.get(str(place), {})),
        )
        for place, stage in enumerate(WAY)
    )
    went = {(word[1], word[2]): n for word, n in words if word[0] == "went"}
    stands = {word[1]: n for word, n in words if word[0] == "stands"}
    return Paths(counts["leads"], steps, went, stands)


def first_seen(period: Period | None, filters: Filters) -> QuerySet[Lead]:
    """Return the leads first seen in a period; of the filters only source and team speak of leads."""
    found = Lead.objects.filter(merged_into__isnull=True)
    if period is not None:
        found = found.filter(created_at__gte=period.start_at, created_at__lt=period.end_at)
    if filters.source is not None:
        found = found.filter(source=filters.source)
    return found if filters.team_id is None else found.filter(team_id=filters.team_id)


def _tell(found: QuerySet[Lead], zone: str) -> Iterator[Row]:
    """Yield what leads add: two queries, read side by side in the order of the leads."""
    own = ZoneInfo(zone)
    leads = found.order_by("pk").values_list("pk", "created_at", *tallies.CELL, "stage")
    walks = _changes(found)
    lead, changes = next(walks, (0, []))
    for pk, created_at, part, team, source, tier, stage in leads.iterator(chunk_size=5_000):
        while lead and lead < pk:
            lead, changes = next(walks, (0, []))
        counts, times = _pass(created_at, changes if lead == pk else [])
        counts |= {"leads": 1, f"stands:{stage}": 1}
        day = created_at.astimezone(own).date() if created_at else UNDATED
        yield Row(day, part or 0, NO_VERSION, team, source or "", tier, counts, tuple(times))


def _changes(cohort: QuerySet[Lead]) -> Iterator[tuple[int, list[Change]]]:
    rows = (
        StageChange.objects.filter(lead__in=cohort.order_by().values("pk"))
        .order_by("lead_id", "seq")
        .values_list("lead_id", "from_stage", "to_stage", "happened_at")
    )
    for lead, changes in groupby(rows.iterator(chunk_size=5_000), itemgetter(0)):
        yield lead, [(before, after, at) for _lead, before, after, at in changes]


def _pass(created_at: datetime | None, changes: list[Change]) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Return the moves and stages of one lead, and the time from each stage to the next."""
    counts = {f"went:{before}:{after}": 1 for before, after, _at in changes}
    times = []
    highest, since = 0, created_at
    for _before, after, at in changes:
        place = _PLACE.get(after, 0)
        if place <= highest:
            continue
        counts |= {f"reached:{each}": 1 for each in range(highest + 1, place + 1)}
        if place == highest + 1 and at is not None and since is not None:
            times.append((str(place), tallies.coarse(max(at - since, timedelta(0)))))
        highest, since = place, at
    return counts, times


def _within(places: Collection[Place], zone: str) -> Q:
    days = tallies.by_day(places).items()
    parts = (days_within("created_at", day, zone) & tallies.in_parts(own) for day, own in days)
    return reduce(or_, parts, Q(pk__in=[]))


def _places(zone: str) -> Iterable[Place]:
    day = TruncDate("created_at", tzinfo=ZoneInfo(zone))
    found = first_seen(None, Filters()).order_by().annotate(day=day, part=F("pk") % PARTS)
    rows = found.values_list("day", "part").distinct().iterator()
    return ((day or UNDATED, part) for day, part in rows)


_CELL = F("team_id"), F("source"), tallies.NOTHING
COUNTING = tallies.Counting(Book.WAYS, first_seen, _within, _tell, _places, _CELL, lead="pk")
