"""Every kind of leaf: what is met, missed and unknown, and until when."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from leads import choices
from sla import readiness, scoring
from sla.readiness import EVIDENCE, TOUCH_KINDS, Facts, TouchFact
from tests.sla.readiness.invented import parsed

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def touch(
    days_ago: float, kind: str = "visited", evidence: str = "logged", side: str = "prospect"
) -> TouchFact:
    return TouchFact(AT - timedelta(days=days_ago), side, kind, EVIDENCE[evidence], None, int(days_ago * 10))


def value(leaf: dict[str, Any], facts: Facts) -> bool | None:
    return readiness.compile(parsed(leaf)).value(facts, AT)


@pytest.mark.parametrize(
    ("op", "wanted", "employees", "expected"),
    [
        (">=", 50, 50, True),
        (">=", 50, 49, False),
        (">", 50, 50, False),
        ("<", 50, 49, True),
        ("<=", 50, 51, False),
        ("=", 50, 50, True),
        ("!=", 50, 50, False),
        ("in", [10, 50], 50, True),
        ("not_in", [10, 50], 51, True),
        (">=", 50, None, None),
        ("!=", 50, None, None),
        ("not_in", [10], None, None),
        (">", 49.5, 50, True),
    ],
)
def test_number_fact_compares(op: str, wanted: Any, employees: int | None, expected: bool | None) -> None:
    assert value({"fact": "employees", "op": op, "value": wanted}, Facts(employees=employees)) is expected


@pytest.mark.parametrize(
    ("op", "wanted", "industry", "expected"),
    [
        ("=", "Health care", " health  CARE ", True),
        ("=", "Straße", "STRASSE", True),
        ("!=", "Energy", "Retail", True),
        ("in", ["Energy", "Retail"], "retail", True),
        ("in", ["Energy"], "Energy equipment", False),
        ("not_in", ["Energy"], "energy", False),
        ("contains", "equip", "Energy Equipment", True),
        ("contains", ["pump", "valve"], "Valves", True),
        ("contains", "pump", "Valves", False),
        ("in", ["Energy"], "  ", None),
        ("contains", "e", "", None),
        ("not_in", ["Energy"], None, None),
    ],
)
def test_text_fact_ignores_case_and_blanks(
    op: str, wanted: Any, industry: str | None, expected: bool | None
) -> None:
    assert value({"fact": "industry", "op": op, "value": wanted}, Facts(industry=industry)) is expected


@pytest.mark.parametrize(
    ("op", "wanted", "size", "expected"),
    [
        (">=", 50, "50", True),
        (">=", 50, " 49.5 ", False),
        (">=", 50, "about 50", None),
        (">=", 50, True, None),
        (">=", 50, Decimal("50.0"), True),
        ("=", 50, "50.0", True),
        ("=", "050", "50", False),
        ("=", "50", 50, True),
        ("=", True, True, True),
        ("=", True, "TRUE", True),
        ("=", True, 1, False),
        ("=", 1, True, False),
        ("in", ["red", "blue"], ["green", "Blue"], True),
        ("contains", "lue", ["green", "Blue"], True),
        ("=", "red", [], None),
        ("=", "red", {"shade": "red"}, None),
        ("contains", "red", {"shade": "red"}, None),
        (">", 1, float("nan"), None),
    ],
)
def test_attribute_compares_by_what_it_is(op: str, wanted: Any, size: Any, expected: bool | None) -> None:
    leaf = {"fact": "attributes.size", "op": op, "value": wanted}
    assert value(leaf, Facts(attributes={"size": size})) is expected


@pytest.mark.parametrize(("title", "expected"), [("CEO", True), (" ", False), (None, False)])
def test_known_is_never_unknown(title: str | None, expected: bool) -> None:
    assert value({"fact": "title", "op": "known"}, Facts(title=title)) is expected


@pytest.mark.parametrize(
    ("budget", "currency", "expected"),
    [
        (60_000, "EUR", True),
        (50_000, "EUR", False),
        (60_000, "USD", None),
        (60_000, None, None),
        (None, "EUR", None),
    ],
)
def test_budget_in_another_currency_is_unknown(
    budget: int | None, currency: str | None, expected: bool | None
) -> None:
    leaf = {"bant": "budget", "op": ">", "value": 50_000, "currency": "EUR"}
    assert value(leaf, Facts(budget=budget, budget_currency=currency)) is expected


def test_budget_without_currency_compares_bare_amounts() -> None:
    assert (
        value({"bant": "budget", "op": ">", "value": 50_000}, Facts(budget=60_000, budget_currency="USD"))
        is True
    )


@pytest.mark.parametrize(
    ("timing_on", "expected", "until"),
    [
        (date(2026, 11, 21), True, None),
        (date(2027, 5, 18), True, None),
        (date(2027, 5, 19), False, datetime(2026, 11, 21, tzinfo=UTC)),
        (date(2026, 1, 1), True, None),
        (None, None, None),
    ],
)
def test_timing_becomes_met_by_waiting(
    timing_on: date | None, expected: bool | None, until: datetime | None
) -> None:
    gate = readiness.compile(parsed({"bant": "timing", "within_days": 180}))
    assert gate.look(Facts(timing_on=timing_on), AT) == (expected, until)


def test_touches_count_within_the_window_only() -> None:
    gate = readiness.compile(parsed({"touches": {}, "at_least": 2, "within_days": 14}))
    facts = Facts(touches=(touch(14), touch(13), touch(2)))
    assert gate.look(facts, AT) == (True, AT + timedelta(days=1))
    assert gate.value(facts, AT + timedelta(days=1)) is False
    assert gate.value(facts, AT + timedelta(days=1, microseconds=-1)) is True


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"kinds": ["visited"]}, 1),
        ({"kinds": ["visited", "call"]}, 3),
        ({"sides": ["sales"]}, 1),
        ({"sides": ["marketing", "sales"], "kinds": ["call"]}, 2),
        ({"evidence": "synced"}, 1),
        ({}, 3),
    ],
)
def test_touches_count_by_side_kind_and_evidence(wanted: dict[str, Any], expected: int) -> None:
    touches = (touch(3), touch(2, "call", "status", "marketing"), touch(1, "call", "two_way", "sales"))
    met = [
        value({"touches": wanted, "at_least": count, "within_days": 7}, Facts(touches=touches))
        for count in (1, 2, 3)
    ]
    assert met.count(True) == expected


def test_touches_after_the_moment_do_not_exist_yet() -> None:
    leaf = {"touches": {}, "at_least": 1, "within_days": 7}
    assert value(leaf, Facts(touches=(touch(-1),))) is False


def test_touches_not_recorded_are_unknown() -> None:
    assert value({"touches": {}, "at_least": 1, "within_days": 7}, Facts(touches=None)) is None


@pytest.mark.parametrize(
    ("op", "bar", "expected"),
    [
        (">=", 40, True),
        (">", 39, True),
        (">", 40, False),
        ("<", 40, False),
        ("<=", 40, True),
        (">=", 41, False),
    ],
)
def test_score_compares_as_shown(op: str, bar: int, expected: bool) -> None:
    assert value({"score": "fit", "op": op, "value": bar}, Facts(fit=39.5)) is expected


def test_engagement_is_met_until_it_decays() -> None:
    terms = scoring.EngagementTerms(10, (scoring.PointsRule("prospect", "visited", 80),))
    facts = Facts(engagement=scoring.from_touches([touch(0)], terms).level)
    gate = readiness.compile(parsed({"score": "engagement", "op": ">=", "value": 20}))
    is_met, until = gate.look(facts, AT)
    assert is_met is True
    assert until is not None
    assert gate.value(facts, until) is False
    assert gate.value(facts, until - timedelta(microseconds=3)) is True
    below = readiness.compile(parsed({"score": "engagement", "op": "<", "value": 20}))
    assert below.look(facts, AT) == (False, until)


def test_scores_not_counted_yet_are_unknown() -> None:
    assert value({"score": "fit", "op": ">=", "value": 0}, Facts()) is None
    assert value({"score": "engagement", "op": ">=", "value": 0}, Facts()) is None


def test_codes_of_touches_are_those_of_the_facts() -> None:
    assert {grade: code.value for grade, code in zip(EVIDENCE, choices.Evidence, strict=True)} == EVIDENCE
    assert {str(side): kinds for side, kinds in choices.KINDS_OF_SIDE.items()} == TOUCH_KINDS
