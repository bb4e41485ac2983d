"""What the columns of a kept file mean: recognized, proposed, and what a person chose."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads import importing
from leads.choices import ImportKind
from leads.importing import guessing
from leads.importing.shapes import Shape
from leads.models import User
from portal.imports import keeping
from portal.models import ImportJob, SavedMapping
from portal.models.imports import JobState
from sla.choices import VersionState
from sla.importing import HandoffsTarget, version_named
from sla.models import AgreementVersion

TARGETS: dict[str, Callable[[], importing.Target]] = {
    ImportKind.PEOPLE: importing.PeopleTarget,
    ImportKind.LEADS: importing.LeadsTarget,
    ImportKind.TOUCHES: importing.TouchesTarget,
    ImportKind.DEALS: importing.DealsTarget,
}


def target_for(kind: str, version_ref: str = "") -> importing.Target:
    """Return what takes the rows of a file; raise sla.importing.UnknownVersion for handoffs without one."""
    return TARGETS[kind]() if kind in TARGETS else HandoffsTarget(version_named(version_ref))


def shape_of(kind: str) -> Shape:
    """Return what a file of a kind can tell."""
    return TARGETS[kind].shape if kind in TARGETS else HandoffsTarget.shape  # type: ignore[attr-defined]  # every target is a class with a shape


def versions() -> list[tuple[str, str]]:
    """Return the versions that may judge past handoffs: (reference, in words), the newest first."""
    found = AgreementVersion.objects.exclude(state__in=[VersionState.DRAFT, VersionState.PROPOSED])
    rows = found.order_by("-starts_on").values_list("agreement__key", "number", "agreement__name")
    return [(f"{key}/{number}", f"{name} v{number}") for key, number, name in rows]


def recognized(job: ImportJob) -> dict[str, Any] | None:
    """Return the mapping, kept by somebody or of a usual export, that reads the columns of this file."""
    saved = SavedMapping.objects.filter(kind=job.kind).order_by("-saved_at")
    known = [*saved.values_list("document", flat=True), *guessing.shipped()]
    return guessing.recognize(job.header, known, shape_of(job.kind))


def guessed(job: ImportJob) -> dict[str, Any]:
    """Return a mapping guessed from the names and the first values of the columns."""
    shape = shape_of(job.kind)
    look = guessing.look(keeping.place(job))
    chosen = guessing.propose(look, shape)
    moments = [
        value
        for column, use in enumerate(chosen)
        if use in shape.fields and shape.fields[use].kind in ("moment", "date")
        for value in look.values(column)[:50]
    ]
    return guessing.document(
        label=job.file_name,
        system=guessing.slug(job.file_name.rsplit(".", 1)[0])[:40],
        shape=shape,
        header=look.header,
        chosen=chosen,
        dates=guessing.date_forms(moments),
        file={"delimiter": look.delimiter},
    )


def use(job: ImportJob, document: dict[str, Any], *, version_ref: str = "") -> None:
    """Keep the mapping of a job that is not under way; raise InvalidMapping with every problem."""
    importing.parse(document, shape_of(job.kind))
    changed = ImportJob.objects.filter(
        pk=job.pk, state__in=(JobState.NEW, JobState.CHECKED, JobState.FAILED)
    ).update(
        mapping=document,
        version_ref=version_ref or job.version_ref,
        state=JobState.NEW,
        report={},
        error="",
        share=0,
    )
    if not changed:
        raise importing.RunTaken(_("This file is being read now; its columns cannot be changed."))
    job.refresh_from_db()


def remember(*, job: ImportJob, name: str, by: User, now: datetime) -> None:
    """Keep a job's mapping under a name; a mapping of that name is replaced."""
    kept = {"kind": job.kind, "document": job.mapping, "saved_by": by, "saved_at": now}
    SavedMapping.objects.update_or_create(name=name, defaults=kept)
