"""Leads that Sales refused and that bought later, from us or elsewhere."""

from datetime import timedelta
from decimal import Decimal

import pytest

from leads import deals
from sla.compliance import regret
from sla.compliance.periods import Filters
from tests import factories
from tests.factories import NOW
from tests.sla.lab.past import DAY, handed

pytestmark = pytest.mark.django_db


def found() -> regret.Regret:
    return regret.find(None, Filters())


def test_what_a_refused_lead_bought_later_is_regretted() -> None:
    version, team = factories.signed_version(now=NOW - timedelta(days=150)), factories.team()
    handoff = handed(version, team, "declined", reason="no_budget")
    factories.won_deal(handoff.lead, closed_at=NOW - 90 * DAY, amount=Decimal(1), currency="EUR")
    assert found().cases == ()
    factories.won_deal(handoff.lead, closed_at=NOW - 5 * DAY, amount=Decimal(700), currency="EUR")
    [case] = found().cases
    assert (case.lead_id, case.reason, case.amount, case.is_elsewhere) == (
        handoff.lead_id,
        "no_budget",
        Decimal(700),
        False,
    )


def test_a_deal_of_the_account_without_a_lead_belongs_to_the_last_refusal() -> None:
    version, team = factories.signed_version(now=NOW - timedelta(days=150)), factories.team()
    account = factories.make_account()
    first = handed(version, team, "declined", reason="no_budget", account=account, days_ago=80)
    second = handed(version, team, "declined", reason="competitor", account=account, days_ago=40)
    deal = deals.record_deal(account=account, now=NOW)
    deals.close_deal(deal=deal, state="won", closed_at=NOW - DAY, now=NOW, amount=Decimal(50))
    [case] = found().cases
    assert (case.lead_id, case.reason) == (second.lead_id, "competitor")
    assert first.lead_id != second.lead_id
    assert found().refusals == 2


def test_bought_elsewhere_is_regretted_too_and_says_so() -> None:
    version, team = factories.signed_version(now=NOW - timedelta(days=150)), factories.team()
    handoff = handed(version, team, "declined", reason="no_budget")
    factories.won_deal(handoff.lead, closed_at=NOW - 5 * DAY, is_elsewhere=True)
    [case] = found().cases
    assert case.is_elsewhere


def test_amounts_of_different_currencies_are_never_added() -> None:
    version, team = factories.signed_version(now=NOW - timedelta(days=150)), factories.team()
    for currency, amount in (("EUR", 700), ("USD", 50), ("EUR", 300), ("", 20), ("CHF", None)):
        handoff = handed(version, team, "declined", reason="no_budget")
        factories.won_deal(handoff.lead, closed_at=NOW - DAY, amount=amount, currency=currency)
    worth = {"EUR": Decimal(1000), "": Decimal(20), "USD": Decimal(50)}
    assert list(found().worth.items()) == list(worth.items())
    assert found().by_reason == [("no_budget", 5)]
