"""Say in which condition database, guards and worker are."""

from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from portal import checks
from portal.models import Heartbeat
from sla import outages
from sla.models import SweepMark

Finding = dict[str, object]


def findings(now: datetime, *, with_worker: bool = True) -> dict[str, Finding]:
    """Return one finding per part; each has `ok`, the rest says why."""
    try:
        found: dict[str, Finding] = {"database": {"ok": True}, **database_findings()}
        if with_worker:
            found["worker"] = worker_finding(now)
            found["sweep"] = sweep_finding(now)
    except DatabaseError as error:
        return {"database": {"ok": False, "error": type(error).__name__}}
    return found


def database_findings() -> dict[str, Finding]:
    """Compare migrations and triggers of the database with those that this code needs."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    pending = sorted(f"{app}.{name}" for app, name in migrations_on_disk() - applied)
    missing = checks.missing_guards() if not pending else []
    return {
        "migrations": {"ok": not pending, "pending": pending},
        "guards": {"ok": not missing, "missing": missing},
    }


@cache
def migrations_on_disk() -> frozenset[tuple[str, str]]:
    """Return (app, name) of every migration of this code, read once per process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def worker_finding(now: datetime) -> Finding:
    """Say how long ago a task last came through the queue: a worker can live and yet take nothing."""
    beat_at = Heartbeat.objects.filter(name="queue").values_list("beat_at", flat=True).first()
    if beat_at is None:
        return {"ok": False, "age_seconds": None}
    age = (now - beat_at).total_seconds()
    return {"ok": age <= settings.HEARTBEAT_LIMIT_SECONDS, "age_seconds": round(age, 1)}


def sweep_finding(now: datetime) -> Finding:
    """Say how long ago the clocks were looked at: a worker can carry heartbeats and fail every sweep."""
    swept_at = SweepMark.objects.values_list("clocks_at", flat=True).first()
    if swept_at is None:
        return {"ok": False, "age_seconds": None}
    return {
        "ok": now - swept_at <= outages.SILENCE,
        "age_seconds": round((now - swept_at).total_seconds(), 1),
    }
