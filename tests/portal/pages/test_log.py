"""Operations reads who did what, finds an act by person, thing and verb, and sees a broken chain."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leads import audit, guards
from leads.choices import Role
from leads.models import AuditEntry, User
from portal.lines import acts
from portal.pages import log, settings
from sla import disputes
from sla.sweep import ticking
from tests import factories
from tests.sla.scene import Scene, clocks_of, offered

pytestmark = pytest.mark.django_db


def write(actor: User, *, verb: str = "changed", thing: str = "user", number: int = 1) -> AuditEntry:
    return audit.record(
        stream=f"{thing}:{number}",
        verb=verb,
        subject_type=thing,
        subject_id=number,
        actor=actor,
        at=factories.NOW,
    )


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_an_act_is_said_in_words_and_leads_to_its_lead(client: Client, olga: User) -> None:
    lead = factories.make_lead(name="Ada Ito")
    write(olga, verb="accept", thing="lead", number=lead.pk)
    page = text(client.get(reverse("settings-audit")))
    assert "Olga Brandt accepted" in page
    assert f'href="{reverse("lead", args=[lead.pk])}">Ada Ito</a>' in page


@pytest.mark.parametrize("query", ["person={rosa}", "thing=team", "verb=key_issued"])
def test_acts_are_found_by_person_thing_and_verb(client: Client, olga: User, query: str) -> None:
    rosa = factories.user(Role.MARKETER, None, "Rosa Reps")
    write(olga)
    write(rosa, verb="key_issued", thing="team")
    page = text(client.get(reverse("settings-audit") + "?" + query.format(rosa=rosa.pk)))
    assert "Rosa Reps issued an API key" in page
    assert "Olga Brandt changed a person" not in page


def test_the_next_page_goes_on_where_the_last_one_ended(client: Client, olga: User) -> None:
    for number in range(log.PER_PAGE + 1):
        write(olga, number=number + 1, thing="account")
    first = client.get(reverse("settings-audit"))
    assert "Account 1<" not in text(first)
    older = client.get(reverse("settings-audit"), {"before": first.context["older"]})
    assert [act.about for act in older.context["acts"]] == ["Account 1"]
    assert client.get(reverse("settings-audit"), {"before": "9" * 40}).status_code == 200


def test_a_check_says_that_the_chain_holds_and_where_it_does_not(client: Client, olga: User) -> None:
    entry = write(olga)
    write(olga)
    said = text(client.post(reverse("settings-audit-check"), follow=True))
    assert "nothing was changed or removed in 2 entries" in said
    with guards.lifted("leads_auditentry"):
        AuditEntry.objects.filter(pk=entry.pk).update(verb="created")
    said = text(client.post(reverse("settings-audit-check"), follow=True))
    assert "The chain does not hold at 1 entry; the first is user:1 1." in said


def test_a_large_log_is_checked_from_its_end(olga: User) -> None:
    for number in range(30):
        write(olga, number=number + 1)
    checked = audit.check(most=20)
    assert (checked.entries, checked.total, checked.is_whole, checked.broken) == (2, 30, False, [])


@pytest.mark.parametrize(
    ("thing", "verb"), [("user", "created"), ("lead", "created"), ("team", "no_such_act")]
)
def test_every_act_has_a_sentence(olga: User, thing: str, verb: str) -> None:
    said = acts.lines([write(olga, verb=verb, thing=thing)], olga)[0].text
    assert said.startswith("Olga Brandt")
    assert "_" not in said


@pytest.mark.parametrize(("is_granted", "said"), [(True, "granted"), (False, "refused")])
def test_an_answered_dispute_is_said_in_words(
    play: Scene, client: Client, olga: User, is_granted: bool, said: str
) -> None:
    clock = clocks_of(offered(play))["decide"]
    late_at = factories.NOW + timedelta(hours=3)
    ticking.tick(late_at)
    asked = disputes.dispute(clock=clock, actor=play.rep, reason="Server down", now=late_at)
    mona = factories.user(Role.MARKETING_MANAGER, play.marketer.team, "Mona Manager")
    disputes.answer(dispute=asked, actor=mona, is_granted=is_granted, note="Seen", now=late_at)
    assert f"Mona Manager {said} an exception" in text(client.get(reverse("settings-audit")))


def test_every_place_of_the_settings_opens(client: Client, olga: User) -> None:
    places = [place for _title, group in settings.GROUPS for place in group]
    assert {one.name: client.get(one.url).status_code for one in places} == {one.name: 200 for one in places}
