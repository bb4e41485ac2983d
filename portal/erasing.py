"""Erasing a person also from what pages and machines left behind: files, their checks, answers, views."""

import json
import shutil
from collections.abc import Collection
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from leads import erased, importing
from leads.importing import decoding, workbooks
from leads.models import Lead, User
from portal import readers
from portal.models import IdempotentCall, ImportJob, SavedView
from portal.models.imports import JobState
from sla import erasure


def erase(*, lead: Lead, now: datetime, actor: User | None) -> None:
    """Erase a person everywhere; raises erasure.AlreadyErased, handoffs.Changed.

    A file that names the person and is not imported yet is dropped whole: it has to be brought again without.
    One that is being read, or waits for it, gives up the person's rows when it comes to them.
    """
    with transaction.atomic():
        records = Lead.objects.filter(pk=lead.pk) | Lead.objects.filter(merged_into=lead.pk)
        erased.remember(records, now=now)
        known = {word.casefold() for word in erasure.traces(records)}
        erasure.erase(lead=lead, now=now, actor=actor)
        _forget_answers(known)
        _forget_views(known)
        paths = _forget_files(known)
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def _forget_answers(known: Collection[str]) -> None:
    """Empty kept answers to machines that name the person; a repeated call must not bring them back."""
    calls = IdempotentCall.objects.values_list("pk", "content").iterator(chunk_size=500)
    gone = [pk for pk, content in calls if _tells(bytes(content).decode(errors="replace"), known)]
    IdempotentCall.objects.filter(pk__in=gone).update(status=HTTPStatus.GONE, headers={}, content=b"")


def _forget_views(known: Collection[str]) -> None:
    """Forget kept views that search for the person: they find nobody any more."""
    views = SavedView.objects.values_list("pk", "name", "query").iterator(chunk_size=500)
    gone = [pk for pk, name, query in views if _tells(f"{name} {unquote_plus(query)}", known)]
    SavedView.objects.filter(pk__in=gone).delete()


def _forget_files(known: Collection[str]) -> list[Path]:
    """Empty the checks of files that name the person; return folders to be dropped."""
    folders = []
    for job in ImportJob.objects.exclude(state__in=(JobState.WAITING, JobState.RUNNING)):
        path = Path(settings.MEDIA_ROOT, job.path)
        as_seen = ImportJob.objects.filter(pk=job.pk, state=job.state, touched_at=job.touched_at)
        if _names(path, job, known):
            if as_seen.update(**_dropped(job)):
                folders.append(path.parent)
        elif _tells(json.dumps(job.report.get("rejects", []), ensure_ascii=False), known):
            as_seen.update(report={key: value for key, value in job.report.items() if key != "rejects"})
    return folders


def _dropped(job: ImportJob) -> dict[str, Any]:
    """Return how a job stands whose file is gone; its first line may have been the person's own."""
    with readers.speaking_to(job.owner, otherwise=settings.LANGUAGE_CODE):
        error = _("Somebody named in this file was erased. Bring the file in again without them.")
    return {"state": JobState.FAILED, "header": [], "mapping": None, "report": {}, "error": error}


def _names(path: Path, job: ImportJob, known: Collection[str]) -> bool:
    """Say whether a file, read as its import reads it, tells of a person; no text counts as telling."""
    if not path.is_file():
        return False
    encoding = (job.mapping or {}).get("file", {}).get("encoding", "")
    try:
        with workbooks.delimited(path) as text, decoding.open_text(text, encoding) as lines:
            return any(_tells(line, known) for line in lines)
    except importing.UnreadableFile:
        return True


def _tells(text: str, known: Collection[str]) -> bool:
    text = text.casefold()
    return any(word in text for word in known)
