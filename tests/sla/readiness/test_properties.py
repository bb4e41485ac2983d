"""The evaluator against a naive model, over random trees and facts."""

import dataclasses
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sla import readiness
from sla.readiness import Facts
from tests.sla.readiness import naive
from tests.sla.readiness.invented import AT, TERMS, criteria, criteria_on_the_hour, facts, parsed

#: Rounding may move the moment of a decaying score by this much.
BLUR = timedelta(microseconds=3)


def off_the_edge(known: Facts, at: datetime) -> bool:
    """Leave out scores that lie on a rounding edge, where two ways of summing may differ."""
    return abs(naive.score(known, at) % 1 - 0.5) > 1e-6


@given(criteria, facts(), st.integers(0, 60 * 24))
@settings(max_examples=400, deadline=None)
def test_verdict_agrees_with_naive_model(data: dict[str, Any], known: Facts, minutes: int) -> None:
    at = AT + timedelta(minutes=minutes)
    assume(off_the_edge(known, at))
    verdict = readiness.judge(parsed(data), known, at)
    assert verdict.value == naive.verdict(data, known, at)


@given(criteria, facts())
@settings(max_examples=200, deadline=None)
def test_bulk_says_what_one_verdict_says(data: dict[str, Any], known: Facts) -> None:
    compiled = readiness.compile(parsed(data))
    verdict = readiness.judge(compiled, known, AT)
    assert compiled.look(known, AT) == (verdict.value, verdict.valid_until)
    assert compiled.vector(known, AT) == [leaf.value for leaf in verdict.leaves]
    untils = [leaf.valid_until for leaf in verdict.leaves if leaf.valid_until]
    assert verdict.valid_until == min(untils, default=None)


@given(criteria, st.lists(facts(), min_size=2, max_size=6))
@settings(max_examples=150, deadline=None)
def test_what_is_remembered_of_one_lead_changes_no_verdict_on_another(
    data: dict[str, Any], leads: list[Facts]
) -> None:
    compiled = readiness.compile(parsed(data))
    for known in [*leads, *leads]:
        assume(off_the_edge(known, AT))
        assert compiled.value(known, AT) == naive.verdict(data, known, AT)


@given(criteria, st.lists(facts(), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_crowd_passes_one_by_one(data: dict[str, Any], leads: list[Facts]) -> None:
    compiled = readiness.compile(parsed(data))
    said = zip(*(compiled.vector(known, AT) for known in leads), strict=True)
    crowds = [readiness.Crowd(_bits(leaf, True), _bits(leaf, None)) for leaf in said]
    passing = readiness.passing(compiled.criterion, crowds)
    assert passing == _bits([compiled.value(known, AT) for known in leads], True)


def _bits(said: Iterable[bool | None], wanted: bool | None) -> int:
    return sum(1 << place for place, value in enumerate(said) if value is wanted)


@given(criteria, facts(), st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_no_leaf_changes_before_valid_until(data: dict[str, Any], known: Facts, share: float) -> None:
    compiled = readiness.compile(parsed(data))
    before = compiled.vector(known, AT)
    _, until = compiled.look(known, AT)
    last = until - BLUR if until else AT + timedelta(days=400)
    assume(last >= AT)
    assert compiled.vector(known, AT + (last - AT) * share) == before


@given(criteria, facts())
@settings(max_examples=300, deadline=None)
def test_a_leaf_changes_at_valid_until(data: dict[str, Any], known: Facts) -> None:
    compiled = readiness.compile(parsed(data))
    _, until = compiled.look(known, AT)
    later = compiled.vector(known, until or AT + timedelta(days=4_000))
    assert (later != compiled.vector(known, AT)) is (until is not None)


@given(criteria, facts())
@settings(max_examples=100, deadline=None)
def test_verdict_survives_json(data: dict[str, Any], known: Facts) -> None:
    verdict = readiness.judge(parsed(data), known, AT)
    assert readiness.Verdict.from_json(verdict.to_json()) == verdict


@given(criteria)
@settings(max_examples=200, deadline=None)
def test_criterion_survives_json(data: dict[str, Any]) -> None:
    criterion = parsed(data)
    assert parsed(readiness.dump_criterion(criterion)) == criterion


@given(criteria_on_the_hour, facts())
@settings(max_examples=120, deadline=None)
def test_ready_since_agrees_with_hourly_recount(data: dict[str, Any], known: Facts) -> None:
    assert readiness.ready_since(parsed(data), known, AT, TERMS) == _hourly(data, known)


def _hourly(data: dict[str, Any], known: Facts) -> datetime | None:
    """Walk back hour by hour from AT to the first moment anything is known, as long as the gate is met."""
    moments = [*(touch.at for touch in known.touches or ()), *known.known_at.values()]
    first = min(moments, default=AT)
    since = None
    for hours in range(math.ceil((AT - first) / timedelta(hours=1)) + 1):
        at = AT - timedelta(hours=hours)
        if naive.verdict(data, _seen(known, at), at) is not True:
            break
        since = at
    return since


def _seen(known: Facts, at: datetime) -> Facts:
    later = {name for name, moment in known.known_at.items() if moment > at}
    hidden: dict[str, Any] = {name: None for name in later if "." not in name}
    if "budget" in later:
        hidden["budget_currency"] = None
    if "attributes.size" in later:
        hidden["attributes"] = {}
    return dataclasses.replace(known, **hidden)
