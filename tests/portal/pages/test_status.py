"""Operations see what stands still or failed, why, and try it again; nobody else does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import AuditEntry
from portal import tasks
from sla import tasks as judging
from sla.models import ActionRow, Clock, Outage
from tests.sla.scene import accepted, scene

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def play(client: Client):
    found = scene()
    client.force_login(found.cast.operations)
    return found


def page(client):
    return client.get("/settings/status/").content.decode()


@pytest.mark.usefixtures("play")
def test_machinery_that_never_ran_is_said_so(client):
    text = page(client)
    assert ("Something is not at work" in text, text.count("Not at work</span>")) == (True, 2)


@pytest.mark.usefixtures("play")
def test_machinery_at_work_is_said_so(client):
    tasks.heartbeat()
    judging.sweep_due()
    text = page(client)
    assert ("Database, worker and sweep are at work." in text, "Not at work" in text) == (True, False)
    assert "Set aside or failed" in text


def test_clock_set_aside_is_shown_with_its_error_and_tried_again(client, play):
    handoff = accepted(play)
    clock = Clock.objects.filter(handoff=handoff, ended_at=None).first()
    later = timezone.now() + HOUR
    Clock.objects.filter(pk=clock.pk).update(error="CalendarMissing: nowhere", attempts=3, next_at=later)
    text = page(client)
    assert ("CalendarMissing: nowhere" in text, "Set aside or failed" in text) == (True, False)
    assert ("Clocks set aside" in text, "Moves that failed" in text) == (True, False)
    answer = client.post(f"/settings/status/clock/{clock.pk}/again/", follow=True)
    assert "The next sweep tries it again" in answer.content.decode()
    assert Clock.objects.get(pk=clock.pk).next_at < timezone.now()
    assert AuditEntry.objects.filter(
        verb="tried_again", subject_id=clock.pk, actor_id=play.cast.operations.pk
    )


def test_move_that_failed_is_shown_and_tried_again(client, play):
    known = {"created_at": timezone.now(), "due_at": timezone.now() + HOUR, "attempts": 2}
    row = ActionRow.objects.create(
        key="k", action="pool", handoff=accepted(play), error="NotEligible: x", **known
    )
    assert "NotEligible: x" in page(client)
    client.post(f"/settings/status/move/{row.pk}/again/")
    assert ActionRow.objects.get(pk=row.pk).due_at < timezone.now()


@pytest.mark.usefixtures("play")
def test_what_went_through_meanwhile_is_said_so(client):
    answer = client.post("/settings/status/clock/77/again/", follow=True)
    assert "It went through meanwhile." in answer.content.decode()


@pytest.mark.usefixtures("play")
def test_outages_are_listed(client):
    Outage.objects.create(from_at=timezone.now() - 6 * HOUR, to_at=timezone.now())
    assert "None so far." not in page(client)


def test_nobody_else_sees_it(client, play):
    client.force_login(play.rep)
    assert client.get("/settings/status/").status_code == 403
