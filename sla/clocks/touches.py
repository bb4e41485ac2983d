"""What a touch means to clocks: contact, the agreed attempts, freshness, a sign to wake up."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from leads import setbased
from leads.choices import Evidence, Stage, TouchKind, TouchSide
from leads.models import Lead, Touch
from sla.choices import Event
from sla.clocks.hearing import Accepts, Hearing
from sla.models import ActionRow, Clock, Refusal


@transaction.atomic
def hear_touch(*, lead: Lead, touch: Touch, now: datetime) -> list[Clock]:
    """Let a touch work on the lead's clocks, as of when it happened; return those changed.

    Automatic touches mean nothing to clocks. The same touch may come twice.
    """
    if touch.is_automatic:
        return []
    if lead.stage == Stage.RECYCLED:
        _ask_to_wake(lead, touch, now)
    hearing = Hearing(lead=lead, now=now, actor=touch.actor)
    if not hearing.clocks:
        return []
    for event, accepts in _meanings(touch):
        hearing.hear(event, at=touch.happened_at, detail={"touch": touch.pk}, accepts=accepts)
    if touch.side == TouchSide.SALES:
        for clock in hearing.clocks:
            if clock.kind == "persistence" and clock.ended_at is None:
                _persist(hearing, clock)
    return hearing.save()


def means_something(touch: Touch) -> bool:
    """Tell whether a touch works on clocks at all: what the prospect merely opened or read does not."""
    return not touch.is_automatic and (touch.side == TouchSide.SALES or any(_meanings(touch)))


def _meanings(touch: Touch) -> Iterator[tuple[str, Accepts]]:
    def is_proved(clock: Clock) -> bool:
        return touch.evidence >= clock.commitment.evidence

    def is_any(clock: Clock) -> bool:
        return True

    if touch.side == TouchSide.SALES:
        yield Event.SALES_TOUCH, is_proved
        yield Event.SALES_REFRESH, is_proved
        if touch.reached or touch.evidence == Evidence.TWO_WAY:
            yield Event.CONTACTED, is_proved
    elif touch.side == TouchSide.MARKETING:
        yield Event.MARKETING_TOUCH, is_proved
        yield Event.MARKETING_REFRESH, is_proved
    elif touch.kind == TouchKind.REPLIED or touch.evidence == Evidence.TWO_WAY:
        yield Event.SALES_REFRESH, is_any
        yield Event.MARKETING_REFRESH, is_any


def _persist(hearing: Hearing, clock: Clock) -> None:
    """Meet a persistence clock at the attempt that completes what was agreed."""
    params, schedule = clock.commitment.params, hearing.schedule(clock)
    touches = Touch.objects.filter(
        lead_id=hearing.lead.pk,
        side=TouchSide.SALES,
        is_automatic=False,
        evidence__gte=clock.commitment.evidence,
        happened_at__gte=clock.started_at,
    ).order_by("happened_at")
    days, channels = set(), set()
    for count, (at, kind) in enumerate(touches.values_list("happened_at", "kind"), start=1):
        days.add(schedule.local_date(at))
        channels.add(kind)
        is_enough = count >= params["attempts"] and len(days) >= params["days"]
        if is_enough and len(channels) >= params["channels"]:
            hearing.advance(clock, "met", at=at, detail={"attempts": count})
            return


def _ask_to_wake(lead: Lead, touch: Touch, now: datetime) -> None:
    """Ask for the wake-up that a refusal tied to this kind of touch; the sweep then runs it."""
    waiting = Refusal.objects.filter(handoff__lead=lead, woken_at__isnull=True).exclude(wake_trigger="")
    asked = [
        {
            "key": f"wake:{handoff_id}:touch:{touch.pk}",
            "action": "wake",
            "handoff_id": handoff_id,
            "created_at": now,
            "due_at": now,
        }
        for handoff_id, signs in waiting.values_list("pk", "wake_trigger")
        if f"{touch.side}.{touch.kind}" in signs.split()
    ]
    setbased.insert_rows(ActionRow, asked, ignore_conflicts=True)
