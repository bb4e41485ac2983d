"""The palette: what it offers to whom, and how it is worked by keys."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, offered, scene

pytestmark = pytest.mark.django_db


def results(client: Client, user, query: str = "", row: str = "", page: str = "/inbox/") -> str:
    client.force_login(user)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.get("/palette/", {"q": query, "row": row}, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_pages_are_those_of_the_role(play: Scene, client: Client) -> None:
    assert 'href="/imports/"' not in results(client, play.rep)
    assert 'href="/imports/"' in results(client, play.marketer)
    assert 'href="/inbox/"' in results(client, play.rep, "inb")
    assert 'href="/leads/"' not in results(client, play.rep, "inb")


def test_leads_are_found_within_the_scope(play: Scene, client: Client) -> None:
    lead = factories.make_lead("Sofia Rinaldi", company="Vela Medical")
    assert f'href="/leads/{lead.pk}/"' in results(client, play.marketer, "rinaldi")
    found = results(client, play.rep, "rinaldi")
    assert f'href="/leads/{lead.pk}/"' not in found
    assert f'href="/leads/{lead.pk}/"' not in results(client, play.marketer, "ri")


def test_moves_are_those_of_the_focused_row(play: Scene, client: Client) -> None:
    handoff = offered(play, factories.ready_lead(company="Vela Medical"))
    found = results(client, play.rep, row=f"handoff-{handoff.pk}")
    assert "This lead: Vela Medical" in found
    assert f'hx-post="/handoffs/{handoff.pk}/accept/"' in found
    assert f'hx-get="/handoffs/{handoff.pk}/decline/"' in found
    assert "This lead" not in results(client, play.cast.other_rep, row=f"handoff-{handoff.pk}")


def test_moves_on_a_dossier_are_those_of_its_lead(play: Scene, client: Client) -> None:
    handoff = accepted(play)
    found = results(client, play.rep, "hand", page=f"/leads/{handoff.lead_id}/?show=all")
    assert f'hx-get="/handoffs/{handoff.pk}/hand-back/"' in found
    assert "touch/" not in found


def test_nothing_found_says_what_would(play: Scene, client: Client) -> None:
    assert "All leads that match" in results(client, play.rep, "qqqq")
    assert "Three letters or more find a lead" in results(client, play.rep, "qq")


def test_without_script_the_leads_are_searched(play: Scene, client: Client) -> None:
    client.force_login(play.rep)
    assert client.get("/palette/", {"q": "vela"}).headers["Location"] == "/leads/?q=vela"


def test_queries_do_not_grow_with_the_leads(play: Scene, client: Client) -> None:
    offered(play, factories.ready_lead(company="Vela Medical"))
    results(client, play.rep, "vela")
    with CaptureQueriesContext(
        connection,
    ) as one:
        results(client, play.rep, "vela")
    for number in range(5):
        factories.make_lead(f"Person {number}", company="Vela Medical", owner=play.rep)
    with CaptureQueriesContext(connection) as many:
        assert "Person 3" in results(client, play.rep, "vela")
    assert len(many) == len(one)


@pytest.mark.django_db(transaction=True)
def test_palette_is_worked_by_keys(page: Page, live_server: LiveServer, client: Client,
                                   axe: Callable[[Page], list[str]]) -> None:  # fmt: skip
    play = scene()
    handoff = offered(play, factories.ready_lead(company="Vela Medical"), now=NOW)
    client.force_login(play.rep)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/inbox/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette.get_by_role("combobox")).to_be_focused()
    expect(palette.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(page.locator("#palette [role=combobox]")).not_to_be_focused()  # keys act on the page again
    page.keyboard.press("j")
    page.keyboard.press("/")
    page.keyboard.type("accept")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Accept")
    expect(palette.locator('[href="/leads/"]')).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Accepted Vela Medical.")
    expect(palette).to_be_hidden()
    assert Handoff.objects.get(pk=handoff.pk).accepted_at
