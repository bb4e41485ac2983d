"""What files leave behind, and how long: rejected rows, files never imported, marks of erased people."""

from datetime import datetime, timedelta

from django.db.models import Min

from leads import erased
from leads.models import ImportReject
from portal.imports import working
from portal.models import ImportJob

#: Files hold whole rows of people; after this nobody mends or imports them any more.
KEPT = timedelta(days=30)
#: A command reads its file for hours at most; no job tells of it.
_COMMAND = timedelta(days=1)


def clear(*, now: datetime) -> int:
    """Delete what was kept long enough; return how many rows."""
    return forget_rejects(now=now) + forget_uploads(now=now) + forget_marks(now=now)


def forget_rejects(*, now: datetime) -> int:
    """Delete rejected rows of runs that ended long ago, and their copies in the checks; return how many."""
    before = now - KEPT
    for job in ImportJob.objects.filter(touched_at__lt=before, report__has_key="rejects"):
        report = {name: value for name, value in job.report.items() if name != "rejects"}
        ImportJob.objects.filter(pk=job.pk).update(report=report)
    return ImportReject.objects.filter(run__started_at__lt=before).delete()[0]


def forget_uploads(*, now: datetime) -> int:
    """Forget files that nobody imported and nobody touched for long; return how many."""
    waiting = ImportJob.objects.filter(touched_at__lt=now - KEPT, run=None)
    return sum(working.remove(job=job) for job in waiting)


def forget_marks(*, now: datetime) -> int:
    """Delete the marks of erased people that no file is left to be asked about; return how many."""
    oldest = ImportJob.objects.filter(run=None).aggregate(oldest=Min("created_at"))["oldest"]
    return erased.forget(before=min(oldest or now, now - _COMMAND))
