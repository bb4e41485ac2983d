"""Interactions with a lead."""

from django.db import models

from leads.choices import Evidence, TouchKind, TouchSide
from leads.models.imports import ImportRun
from leads.models.leads import Lead
from leads.models.people import User


class Touch(models.Model):
    """One interaction; `reached` says whether a sales touch got through to the person."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches", db_index=False)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    side = models.CharField(max_length=12, choices=TouchSide.choices)
    kind = models.CharField(max_length=16, choices=TouchKind.choices)
    evidence = models.PositiveSmallIntegerField(choices=Evidence.choices, default=Evidence.LOGGED)
    reached = models.BooleanField(null=True)
    is_automatic = models.BooleanField(
        default=False, help_text="Bulk or automatic mail: never stops a clock."
    )
    summary = models.CharField(max_length=200, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="touch_external_id_once",
            ),
        )
        indexes = (models.Index(fields=["lead", "-happened_at"], name="touch_by_lead"),)

    def __str__(self) -> str:
        return f"{self.side} {self.kind} with lead {self.lead_id}"
