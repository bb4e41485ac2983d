"""Sentences: filled, translated, kept as JSON."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sla.wording import Sentence, in_english, listed


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (50_000, "50,000"),
        (1_234.5, "1,234.5"),
        (90.0, "90"),
        (Decimal("60000.00"), "60,000"),
        (date(2026, 11, 2), "2 Nov 2026"),
        (datetime(2026, 11, 2, 9, 5, tzinfo=UTC), "2 Nov 2026, 09:05"),
        ("Energy", "Energy"),
        (True, "True"),
    ],
)
def test_values_are_written_for_english_readers(value: Any, expected: str) -> None:
    assert in_english(value) == expected


def test_sentence_within_a_sentence_is_translated_too() -> None:
    inner = Sentence("%(count)s days", {"count": 3})
    outer = Sentence("within %(time)s", {"time": inner})
    german = {"within %(time)s": "binnen %(time)s", "%(count)s days": "%(count)s Tagen"}
    assert str(outer) == "within 3 days"
    assert outer.say(german.__getitem__, str) == "binnen 3 Tagen"


def test_percent_sign_stands_with_and_without_values() -> None:
    assert str(Sentence("100%% sure")) == "100% sure"
    assert str(Sentence("%(share)s%%", {"share": 20})) == "20%"
    assert str(Sentence("%(text)s", {"text": "100%% of %(all)s"})) == "100%% of %(all)s"


def test_sentence_survives_json() -> None:
    params = {
        "on": date(2026, 1, 2),
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "inner": Sentence("x"),
        "n": 1.5,
    }
    sentence = Sentence("%(on)s %(at)s %(inner)s %(n)s", params)
    assert Sentence.from_json(sentence.to_json()) == sentence


def test_items_are_chained_by_pairs() -> None:
    assert str(listed(["a", "b", "c"], "%(first)s, %(rest)s")) == "a, b, c"
    assert str(listed(["a", "b", "c"], "%(first)s, %(rest)s", "%(first)s or %(rest)s")) == "a, b or c"
    assert listed(["a"], "%(first)s, %(rest)s") == "a"
