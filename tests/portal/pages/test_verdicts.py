"""How a lead was against what was promised: one tap, its undo, and what Marketing sees of it."""

import pytest
from django.test import Client
from django.urls import reverse

from sla.models import Handoff
from tests.sla.scene import Scene, accepted, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
PANEL = {"HX-Request": "true", "HX-Target": "panel"}


def address(handoff: Handoff, quality: str) -> str:
    return reverse("handoff-rate", args=[handoff.pk, quality])


def quality(handoff: Handoff) -> str:
    return Handoff.objects.get(pk=handoff.pk).quality


def test_worked_lead_is_judged_in_one_tap_and_taken_back(client: Client, play: Scene) -> None:
    handoff = accepted(play)
    client.force_login(play.rep)
    dossier = reverse("lead", args=[handoff.lead_id])
    assert address(handoff, "worse") in client.get(dossier).content.decode()
    said = client.post(address(handoff, "worse"), follow=True).content.decode()
    assert quality(handoff) == "worse"
    undo = address(handoff, "none") + "?undo=1"
    assert "Marketing sees your verdict" in said
    assert undo in said
    assert 'aria-pressed="true"' in said
    client.post(undo)
    assert quality(handoff) == ""
    assert Handoff.objects.get(pk=handoff.pk).quality_at is None


def test_undo_of_another_verdict_brings_back_the_one_before(client: Client, play: Scene) -> None:
    handoff = accepted(play)
    client.force_login(play.rep)
    client.post(address(handoff, "better"))
    said = client.post(address(handoff, "worse"), follow=True).content.decode()
    assert address(handoff, "better") + "?undo=1" in said


def test_panel_of_the_inbox_takes_the_tap_and_shows_it(client: Client, play: Scene) -> None:
    handoff = accepted(play)
    client.force_login(play.rep)
    shown = client.get(reverse("inbox-panel", args=[handoff.pk]), headers=PANEL).content.decode()
    assert shown.count('aria-pressed="false"') == 3
    after = client.post(address(handoff, "better"), headers=PANEL).content.decode()
    assert after.count('aria-pressed="true"') == 1
    assert quality(handoff) == "better"


def test_offer_that_nobody_accepted_is_not_judged(client: Client, play: Scene) -> None:
    handoff = offered(play)
    client.force_login(play.rep)
    assert client.post(address(handoff, "better")).status_code == 403
    assert (
        address(handoff, "better") not in client.get(reverse("lead", args=[handoff.lead_id])).content.decode()
    )
    assert quality(handoff) == ""


def test_verdict_that_is_none_of_the_three_is_missing(client: Client, play: Scene) -> None:
    handoff = accepted(play)
    client.force_login(play.rep)
    assert client.post(address(handoff, "splendid")).status_code == 404


def test_marketing_sees_the_verdict_by_source_and_campaign(client: Client, play: Scene) -> None:
    handoff = accepted(play)
    client.force_login(play.rep)
    client.post(address(handoff, "worse"))
    client.force_login(play.marketer)
    for by in ("source", "campaign"):
        page = client.get(reverse("compliance-said"), {"by": by}).content.decode()
        assert "rating=worse" in page
