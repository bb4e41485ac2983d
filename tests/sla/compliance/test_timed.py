"""A clock counts in the period in which it fell due; open and overdue is missed so far."""

from datetime import date, timedelta

import pytest

from sla.compliance import timed
from sla.compliance.periods import Filters, Period
from sla.compliance.timed import Count3
from tests.factories import NOW, make_lead, signed_version
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
EVERYTHING = Filters()


def test_clocks_kept_missed_and_open_are_counted_once_each() -> None:
    version = signed_version()
    yesterday = NOW - timedelta(days=1)
    rows.clock(version, "decide", yesterday, "met")
    rows.clock(version, "decide", yesterday, "late")
    rows.clock(version, "decide", yesterday, "breached")
    rows.clock(version, "decide", yesterday, "cancelled")
    rows.clock(version, "decide", NOW + timedelta(days=1), "running")

    assert timed.count(NOVEMBER, EVERYTHING, NOW) == {"decide": Count3(kept=1, missed=2, open=1)}


def test_overdue_clock_is_missed_before_the_sweep_has_been_by() -> None:
    rows.clock(signed_version(), "decide", NOW - timedelta(minutes=1), "running")

    assert timed.count(NOVEMBER, EVERYTHING, NOW)["decide"] == Count3(missed=1)


def test_clock_due_at_this_very_instant_is_still_open() -> None:
    rows.clock(signed_version(), "decide", NOW, "running")

    assert timed.count(NOVEMBER, EVERYTHING, NOW)["decide"] == Count3(open=1)


def test_clock_counts_where_it_fell_due_not_where_it_ended() -> None:
    version = signed_version()
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    rows.clock(version, "decide", NOW.replace(month=10, day=31), "late")

    assert timed.count(october, EVERYTHING, NOW)["decide"].missed == 1
    assert timed.count(NOVEMBER, EVERYTHING, NOW) == {}


def test_miss_that_was_cancelled_later_stays_a_miss() -> None:
    clock = rows.clock(signed_version(), "decide", NOW - timedelta(days=1), "cancelled")
    type(clock).objects.filter(pk=clock.pk).update(breached_at=clock.due_at)

    assert timed.count(NOVEMBER, EVERYTHING, NOW)["decide"] == Count3(missed=1)


def test_exceptions_leave_the_raw_figure_alone() -> None:
    version = signed_version()
    yesterday = NOW - timedelta(days=1)
    rows.clock(version, "decide", yesterday, "met")
    rows.clock(version, "decide", yesterday, "breached", is_excused=True)

    counted = timed.count(NOVEMBER, EVERYTHING, NOW)["decide"]

    assert (counted.rate, counted.rate_after_exceptions) == (0.5, 1.0)


def test_clock_of_a_later_owner_is_not_the_sides_score() -> None:
    rows.clock(signed_version(), "first_touch", NOW - timedelta(days=1), "breached", scope="person")

    assert timed.count(NOVEMBER, EVERYTHING, NOW) == {}


def test_filter_by_source_narrows() -> None:
    version = signed_version()
    rows.clock(version, "decide", NOW - timedelta(days=1), "met", lead=make_lead(source="Web"))
    rows.clock(version, "decide", NOW - timedelta(days=1), "late", lead=make_lead(source="Fair"))

    assert timed.count(NOVEMBER, Filters(source="Web"), NOW)["decide"] == Count3(kept=1)


def test_durations_are_of_clocks_that_were_met() -> None:
    version = signed_version()
    for state in ("met", "met", "late", "breached"):
        rows.clock(version, "decide", NOW - timedelta(days=1), state)

    found = timed.read(NOVEMBER, EVERYTHING, NOW).durations()
    assert found["decide"] == (timedelta(hours=3), timedelta(hours=6))


def test_trend_has_nine_weeks_and_gaps_where_nothing_fell_due() -> None:
    version = signed_version()
    rows.clock(version, "decide", NOW - timedelta(days=1), "met")
    rows.clock(version, "decide", NOW - timedelta(weeks=3), "late")
    period = Period(date(2026, 11, 1), NOW.date())

    trend = timed.read(None, EVERYTHING, NOW).trends(period)["decide"]

    assert trend == (None, None, None, None, None, 0.0, None, None, 1.0)
