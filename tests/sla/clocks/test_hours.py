"""Hours that change under running clocks: carried over from now on, or repaired from the start."""

from datetime import UTC, date, datetime, timedelta

import pytest

from leads.models import Absence
from sla import calendars, clocks
from sla.models import Clock
from sla.sweep import ticking
from tests import factories
from tests.factories import NOW, WORKING_HOURS
from tests.sla.scene import clocks_of, committed, offered, scene, states_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: 10:00 in Berlin; the office closes at 17:00.
ELEVEN = NOW + HOUR


def by_own_hours(hours=4):
    return scene(
        commitments=committed(
            factories.timed("decide", "sales", hours, "business_hours", whose_hours="rep"),
        )
    )


def decide(handoff):
    return clocks_of(handoff)["decide"]


def events(clock):
    return list(clock.events.order_by("seq").values_list("event", flat=True))


def save_hours(now=ELEVEN, **changes):
    return calendars.save(key="default", name="Default", document={**WORKING_HOURS, **changes}, now=now)


def test_absence_keeps_what_has_elapsed_and_counts_on_afterwards():
    play = by_own_hours()
    handoff = offered(play)
    tomorrow = NOW.date() + timedelta(days=1)
    with clocks.keeping_elapsed(reps=[play.rep.pk], now=ELEVEN, actor=play.rep):
        Absence.objects.create(user=play.rep, first_on=NOW.date(), last_on=tomorrow)
    clock = decide(handoff)
    assert clock.elapsed == HOUR
    # Three hours are left on Friday from nine in Berlin.
    assert clock.due_at == datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert events(clock) == ["started", "recalendared"]


def test_absence_leaves_clocks_alone_that_count_by_the_teams_hours():
    play = by_own_hours()
    handoff = offered(play)
    with clocks.keeping_elapsed(reps=[play.rep.pk], now=ELEVEN):
        Absence.objects.create(user=play.rep, first_on=NOW.date(), last_on=NOW.date())
    assert events(clocks_of(handoff)["touch_from_offer"]) == ["started"]


def test_absence_taken_back_lets_the_clock_go_on():
    play = by_own_hours()
    handoff = offered(play)
    with clocks.keeping_elapsed(reps=[play.rep.pk], now=ELEVEN):
        away = Absence.objects.create(user=play.rep, first_on=NOW.date(), last_on=NOW.date())
    with clocks.keeping_elapsed(reps=[play.rep.pk], now=NOW + 2 * HOUR):
        away.delete()
    # One hour away counted for nothing.
    assert decide(handoff).due_at == NOW + 5 * HOUR


def test_replay_after_an_absence_draws_the_hours_of_then():
    play = by_own_hours()
    handoff = offered(play)
    with clocks.keeping_elapsed(reps=[play.rep.pk], now=ELEVEN):
        Absence.objects.create(user=play.rep, first_on=NOW.date(), last_on=NOW.date())
    clock = decide(handoff)
    replay = clocks.replay(clock, NOW + 3 * HOUR)
    assert replay.state == clocks.state_of(clock)
    assert [(span.kind, span.to_at) for span in replay.spans] == [
        ("running", ELEVEN),
        ("closed", NOW + 3 * HOUR),
    ]


def test_persons_other_calendar_rules_from_now_on():
    play = by_own_hours()
    handoff = offered(play)
    late = {**WORKING_HOURS, "hours": {"wed": [["12:00", "20:00"]]}}
    with clocks.keeping_elapsed(reps=[play.rep.pk], now=ELEVEN):
        play.rep.calendar = factories.calendar("late", late)
        play.rep.save()
    clock = decide(handoff)
    assert (clock.calendar_key, clock.due_at) == ("late", NOW + 5 * HOUR)


def test_revision_of_the_calendar_counts_from_now_on():
    handoff = offered(scene())
    save_hours(breaks=[{"date": "2026-11-18", "from": "10:00", "to": "13:00"}])
    clocks.follow_calendar(key="default", now=ELEVEN)
    clock = decide(handoff)
    # One hour has elapsed although it lies in the new break; the second begins at one.
    assert (clock.elapsed, clock.due_at) == (HOUR, datetime(2026, 11, 18, 13, 0, tzinfo=UTC))
    assert clock.calendar_revision == 2


def test_clock_due_by_the_old_hours_is_late_before_the_new_ones_rule():
    handoff = offered(scene())
    save_hours(holidays=["2026-11-18"])
    clocks.follow_calendar(key="default", now=NOW + 3 * HOUR)
    assert (decide(handoff).state, decide(handoff).breached_at) == ("breached", NOW + 2 * HOUR)


# ── repaired ─────────────────────────────────────────────────────────────────────────────────────────────


def test_repair_counts_from_the_start_and_keeps_both_due_times():
    handoff = offered(scene())
    save_hours(holidays=["2026-11-18"])
    repaired = clocks.repair(key="default", now=ELEVEN)
    due_at = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
    clock = decide(handoff)
    assert (clock.elapsed, clock.due_at, clock.calendar_revision) == (timedelta(0), due_at, 2)
    line = clock.events.get(event="repaired")
    assert (line.due_before, line.due_after) == (NOW + 2 * HOUR, due_at)
    assert {one.clock.pk for one in repaired} == set(
        Clock.objects.open().filter(lead=handoff.lead).values_list("pk", flat=True)
    )


def test_repair_takes_back_a_breach_that_never_was():
    handoff = offered(scene())
    ticking.tick(NOW + 3 * HOUR)
    assert decide(handoff).state == "breached"
    save_hours(holidays=["2026-11-18"])
    clocks.repair(key="default", now=NOW + 4 * HOUR)
    clock = decide(handoff)
    assert (clock.state, clock.breached_at) == ("running", None)
    assert clocks.replay(clock, NOW + 5 * HOUR).state == clocks.state_of(clock)


def test_dry_run_tells_the_same_and_writes_nothing():
    handoff = offered(scene())
    save_hours(holidays=["2026-11-18"])
    before = states_of(handoff), decide(handoff).due_at
    foreseen = clocks.repair(key="default", now=ELEVEN, dry_run=True)
    assert (states_of(handoff), decide(handoff).due_at) == before
    done = clocks.repair(key="default", now=ELEVEN)
    assert [(one.clock.pk, one.due_after) for one in foreseen] == [
        (one.clock.pk, one.due_after) for one in done
    ]


def test_repair_twice_is_repair_once():
    offered(scene())
    save_hours(holidays=["2026-11-18"])
    assert clocks.repair(key="default", now=ELEVEN)
    assert clocks.repair(key="default", now=ELEVEN + HOUR) == []


def test_repair_leaves_out_what_started_earlier():
    offered(scene())
    save_hours(holidays=["2026-11-18"])
    assert clocks.repair(key="default", now=ELEVEN, since=ELEVEN) == []


def test_repair_of_a_calendar_nobody_knows_is_refused():
    with pytest.raises(calendars.CalendarMissing):
        clocks.repair(key="nowhere", now=NOW)


def test_queries_do_not_grow_with_the_clocks(django_assert_max_num_queries):
    play = by_own_hours()
    for _ in range(6):
        offered(play)
    day = date(2026, 11, 19)
    with django_assert_max_num_queries(20), clocks.keeping_elapsed(reps=[play.rep.pk], now=ELEVEN):
        Absence.objects.create(user=play.rep, first_on=day, last_on=day)
    save_hours(holidays=["2026-11-18"])
    with django_assert_max_num_queries(26):
        clocks.repair(key="default", now=ELEVEN)
