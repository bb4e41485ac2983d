"""The list of leads and the search from every page."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.choices import Role
from tests import factories
from tests.sla.scene import Scene, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def text(client: Client, user, **query: str) -> str:
    client.force_login(user)
    answer = client.get("/leads/", query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_rep_starts_with_own_leads_and_marketing_with_all(play: Scene, client: Client) -> None:
    offered(play, factories.ready_lead(company="Vela Medical"))
    factories.make_lead(company="Corda Health")
    assert "Vela Medical" in text(client, play.rep)
    assert "Corda Health" not in text(client, play.rep, view="all")
    assert "Corda Health" in text(client, play.marketer)


@pytest.mark.parametrize("term", ["vela", "rinaldi", "SOFIA@", "ela med", "medical rinaldi"])
def test_search_finds_by_company_person_and_mail(play: Scene, client: Client, term: str) -> None:
    factories.make_lead("Sofia Rinaldi", company="Vela Medical", email="sofia@example.org")
    found = text(client, play.marketer, q=term)
    assert "Vela Medical" in found
    assert f"1 lead matches “{term}”." in found


def test_search_stays_within_the_scope(play: Scene, client: Client) -> None:
    factories.make_lead("Sofia Rinaldi", company="Vela Medical")
    found = text(client, play.rep, q="vela")
    assert "Nobody found." in found
    assert "Sofia" not in found


def test_search_needs_three_letters(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical")
    found = text(client, play.marketer, q="ve")
    assert "Three letters or more find a lead." in found
    assert "Vela Medical" not in found


def test_search_from_any_page_leads_to_the_list(play: Scene, client: Client) -> None:
    client.force_login(play.rep)
    assert client.get("/search/", {"q": "Vela & co"})["Location"] == "/leads/?q=Vela+%26+co"
    assert client.get("/search/")["Location"] == "/leads/"


def test_empty_view_points_to_all(play: Scene, client: Client) -> None:
    found = text(client, play.rep, view="late")
    assert "No lead in this view." in found
    assert "/leads/?view=all" in found


def test_list_before_the_first_lead_says_where_leads_come_from(client: Client, db: None) -> None:
    way = f'<a class="link" href="{reverse("imports")}">'
    for role, may_import in ((Role.MARKETER, True), (Role.LEADER, False)):
        found = text(client, factories.user(role, None), view="all")
        assert "No leads yet." in found
        assert (way in found) == may_import


def test_long_list_is_paged(play: Scene, client: Client) -> None:
    for _turn in range(51):
        factories.make_lead()
    first = text(client, play.marketer)
    following = re.search(r'href="\?after=(\d+)" rel="next"', first)
    assert following
    second = text(client, play.marketer, after=following[1])
    assert (first.count('scope="row"'), second.count('scope="row"')) == (50, 1)


@pytest.mark.parametrize("many", [1, 30])
def test_number_of_queries_does_not_grow(play: Scene, client: Client, many: int) -> None:
    for _turn in range(many):
        offered(play)
    client.force_login(play.rep)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/leads/")
    assert answer.content.decode().count('scope="row"') == many
    assert len(asked) <= 16
