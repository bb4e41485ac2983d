"""Erasing a person also from what pages and machines left behind: files, their checks, kept answers."""

import json
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from leads.models import Lead, User
from portal.models import IdempotentCall, ImportJob
from portal.models.imports import JobState
from sla import erasure


def erase(*, lead: Lead, now: datetime, actor: User | None) -> None:
    """Erase a person everywhere; raises erasure.AlreadyErased, handoffs.Changed.

    A file that names the person and is not imported yet is dropped whole: it has to be brought again without.
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
    """Empty the checks of files that name the person; return folders to be dropped."""
    words = list(known)
    folders = []
    for job in ImportJob.objects.exclude(state__in=(JobState.WAITING, JobState.RUNNING)):
        path = Path(settings.MEDIA_ROOT, job.path)
        rows = json.dumps(job.report.get("rejects", []), ensure_ascii=False)
        if _names(path, [word.encode() for word in words]):
            folders.append(path.parent)
        elif not any(word in rows for word in words):
            continue
        report = {key: value for key, value in job.report.items() if key != "rejects"}
        ImportJob.objects.filter(pk=job.pk).update(report=report)
    return folders


def _names(path: Path, words: list[bytes]) -> bool:
    """Say whether a file tells of a person; a workbook cannot be looked through, so it counts as telling."""
    if not path.is_file():
        return False
    with path.open("rb") as lines:
        if lines.read(2) == b"PK":
            return True
        lines.seek(0)
        return any(word in line for line in lines for word in words)
