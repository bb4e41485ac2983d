"""The open clocks of leads, read under lock for one hearing or for many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from leads import kept
from sla import calendars
from sla.businesstime import Schedule
from sla.clocks import terms
from sla.models import Clock

#: Side, whose hours, that rep, side and calendar of the team, the calendar which the version names.
HoursKey = tuple[str, str, int | None, tuple[str, int | None] | None, str | None]


@dataclass
class Shared:
    """What the hearings of many leads read together: their open clocks, and hours of these and new ones."""

    clocks: dict[int, list[Clock]]
    schedules: dict[int, Schedule]
    hours: dict[HoursKey, calendars.Hours] = field(default_factory=dict)
    #: Ids that were reserved for clocks to come; without any they get theirs as they are written.
    ids: list[int] = field(default_factory=list)


def read_together(lead_ids: Collection[int], also: Collection[int] = ()) -> Shared:
    """Lock the open clocks of leads in the order of their ids, and ended ones of the ids in `also`."""
    return of_clocks(_with_ended(lead_ids, also) if also else open_clocks(leads=lead_ids))


def of_clocks(found: Sequence[Clock], ids: Iterable[int | None] = ()) -> Shared:
    """Sort clocks that were read under lock by their leads, each with its commitment and hours."""
    terms.attach_commitments(found)
    by_lead: defaultdict[int, list[Clock]] = defaultdict(list)
    for clock in found:
        if clock.lead_id:
            by_lead[clock.lead_id].append(clock)
    return Shared(dict(by_lead), terms.schedules_of(found), ids=[pk for pk in ids if pk])


@kept.question
def open_clocks() -> QuerySet[Clock]:
    """Lock the open clocks of leads, in the order of their ids."""
    return _locked(Clock.objects.open().filter(lead__among=kept.ids("leads")))


def _with_ended(lead_ids: Collection[int], also: Collection[int]) -> list[Clock]:
    which = Q(lead__in=lead_ids), Q(ended_at__isnull=True) | Q(pk__in=also)
    return list(_locked(Clock.objects.filter(*which)))


def _locked(found: QuerySet[Clock]) -> QuerySet[Clock]:
    return found.select_for_update(no_key=True).order_by("id")
