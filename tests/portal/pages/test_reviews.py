"""Reviews: an agenda that leads to what it names, for whoever holds the review and may see the lead."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import User
from sla.models import AgreementVersion, Clock, Review
from tests.factories import NOW, make_lead, signed_version, team
from tests.sla.compliance import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
ASKED = {"kind": "pipeline", "held_on": NOW.date(), "attendees": "Both", "minutes": "Held.", "outcome": ""}


@pytest.fixture
def stale(people) -> Any:
    """Return a lead of Sales' team with which nothing happened, and a decision that came too late."""
    version = signed_version(signers=(people.marketing_manager, people.sales_manager))
    lead = make_lead(owner=people.rep, team=people.sales)
    rows.clock(version, "upkeep", NOW - timedelta(days=3), "breached", lead=lead)
    for days in range(1, 11):
        rows.clock(version, "decide", NOW - timedelta(days=days), "late", lead=lead)
    return lead


def shown(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return client.get(address).content.decode()


def test_agenda_leads_to_the_stale_lead_and_to_the_cases_missed(client, people, stale) -> None:
    found = shown(client, people.sales_manager, reverse("reviews"))
    assert f'href="{reverse("lead", args=[stale.pk])}">{stale.account.name} has been stale since' in found
    missed = found.split(reverse("compliance-commitment", args=["decide"]))[1].split('"')[0]
    cases = shown(
        client,
        people.sales_manager,
        reverse("compliance-commitment", args=["decide"]) + missed.replace("&amp;", "&"),
    )
    assert stale.account.name in cases


def test_agenda_names_no_lead_that_its_reader_may_not_see(client, people, stale) -> None:
    elsewhere = User.objects.create(
        email="other@example.com", name="Other", role="sales_manager", team=team(), is_active=True
    )
    assert stale.account.name not in shown(client, elsewhere, reverse("reviews"))
    assert stale.account.name not in shown(client, people.rep, reverse("reviews"))
    assert stale.account.name in shown(client, people.leader, reverse("reviews"))


def test_agenda_names_reasons_on_the_rise_as_compliance_counts_them(client, people, stale) -> None:
    version, offered = stale_version(stale), NOW - timedelta(days=2)
    for _ in range(3):
        rows.offer(version, people.sales, "declined", offered)
    for state in ("withdrawn", "lost", "withdrawn"):
        rows.offer(version, people.sales, state, offered, reason_code="competitor")
    found = shown(client, people.leader, reverse("reviews"))
    assert "“No budget”: 3 times, 0 the period before." in found
    assert "Competitor" not in found


def test_minutes_keep_the_agenda_for_those_who_hold_reviews(client, people, stale) -> None:
    client.force_login(people.leader)
    client.post(reverse("reviews"), ASKED)
    kept = reverse("review", args=[Review.objects.get().pk])
    assert stale.account.name in shown(client, people.marketing_manager, kept)
    told = shown(client, people.rep, kept)
    assert "Held." in told
    assert stale.account.name not in told


def test_each_agreement_in_force_is_reviewed_on_its_own_day(client, people, stale) -> None:
    both = (people.marketing_manager, people.sales_manager)
    segment = {"label": "Big", "rule": {"fact": "employees", "op": ">=", "value": 500}}
    nearer = (NOW + timedelta(days=5)).date().isoformat()
    big = signed_version(key="big", signers=both, segment=segment, title="Big", review_due_on=nearer)

    found = shown(client, people.leader, reverse("reviews"))
    assert "in 5 days" in found
    # Of the other agreement's leads its agenda says nothing.
    assert stale.account.name not in found
    address = found.split('method="post" action="')[-1].split('"')[0]
    client.post(address, {**ASKED, "kind": "definition", "outcome": "confirmed"})
    assert Review.objects.get().version == big

    other = stale_version(stale)
    asked = f"{reverse('reviews')}?agreement={other.agreement_id}"
    assert stale.account.name in shown(client, people.leader, asked)
    client.post(asked, ASKED)
    assert Review.objects.latest("pk").version == other


def stale_version(stale) -> AgreementVersion:
    return Clock.objects.filter(lead=stale).first().version
