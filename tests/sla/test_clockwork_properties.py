"""Properties of any clock's life, and a second opinion that lives it minute by minute."""

import json
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sla import clockwork
from sla.businesstime import Schedule
from sla.clockwork import Rung, Terms
from tests.sla.one_clock import OFFICE, Clock, on

MINUTE = timedelta(minutes=1)
START = on(23, "09:00")
BERLIN = Schedule.from_json(
    {
        "timezone": "Europe/Berlin",
        "hours": {day: [["08:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "wed", "thu", "sat")},
        "holidays": ["2026-11-26"],
    }
)
UNITS = {
    "business_minutes": 600,
    "business_hours": 12,
    "business_days": 2,
    "calendar_hours": 40,
    "calendar_days": 3,
}

lengths = st.sampled_from(sorted(UNITS)).flatmap(
    lambda unit: st.tuples(st.integers(1, UNITS[unit]), st.just(unit))
)
rungs = st.lists(st.builds(lambda length: Rung(*length, "notify_manager"), lengths), max_size=2)
terms = st.builds(
    lambda length, warn_at, ladder: Terms(*length, warn_at, tuple(ladder)),
    *(lengths, st.none() | st.sampled_from([0.25, 0.5, 0.75]), rungs),
)
moves = st.sampled_from(["pause", "resume", "pause", "resume", "reset", "met", "cancel", "excuse", "tick"])
lives = st.lists(st.tuples(st.integers(0, 1500), moves), max_size=8)
schedules = st.sampled_from([OFFICE, BERLIN])


def lived(clock, life, sweep_every=None):
    """Lead a clock through moves, each some minutes after the one before; sweep it between them or not."""
    at = START
    for minutes, move in life:
        until = at + minutes * MINUTE
        while sweep_every and at + sweep_every < until:
            at += sweep_every
            clock.move("tick", at)
        clock.move(move, until)
        at = until
    return at


@settings(max_examples=150, deadline=None)
@given(terms, schedules, lives)
def test_log_folds_to_the_state_and_reads_without_a_break(promised, schedule, life):
    clock = Clock(START, promised, schedule)
    lived(clock, life)  # each move compares the fold with the state
    assert [entry.seq for entry in clock.log] == list(range(1, len(clock.log) + 1))
    assert all(
        later.due_before == earlier.due_after
        for earlier, later in zip(clock.log, clock.log[1:], strict=False)
    )
    assert [json.loads(json.dumps(entry.detail)) for entry in clock.log] == [
        entry.detail for entry in clock.log
    ]


@settings(max_examples=100, deadline=None)
@given(terms, schedules, lives, st.integers(7, 200))
def test_sweeping_often_or_seldom_ends_the_same(promised, schedule, life, minutes):
    often, seldom = Clock(START, promised, schedule), Clock(START, promised, schedule)
    end = lived(often, life, minutes * MINUTE)
    lived(seldom, life)
    often.move("tick", end)
    seldom.move("tick", end)
    assert often.state == seldom.state
    assert [entry._replace(noticed_at=end, notify=False) for entry in often.log] == [
        entry._replace(noticed_at=end, notify=False) for entry in seldom.log
    ]


@settings(max_examples=100, deadline=None)
@given(terms, schedules, lives, st.integers(1, 900))
def test_start_in_the_past_is_as_if_it_had_been_watched(promised, schedule, life, minutes):
    watched = Clock(START, promised, schedule)
    facts, at = [], START
    for gap, move in life:
        at += gap * MINUTE
        facts.append((move, at))
    end = at + minutes * MINUTE
    lived(watched, life)
    watched.move("tick", end - timedelta(microseconds=1))
    late = Clock(START, promised, schedule, noticed_at=end, facts=facts)
    assert late.state == watched.state
    assert sum(entry.notify for entry in late.log) <= 1


@settings(max_examples=100, deadline=None)
@given(terms, schedules, lives)
def test_undoing_the_last_move_leads_back(promised, schedule, life):
    clock = Clock(START, promised, schedule)
    end = lived(clock, life)
    before, known = clock.state, len(clock.log)
    clock.move("met", end + MINUTE)
    if added := [entry.seq for entry in clock.log[known:]]:
        clock.undo(added, end + 2 * MINUTE)
    assert clock.state._replace(seq=before.seq) == before


@settings(max_examples=150, deadline=None)
@given(terms, terms, schedules, schedules, lives, st.integers(0, 2000))
def test_recount_gives_what_the_new_terms_would_have_given(old, new, schedule, corrected, life, minutes):
    life = [(gap, move) for gap, move in life if move in ("pause", "resume", "tick")]
    clock, ideal = Clock(START, old, schedule), Clock(START, new, corrected)
    end = max(lived(clock, life), lived(ideal, life)) + minutes * MINUTE
    clock.move("tick", end)
    clock.recount(end, new, corrected)
    ideal.move("tick", end - timedelta(microseconds=1))
    # A rung's place and the moment of a warning never given may differ; what was promised and broken may not.
    for name in (
        "phase",
        "elapsed",
        "running_since",
        "due_at",
        "due_on",
        "breached_at",
        "next_at",
        "next_step",
    ):
        assert getattr(clock.state, name) == getattr(ideal.state, name), name


@settings(max_examples=100, deadline=None)
@given(terms, schedules, lives, st.integers(1, 1500))
def test_spans_fill_the_life_of_a_clock(promised, schedule, life, minutes):
    clock = Clock(START, promised, schedule)
    until = lived(clock, life) + minutes * MINUTE
    spans = clockwork.spans(clock.log, promised, schedule, until)
    borders = [START, *(span.to_at for span in spans)]
    end = until if clock.state.ended_at is None else clock.state.ended_at
    assert [span.from_at for span in spans] == borders[:-1]
    assert (borders[-1], all(span.from_at < span.to_at for span in spans)) == (end, True)


@settings(max_examples=100, deadline=None)
@given(terms, st.lists(schedules, min_size=1, max_size=4), lives, st.integers(1, 300))
def test_other_hours_keep_what_has_elapsed_and_nothing_is_drawn_twice(promised, ruling, life, minutes):
    clock, at = Clock(START, promised, ruling[0]), START
    for schedule in ruling[1:]:
        for gap, move in life:
            at += gap * MINUTE
            clock.move(move, at)
        elapsed = clockwork.advance(clock.state, "pause", **clock.rules(at))[0].elapsed
        if promised.unit == "business_days":  # two of six days stay two of six, however long the day is now
            elapsed *= schedule.allowance(1, "business_days") / clock.schedule.allowance(1, "business_days")
        clock.recalendar(at, schedule)  # compares the fold by the hours of then with the state
        if clock.state.ended_at is None:
            assert abs(clock.state.elapsed - elapsed) <= timedelta(microseconds=1)
    until = at + minutes * MINUTE
    spans = clockwork.spans(clock.log, promised, clock.schedule, until, clock.earlier)
    assert all(one.to_at == later.from_at for one, later in pairwise(spans))
    is_whole = clock.state.ended_at is None and all(move != "reset" for _gap, move in life)
    if is_whole and promised.unit in ("business_minutes", "business_hours"):
        run = sum((span.to_at - span.from_at for span in spans if span.kind == "running"), timedelta(0))
        paused = clockwork.advance(clock.state, "pause", **clock.rules(until))[0]
        assert run == paused.elapsed


class MinuteClock:
    """The same clock without any arithmetic: it counts the office's minutes one by one."""

    def __init__(self, allowance):
        self.left, self.late = allowance, 0
        self.running, self.ended = True, None
        self.full_at, self.breached_at = None, None
        self.at = START

    def wait(self, until):
        while self.at < until:
            works = self.at.weekday() < 5 and 9 <= self.at.hour < 17
            self.at += MINUTE
            if self.running and works and self.ended is None:
                if self.left:
                    self.left -= 1
                    self.full_at = self.at if not self.left else None
                else:
                    self.late += 1
            if self.running and self.full_at and self.full_at < self.at and self.ended is None:
                self.breached_at = self.breached_at or self.full_at

    def move(self, move, allowance):
        if self.ended is not None:
            return
        if move == "pause":
            self.running = False
        elif move == "resume" and not self.running:
            self.running = True
            self.full_at = self.breached_at or (None if self.left else self.at)
        elif move == "reset" and self.breached_at is None:
            self.left, self.full_at = allowance, None
        elif move in ("met", "cancel", "reset"):
            self.ended = (move, self.at)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 1200), lives.map(lambda life: [step for step in life if step[1] != "tick"]))
def test_clock_agrees_with_one_that_counts_minutes(allowance, life):
    clock, model = Clock(START, Terms(allowance, "business_minutes", 0.5), OFFICE), MinuteClock(allowance)
    for minutes, move in [*life, (1, "excuse")]:
        at = model.at + minutes * MINUTE
        model.wait(at)
        model.move(move, allowance)
        clock.move(move, at)
    # What falls on the very last instant is not late yet.
    clock.move("tick", model.at - timedelta(microseconds=1))
    how, ended_at = model.ended or (None, None)
    assert (clock.state.breached_at, clock.state.ended_at) == (model.breached_at, ended_at)
    late = model.breached_at and how in ("met", "reset")
    assert clock.state.lateness == (timedelta(minutes=model.late) if late else None)
