"""The sweep of due clocks: warn, breach, climb; once, as of when it happened, past what fails."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from leads.models import OutboxMessage
from sla import agreements, clocks, handoffs, sweep
from sla.clocks import causes, rows
from sla.models import ActionRow, Clock, ClockEvent
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, accepted, clocks_of, committed, offered, scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def rung(hours, action):
    return {"after": {"amount": hours, "unit": "business_hours"}, "action": action}


def decide(*ladder, **terms):
    return committed(factories.timed("decide", "sales", 2, "business_hours", ladder=list(ladder), **terms))


def told():
    return list(OutboxMessage.objects.filter(kind__startswith="clock").values_list("kind", flat=True))


def test_nothing_due_asks_one_question(django_assert_num_queries):
    offered(scene())
    with django_assert_num_queries(1):
        assert ticking.tick(NOW) == {}


def test_warning_comes_after_three_quarters_of_the_time():
    handoff = offered(scene())
    ticking.tick(NOW + 90 * MINUTE)
    clock = clocks_of(handoff)["decide"]
    assert (clock.state, clock.warned_at, clock.breached_at) == ("running", NOW + 90 * MINUTE, None)
    assert told() == ["clock.warned"]


def test_breach_carries_the_true_moment_and_the_one_it_was_noticed():
    handoff = offered(scene())
    ticking.tick(NOW + 2 * HOUR + 20 * MINUTE)
    clock = clocks_of(handoff)["decide"]
    assert (clock.state, clock.breached_at, clock.next_at) == ("breached", NOW + 2 * HOUR, NOW + 3 * HOUR)
    event = clock.events.get(event="breached")
    assert (event.happened_at, event.noticed_at) == (NOW + 2 * HOUR, NOW + 2 * HOUR + 20 * MINUTE)
    assert event.cause == clock.cause


def test_due_instant_itself_is_in_time_until_swept():
    play = scene()
    handoff = offered(play)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + 2 * HOUR)
    assert clocks_of(handoff)["decide"].breached_at is None


def test_late_sweep_climbs_all_rungs_and_tells_of_the_last_only():
    play = scene(commitments=decide(rung(1, "notify_owner"), rung(2, "notify_manager")))
    handoff = offered(play)
    taken = ticking.tick(NOW + 5 * HOUR)
    events = list(clocks_of(handoff)["decide"].events.order_by("seq").values_list("event", "step"))
    assert events == [
        ("started", None),
        ("warned", 0),
        ("breached", 1),
        ("escalated", 2),
        ("escalated", 3),
    ]
    assert (taken["warned"], taken["breached"], taken["escalated"]) == (1, 1, 2)
    message = OutboxMessage.objects.get(kind__startswith="clock")
    assert (message.kind, message.data["action"], message.recipient) == (
        "clock.escalated",
        "notify_manager",
        play.rep,
    )


def test_sweeping_often_ends_as_sweeping_once():
    play = scene()
    often, seldom = offered(play), offered(play)
    Clock.objects.filter(handoff=seldom).update(next_at=None)
    waiting = Clock.objects.get(handoff=seldom, kind="decide")
    for minutes in range(0, 320, 10):
        ticking.tick(NOW + minutes * MINUTE)
    Clock.objects.filter(pk=waiting.pk).update(next_at=NOW + 90 * MINUTE)
    ticking.tick(NOW + 310 * MINUTE)
    states = [clocks.state_of(Clock.objects.get(handoff=one, kind="decide")) for one in (often, seldom)]
    assert states[0] == states[1]


def test_second_sweep_changes_nothing():
    offered(scene())
    ticking.tick(NOW + 3 * HOUR)
    before = (list(Clock.objects.order_by("id").values()), ClockEvent.objects.count(), told())
    assert ticking.tick(NOW + 3 * HOUR) == {}
    assert (list(Clock.objects.order_by("id").values()), ClockEvent.objects.count(), told()) == before


def test_rung_that_moves_is_asked_for_once():
    play = scene(commitments=decide(rung(1, "reassign")))
    handoff = offered(play)
    ticking.tick(NOW + 4 * HOUR)
    row = ActionRow.objects.get()
    assert (row.action, row.handoff_id, row.done_at) == ("reassign", handoff.pk, None)


def test_clock_of_history_is_marked_and_nobody_is_told():
    handoff = offered(scene())
    Clock.objects.update(is_history=True)
    ticking.tick(NOW + 5 * HOUR)
    assert (clocks_of(handoff)["decide"].state, told()) == ("breached", [])


def poison(clock):
    """Make the one clock fail: the calendar it was computed with is nowhere."""
    Clock.objects.filter(pk=clock.pk).update(calendar_key="nowhere")


def test_poisoned_clock_is_set_aside_and_blocks_nobody():
    play = scene()
    bad, good = offered(play), offered(play)
    poison(clocks_of(bad)["decide"])
    taken = ticking.tick(NOW + 2 * HOUR)
    assert (taken["set_aside"], clocks_of(good)["decide"].state) == (1, "breached")
    clock = clocks_of(bad)["decide"]
    assert (clock.state, clock.error) == ("running", "CalendarMissing: Calendar nowhere revision 1")
    assert clock.next_at > NOW + 2 * HOUR


def test_poisoned_clock_that_is_well_again_breaches_as_of_its_due_time():
    handoff = offered(scene())
    poison(clocks_of(handoff)["decide"])
    ticking.tick(NOW + 2 * HOUR)
    Clock.objects.update(calendar_key="default")
    ticking.tick(NOW + 2 * HOUR + 5 * MINUTE)
    clock = clocks_of(handoff)["decide"]
    assert (clock.warned_at, clock.breached_at, clock.error) == (NOW + 90 * MINUTE, NOW + 2 * HOUR, "")


def test_poisoned_clock_rests_twice_as_long_each_time():
    handoff = offered(scene())
    poison(clocks_of(handoff)["decide"])
    now = NOW + 2 * HOUR
    for attempts, minutes in ((1, 5), (2, 10), (3, 20)):
        ticking.tick(now)
        clock = clocks_of(handoff)["decide"]
        assert (clock.attempts, clock.next_at - now) == (attempts, minutes * MINUTE)
        now = clock.next_at


def test_decision_on_a_clock_set_aside_is_late_as_of_its_due_time():
    """The moment at which the sweep tries again is not the one at which the step fell."""
    play = scene()
    handoff = offered(play)
    poison(clocks_of(handoff)["decide"])
    ticking.tick(NOW + 2 * HOUR)
    Clock.objects.update(calendar_key="default")
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW + 2 * HOUR + 2 * MINUTE)
    clock = clocks_of(handoff)["decide"]
    assert (clock.state, clock.breached_at, clock.error, clock.attempts) == ("met", NOW + 2 * HOUR, "", 0)


def test_whatever_fails_for_a_whole_batch_is_narrowed_down_to_the_one(monkeypatch):
    play = scene()
    handoffs_ = [offered(play) for _ in range(3)]
    bad = clocks_of(handoffs_[1])["decide"].pk
    assign = causes.assign

    def fails(breached):
        if bad in {clock.pk for clock in breached}:
            raise KeyError("a version nobody can read")
        assign(breached)

    monkeypatch.setattr(causes, "assign", fails)
    taken = ticking.tick(NOW + 2 * HOUR)
    assert (taken["breached"], taken["set_aside"]) == (2, 1)


def test_batch_that_the_database_refuses_is_halved_down_to_the_one(monkeypatch):
    play = scene()
    handoffs_ = [offered(play) for _ in range(4)]
    bad = clocks_of(handoffs_[2])["decide"].pk
    write = rows.write

    def refuses(changes, **options):
        if bad in {change.clock.pk for change in changes}:
            raise DatabaseError("no")
        write(changes, **options)

    monkeypatch.setattr(clocks, "write", refuses)
    taken = ticking.tick(NOW + 2 * HOUR)
    assert (taken["breached"], taken["set_aside"]) == (3, 1)
    assert Clock.objects.get(pk=bad).error == "DatabaseError: no"


def test_number_of_queries_does_not_grow_with_the_clocks():
    play = scene()
    counts = []
    for more in (1, 9):
        for _ in range(more):
            offered(play)
        agreements.forget()  # commitments are read once per process
        with CaptureQueriesContext(connection) as queries:
            ticking.tick(NOW + 2 * HOUR)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_state_after_sweep_is_what_its_log_tells():
    handoff = accepted(scene())
    ticking.tick(NOW + 5 * HOUR)
    for clock in clocks_of(handoff).values():
        assert clocks.replay(clock, NOW).state == clocks.state_of(clock)


def test_report_reads_as_a_line():
    assert str(sweep.Report(warned=2)) == (
        "warned 2, breached 0, escalated 0, set_aside 0, expired 0, woken 0, actions 0, failed 0, "
        "activated 0, drained 0"
    )
