"""Counting again: starts in the past, other terms, other calendars, and what was undone."""

from datetime import date

import pytest

from sla import clockwork
from sla.businesstime import Schedule
from sla.clockwork import Rung, Terms
from tests.sla.one_clock import LADDER, OFFICE, TERMS, Clock, events, hours, on, told

STRICTER = Terms(2, "business_hours", 0.75, LADDER)
LOOSER = Terms(2, "business_days", 0.75, LADDER)
CORRECTED = OFFICE.without([date(2026, 11, 23)])


def test_start_in_the_past_is_the_log_of_a_clock_already_late():
    clock = Clock(on(20, "15:00"), noticed_at=on(24, "10:00"))
    assert told(clock.log) == [
        ("started", on(20, "15:00")),
        ("warned", on(23, "10:00")),
        ("breached", on(23, "11:00")),
        ("escalated", on(23, "12:00")),
    ]
    assert [entry.notify for entry in clock.log] == [False, False, False, True]
    assert {entry.noticed_at for entry in clock.log} == {on(24, "10:00")}
    assert (clock.state.breached_at, clock.state.next_at) == (on(23, "11:00"), on(24, "11:00"))


def test_start_in_the_past_counts_the_pauses_in_between():
    facts = [("resume", on(23, "16:00")), ("pause", on(23, "10:00"))]
    clock = Clock(noticed_at=on(24, "09:30"), facts=facts)
    assert events(clock.log) == ["started", "paused", "resumed"]
    assert clock.state.due_at == on(24, "11:00")


def test_history_brings_its_end_with_it():
    clock = Clock(noticed_at=on(30, "09:00"), facts=[("met", on(23, "14:30"))])
    assert events(clock.log) == ["started", "warned", "breached", "escalated", "met"]
    assert not any(entry.notify for entry in clock.log)
    assert (clock.state.phase, clock.state.lateness) == ("met", hours(1.5))


def test_step_of_the_past_that_no_longer_stands_notifies_nobody():
    clock = Clock(noticed_at=on(23, "12:45"), facts=[("reset", on(23, "12:30"))])
    assert events(clock.log) == ["started", "warned", "reset"]
    assert not any(entry.notify for entry in clock.log)


def test_clock_born_now_does_not_breach_in_the_same_breath():
    clock = Clock(terms=Terms(0, "business_hours"))
    assert (clock.state.phase, clock.state.due_at) == ("running", on(23, "09:00"))
    assert events(clock.move("met", on(23, "09:00"))) == ["met"]


# ── other terms ──────────────────────────────────────────────────────────────────────────────────────────


def test_stricter_terms_count_from_the_start_with_the_pauses_kept():
    clock = Clock()
    clock.move("pause", on(23, "10:00"))
    clock.move("resume", on(23, "12:00"))
    entries = clock.recount(on(23, "12:15"), STRICTER)
    assert events(entries) == ["recounted"]
    assert (entries[0].due_before, entries[0].due_after) == (on(23, "15:00"), on(23, "13:00"))


def test_stricter_terms_take_the_steps_that_are_due_by_now():
    clock = Clock()
    clock.move("pause", on(23, "11:30"))
    clock.move("resume", on(23, "16:00"))
    entries = clock.recount(on(23, "16:10"), STRICTER)
    # The breach fell before the pause and stays there.
    assert told(entries) == [
        ("recounted", on(23, "16:10")),
        ("warned", on(23, "10:30")),
        ("breached", on(23, "11:00")),
    ]
    assert [entry.notify for entry in entries] == [False, False, True]
    assert (clock.state.phase, clock.state.next_at) == ("breached", on(23, "16:30"))


def test_looser_terms_take_the_breach_back():
    clock = Clock()
    clock.move("tick", on(23, "15:00"))
    entries = clock.recount(on(23, "15:00"), LOOSER)
    assert (events(entries), entries[0].detail["back_to"]) == (["recounted"], clockwork.WARN)
    assert (clock.state.phase, clock.state.due_at) == ("running", on(24, "17:00"))
    assert (clock.state.warned_at, clock.state.breached_at) == (None, None)
    assert told(clock.move("tick", on(24, "13:00"))) == [("warned", on(24, "13:00"))]


def test_same_terms_change_nothing():
    clock = Clock()
    clock.move("pause", on(23, "10:00"))
    clock.move("resume", on(23, "12:00"))
    clock.move("tick", on(23, "15:30"))
    before = clock.state
    assert clock.recount(on(23, "16:00")) == []
    assert clock.state == before


def test_terms_without_a_warning_go_on_with_the_breach():
    clock = Clock()
    clock.recount(on(23, "10:00"), Terms(3, "business_hours"))
    assert (clock.state.next_step, clock.state.next_at) == (clockwork.BREACH, on(23, "12:00"))
    clock.recount(on(23, "11:50"), TERMS)
    assert (clock.state.next_step, clock.state.next_at) == (clockwork.WARN, on(23, "12:00"))


def test_warning_that_the_new_terms_would_have_given_is_given_now():
    clock = Clock(terms=Terms(4, "business_hours"))
    assert told(clock.recount(on(23, "12:10"), TERMS)) == [
        ("recounted", on(23, "12:10")),
        ("warned", on(23, "12:00")),
    ]


def test_steps_before_a_reset_are_not_counted_again():
    clock = Clock()
    clock.move("tick", on(23, "12:00"))
    clock.move("reset", on(23, "12:30"))
    assert clock.recount(on(23, "13:00")) == []


def test_breach_that_is_taken_back_needs_no_excuse():
    clock = Clock()
    clock.move("tick", on(23, "15:00"))
    clock.move("excuse", on(23, "15:30"))
    clock.recount(on(23, "15:30"), LOOSER)
    assert clock.state.excused is False


def test_log_can_be_folded_under_terms_without_a_warning():
    clock = Clock()
    clock.move("tick", on(23, "12:00"))
    clock.move("pause", on(23, "11:00"), noticed_at=on(23, "12:10"))
    state = clockwork.fold(clock.log, Terms(4, "business_hours"), OFFICE)
    assert (state.next_step, state.elapsed) == (clockwork.BREACH, hours(2))


def test_ended_clock_is_not_recounted():
    clock = Clock()
    clock.move("met", on(23, "11:30"))
    noon = on(23, "12:00")
    outcome = clockwork.recount(
        clock.state, clock.log, at=noon, noticed_at=noon, terms=STRICTER, schedule=OFFICE
    )
    assert outcome == (clock.state, [])


# ── other calendars ──────────────────────────────────────────────────────────────────────────────────────


def test_corrected_calendar_moves_the_due_time_and_keeps_the_old_one():
    clock = Clock()
    clock.move("tick", on(23, "13:30"))
    entries = clock.recount(on(23, "18:00"), schedule=CORRECTED, event="repaired")
    assert [(entry.event, entry.due_before, entry.due_after) for entry in entries] == [
        ("repaired", on(23, "13:00"), on(24, "13:00"))
    ]
    assert (clock.state.phase, clock.state.breached_at) == ("running", None)


def test_breach_moves_with_a_corrected_calendar():
    clock = Clock()
    clock.move("tick", on(25, "09:00"))
    clock.recount(on(25, "10:00"), schedule=CORRECTED, event="repaired")
    assert clock.state.phase == "breached"
    assert clock.state.breached_at == clock.state.due_at == on(24, "13:00")
    # The second rung was climbed too early and is taken back.
    assert clock.state.next_at == on(25, "13:00")


def test_correction_of_a_paused_clock_changes_what_has_elapsed():
    clock = Clock(on(23, "15:00"))
    clock.move("pause", on(24, "10:00"))
    assert clock.state.elapsed == hours(3)
    assert events(clock.recount(on(24, "11:00"), schedule=CORRECTED, event="repaired")) == ["repaired"]
    assert clock.state.elapsed == hours(1)


ALWAYS = Schedule.from_json(
    {"timezone": "UTC", "hours": {day: [["00:00", "24:00"]] for day in ("fri", "sat", "sun", "mon")}}
)
LATE_SHIFT = Schedule.from_json({"timezone": "UTC", "hours": {"mon": [["14:00", "22:00"]]}})


def test_other_hours_from_now_on_keep_what_has_elapsed():
    clock = Clock()
    entries = clock.recalendar(on(23, "11:00"), LATE_SHIFT)
    assert (entries[0].due_before, entries[0].due_after) == (on(23, "13:00"), on(23, "16:00"))
    assert clock.state.elapsed == hours(2)
    clock.move("pause", on(23, "15:00"))
    assert clock.state.elapsed == hours(3)


MORNINGS = Schedule.from_json(
    {"timezone": "UTC", "hours": {day: [["09:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)


def test_days_elapsed_stay_days_under_a_shorter_working_day():
    clock = Clock(terms=Terms(2, "business_days"))
    clock.recalendar(on(24, "13:00"), MORNINGS)
    # One day and a half are used, so half a morning of Wednesday is left.
    assert clock.state.elapsed == hours(4.5)
    assert clock.state.due_at == on(25, "10:30")
    assert clock.state == clockwork.fold(clock.log, clock.terms, MORNINGS, clock.earlier)


def test_other_hours_come_after_the_steps_that_were_due_before():
    clock = Clock()
    assert events(clock.recalendar(on(23, "13:30"), LATE_SHIFT)) == ["warned", "breached", "recalendared"]
    assert clock.state.next_at == on(23, "14:30")
    assert clock.recount(on(23, "13:45"), event="repaired") == []
    assert clock.state.breached_at == on(23, "13:00")


def test_paused_clock_takes_other_hours_and_stays_paused():
    clock = Clock()
    clock.move("pause", on(23, "11:00"))
    clock.recalendar(on(23, "12:00"), LATE_SHIFT)
    assert (clock.state.phase, clock.state.elapsed) == ("paused", hours(2))
    clock.move("resume", on(23, "12:30"))
    assert clock.state.due_at == on(23, "16:00")


def test_repair_does_not_count_new_hours_where_the_old_ones_ruled():
    clock = Clock(on(20, "15:00"))
    clock.recalendar(on(23, "09:30"), ALWAYS)
    assert clock.recount(on(23, "09:45"), event="repaired") == []
    assert clock.state.due_at == on(23, "11:00")


def test_repair_leaves_what_was_carried_over():
    clock = Clock()
    clock.recalendar(on(23, "11:00"), LATE_SHIFT)
    assert clock.recount(on(23, "12:00"), event="repaired") == []
    clock.recount(on(23, "12:00"), STRICTER)
    assert clock.state.due_at == on(23, "11:00")


# ── undone ───────────────────────────────────────────────────────────────────────────────────────────────


def test_undone_end_lets_the_clock_go_on_as_if_uninterrupted():
    clock = Clock()
    running = clock.state
    clock.move("met", on(23, "10:00"))
    entries = clock.undo([2], on(23, "10:01"))
    assert (entries[0].event, entries[0].detail) == ("undone", {"seqs": [2]})
    assert entries[0].due_after == running.due_at
    assert clock.state == running._replace(seq=3)


def test_undone_pause_never_was():
    clock = Clock()
    clock.move("pause", on(23, "10:00"))
    clock.undo([2], on(23, "10:02"))
    clock.move("pause", on(23, "11:00"))
    assert clock.state.elapsed == hours(2)


def test_what_fell_due_while_interrupted_is_taken_by_the_next_tick():
    clock = Clock()
    clock.move("met", on(23, "11:59"))
    clock.undo([2], on(23, "12:01"))
    assert told(clock.move("tick", on(23, "12:01:15"))) == [("warned", on(23, "12:00"))]


def test_undone_pause_before_other_hours_counts_by_the_hours_of_then():
    clock = Clock()
    clock.move("pause", on(23, "10:00"))
    clock.recalendar(on(23, "11:00"), LATE_SHIFT)
    clock.undo([2], on(23, "11:02"))
    assert (clock.state.elapsed, clock.state.due_at) == (hours(2), on(23, "16:00"))


def test_spans_before_other_hours_are_drawn_by_the_hours_of_then():
    clock = Clock()
    clock.recalendar(on(23, "11:00"), LATE_SHIFT)
    drawn = clockwork.spans(clock.log, clock.terms, clock.schedule, on(23, "15:00"), clock.earlier)
    assert [(span.kind, span.to_at) for span in drawn] == [
        ("running", on(23, "11:00")),
        ("closed", on(23, "14:00")),
        ("running", on(23, "15:00")),
    ]


def test_undoing_can_be_undone():
    clock = Clock()
    clock.move("met", on(23, "10:00"))
    clock.undo([2], on(23, "10:01"))
    clock.undo([3], on(23, "10:02"))
    assert (clock.state.phase, clock.state.ended_at) == ("met", on(23, "10:00"))


@pytest.mark.parametrize("seqs", [[1], [7]], ids=["start", "unknown"])
def test_line_that_cannot_be_undone_is_refused(seqs):
    with pytest.raises(ValueError, match="could be undone"):
        Clock().undo(seqs, on(23, "10:00"))


def test_longer_ladder_goes_on_climbing():
    clock = Clock(terms=Terms(4, "business_hours", rungs=LADDER[:1]))
    clock.move("tick", on(23, "15:00"))
    assert clock.state.next_at is None
    clock.recount(
        on(23, "15:00"), Terms(4, "business_hours", rungs=(*LADDER[:1], Rung(3, "business_hours", "pool")))
    )
    assert clock.state.next_at == on(23, "16:00")
