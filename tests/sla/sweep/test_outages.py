"""When no sweep ran for a while: it is written down once, and each person hears of it once."""

from datetime import timedelta

import pytest

from leads.models import OutboxMessage
from sla import outages, sweep
from sla.models import Clock, Outage, SweepMark
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, committed, offered, scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def kinds():
    return sorted(
        OutboxMessage.objects.filter(subject_type__in=["clock", "outage"]).values_list("kind", flat=True)
    )


def spans():
    return list(Outage.objects.order_by("from_at").values_list("from_at", "to_at"))


def test_first_sweep_of_all_ends_no_outage():
    sweep.run_regularly(NOW)
    assert spans() == []
    assert SweepMark.objects.get().clocks_at == NOW


def test_regular_sweeps_leave_no_outage():
    for seconds in range(0, 300, 60):
        sweep.run_regularly(NOW + timedelta(seconds=seconds))
    assert spans() == []


def test_silence_is_written_down_once():
    sweep.run_regularly(NOW)
    sweep.run_regularly(NOW + 6 * HOUR)
    sweep.run_regularly(NOW + 6 * HOUR)
    assert spans() == [(NOW, NOW + 6 * HOUR)]


def test_sweep_that_dies_before_it_caught_up_lengthens_the_same_outage(monkeypatch):
    sweep.run_regularly(NOW)
    outages.note(NOW + 6 * HOUR)  # and then the process died
    sweep.run_regularly(NOW + 6 * HOUR + MINUTE)
    assert spans() == [(NOW, NOW + 6 * HOUR + MINUTE)]


def test_older_sweep_that_ends_late_takes_no_mark_back():
    sweep.run_regularly(NOW + MINUTE)
    outages.caught_up(NOW)
    assert SweepMark.objects.get().clocks_at == NOW + MINUTE


def test_each_person_hears_once_of_what_fell_due_in_an_outage():
    terms = factories.timed("decide", "sales", 2, "business_hours", ladder=[])
    play = scene(commitments=committed(terms))
    sweep.run_regularly(NOW)
    for rep in (play.rep, play.rep, play.rep, play.cast.other_rep):
        offered(play, to=rep)
    report = sweep.run_regularly(NOW + 3 * HOUR)
    assert report.breached == 4
    assert kinds() == ["outage.summary", "outage.summary"]
    told = OutboxMessage.objects.filter(kind="outage.summary").values_list("recipient", flat=True)
    assert set(told) == {play.rep.pk, play.cast.other_rep.pk}


def test_managers_hear_once_of_all_that_climbed_to_them():
    rung = {"after": {"amount": 1, "unit": "business_hours"}, "action": "notify_manager"}
    terms = factories.timed("decide", "sales", 2, "business_hours", ladder=[rung])
    play = scene(commitments=committed(terms))
    sweep.run_regularly(NOW)
    for rep in (play.rep, play.cast.other_rep):
        offered(play, to=rep)
    sweep.run_regularly(NOW + 3 * HOUR + MINUTE)
    message = OutboxMessage.objects.get(kind="outage.summary")
    assert (message.recipient, message.data["action"], message.data["team"]) == (
        None,
        "notify_manager",
        play.cast.sales.pk,
    )


def test_breach_found_after_an_outage_is_dated_when_it_was_due():
    play = scene()
    sweep.run_regularly(NOW)
    handoff = offered(play)
    sweep.run_regularly(NOW + 6 * HOUR)
    assert Clock.objects.get(handoff=handoff, kind="decide").breached_at == NOW + 2 * HOUR


def test_what_falls_due_after_an_outage_is_told_one_by_one():
    play = scene()
    sweep.run_regularly(NOW - 6 * HOUR)
    sweep.run_regularly(NOW)
    offered(play)
    for minutes in range(0, 121, 1):
        sweep.run_regularly(NOW + minutes * MINUTE)
    assert kinds() == ["clock.breached", "clock.warned"]
