"""Add touches one by one to leads with running clocks, re-scored and clocks stopped; print p50 and p95.

A few go before, by which a connection has its statements planned, as at work. Beside each figure what the
same statements take one by one, without anything that Python makes of them; at work most travel together.

Run: python -m tests.stack python -m bench.touch [--leads 300]
Half of the touches are the prospect's and change a score, half are Sales' and stop a clock.
"""

import argparse
import contextlib
import gc
import os
import platform
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench import growing
from leads import setbased
from leads.models import Lead
from sla import handoffs, intake
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, scene

#: Touches that are not counted: the driver prepares what it sent five times, PostgreSQL plans it five times.
BEFORE = 20


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=300)
    count = parser.parse_args().leads
    call_command("migrate", verbosity=0)
    play = scene()
    nurtured = [nurtured_lead(number) for number in range(count + BEFORE)]
    worked = [worked_lead(play) for _ in range(count + BEFORE)]
    growing.settle()
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    gc.collect()
    gc.freeze()  # as `portal.wsgi` does
    for name, leads, touch in (
        ("prospect's touch, score counted", nurtured, {"side": "prospect", "kind": "opened"}),
        ("Sales' touch, clocks stopped", worked, {"side": "sales", "kind": "call", "reached": True}),
    ):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            add(leads[0], touch)
        print(f"{name}: {len(caught)} statements")
        for lead in leads[1 : BEFORE - 1]:
            add(lead, touch)
        paces, times = [pace()], sorted(add(lead, touch) for lead in leads[BEFORE:])
        paces.append(pace())
        bare = one_by_one(leads[BEFORE - 1], touch) * 1000
        half, most = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(
            f"  median {half[0] * 1000:.1f} ms, p95 {most[0] * 1000:.1f} ms "
            f"(our own processor time: median {half[1] * 1000:.1f} ms); "
            f"the bare statements one by one {bare:.1f} ms, ratio {half[0] * 1000 / bare:.1f}; "
            f"the machine's pace before and after {paces[0]:.0%}, {paces[1]:.0%}"
        )


def pace() -> float:
    """Return at which part of its best pace this machine works now: others may use the same cores."""
    times = []
    for _ in range(1000):
        began = time.perf_counter()
        sum(range(20_000))
        times.append(time.perf_counter() - began)
    return min(times) / statistics.mean(times)


def add(lead: Lead, touch: dict[str, object]) -> tuple[float, float]:
    """Add one touch and return wall and processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    intake.add_touch(
        lead=lead, happened_at=NOW + timedelta(minutes=30), now=NOW + timedelta(hours=1), **touch
    )
    return time.perf_counter() - wall, time.process_time() - processor


def one_by_one(lead: Lead, touch: dict[str, object]) -> float:
    """Return the median seconds that the statements of one touch take by themselves; all is taken back."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with taken_back(), connection.execute_wrapper(note):
        add(lead, touch)
    times = []
    for _ in range(21):
        with taken_back():
            began = time.perf_counter()
            for sql, params in sent:
                with setbased.bound_cursor(1) as cursor:  # as they are sent at work, planned once
                    cursor.execute(sql, params)
                    if cursor.description:
                        cursor.fetchall()
            times.append(time.perf_counter() - began)
    return statistics.median(times)


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """Take back at the end what the block wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


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
    lead = handoffs.accept(handoff=handoff, actor=play.rep, now=NOW).lead
    intake.drain_lead(lead_id=lead.pk, now=NOW)
    return lead


if __name__ == "__main__":
    main()
