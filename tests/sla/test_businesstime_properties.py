"""Properties of business time over thirty zones, against a model that steps minute by minute."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.businesstime import Schedule
from tests.sla.minute_model import DAYS, MinuteModel, utc

ZONES = (
    *("UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Istanbul"),
    *("America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo", "America/Havana"),
    *("America/Caracas", "America/Santiago", "America/Asuncion", "America/Scoresbysund", "Africa/Cairo"),
    *("Africa/Casablanca", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Amman", "Asia/Gaza"),
    *("Asia/Pyongyang", "Asia/Tokyo", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland"),
    *("Pacific/Chatham", "Pacific/Apia", "Pacific/Kwajalein", "Antarctica/Troll", "America/Anchorage"),
)
WINDOW = 9 * 1440

clock_minutes = st.integers(0, 1440) | st.sampled_from([0, 60, 120, 150, 180, 540, 1020, 1380, 1440])


def text_of(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def blocks(draw, most=3):
    pairs = draw(st.lists(st.tuples(clock_minutes, clock_minutes), max_size=most))
    return [[text_of(min(pair)), text_of(max(pair))] for pair in pairs if pair[0] != pair[1]]


@st.composite
def weeks(draw):
    days = st.sampled_from(DAYS)
    hours = draw(st.dictionaries(days, blocks(), min_size=3))
    return hours if any(hours.values()) else {**hours, "tue": [["00:00", "24:00"]]}


@st.composite
def documents(draw, begin, zone):
    dates = st.integers(0, 9).map(lambda days: (begin + timedelta(days=days)).date().isoformat())
    breaks = draw(st.lists(st.tuples(dates, blocks(1)), max_size=2))
    return {
        "timezone": zone,
        "hours": draw(weeks()),
        "holidays": draw(st.lists(dates, max_size=2)),
        "breaks": [{"date": day, "from": a, "to": b} for day, pairs in breaks for a, b in pairs],
        "overrides": draw(st.dictionaries(dates, blocks(), max_size=2)),
    }


begins = st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


@st.composite
def windows(draw):
    begin = draw(begins)
    return begin, draw(documents(begin, draw(st.sampled_from(ZONES))))


ALWAYS = {day: [["00:00", "02:30"], ["02:45", "24:00"]] for day in DAYS}
OFFICE = {day: [["09:00", "12:00"], ["11:30", "17:00"]] for day in DAYS[:5]}
CHANGES = (
    ("Europe/Berlin", "2026-03-25"),
    ("Europe/Berlin", "2026-10-21"),
    ("America/Sao_Paulo", "2018-10-31"),
    ("America/Sao_Paulo", "2018-02-14"),
    ("America/Havana", "2025-10-29"),
    ("America/St_Johns", "2009-10-28"),
    ("America/Scoresbysund", "2024-03-27"),
    ("Australia/Lord_Howe", "2026-04-01"),
    ("Antarctica/Troll", "2026-03-25"),
    ("Asia/Pyongyang", "2018-05-01"),
    ("Pacific/Apia", "2011-12-26"),
    ("Pacific/Kwajalein", "1993-08-17"),
)


def compare(model, schedule, start, end, minutes):
    """Hold the engine's answers against the model's; positions and lengths are minutes in the window."""
    assert schedule.is_open(model.at(start)) == model.is_open[start]
    assert schedule.elapsed(model.at(start), model.at(end)) == timedelta(minutes=model.elapsed(start, end))
    # Where the model's window ends it knows no more.
    if (due := model.due(start, minutes)) is not None:
        assert schedule.due_at(model.at(start), timedelta(minutes=minutes)) == model.at(due)
    if (opening := model.next_open(start)) is not None:
        assert schedule.next_open(model.at(start)) == model.at(opening)


inside = st.integers(2 * 1440, 7 * 1440)


@settings(max_examples=80, deadline=None)
@given(windows(), inside, inside, st.integers(-3000, 3000))
def test_engine_agrees_with_the_minute_model(window, start, end, minutes):
    begin, document = window
    compare(MinuteModel(document, begin, WINDOW), Schedule.from_json(document), start, end, minutes)


@pytest.mark.parametrize("hours", [ALWAYS, OFFICE], ids=["always", "office"])
@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_engine_agrees_with_the_minute_model_when_clocks_change(zone, day, hours):
    document = {"timezone": zone, "hours": hours}
    model, schedule = MinuteModel(document, utc(day), WINDOW), Schedule.from_json(document)
    for start in range(2 * 1440, 7 * 1440, 613):
        compare(model, schedule, start, 7 * 1440 - start // 2, start // 3)
        compare(model, schedule, start, 2 * 1440, -start // 3)


@cache
def schedule_in(zone):
    return Schedule.from_json(
        {
            "timezone": zone,
            "hours": ALWAYS if zone < "America/N" else OFFICE,
            "holidays": [f"{year}-12-25" for year in range(1990, 2060)],
            "overrides": {f"{year}-02-28": [["00:00", "24:00"]] for year in range(1990, 2060)},
        }
    )


zones = st.sampled_from(ZONES)
instants = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
lengths = st.timedeltas(timedelta(days=-1000), timedelta(days=1000)) | st.timedeltas(
    timedelta(hours=-1), timedelta(hours=1)
)


@settings(max_examples=300, deadline=None)
@given(zones, instants, lengths)
def test_elapsed_until_the_due_time_is_the_allowance(zone, start, allowance):
    schedule, nothing = schedule_in(zone), timedelta(0)
    due_at = schedule.due_at(start, allowance)
    assert schedule.elapsed(start, due_at) == allowance
    assert schedule.elapsed(due_at, start) == -allowance
    assert (due_at > start, due_at < start) == (allowance > nothing, allowance < nothing)


@settings(max_examples=100, deadline=None)
@given(zones, instants, lengths.map(abs), lengths.map(abs))
def test_two_allowances_one_after_the_other_are_their_sum(zone, start, first, second):
    schedule = schedule_in(zone)
    assert schedule.due_at(schedule.due_at(start, first), second) == schedule.due_at(start, first + second)


@settings(max_examples=100, deadline=None)
@given(zones, instants, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_spans_add_up_to_elapsed_and_are_open(zone, start, length):
    schedule, end = schedule_in(zone), start + length
    spans = schedule.spans(start, end)
    assert sum((closing - opening for opening, closing in spans), timedelta(0)) == schedule.elapsed(
        start, end
    )
    assert all(schedule.is_open(opening) and start <= opening < closing <= end for opening, closing in spans)
    assert not any(schedule.is_open(closing) for _, closing in spans[:-1])


@settings(max_examples=60, deadline=None)
@given(windows())
def test_document_survives_writing_and_reading(window):
    schedule = Schedule.from_json(window[1])
    assert Schedule.from_json(schedule.to_json()) == schedule


@settings(max_examples=30, deadline=None)
@given(windows(), st.lists(begins, min_size=2, max_size=4))
def test_answers_do_not_depend_on_what_was_asked_before(window, moments):
    asked = Schedule.from_json(window[1])
    for moment in moments:
        near = [timedelta(hours=5), timedelta(hours=-5)]
        fresh = Schedule.from_json(window[1])
        assert [asked.due_at(moment, step) for step in near] == [fresh.due_at(moment, step) for step in near]


@settings(max_examples=30, deadline=None)
@given(zones, instants)
def test_forty_years_are_exact(zone, start):
    schedule = schedule_in(zone)
    allowance = 40 * 250 * schedule.working_day
    assert schedule.elapsed(start, schedule.due_at(start, allowance)) == allowance
