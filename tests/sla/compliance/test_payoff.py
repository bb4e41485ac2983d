"""Wins by month of hand-over and by speed, and what late leads are worth."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from leads import deals
from leads.models import Lead, StageChange
from sla.compliance import payoff
from sla.compliance.periods import Filters
from tests import factories
from tests.factories import NOW
from tests.sla.compliance.rows import clock, offer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def place():
    people = factories.cast()
    return factories.signed_version(signers=(people.marketing_manager, people.sales_manager)), people.sales


@pytest.fixture
def version(place):
    return place[0]


@pytest.fixture
def team(place):
    return place[1]


def called(lead: Lead, at: datetime) -> None:
    factories.add_touch(lead, "call", side="sales", ago=timedelta(0), now=at)


def won(lead: Lead, at: datetime) -> None:
    Lead.objects.filter(pk=lead.pk).update(stage="customer")
    StageChange.objects.create(
        lead=lead, seq=1, from_stage="opportunity", to_stage="customer", happened_at=at, recorded_at=at
    )


def moment(month: int, day: int = 10) -> datetime:
    return datetime(2026, month, day, 10, tzinfo=NOW.tzinfo)


def test_months_show_the_running_share_and_end_where_time_has(version, team) -> None:
    first = offer(version, team, "won", moment(8))
    second = offer(version, team, "won", moment(8, 20))
    offer(version, team, "lost", moment(8))
    offer(version, team, "accepted", moment(11))
    won(first.lead, moment(8, 30))
    won(second.lead, moment(10))
    rows = {row.first_on.month: row for row in payoff.by_month(date(2026, 11, 20), "UTC", Filters())}
    assert rows[8].n == 3
    assert rows[8].won[:5] == (1, 1, 2, 2, None)
    assert rows[8].share(2) == pytest.approx(2 / 3)
    assert (rows[11].n, rows[11].won[:2]) == (1, (0, None))
    assert (rows[9].n, rows[9].share(0)) == (0, None)


def test_only_the_first_hand_over_of_a_lead_counts(version, team) -> None:
    first = offer(version, team, "rerouted", moment(8))
    offer(version, team, "returned", moment(9), lead=first.lead, hop=2)
    offer(version, team, "accepted", moment(10), lead=first.lead, cycle=2)
    rows = payoff.by_month(date(2026, 11, 20), "UTC", Filters())
    assert {row.first_on.month: row.n for row in rows if row.n} == {8: 1}


@pytest.mark.parametrize(
    ("wait", "code"),
    [
        (timedelta(minutes=60), "hour"),
        (timedelta(minutes=61), "four_hours"),
        (timedelta(hours=24), "day"),
        (timedelta(hours=25), "later"),
        (None, "never"),
    ],
)
def test_speed_is_the_wait_from_offer_to_first_touch(version, team, wait, code) -> None:
    handoff = offer(version, team, "won", moment(9))
    Lead.objects.filter(pk=handoff.lead_id).update(stage="customer")
    if wait is not None:
        called(handoff.lead, moment(9) + wait)
    found = {each.code: (each.n, each.won) for each in payoff.by_speed(None, Filters())}
    assert {key: value for key, value in found.items() if value != (0, 0)} == {code: (1, 1)}


def test_an_open_outcome_says_nothing_about_speed(version, team) -> None:
    handoff = offer(version, team, "accepted", moment(9))
    called(handoff.lead, moment(9) + timedelta(hours=1))
    Lead.objects.filter(pk=handoff.lead_id).update(stage="sal")
    assert not any(each.n for each in payoff.by_speed(None, Filters()))


def test_late_leads_are_worth_their_open_deal_or_the_typical_one(version, team) -> None:
    for amount in (10_000, 20_000, 90_000):
        factories.won_deal(factories.make_lead(), closed_at=moment(6), amount=Decimal(amount), currency="EUR")
    plain = offer(version, team, "accepted", moment(9))
    dealt = offer(version, team, "accepted", moment(9))
    deals.record_deal(
        account=dealt.lead.account, lead=dealt.lead, now=NOW, amount=Decimal(50_000), currency="EUR"
    )
    for handoff in (plain, dealt):
        clock(version, "first_touch", moment(9), "breached", handoff=handoff, lead=handoff.lead, cause="idle")
    for stage in ("customer", "lost"):
        known = offer(version, team, "won", moment(9))
        Lead.objects.filter(pk=known.lead_id).update(stage=stage)
    Lead.objects.filter(pk__in=[plain.lead_id, dealt.lead_id]).update(stage="sal")
    found = payoff.at_risk(Filters(), NOW)
    assert (found.lead_ids, found.currency, found.typical) == ((plain.lead_id, dealt.lead_id), "EUR", 20_000)
    assert found.rate == 0.5
    assert found.stakes == (payoff.Stake("EUR", 60_000, (("idle", Decimal(60_000)),)),)


def test_money_at_risk_is_told_for_each_currency(version, team) -> None:
    for amount, currency in ((10_000, "EUR"), (20_000, "EUR"), (900_000, "USD")):
        factories.won_deal(factories.make_lead(), closed_at=moment(6), amount=amount, currency=currency)
    late = [offer(version, team, "accepted", moment(9)) for _ in range(3)]
    for place, amount, currency in (
        (0, 70_000, "USD"),
        (1, 90_000, "USD"),
        (1, 40_000, "EUR"),
        (2, 8_000, "EUR"),
    ):
        lead = late[place].lead
        deals.record_deal(account=lead.account, lead=lead, now=NOW, amount=Decimal(amount), currency=currency)
    for handoff in late:
        clock(version, "first_touch", moment(9), "breached", handoff=handoff, lead=handoff.lead, cause="idle")
    found = payoff.at_risk(Filters(), NOW)
    assert (found.currency, found.typical) == ("EUR", 15_000)
    assert [(stake.currency, stake.amount) for stake in found.stakes] == [("EUR", 48_000), ("USD", 70_000)]
    assert [stake.by_cause for stake in found.stakes] == [(("idle", 48_000),), (("idle", 70_000),)]


def test_without_a_won_deal_the_worth_is_unknown(version, team) -> None:
    handoff = offer(version, team, "accepted", moment(9))
    clock(version, "first_touch", moment(9), "breached", handoff=handoff, lead=handoff.lead)
    found = payoff.at_risk(Filters(), NOW)
    assert (found.leads, found.stakes) == (1, None)


def test_speed_by_day_is_the_middle_of_the_day_of_offer(version, team) -> None:
    for wait in (1, 2, 9):
        handoff = offer(version, team, "accepted", moment(11, 3))
        called(handoff.lead, moment(11, 3) + timedelta(hours=wait))
    offer(version, team, "accepted", moment(11, 4))
    late = offer(version, team, "accepted", moment(11, 5))
    called(late.lead, moment(11, 6))
    found = payoff.by_day(date(2026, 11, 20), "UTC", Filters())
    assert found == [(date(2026, 11, 3), 2.0), (date(2026, 11, 5), 24.0)]
