"""Tell machines whether this process lives and whether Concord can do its work."""

from datetime import datetime
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import checks
from portal.models import Heartbeat

Finding = dict[str, object]


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 503 unless database, guards and worker are well; `?only=web` leaves the worker out."""
    try:
        findings = {"database": {"ok": True}, **database_findings()}
        if request.GET.get("only") != "web":
            findings["worker"] = worker_finding(timezone.now())
    except DatabaseError as error:
        findings = {"database": {"ok": False, "error": type(error).__name__}}
    ready = all(finding["ok"] for finding in findings.values())
    return JsonResponse({"ready": ready, **findings}, status=200 if ready else 503)


def database_findings() -> dict[str, Finding]:
    """Compare migrations and triggers of the database with those that this code needs."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    pending = sorted(f"{app}.{name}" for app, name in migrations_on_disk() - applied)
    unguarded = checks.unguarded_tables() if not pending else []
    return {
        "migrations": {"ok": not pending, "pending": pending},
        "append_only": {"ok": not unguarded, "unguarded": unguarded},
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
