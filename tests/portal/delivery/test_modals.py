"""Forms in Slack: decline and hand back with a reason, and who is who there."""

import json
import time
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from portal import delivery
from portal.delivery import chat, links, modals, wishes
from portal.models import NoticeChoice
from sla.models import Handoff, Refusal
from tests.factories import NOW
from tests.portal.delivery.receiver import Receiver, dripping, receiver
from tests.portal.delivery.slack import send as slack_sends
from tests.sla.scene import Scene, accepted, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MIA = "U012AB3CD"


@pytest.fixture
def slack(settings: Settings, monkeypatch: pytest.MonkeyPatch, play: Scene) -> Iterator[Receiver]:
    """Be Slack: take forms and answers, and know the rep."""
    settings.SLACK_SIGNING_SECRET, settings.SLACK_BOT_TOKEN = SECRET, "xoxb-1"
    settings.OUTBOUND_INTERNAL_NETWORKS = ["127.0.0.0/8"]
    NoticeChoice.objects.create(person=play.rep, slack_id=MIA)
    with receiver() as told:
        monkeypatch.setattr(modals, "OPEN", told.url)
        yield told


def sign(fields: dict[str, str], *, secret: str = SECRET) -> HttpResponse:
    """Send something as Slack signs it."""
    return slack_sends(fields, secret=secret)


def press(handoff: Handoff, act: str, person: object, member: str = MIA, url: str = "") -> HttpResponse:
    said = {
        "type": "block_actions",
        "user": {"id": member},
        "trigger_id": "12466734323.1395872398",
        "response_url": url,
        "actions": [{"action_id": f"ask-{act}", "value": links.token(act, handoff, person)}],
    }
    return sign({"payload": json.dumps(said)})


def submit(word: str, member: str = MIA, secret: str = SECRET, **filled: str) -> HttpResponse:
    state = {
        "reason": {
            "reason": {"selected_option": {"value": filled["reason"]} if "reason" in filled else None}
        },
        "note": {"note": {"type": "plain_text_input", "value": filled.get("note")}},
        "right_contact": {"right_contact": {"value": filled.get("right_contact")}},
        "wake_on": {"wake_on": {"type": "datepicker", "selected_date": filled.get("wake_on")}},
    }
    view = {"callback_id": "decline", "private_metadata": word, "state": {"values": state}}
    said = {"type": "view_submission", "user": {"id": member}, "view": view}
    return sign({"payload": json.dumps(said)}, secret=secret)


def state(handoff: Handoff) -> str:
    return Handoff.objects.get(pk=handoff.pk).state


def ended(answer: HttpResponse) -> str:
    said = answer.json()
    assert said["response_action"] == "update"
    return said["view"]["blocks"][0]["text"]["text"]


def test_offer_in_the_chat_asks_for_a_form_where_slack_shows_one(
    play: Scene, slack: Receiver, settings: Settings
) -> None:
    chat.connect(person=play.rep, url=slack.url, now=NOW, actor=play.rep)
    offered(play)
    delivery.deliver(now=NOW)
    blocks = json.loads(slack.got[0][1])["blocks"]
    ids = [one["action_id"] for block in blocks if block["type"] == "actions" for one in block["elements"]]
    assert ids == ["act-accept", "open-lead", "ask-decline"]
    settings.SLACK_BOT_TOKEN = ""
    offered(play)
    delivery.deliver(now=NOW)
    assert "ask-" not in slack.got[1][1]


@pytest.mark.parametrize("act", ["decline", "hand_back"])
def test_form_is_opened_with_the_reasons_of_the_agreement(play: Scene, slack: Receiver, act: str) -> None:
    handoff = offered(play) if act == "decline" else accepted(play)
    begun = time.monotonic()
    assert press(handoff, act, play.rep).status_code == 200
    assert time.monotonic() - begun < 3
    ((headers, body),) = slack.got
    assert headers["authorization"] == "Bearer xoxb-1"
    said = json.loads(body)
    reasons = said["view"]["blocks"][0]["element"]["option_groups"]
    codes = {one["value"] for group in reasons for one in group["options"]}
    assert said["trigger_id"] == "12466734323.1395872398"
    assert "no_budget" in codes
    assert len(said["view"]["title"]["text"]) <= 24
    filled = submit(said["view"]["private_metadata"], reason="no_budget", note="Spring")
    assert str(handoff.lead.account) in ended(filled)
    assert state(handoff) == ("declined" if act == "decline" else "returned")
    assert Refusal.objects.get(handoff=handoff).note == "Spring"


def test_form_that_slack_sends_again_changes_nothing(play: Scene, slack: Receiver) -> None:
    handoff = offered(play)
    word = links.token("decline", handoff, play.rep)
    submit(word, reason="no_budget")
    seq = Handoff.objects.get(pk=handoff.pk).seq
    assert "has moved on since" in ended(submit(word, reason="competitor"))
    assert Handoff.objects.get(pk=handoff.pk).seq == seq


def test_what_is_missing_is_said_beside_its_field(play: Scene, slack: Receiver) -> None:
    handoff = offered(play)
    word = links.token("decline", handoff, play.rep)
    said = submit(word, reason="bad_data").json()
    assert (said["response_action"], list(said["errors"])) == ("errors", ["note"])
    assert list(submit(word).json()["errors"]) == ["reason"]
    assert list(submit(word, reason="no_budget", wake_on="2001-01-01").json()["errors"]) == ["wake_on"]
    assert state(handoff) == "offered"


def test_form_of_somebody_else_does_nothing(play: Scene, slack: Receiver) -> None:
    handoff = offered(play)
    word = links.token("decline", handoff, play.rep)
    press(handoff, "decline", play.rep, member="U999", url=slack.url)
    assert "does not know you" in json.loads(slack.got[0][1])["text"]
    assert "does not know you" in ended(submit(word, member="U999", reason="no_budget"))
    assert "does not know you" in ended(submit(word, member="", reason="no_budget"))
    assert submit(word, secret="another", reason="no_budget").status_code == 401
    assert state(handoff) == "offered"


def test_word_of_a_form_opens_no_page_that_acts(play: Scene, slack: Receiver, client: Client) -> None:
    handoff = offered(play)
    page = reverse("act", args=[links.token("decline", handoff, play.rep)])
    assert client.post(page).status_code == 404
    assert "too old" in ended(submit(links.token("accept", handoff, play.rep), reason="no_budget"))
    assert state(handoff) == "offered"


def test_slack_that_drips_does_not_keep_slack_waiting(
    play: Scene, slack: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = offered(play)
    with dripping(b"") as url:
        monkeypatch.setattr(modals, "OPEN", url)
        begun = time.monotonic()
        assert press(handoff, "decline", play.rep, url=slack.url).status_code == 200
        assert time.monotonic() - begun < 3
    said = json.loads(slack.got[0][1])
    assert (said["replace_original"], "cannot be opened now" in said["text"]) == (False, True)


def test_code_typed_in_slack_links_whoever_typed_it(play: Scene, slack: Receiver) -> None:
    code = wishes.code(play.closer)
    said = sign({"command": "/concord", "text": code, "user_id": "U777"})
    assert play.closer.name in said.json()["text"]
    assert NoticeChoice.objects.get(person=play.closer).slack_id == "U777"


def test_code_that_somebody_else_reads_afterwards_links_nobody(play: Scene, slack: Receiver) -> None:
    code = wishes.code(play.closer)
    sign({"command": "/concord", "text": code, "user_id": "U777"})
    said = sign({"command": "/concord", "text": code, "user_id": "U888"})
    assert "wrong or too old" in said.json()["text"]
    assert NoticeChoice.objects.get(person=play.closer).slack_id == "U777"


@pytest.mark.parametrize(
    ("text", "member", "said"),
    [
        ("", "U777", "wrong or too old"),
        ("x:y", "U777", "wrong"),
        ("{code}", "", "wrong"),
        ("{code}", MIA, "linked to somebody else"),
    ],
)
def test_code_that_is_none_links_nobody(
    play: Scene, slack: Receiver, text: str, member: str, said: str
) -> None:
    typed = text.format(code=wishes.code(play.closer))
    answer = sign({"command": "/concord", "text": typed, "user_id": member})
    assert said in answer.json()["text"]
    assert not NoticeChoice.objects.filter(person=play.closer).exists()


def test_code_is_too_old_after_a_quarter_of_an_hour(
    play: Scene, slack: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = wishes.code(play.closer)
    monkeypatch.setattr(wishes, "CODE_LASTS", -1)
    assert "too old" in sign({"command": "/concord", "text": code, "user_id": "U777"}).json()["text"]
    unsigned = sign({"command": "/concord", "text": code, "user_id": "U777"}, secret="another")
    assert unsigned.status_code == 401
    assert not NoticeChoice.objects.filter(person=play.closer).exists()
