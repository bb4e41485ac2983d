"""One clock, case by case; November 23, 2026 is a Monday and the office is open from 9 to 17 UTC."""

from datetime import UTC, date, datetime

import pytest

from sla import clockwork
from sla.businesstime import Schedule
from sla.clockwork import Rung, Span, Terms
from tests.sla.one_clock import OFFICE, TERMS, Clock, events, hours, on, told

# ── the passing of time ─────────────────────────────────────────────────────────────────────────────────


def test_started_clock_knows_its_due_time_and_its_next_step():
    clock = Clock(on(23, "15:00"))
    assert clock.state.phase == "running"
    assert (clock.state.due_at, clock.state.due_on) == (on(24, "11:00"), date(2026, 11, 24))
    assert (clock.state.next_step, clock.state.next_at) == (clockwork.WARN, on(24, "10:00"))
    assert clock.log[0].due_after == on(24, "11:00")


def test_due_date_is_that_of_the_calendar():
    tokyo = Schedule.from_json({"timezone": "Asia/Tokyo", "hours": {"tue": [["05:00", "23:00"]]}})
    assert Clock(terms=Terms(1, "business_hours"), schedule=tokyo).state.due_at == on(23, "21:00")
    assert Clock(terms=Terms(1, "business_hours"), schedule=tokyo).state.due_on == date(2026, 11, 24)


def test_tick_takes_each_step_at_its_moment():
    clock = Clock()
    assert clock.move("tick", on(23, "11:59")) == []
    assert told(clock.move("tick", on(23, "12:00"))) == [("warned", on(23, "12:00"))]
    assert told(clock.move("tick", on(23, "13:00:15"))) == [("breached", on(23, "13:00"))]
    assert clock.state.phase == "breached"
    assert told(clock.move("tick", on(23, "14:00"))) == [("escalated", on(23, "14:00"))]
    assert told(clock.move("tick", on(24, "13:00"))) == [("escalated", on(24, "13:00"))]
    assert clock.state.next_at is None


def test_tick_twice_is_tick_once():
    clock = Clock()
    clock.move("tick", on(23, "13:30"))
    assert clock.move("tick", on(23, "13:30")) == []


def test_tick_after_an_outage_climbs_all_steps_and_only_the_last_one_notifies():
    entries = Clock().move("tick", on(25, "09:00"))
    assert events(entries) == ["warned", "breached", "escalated", "escalated"]
    assert [entry.notify for entry in entries] == [False, False, False, True]
    assert [entry.detail.get("action") for entry in entries] == [None, None, "notify_manager", "reassign"]
    assert {entry.noticed_at for entry in entries} == {on(25, "09:00")}


def test_clock_without_warning_begins_with_the_breach():
    clock = Clock(terms=Terms(4, "business_hours"))
    assert (clock.state.next_step, clock.state.next_at) == (clockwork.BREACH, on(23, "13:00"))


@pytest.mark.parametrize(
    ("terms", "due_at", "warned_at"),
    [
        (Terms(1, "business_days", 0.5), on(24, "09:00") + hours(6), on(24, "11:00")),  # never 24 hours
        (Terms(30, "business_minutes", 0.5), on(23, "15:30"), on(23, "15:15")),
        (Terms(24, "calendar_hours", 0.75), on(24, "15:00"), on(24, "09:00")),
        (Terms(5, "calendar_days", 0.5), on(28, "15:00"), on(26, "03:00")),
    ],
)
def test_every_unit_has_its_own_due_time_and_warning(terms, due_at, warned_at):
    state = Clock(on(23, "15:00"), terms).state
    assert (state.due_at, state.next_at) == (due_at, warned_at)


# ── met ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_met_at_the_due_instant_is_kept():
    clock = Clock()
    assert events(clock.move("met", on(23, "13:00"))) == ["warned", "met"]
    assert (clock.state.phase, clock.state.breached_at, clock.state.lateness) == ("met", None, None)
    assert (clock.state.ended_at, clock.state.next_at) == (on(23, "13:00"), None)


def test_met_at_the_due_instant_is_kept_even_if_the_sweep_was_as_fast():
    clock = Clock()
    clock.move("tick", on(23, "13:00"))
    assert clock.state.phase == "breached"
    clock.move("met", on(23, "13:00"), noticed_at=on(23, "13:00:01"))
    assert (clock.state.phase, clock.state.breached_at) == ("met", None)


def test_met_late_but_not_yet_swept_is_breached_first():
    clock = Clock()
    entries = clock.move("met", on(24, "10:00"))
    assert told(entries) == [
        ("warned", on(23, "12:00")),
        ("breached", on(23, "13:00")),
        ("escalated", on(23, "14:00")),
        ("met", on(24, "10:00")),
    ]
    assert not any(entry.notify for entry in entries)
    assert (clock.state.phase, clock.state.lateness) == ("met", hours(5))


def test_met_late_keeps_its_due_time_for_the_period_it_counts_in():
    clock = Clock()
    clock.move("met", on(30, "10:00"))
    assert (clock.state.due_at, clock.state.due_on) == (on(23, "13:00"), date(2026, 11, 23))


def test_evidence_noticed_late_takes_the_breach_back():
    clock = Clock()
    clock.move("tick", on(23, "15:00"))
    entries = clock.move("met", on(23, "12:30"), noticed_at=on(23, "16:00"))
    assert (events(entries), entries[0].detail) == (["met"], {"back_to": clockwork.BREACH})
    assert (clock.state.phase, clock.state.breached_at, clock.state.lateness) == ("met", None, None)
    assert clock.state.warned_at == on(23, "12:00")


def test_met_in_a_pause_counts_where_it_would_have_fallen_due():
    clock = Clock()
    clock.move("pause", on(23, "10:00"))
    clock.move("met", on(25, "16:00"))
    assert (clock.state.phase, clock.state.due_on) == ("met", date(2026, 11, 26))


def test_cancelled_late_is_breached_first():
    clock = Clock()
    assert events(clock.move("cancel", on(23, "13:30"))) == ["warned", "breached", "cancelled"]
    assert (clock.state.phase, clock.state.next_at, clock.state.lateness) == ("cancelled", None, None)


# ── pause, resume, reset ────────────────────────────────────────────────────────────────────────────────


def test_pause_keeps_what_has_elapsed():
    clock = Clock()
    clock.move("pause", on(23, "10:30"))
    assert (clock.state.phase, clock.state.elapsed) == ("paused", hours(1.5))
    assert (clock.state.due_at, clock.state.due_on, clock.state.next_at) == (None, None, None)
    assert clock.move("tick", on(27, "10:00")) == []
    entries = clock.move("resume", on(27, "10:00"))
    assert (entries[0].due_before, entries[0].due_after) == (None, on(27, "12:30"))
    assert clock.state.next_at == on(27, "11:30")


def test_pause_in_closed_hours_moves_nothing():
    clock = Clock(on(23, "16:00"))
    clock.move("pause", on(23, "18:00"))
    clock.move("resume", on(24, "08:00"))
    assert clock.state.due_at == on(24, "12:00")


def test_pause_a_little_before_the_clock_ran_on_takes_nothing_away():
    clock = Clock()
    clock.move("pause", on(23, "10:00"))
    clock.move("resume", on(23, "12:00"))
    clock.move("pause", on(23, "11:59"))
    assert clock.state.elapsed == hours(1)


def test_pause_does_not_warn_twice():
    clock = Clock()
    clock.move("tick", on(23, "12:30"))
    clock.move("pause", on(23, "12:30"))
    clock.move("resume", on(24, "09:00"))
    assert (clock.state.next_step, clock.state.next_at) == (clockwork.BREACH, on(24, "09:30"))


def test_pause_of_a_breached_clock_hides_no_breach_and_adds_no_lateness():
    clock = Clock()
    clock.move("pause", on(23, "13:30"))
    assert (clock.state.phase, clock.state.due_at) == ("breached", on(23, "13:00"))
    assert (clock.state.running_since, clock.state.next_at) == (None, None)
    clock.move("resume", on(25, "09:00"))
    assert clock.state.next_at == on(25, "09:30")
    clock.move("met", on(25, "10:00"))
    assert clock.state.lateness == hours(1.5)


def test_pause_noticed_late_takes_the_breach_back():
    clock = Clock()
    clock.move("tick", on(23, "15:00"))
    clock.move("pause", on(23, "10:00"), noticed_at=on(23, "15:00"))
    assert (clock.state.phase, clock.state.elapsed, clock.state.warned_at) == ("paused", hours(1), None)
    clock.move("resume", on(24, "09:00"))
    assert (clock.state.next_step, clock.state.due_at) == (clockwork.WARN, on(24, "12:00"))


def test_pause_in_calendar_days_keeps_the_days():
    clock = Clock(terms=Terms(5, "calendar_days"))
    clock.move("pause", on(25, "09:00"))
    clock.move("resume", on(28, "12:00"))
    assert clock.state.due_at == datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_reset_throws_away_what_has_elapsed():
    clock = Clock()
    clock.move("tick", on(23, "12:00"))
    clock.move("reset", on(23, "12:30"))
    assert (clock.state.due_at, clock.state.next_at) == (on(23, "16:30"), on(23, "15:30"))
    assert (clock.state.elapsed, clock.state.warned_at) == (hours(0), None)
    assert clock.state.started_at == on(23, "09:00")


def test_reset_of_a_paused_clock_stays_paused():
    clock = Clock()
    clock.move("pause", on(23, "11:00"))
    clock.move("reset", on(23, "12:00"))
    assert (clock.state.phase, clock.state.elapsed) == ("paused", hours(0))


def test_reset_of_a_breached_clock_ends_it_late():
    clock = Clock()
    entries = clock.move("reset", on(23, "15:00"))
    assert (entries[-1].event, entries[-1].detail) == ("met", {"by": "reset"})
    assert (clock.state.phase, clock.state.lateness) == ("met", hours(2))


@pytest.mark.parametrize(
    ("moves", "move"),
    [
        ([], "resume"),
        ([], "excuse"),
        (["pause"], "pause"),
        (["met"], "met"),
        (["met"], "pause"),
        (["met"], "resume"),
        (["met"], "cancel"),
        (["met"], "reset"),
        (["met"], "excuse"),
        (["cancel"], "met"),
        (["cancel"], "tick"),
        (["pause"], "tick"),
    ],
)
def test_move_that_means_nothing_changes_nothing(moves, move):
    clock = Clock()
    for earlier in moves:
        clock.move(earlier, on(23, "10:00"))
    before = clock.state
    assert clock.move(move, on(23, "11:00")) == []
    assert clock.state == before


def test_unknown_move_is_refused():
    with pytest.raises(ValueError, match="not 'stop'"):
        Clock().move("stop", on(23, "10:00"))


@pytest.mark.parametrize(
    "build",
    [
        lambda: Terms(-1, "business_hours"),
        lambda: Terms(1, "hours"),
        lambda: Terms(1, "business_hours", warn_at=1.0),
        lambda: Rung(1, "days", "pool"),
    ],
)
def test_terms_that_cannot_be_counted_are_refused(build):
    with pytest.raises(ValueError, match=r"A clock (warns|cannot count)"):
        build()


def test_excuse_marks_a_breach_even_when_it_is_over():
    clock = Clock()
    clock.move("met", on(23, "15:00"))
    assert events(clock.move("excuse", on(30, "09:00"))) == ["excused"]
    assert (clock.state.excused, clock.state.phase) == (True, "met")
    assert clock.state.lateness == hours(2)


def test_spans_follow_each_other_from_start_to_end():
    clock = Clock(on(23, "16:00"))
    clock.move("pause", on(24, "10:00"))
    clock.move("resume", on(24, "12:00"))
    clock.move("met", on(24, "13:00"))
    assert clockwork.spans(clock.log, TERMS, OFFICE, on(30, "12:00")) == [
        Span("running", on(23, "16:00"), on(23, "17:00")),
        Span("closed", on(23, "17:00"), on(24, "09:00")),
        Span("running", on(24, "09:00"), on(24, "10:00")),
        Span("paused", on(24, "10:00"), on(24, "12:00")),
        Span("running", on(24, "12:00"), on(24, "13:00")),
    ]


def test_spans_of_calendar_time_know_no_closed_hours():
    clock = Clock(terms=Terms(3, "calendar_days"))
    assert clockwork.spans(clock.log, clock.terms, OFFICE, on(25, "12:00")) == [
        Span("running", on(23, "09:00"), on(25, "12:00"))
    ]


def test_fold_of_nothing_is_refused():
    with pytest.raises(ValueError, match="without a log"):
        clockwork.fold([], TERMS, OFFICE)
    with pytest.raises(ValueError, match="begins with its start"):
        clockwork.fold([Clock().log[0]._replace(event="paused")], TERMS, OFFICE)
