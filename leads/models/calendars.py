"""Calendars as facts with revisions: a clock keeps the revision it was computed with."""

from django.db import models


class Calendar(models.Model):
    """Working hours under a key that agreements name; the hours lie in its revisions."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class CalendarRevision(models.Model):
    """One state of a calendar; `document` is what `businesstime.Schedule.from_json` reads."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    actor = models.ForeignKey("leads.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["calendar", "number"], name="calendar_revision_once"),)

    def __str__(self) -> str:
        return f"{self.calendar_id} revision {self.number}"
