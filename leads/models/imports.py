"""Runs that brought rows in from a file."""

from django.db import models

from leads.choices import ImportKind
from leads.models.people import User


class ImportRun(models.Model):
    """One file read once; the counts add up to the rows of the file."""

    kind = models.CharField(max_length=12, choices=ImportKind.choices)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    mapping = models.JSONField()
    mapping_sha256 = models.CharField(max_length=64)
    as_of = models.DateField(null=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    version_ref = models.CharField(
        max_length=80, blank=True, help_text="Agreement version that judges its history."
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows_done = models.PositiveIntegerField(
        default=0, help_text="Checkpoint, written with the rows it speaks of."
    )
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class ImportReject(models.Model):
    """A row that was not taken, whole, with the reason."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejects", db_index=False)
    line = models.PositiveIntegerField()
    row = models.JSONField()
    reason = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "line"], name="reject_once"),)

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
