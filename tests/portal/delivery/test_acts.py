"""The buttons of letters: seen by scanners as often as they like, good for one act by one person."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from leads.models import User
from portal import delivery
from portal.delivery import links
from sla import handoffs, sweep
from sla.models import Clock, Handoff
from tests import company
from tests.factories import NOW
from tests.portal.delivery.tables import fingerprint
from tests.sla.scene import Scene, offered

pytestmark = pytest.mark.django_db
URL = re.compile(r"https?://[^\s\"<>]+")


def button(handoff: Handoff, person: User, act: str = "accept") -> str:
    return reverse("act", args=[links.token(act, handoff, person)])


def state(handoff: Handoff) -> str:
    return Handoff.objects.get(pk=handoff.pk).state


def urls_of(letters: list) -> set[str]:
    """Return every link of letters, of their text and of their HTML."""
    texts = [part for letter in letters for part in (letter.body, letter.alternatives[0].content)]
    return {url.split("testserver")[1] for text in texts for url in URL.findall(text) if "testserver" in url}


def test_scanners_change_nothing_whatever_they_fetch(settings: Settings, client: Client) -> None:
    settings.PUBLIC_URL = "http://testserver"
    at = company.company()
    company.every_state(at)
    sweep.run(at.now + timedelta(days=3))
    delivery.deliver(now=at.now + timedelta(days=3))
    urls = urls_of(mail.outbox)
    assert {"accept", "acknowledge"} <= {links.read(url.split("/")[2]).act.code for url in _acts(urls)}
    before = fingerprint()
    for url in sorted(urls):
        for _time in range(3):
            client.get(url)
            client.head(url)
            client.options(url)
    assert fingerprint() == before
    assert len(urls) > 20


def _acts(urls: set[str]) -> list[str]:
    found = []
    for url in urls:
        if url.startswith("/act/"):
            try:
                links.read(url.split("/")[2])
            except links.Spent:
                continue
            found.append(url)
    return found


def test_control_a_page_that_acted_on_get_would_be_found_out(play: Scene, client: Client) -> None:
    handoff = offered(play)
    before = fingerprint()
    client.post(button(handoff, play.rep))
    assert fingerprint() != before


def test_button_asks_then_acts_once(play: Scene, client: Client) -> None:
    handoff = offered(play)
    address = button(handoff, play.rep)
    asked = client.get(address)
    assert f"Accept {handoff.lead.account}?" in asked.content.decode()
    assert state(handoff) == "offered"
    done = client.post(address)
    assert (done.status_code, state(handoff)) == (200, "accepted")
    assert Handoff.objects.get(pk=handoff.pk).decided_by == play.rep
    again = client.post(address)
    assert again.status_code == 409
    assert "settled already" in again.content.decode()


def test_button_logs_nobody_in_and_leaks_no_address(play: Scene, client: Client) -> None:
    answer = client.get(button(offered(play), play.rep))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    client.post(button(offered(play), play.rep))
    assert client.get(reverse("inbox")).status_code == 302


def test_forged_form_is_refused(play: Scene) -> None:
    handoff = offered(play)
    assert Client(enforce_csrf_checks=True).post(button(handoff, play.rep)).status_code == 403
    assert state(handoff) == "offered"


@pytest.mark.parametrize("happens", ["reroute", "withdraw", "pool", "left", "other_team", "asked"])
def test_button_is_useless_once_anything_has_changed(play: Scene, client: Client, happens: str) -> None:
    handoff = offered(play)
    address = button(handoff, play.rep)
    changes = {
        "reroute": lambda: handoffs.reroute(handoff=handoff, actor=play.rep, to=play.cast.other_rep, now=NOW),
        "withdraw": lambda: handoffs.withdraw(
            handoff=handoff, actor=play.marketer, reason="mistake", now=NOW
        ),
        "pool": lambda: handoffs.pool(handoff=handoff, now=NOW),
        "left": lambda: User.objects.filter(pk=play.rep.pk).update(is_active=False),
        "other_team": lambda: Handoff.objects.filter(pk=handoff.pk).update(rep=play.cast.other_rep),
        "asked": lambda: handoffs.ask(handoff=handoff, actor=play.rep, text="Which plant?", now=NOW),
    }
    changes[happens]()
    before = fingerprint()
    answers = {client.get(address).status_code, client.post(address).status_code}
    assert answers <= {404, 409}
    assert fingerprint() == before


def test_token_of_one_act_serves_no_other_and_none_is_guessed(play: Scene, client: Client) -> None:
    handoff = offered(play)
    word = links.token("accept", handoff, play.rep)
    for changed in (word[:-1], word.replace(":", ":x", 1), "x", links.token("hand_back", handoff, play.rep)):
        assert client.post(reverse("act", args=[changed])).status_code == 404
    assert client.post(button(handoff, play.rep, "acknowledge")).status_code == 409
    assert state(handoff) == "offered"


def test_button_expires(play: Scene, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = button(offered(play), play.rep)
    monkeypatch.setattr(links, "LIFETIME", timedelta(seconds=-1))
    assert client.post(address).status_code == 410


def test_button_is_not_for_whoever_is_logged_in_as_somebody_else(play: Scene, client: Client) -> None:
    handoff = offered(play)
    client.force_login(play.cast.other_rep)
    assert client.post(button(handoff, play.rep)).status_code == 403
    assert state(handoff) == "offered"


def test_marketing_takes_up_a_refused_lead_from_its_letter(
    play: Scene, client: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = "http://testserver"
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="no_budget", now=NOW)
    delivery.deliver(now=NOW + timedelta(minutes=3))
    letter = next(one for one in mail.outbox if one.to == [play.marketer.email])
    assert "No budget" in letter.body
    (address,) = _acts(urls_of([letter]))
    assert client.post(address).status_code == 200
    assert Handoff.objects.get(pk=handoff.pk).refusal.acknowledged_by == play.marketer


def test_letter_of_an_offer_that_was_decided_meanwhile_is_not_sent(play: Scene) -> None:
    handoff = offered(play, now=NOW)
    handoffs.accept(handoff=handoff, actor=play.rep, now=NOW)
    delivery.deliver(now=NOW)
    assert not [letter for letter in mail.outbox if letter.to == [play.rep.email]]


def test_letter_names_the_time_by_which_to_decide_in_the_readers_zone(play: Scene) -> None:
    User.objects.filter(pk=play.rep.pk).update(time_zone="America/New_York")
    handoff = offered(play)
    delivery.deliver(now=NOW)
    due_at = Clock.objects.get(handoff=handoff, kind="decide").due_at
    (letter,) = [letter for letter in mail.outbox if letter.to == [play.rep.email]]
    assert due_at is not None
    assert f"Decide by: Wed 18 Nov 2026, {due_at.hour - 5:02}:{due_at:%M} EST" in letter.body
