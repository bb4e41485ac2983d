"""What agreements say of leads: facts and verdict frozen at an offer, and how each lead stands now."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from leads.models import Lead
from sla.models.agreements import AgreementVersion
from sla.models.handoffs import Handoff


class Snapshot(models.Model):
    """The facts as they stood at the offer, complete enough to judge any other gate later (append-only)."""

    #: What tells of the person, and what is left of it when one is forgotten; the rest never changes.
    PERSONAL: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("title", "seniority", "met_role", "need"), ""),
        "attributes": {},
    }

    handoff = models.OneToOneField(
        Handoff, on_delete=models.CASCADE, primary_key=True, related_name="snapshot"
    )
    taken_at = models.DateTimeField()
    facts_schema = models.PositiveSmallIntegerField(default=1)
    industry = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField(null=True)
    country = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200, blank=True)
    seniority = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=120, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    consent = models.CharField(max_length=12, blank=True)
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    budget_currency = models.CharField(max_length=3, blank=True)
    met_role = models.CharField(max_length=200, blank=True)
    need = models.CharField(max_length=200, blank=True)
    timing_on = models.DateField(null=True)
    fit = models.FloatField(null=True)
    level = models.FloatField(null=True)
    #: [minutes before taken_at, side, kind, evidence, reached, touch id], ascending in time,
    #: of the last 365 days and at most 500.
    touches = models.JSONField(default=list)
    attributes = models.JSONField(default=dict)
    is_complete = models.BooleanField(
        default=False, help_text="The dossier was complete as the version asks."
    )
    missing = models.JSONField(default=list, help_text="What of the dossier was missing.")

    def __str__(self) -> str:
        return f"Facts of handoff {self.handoff_id}"


class Verdict(models.Model):
    """How the readiness gate judged those facts, leaf by leaf, frozen at the offer (append-only)."""

    handoff = models.OneToOneField(
        Handoff, on_delete=models.CASCADE, primary_key=True, related_name="verdict"
    )
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+")
    value = models.BooleanField(null=True)
    leaves = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Verdict on handoff {self.handoff_id}"


class Standing(models.Model):
    """What the version in force says of a lead now; `recheck_at` = when a leaf changes by time alone."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # No index, which a new version would have written anew for each lead. Nor looks the database up each time
    # whether the version is there: it is signed, and the guards of signed ones keep it from being removed.
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    judged_at = models.DateTimeField()
    is_ready = models.BooleanField(default=False)
    ready_since = models.DateTimeField(null=True)
    fit = models.FloatField(default=0)
    level = models.FloatField(null=True, help_text="log2 of the decayed engagement points; null: no points.")
    grid = models.CharField(max_length=2, blank=True)
    tier = models.CharField(max_length=24, blank=True)
    recheck_at = models.DateTimeField(null=True)
    held_because = models.CharField(
        max_length=120, blank=True, help_text="Why a ready lead is not offered yet."
    )

    class Meta:
        indexes = (
            models.Index(
                fields=["recheck_at"], name="standing_recheck", condition=Q(recheck_at__isnull=False)
            ),
            models.Index(fields=["lead"], name="standing_ready_lead", condition=Q(is_ready=True)),
            models.Index(fields=["grid", "lead"], name="standing_by_grid"),
        )

    def __str__(self) -> str:
        return f"Standing of lead {self.lead_id}"
