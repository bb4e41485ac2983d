"""Checking and importing in the background; a worker that dies is followed by one that goes on."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from leads import erased, importing
from leads.models import ImportReject, ImportRun
from portal import celery, readers
from portal.imports import keeping, undoing
from portal.imports.mapping import target_for
from portal.models import ImportJob
from portal.models.imports import JobState
from sla.importing import UnknownVersion

TASK = "portal.imports"
#: A check is one transaction and gives no sign of life; a task is ended after five minutes.
SILENT = timedelta(minutes=6)
#: A job whose worker died this often is not the worker's fault.
MOST_ATTEMPTS = 20
SHOWN_REJECTS = 100
_TELL_EVERY_SECONDS = 1.0
_REFUSALS = (importing.InvalidMapping, importing.UnreadableFile, importing.RunTaken, UnknownVersion)


def ask(*, job: ImportJob, step: str, now: datetime) -> bool:
    """Ask the worker to check or import a job's file; return whether that was possible."""
    ready = [JobState.NEW, JobState.CHECKED, JobState.FAILED]
    asked = ImportJob.objects.filter(pk=job.pk, state__in=ready, mapping__isnull=False).update(
        step=step, state=JobState.WAITING, share=0, error="", touched_at=now, finished_at=None, attempts=0
    )
    if asked:
        transaction.on_commit(_wake)
    return bool(asked)


def remove(*, job: ImportJob) -> bool:
    """Forget a file that was never imported; return whether that was possible."""
    removed, _kinds = ImportJob.objects.filter(
        pk=job.pk, run=None, state__in=(JobState.NEW, JobState.CHECKED, JobState.FAILED)
    ).delete()
    if removed:
        keeping.forget(job)
    return bool(removed)


def work(*, now: Callable[[], datetime], jobs: int = 5) -> int:
    """Do what waits, the oldest first, and return how many jobs were taken; any number of workers may."""
    for done in range(jobs):
        job = _take(now())
        if job is None:
            return done
        # What is wrong with a row is kept as it was said, so it is said to whoever asked.
        with readers.speaking_to(job.owner, otherwise=settings.LANGUAGE_CODE):
            _run(job, now)
    return jobs


def _take(now: datetime) -> ImportJob | None:
    """Take the next job by a conditional update, so that no other worker has it too."""
    waits = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, touched_at__lt=now - SILENT)
    for job in ImportJob.objects.filter(waits, finished_at__isnull=True).order_by("touched_at", "id")[:10]:
        taken = ImportJob.objects.filter(pk=job.pk, state=job.state, touched_at=job.touched_at).update(
            state=JobState.RUNNING, touched_at=now, attempts=job.attempts + 1
        )
        if taken and job.attempts >= MOST_ATTEMPTS:
            _end(job, now, JobState.FAILED, error=_("The worker stopped again and again over this file."))
        elif taken:
            job.refresh_from_db()
            return job
    return None


def take_back(*, job: ImportJob, now: datetime) -> bool:
    """Ask for an import to be taken back; return whether that was possible."""
    asked = undoing.ask_back(job=job, now=now)
    if asked:
        transaction.on_commit(_wake)
    return asked


def _undo(job: ImportJob, now: Callable[[], datetime]) -> None:
    telling, created = _Telling(job, now), max(job.report.get("counts", {}).get("created", 0), 1)
    try:
        for done in undoing.undo(job, now()):
            telling(done, min(done / created, 1.0))
    except SoftTimeLimitExceeded:
        ImportJob.objects.filter(pk=job.pk).update(state=JobState.WAITING, touched_at=now())
        raise
    _end(job, now(), JobState.DONE, report=job.report, share=1.0)


def _run(job: ImportJob, now: Callable[[], datetime]) -> None:
    if job.is_undo:
        _undo(job, now)
        return
    found: dict[str, Any] = {}
    began = now()
    try:
        target = target_for(job.kind, job.version_ref)
        run = importing.run(
            path=keeping.place(job),
            mapping=importing.parse(job.mapping, target.shape),
            target=target,
            now=began,
            actor=job.owner,
            as_of=job.as_of,
            version_ref=job.version_ref,
            brought_at=job.created_at,
            is_dry=job.is_check,
            progress=_Telling(job, now),
            finish=lambda run, _header: found.update(_report(run)),
        )
    except _REFUSALS as error:
        _end(job, now(), JobState.FAILED, error=str(error))
    except SoftTimeLimitExceeded:
        # What is done is done; the next task goes on from the last chunk. A check begins anew.
        ImportJob.objects.filter(pk=job.pk).update(state=JobState.WAITING, touched_at=now())
        raise
    else:
        if job.is_check and erased.Since(began).learn():
            # What the check found may tell of them: it is asked for anew.
            ImportJob.objects.filter(pk=job.pk).update(state=JobState.WAITING, touched_at=now())
            return
        is_kept = not job.is_check
        state = JobState.DONE if is_kept else JobState.CHECKED
        _end(job, now(), state, report=found, share=1.0, run=run if is_kept else None)
        if is_kept:
            keeping.forget(job)


def _end(job: ImportJob, now: datetime, state: str, **values: Any) -> None:
    ended = now if state != JobState.CHECKED else None
    ImportJob.objects.filter(pk=job.pk).update(state=state, touched_at=now, finished_at=ended, **values)


def _report(run: ImportRun) -> dict[str, Any]:
    names = ("created", "updated", "unchanged", "rejected")
    rejects = ImportReject.objects.filter(run=run).order_by("line").values_list("line", "reason", "row")
    return {
        "counts": {**{name: getattr(run, name) for name in names}, "rows": run.rows_done},
        "rejects": [list(reject) for reject in rejects[:SHOWN_REJECTS]],
    }


class _Telling:
    """Writes now and then how far an import is; a check is one transaction and can tell nothing."""

    def __init__(self, job: ImportJob, now: Callable[[], datetime]) -> None:
        self.job, self.now = job, now
        self.told = time.monotonic()

    def __call__(self, done: int, share: float) -> None:
        if not self.job.is_check and time.monotonic() - self.told > _TELL_EVERY_SECONDS:
            self.told = time.monotonic()
            ImportJob.objects.filter(pk=self.job.pk).update(share=share, touched_at=self.now())


def _wake() -> None:
    """Spare people the wait for the next beat; without a queue the beat comes anyhow."""
    with suppress(OperationalError, OSError):
        celery.app.send_task(TASK, retry=False, expires=60)
