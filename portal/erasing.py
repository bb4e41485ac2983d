"""Erasing a person also from what pages and machines left behind: files, their checks, kept answers."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from leads.models import Lead, User
from portal.models import IdempotentCall, ImportJob
from sla import erasure


def erase(*, lead: Lead, now: datetime, actor: User | None) -> None:
    """Erase a person everywhere; raises erasure.AlreadyErased, handoffs.Changed.

    A file that named the person is dropped whole once it is imported: what it brought stands in the tables.
    """
    with transaction.atomic():
        known = erasure.traces(Lead.objects.filter(pk=lead.pk) | Lead.objects.filter(merged_into=lead.pk))
        erasure.erase(lead=lead, now=now, actor=actor)
        _forget_answers(known)
        paths = _forget_files(known)
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def _forget_answers(known: Iterable[str]) -> None:
    """Forget kept answers to machines that name the person; they live for a day."""
    told = [word.encode() for word in known]
    calls = IdempotentCall.objects.values_list("pk", "content").iterator(chunk_size=500)
    gone = [pk for pk, content in calls if any(word in bytes(content) for word in told)]
    IdempotentCall.objects.filter(pk__in=gone).delete()


def _forget_files(known: Iterable[str]) -> list[Path]:
    """Empty the checks of imported files that name the person; return the folders to be dropped."""
    told = [word.encode() for word in known]
    folders = []
    for job in ImportJob.objects.filter(finished_at__isnull=False).exclude(path=""):
        path = Path(settings.MEDIA_ROOT, job.path)
        if _names(path, told):
            folders.append(path.parent)
            report = {key: value for key, value in job.report.items() if key != "rejects"}
            ImportJob.objects.filter(pk=job.pk).update(report=report)
    return folders


def _names(path: Path, words: list[bytes]) -> bool:
    """Say whether a file tells of a person; a workbook cannot be looked through, so it counts as telling."""
    if not path.exists():
        return False
    if path.suffix == ".xlsx" or path.open("rb").read(2) == b"PK":
        return True
    with path.open("rb") as lines:
        return any(word in line for line in lines for word in words)
