"""Points that decay, caps, the grid, tiers and intervals."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla import scoring
from sla.scoring import EngagementTerms, GridTerms, Level, PointsRule

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TERMS = EngagementTerms(
    21,
    (
        PointsRule("prospect", "attended", 8),
        PointsRule("prospect", "downloaded", 8, 24),
        PointsRule("prospect", "opened", 1, 1),
    ),
)


class Touch(NamedTuple):
    at: datetime
    side: str = "prospect"
    kind: str = "attended"


def ago(days: float, kind: str = "attended") -> Touch:
    return Touch(AT - timedelta(days=days), kind=kind)


@pytest.mark.parametrize(("days", "expected"), [(0, 8), (21, 4), (42, 2), (21 * 1_200, 0)])
def test_score_halves_with_each_half_life(days: float, expected: float) -> None:
    level = scoring.from_touches([ago(0)], TERMS).level
    assert scoring.score_at(level, AT + timedelta(days=days)) == pytest.approx(expected)


def test_score_of_ancient_touches_neither_overflows_nor_vanishes() -> None:
    terms = EngagementTerms(1, TERMS.rules)
    level = scoring.from_touches([Touch(AT + timedelta(days=365 * 60))], terms).level
    assert scoring.score_at(level, AT + timedelta(days=365 * 60)) == pytest.approx(8)


def test_touches_without_rule_earn_nothing() -> None:
    engagement = scoring.from_touches([ago(1, "visited")], TERMS)
    assert engagement == scoring.Engagement(TERMS.half_life_days)
    assert scoring.score_at(engagement.level, AT) == 0


def test_cap_holds_at_the_moment_of_the_touch() -> None:
    four = scoring.from_touches([ago(0, "downloaded")] * 4, TERMS)
    assert scoring.score_at(four.level, AT) == pytest.approx(24)
    later = AT + timedelta(days=21)
    assert scoring.score_at(four.level, later) == pytest.approx(12)
    fifth = scoring.from_touches([ago(0, "downloaded")] * 4 + [Touch(later, kind="downloaded")], TERMS)
    assert scoring.score_at(fifth.level, later) == pytest.approx(20)


def test_cap_of_one_kind_leaves_others_alone() -> None:
    engagement = scoring.from_touches([ago(0, "opened")] * 9 + [ago(0)] * 9, TERMS)
    assert scoring.score_at(engagement.level, AT) == pytest.approx(1 + 72)


def test_parts_say_what_was_given_and_what_is_left() -> None:
    engagement = scoring.from_touches([ago(21), ago(21), ago(21), *[ago(0, "downloaded")] * 4], TERMS)
    lines = scoring.parts(engagement, AT)
    assert [(line.kind, line.count) for line in lines] == [("downloaded", 4), ("attended", 3)]
    assert [(line.given, line.now) for line in lines] == [pytest.approx((24, 24)), pytest.approx((24, 12))]


_touches = st.lists(
    st.builds(
        ago, st.integers(0, 400).map(lambda tenth: tenth / 10), st.sampled_from(("attended", "downloaded"))
    ),
    max_size=15,
)


@given(_touches, st.integers(0, 60))
@settings(deadline=None)
def test_level_agrees_with_plain_sum_and_caps(touches: list[Touch], days: int) -> None:
    level = scoring.from_touches(sorted(touches), TERMS).level
    assert scoring.score_at(level, AT + timedelta(days=days)) == pytest.approx(_plainly(touches, days))


def _plainly(touches: list[Touch], days: int) -> float:
    total = 0.0
    for kind, points, cap in (("attended", 8, 1e9), ("downloaded", 8, 24)):
        held, moment = 0.0, AT - timedelta(days=99)
        for touch in sorted(touches):
            if touch.kind == kind:
                held = min(cap, held * 0.5 ** ((touch.at - moment) / timedelta(days=21)) + points)
                moment = touch.at
        total += held * 0.5 ** ((AT + timedelta(days=days) - moment) / timedelta(days=21))
    return total


@given(_touches.filter(bool), st.integers(1, 100))
@settings(deadline=None)
def test_crossing_is_where_the_shown_score_falls_below(touches: list[Touch], bar: int) -> None:
    level = scoring.from_touches(sorted(touches), TERMS).level
    falls_at = scoring.crossing(level, bar)
    assert falls_at is not None
    assert scoring.shown(scoring.score_at(level, falls_at + timedelta(milliseconds=1))) < bar
    assert scoring.shown(scoring.score_at(level, falls_at - timedelta(milliseconds=1))) >= bar
    assert not scoring.reaching(bar)(level, falls_at)
    assert scoring.reaching(bar)(level, falls_at - timedelta(microseconds=3))


def test_crossing_is_none_without_score_or_bar() -> None:
    assert scoring.crossing(scoring.from_touches([], TERMS).level, 10) is None
    assert scoring.crossing(Level(5, 21), 0) is None


@pytest.mark.parametrize(("score", "expected"), [(0, 0), (0.5, 1), (39.4999, 39), (39.5, 40), (40, 40)])
def test_shown_rounds_half_up(score: float, expected: int) -> None:
    assert scoring.shown(score) == expected


GRID = GridTerms(70, 40, 60, 25)


@pytest.mark.parametrize(
    ("fit", "engagement", "expected"),
    [
        (70, 60, "A1"),
        (69.5, 59.5, "A1"),
        (69, 59, "B2"),
        (40, 25, "B2"),
        (39, 24, "C3"),
        (100, 0, "A3"),
        (0, 100, "C1"),
        (None, 100, "C1"),
    ],
)
def test_grid_places_by_lower_bounds(fit: float | None, engagement: float, expected: str) -> None:
    assert scoring.grid(fit, engagement, GRID) == expected


class Tier(NamedTuple):
    code: str
    grid: tuple[str, ...] | None


@pytest.mark.parametrize(("cell", "expected"), [("A1", "top"), ("B1", "top"), ("C3", "standard")])
def test_tier_is_the_first_that_takes_the_cell(cell: str, expected: str) -> None:
    assert scoring.tier(cell, (Tier("top", ("A1", "B1")), Tier("standard", None))) == expected


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe, R. G. (1998), Statistics in Medicine 17:857-872, table I, Wilson without correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_agrees_with_published_intervals(k: int, n: int, low: float, high: float) -> None:
    assert scoring.wilson(k, n) == pytest.approx((low, high), abs=6e-5)


def test_wilson_contains_the_share_and_narrows() -> None:
    draw = random.Random(7)
    for _ in range(200):
        n = draw.randrange(1, 2_000)
        k = draw.randrange(n + 1)
        low, high = scoring.wilson(k, n)
        wider = scoring.wilson(k, n, 2.58)
        assert 0 <= wider.low <= low <= k / n <= high <= wider.high <= 1


@pytest.mark.parametrize(
    ("won", "n", "followed_share", "expected"),
    [
        (60, 100, 0.9, "proved"),
        (10, 100, 0.9, "refuted"),
        (33, 100, 0.9, "too_early"),
        (0, 0, 0.9, "too_early"),
        (60, 100, 0.7, "untested"),
        (10, 100, 0.79, "untested"),
        (10, 100, 0.8, "refuted"),
        (60, 100, None, "proved"),
    ],
)
def test_truth_never_judges_what_was_not_followed_up(
    won: int, n: int, followed_share: float | None, expected: str
) -> None:
    assert scoring.truth(won, n, followed_share, 0.3, 0.8) == expected
