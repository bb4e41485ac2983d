"""Measure 5,000 leads that become ready in one batch, and the inbox meanwhile, among 1,000,000 leads.

Run: python -m tests.stack python -m bench.offers [--leads N] [--batch 5000] [--reps 2000]   (PostgreSQL)

The batch is judged, moved to `mql`, routed, offered with facts frozen, clocked and its notices left by the
same drain that the worker runs. Beside it another process opens the inbox of a rep with 1,000 open handoffs.
"""

import argparse
import multiprocessing
import os
import platform
import statistics
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection, connections
from django.test import Client

from bench import inbox
from leads import marks, setbased
from leads.models import Lead, OutboxMessage, Team, Touch, User
from sla import intake
from sla.models import Clock, Handoff
from tests import factories

TEAMS = 40
WANTED_SECONDS, WANTED_MS = 30, 300


def people(reps: int) -> list[User]:
    """Create teams and reps; a tenth of them is paused, all have room for 60 leads."""
    hours = factories.calendar()
    teams = [Team.objects.create(name=f"Team {n}", side="sales", calendar=hours) for n in range(TEAMS)]
    rows = [
        User(
            email=f"rep{n}@example.com",
            name=f"Rep {n}",
            role="rep",
            team=teams[n % TEAMS],
            max_open=60,
            is_paused=n % 10 == 9,
        )
        for n in range(reps)
    ]
    return User.objects.bulk_create(rows)


def ready_batch(count: int, now: datetime) -> list[int]:
    """Let so many leads that Marketing nurtures download something; return their ids."""
    nurtured = Lead.objects.filter(stage="nurturing", owner__isnull=True).order_by("pk")
    ids = list(nurtured.values_list("pk", flat=True)[:count])
    marks.mark(lead_ids=ids, since=now, now=now)
    drain(now)
    rows = [
        {
            "lead_id": pk,
            "happened_at": now,
            "recorded_at": now,
            "side": "prospect",
            "kind": "downloaded",
            "evidence": 2,
        }
        for pk in ids
    ]
    setbased.insert_rows(Touch, rows)
    marks.mark(lead_ids=ids, since=now, now=now)
    return ids


def drain(now: datetime) -> None:
    while intake.drain(now=now, limit=1000):
        pass


def open_inbox(rep_id: int, stop: Event, times: "multiprocessing.Queue[list[float]]") -> None:
    """Open a rep's inbox again and again until told to stop; leave the times in milliseconds."""
    client, found = Client(headers={"host": "localhost"}), []
    client.force_login(User.objects.get(pk=rep_id))
    client.get("/inbox/")
    while not stop.is_set():
        began = time.perf_counter()
        assert client.get("/inbox/").status_code == 200
        found.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    times.put(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--reps", type=int, default=2_000)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    reps = people(options.reps)
    version = factories.signed_version()
    inbox.fill(options.leads, reps[0], reps[1:200])
    inbox.hand_over(reps[0], version.pk)
    now = datetime.now(UTC)
    ids = ready_batch(options.batch, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connections.close_all()
    stop, times = multiprocessing.Event(), multiprocessing.Queue()
    beside = multiprocessing.Process(target=open_inbox, args=(reps[0].pk, stop, times))
    beside.start()
    time.sleep(2)
    load, busy, began = os.getloadavg()[0], time.process_time(), time.perf_counter()
    drain(now + timedelta(seconds=1))
    took, ours = time.perf_counter() - began, time.process_time() - busy
    stop.set()
    pages = times.get(timeout=60)
    beside.join()
    offered = Handoff.objects.filter(lead__in=ids)
    where = f"{platform.python_version()}, load {load:.1f} before"
    print(f"{where}, {options.leads:,} leads, {options.reps:,} reps")
    print(f"{offered.count():,} offered, {offered.filter(rep__isnull=True).count():,} of them to the pool")
    print(f"{Clock.objects.filter(handoff__in=offered).count():,} clocks of Sales,", end=" ")
    print(f"{OutboxMessage.objects.filter(kind='handoff.offer', lead__in=ids).count():,} notices")
    print(f"batch: {took:.1f} s, of which ours {ours:.1f} s of processor (wanted < {WANTED_SECONDS} s)")
    p95 = statistics.quantiles(pages, n=20)[-1]
    print(f"inbox meanwhile: p95 {p95:.0f} ms of {len(pages)} pages (wanted < {WANTED_MS} ms)")


if __name__ == "__main__":
    main()
