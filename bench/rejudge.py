"""Judge every lead anew as after an activation; print leads a second.

Run: python -m tests.stack python -m bench.rejudge [--leads 100000]
Each lead has an account of its own and eight touches of the last year on average; nobody turns but by
the new version. The marks are taken up as the sweep does it, so many at a time.
"""

import argparse
import os
import platform
import random
import resource
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.core.management import call_command
from django.db import connection

from leads import marks, setbased
from leads.models import Account, FactChange, Lead, Touch
from sla import document, intake
from tests import factories
from tests.factories import NOW

BATCH, AT_ONCE = 20_000, 2_000
KINDS = ("visited", "downloaded", "attended", "opened", "clicked", "submitted")


def main() -> None:
    """Print each figure with what it was measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    count = parser.parse_args().leads
    call_command("migrate", verbosity=0)
    factories.cast()
    dates = {"starts_on": "2026-08-10", "review_due_on": "2027-02-01"}
    data = {**document.default_agreement(), **dates}
    factories.signed_version(data=data, now=NOW - timedelta(days=100))
    grow(count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    for turn in ("first time", "again, nothing turns"):
        marks.mark_all(since=NOW)
        wall, processor = time.perf_counter(), time.process_time()
        while FactChange.objects.exists():
            intake.drain(now=NOW, limit=AT_ONCE)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{turn}: {count / wall:,.0f} leads/s, {count / processor:,.0f} by processor, {peak:.0f} MB")


def grow(count: int) -> None:
    """Write leads with accounts and touches."""
    draw = random.Random(11)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        accounts = setbased.take_ids(Account, size)
        rows = [
            [pk, f"Company {pk}", f"company {pk}", draw.choice((12, 30, 45)), "Machinery", NOW]
            for pk in accounts
        ]
        setbased.copy_rows(Account, ("id", "name", "name_key", "employees", "industry", "recorded_at"), rows)
        leads = setbased.take_ids(Lead, size)
        created_at = NOW - timedelta(days=400)
        setbased.copy_rows(
            Lead,
            ("id", "account_id", "stage", "created_at", "recorded_at"),
            [[pk, account, "customer", created_at, NOW] for pk, account in zip(leads, accounts, strict=True)],
        )
        touches = [
            [pk, at, at, "prospect", draw.choice(KINDS), 2]
            for pk in leads
            for at in (NOW - timedelta(minutes=draw.randrange(365 * 1440)) for _ in range(draw.randrange(17)))
        ]
        columns = ("lead_id", "happened_at", "recorded_at", "side", "kind", "evidence")
        setbased.copy_rows(Touch, columns, touches)


if __name__ == "__main__":
    main()
