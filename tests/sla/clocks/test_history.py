"""Imported history: clocks as they would have been then, marked, and silent."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.choices import Stage
from leads.models import OutboxMessage
from sla import clocks
from sla.choices import Event
from sla.models import Clock, ClockEvent, Handoff
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
THEN = datetime(2021, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def past_handoff(state="declined", *, is_ended=True):
    cast = factories.cast()
    version = factories.baseline_version()
    lead = factories.make_lead(stage=Stage.DISQUALIFIED)
    return Handoff.objects.create(
        lead=lead,
        version=version,
        state=state,
        rep=cast.rep,
        team=cast.sales,
        offered_at=THEN,
        is_ended=is_ended,
        ended_at=THEN if is_ended else None,
        reason_code="not_recorded" if state == "declined" else "",
        is_history=True,
    )


def test_decision_in_time_is_kept_as_of_then():
    handoff = past_handoff()
    clocks.history(handoff=handoff, events=[(Event.OFFERED, THEN), (Event.DECLINED, THEN + HOUR)], now=NOW)
    clock = Clock.objects.get(kind="decide")
    assert (clock.state, clock.ended_at, clock.due_on) == ("met", THEN + HOUR, THEN.date())
    assert (clock.is_history, clock.version) == (True, handoff.version)
    assert set(ClockEvent.objects.values_list("noticed_at", flat=True)) == {THEN, THEN + HOUR}
    assert OutboxMessage.objects.count() == 0


def test_late_decision_keeps_its_lateness():
    handoff = past_handoff()
    events = [(Event.DECLINED, THEN + 5 * HOUR), (Event.OFFERED, THEN)]
    clocks.history(handoff=handoff, events=events, now=NOW)
    clock = Clock.objects.get(kind="decide")
    assert (clock.state, clock.breached_at, clock.lateness) == ("met", THEN + 2 * HOUR, 3 * HOUR)


def test_ended_handoff_leaves_no_clock_of_sales_open():
    handoff = past_handoff("lost")
    clocks.history(handoff=handoff, events=[(Event.OFFERED, THEN), (Event.ACCEPTED, THEN + HOUR)], now=NOW)
    assert list(Clock.objects.open()) == []


def test_open_history_is_left_to_the_sweep():
    handoff = past_handoff("offered", is_ended=False)
    clocks.history(handoff=handoff, events=[(Event.OFFERED, THEN)], now=NOW)
    clock = Clock.objects.get(kind="decide")
    assert (clock.state, clock.breached_at, clock.next_at < NOW) == ("running", None, True)


def test_open_history_may_be_swept_until_a_day():
    handoff = past_handoff("offered", is_ended=False)
    until = THEN + timedelta(days=1)
    clocks.history(handoff=handoff, events=[(Event.OFFERED, THEN)], now=NOW, sweep_until=until)
    clock = Clock.objects.get(kind="decide")
    assert (clock.state, clock.breached_at) == ("breached", THEN + 2 * HOUR)
    assert OutboxMessage.objects.count() == 0
