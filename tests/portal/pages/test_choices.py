"""People choose what they are told; a wrong entry is said and loses nothing."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from leads.models import AuditEntry
from portal.delivery import chat, wishes
from portal.models import NoticeChoice
from tests.factories import NOW, Cast

pytestmark = pytest.mark.django_db
ENTERED = {"offers": ["email"], "keeps_quiet_hours": "on", "mails_per_hour": "3"}


def keep(client: Client, **changes: object) -> object:
    return client.post(reverse("notice-choices"), {**ENTERED, **changes})


def test_page_shows_the_defaults_and_then_what_was_kept(client: Client, people: Cast) -> None:
    client.force_login(people.rep)
    page = client.get(reverse("notice-choices")).content.decode()
    assert page.count("checked") == sum(len(group.channels) for group in wishes.GROUPS) + 1
    keep(client)
    choice = NoticeChoice.objects.get()
    assert (choice.person, choice.mails_per_hour, choice.keeps_quiet_hours) == (people.rep, 3, True)
    assert wishes.channels(choice, wishes.group_of("handoff.offer")) == {"email"}
    assert wishes.channels(choice, wishes.group_of("clock.warned")) == set()
    assert client.get(reverse("notice-choices")).content.decode().count("checked") == 2


def test_chat_address_is_kept_and_taken_away(client: Client, people: Cast) -> None:
    client.force_login(people.rep)
    keep(client, chat_url="https://hooks.example.com/x")
    assert chat.address_of(people.rep) == "https://hooks.example.com/x"
    keep(client, chat_url="")
    assert chat.address_of(people.rep) == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mails_per_hour": "many"}, "Enter a whole number."),
        ({"chat_url": "https://me:secret@hooks.example.com/"}, "carries no name or password"),
        ({"offers": ["pigeon"]}, "pigeon is not one of the available choices"),
    ],
)
def test_wrong_entry_is_said_and_nothing_is_kept(
    client: Client, people: Cast, wrong: dict, said: str
) -> None:
    client.force_login(people.rep)
    answer = keep(client, **wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not NoticeChoice.objects.exists()


def test_nobody_types_a_member_id(client: Client, people: Cast) -> None:
    client.force_login(people.rep)
    keep(client, slack_id="U012AB3CD")
    assert NoticeChoice.objects.get().slack_id == ""


def test_code_that_links_is_shown_and_unlinking_is_on_record(
    client: Client, people: Cast, settings: Settings
) -> None:
    page = reverse("notice-choices")
    client.force_login(people.rep)
    assert "Slack" not in client.get(page).content.decode().split('id="h-feed"')[0].split("chat_url")[0]
    settings.SLACK_SIGNING_SECRET = "x"
    shown = client.post(reverse("slack-code")).context["slack_code"]
    wishes.link(code=shown, slack_id="U012AB3CD", now=NOW)
    assert "U012AB3CD" in client.get(page).content.decode()
    client.post(reverse("slack-end"))
    assert NoticeChoice.objects.get(person=people.rep).slack_id == ""
    verbs = AuditEntry.objects.filter(subject_type="user", subject_id=people.rep.pk).values_list(
        "verb", flat=True
    )
    assert {"slack_linked", "slack_unlinked"} <= set(verbs)


def test_every_kind_of_message_belongs_to_a_group() -> None:
    assert wishes.group_of("handoff.offer").code == "offers"
    assert wishes.group_of("letter.alignment").code == "agreement"
    assert wishes.group_of("something.new").code == "progress"
    assert {wishes.group_of(kind).code for kind in ("clock.breached", "outage.summary")} == {"breaches"}
