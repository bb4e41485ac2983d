"""Handoffs counted by the day they ended: the answers that Marketing was owed, and the reasons given."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncDate

from sla.choices import PARTS, REASON_NOT_RECORDED, Book, HandoffState
from sla.compliance import tallies
from sla.compliance.periods import Filters, Period, days_within
from sla.compliance.records import CLOSED, REFUSED
from sla.compliance.tallies import UNDATED, Day, Place, Row
from sla.models import Handoff

#: Owed: a reason on every decline and return, a quality verdict on each worked lead that came to an end.
OWED = Q(state__in=[*REFUSED, HandoffState.CONVERTED, *CLOSED])
#: Whoever takes an offer back, passes one on or loses a deal may give a reason, too: that is no no of Sales.
_SAYS_WHY = Q(state__in=REFUSED) & ~Q(reason_code__in=["", REASON_NOT_RECORDED])
GAVE = _SAYS_WHY | (~Q(state__in=REFUSED) & ~Q(quality=""))


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often a reason was given for a decline or return, and whose turn it is then."""

    code: str
    side: str
    n: int


@dataclass(frozen=True, slots=True)
class Told:
    """The ends of a question."""

    days: tuple[Day, ...]

    def of_versions(self, versions: Collection[int]) -> "Told":
        return Told(tuple(day for day in self.days if day.version_id in versions))

    def answers(self, leg: int) -> tuple[int, int]:
        """Return how many answers were given on a leg, of how many owed."""
        counts = tallies.total(self.days)
        return counts[f"{leg}:gave"], counts[f"{leg}:owed"]

    @property
    def reasons(self) -> list[ReasonCount]:
        """The reasons given, the most frequent first; imported history that knows no reason is left out.

        Counted where the no was said, not where the lead was offered.
        """
        counts = tallies.total(self.days)
        said = [(key.split(":"), n) for key, n in counts.items() if key.startswith("reason:") and n]
        found = [ReasonCount(code, side, n) for (_reason, code, side), n in said]
        return sorted(found, key=lambda each: (-each.n, each.code))


def ended_in(period: Period | None, filters: Filters) -> QuerySet[Handoff]:
    """Return the handoffs that ended in the period (None: all, undated history included)."""
    found = Handoff.objects.filter(filters.on_handoffs(), is_ended=True)
    if period is None:
        return found
    return found.filter(ended_at__gte=period.start_at, ended_at__lt=period.end_at)


def read(period: Period | None, filters: Filters) -> Told:
    """Return the ends of a question, those of whole months together."""
    days = tallies.read(COUNTING, period, filters, has_times=False, detail=tallies.Detail.MONTHS)
    return Told(tuple(days))


def _tell(found: QuerySet[Handoff], zone: str) -> Iterator[Row]:
    """Yield what ended handoffs add."""
    own = ZoneInfo(zone)
    tests = {"is_owed": OWED, "gave": GAVE, "says_why": _SAYS_WHY}
    columns = ("ended_at", "version_id", *tallies.CELL, "leg")
    rows = found.order_by().annotate(**tests).values_list(*columns, "reason_code", "reason_side", *tests)
    for at, version, part, team, source, tier, leg, code, side, *found_out in rows.iterator(chunk_size=5_000):
        is_owed, gave, says_why = found_out
        counts = {"n": 1, f"{leg}:owed": int(is_owed), f"{leg}:gave": int(is_owed and gave)}
        if says_why:
            counts[f"reason:{code}:{side}"] = 1
        day = at.astimezone(own).date() if at else UNDATED
        yield Row(day, part or 0, version, team, source or "", tier, counts)


def _within(places: Collection[Place], zone: str) -> Q:
    days = tallies.by_day(places).items()
    parts = (days_within("ended_at", day, zone) & tallies.in_parts(own) for day, own in days)
    return reduce(or_, parts, Q(pk__in=[]))


def _places(zone: str) -> Iterable[Place]:
    day = TruncDate("ended_at", tzinfo=ZoneInfo(zone))
    found = ended_in(None, Filters()).order_by().annotate(day=day, part=F("lead") % PARTS)
    rows = found.values_list("day", "part").distinct().iterator()
    return ((day or UNDATED, part) for day, part in rows)


COUNTING = tallies.Counting(Book.ENDS, ended_in, _within, _tell, _places)
