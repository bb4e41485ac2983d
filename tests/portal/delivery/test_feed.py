"""Due times as a calendar: own ones, behind an address that is the key and nothing else is."""

from datetime import timedelta

import icalendar
import pytest
from django.test import Client
from django.urls import reverse

from leads.models import User
from portal.delivery import feed
from portal.models import Feed
from sla import handoffs
from sla.models import Clock
from tests.factories import NOW
from tests.portal.delivery.tables import fingerprint
from tests.sla.scene import Scene, offered

pytestmark = pytest.mark.django_db


def events(client: Client, secret: str) -> list[icalendar.Event]:
    answer = client.get(reverse("feed", args=[secret]))
    assert answer.status_code == 200
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def test_feed_holds_what_its_owner_has_to_do(play: Scene, client: Client) -> None:
    handoff = offered(play)
    offered(play, to=play.cast.other_rep)
    secret = feed.rotate(person=play.rep, now=NOW)
    found = events(client, secret)
    mine = Clock.objects.filter(rep=play.rep, state="running", due_at__isnull=False)
    assert {str(event["uid"]).split("@")[0] for event in found} == {f"clock-{clock.pk}" for clock in mine}
    decide = next(event for event in found if str(event["summary"]).startswith("Decide"))
    assert str(decide["summary"]) == f"Decide: {handoff.lead.account}"
    assert decide["dtstart"].dt == Clock.objects.get(handoff=handoff, kind="decide").due_at


def test_marketing_sees_the_clocks_of_its_desk(play: Scene, client: Client) -> None:
    handoff = offered(play)
    handoffs.ask(handoff=handoff, actor=play.rep, text="Which plant?", now=NOW)
    found = events(client, feed.rotate(person=play.marketer, now=NOW))
    assert [str(event["summary"]).split(":")[0] for event in found] == ["Answer"]


def test_referee_sees_what_is_to_be_ruled(play: Scene, client: Client) -> None:
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="no_budget", now=NOW)
    handoffs.contest(handoff=handoff, actor=play.marketer, note="It is known.", now=NOW)
    found = events(client, feed.rotate(person=play.referee, now=NOW))
    assert [str(event["summary"]).split(":")[0] for event in found] == ["Rule"]


def test_old_invented_and_former_addresses_open_nothing(play: Scene, client: Client) -> None:
    old = feed.rotate(person=play.rep, now=NOW)
    new = feed.rotate(person=play.rep, now=NOW)
    assert client.get(reverse("feed", args=[old])).status_code == 404
    assert client.get(reverse("feed", args=["invented"])).status_code == 404
    User.objects.filter(pk=play.rep.pk).update(is_active=False)
    assert client.get(reverse("feed", args=[new])).status_code == 404


def test_database_does_not_know_the_secret(play: Scene) -> None:
    secret = feed.rotate(person=play.rep, now=NOW)
    assert secret not in Feed.objects.get().secret_hash


def test_reading_changes_nothing_and_is_not_cached(play: Scene, client: Client) -> None:
    secret = feed.rotate(person=play.rep, now=NOW - timedelta(days=1))
    before = fingerprint()
    answer = client.get(reverse("feed", args=[secret]))
    assert fingerprint() == before
    assert "no-store" in answer.headers["Cache-Control"]


def test_person_makes_and_ends_a_feed(play: Scene, client: Client) -> None:
    client.force_login(play.rep)
    page = client.post(reverse("feed-new")).content.decode()
    assert "/feeds/" in page
    assert "/feeds/" not in client.get(reverse("notice-choices")).content.decode()
    client.post(reverse("feed-end"))
    assert not Feed.objects.exists()
