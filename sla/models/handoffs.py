"""Handoffs: a lead given once from one team to the next, and what became of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from leads.models import ImportRun, Lead, Team, User
from sla.choices import PARTS, ActingSide, Disposition, HandoffState, Quality, Ruling
from sla.models.agreements import AgreementVersion
from sla.models.querysets import HandoffQuerySet


class Handoff(models.Model):
    """Giving one lead once on one leg; owned by a rep, or by a team's pool while `rep` is null.

    A reroute or expiry writes the next `hop` of the same cycle; `seq` counts the moves made on it.
    Times are null only on imported history that does not know them.
    """

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+", db_index=False)
    leg = models.PositiveSmallIntegerField(default=1)
    cycle = models.PositiveSmallIntegerField(default=1)
    hop = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=HandoffState.choices)
    seq = models.PositiveIntegerField(default=1)
    rep = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    tier = models.CharField(max_length=24, blank=True)
    grid = models.CharField(max_length=2, blank=True)

    ready_at = models.DateTimeField(
        null=True, help_text="When the gate was first met, as judged at the offer."
    )
    offered_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(
        null=True, help_text="When it came to its rep, if later than the offer: from a pool or another rep."
    )
    expires_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    qualified_at = models.DateTimeField(null=True)
    converted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, help_text="Won or lost.")
    ended_at = models.DateTimeField(null=True)
    is_ended = models.BooleanField(default=False, help_text="True also for history that knows no end time.")

    reason_code = models.CharField(max_length=40, blank=True)
    reason_side = models.CharField(max_length=12, choices=ActingSide.choices, blank=True)
    disposition = models.CharField(max_length=12, choices=Disposition.choices, blank=True)
    quality = models.CharField(max_length=12, choices=Quality.choices, blank=True)
    quality_at = models.DateTimeField(null=True)
    exception = models.CharField(
        max_length=200, blank=True, help_text="Named when the qualification gate was not met."
    )

    undo_until = models.DateTimeField(null=True)
    undo_seqs = models.JSONField(
        default=dict, help_text="Clock ids and log numbers that the last move wrote."
    )
    trace = models.JSONField(default=dict, help_text="Who was considered and why this one.")
    import_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, null=True, related_name="+")
    is_history = models.BooleanField(default=False)
    system = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    objects: ClassVar[HandoffQuerySet] = HandoffQuerySet.as_manager()  # type: ignore[assignment]  # a manager answers as its queryset

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["lead", "leg", "cycle", "hop"], name="handoff_once"),
            models.UniqueConstraint(
                fields=["lead", "leg"], condition=Q(is_ended=False), name="handoff_open_once"
            ),
            models.UniqueConstraint(
                fields=["system", "external_id"],
                condition=~Q(external_id=""),
                name="handoff_external_id_once",
            ),
            models.CheckConstraint(condition=Q(state__in=HandoffState.values), name="handoff_state_known"),
            models.CheckConstraint(
                condition=Q(offered_at__isnull=False) | Q(is_history=True), name="handoff_offer_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "returned"]) | ~Q(reason_code=""),
                name="refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(reason_code="not_recorded") | Q(is_history=True),
                name="only_history_lacks_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_ended=True, ended_at__isnull=False)
                | Q(is_ended=True, is_history=True)
                | Q(is_ended=False, ended_at__isnull=True),
                name="handoff_end_has_time",
            ),
        )
        indexes = (
            models.Index(fields=["rep", "state"], name="handoff_of_rep", condition=Q(is_ended=False)),
            models.Index(fields=["team", "state"], name="handoff_of_team", condition=Q(is_ended=False)),
            models.Index(fields=["offered_at"], name="handoff_by_offer"),
            models.Index(fields=["rep", "offered_at"], name="handoff_offered_to_rep"),
            models.Index(
                fields=["rep", "given_at"], name="handoff_given", condition=Q(given_at__isnull=False)
            ),
            models.Index(fields=["version", "offered_at"], name="handoff_by_version"),
            models.Index(fields=["expires_at"], name="handoff_expiring", condition=Q(state="offered")),
            # Parts of days that are counted anew, see `sla.models.tallies`.
            models.Index(
                models.F("lead") % models.Value(PARTS), models.F("offered_at"), name="handoff_of_part"
            ),
            models.Index(
                fields=["offered_at", "leg", "lead"],
                name="handoff_again",
                condition=Q(cycle__gt=1) | Q(hop__gt=1),
            ),
            models.Index(
                models.F("lead") % models.Value(PARTS), models.F("ended_at"), name="handoff_end_of_part"
            ),
            models.Index(fields=["ended_at"], name="handoff_by_end", condition=Q(is_ended=True)),
        )

    def __str__(self) -> str:
        return f"Handoff {self.pk} of lead {self.lead_id}"


class Refusal(models.Model):
    """What follows a decline or hand-back: Marketing's part and, when contested, the referee's.

    The words of the rep lie in `note`, erasable without touching the handoff.
    """

    handoff = models.OneToOneField(
        Handoff, on_delete=models.CASCADE, primary_key=True, related_name="refusal"
    )
    note = models.TextField(blank=True)
    right_contact = models.CharField(max_length=200, blank=True)
    track = models.CharField(max_length=40, blank=True)
    wake_at = models.DateTimeField(null=True)
    wake_trigger = models.CharField(
        max_length=200, blank=True, help_text="`side.kind` of the touches that wake it, with a space between."
    )
    woken_at = models.DateTimeField(null=True)
    mismatch = models.CharField(
        max_length=200, blank=True, help_text="Where the dossier said otherwise, as shown."
    )
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    repaired_at = models.DateTimeField(null=True)
    repaired_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    contested_at = models.DateTimeField(null=True)
    contested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    contest_note = models.TextField(blank=True)
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ruling = models.CharField(max_length=12, choices=Ruling.choices, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["wake_at"], name="refusal_waking", condition=Q(woken_at__isnull=True)),
            models.Index(
                fields=["contested_at"],
                name="refusal_contested",
                condition=Q(contested_at__isnull=False, ruled_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"Refusal of handoff {self.handoff_id}"


class NurtureStep(models.Model):
    """One step of the track that a refused lead was put on; what to do stands in the version's text."""

    refusal = models.ForeignKey(Refusal, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["refusal", "number"], name="nurture_step_once"),)
        indexes = (
            models.Index(fields=["due_on"], name="nurture_step_due", condition=Q(done_at__isnull=True)),
        )
        ordering = ("refusal", "number")

    def __str__(self) -> str:
        return f"Step {self.number} of refusal {self.refusal_id}"


class Question(models.Model):
    """The one question a rep may ask about an offer, and Marketing's answer."""

    handoff = models.OneToOneField(
        Handoff, on_delete=models.CASCADE, primary_key=True, related_name="question"
    )
    text = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"Question on handoff {self.handoff_id}"
