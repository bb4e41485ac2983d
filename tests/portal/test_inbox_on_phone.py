"""The inbox on a phone: two large buttons per lead, nothing sideways."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sla import handoffs
from tests import factories
from tests.sla.scene import Scene, scene

pytestmark = pytest.mark.django_db(transaction=True)

#: Open at any hour, so that the journey's clocks run whenever the test does.
ALWAYS = {
    "timezone": "Europe/Berlin",
    "hours": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}


def offered(play: Scene, company: str, *, is_accepted: bool = False) -> int:
    now = timezone.now()
    lead = factories.ready_lead(f"Person of {company}", company=company, now=now)
    handoff = handoffs.offer(lead=lead, actor=play.marketer, to=play.rep, now=now)
    if is_accepted:
        handoffs.accept(handoff=handoff, actor=play.rep, now=now)
    return handoff.pk


@pytest.fixture
def play() -> Scene:
    play = scene()
    factories.calendars.save(key="default", name="Default", document=ALWAYS, now=timezone.now())
    return play


@pytest.fixture
def inbox(page: Page, live_server: LiveServer, client: Client, play: Scene) -> Page:
    """Open the inbox of a rep with three leads: two offered, one accepted."""
    for company in ("Vela Medical", "Tarn Energy"):
        offered(play, company)
    offered(play, "Lumen Packaging", is_accepted=True)
    client.force_login(play.rep)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/inbox/")
    return page


@pytest.mark.parametrize("width", [320, 390])
def test_phone_shows_two_large_buttons_and_nothing_sideways(inbox: Page, width: int) -> None:
    inbox.set_viewport_size({"width": width, "height": 800})
    buttons = inbox.locator("[data-row]", has_text="Tarn Energy").locator(".keys .btn:visible")
    expect(buttons).to_have_count(2)
    assert [round(button.bounding_box()["height"]) for button in buttons.all()] == [44, 44]
    assert inbox.evaluate("document.documentElement.scrollWidth <= innerWidth")
