"""Judge every lead anew after an activation, while touches arrive and a rep opens the inbox.

Run: python -m tests.stack python -m bench.rejudge [--leads 1000000] [--processes 2]     (PostgreSQL)
Each lead has an account of its own and eight touches of the last year on average; they are customers,
so that the new version turns their standing but moves nobody. It moves a bar and leaves points alone;
one that counts points otherwise, which has to read all touches, follows. Beside the rate stands the
baseline: one process that reads the same touches by bare SQL and does nothing with them.
"""

import argparse
import json
import multiprocessing
import os
import platform
import random
import resource
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from bench import growing, processors
from leads.models import Account, Lead, Touch, User
from sla import document, intake, standings, sweep
from sla.models import AgreementVersion, Handoff, Standing
from tests import factories
from tests.factories import NOW

AT_ONCE, OPEN = 2_000, 50
KINDS = ("visited", "downloaded", "attended", "opened", "clicked", "submitted")


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    people = factories.cast()
    signers = (people.marketing_manager, people.sales_manager)
    data = {**document.default_agreement(), "starts_on": "2026-08-10", "review_due_on": "2027-02-01"}
    first = factories.signed_version(data=data, now=NOW - timedelta(days=100), signers=signers)
    began = time.perf_counter()
    leads = grow(options.leads, people.rep, first)
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"PostgreSQL {connection.pg_version}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{options.leads:,} leads written in {time.perf_counter() - began:.0f} s, load {load}")
    bare = measured("Bare SQL, all touches read", options.leads, read_touches)
    measured("Judged for the first time", options.leads, lambda: judge(options.processes))
    growing.settle()  # nobody signs the next version in the minute in which the last one took effect
    before = cells()
    second = factories.signed_version(data=(data := stricter(data)), now=NOW, signers=signers)
    touched, times = set[int](), list[float]()
    seconds = measured(
        f"Judged by a new version, {options.processes} processes",
        options.leads,
        lambda: beside(lambda: judge(options.processes), people.rep, leads, touched, times),
    )
    print(f"That is {seconds / bare:.1f} times as long as bare reading by one process")
    print(f"Leads by cell of the grid before: {before}, after: {cells()}")
    check(second, touched)
    shown = f"p95 {statistics.quantiles(times, n=20)[18]:.0f} ms, " if len(times) > 1 else ""
    print(f"Inbox of {OPEN} meanwhile: {shown}{len(times)} requests; {len(touched)} touches arrived")
    data["engagement"] = {**data["engagement"], "half_life_days": 30}
    third = factories.signed_version(data=data, now=NOW, signers=signers)
    measured("Judged by one that counts points otherwise", options.leads, lambda: judge(options.processes))
    check(third, touched)


def grow(count: int, rep: User, version: AgreementVersion) -> range:
    """Let the database write leads with accounts and touches, and a few handoffs; return the leads' ids."""
    growing.begin(0.11)
    low = 1_000
    growing.rows(
        Account,
        growing.series(low, count),
        id="n",
        name="'Company ' || n",
        name_key="'company ' || n",
        employees=growing.pick(12, 30, 45, 120),
        industry="'Machinery'",
        recorded_at=f"timestamptz '{NOW}'",
    )
    growing.rows(
        Lead,
        growing.series(low, count),
        id="n",
        account_id="n",
        stage=f"CASE WHEN n < {low + OPEN} THEN 'mql' ELSE 'customer' END",
        created_at=f"timestamptz '{NOW - timedelta(days=400)}'",
        recorded_at=f"timestamptz '{NOW}'",
    )
    growing.rows(
        Touch,
        f"generate_series({low}, {low + count - 1}) AS n,"
        " LATERAL generate_series(1, floor(random() * 17 + n * 0)::int) AS t",
        lead_id="n",
        happened_at=growing.ago(NOW, 365),
        recorded_at=f"timestamptz '{NOW}'",
        side="'prospect'",
        kind=growing.pick(*KINDS),
    )
    growing.rows(
        Handoff,
        growing.series(low, OPEN),
        lead_id="n",
        version_id=str(version.pk),
        state="'offered'",
        rep_id=str(rep.pk),
        team_id=str(rep.team_id),
        offered_at=f"timestamptz '{NOW}'",
    )
    sweep.judge_all(now=NOW)  # the marks of what was there before
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_factchange (lead_id, since, is_history, marks, attempts, error)"
            " SELECT id, %s, false, 1, 0, '' FROM leads_lead ON CONFLICT DO NOTHING",
            [NOW],
        )
    growing.settle()
    return range(low + OPEN, low + count)


def stricter(data: dict[str, Any]) -> dict[str, Any]:
    """Return the agreement with a definition that judges some leads otherwise, and another grid."""
    changed = json.loads(json.dumps(data["gates"]).replace('"value": 50,', '"value": 40,'))
    grid = {**data["grid"], "engagement": {"1": 30, "2": 12}}
    return {**data, "gates": changed, "grid": grid, "starts_on": NOW.date().isoformat()}


def cells() -> str:
    """Return how many leads stand in each cell of the grid."""
    counted = Standing.objects.values_list("grid").annotate(leads=Count("pk")).order_by("grid")
    return ", ".join(f"{cell} {leads:,}" for cell, leads in counted)


def read_touches() -> None:
    """Read every touch in the judge's order, so many leads at a time, and forget it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM leads_lead")
        low, high = cursor.fetchone()
        for start in range(low, high + 1, AT_ONCE):
            cursor.execute(
                "SELECT lead_id, happened_at::text, side, kind, evidence, reached, id FROM leads_touch"
                " WHERE lead_id >= %s AND lead_id < %s ORDER BY lead_id, happened_at, id",
                [start, start + AT_ONCE],
            )
            cursor.fetchall()


def judge(processes: int) -> None:
    """Judge whoever waits, in a process of its own as the command does."""
    connections.close_all()
    child = multiprocessing.get_context("fork").Process(
        target=sweep.judge_all, kwargs={"now": NOW, "processes": processes}
    )
    child.start()
    child.join()


def beside(
    judging: Callable[[], None], rep: User, leads: range, touched: set[int], times: list[float]
) -> None:
    """Let touches arrive and a rep open the inbox, five times a second each, while leads are judged."""
    client, draw, inbox = Client(SERVER_NAME="localhost"), random.Random(5), reverse("inbox")
    client.force_login(rep)
    client.get(inbox)  # once before, as on a server that has been up for a while
    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=judging)
    child.start()
    while child.is_alive():
        began = time.perf_counter()
        assert client.get(inbox).status_code == 200
        times.append((time.perf_counter() - began) * 1000)
        lead = Lead.objects.get(pk=draw.choice(leads))
        intake.add_touch(lead=lead, now=NOW, side="prospect", kind="submitted", happened_at=NOW)
        touched.add(lead.pk)
        child.join(0.2)


def measured(name: str, count: int, work: Callable[[], object]) -> float:
    """Print the rate of some work and the processor time that it took, and return its seconds."""
    wall, ours, database = time.perf_counter(), processors.ours(), processors.of_database()
    work()
    wall, ours = time.perf_counter() - wall, processors.ours() - ours
    database = processors.of_database() - database
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{name}: {wall:.1f} s, {count / wall:,.0f} leads/s; processor time a lead: ours"
        f" {ours / count * 1e6:.0f} µs, the database's {database / count * 1e6:.0f} µs,"
        f" largest child {peak:.0f} MB, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return wall


def check(version: AgreementVersion, touched: set[int]) -> None:
    """Raise unless every lead was judged by the version, and the touches that arrived were counted."""
    assert not Standing.objects.exclude(version=version).exists()
    judged = Standing.objects.filter(pk__in=touched).select_related("lead")
    assert len(judged) == len(touched)
    for one in judged:
        assert one.level == standings.explain(lead=one.lead, now=NOW).engagement.level.value


if __name__ == "__main__":
    main()
