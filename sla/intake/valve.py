"""What keeps ready leads back: no room in Sales but for the upper tiers, or too many rounds already."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Max, QuerySet

from leads import kept
from leads.choices import Side
from leads.models import User
from sla import agreements, calendars, handoffs, permissions
from sla.document import Document
from sla.models import Handoff, Standing

#: Why a ready lead is not offered: Sales lacks room. The other reason is `handoffs.HELD`.
CAPACITY = "capacity"
#: Why else: it went to Sales as often as agreed, so a person decides whether it goes again.
ROUNDS = "rounds"
RETRY_REFUSED = timedelta(hours=1)


class Room:
    """The places left with Sales' people who are there, read when first asked for, fewer with each offer."""

    def __init__(self, now: datetime) -> None:
        self._now, self._given = now, 0
        self._counted: tuple[int, int] | None = None

    def holds(self, tier: str, document: Document) -> str:
        """Return the code of what keeps a ready lead back; blank when it may be offered and takes a place."""
        valve = document.valve
        if valve is None:
            return ""
        share = self._share(document.calendars["sales"])
        if share is not None and share < valve.free_capacity_below and tier not in valve.tiers:
            return CAPACITY
        self._given += 1
        return ""

    def _share(self, calendar: str) -> float | None:
        """Return the share of places that are free, None where nobody has a limit."""
        self._counted = self._counted or _places(self._now, calendar)
        free, places = self._counted
        return (free - self._given) / places if places else None


def _places(now: datetime, calendar: str) -> tuple[int, int]:
    """Count the places that are free, and all there are, with those of Sales who are there.

    By `calendar` is told which day it is for whoever has no hours of their own.
    """
    people = User.objects.filter(
        is_active=True,
        is_paused=False,
        max_open__isnull=False,
        role__in=permissions.TAKES_LEADS,
        team__side=Side.SALES,
    )
    found = list(people.select_related("calendar", "team__calendar"))
    away = calendars.away(found, now, calendar)
    limits = {one.pk: one.max_open or 0 for one in found if one.pk not in away}
    counts = Handoff.objects.open().filter(rep_id__in=limits).values("rep_id").annotate(open=Count("pk"))
    taken = sum(min(row["open"], limits[row["rep_id"]]) for row in counts)
    places = sum(limits.values())
    return places - taken, places


def rounds(lead_ids: Iterable[int]) -> dict[int, int]:
    """Return how often leads were handed over on the first leg so far; those that never were are left out."""
    found = Handoff.objects.filter(lead_id__in=lead_ids, leg=1).values_list("lead_id")
    return dict(found.annotate(cycles=Max("cycle")))


def released(*, now: datetime, limit: int) -> list[int]:
    """Return ready leads that were kept back and may be offered now, best cells of the grid first."""
    refused = _refused(now - RETRY_REFUSED).order_by("grid", "ready_since")
    return [*refused.values_list("pk", flat=True)[:limit], *_with_room(now, limit)]


def held(refused_until: kept.Moment) -> tuple[QuerySet[Standing], ...]:
    """Return the standings at which `released` looks: a refused offer is tried again each hour.

    Nothing in the lead itself would call for it.
    """
    return _refused(refused_until), _without_room()


def _refused(until: kept.Moment) -> QuerySet[Standing]:
    return Standing.objects.filter(is_ready=True, held_because=handoffs.HELD, judged_at__lte=until)


def _without_room() -> QuerySet[Standing]:
    return Standing.objects.filter(is_ready=True, held_because=CAPACITY)


def _with_room(now: datetime, limit: int) -> list[int]:
    """Return of the leads that waited for room those for which there is some now."""
    waiting = _without_room().order_by("grid", "ready_since").select_related("version")
    found = list(waiting.defer("version__document", "version__canonical_text")[:limit])
    room = Room(now)
    return [one.lead_id for one in found if not room.holds(one.tier, agreements.document(one.version))]
