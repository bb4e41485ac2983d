"""Tasks of the judging floor; the moment is the database's, never a worker's own clock."""

import logging
from datetime import UTC, datetime

from celery import shared_task
from django.db import connection

from sla import letters, plans, sweep
from sla.compliance import rollups
from sla.lab import runs

log = logging.getLogger(__name__)
#: A great import is counted over several runs, so that other work comes in between.
_COUNTING_SECONDS = 10.0


@shared_task(name="sla.sweep")
def sweep_due() -> None:
    """Do what is due now; safe to run twice and beside itself."""
    log.info("Swept: %s", sweep.run_regularly(database_now()))


@shared_task(name="sla.count")
def count_days() -> None:
    """Bring the counts of days up to date; safe to run twice and beside itself."""
    rollups.keep(seconds=_COUNTING_SECONDS)


@shared_task(name="sla.letters")
def write_letters() -> None:
    """Write the weekly letter once its hour has come; safe to run twice and beside itself."""
    letters.write_due(now=database_now())


@shared_task(name="sla.plans")
def write_plans() -> None:
    """Tell everybody whose day has begun what is due today; safe to run twice and beside itself."""
    plans.write_due(now=database_now())


@shared_task(name="sla.lab")
def run_lab() -> None:
    """Do the runs of the lab that wait, the oldest first; safe to run twice and beside itself."""
    while runs.take_up(now=database_now()):
        pass


def database_now() -> datetime:
    """Read the database's clock, the one clock that all workers share."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0])
