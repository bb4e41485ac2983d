"""The conventions of business time, case by case; November 23, 2026 is a Monday."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.businesstime import BeyondCalendar, Schedule

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")


def schedule(timezone="UTC", blocks=(("09:00", "17:00"),), days=WORKDAYS, **rest):
    hours = {day: [list(block) for block in blocks] for day in days}
    return Schedule.from_json({"timezone": timezone, "hours": hours, **rest})


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def hours(amount):
    return timedelta(hours=amount)


OFFICE = schedule()


@pytest.mark.parametrize(
    ("start", "allowance", "due"),
    [
        ("2026-11-23 09:00", 4, "2026-11-23 13:00"),
        ("2026-11-23 13:00", 4, "2026-11-23 17:00"),  # on closing it stays on closing
        ("2026-11-23 17:00", 1, "2026-11-24 10:00"),  # from closing it goes on at the next opening
        ("2026-11-27 16:00", 2, "2026-11-30 10:00"),
        ("2026-11-28 12:00", 8, "2026-11-30 17:00"),
        ("2026-11-28 12:00", 0, "2026-11-28 12:00"),  # no allowance ends at its start, open or not
        ("2026-11-24 13:00", -4, "2026-11-24 09:00"),  # backwards on an opening it stays there
        ("2026-11-24 09:00", -1, "2026-11-23 16:00"),
        ("2026-11-28 12:00", -8, "2026-11-27 09:00"),
    ],
)
def test_due_at_lands_by_convention(start, allowance, due):
    assert OFFICE.due_at(at(start), hours(allowance)) == at(due)
    assert OFFICE.elapsed(at(start), at(due)) == hours(allowance)


def test_due_at_is_exact_to_the_microsecond():
    allowance = hours(8) + timedelta(microseconds=1)
    assert OFFICE.due_at(at("2026-11-23 09:00"), allowance) == at("2026-11-24 09:00:00.000001")


def test_due_at_answers_in_utc():
    due_at = schedule("America/New_York").due_at(at("2026-11-23 09:00", "America/New_York"), hours(1))
    assert due_at.isoformat() == "2026-11-23T15:00:00+00:00"


def test_elapsed_reversed_is_negative():
    assert OFFICE.elapsed(at("2026-11-24 10:00"), at("2026-11-23 16:00")) == -hours(2)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-11-23 08:59", False, "2026-11-23 09:00"),
        ("2026-11-23 09:00", True, "2026-11-23 09:00"),
        ("2026-11-23 16:59:59.999999", True, "2026-11-23 16:59:59.999999"),
        ("2026-11-23 17:00", False, "2026-11-24 09:00"),
        ("2026-11-28 12:00", False, "2026-11-30 09:00"),
        ("2026-12-31 17:00", False, "2027-01-01 09:00"),
    ],
)
def test_blocks_are_closed_open(moment, is_open, opens):
    assert OFFICE.is_open(at(moment)) == is_open
    assert OFFICE.next_open(at(moment)) == at(opens)


def test_blocks_that_overlap_are_united():
    united = schedule(blocks=(("13:00", "17:00"), ("09:00", "12:00"), ("11:00", "13:00")))
    assert united == OFFICE


def test_night_shift_is_written_as_two_blocks_and_has_no_seam_at_midnight():
    night = schedule(blocks=(("00:00", "06:00"), ("22:00", "24:00")), days=EVERY_DAY)
    assert night.due_at(at("2026-12-31 23:00"), hours(2)) == at("2027-01-01 01:00")
    assert night.spans(at("2026-12-31 12:00"), at("2027-01-01 12:00")) == [
        (at("2026-12-31 22:00"), at("2027-01-01 06:00"))
    ]


def test_spans_are_cut_off_at_both_ends():
    assert OFFICE.spans(at("2026-11-27 16:00"), at("2026-11-30 10:00")) == [
        (at("2026-11-27 16:00"), at("2026-11-27 17:00")),
        (at("2026-11-30 09:00"), at("2026-11-30 10:00")),
    ]
    assert OFFICE.spans(at("2026-11-30 10:00"), at("2026-11-27 16:00")) == []


SPECIAL = schedule(
    "Europe/Berlin",
    holidays=["2026-12-25", "2026-12-26"],
    breaks=[
        {"date": "2026-12-23", "from": "11:00", "to": "12:00"},
        {"date": "2026-12-24", "from": "11:30", "to": "24:00"},
    ],
    overrides={"2026-12-24": [["09:00", "12:00"]], "2026-12-26": [["10:00", "12:00"]], "2026-12-28": []},
)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-12-22", 8),
        ("2026-12-23", 7),  # a break
        ("2026-12-24", 2.5),  # other hours, and a break in them
        ("2026-12-25", 0),
        ("2026-12-26", 0),  # a holiday beats other hours
        ("2026-12-28", 0),  # other hours may be none
        ("2026-12-29", 8),
    ],
)
def test_special_dates_have_their_own_hours(day, worked):
    midnight = at(f"{day} 00:00", "Europe/Berlin")
    assert SPECIAL.elapsed(midnight, midnight + timedelta(days=1)) == hours(worked)


def test_holiday_is_a_date_of_the_calendar_whatever_zone_the_instant_comes_in():
    tokyo = schedule("Asia/Tokyo", holidays=["2026-11-24"])
    # In New York it is still Monday evening.
    assert not tokyo.is_open(at("2026-11-23 20:00", "America/New_York"))
    assert tokyo.is_open(at("2026-11-22 20:00", "America/New_York"))


def test_without_closes_further_dates():
    away = SPECIAL.without([date(2026, 12, 29), date(2026, 12, 24)])
    berlin = "Europe/Berlin"
    assert away.due_at(at("2026-12-23 16:00", berlin), hours(2)) == at("2026-12-30 10:00", berlin)
    assert SPECIAL.due_at(at("2026-12-23 16:00", berlin), hours(2)) == at("2026-12-24 10:00", berlin)


@pytest.mark.parametrize(
    ("zone", "start", "end", "elapsed"),
    [
        ("Europe/Berlin", "2026-03-29 00:00", "2026-03-30 00:00", 23),
        ("Europe/Berlin", "2026-10-25 00:00", "2026-10-26 00:00", 25),
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-05 00:00", 23),  # midnight itself is skipped
        ("America/Sao_Paulo", "2018-02-17 00:00", "2018-02-18 00:00", 25),
        ("Australia/Lord_Howe", "2026-04-05 00:00", "2026-04-06 00:00", 24.5),
        ("Pacific/Apia", "2011-12-29 00:00", "2012-01-01 00:00", 48),
        ("Asia/Kathmandu", "2024-02-28 00:00", "2024-03-01 00:00", 48),
    ],
)
def test_clock_changes_count_as_they_really_passed(zone, start, end, elapsed):
    always = schedule(zone, blocks=(("00:00", "24:00"),), days=EVERY_DAY)
    assert always.elapsed(at(start, zone), at(end, zone)) == hours(elapsed)


def test_border_in_skipped_time_moves_on_by_the_gap():
    early = schedule("Europe/Berlin", blocks=(("02:30", "05:00"),), days=EVERY_DAY)
    assert early.next_open(at("2026-03-29 00:00", "Europe/Berlin")) == at("2026-03-29 03:30", "Europe/Berlin")


def test_border_in_repeated_time_is_the_first():
    early = schedule("Europe/Berlin", blocks=(("02:30", "05:00"),), days=EVERY_DAY)
    assert early.next_open(at("2026-10-25 00:00", "Europe/Berlin")) == at("2026-10-25 00:30")
    assert early.elapsed(at("2026-10-25 00:00"), at("2026-10-25 12:00")) == hours(3.5)


def test_date_that_never_was_is_closed():
    fridays = schedule("Pacific/Apia", days=("fri",))
    start = at("2011-12-29 12:00", "Pacific/Apia")
    assert fridays.next_open(start) == at("2012-01-06 09:00", "Pacific/Apia")


@pytest.mark.parametrize(
    ("week", "working_day"),
    [
        ({day: [["09:00", "12:00"], ["13:00", "17:30"]] for day in WORKDAYS}, 7.5),
        ({"mon": [["08:00", "16:00"]], "tue": [["08:00", "16:00"]], "fri": [["08:00", "12:00"]]}, 8),
        ({"mon": [["08:00", "12:00"]], "fri": [["08:00", "16:00"]]}, 8),  # no usual one: the longest
        ({day: [["00:00", "24:00"]] for day in EVERY_DAY}, 24),
    ],
)
def test_working_day_is_the_usual_length_of_a_day(week, working_day):
    assert Schedule.from_json({"timezone": "UTC", "hours": week}).working_day == hours(working_day)


@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [
        (90, "business_minutes", "2026-11-30 09:30"),
        (2, "business_hours", "2026-11-30 10:00"),
        (1.5, "business_hours", "2026-11-30 09:30"),
        (1, "business_days", "2026-11-30 16:00"),  # never 24 hours, which would be Wednesday
        (10, "business_days", "2026-12-11 16:00"),
        (30, "calendar_hours", "2026-11-28 22:00"),
        (1, "calendar_days", "2026-11-28 16:00"),
        (0, "calendar_days", "2026-11-27 16:00"),
    ],
)
def test_due_after_counts_in_the_unit_of_the_agreement(amount, unit, due):
    friday = at("2026-11-27 16:00")
    assert OFFICE.due_after(friday, amount, unit) == at(due)
    assert OFFICE.elapsed_by(friday, at(due), unit) == OFFICE.allowance(amount, unit)


def test_calendar_day_keeps_the_wall_time_over_a_clock_change():
    berlin = schedule("Europe/Berlin")
    start = at("2026-03-28 02:30", "Europe/Berlin")
    assert berlin.due_after(start, 2, "calendar_days") == at("2026-03-30 02:30", "Europe/Berlin")
    assert berlin.due_after(start, 1, "calendar_days") == at("2026-03-29 03:30", "Europe/Berlin")
    assert berlin.due_after(start, 24, "calendar_hours") == at("2026-03-29 01:30")


def test_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="fortnights"):
        OFFICE.due_after(at("2026-11-23 09:00"), 1, "fortnights")


def test_local_date_is_that_of_the_calendar():
    assert schedule("Asia/Tokyo").local_date(at("2026-11-23 20:00")) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "ask",
    [
        lambda naive: OFFICE.due_at(naive, hours(1)),
        lambda naive: OFFICE.elapsed(at("2026-11-23 09:00"), naive),
        lambda naive: OFFICE.is_open(naive),
        lambda naive: OFFICE.next_open(naive),
        lambda naive: OFFICE.spans(naive, naive),
        lambda naive: OFFICE.local_date(naive),
        lambda naive: OFFICE.due_after(naive, 1, "calendar_days"),
    ],
)
def test_naive_datetime_is_refused(ask):
    with pytest.raises(ValueError, match="needs a time zone"):
        ask(datetime(2026, 11, 23, 9))


@pytest.mark.parametrize(
    ("start", "allowance"),
    [
        ("1969-06-01", 1),
        ("2201-06-01", 1),
        ("9999-12-31", 1),
        ("2026-11-23", 10**7),
        ("2026-11-23", -(10**7)),
    ],
)
def test_years_beyond_the_calendar_are_refused(start, allowance):
    with pytest.raises(BeyondCalendar, match="1970 to 2200"):
        schedule().due_at(at(f"{start} 12:00"), hours(allowance))


def test_threads_and_pickled_copies_give_the_same_answers():
    fresh = pickle.loads(pickle.dumps(schedule("America/New_York")))
    starts = [datetime(2010 + index % 30, 1 + index % 12, 3, tzinfo=UTC) for index in range(200)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda start: fresh.due_at(start, hours(20)), starts))
    alone = schedule("America/New_York")
    assert together == [alone.due_at(start, hours(20)) for start in starts]
