"""How one clock came to be where it is: its life, its log, and what was said about its breach."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import User
from sla import clocks, clockwork
from sla.choices import ClockScope
from sla.models import Clock, ClockEvent, Dispute
from sla.models.querysets import DisputeQuerySet


@dataclass(frozen=True, slots=True)
class ClockLife:
    """A clock with everything its page tells.

    `until_due` are the stretches up to the due time, from which it follows; `spans` those up to end or now.
    """

    clock: Clock
    state: clockwork.State
    until_due: tuple[clockwork.Span, ...]
    spans: tuple[clockwork.Span, ...]
    events: tuple[ClockEvent, ...]
    people: dict[int, str]
    dispute: Dispute | None
    siblings: tuple[Clock, ...]


def of_clock(clock: Clock, now: datetime) -> ClockLife:
    """Return the life of a clock; a handful of queries."""
    replay = clocks.replay(clock, now)
    due = clocks.replay(clock, clock.due_at).spans if clock.due_at else replay.spans
    events = tuple(clock.events.order_by("seq"))
    ids = {event.actor_id for event in events if event.actor_id}
    beside = Clock.objects.filter(lead=clock.lead, handoff=clock.handoff)
    return ClockLife(
        clock=clock,
        state=replay.state,
        until_due=due,
        spans=replay.spans,
        events=events,
        people=dict(User.objects.filter(pk__in=ids).values_list("pk", "name")),
        dispute=Dispute.objects.filter(pk=clock.pk).select_related("asked_by", "answered_by").first(),
        siblings=tuple(
            beside.exclude(pk=clock.pk)
            .filter(scope=ClockScope.LEAD)
            .select_related("commitment")
            .order_by("id")
        ),
    )


def waiting_for(user: User) -> DisputeQuerySet:
    """Return the disputes that wait for this person's answer."""
    return Dispute.objects.waiting().for_answer_by(user).exclude(asked_by=user)


def disputes_for(user: User, limit: int = 50) -> list[Dispute]:
    """Return the disputes that wait for this person's answer, the oldest first."""
    # As of contested declines: what is shown of them is dear to ask, and mostly there is none.
    if not Dispute.objects.waiting().exists():
        return []
    related = ("clock__commitment", "clock__lead__account", "clock__rep", "asked_by")
    return list(waiting_for(user).select_related(*related).order_by("asked_at", "pk")[:limit])
