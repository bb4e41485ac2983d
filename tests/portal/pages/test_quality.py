"""The page of what Sales said: ratings by origin down to the leads, and how reasons stood up."""

import pytest
from django.urls import reverse

from tests.factories import NOW, cast, make_lead, signed_version
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(time_machine):
    time_machine.move_to(NOW, tick=False)
    return cast()


def page(client, user, **query) -> str:
    client.force_login(user)
    return client.get(reverse("compliance-said"), query).content.decode()


def test_ratings_say_too_few_and_lead_to_their_leads(client, people) -> None:
    version = signed_version(signers=(people.marketing_manager, people.sales_manager))
    lead = make_lead(company="Worse Ltd", source="Webinar")
    rows.offer(version, people.sales, "accepted", NOW, lead=lead, quality="worse")

    assert "1 rated: too few" in page(client, people.marketer)
    assert "Worse Ltd" not in page(client, people.marketer)
    assert "Worse Ltd" in page(client, people.marketer, name="Webinar", rating="worse")
    assert "Worse Ltd" not in page(client, people.marketer, name="Webinar", rating="better")


def test_rep_reads_no_names_of_leads_that_are_not_theirs(client, people) -> None:
    version = signed_version(signers=(people.marketing_manager, people.sales_manager))
    lead = make_lead(company="Canary Ltd", source="Webinar")
    rows.offer(version, people.sales, "accepted", NOW, lead=lead, quality="worse")

    assert "Canary Ltd" not in page(client, people.stranger, name="Webinar", rating="worse")


@pytest.mark.parametrize("query", [{"by": "moon"}, {"name": "Nowhere"}, {"name": "x", "rating": "moon"}])
def test_odd_address_shows_the_page(client, people, query: dict[str, str]) -> None:
    assert "Quality as Sales saw it" in page(client, people.marketer, **query)
