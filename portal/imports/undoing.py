"""Taking an import of leads back within a day: whom it brought and nobody has worked with is erased."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads import audit
from leads.choices import ImportKind
from leads.models import AuditEntry, BantFact, ImportReject, Lead, Touch
from portal.models import ImportJob
from portal.models.imports import JobState, JobStep
from sla import erasure, handoffs
from sla.models import Handoff

WITHIN = timedelta(days=1)
SHOWN_KEPT = 50
_AT_ONCE = 500


def can_undo(job: ImportJob, now: datetime) -> bool:
    """Tell whether an import may still be taken back."""
    is_done = job.state == JobState.DONE and job.step == JobStep.IMPORT and job.kind == ImportKind.LEADS
    return bool(is_done and job.run_id and job.finished_at and now - job.finished_at < WITHIN)


def ask_back(*, job: ImportJob, now: datetime) -> bool:
    """Ask the worker to take an import back; return whether that was possible."""
    if not can_undo(job, now):
        return False
    waiting = {"state": JobState.WAITING, "step": JobStep.UNDO, "touched_at": now, "finished_at": None}
    as_seen = ImportJob.objects.filter(pk=job.pk, state=JobState.DONE, step=JobStep.IMPORT)
    return bool(as_seen.update(**waiting, share=0, attempts=0))


def undo(job: ImportJob, now: datetime) -> Iterator[int]:
    """Erase what a run brought, and yield after each lead how many are done; a second time goes on.

    Ends with the result in `job.report["undone"]`: {"erased": count, "kept": [lead ids], "kept_count"}.
    """
    ImportReject.objects.filter(run=job.run_id).delete()
    done = 0
    for lead in list(_untouched(job)):
        try:
            erasure.erase(lead=lead, now=now, actor=job.owner)
        except (erasure.AlreadyErased, handoffs.MoveRefused):
            continue  # somebody was faster: it is theirs now, or gone
        done += 1
        yield done
    kept = list(_brought(job).order_by("pk").values_list("pk", flat=True))
    erased = Lead.objects.filter(import_run=job.run_id, erased_at__isnull=False).count()
    job.report = {
        "counts": job.report.get("counts", {}),
        "undone": {"erased": erased, "kept": kept[:SHOWN_KEPT], "kept_count": len(kept)},
    }
    audit.record(
        stream=f"import:{job.run_id}",
        verb="import_undone",
        subject_type="import_run",
        subject_id=job.run_id,
        actor=job.owner,
        at=now,
        data={"erased": erased, "kept": len(kept)},
    )


def _brought(job: ImportJob) -> QuerySet[Lead]:
    return Lead.objects.alive().filter(import_run=job.run_id)


def _untouched(job: ImportJob) -> Iterator[Lead]:
    """Yield leads of a run without a touch, fact, hand-over or act of a person since."""
    elsewhere = Q(import_run__isnull=True) | ~Q(import_run=job.run_id)
    mine = {"lead": OuterRef("pk")}
    found = _brought(job).exclude(
        Exists(Touch.objects.filter(elsewhere, **mine))
        | Exists(BantFact.objects.filter(elsewhere, **mine))
        | Exists(Handoff.objects.filter(**mine))
        | Exists(Lead.objects.filter(merged_into=OuterRef("pk")))
    )
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        streams = [f"lead:{pk}" for pk in part]
        acts = AuditEntry.objects.filter(stream__in=streams, actor_id__isnull=False)
        worked = set(acts.values_list("stream", flat=True))
        yield from Lead.objects.filter(pk__in=[pk for pk in part if f"lead:{pk}" not in worked]).order_by(
            "pk"
        )
