"""A badge repeats the worker's verdict and never reaches one of its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal import badges

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
STARTED = {"started_at": NOW - HOUR, "due_at": NOW + 3 * HOUR}
OVERDUE = {"started_at": NOW - 3 * HOUR, "due_at": NOW - HOUR}


@pytest.mark.parametrize(
    ("state", "facts", "shown", "time"),
    [
        ("running", STARTED, "running", "3 h"),
        ("running", {**STARTED, "warned_at": NOW}, "soon", "3 h"),
        ("running", {**OVERDUE, "warned_at": NOW, "breached_at": NOW}, "late", "1 h"),
        ("breached", {**OVERDUE, "breached_at": NOW}, "late", "1 h"),
        ("paused", {**STARTED, "remaining": timedelta(minutes=135)}, "paused", "2 h 15 m"),
        ("met", {**STARTED, "ended_at": NOW}, "kept", "1 h"),
        ("met", {**OVERDUE, "breached_at": NOW, "ended_at": NOW}, "kept_late", "1 h"),
        ("met", {**OVERDUE, "lateness": timedelta(minutes=12)}, "kept_late", "12 m"),
        ("cancelled", STARTED, "cancelled", ""),
        ("not_started", {}, "not_started", ""),
        ("too_few", {}, "too_few", ""),
        ("something new", {}, "unknown", ""),
    ],
)
def test_badge_shows_state_and_time(state: str, facts: dict[str, Any], shown: str, time: str) -> None:
    badge = badges.badge_for(state, now=NOW, **facts)
    assert (badge.state, badge.span_text) == (shown, time)
    assert badge.word == badges.WORDS[shown]


def test_overdue_clock_is_not_late_until_the_worker_says_so() -> None:
    badge = badges.badge_for("running", now=NOW, **OVERDUE)
    assert (badge.state, badge.span_text, badge.left_share) == ("running", "0 s", 0)


def test_ring_shows_the_share_of_time_left() -> None:
    assert badges.badge_for("running", now=NOW, **STARTED).left_share == 0.75
    assert badges.badge_for("paused", now=NOW, **STARTED).left_share is None
    assert badges.badge_for("running", now=NOW, due_at=NOW).left_share is None


@pytest.mark.parametrize(
    ("state", "facts", "counts"),
    [
        ("running", STARTED, "down"),
        ("breached", OVERDUE, "up"),
        ("paused", STARTED, ""),
        ("met", STARTED, ""),
        ("running", {}, ""),
    ],
)
def test_only_running_and_late_times_move(state: str, facts: dict[str, Any], counts: str) -> None:
    assert badges.badge_for(state, now=NOW, **facts).counts == counts
