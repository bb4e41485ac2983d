"""Tasks of the judging floor; the moment is the database's, never a worker's own clock."""

import logging
from datetime import UTC, datetime

from celery import shared_task
from django.db import connection

from sla import sweep

log = logging.getLogger(__name__)


@shared_task(name="sla.sweep")
def sweep_due() -> None:
    """Do what is due now; safe to run twice and beside itself."""
    log.info("Swept: %s", sweep.run_regularly(database_now()))


def database_now() -> datetime:
    """Read the database's clock, the one clock that all workers share."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0])
