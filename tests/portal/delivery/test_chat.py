"""News in Slack's format, and buttons pressed there: verified, made once, answered in the chat."""

import json
import time
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from leads.models import User
from portal import delivery
from portal.delivery import chat, links
from portal.models import Endpoint, NoticeChoice
from sla.models import Handoff
from tests.factories import NOW
from tests.portal.delivery.receiver import Receiver, receiver
from tests.portal.delivery.slack import send as slack_sends
from tests.sla.scene import Scene, offered

pytestmark = pytest.mark.django_db
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def channel(settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
    with receiver() as told:
        yield told


@pytest.fixture
def slack(settings: Settings) -> None:
    settings.SLACK_SIGNING_SECRET = SECRET


def press(word: str, member: str = "U012AB3CD", *, secret: str = SECRET, age: int = 0, url: str = "") -> int:
    """Press a button as Slack tells of it; return the status of the answer."""
    payload = {
        "type": "block_actions",
        "user": {"id": member},
        "response_url": url,
        "actions": [{"action_id": "act-accept", "value": word}],
    }
    return slack_sends({"payload": json.dumps(payload)}, secret=secret, age=age).status_code


def member(person: User, slack_id: str = "U012AB3CD") -> None:
    NoticeChoice.objects.create(person=person, slack_id=slack_id)


def state(handoff: Handoff) -> str:
    return Handoff.objects.get(pk=handoff.pk).state


def buttons(body: str) -> list[dict]:
    blocks = json.loads(body)["blocks"]
    return [one for block in blocks if block["type"] == "actions" for one in block["elements"]]


def test_offer_reaches_a_persons_chat_with_links_that_ask(play: Scene, channel: Receiver) -> None:
    chat.connect(person=play.rep, url=channel.url, now=NOW, actor=play.rep)
    handoff = offered(play)
    delivery.deliver(now=NOW)
    ((_headers, body),) = channel.got
    assert str(handoff.lead.account) in json.loads(body)["text"]
    accept, show, decline = buttons(body)
    assert decline["url"] == links.absolute(reverse("handoff-decline", args=[handoff.pk]))
    assert accept["url"].startswith(links.absolute("/act/"))
    assert show["url"] == links.absolute(reverse("lead", args=[handoff.lead_id]))


def test_offer_reaches_the_teams_channel_without_anybodys_permission(play: Scene, channel: Receiver) -> None:
    chat.connect(team=play.cast.sales, url=channel.url, now=NOW, actor=play.rep)
    offered(play)
    delivery.deliver(now=NOW)
    ((_headers, body),) = channel.got
    assert [one["action_id"] for one in buttons(body)] == ["open-lead"]


def test_names_from_outside_are_no_markup_in_the_chat(play: Scene, channel: Receiver) -> None:
    chat.connect(person=play.rep, url=channel.url, now=NOW, actor=play.rep)
    handoff = offered(play)
    type(handoff.lead).objects.filter(pk=handoff.lead_id).update(title="<!channel> <http://x|y> & co")
    delivery.deliver(now=NOW)
    said = json.loads(channel.got[0][1])
    section = said["blocks"][0]["text"]["text"]
    assert "<!channel>" not in section + said["text"]
    assert "&lt;!channel&gt;" in section


def test_pressed_button_accepts_at_once_and_says_so(play: Scene, channel: Receiver, slack: None) -> None:
    member(play.rep)
    handoff = offered(play)
    word = links.token("accept", handoff, play.rep)
    begun = time.monotonic()
    assert press(word, url=channel.url) == 200
    assert time.monotonic() - begun < 3
    assert state(handoff) == "accepted"
    said = json.loads(channel.got[0][1])
    assert said == {"replace_original": True, "text": f"Accepted {handoff.lead.account}."}


def test_names_from_outside_are_no_markup_in_the_answer(play: Scene, channel: Receiver, slack: None) -> None:
    member(play.rep)
    handoff = offered(play)
    type(handoff.lead.account).objects.filter(pk=handoff.lead.account_id).update(name="<!channel> & co")
    assert press(links.token("accept", handoff, play.rep), url=channel.url) == 200
    assert json.loads(channel.got[0][1])["text"] == "Accepted &lt;!channel&gt; &amp; co."


def test_button_that_slack_sends_again_changes_nothing(play: Scene, channel: Receiver, slack: None) -> None:
    member(play.rep)
    handoff = offered(play)
    word = links.token("accept", handoff, play.rep)
    press(word, url=channel.url)
    seq = Handoff.objects.get(pk=handoff.pk).seq
    assert press(word, url=channel.url) == 200
    assert Handoff.objects.get(pk=handoff.pk).seq == seq
    assert "has moved on since" in json.loads(channel.got[1][1])["text"]


def test_button_is_pressed_by_nobody_else(play: Scene, channel: Receiver, slack: None) -> None:
    handoff = offered(play)
    word = links.token("accept", handoff, play.rep)
    press(word, url=channel.url)
    member(play.rep, "U999")
    press(word, url=channel.url)
    press(word, "", url=channel.url)
    assert state(handoff) == "offered"
    assert all("does not know you" in json.loads(body)["text"] for _headers, body in channel.got)


@pytest.mark.parametrize("trick", [{"secret": "another"}, {"age": 600}])
def test_what_slack_did_not_sign_now_is_refused(play: Scene, slack: None, trick: dict) -> None:
    member(play.rep)
    handoff = offered(play)
    assert press(links.token("accept", handoff, play.rep), **trick) == 401
    assert state(handoff) == "offered"


def test_without_a_secret_there_is_no_such_address(play: Scene) -> None:
    member(play.rep)
    handoff = offered(play)
    assert press(links.token("accept", handoff, play.rep)) == 404
    assert state(handoff) == "offered"


@pytest.mark.parametrize("at", ["", "soon"])
def test_time_that_is_no_number_is_refused(slack: None, client: Client, at: str) -> None:
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": "v0=0"}
    assert client.post(reverse("slack-actions"), {"payload": "{}"}, headers=headers).status_code == 401


def test_many_news_come_to_the_chat_as_one(play: Scene, channel: Receiver) -> None:
    chat.connect(person=play.rep, url=channel.url, now=NOW, actor=play.rep)
    for _lead in range(8):
        offered(play)
    delivery.deliver(now=NOW)
    ((_headers, body),) = channel.got
    said = json.loads(body)
    assert said["text"] == "8 pieces of news for you"
    assert len(said["blocks"]) <= 50


def test_chat_is_left_by_a_blank_address(play: Scene) -> None:
    chat.connect(person=play.rep, url="https://chat.example.com/x", now=NOW, actor=play.rep)
    chat.connect(person=play.rep, url="https://chat.example.com/y", now=NOW, actor=play.rep)
    assert chat.address_of(play.rep) == "https://chat.example.com/y"
    chat.connect(person=play.rep, url="", now=NOW, actor=play.rep)
    assert not Endpoint.objects.exists()
