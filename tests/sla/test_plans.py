"""The plan of the day: once, when somebody's own day begins, and only when something is due."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from leads.models import OutboxMessage, User
from portal import delivery
from portal.delivery import telling, wishes
from sla import plans, sweep
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, accepted, offered, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def play() -> Scene:
    play = scene()
    User.objects.filter(pk=play.rep.pk).update(time_zone="Europe/Berlin")
    return play


def written() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind="plan.daily"))


def test_nothing_due_says_nothing(play: Scene) -> None:
    assert plans.write_due(now=NOW) == 0
    assert written() == []


def test_plan_counts_decisions_and_touches_and_names_the_first(play: Scene) -> None:
    offered(play, now=NOW)
    accepted(play, now=NOW)
    assert plans.write_due(now=NOW) == 1
    told = written()[0]
    assert told.recipient_id == play.rep.pk
    assert told.data["counts"]["decide"] == 1
    with timezone.override("Europe/Berlin"):
        assert telling.sentence(told, is_visible=True).startswith("Today: 1 decision, 1 touch")


def test_plan_comes_once_a_day(play: Scene) -> None:
    offered(play, now=NOW)
    assert [plans.write_due(now=NOW), plans.write_due(now=NOW + timedelta(minutes=5))] == [1, 0]


def test_plan_waits_for_the_own_day_and_not_all_day(play: Scene) -> None:
    offered(play, now=NOW)
    assert plans.write_due(now=NOW.replace(hour=1)) == 0  # closed
    assert plans.write_due(now=NOW.replace(hour=14)) == 0  # hours into the day


def test_late_is_said_and_the_letter_leads_to_the_inbox(play: Scene, settings) -> None:
    offered(play, factories.ready_lead(company="Vela Medical"), now=NOW - timedelta(days=1))
    sweep.run(NOW - timedelta(hours=1))
    plans.write_due(now=NOW)
    delivery.deliver(now=NOW)
    letter = next(one for one in mail.outbox if "Today:" in one.subject)
    assert "late" in letter.subject
    assert "/inbox/" in letter.body


def test_who_turned_it_off_gets_none(play: Scene) -> None:
    off = {group.code: () if group.code == "plan" else group.channels for group in wishes.GROUPS}
    wishes.choose(person=play.rep, channels=off, keeps_quiet_hours=False, mails_per_hour=9)
    offered(play, now=NOW)
    plans.write_due(now=NOW)
    delivery.deliver(now=NOW)
    assert not [one for one in mail.outbox if "Today:" in one.subject]
