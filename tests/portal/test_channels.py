"""The log tells by which way an act came: a page, a link in a letter, the chat, an API key."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from leads import audit
from leads.models import AuditEntry, User
from portal import api_keys
from portal.delivery import links
from portal.models import NoticeChoice, Scope
from sla import handoffs
from sla.models import Handoff
from tests.factories import NOW
from tests.portal.delivery.slack import send as slack_sends
from tests.sla.scene import Scene, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def by_page(handoff: Handoff, rep: User) -> None:
    client = Client()
    client.force_login(rep)
    client.post(reverse("handoff-accept", args=[handoff.pk]))


def by_link(handoff: Handoff, rep: User) -> None:
    Client().post(reverse("act", args=[links.token("accept", handoff, rep)]))


def by_chat(handoff: Handoff, rep: User) -> None:
    NoticeChoice.objects.create(person=rep, slack_id="U1")
    action = {"action_id": "act-accept", "value": links.token("accept", handoff, rep)}
    slack_sends({"payload": json.dumps({"user": {"id": "U1"}, "actions": [action]})}, secret="secret")


def by_key(handoff: Handoff, rep: User) -> None:
    _key, secret = api_keys.issue(
        owner=rep,
        name="CRM",
        scopes=[Scope.READ, Scope.MOVES],
        expires_at=None,
        now=timezone.now(),
        actor=rep,
    )
    headers = {"Authorization": f"Bearer {secret}"}
    Client().post(f"/api/v1/handoffs/{handoff.pk}/accept/", {}, "application/json", headers=headers)


def by_none(handoff: Handoff, rep: User) -> None:
    handoffs.accept(handoff=handoff, actor=rep, now=NOW)


@pytest.mark.parametrize(
    ("do", "channel", "words"),
    [
        (by_page, "page", "on a page"),
        (by_link, "link", "by a link in a letter"),
        (by_chat, "chat", "in the chat"),
        (by_key, "key", "by an API key"),
        (by_none, None, ""),
    ],
)
def test_act_tells_by_which_way_it_came(
    do: object, channel: str | None, words: str, play: Scene, settings: Settings
) -> None:
    settings.SLACK_SIGNING_SECRET = "secret"
    handoff = offered(play)
    do(handoff, play.rep)
    entry = AuditEntry.objects.get(verb="accept")
    assert entry.data.get("channel") == channel
    assert audit.broken() == []
    reader = Client()
    reader.force_login(play.cast.operations)
    log = reader.get(reverse("settings-audit"), {"verb": "accept"}).content.decode()
    history = reader.get(reverse("lead", args=[handoff.lead_id])).content.decode()
    assert words in log
    assert (words in history) == (channel != "page")


def test_way_of_one_call_is_not_that_of_the_next(play: Scene) -> None:
    first, second = offered(play), offered(play)
    by_key(first, play.rep)
    by_page(second, play.rep)
    ways = AuditEntry.objects.filter(verb="accept").order_by("pk").values_list("data__channel", flat=True)
    assert list(ways) == ["key", "page"]
