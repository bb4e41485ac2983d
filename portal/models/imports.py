"""Files brought in through the pages or the API, and mappings kept for the next file of the kind."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.choices import ImportKind
from leads.models import ImportRun, User


class JobState(models.TextChoices):
    NEW = "new", _("Being set up")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    CHECKED = "checked", _("Checked")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


class JobStep(models.TextChoices):
    CHECK = "check", _("Check")
    IMPORT = "import", _("Import")
    UNDO = "undo", _("Taking back")


class ImportJob(models.Model):
    """One file on its way in: set up, checked without changing anything, then imported by the worker.

    `report` is what the check found: {"counts": {created, updated, unchanged, rejected, rows}, "rejects":
    [[line, reason, cells]]} with the first rejects only.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=ImportKind.choices)
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=255, help_text="Below the folder of uploads.")
    header = models.JSONField(default=list)
    mapping = models.JSONField(null=True)
    as_of = models.DateField(null=True)
    version_ref = models.CharField(max_length=80, blank=True)
    step = models.CharField(max_length=8, choices=JobStep.choices, default=JobStep.CHECK)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.NEW)
    share = models.FloatField(default=0)
    report: Any = models.JSONField(default=dict)
    run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, related_name="+")
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(help_text="Last sign of life; a run silent for long is taken up again.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["touched_at"], name="import_unfinished", condition=models.Q(finished_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def is_busy(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def is_undo(self) -> bool:
        return self.step == JobStep.UNDO

    @property
    def is_check(self) -> bool:
        return self.step == JobStep.CHECK


class SavedMapping(models.Model):
    """A mapping that somebody kept under a name, offered for files with the same columns."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=ImportKind.choices)
    document = models.JSONField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
