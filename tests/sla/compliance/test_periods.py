from datetime import UTC, date, datetime, timedelta

import pytest

from sla.compliance.periods import Period, month_of, quarter_of


@pytest.mark.parametrize(
    ("day", "first_on", "last_on"),
    [
        (date(2026, 2, 14), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2024, 2, 14), date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_month_of_day_is_whole(day: date, first_on: date, last_on: date) -> None:
    assert month_of(day) == Period(first_on, last_on)


def test_quarter_of_day_is_whole() -> None:
    assert quarter_of(date(2026, 11, 21)) == Period(date(2026, 10, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (month_of(date(2026, 3, 9)), month_of(date(2026, 2, 9))),
        (quarter_of(date(2026, 2, 9)), quarter_of(date(2025, 11, 9))),
        (Period(date(2026, 3, 9), date(2026, 3, 15)), Period(date(2026, 3, 2), date(2026, 3, 8))),
    ],
)
def test_period_before_is_of_the_same_kind(period: Period, before: Period) -> None:
    assert period.before == before


def test_period_begins_and_ends_in_its_own_zone() -> None:
    period = Period(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin")

    assert period.start_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert period.end_at - period.start_at.astimezone(UTC) == timedelta(hours=23)


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 10, 9)])
def test_month_in_which_the_clocks_change_is_over_at_its_end_and_not_before(day: date) -> None:
    period = month_of(day, "Europe/Berlin")
    end_at = period.end_at.astimezone(UTC)

    assert period.passed(end_at) == 1.0
    assert period.passed(end_at - timedelta(minutes=30)) < 1.0
    assert period.passed(period.start_at.astimezone(UTC)) == 0.0
