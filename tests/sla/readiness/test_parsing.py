"""Faults of a criterion, each with its path and a sentence."""

from typing import Any

import pytest

from sla import readiness
from sla.reading import Problem

LEAF = {"fact": "employees", "op": ">=", "value": 50}


def faults(data: Any) -> dict[str, str]:
    problems: list[Problem] = []
    assert readiness.parse_criterion(data, "gate", problems) is None
    return {problem.path: str(problem.sentence) for problem in problems}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (3, "gate"),
        ({}, "gate"),
        ({"all": []}, "gate.all"),
        ({"all": LEAF}, "gate.all"),
        ({"any": [LEAF], "lable": "x"}, "gate.lable"),
        ({"at_least": 0, "of": [LEAF]}, "gate.at_least"),
        ({"at_least": 2, "of": [LEAF]}, "gate.at_least"),
        ({"of": [LEAF]}, "gate.at_least"),
        ({**LEAF, "fact": "employes"}, "gate.fact"),
        ({**LEAF, "fact": "attributes."}, "gate.fact"),
        ({**LEAF, "op": "=>"}, "gate.op"),
        ({**LEAF, "op": "contains"}, "gate.op"),
        ({**LEAF, "value": "50"}, "gate.value"),
        ({**LEAF, "value": True}, "gate.value"),
        ({**LEAF, "value": float("nan")}, "gate.value"),
        ({**LEAF, "op": "in", "value": []}, "gate.value"),
        ({**LEAF, "op": "in", "value": 50}, "gate.value"),
        ({**LEAF, "op": "known"}, "gate.value"),
        ({**LEAF, "unknown": "maybe"}, "gate.unknown"),
        ({"fact": "industry", "op": ">", "value": "A"}, "gate.op"),
        ({"fact": "industry", "op": "=", "value": " "}, "gate.value"),
        ({"fact": "industry", "op": "=", "value": "a\x00"}, "gate.value"),
        ({"fact": "industry", "op": "=", "value": "a\ud800"}, "gate.value"),
        ({"fact": "consent", "op": "=", "value": "yes"}, "gate.value"),
        ({"bant": "timing", "within_days": 0}, "gate.within_days"),
        ({"bant": "timing", "within_days": 30, "op": "<"}, "gate.op"),
        ({"bant": "budget", "op": ">", "value": 1, "currency": "euro"}, "gate.currency"),
        ({"bant": "budgets", "op": "known"}, "gate.bant"),
        ({"touches": {"kinds": ["visitd"]}, "at_least": 1, "within_days": 7}, "gate.touches.kinds[0]"),
        ({"touches": {"sides": ["sales"], "kinds": ["visited"]}, "at_least": 1}, "gate.touches.kinds[0]"),
        ({"touches": {}, "at_least": 1}, "gate.within_days"),
        ({"touches": {"side": "sales"}, "at_least": 1, "within_days": 7}, "gate.touches.side"),
        ({"touches": {}, "at_least": 1, "within_days": 366}, "gate.within_days"),
        ({"touches": {}, "at_least": 1.5, "within_days": 7}, "gate.at_least"),
        ({"score": "fit", "op": "=", "value": 4}, "gate.op"),
        ({"score": "fit", "op": ">=", "value": 4.5}, "gate.value"),
    ],
)  # fmt: skip
def test_fault_names_its_path(data: Any, path: str) -> None:
    assert path in faults(data)


def test_all_faults_are_found_in_one_reading() -> None:
    data = {"all": [{**LEAF, "op": "?"}, {"any": [{**LEAF, "value": "x"}, {}]}]}
    assert list(faults(data)) == ["gate.all[0].op", "gate.all[1].any[0].value", "gate.all[1].any[1]"]


def test_nesting_without_end_is_refused() -> None:
    data: dict[str, Any] = LEAF
    for _ in range(10):
        data = {"all": [data]}
    assert list(faults(data).values()) == ["Criteria are nested deeper than 10."]


def test_sentence_names_the_choices() -> None:
    assert (
        faults({**LEAF, "unknown": "maybe"})["gate.unknown"] == "“maybe” is not one of missed, met, unknown."
    )
