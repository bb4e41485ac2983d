"""Marketing contests within its own clock: the button goes when that is late, and so does the move."""

import pytest
from django.test import Client
from django.urls import reverse

from sla import handoffs
from sla.models import Clock, Refusal
from tests.factories import NOW
from tests.sla.scene import Scene, clocks_of, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


def test_what_is_late_is_not_contested_any_more(client: Client, play: Scene) -> None:
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="no_budget", now=NOW)
    contest = reverse("handoff-contest", args=[handoff.pk])
    pages = [reverse("desk"), reverse("lead", args=[handoff.lead_id])]
    client.force_login(play.marketer)

    def shown() -> list[bool]:
        return [contest in client.get(page).content.decode() for page in pages]

    assert shown() == [True, True]
    late = clocks_of(handoff, "acknowledge")["acknowledge"]
    Clock.objects.filter(pk=late.pk).update(started_at=NOW.replace(day=1), due_at=NOW.replace(day=2))
    Clock.objects.filter(pk=late.pk).update(breached_at=NOW.replace(day=2))
    assert shown() == [False, False]

    said = client.post(contest, {"note": "It fits."}, headers={"HX-Request": "true"})
    assert "The time to contest this ended" in said.content.decode()
    asked = client.post(f"/api/v1/handoffs/{handoff.pk}/contest/", {"note": "It fits."}, "application/json")
    assert (asked.status_code, asked.json()["type"]) == (409, "urn:concord:problem:too_late")
    assert Refusal.objects.get(pk=handoff.pk).contested_at is None
