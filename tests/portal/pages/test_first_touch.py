"""Whoever works a lead logs an attempt in one tap and sees which one is next; and why the lead came here."""

import pytest
from django.urls import reverse

from leads.models import Lead, Touch
from sla import handoffs
from tests import factories
from tests.factories import NOW
from tests.portal.pages.test_dossier import page
from tests.sla.scene import accepted, offered, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def play():
    return scene(legs=factories.two_legs()[:1])


def test_one_tap_logs_the_attempt_and_names_the_next(client, play):
    handoff = accepted(play)
    assert "touch 1 of 6" in page(client, play.rep, handoff.lead)
    client.post(reverse("lead-touch-at-once", args=[handoff.lead_id, "no_answer"]))
    touch = Touch.objects.get(lead=handoff.lead, side="sales")
    assert (touch.kind, touch.reached, touch.happened_at, touch.actor) == ("call", False, NOW, play.rep)
    assert "touch 2 of 6" in page(client, play.rep, handoff.lead)


def test_unknown_outcome_is_not_found(client, play):
    handoff = accepted(play)
    client.force_login(play.rep)
    assert client.post(reverse("lead-touch-at-once", args=[handoff.lead_id, "shouted"])).status_code == 404


def test_only_who_works_the_lead_is_offered_the_next_touch(client, play):
    handoff = accepted(play)
    assert "touch 1 of 6" not in page(client, play.marketer, handoff.lead)
    assert "touch 1 of" not in page(client, play.rep, offered(play).lead)


def test_dossier_says_who_was_considered_and_why(client, play):
    play.rep.is_paused = True
    play.rep.save()
    handoff = handoffs.offer(lead=factories.ready_lead(), now=NOW)
    text = page(client, handoff.rep, handoff.lead)
    assert "Reps take turns" in text
    assert f"<td>{play.rep}</td> <td>Takes no new leads for now</td>" in text


def test_part_in_the_decision_is_noted_and_shown_to_colleagues(client, play):
    handoff = accepted(play)
    other = factories.make_lead("Paula Purchasing", account=handoff.lead.account, owner=play.rep)
    client.force_login(play.rep)
    client.post(reverse("lead-role", args=[other.pk]), {"role": "buys"})
    assert Lead.objects.get(pk=other.pk).attributes == {"committee_role": "buys"}
    text = page(client, play.rep, handoff.lead)
    assert "Paula Purchasing" in text
    assert "Purchasing</span>" in text
    assert f"accepted by {play.rep}" in page(client, play.rep, other)
