"""Late is what a real worker found: without one nothing turns late, with one it does at its true moment."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.management.commands.run_portal import children
from portal.supervisor import Child
from sla.models import Clock, ClockEvent
from tests import company
from tests.company import HOUR

pytestmark = pytest.mark.django_db(transaction=True)
#: How long beats go unheard before a worker starts, and how long it may take until it has found everything.
UNHEARD_SECONDS, PATIENCE_SECONDS = 4.0, 20.0
LATE = "is late."


@contextlib.contextmanager
def running(child: Child, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a process of `run_portal` running until the block ends; then end its group."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            child.command,
            cwd=settings.BASE_DIR,
            env={**environment, **child.environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_late_appears_with_the_worker_and_not_without(child_env: dict[str, str], tmp_path: Path) -> None:
    at = company.company()
    handoff = company.offered(at, "Overdue Ltd", ago=5 * HOUR)
    client, log = Client(), tmp_path / "processes.log"
    client.force_login(at.cast.rep)
    _web, worker, beat = children("127.0.0.1", 0)[:3]
    environment = {**child_env, "BEAT_SECONDS": "1"}

    def inbox() -> str:
        return client.get(reverse("inbox")).content.decode()

    def decide() -> Clock:
        return Clock.objects.get(handoff=handoff, commitment__code="decide")

    assert decide().due_at < at.now - HOUR
    with running(beat, environment, log) as beating:
        time.sleep(UNHEARD_SECONDS)
        assert beating.poll() is None, log.read_text()
        assert (decide().breached_at, decide().state) == (None, "running")
        assert LATE not in inbox()

        started_at = timezone.now()
        with running(worker, environment, log):
            deadline = time.monotonic() + PATIENCE_SECONDS
            while LATE not in inbox():
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
    clock = decide()
    assert (clock.state, clock.breached_at) == ("breached", clock.due_at)
    event = ClockEvent.objects.get(clock=clock, event="breached")
    assert event.happened_at == clock.due_at
    assert event.noticed_at > started_at
    assert "Late (" in inbox()
