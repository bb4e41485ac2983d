"""A definition is proved, refuted, too early to tell, or untested because nobody followed up."""

from datetime import timedelta

import pytest

from leads.models import Lead
from sla.compliance import plain, report, truth
from sla.compliance.periods import Filters
from tests.factories import NOW, START, add_touch, cast, make_account, make_lead, signed_version, won_deal
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
OFFERED = START + timedelta(days=1)
LATER = START + timedelta(days=200)


@pytest.fixture
def place():
    people = cast()
    return signed_version(signers=(people.marketing_manager, people.sales_manager)), people.sales


def offers(place, number: int, *, won: int = 0, touched: bool = True, **deal) -> None:
    for index in range(number):
        lead = make_lead(now=OFFERED)
        rows.offer(*place, "accepted", OFFERED, lead=lead)
        if touched:
            add_touch(lead, "call", side="sales", now=OFFERED + timedelta(hours=3))
        if index < won:
            won_deal(lead, closed_at=OFFERED + timedelta(days=60), **deal)


def test_definition_is_proved_when_the_interval_lies_above_the_line(place) -> None:
    offers(place, 30, won=20, amount=1000, margin="0.25")

    found = truth.judge(place[0], LATER)

    assert (found.verdict, found.opportunities, found.won) == ("proved", 30, 20)
    assert [one.margin for one in found.margins] == [0.25]
    assert found.low > found.bar == 0.3


def test_definition_is_refuted_when_the_interval_lies_below(place) -> None:
    offers(place, 40, won=2)

    assert truth.judge(place[0], LATER).verdict == "refuted"


def test_definition_is_too_early_when_the_interval_crosses(place) -> None:
    offers(place, 6, won=2)

    assert truth.judge(place[0], LATER).verdict == "too_early"
    # Six cases are not too few: they are too few to tell on which side of the line the rate lies.
    assert report.build(None, Filters(), LATER).line("close_rate").status == "too_early"


def test_definition_of_whom_nobody_is_old_enough_is_too_early_to_tell(place) -> None:
    offers(place, 10)

    found = truth.judge(place[0], START)

    assert (found.verdict, found.opportunities, found.followed_share) == ("too_early", 0, None)


def test_definition_is_never_condemned_while_sales_did_not_follow_up(place) -> None:
    offers(place, 10)
    offers(place, 30, touched=False)

    found = truth.judge(place[0], LATER)

    assert (found.verdict, found.followed_share) == ("untested", 0.25)


def test_close_rate_of_leads_that_nobody_followed_up_is_unknown(place) -> None:
    offers(place, 10, touched=False)

    line = report.build(None, Filters(), LATER).line("close_rate")

    assert (line.status, line.value) == ("unknown", None)


def test_close_rate_without_a_lead_old_enough_asks_for_nothing(place) -> None:
    offers(place, 10, touched=False)

    assert report.build(None, Filters(), NOW).line("close_rate").status == "none"


def test_cohort_younger_than_the_window_does_not_count(place) -> None:
    offers(place, 30, won=20)

    assert truth.judge(place[0], NOW).opportunities == 0


def test_two_leads_of_one_account_are_one_opportunity(place) -> None:
    account = make_account(now=OFFERED)
    for _ in range(2):
        lead = make_lead(account=account, now=OFFERED)
        rows.offer(*place, "accepted", OFFERED, lead=lead)
        add_touch(lead, "call", side="sales", now=OFFERED + timedelta(hours=3))
    won_deal(lead, closed_at=LATER - timedelta(days=9))

    found = truth.judge(place[0], LATER)

    assert (found.opportunities, found.won) == (1, 1)


def test_deal_bought_elsewhere_is_told_apart(place) -> None:
    offers(place, 3, won=1, is_elsewhere=True)

    found = truth.judge(place[0], LATER)

    assert (found.won, found.bought_elsewhere) == (0, 1)


def test_margin_is_weighted_by_amount(place) -> None:
    offers(place, 1, won=1, amount=3000, margin="0.1")
    offers(place, 1, won=1, amount=1000, margin="0.5")

    assert [one.margin for one in truth.judge(place[0], LATER).margins] == [pytest.approx(0.2)]


def test_margin_is_told_for_each_currency_that_of_most_accounts_first(place) -> None:
    offers(place, 1, won=1, amount=900_000, currency="USD", margin="0.1")
    offers(place, 2, won=2, amount=1000, currency="EUR", margin="0.4")
    offers(place, 1, won=1, amount=1000, currency="CHF")
    offers(place, 1, won=1, amount=0, currency="CHF", margin="0.9")

    found = truth.judge(place[0], LATER)

    assert [tuple(one) for one in found.margins] == [("EUR", 0.4, 2), ("USD", 0.1, 1)]
    assert plain.of_truth(found)["margin"] is None
    assert plain.of_truth(found)["margins"][1] == {"currency": "USD", "margin": 0.1, "n": 1}
    assert (found.opportunities, found.won) == (5, 5)


def test_account_that_bought_in_two_currencies_is_one_opportunity(place) -> None:
    offers(place, 1, won=1, amount=1000, currency="EUR", margin="0.4")
    won_deal(Lead.objects.get(), closed_at=LATER, amount=1000, currency="USD", margin="0.1")

    found = truth.judge(place[0], LATER)

    assert (found.opportunities, found.followed_up, found.won) == (1, 1, 1)
    assert [tuple(one) for one in found.margins] == [("EUR", 0.4, 1), ("USD", 0.1, 1)]


def test_one_currency_is_the_margin(place) -> None:
    offers(place, 1, won=1, amount=1000, currency="EUR", margin="0.4")

    assert plain.of_truth(truth.judge(place[0], LATER))["margin"] == 0.4
