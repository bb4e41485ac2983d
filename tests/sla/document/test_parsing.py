"""Agreements read strictly: every fault with its path, every contradiction named."""

import copy
from typing import Any

import pytest

from sla import choices, document

Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    """Return the shipped agreement with a second leg, from qualifier to closer."""
    data = document.default_agreement()
    first = data["legs"][0]
    data["legs"].append(
        {**first, "leg": 2, "code": "qualifier_to_closer", "from_side": "sales", "gate": "qualification"}
    )
    for code in ("decide", "hand_over"):
        copied = next(each for each in data["commitments"] if each["code"] == code)
        data["commitments"].append(
            {**copy.deepcopy(copied), "code": f"closer_{code}", "leg": 2, "side": "sales"}
        )
    return data


def faults(data: Any) -> dict[str, str]:
    with pytest.raises(document.InvalidDocument) as caught:
        document.parse(data)
    return {problem.path: str(problem.sentence) for problem in caught.value.problems}


def edit(data: Data, path: str, value: Any) -> None:
    """Set, or with `...` remove, what a path such as `legs[0].code` leads to."""
    *steps, last = path.replace("[", ".[").split(".")
    place: Any = data
    for step in steps:
        place = place[int(step[1:-1])] if step.startswith("[") else place[step]
    key = int(last[1:-1]) if last.startswith("[") else last
    if value is ...:
        del place[key]
    else:
        place[key] = value


def commitment(data: Data, code: str) -> str:
    codes = [each["code"] for each in data["commitments"]]
    return f"commitments[{codes.index(code)}]"


def test_default_agreement_is_without_fault() -> None:
    agreement = document.parse(document.default_agreement())
    assert 9 <= len(agreement.reasons) <= 12
    assert len({reason.group for reason in agreement.reasons}) == 4
    assert {each.kind for each in agreement.commitments} == set(document.KINDS)


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("title", ..., "title"),
        ("title", " ", "title"),
        ("title", "a\x00b", "title"),
        ("format", "concord/agreement/2", "format"),
        ("starts_on", "1 Dec 2026", "starts_on"),
        ("starts_on", "20261201", "starts_on"),
        ("is_baseline", "no", "is_baseline"),
        ("legs", [], "legs"),
        ("legs[0]", 5, "legs[0]"),
        ("legs[0].code", "Leg one", "legs[0].code"),
        ("legs[1].gate", "readyness", "legs[1].gate"),
        ("stages[0].owner", "referee", "stages[0].owner"),
        ("stages[0].code", "lead", "stages[0].code"),
        ("stages[0].stale_after_business_days", 0, "stages[0].stale_after_business_days"),
        ("fit[0].when.op", "=>", "fit[0].when.op"),
        ("fit[0].when", None, "fit[0].when"),
        ("engagement.half_life_days", 0, "engagement.half_life_days"),
        ("engagement.points[0].cap", 0.5, "engagement.points[0].cap"),
        ("engagement.points[0].kind", "call", "engagement.points[0].kind"),
        ("grid.fit.A", 30, "grid.fit.A"),
        ("grid.fit.C", 0, "grid.fit.C"),
        ("tiers[0].grid", ["A4"], "tiers[0].grid[0]"),
        ("gates.readiness", None, "gates.readiness"),
        ("gates.readiness", {"all": []}, "gates.readiness.all"),
        ("gates.readyness", {}, "gates.readyness"),
        ("dossier", ["sources"], "dossier[0]"),
        ("record", ["bant", "bant"], "record"),
        ("reasons[0].disposition", "later", "reasons[0].disposition"),
        ("reasons[0].contradicted_by.op", 1, "reasons[0].contradicted_by.op"),
        ("tracks[0].steps[0].kind", "visited", "tracks[0].steps[0].kind"),
        ("valve.free_capacity_below", 10, "valve.free_capacity_below"),
        ("calendars.sales", ..., "calendars.sales"),
        ("commitments[0].kind", "decides", "commitments[0].kind"),
        ("commitments[0].target", 90, "commitments[0].target"),
        ("commitments[0].target", None, "commitments[0].target"),
        ("commitments[0].is_on", 1, "commitments[0].is_on"),
        ("commitments[0].warn_at", 1, "commitments[0].warn_at"),
        ("commitments[0].allowances", [], "commitments[0].allowances"),
        ("commitments[0].allowances[0].unit", "hours", "commitments[0].allowances[0].unit"),
        ("commitments[0].allowances[0].amount", 1.5, "commitments[0].allowances[0].amount"),
        ("commitments[0].ladder[0].action", "shout", "commitments[0].ladder[0].action"),
        ("commitments[0].per", "month", "commitments[0].per"),
        ("commitments[0].params", {"from": "offer"}, "commitments[0].params.from"),
        ("commitments[0].allowances[2].tier", "top", "commitments[0].allowances"),
        ("commitments[1].params", ..., "commitments[1].params"),
        ("commitments[1].params.from", "birth", "commitments[1].params.from"),
        ("commitments[1].alowances", [], "commitments[1].alowances"),
        ("expiry.to", "bin", "expiry.to"),
        ("routing.max_hops", 0, "routing.max_hops"),
        ("referee", {"mail": "a@example.com"}, "referee.email"),
        ("referee", {"email": "Jo"}, "referee.email"),
        ("maturity_days", "180", "maturity_days"),
        ("commitment", [], "commitment"),
    ],
)
def test_fault_names_its_path(data: Data, path: str, value: Any, where: str) -> None:
    edit(data, path, value)
    assert where in faults(data)


def test_faults_are_found_all_at_once(data: Data) -> None:
    for path, value in (
        ("title", ""),
        ("legs[0].gate", "x"),
        ("routing.hops", 1),
        ("reasons[2].asks", ["why"]),
    ):
        edit(data, path, value)
    assert list(faults(data)) == ["title", "legs[0].gate", "reasons[2].asks[0]", "routing.hops"]


def test_what_is_no_object_is_refused() -> None:
    assert list(faults([])) == [""]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("review_due_on", "2027-06-02", "review_due_on"),
        ("review_due_on", "2026-12-01", "review_due_on"),
        ("review_due_on", None, "review_due_on"),
        ("legs[1].code", "marketing_to_sales", "legs[1].code"),
        ("reasons[1].code", "no_budget", "reasons[1].code"),
        ("reasons[1].code", "not_recorded", "reasons[1].code"),
        ("reasons[0].track", "someday", "reasons[0].track"),
        ("reasons[0].recycle_days", None, "reasons[0].recycle_days"),
        ("reasons[3].recycle_days", 30, "reasons[3].recycle_days"),
        ("reasons[3].track", "stay_in_touch", "reasons[3].track"),
        ("reasons[6].side_to_act", "sales", "reasons[6].side_to_act"),
        ("reasons[9].side_to_act", "nobody", "reasons[9].side_to_act"),
        ("reasons[9].track", "stay_in_touch", "reasons[9].track"),
        ("tiers[2].grid", ["C3"], "tiers[2].grid"),
        ("tiers[0].grid", None, "tiers[0].grid"),
        ("tiers[1].grid", ["A1"], "tiers[1].grid"),
        ("valve.tiers", ["best"], "valve.tiers"),
        ("tracks[0].steps[1].after_days", 1, "tracks[0].steps"),
        ("fit[0].when", {"score": "fit", "op": ">", "value": 1}, "fit[0].when"),
        ("engagement.points[1].kind", "opened", "engagement.points[1].kind"),
        ("commitments[0].side", "marketing", "commitments[0].side"),
        ("commitments[0].leg", 3, "commitments[0].leg"),
        ("commitments[1].code", "decide", "commitments[1].code"),
        ("commitments[0].allowances[0].tier", "gold", "commitments[0].allowances[0].tier"),
        ("commitments[0].allowances[0].tier", None, "commitments[0].allowances[2].tier"),
        ("commitments[3].params.channels", 7, "commitments[3].params.channels"),
        ("commitments[3].params.days", 7, "commitments[3].params.days"),
        ("referee", None, "referee"),
    ],
)
def test_contradiction_names_its_path(data: Data, path: str, value: Any, where: str) -> None:
    edit(data, path, value)
    assert list(faults(data)) == [where]


def test_each_tier_may_have_its_own_time_without_a_catch_all(data: Data) -> None:
    edit(data, "commitments[0].allowances[2].tier", "standard")
    decide = document.parse(data).commitment("decide")
    assert [decide.allowance(tier) for tier in ("top", "standard", None)] == [
        document.Span(2, "business_hours"),
        document.Span(8, "business_hours"),
        None,
    ]


def test_catch_all_serves_the_tiers_without_their_own(data: Data) -> None:
    hand_over = document.parse(data).commitment("hand_over")
    assert hand_over.allowance("top") == document.Span(30, "business_minutes")
    assert hand_over.allowance("standard") == document.Span(120, "business_minutes")


def test_second_leg_is_owed_by_sales_on_both_ends(data: Data) -> None:
    path = commitment(data, "closer_hand_over")
    edit(data, f"{path}.side", "marketing")
    assert list(faults(data)) == [f"{path}.side"]


def test_mutual_agreement_binds_both_sides(data: Data) -> None:
    for each in data["commitments"]:
        each["is_on"] = each["side"] != "marketing"
    assert faults(data) == {"commitments": "Nothing is owed by marketing."}
    edit(data, "is_baseline", True)
    edit(data, "review_due_on", None)
    assert document.parse(data).is_baseline is True


def test_baseline_owes_no_review(data: Data) -> None:
    edit(data, "is_baseline", True)
    assert faults(data) == {"review_due_on": "A baseline version owes no review."}


@pytest.mark.parametrize(("code", "side"), [("upkeep", "sales"), ("nurture_stale", "marketing")])
def test_stale_commitment_needs_a_stage_with_days(data: Data, code: str, side: str) -> None:
    for stage in data["stages"]:
        if stage["owner"] == side:
            stage["stale_after_business_days"] = None
    assert list(faults(data)) == [commitment(data, code)]


@pytest.mark.parametrize(
    ("starts_on", "latest"),
    [("2026-08-31", "2027-02-28"), ("2027-08-31", "2028-02-29"), ("2026-12-01", "2027-06-01")],
)
def test_review_may_fall_on_the_last_day_of_six_months(data: Data, starts_on: str, latest: str) -> None:
    data |= {"starts_on": starts_on, "review_due_on": latest}
    assert document.parse(data).review_due_on.isoformat() == latest


def test_parts_are_found_by_their_codes(data: Data) -> None:
    agreement = document.parse(data)
    assert agreement.gate(2) == agreement.gates["qualification"]
    assert agreement.reason("timing_later").asks == ("month", "note")
    assert agreement.tier("top").grid == ("A1", "A2", "B1")
    assert [each.code for each in agreement.of_kind("decide")] == ["decide", "closer_decide"]
    assert [each.code for each in agreement.of_kind("decide", 2)] == ["closer_decide"]
    assert [each.code for each in agreement.of_kind("upkeep", 2)] == ["upkeep"]
    with pytest.raises(KeyError):
        agreement.stage("prospect")


def test_commitments_that_are_off_are_of_no_kind(data: Data) -> None:
    edit(data, "commitments[0].is_on", False)
    assert document.parse(data).of_kind("decide", 1) == ()


def test_kinds_are_those_that_clocks_and_compliance_know() -> None:
    timed = {code for code, kind in document.KINDS.items() if kind.is_timed}
    assert timed == set(choices.CLOCK_KINDS)
    assert set(document.KINDS) - timed == set(choices.PERIODIC_KINDS)


@pytest.mark.parametrize(
    "optional", ["review_due_on", "valve", "expiry", "referee", "maturity_days", "is_baseline"]
)
def test_left_out_reads_as_null(data: Data, optional: str) -> None:
    def without() -> Data:
        return {key: value for key, value in data.items() if key != optional}

    with_null = copy.deepcopy(data) | {optional: None if optional != "is_baseline" else False}
    if optional in ("review_due_on", "referee"):
        assert faults(without()) == faults(with_null)
    else:
        assert document.parse(without()) == document.parse(with_null)


LANGUAGE = {"label": "Language", "attribute": "languages", "fact": "language"}
SKILL = {
    "label": "Large accounts",
    "attribute": "skills",
    "when": {"fact": "employees", "op": ">=", "value": 500},
    "value": "enterprise",
}


def test_rules_of_matching_are_read_and_written_back(data: Data) -> None:
    data["routing"] |= {"method": "pull", "hours": "prefer", "matching": [LANGUAGE, SKILL]}
    agreement = document.parse(data)
    assert document.parse(document.dump(agreement)) == agreement
    assert document.dump(agreement)["routing"]["matching"] == [LANGUAGE, SKILL]


@pytest.mark.parametrize(("written", "read"), [({}, 4), ({"max_cycles": None}, 4), ({"max_cycles": 2}, 2)])
def test_rounds_of_a_lead_are_four_unless_written(data: Data, written: Data, read: int) -> None:
    data["routing"] |= written
    agreement = document.parse(data)
    assert agreement.routing.max_cycles == read
    assert document.parse(document.dump(agreement)) == agreement


def test_text_from_before_matching_keeps_its_hash(data: Data) -> None:
    routing = document.dump(document.parse(data))["routing"]
    assert set(routing) == {"method", "max_hops"}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({**LANGUAGE, "fact": "shoe_size"}, "routing.matching[0].fact"),
        ({**LANGUAGE, "value": "de"}, "routing.matching[0].fact"),
        ({**SKILL, "when": {"fact": "employees", "op": ">="}}, "routing.matching[0].when.value"),
        ({"label": "Empty", "attribute": "skills"}, "routing.matching[0].value"),
    ],
)
def test_faulty_rule_of_matching_is_named(data: Data, rule: Data, path: str) -> None:
    data["routing"]["matching"] = [rule]
    assert path in faults(data)
