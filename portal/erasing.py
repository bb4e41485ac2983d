"""Erasing a person also from what pages and machines left behind: files, their checks, kept answers."""

import json
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from leads import importing
from leads.importing import decoding
from leads.models import Lead, User
from portal.models import IdempotentCall, ImportJob
from portal.models.imports import JobState
from sla import erasure


def erase(*, lead: Lead, now: datetime, actor: User | None) -> None:
    """Erase a person everywhere; raises erasure.AlreadyErased, handoffs.Changed.

    A file that names the person and is not imported yet is dropped whole: it has to be brought again without.
    """
    with transaction.atomic():
        traces = erasure.traces(Lead.objects.filter(pk=lead.pk) | Lead.objects.filter(merged_into=lead.pk))
        known = {word.casefold() for word in traces}
        erasure.erase(lead=lead, now=now, actor=actor)
        _forget_answers(known)
        paths = _forget_files(known)
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def _forget_answers(known: Collection[str]) -> None:
    """Forget kept answers to machines that name the person; they live for a day."""
    calls = IdempotentCall.objects.values_list("pk", "content").iterator(chunk_size=500)
    gone = [pk for pk, content in calls if _tells(bytes(content).decode(errors="replace"), known)]
    IdempotentCall.objects.filter(pk__in=gone).delete()


def _forget_files(known: Collection[str]) -> list[Path]:
    """Empty the checks of files that name the person; return folders to be dropped."""
    folders = []
    for job in ImportJob.objects.exclude(state__in=(JobState.WAITING, JobState.RUNNING)):
        path = Path(settings.MEDIA_ROOT, job.path)
        if _names(path, job, known):
            folders.append(path.parent)
        elif not _tells(json.dumps(job.report.get("rejects", []), ensure_ascii=False), known):
            continue
        report = {key: value for key, value in job.report.items() if key != "rejects"}
        ImportJob.objects.filter(pk=job.pk).update(report=report)
    return folders


def _names(path: Path, job: ImportJob, known: Collection[str]) -> bool:
    """Say whether a file, read as its import reads it, tells of a person; no text counts as telling."""
    if not path.is_file():
        return False
    encoding = (job.mapping or {}).get("file", {}).get("encoding", "")
    try:
        with decoding.open_text(path, encoding) as lines:
            return any(_tells(line, known) for line in lines)
    except importing.UnreadableFile:
        return True


def _tells(text: str, known: Collection[str]) -> bool:
    text = text.casefold()
    return any(word in text for word in known)
