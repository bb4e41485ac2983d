"""Volume by value: each lead counts as much as the agreement says of its priority."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from sla import document
from sla.compliance import report
from sla.compliance.periods import Filters, month_of
from sla.lab import capacity
from tests.factories import NOW, Cast, agreement_commitments, agreement_data, cast, periodic, signed_version
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
NOVEMBER = month_of(date(2026, 11, 5))
YESTERDAY = NOW - timedelta(days=1)
TIERS = [
    {"code": "top", "label": "Top", "grid": ["A1", "A2"], "worth": 3},
    {"code": "middle", "label": "Middle", "grid": ["B1"]},
    {"code": "standard", "label": "Others", "grid": None, "worth": 0.5},
]


def by_value(amount: int = 10) -> list[dict]:
    params = {"weighted": True, "daily_maximum": None}
    volume = periodic("volume", "marketing", amount=amount, target=None, params=params)
    return [volume if one["code"] == "volume" else one for one in agreement_commitments()]


def hand_over(version, people: Cast, **tiers: int) -> None:
    for tier, count in tiers.items():
        for _ in range(count):
            rows.offer(version, people.sales, "accepted", YESTERDAY, tier=tier)


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def version(people: Cast):
    both = (people.marketing_manager, people.sales_manager)
    return signed_version(signers=both, tiers=TIERS, commitments=by_value())


def test_each_lead_counts_as_its_priority_says(version, people: Cast) -> None:
    hand_over(version, people, top=2, middle=1, standard=4)
    rows.offer(version, people.sales, "accepted", YESTERDAY)

    line = report.build(NOVEMBER, Filters(), NOW).line("volume")

    # The one without a priority counts as the last one does.
    assert (line.value, line.n, line.target) == (2 * 3 + 1 + 5 * 0.5, 8, 10)
    assert line.volume.days == ((YESTERDAY.date(), 9.5),)
    assert line.status == "on_pace"


def test_lead_offered_twice_counts_once_by_its_first_priority(version, people: Cast) -> None:
    first = rows.offer(version, people.sales, "declined", YESTERDAY, tier="top")
    again = {"lead": first.lead, "hop": 2, "tier": "standard"}
    rows.offer(version, people.sales, "accepted", YESTERDAY + timedelta(hours=3), **again)

    assert report.build(NOVEMBER, Filters(), NOW).line("volume").value == 3


def test_narrowed_to_a_priority_only_that_one_counts(version, people: Cast) -> None:
    hand_over(version, people, top=2, middle=1, standard=4)

    values = [
        report.build(NOVEMBER, Filters(tier=tier), NOW).line("volume").value
        for tier in ("top", "middle", "standard")
    ]

    assert values == [6, 1, 2]


def test_without_worth_leads_are_counted(people: Cast) -> None:
    version = signed_version(
        signers=(people.marketing_manager, people.sales_manager), commitments=by_value(amount=3)
    )
    hand_over(version, people, top=2, standard=1)

    line = report.build(NOVEMBER, Filters(), NOW).line("volume")

    assert (line.value, line.status) == (3, "kept")


def test_pages_say_that_volume_is_counted_by_value(version, people: Cast, client, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    hand_over(version, people, top=1)
    client.force_login(people.marketing_manager)

    with translation.override("en"):
        page = client.get(reverse("compliance"), {"period": "month"}).content.decode()
        desk = client.get(reverse("desk")).content.decode()

    assert "10 a month by value" in page
    assert "1 sales-ready leads handed over, worth 3" in page
    assert "Marketing is 3 behind its pace, by value." in page
    assert "of 10 by value handed over this month" in desk


def test_document_with_worth_survives_the_round_trip_and_says_it() -> None:
    data = agreement_data(tiers=TIERS, commitments=by_value())
    text = document.parse(data)

    assert document.dump(text)["tiers"] == TIERS
    volume = next(one for one in text.commitments if one.kind == "volume")
    assert "worth 10 by value: Top counts as 3, Middle counts as 1, Others counts as 0.5" in str(
        document.explain_clause(volume, text)
    )
    assert any("By value one counts as 3" in str(one) for one in document.clauses(text)["tiers"].texts)


def test_consequences_point_out_value_that_counts_nothing() -> None:
    def said(**changes) -> str:
        return " ".join(str(one) for one in document.consequences(document.parse(agreement_data(**changes))))

    assert "every priority counts as one lead" in said(commitments=by_value())
    assert "“Top” counts as 3 leads, but no volume is weighted by value." in said(tiers=TIERS)
    assert "by value" not in said()
    assert "every priority" not in said(tiers=TIERS, commitments=by_value())


def test_capacity_takes_as_many_leads_as_value_may_mean() -> None:
    text = document.parse(agreement_data(tiers=TIERS, commitments=by_value()))
    plain = document.parse(agreement_data())

    assert capacity.promised_leads(text, NOVEMBER) == capacity.promised_leads(plain, NOVEMBER)
