"""Taking a file in: kept below the folder of uploads under a name of our own, looked at, never trusted."""

import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from leads.choices import ImportKind, Role
from leads.importing import UnreadableFile, guessing
from leads.models import User
from portal.models import ImportJob

LARGEST_BYTES = 200 * 1024 * 1024
_FACTS = (ImportKind.LEADS, ImportKind.TOUCHES, ImportKind.DEALS)
#: What each role may bring in.
KINDS: dict[str, tuple[ImportKind, ...]] = {
    Role.MARKETER: _FACTS,
    Role.MARKETING_MANAGER: _FACTS,
    Role.OPERATIONS: (*_FACTS, ImportKind.HANDOFFS, ImportKind.PEOPLE),
}


class Upload(Protocol):
    """What Django hands over for an uploaded file."""

    size: int | None

    def chunks(self) -> Iterable[bytes]:
        """Yield the bytes piece by piece."""


def kinds_for(user: User) -> tuple[ImportKind, ...]:
    """Return what a person may bring in, nothing for most roles."""
    return KINDS.get(user.role, ())


def visible_to(user: User) -> QuerySet[ImportJob]:
    """Return the imports a person may see: their own, all of them for operations."""
    jobs = ImportJob.objects.select_related("owner", "run").order_by("-id")
    return jobs if user.role == Role.OPERATIONS else jobs.filter(owner=user)


def keep(*, name: str, file: Upload, kind: str, owner: User, now: datetime) -> ImportJob:
    """Keep an uploaded file and return its job; raise UnreadableFile, and then nothing is kept."""
    if (file.size or 0) > LARGEST_BYTES:
        raise UnreadableFile(_("The file is larger than 200 MB. Split it, or import it by command."))
    folder = Path(settings.MEDIA_ROOT, "imports", secrets.token_hex(16))
    folder.mkdir(parents=True)
    path = folder / "file"
    try:
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        look = guessing.look(path)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return ImportJob.objects.create(
        owner=owner,
        kind=kind,
        file_name=Path(name).name[:255],
        path=str(path.relative_to(settings.MEDIA_ROOT)),
        header=look.header,
        created_at=now,
        touched_at=now,
    )


def place(job: ImportJob) -> Path:
    """Return where a job's file lies."""
    return Path(settings.MEDIA_ROOT, job.path)


def forget(job: ImportJob) -> None:
    """Delete a job's file; a second time nothing is left to delete."""
    shutil.rmtree(place(job).parent, ignore_errors=True)
