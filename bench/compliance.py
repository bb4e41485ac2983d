"""Measure compliance and alignment by team, source and tier, one rep, and a year cold, beside a raw recount.

Run: python -m tests.stack python -m bench.compliance [--handoffs 1000000] [--requests 20]     (PostgreSQL)

Builds a year of handoffs by SQL, with seven clocks and ten touches each, brings what is kept up to date as
the sweep does, and then asks. Times are of the reading functions and of whole pages, in one process; what a
page cannot be asked (a tier) is asked of the functions it calls.
"""

import argparse
import gc
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.compliance_rows import NOW, REPS, SOURCES, TEAMS, TIERS, fill
from leads.models import Team, User
from sla import agreements, models
from sla.compliance import ends, offers, paths, payoff, regret, rollups, timed, truth
from sla.compliance.periods import Filters, Period, quarter_of
from sla.compliance.report import build
from sla.compliance.tallies.telling import days_of
from tests import factories


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def timed_calls(name: str, acts: list[Callable[[], Any]], requests: int) -> float:
    """Call in turn and print what it took in milliseconds, and how many queries one call makes."""
    with CaptureQueriesContext(connection) as asked:
        acts[0]()
    queries = len(asked)
    walls, busy = [], time.process_time()
    for number in range(requests):
        start = time.perf_counter()
        acts[number % len(acts)]()
        walls.append((time.perf_counter() - start) * 1000)
    own = (time.process_time() - busy) * 1000 / requests
    print(
        f"{name}: p95 {p95(walls):.0f} ms, median {statistics.median(walls):.0f}"
        f" (ours {own:.0f} ms of processor), {queries} queries",
        flush=True,
    )
    return statistics.median(walls)


def recounted(period: Period, filters: Filters) -> None:
    """Count clocks, offers and ends of a question from the rows."""
    for counting in rollups.BOOKS:
        days_of(counting.told(counting.select(period, filters), period.zone, has_cells=False))


def aligned(period: Period, filters: Filters) -> None:
    """Ask what the page of alignment asks besides the report."""
    for version in agreements.in_force():
        truth.judge(version, NOW, filters)
    paths.find(period, filters)
    year = Period(period.last_on - timedelta(days=364), period.last_on, period.zone)
    regret.find(year, filters, most=8)
    payoff.by_month(period.last_on, period.zone, filters)
    payoff.by_speed(year, filters)
    payoff.at_risk(filters, NOW)


def summed(period: Period, filters: Filters) -> None:
    timed.read(period, filters, NOW)
    offers.read(period, filters, has_times=True)
    ends.read(period, filters)


def measure(requests: int, teams: list[Team], rep: User, leader: User) -> None:
    zone = agreements.zone()
    quarter = quarter_of(NOW.date(), zone).before
    year = Period(NOW.date() - timedelta(days=364), NOW.date(), zone)
    questions = {
        "everything": [Filters()],
        "team": [Filters(team_id=team.pk) for team in teams],
        "source": [Filters(source=source) for source in SOURCES],
        "tier": [Filters(tier=tier) for tier in TIERS],
        "team, source and tier": [Filters(teams[0].pk, SOURCES[0], TIERS[0])],
    }
    connection.close()
    start = time.perf_counter()
    build(year, Filters(), NOW)
    print(
        f"Report of a year, first call on a new connection: {(time.perf_counter() - start) * 1000:.0f} ms",
        flush=True,
    )
    connection.close()
    start = time.perf_counter()
    aligned(year, Filters())
    print(
        f"Alignment of a year, first call on a new connection: {(time.perf_counter() - start) * 1000:.0f} ms",
        flush=True,
    )
    for name, filters in questions.items():
        timed_calls(
            f"Counts of a quarter by {name}", [lambda f=f: summed(quarter, f) for f in filters], requests
        )
        timed_calls(
            f"Report of a quarter by {name}", [lambda f=f: build(quarter, f, NOW) for f in filters], requests
        )
        timed_calls(
            f"Alignment of a quarter by {name}", [lambda f=f: aligned(quarter, f) for f in filters], requests
        )
    timed_calls(
        "One rep, a quarter, from the rows", [lambda: build(quarter, Filters(rep_id=rep.pk), NOW)], requests
    )
    for name, one in (("by team", questions["team"][0]), ("of everything", Filters())):
        start = time.perf_counter()
        recounted(quarter, one)
        print(f"Raw recount of the quarter {name}, once: {time.perf_counter() - start:.1f} s", flush=True)
    gc.collect()
    gc.freeze()  # as `portal.wsgi` does
    client = Client(SERVER_NAME="localhost")
    client.force_login(leader)
    asked = {"period": "own", "first_on": quarter.first_on, "last_on": quarter.last_on}
    for page in ("compliance", "alignment"):
        for name, extra in {
            "everything": [{}],
            "team": [{"team": team.pk} for team in teams],
            "source": [{"source": source} for source in SOURCES],
            "tier": [{"tier": tier} for tier in TIERS],
            "team and source": [{"team": teams[0].pk, "source": source} for source in SOURCES],
        }.items():
            acts = [lambda e=e, page=page: client.get(reverse(page), {**asked, **e}) for e in extra]
            timed_calls(f"Page {page} of a quarter by {name}", acts, requests)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--handoffs", type=int, default=1_000_000)
    options.add_argument("--requests", type=int, default=20)
    asked = options.parse_args()
    call_command("migrate", verbosity=0)
    people = factories.cast()
    # Graded from the best cell down, one tier for each, so that a question about any of them can be asked.
    cells = (["A1"], ["A2"], ["B1"], None)
    tiers = [
        {"code": code, "label": code.title(), "grid": grid} for code, grid in zip(TIERS, cells, strict=True)
    ]
    signers = (people.marketing_manager, people.sales_manager)
    version = factories.signed_version(signers=signers, tiers=tiers)
    teams = [people.sales, *(factories.team() for _ in range(TEAMS - 1))]
    reps = User.objects.bulk_create(
        User(email=f"rep{number}@example.com", name=f"Rep {number}", role="rep", team=teams[number % TEAMS])
        for number in range(REPS)
    )
    start = time.perf_counter()
    fill(asked.handoffs, version, teams, reps)
    print(
        f"Filled {asked.handoffs:,} handoffs and {models.Clock.objects.count():,} clocks in"
        f" {time.perf_counter() - start:.0f} s",
        flush=True,
    )
    start, busy = time.perf_counter(), time.process_time()
    parts = rollups.keep()
    print(
        f"Counted {parts:,} parts of days and accounts in {time.perf_counter() - start:.0f} s"
        f" ({time.process_time() - busy:.0f} s ours)",
        flush=True,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the server does by itself after a while
    versions = f"Python {platform.python_version()}, Django {django.get_version()}"
    print(f"{versions}, PostgreSQL {connection.pg_version}, load {os.getloadavg()[0]:.1f}", flush=True)
    live(reps[0])
    measure(asked.requests, teams, reps[0], people.marketing_manager)
    print(f"Load at the end {os.getloadavg()[0]:.1f}")


def live(rep: User) -> None:
    """Print what a hundred changed handoffs cost until they are counted, and what counting them takes."""
    ids = list(models.Handoff.objects.order_by("-pk").values_list("pk", flat=True)[:100])
    start = time.perf_counter()
    for pk in ids:
        models.Handoff.objects.filter(pk=pk).update(quality="worse")
        models.Clock.objects.filter(handoff=pk).update(cause="idle")
    changed = (time.perf_counter() - start) * 1000
    quarter = quarter_of(NOW.date(), agreements.zone())
    timed_calls("Counts of this quarter with 100 handoffs changed", [lambda: summed(quarter, Filters())], 3)
    start = time.perf_counter()
    parts = rollups.keep()
    print(
        f"100 handoffs with their clocks changed in {changed:.0f} ms; {parts} parts and accounts anew in"
        f" {(time.perf_counter() - start) * 1000:.0f} ms",
        flush=True,
    )
    timed_calls("Counts of this quarter after that", [lambda: summed(quarter, Filters())], 3)


if __name__ == "__main__":
    main()
