"""What operations must know of the machinery: what is overdue, what was set aside, what failed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from leads.models import FactChange
from sla.models import ActionRow, Clock, Outage, SweepMark

SHOWN = 50


@dataclass(frozen=True)
class Running:
    """How the sweep stands; lists hold the first few, counts all of them."""

    mark: SweepMark | None
    unswept_at: datetime | None
    marks_waiting: int
    clocks: tuple[Clock, ...]
    clock_count: int
    actions: tuple[ActionRow, ...]
    action_count: int
    facts: tuple[FactChange, ...]
    fact_count: int
    outages: tuple[Outage, ...]


def running(now: datetime) -> Running:
    """Read how the sweep stands: the oldest clock that is due and not looked at, and all that failed."""
    due = Clock.objects.due(now).filter(error="").values_list("next_at", flat=True)
    clocks, actions, facts = set_aside(), failed_actions(), failed_marks()
    return Running(
        mark=SweepMark.objects.first(),
        unswept_at=due.first(),
        marks_waiting=FactChange.objects.filter(error="").count(),
        clocks=tuple(clocks[:SHOWN]),
        clock_count=clocks.count(),
        actions=tuple(actions[:SHOWN]),
        action_count=actions.count(),
        facts=tuple(facts[:SHOWN]),
        fact_count=facts.count(),
        outages=tuple(Outage.objects.order_by("-from_at")[:5]),
    )


def set_aside() -> QuerySet[Clock]:
    """Return the clocks that could not be advanced, the next to be tried first."""
    failed = Clock.objects.open().exclude(error="").select_related("lead__account")
    return failed.order_by("next_at", "pk")


def failed_actions() -> QuerySet[ActionRow]:
    """Return the moves that were tried and wait to be tried again."""
    failed = ActionRow.objects.filter(done_at__isnull=True, attempts__gt=0)
    return failed.select_related("handoff__lead__account").order_by("due_at", "pk")


def failed_marks() -> QuerySet[FactChange]:
    """Return the leads that could not be judged."""
    return FactChange.objects.exclude(error="").select_related("lead__account").order_by("retry_at", "pk")
