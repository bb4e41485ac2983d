"""The sweep as task and command: by the database's clock, safe to run twice."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sla import tasks
from sla.models import ActionRow, Clock, ClockEvent, Handoff
from tests.sla.scene import offered, scene

pytestmark = pytest.mark.django_db


def test_clock_of_the_database_is_aware_and_now():
    assert abs(tasks.database_now() - datetime.now(UTC)) < timedelta(seconds=30)
    assert tasks.database_now().tzinfo is UTC


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Clock, ClockEvent, Handoff, ActionRow)]


def test_task_run_twice_does_as_once():
    offered(scene())
    tasks.sweep_due()
    swept = rows()
    tasks.sweep_due()
    assert rows() == swept


def test_command_sweeps_as_of_a_moment():
    handoff = offered(scene())
    said = StringIO()
    call_command("sweep", now="2026-11-18T12:30:00+00:00", stdout=said)
    assert "breached 1" in said.getvalue()
    assert Clock.objects.get(handoff=handoff, kind="decide").state == "breached"


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-18T12:30:00"])
def test_command_refuses_a_moment_without_offset(text):
    with pytest.raises(CommandError):
        call_command("sweep", now=text)
