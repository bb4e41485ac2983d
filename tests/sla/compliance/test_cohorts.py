"""Acceptance by offer cohort, and whether anybody followed up."""

from datetime import date, timedelta

import pytest

from sla.compliance import acceptance, cohorts, ends, offers, periodic, regret, report
from sla.compliance.periods import Filters, Period
from tests import factories
from tests.factories import NOW, add_touch, cast, make_lead, signed_version, won_deal
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
EVERYTHING = Filters()
MONDAY = NOW - timedelta(days=2)


@pytest.fixture
def place():
    people = cast()
    return signed_version(signers=(people.marketing_manager, people.sales_manager)), people.sales


def volume(period: Period) -> periodic.Volume:
    return report.build(period, EVERYTHING, NOW).volume


def test_acceptance_counts_decisions_only(place) -> None:
    for state in ("accepted", "returned", "won", "declined", "rerouted", "withdrawn", "expired", "offered"):
        rows.offer(*place, state, MONDAY)

    cohort = acceptance.by_leg(offers.read(NOVEMBER, EVERYTHING, has_times=True))[1]

    assert (cohort.offers, cohort.accepted, cohort.declined, cohort.acceptance) == (8, 3, 1, 0.75)
    assert (cohort.rerouted, cohort.withdrawn, cohort.expired, cohort.undecided) == (1, 1, 1, 1)


def test_overturned_decline_counts_as_accepted(place) -> None:
    rows.overturned(*place, MONDAY)
    rows.overturned(*place, MONDAY, ruling="upheld")

    cohort = acceptance.by_leg(offers.read(NOVEMBER, EVERYTHING, has_times=True))[1]

    assert (cohort.accepted, cohort.declined, cohort.overturned) == (1, 1, 1)
    assert periodic.quality(offers.read(NOVEMBER, EVERYTHING), leg=1) == periodic.Units(1, 2)


def test_offer_counts_in_the_period_of_the_offer(place) -> None:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    rows.offer(*place, "accepted", NOW.replace(month=10), decided_at=NOW)

    assert acceptance.by_leg(offers.read(october, EVERYTHING, has_times=True))[1].accepted == 1
    assert acceptance.by_leg(offers.read(NOVEMBER, EVERYTHING, has_times=True)) == {}


def test_history_without_a_time_belongs_to_no_period(place) -> None:
    rows.offer(*place, "won", None, is_history=True)

    assert acceptance.by_leg(offers.read(NOVEMBER, EVERYTHING, has_times=True)) == {}
    assert acceptance.by_leg(offers.read(None, EVERYTHING, has_times=True))[1].accepted == 1


def test_follow_up_counts_real_touches_of_sales_since_the_offer(place) -> None:
    touched, mailed, asleep = (rows.offer(*place, "accepted", MONDAY).lead for _ in range(3))
    add_touch(touched, "call", side="sales", ago=timedelta(hours=47))
    add_touch(touched, "mail", side="sales", ago=timedelta(hours=1))
    add_touch(mailed, "mail", side="sales", ago=timedelta(hours=1), is_automatic=True)
    add_touch(asleep, "call", side="sales", ago=timedelta(days=3))

    found = acceptance.follow_up(offers.read(NOVEMBER, EVERYTHING, has_times=True))

    assert (found.leads, found.never, found.touches) == (3, 2, 2)
    assert found.first_touch_median == timedelta(hours=1)


def test_follow_up_of_history_without_touches_is_unknown(place) -> None:
    rows.offer(*place, "won", None, is_history=True)

    found = acceptance.follow_up(offers.read(None, EVERYTHING, has_times=True))

    assert (found.leads, found.never, found.never_share, found.touches_per_lead) == (1, None, None, None)


def test_volume_counts_first_cycles_sourced_by_marketing(place) -> None:
    first = rows.offer(*place, "declined", MONDAY)
    rows.offer(*place, "accepted", MONDAY, lead=first.lead, cycle=2)
    rows.offer(*place, "accepted", MONDAY, lead=make_lead(is_sales_generated=True))
    rows.overturned(*place, MONDAY, ruling="upheld")
    rows.offer(*place, "rerouted", MONDAY)

    found = volume(NOVEMBER)

    assert (found.counted, found.recycled, found.sales_generated, found.taken_off) == (1, 1, 1, 1)
    assert found.promised == 20
    assert found.promised_by(NOW) == pytest.approx(20 * 17.375 / 30)


def test_promise_per_month_scales_to_the_period(place) -> None:
    assert volume(Period(date(2026, 10, 1), date(2026, 12, 31))).promised == 60
    assert volume(Period(date(2026, 11, 1), date(2026, 11, 15))).promised == 10
    assert volume(Period(date(2026, 10, 17), date(2026, 11, 15))).promised == round(20 * (15 / 31 + 15 / 30))


def test_feedback_asks_for_reasons_and_quality(place) -> None:
    rows.offer(*place, "declined", MONDAY)
    rows.offer(*place, "declined", MONDAY, reason_code="not_recorded", is_history=True)
    rows.offer(*place, "won", MONDAY, quality="better")
    rows.offer(*place, "lost", MONDAY)

    assert periodic.feedback(ends.read(NOVEMBER, EVERYTHING), leg=1) == periodic.Units(2, 4)


def test_reasons_are_those_of_a_no_of_sales(place) -> None:
    """Whoever takes an offer back, passes one on or loses a deal gives reasons, too."""
    for state in ("declined", "returned"):
        rows.offer(*place, state, MONDAY)
    for state in ("withdrawn", "rerouted", "lost"):
        rows.offer(*place, state, MONDAY, reason_code="no_budget")
    rows.offer(*place, "declined", MONDAY, reason_code="not_recorded", is_history=True)

    assert ends.read(NOVEMBER, EVERYTHING).reasons == [ends.ReasonCount("no_budget", "marketing", 2)]


def test_regret_names_refused_leads_that_bought_afterwards(place) -> None:
    bought, earlier, kept = (rows.offer(*place, "declined", MONDAY).lead for _ in range(3))
    won_deal(bought, closed_at=NOW, amount=60_000, currency="EUR")
    won_deal(earlier, closed_at=MONDAY - timedelta(days=9), amount=10_000)
    won_deal(rows.offer(*place, "accepted", MONDAY).lead, closed_at=NOW, amount=5_000)

    found = regret.find(NOVEMBER, EVERYTHING)

    assert [(case.lead_id, case.reason, case.amount) for case in found.cases] == [
        (bought.pk, "no_budget", 60_000)
    ]
    assert (found.refusals, found.by_reason) == (3, [("no_budget", 1)])
    assert found.worth == {"EUR": 60_000}
    assert kept.pk not in {case.lead_id for case in found.cases}


def test_overturned_decline_is_nothing_to_regret(place) -> None:
    lead = rows.overturned(*place, MONDAY).lead
    won_deal(lead, closed_at=NOW)

    assert regret.find(NOVEMBER, EVERYTHING).cases == ()


def test_bucket_of_offers_lists_what_the_cohort_counts(place) -> None:
    for state in ("accepted", "declined", "won", "expired"):
        rows.offer(*place, state, MONDAY)
    rows.overturned(*place, MONDAY)
    cohort = acceptance.by_leg(offers.read(NOVEMBER, EVERYTHING, has_times=True))[1]
    found = cohorts.offered_in(NOVEMBER, EVERYTHING, leg=1)

    for bucket in ("accepted", "declined", "expired", "undecided"):
        assert cohorts.in_bucket(found, bucket).count() == getattr(cohort, bucket), bucket


def test_team_narrows_the_cohort(place) -> None:
    version, _ = place
    rows.offer(*place, "accepted", MONDAY)
    rows.offer(version, factories.team(), "declined", MONDAY)

    assert acceptance.by_leg(offers.read(NOVEMBER, Filters(team_id=place[1].pk)))[1].acceptance == 1.0
