"""Many offers answered at once: each by its own move, one sentence of what became of them."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sla import handoffs
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, offered, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_now(time_machine):
    time_machine.move_to(NOW + timedelta(minutes=5), tick=False)


def offers(play: Scene, *companies: str) -> list[Handoff]:
    return [offered(play, factories.ready_lead(company=company)) for company in companies]


def together(client: Client, user, move: str, chosen, **more: str) -> str:
    client.force_login(user)
    data = {"move": move, "handoff": [one.pk for one in chosen], "next": "/inbox/", **more}
    answer = client.post("/inbox/together/", data, follow=True)
    assert answer.redirect_chain == [("/inbox/", 302)]
    return " ".join(answer.content.decode().split())


def states(chosen) -> list[str]:
    return [Handoff.objects.get(pk=one.pk).state for one in chosen]


def test_chosen_offers_are_accepted(at_now, play: Scene, client: Client) -> None:
    chosen = offers(play, "Vela Medical", "Corda Health", "Tarn Energy")
    assert "2 leads accepted." in together(client, play.rep, "accept", chosen[:2])
    assert states(chosen) == ["accepted", "accepted", "offered"]


def test_one_taken_by_a_colleague_does_not_keep_the_others(at_now, play: Scene, client: Client) -> None:
    chosen = offers(play, "Vela Medical", "Corda Health")
    Handoff.objects.update(rep=None)
    handoffs.accept(handoff=Handoff.objects.get(pk=chosen[1].pk), actor=play.cast.other_rep, now=NOW)
    text = together(client, play.rep, "accept", chosen)
    assert "1 lead accepted." in text
    assert f"Corda Health: {play.cast.other_rep} accepted this lead" in text


def test_passing_on_ends_here_and_starts_at_the_colleague(at_now, play: Scene, client: Client) -> None:
    chosen = offers(play, "Vela Medical", "Corda Health")
    to = str(play.cast.other_rep.pk)
    assert "2 leads passed on." in together(client, play.rep, "reroute", chosen, to=to)
    assert states(chosen) == ["rerouted", "rerouted"]
    assert Handoff.objects.open().filter(rep=play.cast.other_rep).count() == 2


def test_what_is_not_theirs_stays_and_is_not_named(at_now, play: Scene, client: Client) -> None:
    chosen = offers(play, "Vela Medical")
    text = together(client, play.cast.other_rep, "accept", chosen)
    assert "0 leads accepted. " in text
    assert "One lead is not in your inbox any more." in text
    assert "Vela Medical" not in text
    assert states(chosen) == ["offered"]


@pytest.mark.parametrize("data", [{"move": "accept"}, {"move": "win", "handoff": "1"},
                                  {"move": "reroute", "handoff": "1", "to": "0"}])  # fmt: skip
def test_empty_or_odd_choice_is_told(play: Scene, client: Client, data: dict[str, str]) -> None:
    client.force_login(play.rep)
    answer = client.post("/inbox/together/", data, follow=True)
    assert "Choose at least one lead, and what to do with it." in answer.content.decode()


def test_only_offers_can_be_chosen(at_now, play: Scene, client: Client) -> None:
    waiting = offers(play, "Vela Medical")[0]
    worked = accepted(play)
    client.force_login(play.rep)
    text = client.get("/inbox/").content.decode()
    assert f'name="handoff" value="{waiting.pk}"' in text
    assert f'name="handoff" value="{worked.pk}"' not in text


@pytest.mark.django_db(transaction=True)
def test_rows_are_chosen_by_keys_and_with_shift(page: Page, live_server: LiveServer, client: Client) -> None:
    play = scene()
    chosen = offers(play, "Vela Medical", "Corda Health", "Tarn Energy")
    client.force_login(play.rep)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/inbox/")
    bar = page.get_by_role("group", name="Chosen leads")
    expect(bar).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 chosen")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(bar).to_contain_text("3 chosen")
    bar.get_by_role("button", name="Accept").click()
    expect(page.locator(".toast")).to_contain_text("3 leads accepted.")
    assert states(chosen) == ["accepted"] * 3
