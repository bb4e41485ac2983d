"""Spans, shares and moments are said briefly and never made more exact than they are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from portal import wording

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=60), "1 m"),
        (timedelta(minutes=18, seconds=59), "18 m"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=5, minutes=3), "5 h 03 m"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 m"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (-timedelta(minutes=41), "41 m"),
    ],
)
def test_span_has_two_units_at_most(span: timedelta, said: str) -> None:
    assert wording.span_text(span) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOW, "10:00"),
        (NOW + timedelta(hours=13, minutes=59), "23:59"),
        (NOW + timedelta(hours=14), "Thu 00:00"),
        (NOW - timedelta(days=6), "Thu 10:00"),
        (NOW + timedelta(days=12), "30 Nov, 10:00"),
        (NOW + timedelta(days=103), "1 Mar 2027, 10:00"),
    ],
)
def test_moment_says_only_as_much_as_today_leaves_open(moment: datetime, said: str) -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert wording.moment_text(moment, NOW) == said


@pytest.mark.parametrize(
    ("kept", "total", "said"), [(3, 4, "3 of 4"), (0, 0, "0 of 0"), (4, 5, "80%"), (289, 356, "81%")]
)
def test_share_of_few_cases_is_said_in_counts(kept: int, total: int, said: str) -> None:
    assert wording.share_of(kept, total) == said


@pytest.mark.parametrize(
    ("share", "digits", "said"), [(0.813, 0, "81%"), (0.29099, 1, "29.1%"), (None, 0, "–"), (1.0, 0, "100%")]
)
def test_share_is_rounded_not_cut(share: float | None, digits: int, said: str) -> None:
    assert wording.share_text(share, digits) == said


@pytest.mark.parametrize(("value", "said"), [(2, "+2"), (-7, "−7"), (0, "0"), (0.56, "+0.6"), (-1.0, "−1")])
def test_change_carries_its_sign(value: float, said: str) -> None:
    assert wording.signed_text(value) == said


def test_numbers_follow_the_readers_language() -> None:
    with translation.override("de"):
        assert wording.count_text(41200) == "41.200"
        assert wording.share_text(0.337, 1) == "33,7%"


@pytest.mark.parametrize(
    ("name", "letters"), [("Mia Keller", "MK"), ("Ana de la Cruz", "AC"), ("Cher", "C"), (" ", "?")]
)
def test_initials_are_first_and_last(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (37, "37"), (912_115.4, "912,000"), (4_081_500, "4,080,000"), (999_600, "1,000,000")],
)
def test_estimate_claims_no_more_than_three_digits(value: float, said: str) -> None:
    assert wording.rough_text(value) == said
