"""Back-tests: what a draft would have passed of the past, by the facts of then, and what became of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads import facts
from leads.models import Deal, Team
from portal.lines import lab as lines
from sla.lab import backtest, leaks
from sla.models import AgreementVersion, Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.lab.past import DAY, asked, handed

pytestmark = pytest.mark.django_db
BIG = {"fact": "employees", "op": ">=", "value": 200}


@pytest.fixture
def version() -> AgreementVersion:
    return factories.signed_version(now=NOW - timedelta(days=150))


@pytest.fixture
def team(version: AgreementVersion) -> Team:
    return factories.team()


def test_draft_is_judged_by_the_facts_of_then(version: AgreementVersion, team: Team) -> None:
    handoff = handed(version, team, employees=300)
    facts.update_account(account=handoff.lead.account, changes={"employees": 5}, now=NOW, actor=None)
    found = backtest.run(asked(BIG)).figures
    assert (found["handoffs"], found["draft"]["passed"]["k"]) == (1, 1)


def test_both_gates_stand_beside_each_other(version: AgreementVersion, team: Team) -> None:
    handed(version, team, "won", employees=300, touched_after=1)
    handed(version, team, "declined", reason="no_budget", employees=300)
    handed(version, team, "declined", reason="too_small", employees=100)
    handed(version, team, "accepted", employees=100)
    gate = {"fact": "employees", "op": ">=", "value": 50}
    found = backtest.run(asked(BIG, against=gate)).figures
    assert (found["draft"]["passed"]["k"], found["against"]["passed"]["k"]) == (2, 4)
    assert (found["draft"]["accepted"]["k"], found["draft"]["accepted"]["n"]) == (1, 2)
    assert (found["turned_out"]["n"], found["turned_in"]["n"]) == (2, 0)
    by_reason = {row["code"]: (row["kept_out"]["k"], row["kept_out"]["n"]) for row in found["reasons"]}
    assert by_reason == {"no_budget": (0, 1), "too_small": (1, 1)}
    assert found["draft"]["margin"] == pytest.approx(0.4)
    assert found["draft"]["median_days"] == 20
    won = found["draft"]["won"]
    assert (won["k"], won["n"], found["draft"]["accounts"]) == (1, 1, 2)
    assert found["is_few"]
    assert found["draft"]["verdict"] == "too_few"


def test_margin_is_told_for_each_currency(version: AgreementVersion, team: Team) -> None:
    for currency, amount in (("USD", 900_000), ("EUR", 100), ("EUR", 300)):
        handoff = handed(version, team, "won", employees=300, touched_after=1)
        Deal.objects.filter(lead=handoff.lead).update(currency=currency, amount=amount)
    Deal.objects.filter(currency="USD").update(margin="0.1")
    found = backtest.run(asked(BIG, against={**BIG, "value": 999})).figures
    assert found["draft"]["margin"] is None
    assert found["draft"]["margins"] == [
        {"currency": "EUR", "margin": pytest.approx(0.4), "n": 2},
        {"currency": "USD", "margin": pytest.approx(0.1), "n": 1},
    ]
    told = [(row.label, row.draft, row.against) for row in lines.rows(found) if "Margin" in row.label]
    assert told == [
        ("Margin of won, EUR", "40% (n 2)", "–"),
        ("Margin of won, USD", "10% (n 1)", "–"),
    ]


def test_effect_of_each_criterion_is_what_passes_without_it(version: AgreementVersion, team: Team) -> None:
    for employees, industry in ((300, "Machinery"), (300, "Retail"), (10, "Machinery"), (None, "Machinery")):
        handed(version, team, employees=employees, industry=industry)
    gate = {"all": [BIG, {"fact": "industry", "op": "=", "value": "machinery"}]}
    size, industry_ = backtest.run(asked(gate)).figures["criteria"]
    assert (size["met"], size["missed"], size["unknown"]["k"], size["passes_without"]) == (2, 1, 1, 3)
    assert (industry_["met"], industry_["missed"], industry_["passes_without"]) == (3, 1, 2)


def test_bought_elsewhere_is_not_won(version: AgreementVersion, team: Team) -> None:
    handoff = handed(version, team, "lost", employees=300, touched_after=1)
    factories.won_deal(handoff.lead, closed_at=NOW - 10 * DAY, is_elsewhere=True)
    found = backtest.run(asked(BIG)).figures["draft"]
    assert (found["won_handoffs"]["k"], found["bought_elsewhere"]) == (0, 1)


def test_a_deal_before_the_offer_counts_for_nothing(version: AgreementVersion, team: Team) -> None:
    handoff = handed(version, team, employees=300, days_ago=60)
    factories.won_deal(handoff.lead, closed_at=NOW - 100 * DAY)
    assert backtest.run(asked(BIG)).figures["draft"]["won_handoffs"]["k"] == 0


def test_months_tell_when_leads_would_have_passed(version: AgreementVersion, team: Team) -> None:
    for days_ago in (20, 50, 51):
        handed(version, team, employees=300, days_ago=days_ago)
    months = backtest.run(asked(BIG)).figures["months"]["draft"]
    assert [(row["month"], row["n"]) for row in months] == [("2026-09", 2), ("2026-10", 1)]


def test_passed_on_hops_are_no_cases(version: AgreementVersion, team: Team) -> None:
    handoff = handed(version, team, employees=300)
    Handoff.objects.filter(pk=handoff.pk).update(state="rerouted", is_ended=True, ended_at=NOW)
    assert backtest.run(asked(BIG)).figures["handoffs"] == 0


def test_undated_history_is_untestable(team: Team) -> None:
    version = factories.baseline_version()
    for _ in range(3):
        handoff = handed(version, team, "won", employees=300)
        Handoff.objects.filter(pk=handoff.pk).update(offered_at=None, closed_at=None, is_history=True)
    found = backtest.run(asked(BIG)).figures["draft"]
    assert found["verdict"] == "untestable"
    assert found["followed_up"]["n"] == 0


def test_a_fact_learned_after_the_offer_is_a_leak(version: AgreementVersion, team: Team) -> None:
    handoff = handed(version, team, employees=300)
    facts.learn_bant(
        lead=handoff.lead, kind="budget", amount=Decimal(9), known_at=NOW - 5 * DAY, now=NOW, actor=None
    )
    gate = {"all": [BIG, {"bant": "budget", "op": "known"}]}
    [leak] = backtest.run(asked(gate)).figures["leaks"]
    assert (leak["why"], leak["n"], leak["of"], leak["path"]) == ("recorded_later", 1, 1, "all[1]")


def test_a_fact_that_tells_the_outcome_of_history_is_a_leak(team: Team) -> None:
    version = factories.baseline_version()
    for number in range(120):
        state = "won" if number % 2 else "lost"
        verdict = "High" if number % 2 else "Worst"
        handoff = handed(version, team, state, attributes={"quality": verdict, "shoe": str(number % 3)})
        Handoff.objects.filter(pk=handoff.pk).update(is_history=True)
    quality = {"fact": "attributes.quality", "op": "in", "value": ["High"]}
    shoe = {"fact": "attributes.shoe", "op": "in", "value": ["1"]}
    [leak] = backtest.run(asked({"all": [shoe, quality]})).figures["leaks"]
    assert (leak["why"], leak["association"], leak["path"]) == ("tells_outcome", 1.0, "all[1]")
    [marked] = backtest.run(asked(shoe, known_later=frozenset({"attributes.shoe"}))).figures["leaks"]
    assert marked["why"] == "marked"


def test_cramers_v_of_a_known_table() -> None:
    # 2 x 2 with phi = (ad - bc) / √…: 30, 10 / 10, 30.
    assert leaks.cramers_v([(30, 10), (10, 30)]) == pytest.approx(0.5)
    assert leaks.cramers_v([(10, 10), (20, 20)]) == pytest.approx(0)
    assert leaks.cramers_v([(10, 0), (20, 0)]) is None


def test_attributes_are_judged_too(version: AgreementVersion, team: Team) -> None:
    handed(version, team, attributes={"time_on_site": 700})
    handed(version, team, attributes={"time_on_site": 500})
    gate = {"fact": "attributes.time_on_site", "op": ">=", "value": 600}
    assert backtest.run(asked(gate)).figures["draft"]["passed"]["k"] == 1
