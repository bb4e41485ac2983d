"""Several leads with one press, each with its own result; absences noted by page."""

import pytest
from django.urls import reverse

from leads.models import Absence, AuditEntry
from sla import handoffs
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import accepted, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_chosen_leads_are_handed_over_each_with_its_result(client, play):
    ready, taken = factories.ready_lead(), factories.ready_lead()
    offered(play, taken)
    client.force_login(play.marketer)
    answer = client.post(reverse("desk-offer"), {"lead": [ready.pk, taken.pk, 999_999]})
    text = text_of(answer)
    assert "1 of 2 done" in text
    assert f"Given to {Handoff.objects.get(lead=ready).rep}" in text
    assert Handoff.objects.filter(lead=taken).count() == 1


@pytest.mark.parametrize("number", ["9" * 25, "9" * 5000, "-1", "x"])
def test_numbers_that_no_lead_has_choose_nothing(client, play, number):
    client.force_login(play.marketer)
    assert client.post(reverse("desk-offer"), {"lead": number}).status_code == 302
    client.force_login(play.cast.sales_manager)
    assert client.post(reverse("team-give"), {"handoff": number, "to": number}).status_code == 302


def test_desk_lets_ready_leads_be_chosen(client, play):
    lead = factories.ready_lead()
    client.force_login(play.marketer)
    text = text_of(client.get(reverse("desk")))
    assert f'name="lead" value="{lead.pk}" form="together"' in text


def test_nothing_chosen_says_so(client, play):
    client.force_login(play.marketer)
    answer = client.post(reverse("desk-offer"), follow=True)
    assert "Choose at least one lead first." in text_of(answer)


def test_manager_gives_offers_and_worked_leads_to_one_person(client, play):
    worked, waiting = accepted(play), offered(play)
    client.force_login(play.cast.sales_manager)
    answer = client.post(
        reverse("team-give"), {"handoff": [worked.pk, waiting.pk], "to": play.cast.other_rep.pk}
    )
    assert "2 of 2 done" in text_of(answer)
    owners = {one.rep for one in Handoff.objects.open()}
    assert owners == {play.cast.other_rep}


def test_giving_to_whoever_is_next_is_on_record_as_the_managers_act(client, play):
    worked = accepted(play)
    client.force_login(play.cast.sales_manager)
    assert "1 of 1 done" in text_of(client.post(reverse("team-give"), {"handoff": [worked.pk], "to": ""}))
    assert AuditEntry.objects.get(verb="reassign").actor_id == play.cast.sales_manager.pk


def test_who_takes_no_leads_any_more_is_given_none_and_nobody_else_either(client, play):
    waiting = offered(play)
    type(play.rep).objects.filter(pk=play.cast.other_rep.pk).update(is_active=False)
    client.force_login(play.cast.sales_manager)
    asked = {"handoff": [waiting.pk], "to": play.cast.other_rep.pk}
    answer = client.post(reverse("team-give"), asked, follow=True)
    assert str(handoffs.NotEligible().sentence) in text_of(answer)
    waiting.refresh_from_db()
    assert (waiting.rep, waiting.is_ended) == (play.rep, False)


def test_leads_of_another_team_stay_where_they_are(client, play):
    foreign = handoffs.offer(lead=factories.ready_lead(), actor=play.marketer, to=play.cast.stranger, now=NOW)
    client.force_login(play.cast.sales_manager)
    client.post(reverse("team-give"), {"handoff": [foreign.pk], "to": play.rep.pk})
    foreign.refresh_from_db()
    assert (foreign.rep, foreign.is_ended) == (play.cast.stranger, False)


def test_rep_notes_own_absence_and_takes_it_back(client, play):
    client.force_login(play.rep)
    days = {"user": play.rep.pk, "first_on": "2026-12-21", "last_on": "2026-12-28"}
    client.post(reverse("profile"), days)
    absence = Absence.objects.get(user=play.rep)
    assert "21 Dec 2026" in text_of(client.get(reverse("profile")))
    client.post(reverse("absence-remove", args=[absence.pk]))
    assert not Absence.objects.exists()


def test_nobody_notes_an_absence_for_somebody_else(client, play):
    client.force_login(play.rep)
    days = {"user": play.cast.other_rep.pk, "first_on": "2026-12-21", "last_on": "2026-12-28"}
    assert client.post(reverse("profile"), days).status_code == 422
    client.force_login(play.cast.sales_manager)
    assert client.post(reverse("team-absences"), {**days, "last_on": "2026-12-01"}).status_code == 422
    client.post(reverse("team-absences"), days)
    assert Absence.objects.get().user == play.cast.other_rep
