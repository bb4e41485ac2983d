"""Verdicts with their reasons, folds with unknowns, and since when a gate has been met."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sla import readiness, scoring
from sla.readiness import Facts, TouchFact
from sla.wording import Sentence
from tests.sla.readiness.invented import parsed

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MET = {"fact": "employees", "op": ">=", "value": 1}
MISSED = {"fact": "employees", "op": ">=", "value": 100}
UNKNOWN = {"fact": "industry", "op": "=", "value": "Energy"}
FACTS = Facts(employees=50)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ({"all": [MET, MET]}, True),
        ({"all": [MET, UNKNOWN]}, None),
        ({"all": [MISSED, UNKNOWN]}, False),
        ({"any": [MET, UNKNOWN]}, True),
        ({"any": [MISSED, UNKNOWN]}, None),
        ({"any": [MISSED, MISSED]}, False),
        ({"at_least": 2, "of": [MET, UNKNOWN, MISSED]}, None),
        ({"at_least": 2, "of": [MET, MISSED, MISSED]}, False),
        ({"at_least": 1, "of": [MET, UNKNOWN, MISSED]}, True),
        ({"all": [MET, {**UNKNOWN, "unknown": "missed"}]}, False),
        ({"all": [MET, {**UNKNOWN, "unknown": "met"}]}, True),
        ({"all": [{"any": [MISSED, {**UNKNOWN, "unknown": "met"}]}, MET]}, True),
        ({**UNKNOWN, "unknown": "met"}, True),
    ],
)
def test_fold_counts_unknown_as_agreed(criterion: dict[str, Any], expected: bool | None) -> None:
    verdict = readiness.judge(parsed(criterion), FACTS, AT)
    assert verdict.value is expected
    assert verdict.is_ready is (expected is True)


def leaf(criterion: dict[str, Any], facts: Facts) -> readiness.LeafVerdict:
    return readiness.judge(parsed(criterion), facts, AT).leaves[0]


TOUCHES = tuple(
    TouchFact(AT - timedelta(days=days), "prospect", "visited", 2, None, days) for days in (9, 5, 3, 1)
)


@pytest.mark.parametrize(
    ("criterion", "facts", "said"),
    [
        (MET, FACTS, ("Employees", "1 or more", "50", ("employees",))),
        (UNKNOWN, FACTS, ("Industry", "Energy", "not known", ())),
        (
            {"fact": "title", "op": "contains", "value": ["sales", "event", "mail"]},
            Facts(title="sales"),
            ("Title", "contains sales, event or mail", "sales", ("title",)),
        ),
        (
            {"bant": "budget", "op": ">", "value": 50000, "currency": "EUR"},
            Facts(budget=60000, budget_currency="USD"),
            ("Budget", "more than 50,000 EUR", "60,000 USD", ("bant.budget",)),
        ),
        (
            {"bant": "authority", "op": "in", "value": ["CEO", "CFO"]},
            Facts(met_role="CFO"),
            ("Authority", "CEO or CFO", "CFO", ("bant.authority",)),
        ),
        (
            {"bant": "timing", "within_days": 180},
            Facts(timing_on=date(2027, 1, 9)),
            ("Timing", "in less than 180 days", "9 Jan 2027, in 50 days", ("bant.timing",)),
        ),
        (
            {"touches": {"kinds": ["visited"]}, "at_least": 2, "within_days": 7, "label": "Interest"},
            Facts(touches=TOUCHES),
            (
                "Interest",
                "at least 2 (visited) in 7 days",
                "3, latest 19 Nov 2026, 12:00",
                ("touch:1", "touch:3"),
            ),
        ),
        (
            {"touches": {"evidence": "two_way"}, "at_least": 1, "within_days": 7},
            Facts(touches=TOUCHES),
            ("Touches", "at least 1 (two-way) in 7 days", "none", ()),
        ),
        (
            {"score": "fit", "op": ">=", "value": 40},
            Facts(fit=39.5),
            ("Fit score", "40 or more", "40", ("score.fit",)),
        ),
        (
            {"fact": "attributes.Tech stack", "op": "known"},
            Facts(attributes={"Tech stack": "100% cloud"}),
            ("Tech stack", "known", "100% cloud", ("attributes.Tech stack",)),
        ),
    ],
)
def test_leaf_explains_itself(criterion: dict[str, Any], facts: Facts, said: tuple[Any, ...]) -> None:
    judged = leaf(criterion, facts)
    assert (str(judged.label), str(judged.need), str(judged.fact), judged.proof) == said


def test_leaf_keeps_bare_value_beside_what_it_counted_as() -> None:
    judged = leaf({**UNKNOWN, "unknown": "missed"}, FACTS)
    assert (judged.value, judged.counted) == (None, False)


def test_paths_lead_to_the_leaves() -> None:
    verdict = readiness.judge(
        parsed({"all": [MET, {"at_least": 1, "of": [MISSED, {"any": [UNKNOWN]}]}]}), FACTS, AT
    )
    assert [judged.path for judged in verdict.leaves] == ["all[0]", "all[1].of[0]", "all[1].of[1].any[0]"]


def test_verdict_is_spoken_in_another_language() -> None:
    german = {"not known": "nicht bekannt", "Industry": "Branche"}
    judged = leaf(UNKNOWN, FACTS)
    assert judged.fact.say(lambda text: german.get(text, text)) == "nicht bekannt"
    assert judged.label.say(lambda text: german.get(text, text)) == "Branche"


def test_ready_since_is_the_touch_that_completed_the_gate() -> None:
    gate = parsed({"all": [MET, {"touches": {}, "at_least": 3, "within_days": 14}]})
    assert readiness.ready_since(gate, Facts(employees=50, touches=TOUCHES), AT) == TOUCHES[2].at


def test_ready_since_is_the_fact_that_came_last() -> None:
    known_at = AT - timedelta(hours=5)
    gate = parsed({"all": [MET, {"touches": {}, "at_least": 3, "within_days": 14}]})
    facts = Facts(employees=50, touches=TOUCHES, known_at={"employees": known_at})
    assert readiness.ready_since(gate, facts, AT) == known_at


def test_ready_since_starts_anew_after_a_gap() -> None:
    gate = parsed({"touches": {}, "at_least": 1, "within_days": 2})
    assert readiness.ready_since(gate, Facts(touches=TOUCHES), AT) == TOUCHES[1].at


def test_ready_since_is_the_day_on_which_timing_came_near() -> None:
    facts = Facts(timing_on=date(2026, 12, 1), known_at={"timing_on": AT - timedelta(days=90)})
    gate = parsed({"bant": "timing", "within_days": 30})
    assert readiness.ready_since(gate, facts, AT) == datetime(2026, 11, 2, tzinfo=UTC)


def test_ready_since_recounts_past_engagement() -> None:
    terms = scoring.EngagementTerms(21, (scoring.PointsRule("prospect", "visited", 10),))
    facts = Facts(touches=TOUCHES, engagement=scoring.from_touches(TOUCHES, terms).level)
    gate = parsed({"score": "engagement", "op": ">=", "value": 24})
    assert readiness.ready_since(gate, facts, AT, terms) == TOUCHES[2].at
    assert readiness.ready_since(gate, facts, AT) == TOUCHES[3].at


def test_ready_since_is_none_when_not_ready() -> None:
    assert readiness.ready_since(parsed(UNKNOWN), FACTS, AT) is None


def test_ready_since_is_now_when_nothing_has_a_time() -> None:
    assert readiness.ready_since(parsed(MET), FACTS, AT) == AT


class Rule:
    def __init__(self, points: float, when: dict[str, Any]) -> None:
        self.label, self.points, self.when = "", points, parsed(when)


def test_fit_adds_points_of_rules_met_until_time_changes_one() -> None:
    rules = [
        Rule(30, MET),
        Rule(20, MISSED),
        Rule(10, UNKNOWN),
        Rule(5, {"bant": "timing", "within_days": 10}),
    ]
    fit = readiness.compile_fit(rules)(Facts(employees=50, timing_on=date(2026, 12, 1)), AT)
    assert fit.value == 30
    assert [part.value for part in fit.parts] == [True, False, None, False]
    assert fit.valid_until == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("points", "expected"), [((80, 40), 100), ((30, -60), 0)])
def test_fit_stays_within_0_and_100(points: tuple[int, ...], expected: float) -> None:
    assert readiness.compile_fit([Rule(each, MET) for each in points])(FACTS, AT).value == expected


def test_description_reads_as_one_sentence() -> None:
    gate = parsed(
        {"all": [MET, {"at_least": 1, "of": [MISSED, UNKNOWN], "label": "Means"}, {"any": [UNKNOWN]}]}
    )
    assert str(readiness.describe(gate)) == (
        "all of these: Employees: 1 or more; "
        "Means (at least 1 of these 2: Employees: 100 or more; Industry: Energy); (Industry: Energy)"
    )
    assert readiness.describe(None) == Sentence("every lead")
