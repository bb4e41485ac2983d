"""Agreements, their versions, who signed them and what they commit to."""

from datetime import date

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from leads.choices import Evidence, Side
from leads.models import User
from sla.choices import VersionState


class Agreement(models.Model):
    """The formal SLA between the two teams for one segment; first match by rank rules."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    segment_rank = models.PositiveSmallIntegerField(unique=True)

    def __str__(self) -> str:
        return self.name


class AgreementVersion(models.Model):
    """One state of the text; frozen by trigger once it is active."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    document = models.JSONField()
    canonical_text = models.TextField()
    sha256 = models.CharField(max_length=64)
    is_baseline = models.BooleanField(
        default=False, help_text="Judges imported history only and owes no review."
    )
    starts_on = models.DateField()
    review_due_on = models.DateField(null=True)
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    confirmed_until = models.DateField(
        null=True, help_text="Next review after both sides confirmed the text unchanged."
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agreement", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(state="active", is_baseline=False),
                name="one_version_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(is_baseline=True) | models.Q(review_due_on__isnull=False),
                name="version_owes_review",
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement_id} v{self.number}"

    @property
    def review_on(self) -> date | None:
        """The day by which it must be reviewed: as signed, or as last confirmed; None for a baseline."""
        return self.confirmed_until or self.review_due_on

    @property
    def state_label(self) -> str:
        """The word for its state; a baseline judges history and is never in force."""
        return str(_("Baseline") if self.is_baseline else VersionState(self.state).label)


class Signature(models.Model):
    """A person's signature under the canonical text as its hash names it (append-only)."""

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    side = models.CharField(max_length=12, choices=Side.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=24)
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = (
            # A person signs a text once, whatever the side: nobody signs for both.
            models.UniqueConstraint(fields=["version", "user", "sha256"], name="signature_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} for {self.side}"


class Commitment(models.Model):
    """One commitment of a version for one tier: a projection of the document, written once at signing.

    `amount` counts in `unit` for timed kinds; it is the promised number or share for periodic ones.
    """

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="commitments", db_index=False
    )
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=24)
    side = models.CharField(max_length=12)
    leg = models.PositiveSmallIntegerField(null=True)
    tier = models.CharField(max_length=24, blank=True)
    is_on = models.BooleanField(default=True)
    is_timed = models.BooleanField()
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    unit = models.CharField(max_length=20, blank=True)
    target = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    calendar_key = models.SlugField(blank=True)
    whose_hours = models.CharField(max_length=8, default="team")
    evidence = models.PositiveSmallIntegerField(choices=Evidence.choices, default=Evidence.LOGGED)
    warn_at = models.FloatField(null=True)
    params = models.JSONField(default=dict)
    ladder = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "code", "tier"], name="commitment_once"),)

    def __str__(self) -> str:
        return f"{self.code} {self.tier}".strip()

    @cached_property
    def rungs(self) -> tuple[tuple[float, str, str], ...]:
        """The ladder as amount, unit and action of each rung."""
        return tuple((one["after"]["amount"], one["after"]["unit"], one["action"]) for one in self.ladder)
