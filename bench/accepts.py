"""Measure accepts: 1,000 distinct handoffs, one person after the other, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.accepts [--leads 1000000] [--accepts 1000]   (PostgreSQL)

Times are server times of whole POSTs (all middleware, redirect included) in one process, warm.
"""

import argparse
import os
import platform
import statistics
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import inbox, offers
from sla.models import Handoff
from tests import factories

WANTED_MS, WANTED_PER_SECOND = 40, 150


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--accepts", type=int, default=1_000)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    people = offers.people(200)
    factories.signed_version()
    inbox.fill(options.leads, people[0], people[1:])
    now = datetime.now(UTC)
    ids = offers.ready_batch(options.accepts, now)
    offers.drain(now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = Handoff.objects.filter(lead__in=ids, rep__isnull=False, state="offered").select_related("rep")
    by_rep: dict[int, list[Handoff]] = {}
    for handoff in found:
        by_rep.setdefault(handoff.rep_id or 0, []).append(handoff)
    times, queries, began, load = [], 0, time.perf_counter(), os.getloadavg()[0]
    client, idle, ours = Client(SERVER_NAME="localhost"), 0.0, 0.0
    for handoffs in by_rep.values():
        start = time.perf_counter()
        client.force_login(handoffs[0].rep)
        idle += time.perf_counter() - start
        for handoff in handoffs:
            start, busy = time.perf_counter(), time.process_time()
            answer = client.post(f"/handoffs/{handoff.pk}/accept/")
            times.append((time.perf_counter() - start) * 1000)
            ours += (time.process_time() - busy) * 1000
            assert answer.status_code == 302
    took = time.perf_counter() - began - idle
    assert Handoff.objects.filter(state="accepted").count() == len(times)
    queries = _statements(ids)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{platform.python_version()}, load {load:.1f} before, {options.leads:,} leads")
    print(f"{len(times)} accepts, p95 {p95:.1f} ms, median {statistics.median(times):.1f} ms", end=" ")
    print(f"(wanted < {WANTED_MS} ms), {queries} statements each")
    print(f"{len(times) / took:.0f} a second from one client (wanted ≥ {WANTED_PER_SECOND}),", end=" ")
    print(f"{ours / len(times):.1f} ms each of our own processor time")


def _statements(ids: list[int]) -> int:
    """Count the statements of one more accept, by taking one back first."""
    handoff = (
        Handoff.objects.filter(lead__in=ids, state="accepted").select_related("rep").latest("decided_at")
    )
    client = Client(SERVER_NAME="localhost")
    assert handoff.rep is not None
    client.force_login(handoff.rep)
    client.post(f"/handoffs/{handoff.pk}/undo/")
    with CaptureQueriesContext(connection) as seen:
        client.post(f"/handoffs/{handoff.pk}/accept/")
    return len(seen)


if __name__ == "__main__":
    main()
