"""Add touches one by one to leads with running clocks, re-scored and clocks stopped; print p50 and p95.

Run: python -m tests.stack python -m bench.touch [--leads 300]
Half of the touches are the prospect's and change a score, half are Sales' and stop a clock.
"""

import argparse
import os
import platform
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from sla import handoffs, intake
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, scene


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=300)
    count = parser.parse_args().leads
    call_command("migrate", verbosity=0)
    play = scene()
    nurtured = [nurtured_lead(number) for number in range(count)]
    worked = [worked_lead(play) for _ in range(count)]
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    for name, leads, touch in (
        ("prospect's touch, score counted", nurtured, {"side": "prospect", "kind": "opened"}),
        ("Sales' touch, clocks stopped", worked, {"side": "sales", "kind": "call", "reached": True}),
    ):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            add(leads[0], touch)
        print(f"{name}: {len(caught)} statements")
        times = sorted(add(lead, touch) for lead in leads[1:])
        half, most = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(
            f"  median {half[0] * 1000:.1f} ms, p95 {most[0] * 1000:.1f} ms (processor {most[1] * 1000:.1f})"
        )


def add(lead: Lead, touch: dict[str, object]) -> tuple[float, float]:
    """Add one touch and return wall and processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    intake.add_touch(
        lead=lead, happened_at=NOW + timedelta(minutes=30), now=NOW + timedelta(hours=1), **touch
    )
    return time.perf_counter() - wall, time.process_time() - processor


def nurtured_lead(number: int) -> Lead:
    """A lead with eight touches and a running clock against going stale."""
    lead = factories.make_lead(employees=10)
    for age in range(8):
        factories.add_touch(lead, "downloaded", ago=timedelta(days=age * 9 + number % 5, hours=1))
    intake.drain_lead(lead_id=lead.pk, now=NOW)
    return lead


def worked_lead(play: Scene) -> Lead:
    """An accepted lead: first touch, persistence, qualify and upkeep run."""
    handoff = handoffs.offer(lead=factories.ready_lead(), actor=play.marketer, to=play.rep, now=NOW)
    return handoffs.accept(handoff=handoff, actor=play.rep, now=NOW).lead


if __name__ == "__main__":
    main()
