"""A period is judged by the versions that were in force in it, whatever was agreed since."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import translation

from sla.compliance import members, report
from sla.compliance.periods import Filters, month_of, quarter_of
from sla.models import AgreementVersion
from tests.factories import (
    NOW,
    Cast,
    agreement_commitments,
    baseline_version,
    cast,
    periodic,
    signed_version,
    timed,
    two_legs,
)
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
EVERYTHING = Filters()
VOLUME = {"weighted": False, "daily_maximum": None}
OCTOBER, NOVEMBER = month_of(date(2026, 10, 5)), month_of(date(2026, 11, 5))
IN_OCTOBER, IN_NOVEMBER = (datetime(2026, month, 12, 9, tzinfo=UTC) for month in (10, 11))
CHANGED_AT = datetime(2026, 11, 10, 9, tzinfo=UTC)


def terms(amount: int, hours: int, target: float) -> list[dict]:
    """Return the usual commitments with a volume, an allowance to decide and a target of their own."""
    own = {
        "volume": periodic("volume", "marketing", amount=amount, target=None, params=VOLUME),
        "decide": timed("decide", "sales", hours, "business_hours", target=target),
        "quality": periodic("quality", "marketing", target=target),
    }
    return [own.get(one["code"], one) for one in agreement_commitments()]


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def versions(people: Cast) -> tuple[AgreementVersion, AgreementVersion]:
    """Return a version in force from June, and the one with other terms that followed on 10 November."""
    both = (people.marketing_manager, people.sales_manager)
    old = signed_version(signers=both, commitments=terms(20, 2, 0.9))
    new = signed_version(signers=both, commitments=terms(60, 8, 0.5), now=CHANGED_AT)
    old.refresh_from_db()
    return old, new


def test_old_month_is_judged_by_the_version_that_was_in_force(people, versions) -> None:
    old, _new = versions
    for index in range(10):
        rows.clock(old, "decide", IN_OCTOBER, "met" if index < 8 else "late")

    found = report.build(OCTOBER, EVERYTHING, NOW)

    assert found.versions == (old,)
    assert (found.line("volume").target, found.line("volume").status) == (20, "missed")
    decide = found.line("decide")
    assert (decide.value, decide.target, decide.status) == (0.8, 0.9, "missed")
    assert "2 business hours" in str(decide.terms)


def test_amount_that_changed_within_a_month_counts_for_the_days_of_each_version(people, versions) -> None:
    volume = report.build(NOVEMBER, EVERYTHING, NOW).line("volume").volume

    assert volume.promised == round(20 * 9 / 30 + 60 * 21 / 30)
    # By the 18th, 09:00: all of the old version's nine days, 8.375 of the new one's.
    assert volume.promised_by(NOW) == pytest.approx(20 * 9 / 30 + 60 * 8.375 / 30)
    quarter = report.build(quarter_of(date(2026, 11, 5)), EVERYTHING, NOW).line("volume")
    assert quarter.target == round(20 + 20 * 9 / 30 + 60 * 21 / 30 + 60)


def test_target_that_changed_within_a_month_weighs_the_cases_of_each_version(people, versions) -> None:
    old, new = versions
    for version, cases in ((old, 4), (new, 12)):
        for _ in range(cases):
            rows.clock(version, "decide", IN_NOVEMBER, "met")
            rows.offer(version, people.sales, "accepted", IN_NOVEMBER)

    found = report.build(NOVEMBER, EVERYTHING, NOW)

    for code in ("decide", "quality"):
        assert (found.line(code).n, found.line(code).target) == (16, pytest.approx(0.6))


def test_month_before_any_agreement_owes_nothing(people, versions) -> None:
    found = report.build(month_of(date(2025, 11, 5)), EVERYTHING, NOW)

    assert (found.lines, found.volume.promised) == ((), None)


def test_first_month_of_an_agreement_owes_only_its_own_days(people, versions) -> None:
    june = month_of(date(2026, 6, 5))
    AgreementVersion.objects.filter(pk=versions[0].pk).update(activated_at=datetime(2026, 6, 16, tzinfo=UTC))

    assert report.build(june, EVERYTHING, NOW).line("volume").target == 10


def test_history_imported_under_a_version_is_owed_from_the_start_of_its_period(people, versions) -> None:
    june = month_of(date(2026, 6, 5))
    AgreementVersion.objects.filter(pk=versions[0].pk).update(activated_at=datetime(2026, 6, 16, tzinfo=UTC))
    rows.offer(versions[0], people.sales, "accepted", datetime(2026, 6, 3, 9, tzinfo=UTC), is_history=True)

    assert report.build(june, EVERYTHING, NOW).line("volume").target == 20


def test_baseline_promises_until_the_first_agreement_takes_effect(people, versions) -> None:
    AgreementVersion.objects.filter(pk=versions[0].pk).update(activated_at=datetime(2026, 6, 16, tzinfo=UTC))
    before = baseline_version(commitments=terms(100, 2, 0.9))
    rows.offer(before, people.sales, "accepted", datetime(2026, 6, 3, 9, tzinfo=UTC), is_history=True)

    assert report.build(month_of(date(2026, 6, 5)), EVERYTHING, NOW).line("volume").target == 50 + 10
    assert report.build(OCTOBER, EVERYTHING, NOW).line("volume").target == 20


def test_each_baseline_promises_until_the_next_one_starts() -> None:
    quarters = [quarter_of(date(2021, month, 1)) for month in (4, 7)]
    calm, busy = (
        baseline_version(starts_on=quarter.first_on.isoformat(), commitments=terms(amount, 2, 0.9))
        for quarter, amount in zip(quarters, (20, 60), strict=True)
    )
    # What the first of them offered is still counted in the second quarter; it promises nothing there.
    rows.clock(calm, "decide", datetime(2021, 7, 5, 9, tzinfo=UTC), "met")
    rows.clock(busy, "decide", datetime(2021, 8, 5, 9, tzinfo=UTC), "met")
    rows.clock(calm, "decide", datetime(2021, 5, 5, 9, tzinfo=UTC), "met")

    promised = [report.build(quarter, EVERYTHING, NOW).line("volume").target for quarter in quarters]

    assert promised == [60, 180]


def test_promise_of_all_leads_is_not_held_against_those_of_one_team(people, versions) -> None:
    rows.offer(versions[1], people.sales, "accepted", IN_NOVEMBER)

    line = report.build(NOVEMBER, Filters(team_id=people.sales.pk), NOW).line("volume")

    assert (line.value, line.target, line.status) == (1, None, "none")


@pytest.fixture
def legs(people: Cast) -> tuple[AgreementVersion, AgreementVersion]:
    """Return two agreements that name promises on different legs by one code."""
    both = (people.marketing_manager, people.sales_manager)

    def promised(leg: int, side: str, amount: int) -> list[dict]:
        volume = periodic("volume", side, amount=amount, target=None, params=VOLUME) | {"leg": leg}
        decide = timed("decide", "sales", 2 * leg, "business_hours") | {"leg": leg}
        return [volume, decide, timed("answer", "marketing", 4, "business_hours")]

    first = signed_version(signers=both, commitments=promised(1, "marketing", 20))
    small = {"label": "Small", "rule": {"fact": "employees", "op": "<", "value": 50}}
    second = signed_version(
        key="small", rank=1, signers=both, segment=small, legs=two_legs(), commitments=promised(2, "sales", 6)
    )
    return first, second


def test_one_code_on_two_legs_is_two_promises(people, legs) -> None:
    for version, leg, cases in ((legs[0], 1, 3), (legs[1], 2, 5), (legs[1], 1, 7)):
        for _ in range(cases):
            rows.offer(version, people.sales, "accepted", IN_NOVEMBER, leg=leg)
    for version, state in ((legs[0], "met"), (legs[1], "late")):
        for _ in range(5):
            rows.clock(version, "decide", IN_NOVEMBER, state)

    found = report.build(NOVEMBER, EVERYTHING, NOW)

    told = {line.key: (line.side, line.leg, line.value, line.target) for line in found.lines if line.n}
    assert told == {
        "volume": ("marketing", 1, 3, 20),
        "decide": ("sales", 1, 1.0, 0.9),
        "volume-2": ("sales", 2, 5, 6),
        "decide-2": ("sales", 2, 0.0, 0.9),
    }
    behind = [
        len(members.of_commitment(found.line(key).promise, "all", NOVEMBER, EVERYTHING, NOW)) for key in told
    ]
    assert behind == [3, 5, 5, 5]


def test_page_of_each_leg_shows_its_own_leads(people, legs, client, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    for leg, version in enumerate(legs, start=1):
        rows.clock(version, "decide", IN_NOVEMBER, "met" if leg == 1 else "late")
    client.force_login(people.marketing_manager)

    shown = {key: client.get(reverse("compliance-commitment", args=[key])) for key in ("decide", "decide-2")}

    assert [page.context["row"].line.kept for page in shown.values()] == [1, 0]
    file = client.get(reverse("compliance-commitment-csv", args=["decide-2"])).content.decode("utf-8-sig")
    assert len(file.splitlines()) == 2


def test_page_says_what_was_promised_when(people, versions, client, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    for version in versions:
        rows.clock(version, "decide", IN_NOVEMBER, "met")
    client.force_login(people.marketing_manager)

    with translation.override("en"):
        page = client.get(reverse("compliance"), {"period": "month"}).content.decode()
        earlier = client.get(reverse("compliance"), {"period": "last_month"}).content.decode()

    assert "until 9 Nov: 20 a month" in page
    assert "from 10 Nov: 60 a month" in page
    assert "until 9 Nov: within 2 business hours, 90%" in page
    assert "20 a month" in earlier
    assert "60 a month" not in earlier
    assert "until" not in earlier.split("How is this counted")[0]
