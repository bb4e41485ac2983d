"""Suspected pairs on a page: compared side by side, merged, or remembered as two people."""

import pytest
from django.urls import reverse

from leads.models import DistinctPair, Lead
from tests import factories
from tests.sla.scene import offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def pair():
    account = factories.make_account("Tarn Tools")
    return [factories.make_lead(name, account=account) for name in ("Kerstin Vos", "Kersten Vos")]


def text_of(answer, status=200):
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_pair_is_listed_compared_and_merged(client, play, pair):
    client.force_login(play.marketer)
    address = reverse("duplicate", args=[pair[0].pk])
    compared = f"{address}?with={pair[1].pk}"
    assert compared in text_of(client.get(reverse("duplicates")))
    assert "<b>Kersten Vos</b>" in text_of(client.get(compared))
    answer = client.post(address, {"do": "merge", "keep": pair[1].pk, "with": pair[1].pk})
    assert answer.url == reverse("lead", args=[pair[1].pk])
    assert Lead.objects.alive().get(account=pair[0].account) == pair[1]
    assert address not in text_of(client.get(reverse("duplicates")))


def test_two_people_are_remembered(client, play, pair):
    client.force_login(play.cast.operations)
    address = reverse("duplicate", args=[pair[1].pk])
    client.post(address, {"do": "distinct", "with": pair[0].pk})
    remembered = DistinctPair.objects.get()
    assert (remembered.first, remembered.second, remembered.decided_by) == (*pair, play.cast.operations)
    assert "No duplicates are suspected" in text_of(client.get(reverse("duplicates")))


def test_two_leads_with_sales_stay_two_and_the_page_says_why(client, play):
    first, second = offered(play).lead, offered(play).lead
    client.force_login(play.marketer)
    answer = client.post(reverse("duplicate", args=[first.pk]), {"do": "merge", "with": second.pk})
    assert "Both records are with Sales right now" in text_of(answer, 409)
    assert Lead.objects.alive().count() == 2
